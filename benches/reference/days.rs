//! Digests made-up loads without an export in between, for what starts from digests.

use hashwatt::calendar::{Calendar, CivilDay};
use hashwatt::digest::DayDigest;
use hashwatt::digest::kernel::{DayIntervals, Scratch, digest_day};
use hashwatt::settings::Windows;

use super::load::{INTERVAL_S, Loads, SLOTS};

/// Half-hours of an hour.
const INTERVALS_PER_HOUR: f64 = 3600.0 / INTERVAL_S as f64;

/// Digests the days of meters.
pub struct Digester<'a> {
    loads: &'a Loads,
    days: Vec<CivilDay>,
    scratch: Scratch,
}

impl<'a> Digester<'a> {
    /// For days from `first_day` on, which must be where the loads begin. [days since 1970-01-01]
    pub fn new(loads: &'a Loads, first_day: i32, n_days: u32) -> Self {
        let calendar = Calendar::new(None);
        let noons_s = (0..i64::from(n_days)).map(|day| (i64::from(first_day) + day) * 86_400 + 43_200);
        let days = noons_s
            .map(|noon_s| *calendar.day_of(noon_s).expect("reference data lies within the calendar"))
            .collect();
        Self { loads, days, scratch: Scratch::default() }
    }

    /// All days of a meter.
    pub fn digest(&mut self, meter: u32) -> Vec<DayDigest> {
        let loads = self.loads;
        self.digest_of(|day| demand_kw(loads, meter, day))
    }

    /// All days of a load, which are asked for by number. [kW]
    pub fn digest_of(&mut self, mut demand_kw: impl FnMut(u32) -> [f32; SLOTS as usize]) -> Vec<DayDigest> {
        let night = Windows::default().night;
        let mut digests = Vec::with_capacity(self.days.len());
        for (day, civil) in self.days.iter().enumerate() {
            let demand_kw = demand_kw(day as u32);
            let intervals =
                DayIntervals { civil, interval_s: INTERVAL_S, demand_kw: &demand_kw, estimated: &[] };
            digests.push(digest_day(intervals, night, &mut self.scratch));
        }
        digests
    }
}

/// Demand of a day, counted from the first. [kW]
pub fn demand_kw(loads: &Loads, meter: u32, day: u32) -> [f32; SLOTS as usize] {
    std::array::from_fn(|slot| {
        (loads.energy_kwh(meter, day * SLOTS + slot as u32) * INTERVALS_PER_HOUR) as f32
    })
}
