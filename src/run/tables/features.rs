//! Lays out `features.parquet`: one row per meter that could be judged, then one per residual.

use hashwatt_core::calendar::CLOCK_HOURS;
use polars::prelude::{Column, DataFrame};

use super::{counts, dates, floats, texts};
use crate::schema::FEATURES_TABLE;
use hashwatt_core::calendar::date_of;
use hashwatt_core::error::Result;
use hashwatt_core::ids::MeterId;
use hashwatt_detection::features::block_facts::BlockFacts;
use hashwatt_detection::features::standard::STANDARD;
use hashwatt_detection::features::{FEATURES, MeterFeatures};
use hashwatt_detection::ranking::rank::Judged;
use hashwatt_detection::ranking::unmetered::RESIDUALS_GROUP;

/// Builds `meter_id, group`, the standard features, the model's features, then the best block. Values are
/// null if the data cannot show them. Units are in the names; shares are 0..=1.
///
/// # Errors
/// When the table cannot be built.
pub fn features_frame(judged: &[Judged], residuals: &[(MeterId, MeterFeatures)]) -> Result<DataFrame> {
    let known = |value: f32| (!value.is_nan()).then_some(f64::from(value));
    let ids = judged.iter().map(|one| &one.meter).chain(residuals.iter().map(|(id, _)| id));
    let groups = judged.iter().map(|one| one.group.as_str());
    let mut columns = vec![
        texts("meter_id", ids.map(|id| Some(id.as_str()))),
        texts("group", groups.chain(residuals.iter().map(|_| RESIDUALS_GROUP)).map(Some)),
    ];
    let rows: Vec<&MeterFeatures> = judged
        .iter()
        .map(|one| &one.features)
        .chain(residuals.iter().map(|(_, features)| features))
        .collect();
    for (index, (name, _)) in STANDARD.iter().enumerate() {
        columns.push(floats(name, rows.iter().map(|one| known(one.standard.values()[index]))));
    }
    for (index, feature) in FEATURES.iter().enumerate() {
        columns.push(floats(feature.name, rows.iter().map(|one| known(one.values[index]))));
    }
    columns.extend(block_columns(&rows));
    FEATURES_TABLE.frame(rows.len(), columns)
}

/// Columns of the best block: its begin and end, its clock window, the rise of every hour of the day, and the
/// steps that led to it.
fn block_columns(rows: &[&MeterFeatures]) -> Vec<Column> {
    let of_block = |pick: &dyn Fn(&BlockFacts) -> Option<f64>| -> Vec<Option<f64>> {
        rows.iter().map(|one| one.block.as_ref().and_then(pick)).collect()
    };
    let day = |pick: fn(&BlockFacts) -> Option<i32>| {
        rows.iter().map(move |one| one.block.as_ref().and_then(pick).map(date_of))
    };
    let mut columns = vec![
        dates("block_first_day", day(|block| block.first_day)),
        dates("block_day_after", day(|block| block.day_after)),
        counts("window_from_hour", rows.iter().map(|one| u32::try_from(one.window.from_hour).ok())),
        floats("n_steps", of_block(&|block| Some(block.n_steps as f64)).into_iter()),
        floats("step_kw_median", of_block(&|block| block.step_kw_median.map(f64::from)).into_iter()),
    ];
    for hour in 0..CLOCK_HOURS {
        let shift = of_block(&|block| Some(f64::from(block.shift_kw[hour])));
        columns.push(floats(&format!("block_shift_kw_hour_{hour:02}"), shift.into_iter()));
    }
    columns
}
