//! Finds the usage points and transformers near a position on the map.

use hashwatt_core::portable::Portable;
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// Search radius: farther away, a caller means another place, two houses on. [m]
pub const RADIUS_M: f64 = 100.0;

/// Error of a caller's map position or of a phone's position, as a standard deviation. [m]
const MARK_ERROR_M: f64 = 12.0;

/// If no meter is near, the place is fed by a transformer within this distance. [m]
pub const TRANSFORMER_RADIUS_M: f64 = 400.0;

/// Most usage points considered, the nearest first.
const MAX_NEAR: usize = 12;

/// One degree along a meridian. [m]
const DEGREE_M: f64 = 111_195.0;

/// Degrees north and east, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

impl Position {
    /// Returns `None` if the coordinates are off the globe.
    #[must_use]
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)).then_some(Self { lat, lon })
    }
}

type Spot = GeomWithData<[f64; 2], u32>;

/// Places indexed by position, on a plane that is accurate around their middle.
#[derive(Debug, Default)]
pub struct Places {
    tree: RTree<Spot>,
    /// Length of a degree of longitude at the middle, relative to a degree of latitude.
    east_scale: f64,
}

impl Places {
    /// Indexes places with their numbers.
    #[must_use]
    pub fn of(spots: &[(Position, u32)]) -> Self {
        let n = spots.len().max(1) as f64;
        let middle = spots.iter().map(|(position, _)| position.lat).sum::<f64>() / n;
        let east_scale = middle.to_radians().portable_cos();
        let spots = spots.iter().map(|(position, number)| Spot::new(plane_m(*position, east_scale), *number));
        Self { tree: RTree::bulk_load(spots.collect()), east_scale }
    }

    /// Returns the places within the radius, the nearest first, with their distance. [m]
    #[must_use]
    pub fn near(&self, position: Position, radius_m: f64) -> Vec<(u32, f64)> {
        let at = plane_m(position, self.east_scale);
        let mut near: Vec<(u32, f64)> = self
            .tree
            .nearest_neighbor_iter_with_distance_2(at)
            .map(|(spot, square)| (spot.data, square.sqrt()))
            .take_while(|(_, distance_m)| *distance_m <= radius_m)
            .take(MAX_NEAR)
            .collect();
        near.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        near
    }
}

/// Returns for each place the chance that it is meant, from its distance to the position. The rest, up to 1,
/// is the chance that none of them is.
#[must_use]
pub fn weights(distances_m: &[f64]) -> Vec<f64> {
    let density = |distance_m: &f64| (-0.5 * (distance_m / MARK_ERROR_M).powi(2)).portable_exp();
    // A place without a meter is as likely as a meter two standard deviations away.
    let none = density(&(2.0 * MARK_ERROR_M));
    let sum = distances_m.iter().map(density).sum::<f64>() + none;
    distances_m.iter().map(|distance_m| density(distance_m) / sum).collect()
}

fn plane_m(position: Position, east_scale: f64) -> [f64; 2] {
    [position.lon * DEGREE_M * east_scale, position.lat * DEGREE_M]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lon: f64) -> Position {
        Position::new(lat, lon).unwrap()
    }

    #[test]
    fn the_nearest_comes_first_and_what_is_far_not_at_all() {
        // At 60 degrees north a degree of longitude is half as long.
        let places = Places::of(&[
            (at(60.0, 77.0), 1),
            (at(60.0003, 77.0), 2),
            (at(60.0, 77.001), 3),
            (at(61.0, 77.0), 4),
        ]);
        let near = places.near(at(60.0, 77.0), RADIUS_M);
        assert_eq!(near.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3]);
        assert!((near[1].1 - 33.4).abs() < 0.2 && (near[2].1 - 55.6).abs() < 0.6, "{near:?}");
        assert!(Places::default().near(at(0.0, 0.0), RADIUS_M).is_empty());
    }

    #[test]
    fn a_mark_on_one_of_two_neighbours_means_that_one() {
        let weights = weights(&[0.0, 30.0]);
        assert!(weights[0] > 0.8 && weights[1] < 0.05, "{weights:?}");
    }

    #[test]
    fn what_is_off_the_globe_is_no_place() {
        assert!(Position::new(91.0, 0.0).is_none() && Position::new(f64::NAN, 0.0).is_none());
    }
}
