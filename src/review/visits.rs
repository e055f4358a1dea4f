//! Plans visits: suspects close together that bring back the most energy per hour.

use super::lines::Line;

/// Time at a place, from arrival to report. [h]
pub const VISIT_H: f64 = 1.0;

/// Speed between places in town, with stops. [km/h]
pub const SPEED_KMH: f64 = 20.0;

/// Road distance over straight-line distance; 1.2 to 1.5 is usual in towns.
pub const DETOUR: f64 = 1.3;

/// Mean radius of the earth. [km]
const EARTH_KM: f64 = 6371.0;

/// Candidates considered per visit; the others are too far down the list.
const CANDIDATES_PER_VISIT: usize = 8;

/// A place that may be visited.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Index of its line.
    pub index: usize,
    /// Latitude and longitude; `None` where the register has none. [degrees]
    pub position: Option<(f64, f64)>,
    /// Recoverable energy of a visit in a year. [kWh]
    pub recoverable_kwh: f64,
}

impl Candidate {
    /// Makes a candidate from a line; `None` if the rig is off, or a visit recovers nothing.
    #[must_use]
    pub fn of(line: Line<'_>) -> Option<Self> {
        if line.is_on() != Some(true) {
            return None;
        }
        let recoverable_kwh = line.recoverable_kwh().filter(|kwh| *kwh > 0.0)?;
        Some(Self { index: line.index(), position: line.position(), recoverable_kwh })
    }
}

/// One inspector's visits, in driving order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tour {
    /// The places.
    pub stops: Vec<Candidate>,
    /// Distance between them. [km]
    pub km: f64,
}

impl Tour {
    /// Returns the recoverable energy of the visits in a year. [kWh]
    #[must_use]
    pub fn recoverable_kwh(&self) -> f64 {
        self.stops.iter().map(|stop| stop.recoverable_kwh).sum()
    }

    /// Returns how many stops have no coordinates. With any, distance and time are not known.
    #[must_use]
    pub fn n_unplaced(&self) -> usize {
        self.stops.iter().filter(|stop| stop.position.is_none()).count()
    }

    /// Returns the working time. [h]
    #[must_use]
    pub fn hours(&self) -> f64 {
        self.stops.len() as f64 * VISIT_H + self.km / SPEED_KMH
    }
}

/// Returns the distance between two places; if one is unknown, that driven in the time of a visit. [km]
fn way_km(a: &Candidate, b: &Candidate) -> f64 {
    match (a.position, b.position) {
        (Some(a), Some(b)) => DETOUR * great_circle_km(a, b),
        _ => SPEED_KMH * VISIT_H,
    }
}

/// Great-circle distance by the haversine formula. [km]
#[must_use]
pub fn great_circle_km((lat_a, lon_a): (f64, f64), (lat_b, lon_b): (f64, f64)) -> f64 {
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let haversine =
        half(lat_a, lat_b) + lat_a.to_radians().cos() * lat_b.to_radians().cos() * half(lon_a, lon_b);
    2.0 * EARTH_KM * haversine.sqrt().min(1.0).asin()
}

/// Chooses `n_visits` places for `n_inspectors`. Each step gives the shortest tour the place with the most
/// recoverable energy per hour. The stops of each tour are then put in driving order.
#[must_use]
pub fn plan(mut candidates: Vec<Candidate>, n_visits: usize, n_inspectors: usize) -> Vec<Tour> {
    let n_inspectors = n_inspectors.max(1);
    candidates.sort_by(|a, b| b.recoverable_kwh.total_cmp(&a.recoverable_kwh).then(a.index.cmp(&b.index)));
    candidates.truncate(n_visits.saturating_mul(CANDIDATES_PER_VISIT));
    let mut tours = vec![Tour::default(); n_inspectors];
    // Distance from each tour to each candidate; it shrinks as the tour grows.
    let mut near = vec![vec![f64::INFINITY; candidates.len()]; n_inspectors];
    let mut is_taken = vec![false; candidates.len()];
    for _ in 0..n_visits.min(candidates.len()) {
        let shortest = (0..n_inspectors).min_by_key(|tour| tours[*tour].stops.len());
        let Some(tour) = shortest else { break };
        let worth = |place: usize| {
            let way_km = if tours[tour].stops.is_empty() { 0.0 } else { near[tour][place] };
            candidates[place].recoverable_kwh / (VISIT_H + way_km / SPEED_KMH)
        };
        let free = (0..candidates.len()).filter(|place| !is_taken[*place]);
        let Some(best) = free.max_by(|a, b| worth(*a).total_cmp(&worth(*b)).then(b.cmp(a))) else { break };
        is_taken[best] = true;
        tours[tour].stops.push(candidates[best].clone());
        for (place, way) in near[tour].iter_mut().enumerate() {
            *way = way.min(way_km(&candidates[best], &candidates[place]));
        }
    }
    tours.into_iter().filter(|tour| !tour.stops.is_empty()).map(in_order_of_the_way).collect()
}

