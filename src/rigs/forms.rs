//! Draws rigs of every form that farms take: their machines, their hours, and the part the meter sees.

use std::ops::Range;

use rand::Rng;

use super::chance::{between, happens, log_between, normal, one_of, whole};
use super::machines::{Machine, MachineKind};
use super::schedule::Schedule;
use super::site::Site;
use super::span::Span;

/// How a farm appears in interval data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RigForm {
    /// Day and night, from one old machine to hundreds.
    Flat,
    /// One or two frames of graphics cards, on day and night.
    Gpu,
    /// On a timer, in the cheap night hours.
    NightTimer,
    /// Off in the evening, when inspectors visit and the network is under most load.
    EveningDodger,
    /// Machines added over weeks.
    Stairs,
    /// A block that ended, for example after a raid.
    Stopped,
    /// A block that ended and started again.
    Restarted,
    /// On and off for days at a time.
    OnOffDays,
    /// Partly fed around the meter, which sees 30-70% of it.
    PartlyMetered,
    /// In a business whose own load is larger.
    Hosted,
    /// In a hot room: throttled on summer afternoons.
    HeatThrottled,
    /// Tuned to keep the meter just below a monthly cap.
    MonthlyCap,
    /// Off in the hours in which a power price or a network operator asks for it.
    Curtailed,
    /// Run at lower voltage for weeks at a time, when coins pay little.
    Undervolted,
    /// Machines replaced by others at one date.
    Swapped,
    /// Off during office hours on working days, when inspectors visit.
    VisitShy,
    /// Heats the place: as many machines as the weather asks for.
    Heater,
}

/// Monthly caps for a household's energy that owners stay below; 6,000 is Russia's. [kWh]
const MONTHLY_CAPS_KWH: [f32; 4] = [3_000.0, 6_000.0, 6_000.0, 10_000.0];

/// Hours in an average month. [h]
const MONTH_H: f32 = 730.5;

/// Share of rigs that were on before the first day of the data.
const FROM_BEFORE_SHARE: f32 = 0.25;

/// A farm with more machines than this has its own substation.
const MAX_MACHINES: usize = 600;

impl RigForm {
    /// Every form.
    pub const ALL: &'static [Self] = &[
        Self::Flat,
        Self::Gpu,
        Self::NightTimer,
        Self::EveningDodger,
        Self::Stairs,
        Self::Stopped,
        Self::Restarted,
        Self::OnOffDays,
        Self::PartlyMetered,
        Self::Hosted,
        Self::HeatThrottled,
        Self::MonthlyCap,
        Self::Curtailed,
        Self::Undervolted,
        Self::Swapped,
        Self::VisitShy,
        Self::Heater,
    ];

    /// Returns the name in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A farm at one usage point, drawn but not yet run. [`Rig::demand_kw`] runs it.
#[derive(Debug, Clone)]
pub struct Rig {
    pub(super) form: RigForm,
    pub(super) machine: Machine,
    pub(super) units: Vec<Unit>,
    pub(super) periods: Vec<Range<usize>>,
    pub(super) schedule: Schedule,
    pub(super) metered_share: f32,
    pub(super) room: Room,
    pub(super) is_there_before: bool,
}

/// One machine of a rig.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    /// Draw at the plug at 15 degC outdoors. [kW]
    pub kw: f32,
    /// The interval in which it was added.
    pub from: usize,
    /// The interval in which it was removed; `usize::MAX`: it stays.
    pub until: usize,
}

/// How a rig is cooled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Draw of the cooling on a warm day, as a share of the machines' draw, 0.03..=0.5.
    pub cooling_share: f32,
    /// Temperature of the inlet air above outdoors. [K]
    pub inlet_rise_k: f32,
    /// Share of draw lost per kelvin of inlet air above 40 degC. [1/K]
    pub throttle_per_k: f32,
}

impl Rig {
    /// Draws a rig of this form for a site: its machines, its onset within or before the span, its timer, its
    /// cooling, and the share that the meter sees.
    #[must_use]
    pub fn draw(form: RigForm, span: &Span, site: &Site, rng: &mut impl Rng) -> Self {
        let (machine, mut units) = draw_units(form, site, rng);
        let periods = draw_periods(form, span, rng);
        let onset = periods.first().map_or(0, |period| period.start);
        match form {
            RigForm::Stairs => spread_over_weeks(&mut units, onset, span, rng),
            RigForm::Swapped => swap(&mut units, onset, span, site, rng),
            _ => {}
        }
        let metered_share = if form == RigForm::PartlyMetered { between(0.3, 0.7, rng) } else { 1.0 };
        let room = draw_room(form, rng);
        let schedule = draw_schedule(form, &mut units, room, site, rng);
        let is_there_before = onset == 0;
        Self { form, machine, units, periods, schedule, metered_share, room, is_there_before }
    }

