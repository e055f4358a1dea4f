//! Adjusts each score for what other meters of the same register class usually show.
//!
//! # What it measures
//! The class level: the median score of the other meters of the class (activity and premises). It is shrunk
//! towards the median for the premises, and that towards the run's median. The shrinkage is stronger if the
//! meters are fewer or the classes differ less. The model does not know the class: a telecom site, flat
//! because of its activity, scores high among homes.
//!
//! # What else looks like this
//! A class in which most meters mine: its level is that of mining. So a meter whose load rose within the data,
//! on a day on which hardly another of its class did, does not count for its class ([`is_usual`]).
//!
//! # Limit and why
//! The planted rigs teach how much of the level to subtract: the share that best separates them from ordinary
//! meters. It is less than all of it, because a rig raises the score of a telecom site less than that of a
//! home. The order within a class stays nearly the same: it changes only because each meter is left out of
//! its own level. Its score still counts in the variance between classes and in the share, which all meters
//! determine together.
//!
//! # Source
//! Shrinkage towards the mean of classes: Efron and Morris 1975, doi:10.1080/01621459.1975.10479864. The
//! share: Fisher's discriminant, doi:10.1111/j.1469-1809.1936.tb02137.x.

use std::collections::BTreeMap;

use super::Reason;
use hashwatt_core::language::message::{Message, Value};

/// Fewest meters of a class for estimating its spread.
const MIN_FOR_SPREAD: usize = 3;

/// Fewest other meters for naming the class in words; otherwise the premises are named.
const MIN_NAMED: usize = 3;

/// So many others of a class that rise within a day of a meter make its rise one of the class: a holiday's end,
/// a season.
const MIN_RISING_TOGETHER: usize = 3;

/// Variance of the median over that of the mean, for a normal distribution.
const MEDIAN_VARIANCE: f64 = std::f64::consts::FRAC_PI_2;

/// Smaller shifts are not reported as reasons. [log-odds]
const MIN_REASON: f64 = 0.25;

/// Names of the classes of a meter, from the widest (premises) to the narrowest (activity and premises).
pub type Classes = [Option<String>; 2];

/// Usual levels of the classes, and how much of them counts.
#[derive(Debug, Clone)]
pub struct ClassLevels {
    /// Level of each meter's class relative to all meters. [log-odds]
    above: Vec<f64>,
    /// Share of the level that is subtracted, 0..=1.
    share: f64,
    /// Other meters with the same premises, and of the same class, for each meter.
    others: [Vec<Others>; 2],
    /// Unadjusted scores, ascending. [log-odds]
    all: Vec<f64>,
}

impl ClassLevels {
    /// Learns from the scores of meters and of `rigs` planted into copies of them, each with its host.
    /// `classes` and `is_plain` have one entry per meter: which are not known to be farms, and draw as they
    /// always did.
    #[must_use]
    pub fn learn(scores: &[f64], classes: &[Classes], is_plain: &[bool], rigs: &[(usize, f64)]) -> Self {
        let of_all = others_of(scores, &members(classes.iter().map(|_| Some("all"))), is_plain);
        let mut level: Vec<f64> = of_all.iter().map(|others| others.middle).collect();
        let others = [0, 1].map(|width| {
            let members = members(classes.iter().map(|names| names[width].as_deref()));
            let others = others_of(scores, &members, is_plain);
            let pull = pull(scores, &members, &level);
            let drawn = |(own, parent): (&Others, &f64)| own.drawn_towards(*parent, pull);
            level = others.iter().zip(&level).map(drawn).collect();
            others
        });
        // Without other meters, there is no usual level.
        let above = |(level, all): (&f64, &Others)| if all.n == 0 { 0.0 } else { level - all.middle };
        let above: Vec<f64> = level.iter().zip(&of_all).map(above).collect();
        let plain = (0..scores.len()).filter(|&meter| is_plain[meter]);
        let plain: Vec<_> = plain.map(|meter| (scores[meter], above[meter])).collect();
        let rigs: Vec<_> = rigs.iter().map(|&(host, score)| (score, above[host])).collect();
        let share = learnt_share(&plain, &rigs);
        let mut all = scores.to_vec();
        all.sort_unstable_by(f64::total_cmp);
        Self { above, share, others, all }
    }

