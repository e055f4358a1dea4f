//! Plants rigs and look-alikes into copies of the run's own meters.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::plant::Host;
use crate::features::{MeterFeatures, Surroundings, extract_features};
use hashwatt_core::settings::{Learning, Windows};
use hashwatt_readings::digest::{DayDigest, MeterDays};
use hashwatt_rigs::{Change, LookAlike, Rig, RigForm, Site};

/// Share of rigs planted on top of a look-alike: some heated homes mine too.
const RIG_BESIDE_LOOK_ALIKE: f64 = 0.15;

/// The load planted into a copy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Planted {
    /// A rig.
    Rig {
        /// Its form.
        form: RigForm,
        /// Median draw while on, as the meter sees it. [kW]
        kw: f32,
        /// Machines that the meter sees; `None` if it sees only a part of each.
        n_machines: Option<usize>,
        /// First civil day; `None`: before the data begins.
        onset: Option<i32>,
        /// First civil day after it; `None`: still on.
        ended: Option<i32>,
        /// Energy in the intervals that the meter has. [kWh]
        energy_kwh: f32,
    },
    /// A look-alike.
    LookAlike(LookAlike),
}

impl Planted {
    /// Whether it is a rig.
    #[must_use]
    pub const fn is_rig(&self) -> bool {
        matches!(self, Self::Rig { .. })
    }
}

/// A copy of a meter with a planted load.
#[derive(Debug, Clone)]
pub struct Copy {
    /// Index of the host meter.
    pub host: usize,
    /// The planted load.
    pub planted: Planted,
    /// Features of the copy.
    pub features: MeterFeatures,
}

/// Plants rigs and look-alikes into a random part of the meters. `hosts` are the indices into `meters` that
/// may be used. Neither order may depend on ids.
#[must_use]
pub fn plant_copies(
    meters: &[(usize, MeterDays)],
    windows: &Windows,
    surroundings: &Surroundings,
    learning: &Learning,
    seed: u64,
) -> Vec<Copy> {
    let (rigs, look_alikes) = learning.copies_per_host(meters.len());
    let of_host = |(index, meter): &(usize, MeterDays)| {
        let mut rng =
            Xoshiro256PlusPlus::seed_from_u64(seed ^ (*index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let Some(host) = Host::rebuild(&meter.days, windows.night, &surroundings.weather) else {
            return Vec::new();
        };
        let mut copies = Vec::with_capacity(rigs + look_alikes);
        let mut add = |(days, planted): (Vec<DayDigest>, Planted)| {
            let features = extract_features(&days, 0.0, windows, surroundings);
            copies.extend(features.map(|features| Copy { host: *index, planted, features }));
        };
        for number in 0..rigs {
            // Forms are used in turn, whatever the number of meters.
            let form = RigForm::ALL[(index * rigs + number) % RigForm::ALL.len()];
            plant_rig(&host, form, &mut rng).into_iter().for_each(&mut add);
        }
        for number in 0..look_alikes {
            let kind = LookAlike::ALL[(index * look_alikes + number) % LookAlike::ALL.len()];
            add(plant_look_alike(&host, kind, &mut rng));
        }
        copies
    };
    meters.par_iter().map(of_host).collect::<Vec<_>>().into_iter().flatten().collect()
}

/// Returns the days of a host with a rig of this form; `None` if the rig never runs on them.
pub fn plant_rig(host: &Host<'_>, form: RigForm, rng: &mut impl Rng) -> Option<(Vec<DayDigest>, Planted)> {
    let span = host.span();
    let load = host.load();
    let beside = rng
        .gen_bool(RIG_BESIDE_LOOK_ALIKE)
        .then(|| Change::draw(LookAlike::ALL[rng.gen_range(0..LookAlike::ALL.len())], &span, &load, rng));
    let rig = Rig::draw(form, &span, &Site::of(load), rng);
    let demand_kw = rig.demand_kw(&span, rng);
    let truth = rig.truth(&demand_kw, &span);
    let days = host.plant(|kw| {
        if let Some(beside) = &beside {
            beside.apply(kw, &span, rng);
        }
        kw.iter_mut().zip(&demand_kw).for_each(|(kw, rig_kw)| *kw += rig_kw);
    });
    let energy_kwh = host.registered_kwh(&demand_kw);
    let civil = |day: usize| days[0].day + day as i32;
    let planted = Planted::Rig {
        form,
        kw: truth.kw,
        n_machines: (truth.metered_share == 1.0).then_some(truth.n_machines),
        onset: truth.onset_day.map(civil),
        ended: truth.end_day.map(|last| civil(last + 1)),
        energy_kwh,
    };
    (truth.kw > 0.0).then_some((days, planted))
}

/// Returns the days of a host with a look-alike of this kind.
pub fn plant_look_alike(host: &Host<'_>, kind: LookAlike, rng: &mut impl Rng) -> (Vec<DayDigest>, Planted) {
    let span = host.span();
    let change = Change::draw(kind, &span, &host.load(), rng);
    (host.plant(|kw| change.apply(kw, &span, rng)), Planted::LookAlike(kind))
}
