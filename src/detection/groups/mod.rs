//! Puts meters into peer groups: by register class, and within a class by load shape and level.

mod cluster;
mod silhouette;

use hashwatt_core::calendar::CLOCK_HOURS;
use hashwatt_core::portable::Portable;
use std::collections::BTreeMap;

use ndarray::Array2;

use hashwatt_core::error::{Error, Result};
use hashwatt_core::ids::{GroupId, MeterId};
use hashwatt_core::units::MAX_DEMAND_KW;

/// Data of a meter for grouping.
#[derive(Debug, Clone)]
pub struct GroupInput {
    /// The meter.
    pub meter: MeterId,
    /// Its register class, `unknown` without a register.
    pub class: String,
    /// Mean demand by clock hour; NaN if unknown. [kW]
    pub hour_kw: [f32; CLOCK_HOURS],
    /// Mean demand. [kW]
    pub demand_kw_mean: f32,
}

/// One peer group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Name: class and number.
    pub id: GroupId,
    /// Register class.
    pub class: String,
    /// Number of meters in it.
    pub n_meters: usize,
    /// Median mean demand of its meters. [kW]
    pub demand_kw_median: f32,
    /// Mean load shape of its meters (demand / its mean), by clock hour.
    pub load_shape: [f32; CLOCK_HOURS],
    /// Mean silhouette of its class's clusters, -1..=1; `None` if the class is one group.
    pub silhouette: Option<f64>,
    /// Mean squared distance of its class's meters from their cluster centres, in scaled features.
    pub inertia: Option<f64>,
}

/// Groups and their members.
#[derive(Debug, Clone, Default)]
pub struct Grouping {
    /// Groups, in order of id.
    pub groups: Vec<Group>,
    /// Group of each input, in the order of the inputs: an index into `groups`.
    pub members: Vec<usize>,
}

/// A class with fewer meters is one group: smaller clusters do not define useful peers.
const MIN_CLUSTERED: usize = 24;

/// Forms the groups. The result depends only on the order of the inputs and the seed, so ids must not decide
/// that order.
///
/// # Errors
/// When the meters of a class cannot be clustered at all.
pub fn group_meters(inputs: &[GroupInput], max_per_class: usize, seed: u64) -> Result<Grouping> {
    let mut classes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, input) in inputs.iter().enumerate() {
        classes.entry(&input.class).or_default().push(index);
    }
    let mut grouping = Grouping { groups: Vec::new(), members: vec![0; inputs.len()] };
    for (class, members) in classes {
        let clusters = if members.len() < MIN_CLUSTERED || max_per_class < 2 {
            cluster::Clusters::one(members.len())
        } else {
            cluster::fit_clusters(&shapes(inputs, &members), max_per_class, seed)
                .map_err(|source| Error::Groups { class: class.to_owned(), source: source.into() })?
        };
        for number in 0..clusters.n {
            let own: Vec<usize> = members
                .iter()
                .zip(&clusters.labels)
                .filter(|(_, label)| **label == number)
                .map(|(member, _)| *member)
                .collect();
            own.iter().for_each(|&member| grouping.members[member] = grouping.groups.len());
            let id = if clusters.n == 1 { class.to_owned() } else { format!("{class}/{}", number + 1) };
            grouping.groups.push(describe(GroupId::from(id), class, inputs, &own, &clusters));
        }
    }
    Ok(grouping)
}

fn describe(
    id: GroupId,
    class: &str,
    inputs: &[GroupInput],
    own: &[usize],
    clusters: &cluster::Clusters,
) -> Group {
    let means: Vec<f32> =
        own.iter().map(|&member| inputs[member].demand_kw_mean).filter(|kw| !kw.is_nan()).collect();
    let mut sums = [0.0f64; CLOCK_HOURS];
    for &member in own {
        sums.iter_mut().zip(shape(&inputs[member])).for_each(|(sum, kw)| *sum += f64::from(kw));
    }
    let load_shape = sums.map(|sum| if own.is_empty() { 1.0 } else { (sum / own.len() as f64) as f32 });
    Group {
        id,
        class: class.to_owned(),
        n_meters: own.len(),
        demand_kw_median: hashwatt_core::stats::median(&means).unwrap_or(f32::NAN),
        load_shape,
        silhouette: clusters.silhouette,
        inertia: clusters.inertia,
    }
}