    /// Returns the adjustment of the score of a meter, or of a copy of it. [log-odds]
    #[must_use]
    pub fn shift(&self, meter: usize) -> f64 {
        -self.share * self.above[meter]
    }

    /// Returns the adjustment as a reason; `None` if it is small.
    #[must_use]
    pub fn reason(&self, meter: usize, classes: &Classes) -> Option<Reason> {
        let weight = self.shift(meter);
        if weight.abs() < MIN_REASON {
            return None;
        }
        let has = |least: usize| move |width: &usize| self.others[*width][meter].n >= least;
        let width = [1, 0].into_iter().find(has(MIN_NAMED)).or_else(|| [1, 0].into_iter().find(has(1)))?;
        let (others, name) = (self.others[width][meter], classes[width].as_ref()?);
        let below = self.all.partition_point(|score| *score < others.middle);
        let message = Message::new("class")
            .with("class", Value::Name(name.clone()))
            .with("n", Value::count(others.n))
            .with("share", Value::share(below as f64 / self.all.len() as f64));
        Some(Reason { message, weight })
    }
}

/// Whether each meter shows what its class always shows. What began within the data on a day of its own is no
/// such thing. `onsets` are the civil days on which a clear block begins, if one does.
#[must_use]
pub fn is_usual(onsets: &[Option<i32>], classes: &[Classes]) -> Vec<bool> {
    let mut rises: BTreeMap<&Option<String>, Vec<i32>> = BTreeMap::new();
    for (onset, names) in onsets.iter().zip(classes) {
        rises.entry(&names[1]).or_default().extend(*onset);
    }
    rises.values_mut().for_each(|days| days.sort_unstable());
    let is_usual = |(onset, names): (&Option<i32>, &Classes)| {
        let Some(day) = *onset else { return true };
        let days = &rises[&names[1]];
        let near =
            days.partition_point(|other| *other <= day + 1) - days.partition_point(|other| *other < day - 1);
        near > MIN_RISING_TOGETHER
    };
    onsets.iter().zip(classes).map(is_usual).collect()
}

/// The other meters of a meter's class.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Others {
    n: usize,
    /// Their median score; NaN if there are none. [log-odds]
    middle: f64,
}

impl Others {
    const NONE: Self = Self { n: 0, middle: f64::NAN };

    /// Returns their median score, shrunk towards `parent` with the weight of `pull` meters.
    fn drawn_towards(&self, parent: f64, pull: f64) -> f64 {
        if self.n == 0 || !pull.is_finite() {
            return parent;
        }
        let weight = self.n as f64 / (self.n as f64 + pull);
        weight * self.middle + (1.0 - weight) * parent
    }
}

/// Returns the meters of each class name; meters without a name are left out.
fn members<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Vec<Vec<usize>> {
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (meter, name) in names.enumerate() {
        if let Some(name) = name {
            members.entry(name).or_default().push(meter);
        }
    }
    members.into_values().collect()
}

/// Returns the ordinary meters among the others of each meter's class.
fn others_of(scores: &[f64], members: &[Vec<usize>], is_plain: &[bool]) -> Vec<Others> {
    let mut others = vec![Others::NONE; scores.len()];
    for own in members {
        let by_score = |a: &usize, b: &usize| scores[*a].total_cmp(&scores[*b]).then(a.cmp(b));
        let mut plain: Vec<usize> = own.iter().copied().filter(|meter| is_plain[*meter]).collect();
        plain.sort_unstable_by(by_score);
        for &meter in own {
            let place = plain.binary_search_by(|other| by_score(other, &meter)).unwrap_or(plain.len());
            let n = plain.len() - usize::from(place < plain.len());
            let score = |other: usize| scores[plain[if other < place { other } else { other + 1 }]];
            if n > 0 {
                others[meter] = Others { n, middle: 0.5 * (score((n - 1) / 2) + score(n / 2)) };
            }
        }
    }
    others
}

