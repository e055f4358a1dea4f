//! Runs a rig over a span: its demand follows from hang-ups, lost internet, heat, outages and noise.

use std::ops::Range;

use rand::Rng;

use super::chance::{SlowNoise, between, happens, log_between, waiting, whole};
use super::forms::{Rig, RigForm, Unit};
use super::machines::Machine;
use super::span::Span;
use hashwatt_core::stats::{key_of, value_of};

/// Increase of the draw per kelvin outdoors, from leakage in the chips and faster fans. [1/K]
const DRAW_PER_K: f32 = 0.001;

/// Outdoor temperature at which machines draw what the data sheet states. [degC]
const NOMINAL_C: f32 = 15.0;

/// Inlet air above which machines throttle, from the makers' manuals. [degC]
const THROTTLE_C: f32 = 40.0;

/// Largest share of its draw that a machine loses to throttling before it switches off.
const MAX_THROTTLED: f32 = 0.6;

/// Mean time between hang-ups of one machine; owners of ASICs report weeks to months. [days]
const HANG_EVERY_DAYS: (f32, f32) = (20.0, 120.0);

/// A machine hangs until someone restarts it: after an hour or two, or the next day. [h]
const HANG_H: (f32, f32) = (1.0, 24.0);

/// Mean time between losses of the pool or of the internet. [days]
const LOSS_EVERY_DAYS: (f32, f32) = (8.0, 60.0);

/// Share of rigs that keep drawing through an internet blackout: on a satellite link, or with full fans.
const BLACKOUT_PROOF_SHARE: f32 = 0.25;

/// A rig counts as on if it draws more than this share of its largest draw.
const ON_SHARE: f32 = 0.05;

/// The truth about a planted rig.
#[derive(Debug, Clone, PartialEq)]
pub struct RigTruth {
    /// Its form.
    pub form: RigForm,
    /// Median demand while on, as the meter sees it; 0 if it never ran in the span. [kW]
    pub kw: f32,
    /// Number of machines at the end.
    pub n_machines: usize,
    /// Model of the machines.
    pub machine: Machine,
    /// First day on, counted from the span's first day; `None`: on since before the span.
    pub onset_day: Option<usize>,
    /// Last day on; `None` if it is still on in the span's last three days.
    pub end_day: Option<usize>,
    /// Share of the rig that the meter sees, 0..=1.
    pub metered_share: f32,
}

impl Rig {
    /// Draws the demand that the rig adds to the meter in each interval of the span. [kW]
    #[must_use]
    pub fn demand_kw(&self, span: &Span, rng: &mut impl Rng) -> Vec<f32> {
        let mut demand_kw = self.running_kw(span, rng);
        let online = self.online_shares(span, rng);
        let duty = self.schedule.duty(self.units.len(), span, rng);
        let temperature_c = span.temperature_or_assumed_c();
        // Mains voltage moves all machines together; other noise averages out between them.
        let noise_share =
            between(0.003, 0.012, rng) + between(0.005, 0.02, rng) / (self.units.len() as f32).sqrt();
        let mut drift = SlowNoise::over(span.intervals_in(8.0) as f32, rng);
        let mut flicker = SlowNoise::over(0.5, rng);
        let shares = duty.iter().zip(&online).zip(temperature_c.iter());
        let shares: Vec<f32> =
            shares.map(|((duty, online), outdoor_c)| duty * online * self.heat_factor(*outdoor_c)).collect();
        for (kw, share) in demand_kw.iter_mut().zip(shares) {
            let noise =
                1.0 + noise_share * (0.6 * drift.next(rng) + 0.8 * flicker.next(rng)).clamp(-4.0, 4.0);
            *kw *= share * noise * self.metered_share;
        }
        self.schedule.cut_months(&mut demand_kw, span);
        for i in span.outages.iter().flat_map(|outage| within(outage, span)) {
            demand_kw[i] = 0.0;
        }
        demand_kw
    }

    /// Returns the truth about this rig, given the demand of its run.
    #[must_use]
    pub fn truth(&self, demand_kw: &[f32], span: &Span) -> RigTruth {
        let limit_kw = ON_SHARE * demand_kw.iter().copied().fold(0.0, f32::max);
        let is_on = |kw: &f32| *kw > limit_kw;
        let mut on: Vec<i32> = demand_kw.iter().filter(|kw| is_on(kw)).map(|kw| key_of(*kw)).collect();
        let middle = on.len() / 2;
        let kw = if on.is_empty() { 0.0 } else { value_of(*on.select_nth_unstable(middle).1) };
        let day = |interval: usize| interval / span.intervals_per_day;
        let last = demand_kw.iter().rposition(is_on).map(day);
        RigTruth {
            form: self.form,
            kw,
            n_machines: self.units.len(),
            machine: self.machine,
            onset_day: if self.is_there_before { None } else { demand_kw.iter().position(is_on).map(day) },
            end_day: last.filter(|&last| last + 3 < span.n_days),
            metered_share: self.metered_share,
        }
    }

