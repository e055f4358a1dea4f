//! Refuses a unit, or a counter, that was guessed where the values may as well be something else.

use super::Quantity;
use super::evidence::{Series, median_step_s};
use super::guess::Trouble;
use super::likelier::Says;
use super::mapping::{Layout, Mapping, Unit};
use super::names::{is_demand_name, is_energy_name};
use super::profile::name_key;
use hashwatt_core::language::message::Value;
use hashwatt_core::message;

/// Mean demand that no home reaches: a connection of 3 x 63 A carries 43 kW, and its mean lies far below. [kW]
const MAX_HOME_KW: f64 = 30.0;

/// Least mean demand that a metered customer has. [kW]
const MIN_CUSTOMER_KW: f64 = 0.01;

/// Mean demand below that of one device on standby; a street of such meters is none. [kW]
const STANDBY_KW: f64 = 0.003;

/// Fewest reads of a meter that tell its level.
const MIN_READS: usize = 24;

/// Share of falling steps that a load has and a counter has not. Neither falls all the time. [1]
const FALLING: std::ops::Range<f64> = 0.2..0.8;

/// Intervals whose energy [kWh] is the same number as their mean demand [kW]. [s]
const HOUR_S: i64 = 3600;

/// Seconds in 24 clock hours. [s]
const DAY_S: i64 = 86_400;

const CURE: &str = "Set unit in [[readings]]: kWh or Wh of the interval, or kW or W of mean demand";

/// Refuses a unit that was assumed where the level fits another, or where nothing tells energy from demand; and
/// a counter that was assumed by its name and falls.
pub(super) fn refuse_unit(mapping: &Mapping, series: &Series) -> Result<(), Trouble> {
    if matches!(mapping.layout, Layout::Register { .. }) {
        return refuse_falling_counter(mapping, series);
    }
    if !mapping.is_guessed("unit") {
        return Ok(());
    }
    refuse_high_level(mapping, series)?;
    refuse_low_level(mapping, series)?;
    refuse_energy_or_demand(mapping, series)
}

fn column_name(mapping: &Mapping) -> &str {
    mapping.layout.values().first().map_or("", |column| column.name.as_str())
}

/// Refuses kWh where the level fits no home, and a thousandth of it does.
fn refuse_high_level(mapping: &Mapping, series: &Series) -> Result<(), Trouble> {
    let Some(median_kw) = median_kw(mapping, series, 2) else { return Ok(()) };
    if median_kw <= MAX_HOME_KW || median_kw / 1e3 < MIN_CUSTOMER_KW {
        return Ok(());
    }
    let (small, stated) = match mapping.unit.quantity() {
        Quantity::Demand => (Unit::Watts, Unit::Kilowatts),
        _ => (Unit::WattHours, Unit::KilowattHours),
    };
    let seen = format!(
        "column `{}` states no unit: as {} the middle meter draws {median_kw:.0} kW all the time, as {} {:.2} kW",
        column_name(mapping),
        stated.symbol(),
        small.symbol(),
        median_kw / 1e3
    );
    let reason = message!("a_home_may", kw = Value::number(median_kw / 1e3, 2));
    Err(Trouble::new(seen, CURE).or_likelier(Says::Unit(small), reason))
}

/// Refuses kWh where no meter in the middle draws what one device on standby does, and a thousand times as much
/// fits a home.
fn refuse_low_level(mapping: &Mapping, series: &Series) -> Result<(), Trouble> {
    let Some(median_kw) = median_kw(mapping, series, MIN_READS) else { return Ok(()) };
    let is_low = 0.0 < median_kw && median_kw < STANDBY_KW;
    if !is_low || !(MIN_CUSTOMER_KW..=MAX_HOME_KW).contains(&(median_kw * 1e3)) {
        return Ok(());
    }
    let (large, stated) = match mapping.unit.quantity() {
        Quantity::Demand => (Unit::Megawatts, Unit::Kilowatts),
        _ => (Unit::MegawattHours, Unit::KilowattHours),
    };
    let seen = format!(
        "column `{}` states no unit: as {} the middle meter draws {:.1} W all the time, as {} {:.2} kW",
        column_name(mapping),
        stated.symbol(),
        median_kw * 1e3,
        large.symbol(),
        median_kw * 1e3
    );
    let reason = message!("a_home_may", kw = Value::number(median_kw * 1e3, 2));
    Err(Trouble::new(seen, "Set unit in [[readings]]").or_likelier(Says::Unit(large), reason))
}

