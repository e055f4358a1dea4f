//! Lays out `groups.parquet`: one row per peer group, with its separation from the others.

use hashwatt_core::calendar::CLOCK_HOURS;
use polars::prelude::DataFrame;

use super::{counts, floats, texts};
use crate::schema::GROUPS;
use hashwatt_core::error::Result;
use hashwatt_detection::groups::Group;

/// Builds `group, class, n_meters, demand_kw_median, silhouette, inertia`, then the mean load shape (demand /
/// its mean) by clock hour.
///
/// # Errors
/// When the table cannot be built.
pub fn groups_frame(groups: &[Group]) -> Result<DataFrame> {
    let mut columns = vec![
        texts("group", groups.iter().map(|group| Some(group.id.as_str()))),
        texts("class", groups.iter().map(|group| Some(group.class.as_str()))),
        counts("n_meters", groups.iter().map(|group| u32::try_from(group.n_meters).ok())),
        floats(
            "demand_kw_median",
            groups.iter().map(|group| Some(f64::from(group.demand_kw_median)).filter(|kw| !kw.is_nan())),
        ),
        floats("silhouette", groups.iter().map(|group| group.silhouette)),
        floats("inertia", groups.iter().map(|group| group.inertia)),
    ];
    for hour in 0..CLOCK_HOURS {
        columns.push(floats(
            &format!("load_shape_hour_{hour:02}"),
            groups.iter().map(|group| Some(f64::from(group.load_shape[hour]))),
        ));
    }
    GROUPS.frame(groups.len(), columns)
}