/// Returns how many meters of a class are worth as much as the prior without them: the variance within
/// classes divided by the variance between them. Infinite if classes differ by no more than chance.
fn pull(scores: &[f64], members: &[Vec<usize>], parent: &[f64]) -> f64 {
    let spread = |own: &Vec<usize>| {
        let mut own_scores: Vec<f64> = own.iter().map(|&meter| scores[meter]).collect();
        own_scores.sort_unstable_by(f64::total_cmp);
        let n = own_scores.len();
        let middle = 0.5 * (own_scores[(n - 1) / 2] + own_scores[n / 2]);
        let within = own_scores.iter().map(|score| (score - middle).powi(2)).sum::<f64>() / (n - 1) as f64;
        (n as f64, within, (middle - parent[own[0]]).powi(2))
    };
    let spreads: Vec<_> = members.iter().filter(|own| own.len() >= MIN_FOR_SPREAD).map(spread).collect();
    let mean = |value: &dyn Fn(&(f64, f64, f64)) -> f64| {
        spreads.iter().map(value).sum::<f64>() / spreads.len() as f64
    };
    let within = mean(&|(_, within, _)| *within) * MEDIAN_VARIANCE;
    let between = mean(&|(n, _, squared)| squared - within / n);
    if between > 0.0 { within / between } else { f64::INFINITY }
}

/// Returns the share of the level, 0..=1, whose subtraction best separates rigs from ordinary meters. Both
/// are given as scores with levels. [log-odds]
fn learnt_share(plain: &[(f64, f64)], rigs: &[(f64, f64)]) -> f64 {
    if plain.is_empty() || rigs.is_empty() {
        return 0.0;
    }
    let (a, b) = (Moments::of(plain), Moments::of(rigs));
    let (by_score, by_level) = (b.score - a.score, b.level - a.level);
    let of_both = |value: fn(&Moments) -> f64| value(&a) + value(&b);
    let (scores, levels, both) =
        (of_both(|one| one.scores), of_both(|one| one.levels), of_both(|one| one.both));
    let (score_weight, level_weight) =
        (levels * by_score - both * by_level, scores * by_level - both * by_score);
    if score_weight > 0.0 { (-level_weight / score_weight).clamp(0.0, 1.0) } else { 0.0 }
}

/// Means, variances and covariance of scores and levels.
struct Moments {
    score: f64,
    level: f64,
    scores: f64,
    levels: f64,
    both: f64,
}