/// Orders the stops: from the most valuable place always to the nearest, then without crossings (2-opt).
fn in_order_of_the_way(tour: Tour) -> Tour {
    let mut left = tour.stops;
    let mut stops = vec![left.remove(0)];
    while !left.is_empty() {
        let here = &stops[stops.len() - 1];
        let next = (0..left.len())
            .min_by(|a, b| way_km(here, &left[*a]).total_cmp(&way_km(here, &left[*b])).then(a.cmp(b)))
            .unwrap_or(0);
        stops.push(left.remove(next));
    }
    let mut improves = true;
    while improves {
        improves = false;
        for from in 1..stops.len().saturating_sub(1) {
            for to in from + 1..stops.len() {
                if gain_km(&stops, from, to) > 1e-9 {
                    stops[from..=to].reverse();
                    improves = true;
                }
            }
        }
    }
    let km = stops.windows(2).map(|pair| way_km(&pair[0], &pair[1])).sum();
    Tour { stops, km }
}

/// Returns the distance saved by reversing `from..=to`. [km]
fn gain_km(stops: &[Candidate], from: usize, to: usize) -> f64 {
    let way = |a: usize, b: usize| way_km(&stops[a], &stops[b]);
    let after = |stop: usize| if to + 1 < stops.len() { way(stop, to + 1) } else { 0.0 };
    way(from - 1, from) + after(to) - way(from - 1, to) - after(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(index: usize, position: (f64, f64), recoverable_kwh: f64) -> Candidate {
        Candidate { index, position: Some(position), recoverable_kwh }
    }

    #[test]
    fn a_degree_of_latitude_is_111_km() {
        assert!((great_circle_km((43.0, 76.0), (44.0, 76.0)) - 111.19).abs() < 0.01);
    }

    #[test]
    fn a_near_place_beats_one_of_the_same_worth_far_away() {
        let places = vec![
            candidate(0, (43.20, 76.80), 50_000.0),
            candidate(1, (43.90, 77.60), 30_000.0),
            candidate(2, (43.21, 76.81), 30_000.0),
        ];
        let tours = plan(places, 2, 1);
        assert_eq!(tours[0].stops.iter().map(|stop| stop.index).collect::<Vec<_>>(), [0, 2]);
    }

    #[test]
    fn two_inspectors_share_the_visits() {
        let places = (0..10).map(|n| candidate(n, (43.2 + n as f64 / 100.0, 76.8), 1000.0)).collect();
        let tours = plan(places, 6, 2);
        assert_eq!(tours.iter().map(|tour| tour.stops.len()).collect::<Vec<_>>(), [3, 3]);
    }

    #[test]
    fn the_way_does_not_go_back_and_forth() {
        let along = [3.0, 0.0, 2.0, 1.0, 4.0];
        let places =
            along.iter().enumerate().map(|(n, at)| candidate(n, (43.0 + at / 100.0, 76.8), 1000.0)).collect();
        let tour = &plan(places, 5, 1)[0];
        // From the first of equal worth, at 3: down to 0 and up to 4, or up first; never more than 7 steps.
        assert!(tour.km < 7.01 * DETOUR * 1.112, "{}", tour.km);
        assert!((tour.hours() - 5.0 - tour.km / SPEED_KMH).abs() < 1e-9);
    }

    #[test]
    fn nothing_to_visit_is_no_tour() {
        assert!(plan(Vec::new(), 50, 2).is_empty());
    }
}
