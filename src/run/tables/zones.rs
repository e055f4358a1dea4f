//! Lays out `zones.parquet`: the growth of each zone's consumption and the mining suspected there.

use polars::prelude::DataFrame;

use super::{counts, dates, floats, texts};
use crate::schema::ZONES;
use hashwatt_core::calendar::date_of;
use hashwatt_core::error::Result;
use hashwatt_detection::network::growth::ZoneGrowth;

/// Builds `zone, first_from, first_to, second_from, second_to` [local days of the two periods],
/// `customers_first, customers_second, demand_kw_first, demand_kw_second, growth_share` [of the first],
/// `by_customers_share, by_temperature_share, by_mining_share, other_share` [parts of the growth, of the
/// first], `suspected_metered_mw, suspected_unmetered_mw` [on the last day], `n_suspected`.
///
/// # Errors
/// When the table cannot be built.
pub fn zones_frame(zones: &[ZoneGrowth]) -> Result<DataFrame> {
    let day = |name: &str, pick: fn(&[(i32, i32); 2]) -> i32| {
        dates(name, zones.iter().map(|zone| zone.periods.as_ref().map(|periods| date_of(pick(periods)))))
    };
    let float = |name: &str, value: &dyn Fn(&ZoneGrowth) -> f64| {
        floats(name, zones.iter().map(|zone| Some(value(zone))))
    };
    let share =
        |name: &str, kw: &dyn Fn(&ZoneGrowth) -> f64| float(name, &|zone| kw(zone) / zone.demand_kw[0]);
    let columns = vec![
        texts("zone", zones.iter().map(|zone| Some(zone.zone.as_str()))),
        day("first_from", |periods| periods[0].0),
        day("first_to", |periods| periods[0].1),
        day("second_from", |periods| periods[1].0),
        day("second_to", |periods| periods[1].1),
        float("customers_first", &|zone| zone.n_customers[0]),
        float("customers_second", &|zone| zone.n_customers[1]),
        float("demand_kw_first", &|zone| zone.demand_kw[0]),
        float("demand_kw_second", &|zone| zone.demand_kw[1]),
        share("growth_share", &ZoneGrowth::growth_kw),
        share("by_customers_share", &|zone| zone.by_customers_kw),
        share("by_temperature_share", &|zone| zone.by_temperature_kw.unwrap_or(f64::NAN)),
        share("by_mining_share", &|zone| zone.by_mining_kw),
        share("other_share", &ZoneGrowth::other_kw),
        float("suspected_metered_mw", &|zone| zone.suspected_kw[0] / 1000.0),
        float("suspected_unmetered_mw", &|zone| zone.suspected_kw[1] / 1000.0),
        counts("n_suspected", zones.iter().map(|zone| Some(zone.n_rigs as u32))),
    ];
    ZONES.frame(zones.len(), columns)
}
