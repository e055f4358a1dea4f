//! Models the low-voltage lines below a transformer: how a load on them changes every meter's voltage.
//!
//! Lines start at the transformer. Usage points are connected at their poles in the order of their numbers,
//! homes on one phase and businesses on all three. Every load is resistive. The neutral carries the
//! difference between the phases, so a load lowers its own phase and raises the others a little.

use rand::Rng;

use super::plan::PointPlan;
use hashwatt_rigs::chance::{between, normal, one_of, whole};

/// Nominal voltage between a phase and the neutral (IEC 60038). [V]
const NOMINAL_V: f32 = 230.0;

/// Aluminium of 70 mm2 (IEC 60228: 0.443 ohm/km at 20 degC) over spans of 30 to 50 m. [ohm]
const OHM_A_SPAN: (f32, f32) = (0.013, 0.022);

/// Voltage drop of transformer and medium voltage at peak load, as a share.
const SUPPLY_FALL: f32 = 0.02;

/// Largest voltage drop of a line, 6% at its peak. With the drop of the transformer, supply stays within the
/// 10% of EN 50160. [V]
const MAX_FALL_V: f32 = 0.06 * NOMINAL_V;

/// Number of lines of a transformer, and of usage points per pole.
const LINES: (usize, usize) = (2, 4);
const POINTS_A_POLE: (usize, usize) = (1, 4);

/// Connections from this size on have all three phases (40 A on one). [kW]
const THREE_PHASE_KW: f32 = 9.0;

/// Noise and resolution of a meter's voltage. [V], [steps per V]
const METER_NOISE_V: f32 = 0.15;
const METER_STEPS_A_V: f32 = 10.0;

pub(super) const PHASES: [&str; 3] = ["L1", "L2", "L3"];

/// Where a load is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub line: usize,
    pub pole: usize,
    /// The phase; `None`: all three.
    pub phase: Option<usize>,
}

impl Spot {
    /// Returns the id of the pole, below a transformer of this id.
    pub fn bus(self, transformer: &str) -> String {
        format!("{transformer}-{}-{}", self.line + 1, self.pole + 1)
    }

    /// Returns the name of the phase; `None` for all three.
    pub fn phase(self) -> Option<&'static str> {
        self.phase.map(|phase| PHASES[phase])
    }
}

/// The lines of one transformer.
#[derive(Debug)]
pub(super) struct Lines {
    /// Resistance of the span before each pole, by line. [ohm]
    spans_ohm: Vec<Vec<f32>>,
    /// Where each usage point is connected, in their order.
    pub spots: Vec<Spot>,
}

impl Lines {
    pub fn draw(points: &[PointPlan], rng: &mut impl Rng) -> Self {
        let n_lines = whole(LINES.0, LINES.1, rng).min(points.len().max(1));
        let mut lines = Self { spans_ohm: vec![Vec::new(); n_lines], spots: Vec::new() };
        let mut room = 0;
        for (at, point) in points.iter().enumerate() {
            let line = at * n_lines / points.len();
            if room == 0 || lines.spans_ohm[line].is_empty() {
                lines.spans_ohm[line].push(between(OHM_A_SPAN.0, OHM_A_SPAN.1, rng));
                room = whole(POINTS_A_POLE.0, POINTS_A_POLE.1, rng);
            }
            room -= 1;
            let pole = lines.spans_ohm[line].len() - 1;
            let phase = (!point.is_business()).then(|| one_of(&[0, 1, 2], rng));
            lines.spots.push(Spot { line, pole, phase });
        }
        lines
    }

    /// Draws where a tap of this size is connected: on any pole, on one phase if it is small enough.
    pub fn draw_tap(&self, kw: f32, rng: &mut impl Rng) -> Spot {
        let line = whole(0, self.spans_ohm.len() - 1, rng);
        let pole = whole(0, self.spans_ohm[line].len().max(1) - 1, rng);
        let phase = one_of(&[0, 1, 2], rng);
        Spot { line, pole, phase: (kw < THREE_PHASE_KW).then_some(phase) }
    }

    /// Lowers the resistance of a line if its loads would lower the voltage too far: lines are built for
    /// their loads.
    pub fn dimension(&mut self, loads: &[(Spot, &[f32])], n: usize) {
        for line in 0..self.spans_ohm.len() {
            let own: Vec<&(Spot, &[f32])> = loads.iter().filter(|(spot, _)| spot.line == line).collect();
            let total = |interval: usize| own.iter().map(|(_, kw)| kw[interval]).sum::<f32>();
            let Some(peak) = (0..n).max_by(|&a, &b| total(a).total_cmp(&total(b))) else { return };
            let falls_v = self.falls_v(line, own.iter().map(|(spot, kw)| (*spot, kw[peak])));
            let deepest_v = falls_v.iter().flatten().copied().fold(0.0, f32::max);
            if deepest_v > MAX_FALL_V {
                self.spans_ohm[line].iter_mut().for_each(|ohm| *ohm *= MAX_FALL_V / deepest_v);
            }
        }
    }

