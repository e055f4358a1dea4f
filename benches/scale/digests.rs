//! Writes a store of digests straight from made-up loads, for what starts from a store.

use std::error::Error;
use std::ops::Range;
use std::path::{Path, PathBuf};

use hashwatt::calendar::Calendar;
use hashwatt::digest::DayDigest;
use hashwatt::digest::kernel::{DayIntervals, Scratch, digest_day};
use hashwatt::digest::store::PartWriter;
use hashwatt::ids::MeterId;
use hashwatt::settings::Windows;
use rayon::prelude::*;

use crate::reference::load::{INTERVAL_S, Loads, SLOTS, meter_id};
use crate::reference::readings::Export;

/// Parts of a store, as many as a run over 100,000 meters makes within its memory.
const N_PARTS: u32 = 64;

/// Hours of a half-hour.
const HOURS_PER_INTERVAL: f64 = INTERVAL_S as f64 / 3600.0;

/// Writes the digests of an export without its readings; the meter-days.
///
/// # Errors
/// When a part cannot be written.
pub fn write_digests(export: Export, folder: &Path) -> Result<u64, Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let loads = Loads::new(export.n_meters, export.first_day, export.seed);
    let calendar = Calendar::new(None);
    let meters_a_part = export.n_meters.div_ceil(N_PARTS);
    (0..export.n_meters.div_ceil(meters_a_part))
        .into_par_iter()
        .map(|part| {
            let meters = part * meters_a_part..((part + 1) * meters_a_part).min(export.n_meters);
            let path = folder.join(format!("part-{part:04}.parquet"));
            write_part(&export, &loads, &calendar, meters, path).map_err(|error| error.to_string())
        })
        .collect::<Result<Vec<()>, String>>()?;
    Ok(u64::from(export.n_meters) * u64::from(export.n_days))
}

fn write_part(
    export: &Export,
    loads: &Loads,
    calendar: &Calendar,
    meters: Range<u32>,
    path: PathBuf,
) -> hashwatt::error::Result<()> {
    let mut writer = PartWriter::create(path)?;
    let mut scratch = Scratch::default();
    for meter in meters {
        let days: Vec<DayDigest> =
            (0..export.n_days).map(|day| digest(export, loads, calendar, meter, day, &mut scratch)).collect();
        writer.push(&MeterId::from(meter_id(meter)), &days)?;
    }
    writer.finish()
}

fn digest(
    export: &Export,
    loads: &Loads,
    calendar: &Calendar,
    meter: u32,
    day: u32,
    scratch: &mut Scratch,
) -> DayDigest {
    let noon_s = (i64::from(export.first_day) + i64::from(day)) * 86_400 + 43_200;
    let civil = calendar.day_of(noon_s).expect("reference data lies within the calendar");
    let demand_kw: [f32; SLOTS as usize] = std::array::from_fn(|slot| {
        (loads.energy_kwh(meter, day * SLOTS + slot as u32) / HOURS_PER_INTERVAL) as f32
    });
    let intervals = DayIntervals { civil, interval_s: INTERVAL_S, demand_kw: &demand_kw, estimated: &[] };
    digest_day(intervals, Windows::default().night, scratch)
}
