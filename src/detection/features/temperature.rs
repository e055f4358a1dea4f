//! Fits daily demand to outdoor temperature.

/// Degree-day bases to try. [°C]
const BASES_C: [f32; 5] = [12.0, 14.0, 16.0, 18.0, 20.0];

/// Fewest days for a temperature fit. [d]
const MIN_WEATHER_DAYS: usize = 30;

/// A smaller sum of squares is rounding error. [K²]
const MIN_SQUARES: f64 = 1e-9;

/// Relation between demand and temperature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TemperatureFit {
    /// Demand per degree below the heating base. [kW/K]
    pub heating: f64,
    /// Demand per degree above the cooling base. [kW/K]
    pub cooling: f64,
    /// Share of the variance that the fit explains, 0..=1.
    pub r2: f64,
    /// Base temperatures; NaN for a side that is not used. [degC]
    heating_base_c: f64,
    cooling_base_c: f64,
}

impl TemperatureFit {
    /// Returns the demand caused by the temperature. [kW]
    #[must_use]
    pub fn kw(&self, temperature_c: f64) -> f64 {
        // A side without a base adds no degrees.
        self.heating * (self.heating_base_c - temperature_c).max(0.0)
            + self.cooling * (temperature_c - self.cooling_base_c).max(0.0)
    }
}

/// Fits daily mean demand to heating and cooling degree-days. The base temperatures are those of the best
/// fit, and slopes are not negative, as in CalTRACK 2.0 for daily data. `points` are temperature and demand
/// by day; `None` if there are too few. [degC, kW]
#[must_use]
pub fn fit_temperature(points: &[(f64, f64)]) -> Option<TemperatureFit> {
    if points.len() < MIN_WEATHER_DAYS {
        return None;
    }
    let kw = Centred::of(points.iter().map(|point| point.1));
    let all = kw.squares;
    // A NaN base switches a side off: it has no degrees.
    let bases = || BASES_C.into_iter().map(f64::from).chain([f64::NAN]);
    let degrees = |base_c: f64, of: fn(f64, f64) -> f64| {
        Degrees::of(base_c, points.iter().map(|point| of(base_c, point.0).max(0.0)), &kw)
    };
    let heating: Vec<Degrees> = bases().map(|base_c| degrees(base_c, |base_c, c| base_c - c)).collect();
    let cooling: Vec<Degrees> = bases().map(|base_c| degrees(base_c, |base_c, c| c - base_c)).collect();
    let mut best = TemperatureFit {
        heating: 0.0,
        cooling: 0.0,
        r2: 0.0,
        heating_base_c: f64::NAN,
        cooling_base_c: f64::NAN,
    };
    for cold in &heating {
        let is_apart =
            |warm: &&Degrees| warm.base_c.is_nan() || cold.base_c.is_nan() || warm.base_c >= cold.base_c;
        for warm in cooling.iter().filter(is_apart) {
            let Some((heating, cooling, rest)) = fit_two(&kw, cold, warm) else { continue };
            let r2 = if all > 0.0 { 1.0 - rest / all } else { 0.0 };
            if heating >= 0.0 && cooling >= 0.0 && r2 > best.r2 {
                best = TemperatureFit {
                    heating,
                    cooling,
                    r2,
                    heating_base_c: cold.base_c,
                    cooling_base_c: warm.base_c,
                };
            }
        }
    }
    Some(best)
}

/// Degree-days by day, and their product with demand.
struct Degrees {
    base_c: f64,
    by_day: Centred,
    with_kw: f64,
}

impl Degrees {
    fn of(base_c: f64, degrees: impl ExactSizeIterator<Item = f64> + Clone, kw: &Centred) -> Self {
        let by_day = Centred::of(degrees);
        Self { base_c, with_kw: by_day.product(kw), by_day }
    }
}

/// A series minus its mean.
struct Centred {
    values: Vec<f64>,
    squares: f64,
}

impl Centred {
    fn of(values: impl ExactSizeIterator<Item = f64> + Clone) -> Self {
        let mean = values.clone().sum::<f64>() / values.len() as f64;
        let values: Vec<f64> = values.map(|value| value - mean).collect();
        Self { squares: values.iter().map(|value| value * value).sum(), values }
    }

    fn product(&self, other: &Self) -> f64 {
        self.values.iter().zip(&other.values).map(|(a, b)| a * b).sum()
    }
}

/// Fits demand to two regressors and a constant by least squares. Returns both slopes and the residual sum of
/// squares; `None` if the regressors are degenerate.
fn fit_two(kw: &Centred, cold: &Degrees, warm: &Degrees) -> Option<(f64, f64, f64)> {
    let (hh, kk) = (cold.by_day.squares, warm.by_day.squares);
    let (hy, ky) = (cold.with_kw, warm.with_kw);
    let (has_cold, has_warm) = (hh > MIN_SQUARES, kk > MIN_SQUARES);
    let (heating, cooling) = if has_cold && has_warm {
        let hk = cold.by_day.product(&warm.by_day);
        let determinant = hh * kk - hk * hk;
        if determinant < MIN_SQUARES * hh * kk {
            return None;
        }
        ((hy * kk - ky * hk) / determinant, (ky * hh - hy * hk) / determinant)
    } else if has_cold {
        (hy / hh, 0.0)
    } else if has_warm {
        (0.0, ky / kk)
    } else {
        return None;
    };
    Some((heating, cooling, kw.squares - heating * hy - cooling * ky))
}
