//! Learns the model that `hashwatt` ships for runs with few meters.

use std::error::Error;
use std::path::Path;

use hashwatt::acquisition::open_sources;
use hashwatt::digest::MeterDays;
use hashwatt::digest::local::digest;
use hashwatt::features::{MeterFeatures, Surroundings, extract_features};
use hashwatt::progress::Silent;
use hashwatt::ranking::copies::plant_copies;
use hashwatt::ranking::prior::WrittenModel;
use hashwatt::ranking::training::learn_from_all;
use hashwatt::settings::{Overrides, PipelineFile};

/// Seed of what is planted and of the fit.
const SEED: u64 = 1;

/// Learns on an export and writes the model to a file; tells the rows read.
///
/// # Errors
/// When the export cannot be read or the file cannot be written.
pub fn learn_prior(export: &str, out: &Path) -> Result<u64, Box<dyn Error>> {
    let flags = Overrides { readings: vec![export.to_owned()], ..Overrides::default() };
    let settings = PipelineFile::default().check(&flags)?;
    let folder = tempfile::tempdir()?;
    let sources = open_sources(&settings.readings, None)?.sources;
    let digested = digest(&sources, &settings, &folder.path().join("digests"), &Silent)?;
    let surroundings = Surroundings::default();
    let mut meters: Vec<(MeterDays, MeterFeatures)> = digested.store.map_meters(|meter: MeterDays| {
        let features = extract_features(&meter.days, 0.0, &settings.windows, &surroundings)?;
        Some((meter, features))
    })?;
    meters.sort_by(|a, b| a.0.meter.cmp(&b.0.meter));
    let (days, features): (Vec<_>, Vec<_>) = meters.into_iter().unzip();
    let hosts: Vec<(usize, MeterDays)> = days.into_iter().enumerate().collect();
    let copies = plant_copies(&hosts, &settings.windows, &surroundings, &settings.learning, SEED);
    let rows: Vec<_> = features.iter().map(|features| &features.values).collect();
    let model = learn_from_all(&rows, &copies, &settings.learning, SEED);
    let mut text = serde_json::to_string_pretty(&WrittenModel::of(&model))?;
    text.push('\n');
    std::fs::write(out, text)?;
    println!("{}: learnt on {} meters and {} copies", out.display(), rows.len(), copies.len());
    Ok(digested.n_rows)
}
