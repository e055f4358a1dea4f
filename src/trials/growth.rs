//! Sizes each zone's industry so that the zone's consumption grows as its scenario says.

use std::ops::Range;

use jiff::civil::Date;

use super::calendar::Calendar;
use super::scenario::{Growth, Scenario, Zone};
use hashwatt_core::error::{Error, Result};

/// Industry is at least this share of what the rest of its zone consumes in the year before.
const MIN_INDUSTRY_SHARE: f64 = 0.3;

/// Industry takes up to this many times the zone's growth where the rest of the zone grows by less.
const MAX_GROWTH_FACTOR: f64 = 2.0;

/// Nobody takes 220 kV for less, on average of a zone's plants. [kW]
const MIN_PLANT_KW: f64 = 1_000.0;

/// Plants are at most this large on average: no meter shows more than 1 GW. [kW]
const MAX_PLANT_KW: f64 = 400_000.0;

/// Where the growth leaves the size open, industry consumes this many times what the rest does.
const DEFAULT_SIZE: f64 = 1.0;

/// No industry grows or shrinks by more within a year.
const CREDIBLE_GROWTH: f64 = 0.6;

/// The intervals of a growth's period, and those of the same days of the year before.
#[derive(Debug, Clone, PartialEq)]
struct Periods {
    before: Range<usize>,
    after: Range<usize>,
}

/// Industry of a zone: its demand is `kw` × the load of its plants × the factor of the interval.
#[derive(Debug, Clone)]
pub(super) struct Industrial {
    /// Mean demand of all its plants before they grow. [kW]
    pub kw: f64,
    /// Growth factor of each interval.
    pub factors: Vec<f32>,
}

/// What is known of a zone when its industry is sized.
pub(super) struct ZoneLoad {
    /// Demand of all but industry, at the substations. [kW]
    pub rest_kw: Vec<f64>,
    /// Load of the plants together, with a mean of 1, at the substation.
    pub plants: Vec<f64>,
}

/// Returns the industry of each zone; `None` where the scenario has none.
///
/// # Errors
/// When the growth that the scenario states cannot be.
pub(super) fn size_industry(
    scenario: &Scenario,
    calendar: &Calendar,
    loads: &[ZoneLoad],
) -> Result<Vec<Option<Industrial>>> {
    let mut sized = Vec::new();
    for (zone, load) in scenario.zones.iter().zip(loads) {
        let has_industry = zone.industry.is_some();
        sized.push(if has_industry { Some(size_zone(zone, calendar, load)?) } else { None });
    }
    let periods = scenario.growth.and_then(|growth| Some((growth, periods_of(&growth, calendar)?)));
    if let Some((growth, periods)) = periods {
        lift_rest_of_year(&mut sized, scenario, calendar, loads, (growth, periods))?;
    }
    Ok(sized)
}

fn size_zone(zone: &Zone, calendar: &Calendar, load: &ZoneLoad) -> Result<Industrial> {
    let n = load.rest_kw.len();
    let n_plants = zone.industry.as_ref().map_or(1, |industry| industry.plants) as f64;
    let trend = f64::from(zone.industry.as_ref().map_or(0.0, |industry| industry.demand_growth));
    let known = zone.growth.and_then(|growth| Some((growth, periods_of(&growth, calendar)?)));
    let Some((growth, periods)) = known else {
        let mean_kw = load.rest_kw.iter().sum::<f64>() / n.max(1) as f64;
        let year = (365 * calendar.intervals_per_day) as f64;
        let factors = (0..n).map(|i| (1.0 + trend * i as f64 / year) as f32).collect();
        return Ok(Industrial { kw: (DEFAULT_SIZE * mean_kw).max(n_plants * MIN_PLANT_KW), factors });
    };
    let ramp = ramp(n, &periods.after);
    let rest = |range: &Range<usize>| load.rest_kw[range.clone()].iter().sum::<f64>();
    let plants = |range: &Range<usize>| load.plants[range.clone()].iter().sum::<f64>();
    let ramped: f64 = periods.after.clone().map(|i| load.plants[i] * ramp[i]).sum();
    let (rest_before, missing) = (rest(&periods.before), growth_missing(growth.share, &periods, rest));
    // The rest grows by more than the zone: the industry is as large as dilutes it. By less: it makes it up.
    let own_share = if missing < 0.0 {
        trend.min(growth.share - 0.01)
    } else {
        (MAX_GROWTH_FACTOR * growth.share).max(growth.share + 0.01)
    };
    let sized = missing / (own_share - growth.share);
    let smallest = n_plants * MIN_PLANT_KW * plants(&periods.before);
    let energy_before = sized.max(MIN_INDUSTRY_SHARE * rest_before).max(smallest);
    let kw = energy_before / plants(&periods.before);
    // Solves kw × (plants after + slope × ramped) = (1 + share) × kw × plants before + missing.
    let wanted = (1.0 + growth.share) * plants(&periods.before) + missing / kw;
    let slope = (wanted - plants(&periods.after)) / ramped;
    credible(&format!("zones.{}.growth.share", zone.name), growth.share, slope)?;
    if kw / n_plants > MAX_PLANT_KW {
        return Err(Error::input(
            "scenario",
            format!(
                "`zones.{}.industry.plants` is {n_plants}, each of {:.0} MW",
                zone.name,
                kw / n_plants / 1e3
            ),
            "Write more plants, or smaller farms, whose growth the industry dilutes",
        ));
    }
    Ok(Industrial { kw, factors: ramp.iter().map(|at| (1.0 + slope * at) as f32).collect() })
}

