//! Lays out `features.parquet`: one row a meter that could be judged.

use polars::prelude::DataFrame;

use super::{floats, frame, texts};
use crate::error::Result;
use crate::features::FEATURES;
use crate::features::standard::STANDARD_NAMES;
use crate::ranking::rank::Judged;

/// `meter_id, group`, the standard features, then what the model weighs; null where the data cannot
/// show it. Units are in the names; shares are 0..=1.
///
/// # Errors
/// When the table cannot be built.
pub fn features_frame(judged: &[Judged]) -> Result<DataFrame> {
    let known = |value: f32| (!value.is_nan()).then_some(f64::from(value));
    let mut columns = vec![
        texts("meter_id", judged.iter().map(|one| Some(one.meter.as_str()))),
        texts("group", judged.iter().map(|one| Some(one.group.as_str()))),
    ];
    for (index, name) in STANDARD_NAMES.iter().enumerate() {
        columns.push(floats(name, judged.iter().map(|one| known(one.features.standard.values()[index]))));
    }
    for (index, feature) in FEATURES.iter().enumerate() {
        columns.push(floats(feature.name, judged.iter().map(|one| known(one.features.values[index]))));
    }
    frame("features.parquet", judged.len(), columns)
}
