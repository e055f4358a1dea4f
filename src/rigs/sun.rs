//! Computes sunrise and sunset, which switch street lighting.

use hashwatt_core::portable::Portable;
use jiff::civil::Date;

/// Returns sunrise and sunset at a latitude. [h of local solar time]
///
/// It uses the sun's declination by day of year (Cooper 1969, doi:10.1016/0038-092X(69)90047-4). Below 60
/// degrees it is accurate to a quarter of an hour, about as accurate as lamps with a light sensor. Beyond the
/// polar circles the day is 0 or 24 h long.
#[must_use]
pub fn rise_and_set_h(latitude_deg: f32, date: Date) -> (f32, f32) {
    let day = f32::from(date.day_of_year());
    let declination = 23.45f32.to_radians() * (std::f32::consts::TAU * (284.0 + day) / 365.0).portable_sin();
    let cosine = (-latitude_deg.to_radians().portable_tan() * declination.portable_tan()).clamp(-1.0, 1.0);
    let half_day_h = cosine.portable_acos().to_degrees() / 15.0;
    (12.0 - half_day_h, 12.0 + half_day_h)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_june_day_in_almaty_lasts_about_fifteen_hours() {
        let (rise_h, set_h) = rise_and_set_h(43.24, date(2021, 6, 21));
        assert!((set_h - rise_h - 15.3).abs() < 0.3);
    }

    #[test]
    fn an_equinox_day_lasts_twelve_hours_everywhere() {
        for latitude_deg in [0.0, 43.0, 60.0] {
            let (rise_h, set_h) = rise_and_set_h(latitude_deg, date(2021, 3, 21));
            assert!((set_h - rise_h - 12.0).abs() < 0.3);
        }
    }
}
