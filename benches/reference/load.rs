//! Makes up the energy of household meters, any interval of any meter without those before it.
//!
//! Each value follows from seed, meter and interval alone, so rows may be asked for in any order,
//! by any thread, and a later day continues an earlier year.

use std::f64::consts::TAU;

/// Half-hours of a day; reference data has no clock changes.
pub const SLOTS: u32 = 48;

/// Length of an interval. [s]
pub const INTERVAL_S: i64 = 1800;

/// 2023-01-01, where reference data begins unless told otherwise. [days since 1970-01-01]
pub const REFERENCE_DAY: i32 = 19_358;

/// Days after [`REFERENCE_DAY`] within which blocks begin. [d]
const ONSET_DAYS: f64 = 365.0;

/// Share of meters with a flat block, as a simulated district has.
const BLOCK_SHARE: f64 = 0.03;

/// Share of meters with electric heating.
const HEATING_SHARE: f64 = 0.2;

/// Share of half-hours with a kettle or an oven in it where people are most active.
const APPLIANCE_SHARE: f64 = 0.06;

/// What a flat block varies by, as machines do. Fraction of its height
const BLOCK_SPREAD: f64 = 0.02;

/// Separates the chances of a day from those of its intervals.
const DAY_SALT: u64 = 0xd1b5_4a32_d192_ed03;

/// A meter's own constants.
#[derive(Debug, Clone)]
struct Household {
    key: u64,
    base_kw: f64,
    active_kw: f64,
    heating_kw: f64,
    block_kw: f64,
    block_from_day: i32,
}

/// The load of a set of meters over a stretch of days.
#[derive(Debug, Clone)]
pub struct Loads {
    first_day: i32,
    households: Vec<Household>,
    /// How active people are, 0..=1, on a working day and at a weekend.
    active: [[f64; SLOTS as usize]; 2],
}

impl Loads {
    /// The load of `n_meters` meters; `first_day` is where interval 0 lies.
    pub fn new(n_meters: u32, first_day: i32, seed: u64) -> Self {
        let households = (0..n_meters).map(|meter| household(seed, meter)).collect();
        let active = [7.5, 9.5].map(|rises_at| {
            std::array::from_fn(|slot| active_share(slot as f64 * 24.0 / f64::from(SLOTS), rises_at))
        });
        Self { first_day, households, active }
    }

    /// Energy of an interval, counted from the first day's first half-hour. [kWh]
    pub fn energy_kwh(&self, meter: u32, interval: u32) -> f64 {
        let house = &self.households[meter as usize];
        let day = self.first_day + (interval / SLOTS) as i32;
        let slot = interval % SLOTS;
        let [fridge, stir, appliance, size] =
            chances(house.key ^ (day as u64 * u64::from(SLOTS) + u64::from(slot)));
        let [busy, ..] = chances(house.key ^ DAY_SALT ^ day as u64);
        let is_weekend = usize::from((day + 3).rem_euclid(7) >= 5);
        let active = self.active[is_weekend][slot as usize];
        let mut kw = house.base_kw * (0.8 + 0.4 * fridge);
        kw += house.active_kw * active * (0.4 + 1.2 * busy) * (0.3 + 1.4 * stir);
        if appliance < APPLIANCE_SHARE * active {
            kw += 1.0 + 1.5 * size;
        }
        if house.heating_kw > 0.0 {
            kw += house.heating_kw * winter(day) * (0.6 + 0.8 * size);
        }
        if day >= house.block_from_day {
            kw += house.block_kw * (1.0 + BLOCK_SPREAD * (fridge - 0.5));
        }
        // Meters count whole watt-hours.
        (kw * 500.0 + 0.5).floor() / 1000.0
    }
}

/// The id of a meter, in order of its number.
pub fn meter_id(meter: u32) -> String {
    format!("KZ-{meter:07}")
}

fn household(seed: u64, meter: u32) -> Household {
    let key = mix(mix(seed).wrapping_add(u64::from(meter)));
    let [base, active, heats, heating] = chances(key ^ 1);
    let [has_block, block, onset, _] = chances(key ^ 2);
    let is_old = onset < 0.5;
    Household {
        key,
        base_kw: 0.05 + 0.3 * base * base,
        active_kw: 0.2 + 1.8 * active * active,
        heating_kw: if heats < HEATING_SHARE { 0.5 + 2.5 * heating } else { 0.0 },
        block_kw: if has_block < BLOCK_SHARE { 1.3 + 12.0 * block } else { 0.0 },
        block_from_day: if is_old {
            i32::MIN
        } else {
            REFERENCE_DAY + (ONSET_DAYS * 2.0 * (onset - 0.5)) as i32
        },
    }
}

/// Two humps, one in the morning and a higher one in the evening.
fn active_share(hour: f64, rises_at: f64) -> f64 {
    let hump = |at: f64, width: f64| (-(hour - at).powi(2) / (2.0 * width * width)).exp();
    (0.05 + 0.5 * hump(rises_at, 1.2) + 0.25 * hump(13.0, 3.0) + 0.9 * hump(19.5, 2.2)).min(1.0)
}

/// How much of its heating a home uses, 0 in summer and 1 in the middle of January.
fn winter(day: i32) -> f64 {
    (TAU * f64::from(day - REFERENCE_DAY - 15) / 365.25).cos().max(0.0)
}

/// Four independent chances, 0..1, from one number.
fn chances(number: u64) -> [f64; 4] {
    let bits = mix(number);
    [0, 16, 32, 48].map(|shift| f64::from((bits >> shift) as u16) / 65_536.0)
}

/// Scrambles a number (the finalizer of SplitMix64, doi:10.1145/2714064.2660195).
pub fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