/// Returns the energy, in kW × intervals, by which the rest lacks to grow by this share.
fn growth_missing(share: f64, periods: &Periods, rest: impl Fn(&Range<usize>) -> f64) -> f64 {
    (1.0 + share) * rest(&periods.before) - rest(&periods.after)
}

/// Lifts or lowers all industry after the zones' own periods, so that all zones together grow as stated.
fn lift_rest_of_year(
    sized: &mut [Option<Industrial>],
    scenario: &Scenario,
    calendar: &Calendar,
    loads: &[ZoneLoad],
    (growth, periods): (Growth, Periods),
) -> Result<()> {
    let ends = scenario.zones.iter().filter_map(|zone| Some(zone.growth?.to));
    let Some(free_from) =
        ends.max().map(|day| calendar.interval_at(day.saturating_add(jiff::ToSpan::days(1)), 0))
    else {
        return Ok(());
    };
    let free = free_from..periods.after.end;
    if free.is_empty() {
        return Ok(());
    }
    let lift = ramp(loads.first().map_or(0, |load| load.rest_kw.len()), &free);
    let (mut missing, mut liftable) = (0.0, 0.0);
    for (industrial, load) in sized.iter().zip(loads) {
        let Some(industrial) = industrial else { continue };
        let own = |i: usize| industrial.kw * load.plants[i] * f64::from(industrial.factors[i]);
        let all = |range: &Range<usize>| range.clone().map(|i| load.rest_kw[i] + own(i)).sum::<f64>();
        missing += growth_missing(growth.share, &periods, all);
        liftable += free.clone().map(|i| own(i) * lift[i]).sum::<f64>();
    }
    let slope = missing / liftable;
    credible("growth.share", growth.share, slope)?;
    for industrial in sized.iter_mut().flatten() {
        industrial
            .factors
            .iter_mut()
            .zip(&lift)
            .for_each(|(factor, at)| *factor *= (1.0 + slope * at) as f32);
    }
    Ok(())
}

/// Refuses a growth that industry would have to make up by one that no industry has.
fn credible(key: &str, share: f64, slope: f64) -> Result<()> {
    if slope.is_finite() && slope.abs() <= CREDIBLE_GROWTH {
        return Ok(());
    }
    Err(Error::input(
        "scenario",
        format!("`{key}` is {share}, for which industry would have to grow by {:.0}%", 100.0 * slope),
        "State a growth nearer to what the rigs bring, or change their prevalence, weight or size",
    ))
}

/// Returns 0 before a range, 1 after it, and a straight line within.
fn ramp(n: usize, range: &Range<usize>) -> Vec<f64> {
    let length = range.len().max(1) as f64;
    (0..n).map(|i| ((i as f64 - range.start as f64) / length).clamp(0.0, 1.0)).collect()
}

/// Returns the periods of a growth, if the calendar holds both.
fn periods_of(growth: &Growth, calendar: &Calendar) -> Option<Periods> {
    use jiff::ToSpan;
    let last = *calendar.dates.last()?;
    let a_year = |day: Date| day.checked_sub(1.year()).ok();
    let (before_from, before_to) = (a_year(growth.from)?, a_year(growth.to)?);
    if before_from < calendar.first_day || growth.to > last {
        return None;
    }
    let range = |from: Date, to: Date| {
        calendar.interval_at(from, 0)..calendar.interval_at(to.saturating_add(1.day()), 0)
    };
    Some(Periods { before: range(before_from, before_to), after: range(growth.from, growth.to) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two years in the south, in which all but industry grows by this share on the first day of the second.
    fn grown_by(share: f64) -> Result<f64> {
        let scenario = Scenario::named("kazakhstan-2021")?;
        let calendar = Calendar::of(&scenario, scenario.first_day(821), 731, 60)?;
        let second = calendar.interval_at(jiff::civil::date(2021, 1, 1), 0);
        let rest_kw: Vec<f64> = (0..calendar.grid.len())
            .map(|i| if i < second { 5_000.0 } else { 5_000.0 * (1.0 + share) })
            .collect();
        let load = ZoneLoad { plants: vec![1.0; rest_kw.len()], rest_kw };
        let zone = &scenario.zones[1];
        let industrial = size_zone(zone, &calendar, &load)?;
        let periods = periods_of(&zone.growth.unwrap(), &calendar).unwrap();
        let all = |range: &Range<usize>| -> f64 {
            range.clone().map(|i| load.rest_kw[i] + industrial.kw * f64::from(industrial.factors[i])).sum()
        };
        Ok(all(&periods.after) / all(&periods.before) - 1.0)
    }

    #[test]
    fn industry_makes_a_zone_grow_as_stated_whatever_the_rest_does() {
        for share in [-0.02, 0.05, 0.116, 0.3, 1.0, 3.0] {
            let grown = grown_by(share).unwrap();
            assert!((grown - 0.116).abs() < 1e-4, "{share}: {grown}");
        }
    }
}
