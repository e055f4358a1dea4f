//! Lays out `balance.parquet`: every transformer, feeder or substation that has a network meter.

use polars::prelude::DataFrame;

use super::{counts, dates, floats, texts};
use crate::schema::BALANCE;
use hashwatt_core::calendar::date_of;
use hashwatt_core::error::Result;
use hashwatt_detection::balance::ParentBalance;
use hashwatt_detection::network::risk::Risks;
use hashwatt_readings::acquisition::register::Register;

/// Builds the table: `parent_id, kind, n_children, n_silent` (children without interval data), `n_days,
/// filled_share` (of the registered energy, 0..=1), `supplied_kwh, registered_kwh, technical_loss_kwh` over
/// those days, `no_load_kw, load_loss_per_kw` [1/kW], `peak_kw, unexplained_kw, unexplained_sd_kw`,
/// `log_ratio` (of a farm to none), `onset, ended` [local day], `likeliest_meter, likeliest_chance` [0..=1],
/// `voltage_fell_at` (the meter where it fell most when the load began), `voltage_fell_v, load_phase,
/// load_bus` (of that side, from the register), `rating_kva, hours_above_rating, hours_above_rating_without`
/// (the suspects below it).
///
/// # Errors
/// When the table cannot be built.
pub fn balance_frame(parents: &[ParentBalance], register: &Register, risks: &Risks) -> Result<DataFrame> {
    let point = |parent: &ParentBalance| register.point(parent.account.parent.as_str());
    let float =
        |name: &str, value: &dyn Fn(&ParentBalance) -> Option<f64>| floats(name, parents.iter().map(value));
    let risk = |one: &ParentBalance| risks.get(one.account.parent.as_str());
    let hours = |one: &ParentBalance| one.account.n_days as f64 * 24.0;
    let columns = vec![
        texts("parent_id", parents.iter().map(|one| Some(one.account.parent.as_str()))),
        texts("kind", parents.iter().map(|one| point(one)?.kind.as_deref())),
        counts("n_children", parents.iter().map(|one| Some(one.account.children.len() as u32))),
        counts("n_silent", parents.iter().map(|one| Some(one.account.n_silent))),
        counts("n_days", parents.iter().map(|one| Some(one.account.n_days as u32))),
        float("filled_share", &|one| Some(one.account.filled_share)),
        float("supplied_kwh", &|one| Some(one.account.supplied_kwh)),
        float("registered_kwh", &|one| Some(one.account.registered_kwh)),
        float("technical_loss_kwh", &|one| Some(one.account.load_loss_kwh + one.no_load_kw * hours(one))),
        float("no_load_kw", &|one| Some(one.no_load_kw)),
        float("load_loss_per_kw", &|one| Some(one.account.loss.per_square)),
        float("peak_kw", &|one| Some(one.account.peak_kw)),
        float("unexplained_kw", &|one| Some(one.excess.kw)),
        float("unexplained_sd_kw", &|one| Some(one.excess.sd_kw)),
        float("log_ratio", &|one| Some(one.excess.log_ratio)),
        dates("onset", parents.iter().map(|one| one.excess.onset.map(date_of))),
        dates("ended", parents.iter().map(|one| one.excess.ended.map(date_of))),
        texts("likeliest_meter", parents.iter().map(|one| Some(one.traces.first()?.meter.as_str()))),
        float("likeliest_chance", &|one| Some(one.traces.first()?.chance)),
        texts("voltage_fell_at", parents.iter().map(|one| Some(one.side.as_ref()?.meters[0].0.as_str()))),
        float("voltage_fell_v", &|one| Some(one.side.as_ref()?.meters[0].1)),
        texts("load_phase", parents.iter().map(|one| one.side.as_ref()?.phase.as_deref())),
        texts("load_bus", parents.iter().map(|one| Some(one.side.as_ref()?.buses.first()?.as_str()))),
        float("rating_kva", &|one| Some(risk(one)?.rating_kva)),
        counts("hours_above_rating", parents.iter().map(|one| Some(risk(one)?.hours_above))),
        counts("hours_above_rating_without", parents.iter().map(|one| Some(risk(one)?.hours_above_without))),
    ];
    BALANCE.frame(parents.len(), columns)
}