    /// Returns the voltage that the meter of each usage point records, by interval. `loads` are all loads
    /// below the transformer [kW] with their spots.
    pub fn voltages(&self, loads: &[(Spot, &[f32])], n: usize, rng: &mut impl Rng) -> Vec<Vec<f32>> {
        let supply_v = supply_v(loads, n, rng);
        let mut read = vec![vec![0.0; n]; self.spots.len()];
        for interval in 0..n {
            let falls_v: Vec<Vec<[f32; 3]>> = (0..self.spans_ohm.len())
                .map(|line| {
                    let own = loads.iter().filter(|(spot, _)| spot.line == line);
                    self.falls_v(line, own.map(|(spot, kw)| (*spot, kw[interval])))
                })
                .collect();
            for (spot, read) in self.spots.iter().zip(&mut read) {
                let fall_v = falls_v[spot.line][spot.pole][spot.phase.unwrap_or(0)];
                let volts = supply_v[interval] - fall_v + METER_NOISE_V * normal(rng);
                read[interval] = (volts * METER_STEPS_A_V).round() / METER_STEPS_A_V;
            }
        }
        read
    }

    /// Returns the voltage drop up to each pole of a line, by phase. [V]
    fn falls_v(&self, line: usize, loads: impl Iterator<Item = (Spot, f32)>) -> Vec<[f32; 3]> {
        let mut amperes = vec![[0.0f32; 3]; self.spans_ohm[line].len()];
        for (spot, kw) in loads {
            let all = kw * 1000.0 / NOMINAL_V;
            match spot.phase {
                Some(phase) => amperes[spot.pole][phase] += all,
                None => amperes[spot.pole].iter_mut().for_each(|one| *one += all / 3.0),
            }
        }
        // A span carries all current beyond it.
        for pole in (1..amperes.len()).rev() {
            let beyond = amperes[pole];
            amperes[pole - 1].iter_mut().zip(beyond).for_each(|(own, more)| *own += more);
        }
        let mut fall = [0.0f32; 3];
        let spans = self.spans_ohm[line].iter().zip(&amperes);
        let falls = spans.map(|(ohm, amperes)| {
            let sum: f32 = amperes.iter().sum();
            for (fall, own) in fall.iter_mut().zip(amperes) {
                // Out on the phase and back on the neutral, which carries the sum of the phases' currents,
                // 120 degrees apart.
                let neutral = own - 0.5 * (sum - own);
                *fall += ohm * (own + neutral);
            }
            fall
        });
        falls.collect()
    }
}

/// Returns the voltage at the transformer's busbar. [V]
fn supply_v(loads: &[(Spot, &[f32])], n: usize, rng: &mut impl Rng) -> Vec<f32> {
    let total: Vec<f32> = (0..n).map(|interval| loads.iter().map(|(_, kw)| kw[interval]).sum()).collect();
    let peak_kw = total.iter().copied().fold(1e-3, f32::max);
    let tap_v = between(1.0, 1.04, rng) * NOMINAL_V;
    let mut drift_v = 0.0f32;
    let step = |kw: f32| {
        drift_v = 0.98 * drift_v + between(-0.5, 0.5, rng);
        tap_v + drift_v - SUPPLY_FALL * NOMINAL_V * kw / peak_kw
    };
    total.into_iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn a_load_lowers_its_own_phase_the_more_the_more_wire_is_shared() {
        let spot = |line, pole, phase| Spot { line, pole, phase: Some(phase) };
        let spots = vec![spot(0, 0, 0), spot(0, 2, 0), spot(0, 2, 1), spot(1, 0, 0)];
        let lines = Lines { spans_ohm: vec![vec![0.02; 3], vec![0.02]], spots };
        let kw = [4.6];
        let falls = lines.falls_v(0, [(spot(0, 2, 0), kw[0])].into_iter());
        // 20 A out on the phase and back on the neutral, over one span and over three.
        assert!((falls[0][0] - 0.8).abs() < 1e-4 && (falls[2][0] - 2.4).abs() < 1e-4, "{falls:?}");
        assert!((falls[2][1] + 0.6).abs() < 1e-4, "{falls:?}");
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let read = lines.voltages(&[(spot(0, 2, 0), &kw)], 1, &mut rng);
        assert!(read[1][0] < read[0][0] - 0.5 && read[3][0] > read[1][0] + 1.0, "{read:?}");
    }
}