/// Returns the demand divided by its mean, by clock hour; flat if nothing is known. Always finite.
fn shape(input: &GroupInput) -> [f32; CLOCK_HOURS] {
    let known = || input.hour_kw.iter().filter(|kw| kw.is_finite());
    let sum: f64 = known().map(|kw| f64::from(*kw)).sum();
    let mean = Some((sum / known().count() as f64) as f32).filter(|mean| *mean > 0.0);
    let over_mean = |kw: f32| mean.map(|mean| kw / mean).filter(|share| share.is_finite());
    input.hour_kw.map(|kw| over_mean(kw).unwrap_or(1.0))
}

/// Builds one row per meter: load shape, and level on a log scale.
fn shapes(inputs: &[GroupInput], members: &[usize]) -> Array2<f64> {
    let mut rows = Array2::zeros((members.len(), CLOCK_HOURS + 1));
    for (row, &member) in members.iter().enumerate() {
        for (hour, value) in shape(&inputs[member]).into_iter().enumerate() {
            rows[[row, hour]] = f64::from(value);
        }
        // Half a kilowatt is the useful resolution at the low end.
        let level = f64::from(inputs[member].demand_kw_mean).clamp(0.0, MAX_DEMAND_KW) + 0.5;
        rows[[row, CLOCK_HOURS]] = if level.is_nan() { 0.0 } else { level.portable_ln() };
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(id: usize, class: &str, night_kw: f32, day_kw: f32) -> GroupInput {
        let hour_kw =
            std::array::from_fn(|hour| if hour < 8 { night_kw } else { day_kw } + (id % 5) as f32 * 0.01);
        GroupInput {
            meter: MeterId::from(format!("m{id:03}")),
            class: class.into(),
            hour_kw,
            demand_kw_mean: (night_kw + 2.0 * day_kw) / 3.0,
        }
    }

    #[test]
    fn unlike_shapes_land_in_different_groups() {
        let inputs: Vec<_> = (0..40)
            .map(|id| if id % 2 == 0 { input(id, "home", 0.2, 1.0) } else { input(id, "home", 2.0, 0.3) })
            .collect();
        let grouping = group_meters(&inputs, 8, 1).unwrap();
        assert!(grouping.groups.len() >= 2);
        assert_ne!(grouping.members[0], grouping.members[1]);
        assert_eq!(grouping.members[0], grouping.members[2]);
        assert!(grouping.groups[0].silhouette.unwrap() > 0.5);
    }

    #[test]
    fn three_meters_are_one_group_a_class() {
        let inputs = [input(0, "home", 0.2, 1.0), input(1, "shop", 0.2, 5.0), input(2, "home", 3.0, 3.0)];
        let grouping = group_meters(&inputs, 8, 1).unwrap();
        assert_eq!(
            grouping.groups.iter().map(|group| (group.id.as_str(), group.n_meters)).collect::<Vec<_>>(),
            [("home", 2), ("shop", 1)]
        );
    }

    #[test]
    fn classes_are_never_mixed_and_nothing_known_is_a_group_too() {
        let mut inputs: Vec<_> = (0..30).map(|id| input(id, "home", 0.2, 1.0)).collect();
        inputs.push(GroupInput {
            meter: MeterId::from("x"),
            class: "unknown".into(),
            hour_kw: [f32::NAN; 24],
            demand_kw_mean: f32::NAN,
        });
        let grouping = group_meters(&inputs, 8, 1).unwrap();
        assert_eq!(grouping.groups[grouping.members[30]].class, "unknown");
        assert!(group_meters(&[], 8, 1).unwrap().groups.is_empty());
    }
}
