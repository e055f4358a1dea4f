//! Hides a rig in the reads of its meter, as a bribed reader does.

use rand::Rng;

use super::story::Bribe;
use super::usage_points::{PointRun, Record};
use hashwatt_rigs::Span;
use hashwatt_rigs::chance::{happens, whole};

/// A bribed reader is paid for so long, unless for all of the block. [days]
const BRIBED_DAYS: (usize, usize) = (20, 120);

/// Replaces the reads of a rig by the load that the place had before, over all of the block or its first
/// weeks.
pub(super) fn hide(run: &mut PointRun, bribe: Bribe, rig_kw: &[f32], span: &Span, rng: &mut impl Rng) {
    let on = |kw: &f32| *kw > 0.0;
    let (Some(from), Some(last)) = (rig_kw.iter().position(on), rig_kw.iter().rposition(on)) else { return };
    let n_days = whole(BRIBED_DAYS.0, BRIBED_DAYS.1, rng);
    let covers_all = happens(0.5, rng);
    let until = if covers_all { last + 1 } else { (from + n_days * span.intervals_per_day).min(last + 1) };
    // An estimate is the mean of the same hour in the four weeks before; without them, of the place's own load.
    let weeks = 28 * span.intervals_per_day;
    let before = if from >= weeks { from - weeks..from } else { 0..rig_kw.len() };
    let mut sums = vec![(0.0f32, 0u32); span.intervals_per_day];
    for i in before {
        let own_kw = (run.metered_kw[i] - rig_kw[i]).max(0.0);
        let sum = &mut sums[i % span.intervals_per_day];
        *sum = (sum.0 + own_kw, sum.1 + 1);
    }
    let record = if bribe == Bribe::Estimates { Record::Estimated } else { Record::Edited };
    let n = rig_kw.len();
    let records = run.records.get_or_insert_with(|| vec![Record::Measured; n]);
    for i in from..until {
        let (sum_kw, n) = sums[i % span.intervals_per_day];
        run.metered_kw[i] = sum_kw / n.max(1) as f32;
        records[i] = record;
    }
    let hidden = (until - from) as f32 / (last + 1 - from) as f32;
    run.truth.metered_share = Some(1.0 - hidden);
    run.truth.scheme = Some(bribe.as_str());
    run.truth.unmetered_kw = run.truth.kw.unwrap_or(0.0);
}