    /// Returns the draw of all machines that are installed and do not hang. [kW]
    fn running_kw(&self, span: &Span, rng: &mut impl Rng) -> Vec<f32> {
        let hang_every =
            span.intervals_in(24.0 * log_between(HANG_EVERY_DAYS.0, HANG_EVERY_DAYS.1, rng)) as f32;
        let mut steps_kw = vec![0.0f64; span.n_intervals() + 1];
        for unit in &self.units {
            for period in &self.periods {
                let there = unit.from.max(period.start)..period.end.min(unit.until).min(span.n_intervals());
                add_unit(&mut steps_kw, unit, there, hang_every, span, rng);
            }
        }
        let smallest_kw = 0.01 * self.units.iter().map(|unit| unit.kw).fold(f32::MAX, f32::min);
        let mut running_kw = 0.0;
        let sum = |step_kw: &f64| {
            running_kw += step_kw;
            if running_kw < f64::from(smallest_kw) { 0.0 } else { running_kw as f32 }
        };
        steps_kw[..span.n_intervals()].iter().map(sum).collect()
    }

    /// Returns the share of the draw that remains in each interval when the pool cannot be reached.
    fn online_shares(&self, span: &Span, rng: &mut impl Rng) -> Vec<f32> {
        let mut online = vec![1.0; span.n_intervals()];
        let idle_share = between(0.0, 0.12, rng);
        let every = span.intervals_in(24.0 * log_between(LOSS_EVERY_DAYS.0, LOSS_EVERY_DAYS.1, rng)) as f32;
        let mut at = waiting(every, rng) as usize;
        while at < online.len() {
            let end = (at + span.intervals_in(log_between(0.5, 3.0, rng))).min(online.len());
            online[at..end].fill(idle_share);
            at = end + 1 + waiting(every, rng) as usize;
        }
        if !happens(BLACKOUT_PROOF_SHARE, rng) {
            for i in span.internet_blackouts.iter().flat_map(|blackout| within(blackout, span)) {
                online[i] = idle_share;
            }
        }
        online
    }

    fn heat_factor(&self, outdoor_c: f32) -> f32 {
        let warmer_k = outdoor_c - NOMINAL_C;
        let inlet_excess_k = (outdoor_c + self.room.inlet_rise_k - THROTTLE_C).max(0.0);
        let throttled = (self.room.throttle_per_k * inlet_excess_k).min(MAX_THROTTLED);
        // Part of the cooling is fans that run all year; the rest follows the weather.
        let cooling = self.room.cooling_share * (0.4 + 0.6 * ((warmer_k + 10.0) / 25.0).clamp(0.0, 1.4));
        (1.0 + DRAW_PER_K * warmer_k) * (1.0 - throttled) * (1.0 + cooling)
    }
}

/// Adds one machine as steps up and down, with gaps where it hangs.
fn add_unit(
    steps_kw: &mut [f64],
    unit: &Unit,
    there: Range<usize>,
    hang_every: f32,
    span: &Span,
    rng: &mut impl Rng,
) {
    let mut from = there.start;
    while from < there.end {
        let hang = (from + 1).saturating_add(waiting(hang_every, rng) as usize).min(there.end);
        steps_kw[from] += f64::from(unit.kw);
        steps_kw[hang] -= f64::from(unit.kw);
        from = hang + span.intervals_in(log_between(HANG_H.0, HANG_H.1, rng)) + whole(0, 1, rng);
    }
}

