//! Reads the voltages of some meters on some days: a second pass, for the meters below a few parents.

use hashwatt_core::calendar::CLOCK_HOURS;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::mapping::Mapping;
use super::{MeterReader, Source};
use hashwatt_core::calendar::Calendar;
use hashwatt_core::error::Result;
use hashwatt_core::ids::{MeterId, MeterNumbers};

/// Voltages are summed in whole millivolts, so that sums do not depend on the order of threads.
const MV_PER_V: f64 = 1000.0;

/// Above the highest voltage of any line. [V]
const MAX_V: f64 = 2e6;

/// One meter's voltage.
#[derive(Debug, Clone, PartialEq)]
pub struct Voltages {
    /// First civil day. [days since 1970-01-01]
    pub first_day: i32,
    /// Mean by day and clock hour; NaN where it is missing. [V]
    pub hour_v: Vec<[f32; CLOCK_HOURS]>,
}

/// Reads the voltages of the `wanted` meters, each from its first civil day to one past the last. Meters
/// without voltage are left out. Of sources with a voltage column, only units that may contain a wanted day
/// are read; if a file has no statistics, that is all of them.
///
/// # Errors
/// As [`Source::read_unit`]. Problems with a file were already reported when its values were read.
pub fn read_voltages(
    sources: &[Source],
    wanted: &BTreeMap<MeterId, Range<i32>>,
    calendar: &Calendar,
) -> Result<BTreeMap<MeterId, Voltages>> {
    let mappings: Vec<(&Source, Mapping)> =
        sources.iter().filter_map(|source| Some((source, source.mapping.of_voltage()?))).collect();
    if wanted.is_empty() || mappings.is_empty() {
        return Ok(BTreeMap::new());
    }
    let numbers = MeterNumbers::default();
    // The wanted meters get the first numbers, in their order.
    wanted.keys().for_each(|meter| {
        numbers.number(meter.as_str());
    });
    let sums: Vec<Mutex<Sums>> = wanted.values().map(|days| Mutex::new(Sums::of(days.clone()))).collect();
    let units: Vec<(&Source, &Mapping, usize)> = mappings
        .iter()
        .flat_map(|(source, mapping)| (0..source.n_units()).map(move |unit| (*source, mapping, unit)))
        .filter(|(source, _, unit)| may_hold(source.span_of(*unit), wanted))
        .collect();
    units.into_par_iter().try_for_each(|(source, mapping, unit)| {
        let mut meters = MeterReader::new(&numbers);
        source
            .read_unit_as(mapping, unit, &mut meters, &mut |batch| {
                for ((&meter, &start_s), &volts) in
                    batch.meters.iter().zip(&batch.starts_s).zip(&batch.values)
                {
                    if let Some(sums) = sums.get(meter as usize) {
                        sums.lock().unwrap_or_else(PoisonError::into_inner).add(start_s, volts, calendar);
                    }
                }
                Ok(())
            })
            .map(|_| ())
    })?;
    let voltages = |sums: Mutex<Sums>| sums.into_inner().unwrap_or_else(PoisonError::into_inner).voltages();
    let all = wanted.keys().cloned().zip(sums.into_iter().map(voltages));
    Ok(all.filter_map(|(meter, voltages)| Some((meter, voltages?))).collect())
}

/// Whether a unit with this time span, as written, may contain a wanted day of any meter.
fn may_hold(span_s: Option<(i64, i64)>, wanted: &BTreeMap<MeterId, Range<i32>>) -> bool {
    let Some((first_s, last_s)) = span_s else { return true };
    // Zone and stamp shift a time by less than two days.
    let day = |time_s: i64| time_s.div_euclid(86_400);
    let (first, last) = (day(first_s) - 2, day(last_s) + 2);
    wanted.values().any(|days| i64::from(days.start) <= last && first < i64::from(days.end))
}

/// Sums and counts of a meter's voltages, by day and clock hour.
struct Sums {
    days: Range<i32>,
    sums_mv: Vec<[i64; CLOCK_HOURS]>,
    counts: Vec<[u32; CLOCK_HOURS]>,
}

impl Sums {
    fn of(days: Range<i32>) -> Self {
        let n = days.len();
        Self { days, sums_mv: vec![[0; CLOCK_HOURS]; n], counts: vec![[0; CLOCK_HOURS]; n] }
    }

