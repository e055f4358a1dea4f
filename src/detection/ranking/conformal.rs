//! Computes a conformal p-value of each meter among its peers.
//!
//! If a meter is like its peers, its score is equally likely to have any rank among them. So the share of the
//! group, itself included, that scores at least as high is below `p` for at most a share `p` of such meters,
//! whatever the distribution of scores (Vovk, Gammerman, Shafer 2005, doi:10.1007/b106715; for outliers Bates
//! et al. 2023, doi:10.1214/22-AOS2244). Farms among the peers can only increase it.

use std::collections::BTreeMap;

/// Returns the p-value of each score within its group, in `(0, 1]`; `groups` has one entry per score.
#[must_use]
pub fn p_values<G: Ord>(scores: &[f64], groups: &[G]) -> Vec<f64> {
    let mut by_group: BTreeMap<&G, Vec<f64>> = BTreeMap::new();
    for (group, score) in groups.iter().zip(scores) {
        by_group.entry(group).or_default().push(*score);
    }
    by_group.values_mut().for_each(|own| own.sort_unstable_by(f64::total_cmp));
    let p_value = |(group, score): (&G, &f64)| {
        let own = &by_group[group];
        let n_below = own.partition_point(|other| other < score);
        (own.len() - n_below) as f64 / own.len() as f64
    };
    groups.iter().zip(scores).map(p_value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_highest_of_a_group_has_one_over_its_size() {
        let p = p_values(&[1.0, 5.0, 3.0, 9.0], &["a", "a", "a", "b"]);
        assert_eq!(p, [1.0, 1.0 / 3.0, 2.0 / 3.0, 1.0]);
    }

    proptest! {
        #[test]
        fn no_more_than_a_share_p_lies_at_or_below_p(scores in prop::collection::vec(-5.0f64..5.0, 1..80)) {
            let p = p_values(&scores, &vec![0; scores.len()]);
            for level in [0.01, 0.05, 0.2, 0.5] {
                let n = p.iter().filter(|p| **p <= level).count();
                prop_assert!(n as f64 <= level * scores.len() as f64 + 1e-9);
            }
        }
    }
}
