//! Provides a model learnt on other data, for runs with too few meters to learn from.
//!
//! `prior.json` was learnt by `cargo bench --bench scale -- prior`, with the same planting, on 311 homes in
//! central Scotland, March to May 2009, half-hourly (Energy Demand Research Project, final analysis: AECOM
//! for Ofgem, 2011). It only knows homes in a mild climate. The fewer meters a run has, the more its ranking
//! depends on this model.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::model::Model;
use crate::features::FEATURES;

/// From this number of meters on, a run learns only from its own.
pub const ENOUGH_METERS: usize = 40;

/// Returns the weight of a model learnt on this many own meters, relative to the prior, 0..=1.
#[must_use]
pub fn own_weight(n_meters: usize) -> f64 {
    (n_meters as f64 / ENOUGH_METERS as f64).min(1.0)
}

/// Returns the built-in model.
///
/// # Panics
/// When the built-in file is damaged; a test checks that it is not.
#[must_use]
pub fn prior() -> &'static Model {
    static PRIOR: OnceLock<Model> = OnceLock::new();
    PRIOR.get_or_init(|| {
        let written: WrittenModel =
            serde_json::from_str(include_str!("prior.json")).expect("the shipped model is JSON");
        written.model()
    })
}

/// A model as written to a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrittenModel {
    /// Log-odds of a meter without any features.
    pub bias: f64,
    /// Terms by feature name; unused features are left out.
    pub terms: BTreeMap<String, WrittenTerm>,
}

/// Contribution of one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrittenTerm {
    /// Edges between steps, ascending.
    pub edges: Vec<f32>,
    /// Contribution of a value: below the first edge, between the first and the second, and so on. [log-odds]
    pub steps: Vec<f64>,
    /// Contribution of a missing value. [log-odds]
    pub missing: f64,
}

impl WrittenModel {
    /// Writes a model of all features, in the order of [`FEATURES`].
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let named = FEATURES.iter().zip(model.written_terms());
        Self {
            bias: model.bias(),
            terms: named.filter_map(|(feature, term)| Some((feature.name.to_owned(), term?))).collect(),
        }
    }

    fn model(&self) -> Model {
        Model::from_written(self.bias, FEATURES.iter().map(|feature| self.terms.get(feature.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Direction, N_FEATURES};

    #[test]
    fn the_shipped_model_has_terms_of_features_that_there_are_and_they_keep_their_direction() {
        let written: WrittenModel = serde_json::from_str(include_str!("prior.json")).unwrap();
        assert!(!written.terms.is_empty());
        for (name, term) in &written.terms {
            let feature = FEATURES.iter().find(|feature| feature.name == name);
            let direction = feature.unwrap_or_else(|| panic!("no feature {name}")).direction;
            assert_eq!(term.steps.len(), term.edges.len() + 1, "{name}");
            let is_kept = term.steps.windows(2).all(|pair| match direction {
                Direction::Rising => pair[1] >= pair[0] - 1e-9,
                Direction::Falling => pair[1] <= pair[0] + 1e-9,
                Direction::Free => true,
            });
            assert!(is_kept, "{name}: {:?}", term.steps);
        }
    }

    #[test]
    fn a_model_is_the_same_after_it_was_written() {
        let written: WrittenModel = serde_json::from_str(include_str!("prior.json")).unwrap();
        assert_eq!(WrittenModel::of(prior()), written);
        assert!(prior().log_odds(&[f32::NAN; N_FEATURES]).is_finite());
    }

    #[test]
    fn the_prior_fades_as_meters_grow() {
        assert!(own_weight(1) < 0.1 && own_weight(20) == 0.5 && own_weight(1000) == 1.0);
    }
}