    fn add(&mut self, start_s: i64, volts: f64, calendar: &Calendar) {
        // A dead line has no voltage, so its values say nothing about the load.
        if !(volts > 0.0 && volts < MAX_V) {
            return;
        }
        let Some(civil) = calendar.day_of(start_s).filter(|civil| self.days.contains(&civil.day)) else {
            return;
        };
        let (day, hour) = ((civil.day - self.days.start) as usize, civil.clock_hour(start_s - civil.start_s));
        self.sums_mv[day][hour] += (volts * MV_PER_V).round() as i64;
        self.counts[day][hour] += 1;
    }

    fn voltages(self) -> Option<Voltages> {
        let mean = |sum_mv: i64, n: u32| {
            if n > 0 { (sum_mv as f64 / MV_PER_V / f64::from(n)) as f32 } else { f32::NAN }
        };
        let day = |(sums, counts): (&[i64; CLOCK_HOURS], &[u32; CLOCK_HOURS])| {
            std::array::from_fn(|hour| mean(sums[hour], counts[hour]))
        };
        let is_any = self.counts.iter().flatten().any(|n| *n > 0);
        is_any.then(|| Voltages {
            first_day: self.days.start,
            hour_v: self.sums_mv.iter().zip(&self.counts).map(day).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquisition::open_sources;
    use hashwatt_core::settings::ReadingsTable;

    fn read(csv: &str, wanted: &[(&str, Range<i32>)]) -> BTreeMap<MeterId, Voltages> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("readings.csv");
        std::fs::write(&path, csv).unwrap();
        let stated = ReadingsTable { path: path.display().to_string(), ..ReadingsTable::default() };
        let opened = open_sources(&[stated], None).unwrap();
        let wanted = wanted.iter().map(|(meter, days)| (MeterId::from(*meter), days.clone())).collect();
        read_voltages(&opened.sources, &wanted, &Calendar::new(None)).unwrap()
    }

    /// 2022-01-10. [days since 1970-01-01]
    const DAY: i32 = 19_002;

    #[test]
    fn voltages_are_means_of_the_clock_hours_of_wanted_meters_and_days() {
        let csv = "meter_id,timestamp,kwh,voltage_v\n\
            a,2022-01-09T23:30:00,0.2,100\n\
            a,2022-01-10T00:00:00,0.2,230\n\
            a,2022-01-10T00:30:00,0.3,231.5\n\
            a,2022-01-10T02:00:00,0.3,0\n\
            b,2022-01-10T00:00:00,0.2,229\n";
        let found = read(csv, &[("a", DAY..DAY + 1), ("c", DAY..DAY + 1)]);
        let of_a = &found[&MeterId::from("a")];
        assert_eq!((found.len(), of_a.first_day, of_a.hour_v.len()), (1, DAY, 1));
        assert_eq!(of_a.hour_v[0][0], 230.75);
        assert!(of_a.hour_v[0][1..].iter().all(|volts| volts.is_nan()));
    }

    #[test]
    fn a_voltage_is_read_as_it_stands_beside_multiplied_and_end_stamped_energy() {
        // The first meter has no voltage; 00:30 ends the day's first half-hour.
        let csv = "meter_id,interval_end,wh,ct_ratio,voltage\n\
            t,2022-01-10T00:30:00,900000,40,\n\
            t,2022-01-10T01:00:00,900000,40,\n\
            a,2022-01-10T00:30:00,200,40,229.5\n\
            a,2022-01-10T01:00:00,200,40,230.5\n";
        let found = read(csv, &[("a", DAY..DAY + 1), ("t", DAY..DAY + 1)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[&MeterId::from("a")].hour_v[0][0], 230.0);
    }

    #[test]
    fn units_far_from_the_wanted_days_are_not_read() {
        let wanted = BTreeMap::from([(MeterId::from("a"), DAY..DAY + 10)]);
        let of_days = |first: i32, last: i32| Some((i64::from(first) * 86_400, i64::from(last) * 86_400));
        assert!(may_hold(None, &wanted) && may_hold(of_days(DAY - 40, DAY), &wanted));
        assert!(may_hold(of_days(DAY + 10, DAY + 30), &wanted));
        assert!(!may_hold(of_days(DAY - 40, DAY - 5), &wanted));
        assert!(!may_hold(of_days(DAY + 13, DAY + 30), &wanted));
    }

    #[test]
    fn an_export_without_voltages_has_none() {
        let csv = "meter_id,timestamp,kwh\na,2022-01-10T00:00:00,0.2\na,2022-01-10T00:30:00,0.2\n";
        assert!(read(csv, &[("a", DAY..DAY + 1)]).is_empty());
    }
}
