//! Writes a store of digests straight from made-up loads, for what starts from a store.

use std::error::Error;
use std::ops::Range;
use std::path::{Path, PathBuf};

use hashwatt::digest::store::manifest::PartRecord;
use hashwatt::digest::store::{DigestStore, PartWriter};
use hashwatt::ids::MeterId;
use rayon::prelude::*;

use crate::reference::days::Digester;
use crate::reference::load::{Loads, meter_id};
use crate::reference::readings::Export;

/// Parts of a store, about as many as a run over 100,000 meters makes.
const N_PARTS: u32 = 64;

/// Writes the digests of an export without its readings; the meter-days.
///
/// # Errors
/// When a part cannot be written.
pub fn write_digests(export: Export, folder: &Path) -> Result<u64, Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let loads = Loads::new(export.n_meters, export.first_day, export.seed);
    let meters_a_part = export.n_meters.div_ceil(N_PARTS);
    let names = (0..export.n_meters.div_ceil(meters_a_part))
        .into_par_iter()
        .map(|part| {
            let meters = part * meters_a_part..((part + 1) * meters_a_part).min(export.n_meters);
            let name = format!("part-{part:04}.parquet");
            let path = folder.join(&name);
            let digester = Digester::new(&loads, export.first_day, export.n_days);
            write_part(digester, meters, path).map_err(|error| error.to_string())
        })
        .collect::<Result<Vec<PartRecord>, String>>()?;
    DigestStore::of_parts(folder, names)?;
    Ok(u64::from(export.n_meters) * u64::from(export.n_days))
}

fn write_part(
    mut digester: Digester<'_>,
    meters: Range<u32>,
    path: PathBuf,
) -> hashwatt::error::Result<PartRecord> {
    let mut writer = PartWriter::create(path)?;
    for meter in meters {
        writer.push(&MeterId::from(meter_id(meter)), &digester.digest(meter))?;
    }
    writer.finish()
}