    /// Returns the rig, closed from this interval on, as after a raid.
    #[must_use]
    pub fn closed_at(mut self, interval: usize) -> Self {
        self.periods.retain(|period| period.start < interval);
        for period in &mut self.periods {
            period.end = period.end.min(interval);
        }
        self
    }

    /// Returns a closed rig, on again from this interval to the end of the span.
    #[must_use]
    pub fn reopened_at(mut self, interval: usize, span: &Span) -> Self {
        if interval < span.n_intervals() {
            self.periods.push(interval..span.n_intervals());
        }
        self
    }

    /// Returns the rig with its onset at this interval; `None` means before the first day.
    #[must_use]
    pub fn opened_at(mut self, interval: Option<usize>, span: &Span) -> Self {
        let old = self.periods.first().map_or(0, |period| period.start);
        let onset = interval.unwrap_or(0);
        self.is_there_before = interval.is_none();
        self.periods = std::iter::once(onset..span.n_intervals()).collect();
        for unit in &mut self.units {
            unit.from = onset + unit.from.saturating_sub(old);
            unit.until = unit.until.saturating_sub(old).saturating_add(onset);
        }
        self
    }

    /// Returns the interval of its onset; 0 if it was on before the span.
    #[must_use]
    pub fn onset_interval(&self) -> usize {
        self.periods.first().map_or(0, |period| period.start)
    }

    /// Returns its form.
    #[must_use]
    pub const fn form(&self) -> RigForm {
        self.form
    }
}

fn draw_units(form: RigForm, site: &Site, rng: &mut impl Rng) -> (Machine, Vec<Unit>) {
    let kind = if form == RigForm::Gpu { MachineKind::Gpu } else { MachineKind::Asic };
    let machine = Machine::draw(kind, site.latest_year, rng);
    let kw = machine.draw_kw(rng);
    let at_least = match form {
        RigForm::Stairs | RigForm::Heater => 2,
        _ => 1,
    };
    let total_kw = match form {
        RigForm::Gpu => return (machine, vary(kw, one_of(&[1, 1, 1, 2, 2, 3], rng), rng)),
        RigForm::Hosted => site.host.mean_kw * log_between(0.08, 0.7, rng),
        _ => log_between(site.kw_low.max(0.7 * kw), site.kw_high.max(kw), rng),
    };
    let n = (total_kw / kw).round() as usize;
    (machine, vary(kw, n.clamp(at_least, MAX_MACHINES), rng))
}

/// Draws machines of one model. They differ by 1-3%, through their chips and power supplies.
fn vary(kw: f32, n: usize, rng: &mut impl Rng) -> Vec<Unit> {
    let spread = between(0.01, 0.03, rng);
    (0..n)
        .map(|_| Unit { kw: kw * (1.0 + spread * normal(rng).clamp(-3.0, 3.0)), from: 0, until: usize::MAX })
        .collect()
}

fn draw_periods(form: RigForm, span: &Span, rng: &mut impl Rng) -> Vec<Range<usize>> {
    let n = span.n_intervals();
    let day = span.intervals_per_day;
    let from_before = happens(FROM_BEFORE_SHARE, rng);
    let onset = if from_before { 0 } else { draw_moment(0, n, rng) };
    match form {
        RigForm::Stopped => {
            let onset = if happens(0.6, rng) { 0 } else { draw_moment(0, n / 2, rng) };
            std::iter::once(onset..draw_moment((onset + day).min(n), n, rng)).collect()
        }
        RigForm::Restarted => {
            let end = draw_moment(n / 6, n / 2, rng);
            let onset = if from_before { 0 } else { draw_moment(0, end / 2, rng) };
            let gap = day * whole(3, (span.n_days / 3).clamp(3, 90), rng);
            let back = (end + gap).min(n.saturating_sub(n / 10));
            if back > end { [onset..end, back..n].into() } else { std::iter::once(onset..n).collect() }
        }
        RigForm::Stairs => std::iter::once(onset.min(n * 3 / 4)..n).collect(),
        _ => std::iter::once(onset..n).collect(),
    }
}

/// Draws an interval from `from..to`; returns `from` if the range is empty.
fn draw_moment(from: usize, to: usize, rng: &mut impl Rng) -> usize {
    if to <= from { from } else { whole(from, to - 1, rng) }
}

fn spread_over_weeks(units: &mut [Unit], onset: usize, span: &Span, rng: &mut impl Rng) {
    let n_steps = whole(2, units.len().min(8), rng);
    let step_days = log_between(2.0, 15.0, rng).min(span.n_days as f32 / (n_steps + 1) as f32);
    let mut starts = vec![onset];
    for _ in 1..n_steps {
        let last = starts.last().copied().unwrap_or(onset);
        starts.push(last + span.intervals_in(24.0 * step_days * between(0.5, 1.5, rng)));
    }
    for (i, unit) in units.iter_mut().enumerate() {
        unit.from = starts[i % n_steps];
    }
}