/// Refuses kWh where the values may as well be kW, and that would change every demand: no name says energy, and
/// an interval is no hour. (Rows of a day hold energy by custom, and so do daily values.)
fn refuse_energy_or_demand(mapping: &Mapping, series: &Series) -> Result<(), Trouble> {
    let name = match &mapping.layout {
        Layout::Long { value } => value.name.as_str(),
        Layout::Wide { .. } => "",
        _ => return Ok(()),
    };
    let key = name_key(name);
    if mapping.unit.quantity() == Quantity::Demand || is_energy_name(&key) || is_demand_name(&key) {
        return Ok(());
    }
    let mut steps: Vec<i64> =
        series.values().filter(|reads| reads.len() >= MIN_READS).map(|reads| median_step_s(reads)).collect();
    steps.sort_unstable();
    let Some(&step_s) = steps.get(steps.len() / 2) else { return Ok(()) };
    if step_s <= 0 || step_s == HOUR_S || step_s >= DAY_S {
        return Ok(());
    }
    let seen = format!(
        "{}, and its intervals are {} min: the values may be energy (kWh), or mean demand (kW), which is {:.2} times \
         as much energy",
        if name.is_empty() {
            "no column states a unit".to_owned()
        } else {
            format!("column `{name}` states no unit")
        },
        step_s / 60,
        step_s as f64 / HOUR_S as f64
    );
    let reason = message!("mostly_energy");
    Err(Trouble::new(seen, CURE).or_likelier(Says::Unit(mapping.unit), reason))
}

/// Refuses a counter by name whose values fall too often to be one.
fn refuse_falling_counter(mapping: &Mapping, series: &Series) -> Result<(), Trouble> {
    if !mapping.is_guessed("shape") {
        return Ok(());
    }
    let (mut n_steps, mut n_falling) = (0_usize, 0_usize);
    for reads in series.values().filter(|reads| reads.len() >= MIN_READS) {
        n_steps += reads.len() - 1;
        n_falling += reads.windows(2).filter(|pair| pair[1].1 < pair[0].1).count();
    }
    if n_steps == 0 || !FALLING.contains(&(n_falling as f64 / n_steps as f64)) {
        return Ok(());
    }
    let seen = format!(
        "column `{}` is named like a cumulative counter, and falls in {n_falling} of {n_steps} steps",
        column_name(mapping)
    );
    let cure =
        "Set shape = \"long\" in [[readings]] if it is energy of the interval, or shape = \"register\"";
    Err(Trouble::new(seen, cure).or_likelier(Says::Shape("long"), message!("no_counter_falls")))
}

/// Returns the middle meter's mean demand under the unit of the mapping. [kW]
fn median_kw(mapping: &Mapping, series: &Series, fewest_reads: usize) -> Option<f64> {
    let judged = series.values().filter(|reads| reads.len() >= fewest_reads);
    let mut means: Vec<f64> = judged.map(|reads| mean_kw(mapping, reads)).collect();
    means.sort_by(f64::total_cmp);
    means.get(means.len() / 2).copied()
}

fn mean_kw(mapping: &Mapping, reads: &[(i64, f64)]) -> f64 {
    let mean = reads.iter().map(|(_, value)| value).sum::<f64>() / reads.len() as f64;
    match mapping.unit.quantity() {
        Quantity::Demand => mean,
        _ => mean * 3600.0 / median_step_s(reads).max(1) as f64,
    }
}
