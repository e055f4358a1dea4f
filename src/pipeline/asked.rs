//! Asks back what was guessed, in words that whoever knows the place can answer: a day's energy, the quiet hour.

use crate::acquisition::Source;
use crate::acquisition::register::UsagePoint;
use crate::calendar::CLOCK_HOURS;
use crate::features::measure::MeasuredMeter;
use crate::language::message::{Message, Value};
use crate::settings::Settings;
use crate::stats::median;

/// Returns the questions, as messages of the family [`ASKED`](crate::run::words::ASKED): one if the unit of some
/// file was guessed, one if no zone is given.
pub(super) fn questions(sources: &[Source], measured: &[MeasuredMeter], settings: &Settings) -> Vec<Message> {
    let points = measured.iter().filter(|one| !one.2.as_ref().is_some_and(UsagePoint::is_network));
    let points: Vec<&MeasuredMeter> = points.collect();
    let unit = sources.iter().find(|source| is_unit_guessed(source)).and_then(|source| {
        let kw: Vec<f32> = points.iter().map(|one| one.1.standard.demand_kw_mean).collect();
        let kwh = f64::from(median(&kw)?) * 24.0;
        Some(
            Message::new("unit")
                .with("unit", Value::Name(source.mapping.unit.symbol().to_owned()))
                .with("kwh", Value::number(kwh, if kwh < 10.0 { 1 } else { 0 })),
        )
    });
    let zone = settings.zone.is_none().then(|| quiet_hour(&points)).flatten().map(|hour| {
        let next = (hour + 1) % CLOCK_HOURS;
        Message::new("zone").with("from", Value::Hour(hour as u32)).with("to", Value::Hour(next as u32))
    });
    unit.into_iter().chain(zone).collect()
}

/// Whether the unit of a file's values was guessed, or accepted as a guess.
fn is_unit_guessed(source: &Source) -> bool {
    source.mapping.is_guessed("unit") || source.accepted.iter().any(|guess| guess.key == "unit")
}

/// Returns the clock hour in which a typical meter draws least; `None` if no meter shows hours.
fn quiet_hour(meters: &[&MeasuredMeter]) -> Option<usize> {
    let mut shares: Vec<(usize, f32)> = Vec::with_capacity(CLOCK_HOURS);
    for hour in 0..CLOCK_HOURS {
        let of_mean = |one: &&MeasuredMeter| one.1.hour_kw[hour] / one.1.standard.demand_kw_mean;
        let known: Vec<f32> = meters.iter().map(of_mean).filter(|share| share.is_finite()).collect();
        shares.push((hour, median(&known)?));
    }
    // Coarse reads have the same mean at every hour.
    let (least, most) = (shares.iter().copied().min_by(by_share)?, shares.iter().copied().max_by(by_share)?);
    (most.1 > least.1).then_some(least.0)
}

fn by_share(a: &(usize, f32), b: &(usize, f32)) -> std::cmp::Ordering {
    a.1.total_cmp(&b.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::DayDigest;
    use crate::features::{Surroundings, extract_features};
    use crate::ids::MeterId;
    use crate::settings::Windows;

    fn measured(hour_kw: [f32; CLOCK_HOURS]) -> MeasuredMeter {
        let day = |day| DayDigest {
            n_measured: 48,
            n_distinct: 48,
            energy_kwh: hour_kw.iter().sum(),
            demand_kw_mean: hour_kw.iter().sum::<f32>() / CLOCK_HOURS as f32,
            hour_kw,
            ..DayDigest::empty(day, 30, 48)
        };
        let days: Vec<DayDigest> = (0..10).map(day).collect();
        let features = extract_features(&days, 0.0, &Windows::default(), &Surroundings::default()).unwrap();
        (MeterId::from("a"), features, None)
    }

    #[test]
    fn the_quiet_hour_is_the_one_with_least_demand() {
        let mut hour_kw = [0.5; CLOCK_HOURS];
        assert_eq!(quiet_hour(&[&measured(hour_kw)]), None);
        hour_kw[22] = 0.1;
        assert_eq!(quiet_hour(&[&measured(hour_kw)]), Some(22));
        assert_eq!(quiet_hour(&[]), None);
    }
}