/// Replaces all machines by others at one moment after the onset: another model, and more or fewer of them.
fn swap(units: &mut Vec<Unit>, onset: usize, span: &Span, site: &Site, rng: &mut impl Rng) {
    let at = draw_moment(onset + span.intervals_per_day, span.n_intervals(), rng);
    let total_kw: f32 = units.iter().map(|unit| unit.kw).sum();
    let kw = Machine::draw(MachineKind::Asic, site.latest_year, rng).draw_kw(rng);
    let n = (total_kw * log_between(0.6, 1.8, rng) / kw).round() as usize;
    units.iter_mut().for_each(|unit| unit.until = at);
    units.extend(vary(kw, n.clamp(1, MAX_MACHINES), rng).into_iter().map(|unit| Unit { from: at, ..unit }));
}

fn draw_schedule(
    form: RigForm,
    units: &mut Vec<Unit>,
    room: Room,
    site: &Site,
    rng: &mut impl Rng,
) -> Schedule {
    match form {
        // Night tariffs start at 21-24 h and end at 5-9 h; timers are set in steps of a quarter hour.
        RigForm::NightTimer => {
            let from_h = quarter(between(20.5, 25.0, rng));
            Schedule::Daily { from_h: from_h % 24.0, to_h: quarter(between(4.5, 9.0, rng)) }
        }
        RigForm::EveningDodger => Schedule::Daily {
            from_h: quarter(between(20.5, 24.0, rng)) % 24.0,
            to_h: quarter(between(15.5, 18.5, rng)),
        },
        RigForm::OnOffDays => {
            let mean_on = log_between(1.5, 12.0, rng);
            Schedule::Days { mean_on, mean_off: mean_on * between(0.3, 1.2, rng), rest_share: 0.0 }
        }
        // Makers' low-power modes and owners' firmware take 15 to 45% of the draw.
        RigForm::Undervolted => {
            let mean_on = log_between(5.0, 40.0, rng);
            let rest_share = between(0.55, 0.85, rng);
            Schedule::Days { mean_on, mean_off: mean_on * between(0.5, 2.0, rng), rest_share }
        }
        RigForm::Curtailed => Schedule::Asked {
            from_h: between(6.0, 20.0, rng),
            hours: log_between(1.0, 6.0, rng),
            probability: between(0.15, 0.9, rng),
        },
        RigForm::VisitShy => Schedule::OffAtWork {
            from_h: quarter(between(7.0, 9.5, rng)),
            to_h: quarter(between(16.0, 19.0, rng)),
        },
        RigForm::Heater => {
            Schedule::Heating { limit_c: between(12.0, 19.0, rng), design_c: between(-20.0, 3.0, rng) }
        }
        RigForm::MonthlyCap => tune_under_cap(units, room, site, rng),
        _ => Schedule::Always,
    }
}

fn quarter(hour: f32) -> f32 {
    (4.0 * hour).round() / 4.0
}

/// Tunes a rig to stay below a monthly cap. Half of the owners run all month at lower power; the others run
/// at full power until the cap is used up.
fn tune_under_cap(units: &mut Vec<Unit>, room: Room, site: &Site, rng: &mut impl Rng) -> Schedule {
    let cap_kwh = one_of(&MONTHLY_CAPS_KWH, rng) * between(0.93, 0.995, rng);
    let allowance_kwh = (cap_kwh - site.host.mean_kw * MONTH_H).max(0.25 * cap_kwh);
    let unit_kw = units.first().map_or(1.0, |unit| unit.kw) * (1.0 + room.cooling_share);
    let n = (allowance_kwh / MONTH_H / unit_kw).ceil().max(1.0);
    let tuned_share = allowance_kwh / MONTH_H / (n * unit_kw);
    *units = vary(units.first().map_or(1.0, |unit| unit.kw), n as usize, rng);
    if tuned_share < 0.6 || happens(0.5, rng) {
        return Schedule::Monthly { allowance_kwh };
    }
    for unit in units.iter_mut() {
        unit.kw *= tuned_share;
    }
    Schedule::Monthly { allowance_kwh: cap_kwh }
}

fn draw_room(form: RigForm, rng: &mut impl Rng) -> Room {
    let inlet_rise_k =
        if form == RigForm::HeatThrottled { between(10.0, 20.0, rng) } else { between(2.0, 8.0, rng) };
    Room {
        cooling_share: log_between(0.03, 0.5, rng),
        inlet_rise_k,
        throttle_per_k: between(0.02, 0.06, rng),
    }
}