/// Clips a range of intervals to the span.
fn within(range: &Range<usize>, span: &Span) -> Range<usize> {
    range.start.min(span.n_intervals())..range.end.min(span.n_intervals())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::super::{HostLoad, Site};
    use super::*;

    fn span() -> Span<'static> {
        Span::bare(date(2021, 6, 1), 365, 24)
    }

    fn site() -> Site {
        Site::of(HostLoad { mean_kw: 0.5, peak_kw: 5.0 })
    }

    fn run(form: RigForm, seed: u64) -> (Vec<f32>, RigTruth) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let rig = Rig::draw(form, &span(), &site(), &mut rng);
        let demand_kw = rig.demand_kw(&span(), &mut rng);
        let truth = rig.truth(&demand_kw, &span());
        (demand_kw, truth)
    }

    #[test]
    fn every_form_gives_finite_demand_that_is_never_negative() {
        for &form in RigForm::ALL {
            for seed in 0..20 {
                let (demand_kw, truth) = run(form, seed);
                assert_eq!(demand_kw.len(), span().n_intervals());
                assert!(demand_kw.iter().all(|kw| kw.is_finite() && *kw >= 0.0), "{form:?} {seed}");
                assert!(truth.kw > 0.2 && truth.kw < 100.0, "{form:?} {seed} {truth:?}");
            }
        }
    }

    #[test]
    fn every_form_runs_on_a_short_span_and_on_any_grid() {
        for (n_days, intervals_per_day) in [(1, 24), (3, 96), (40, 48)] {
            let short = Span::bare(date(2021, 6, 1), n_days, intervals_per_day);
            for &form in RigForm::ALL {
                for seed in 0..10 {
                    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
                    let rig = Rig::draw(form, &short, &site(), &mut rng);
                    assert_eq!(rig.demand_kw(&short, &mut rng).len(), n_days * intervals_per_day);
                }
            }
        }
    }

    #[test]
    fn the_same_generator_state_gives_the_same_demand() {
        for &form in RigForm::ALL {
            assert_eq!(run(form, 7), run(form, 7));
        }
    }

    #[test]
    fn a_flat_rig_is_flat_within_a_day() {
        let (demand_kw, truth) = run(RigForm::Flat, 3);
        let on: Vec<&f32> = demand_kw.iter().filter(|kw| (**kw / truth.kw - 1.0).abs() < 0.15).collect();
        let n_there = demand_kw.iter().filter(|kw| **kw > 0.0).count();
        assert!(on.len() as f32 > 0.7 * n_there as f32);
    }

    #[test]
    fn a_night_timer_is_off_at_noon() {
        for seed in 0..10 {
            let (demand_kw, _) = run(RigForm::NightTimer, seed);
            assert!(demand_kw.iter().skip(12).step_by(24).all(|kw| *kw == 0.0));
        }
    }

    #[test]
    fn a_rig_that_shuns_visits_is_off_at_noon_of_working_days_alone() {
        let (demand_kw, truth) = run(RigForm::VisitShy, 2);
        let noon = |day: usize| demand_kw[24 * day + 12];
        // 7 June 2021 was a Monday.
        let from = truth.onset_day.map_or(0, |day| day + 7) / 7 * 7 + 6;
        assert!((from..360).step_by(7).all(|monday| noon(monday) == 0.0 && noon(monday + 4) == 0.0));
        assert!((from..360).step_by(7).any(|monday| noon(monday + 5) > 0.5 * truth.kw));
    }

    #[test]
    fn a_rig_that_heats_draws_more_in_january_than_in_july() {
        for seed in 0..10 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let rig = Rig::draw(RigForm::Heater, &span(), &site(), &mut rng).opened_at(None, &span());
            let demand_kw = rig.demand_kw(&span(), &mut rng);
            let (july, january): (f32, f32) =
                (demand_kw[720..1_440].iter().sum(), demand_kw[5_136..5_856].iter().sum());
            assert!(january > 2.0 * july && january > 0.0, "{seed}: {january} {july}");
        }
    }

    #[test]
    fn swapped_machines_leave_no_day_without_a_rig() {
        for seed in 0..10 {
            let (demand_kw, truth) = run(RigForm::Swapped, seed);
            let first = truth.onset_day.unwrap_or(0) + 1;
            assert!((first..360).all(|day| demand_kw[24 * day..24 * (day + 1)].iter().any(|kw| *kw > 0.3)));
        }
    }

    #[test]
    fn a_stopped_rig_has_an_end() {
        for seed in 0..10 {
            let (demand_kw, truth) = run(RigForm::Stopped, seed);
            if let Some(end_day) = truth.end_day {
                assert!(demand_kw[(end_day + 1) * 24..].iter().all(|kw| *kw <= 0.05 * truth.kw));
            }
        }
        assert!((0..10).any(|seed| run(RigForm::Stopped, seed).1.end_day.is_some()));
    }

    #[test]
    fn no_rig_draws_in_an_outage() {
        let outages = [100..105, 8_000..9_999];
        let span = Span { outages: &outages, ..span() };
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let rig = Rig::draw(RigForm::Flat, &span, &site(), &mut rng).opened_at(None, &span);
        let demand_kw = rig.demand_kw(&span, &mut rng);
        assert!(demand_kw[100..105].iter().chain(&demand_kw[8_000..]).all(|kw| *kw == 0.0));
    }

    #[test]
    fn a_capped_rig_keeps_its_month_under_the_cap() {
        for seed in 0..20 {
            let (demand_kw, _) = run(RigForm::MonthlyCap, seed);
            let july_kwh: f32 = demand_kw[30 * 24..61 * 24].iter().sum();
            assert!(july_kwh < 13_000.0, "{july_kwh}");
        }
    }

    #[test]
    fn a_closed_rig_draws_nothing_afterwards() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let rig = Rig::draw(RigForm::Flat, &span(), &site(), &mut rng)
            .opened_at(Some(50), &span())
            .closed_at(5_000);
        let demand_kw = rig.demand_kw(&span(), &mut rng);
        assert!(demand_kw[..50].iter().chain(&demand_kw[5_000..]).all(|kw| *kw == 0.0));
        assert_eq!(rig.truth(&demand_kw, &span()).onset_day, Some(2));
    }
}