impl Moments {
    fn of(pairs: &[(f64, f64)]) -> Self {
        let n = pairs.len() as f64;
        let mean =
            |value: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(a, b)| value(*a, *b)).sum::<f64>() / n;
        let (score, level) = (mean(&|score, _| score), mean(&|_, level| level));
        Self {
            score,
            level,
            scores: mean(&|own, _| (own - score).powi(2)),
            levels: mean(&|_, own| (own - level).powi(2)),
            both: mean(&|a, b| (a - score) * (b - level)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::REASON;
    use hashwatt_core::language::message::in_every_language;

    /// Builds homes, telecom sites (flat because of their activity) and textile factories, with scores around
    /// -4, 1 and -3. The first factory looks like a telecom site. A rig raises each score, that of a telecom
    /// site less.
    fn district(with_register: bool) -> (Vec<f64>, Vec<Classes>, Vec<(usize, f64)>) {
        let named = |class: &str| {
            let premises = if class == "home" { "flat" } else { "business" };
            if with_register { [Some(premises.to_owned()), Some(class.to_owned())] } else { [None, None] }
        };
        let spread = |index: usize| (index * 7 % 10) as f64 / 5.0 - 0.9;
        let mut scores: Vec<f64> = (0..200).map(|index| -4.0 + spread(index)).collect();
        scores.extend((0..20).map(|index| 1.0 + spread(index)));
        scores.extend((0..10).map(|index| if index == 0 { 1.0 } else { -3.0 + spread(index) }));
        let class = |index: usize| match index {
            0..200 => "home",
            200..220 => "telecom",
            _ => "textile",
        };
        let rigs = (0..230).map(|host| (host, 4.0 + 0.3 * scores[host] + spread(host))).collect();
        (scores, (0..230).map(|index| named(class(index))).collect(), rigs)
    }

    #[test]
    fn a_telecom_site_among_telecom_sites_is_no_outlier_and_a_factory_that_looks_like_one_is() {
        let (scores, classes, rigs) = district(true);
        let levels = ClassLevels::learn(&scores, &classes, &[true; 230], &rigs);
        assert!(levels.share > 0.3 && levels.share < 1.0, "{}", levels.share);
        let after = |meter: usize| scores[meter] + levels.shift(meter);
        assert!((200..220).all(|telecom| after(telecom) < after(220) - 1.0));
        // A rig in a telecom site stays above all other telecom sites, and above homes without a rig.
        assert!((200..220).all(|host| rigs[host].1 + levels.shift(host) > after(host) + 1.0));
        let reason = levels.reason(205, &classes[205]).unwrap();
        assert!(reason.weight < -1.0);
        insta::assert_snapshot!(in_every_language(REASON, &reason.message).unwrap());
        assert!(levels.reason(3, &classes[3]).is_none());
    }

    #[test]
    fn without_a_register_or_others_nothing_changes() {
        let (scores, classes, rigs) = district(false);
        let levels = ClassLevels::learn(&scores, &classes, &[true; 230], &rigs);
        assert!(
            (0..230).all(|meter| levels.shift(meter) == 0.0 && levels.reason(meter, &classes[0]).is_none())
        );
        let one_class = vec![[Some("flat".to_owned()), Some("home".to_owned())]; 230];
        let levels = ClassLevels::learn(&scores, &one_class, &[true; 230], &rigs);
        assert!((0..230).all(|meter| levels.shift(meter) == 0.0));
        let alone = ClassLevels::learn(&[3.0], &one_class[..1], &[true], &[(0, 5.0)]);
        assert_eq!(alone.shift(0), 0.0);
        let none = ClassLevels::learn(&[3.0, 1.0], &one_class[..2], &[false, false], &[]);
        assert_eq!(none.shift(1), 0.0);
    }

    #[test]
    fn a_class_in_which_all_began_to_mine_has_no_usual_level_of_mining() {
        let class = |name: &str| [Some("industrial".to_owned()), Some(name.to_owned())];
        let classes: Vec<Classes> =
            (0..8).map(|_| class("warehouse")).chain((0..8).map(|_| class("office"))).collect();
        // Warehouses rise one by one, offices on the day after a holiday.
        let onsets: Vec<Option<i32>> =
            (0..8).map(|day| Some(10 * day)).chain((0..8).map(|_| Some(50))).collect();
        assert_eq!(is_usual(&onsets, &classes), [[false; 8], [true; 8]].concat());
        assert_eq!(is_usual(&[None, None], &classes[..2]), [true, true]);
    }

    #[test]
    fn others_leave_out_the_meter_itself_and_known_farms() {
        let members = [vec![0, 1, 2, 3], vec![4]];
        let scores = [1.0, 5.0, 2.0, 9.0, 7.0];
        let others = others_of(&scores, &members, &[true, true, true, false, true]);
        let middles: Vec<(usize, f64)> = others[..4].iter().map(|one| (one.n, one.middle)).collect();
        assert_eq!(middles, [(2, 3.5), (2, 1.5), (2, 3.0), (3, 2.0)]);
        assert_eq!(others[4].n, 0);
        let higher = others_of(&[1.0, 50.0, 2.0, 9.0, 7.0], &members, &[true, true, true, false, true]);
        assert_eq!(higher[1], others[1]);
    }

    #[test]
    fn few_or_scattered_meters_say_less_of_their_class() {
        let own = |n: usize| Others { n, middle: 4.0 };
        assert!(own(1).drawn_towards(0.0, 2.0) < own(10).drawn_towards(0.0, 2.0));
        assert_eq!(own(10).drawn_towards(0.0, f64::INFINITY), 0.0);
        assert_eq!(Others::NONE.drawn_towards(-2.0, 1.0), -2.0);
    }
}
