//! Compares the periods of weather and events with the period of the interval data.

use hashwatt_core::calendar::date_of;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::message;
use hashwatt_readings::acquisition::weather::Weather;

/// With temperatures for a smaller share of days, much heating would be judged without them.
const ENOUGH_DAYS_SHARE: f64 = 0.9;

/// First and last civil day. [days since 1970-01-01]
type Days = (i32, i32);

/// Reports weather that does not cover the period of the interval data.
#[must_use]
pub fn check_weather(weather: &Weather, readings: Days) -> Option<Finding> {
    let own = weather.span()?;
    let (n, n_days) = (weather.n_days(readings), (readings.1 - readings.0 + 1) as usize);
    if n as f64 >= ENOUGH_DAYS_SHARE * n_days as f64 {
        return None;
    }
    let severity = if n == 0 { Severity::Skipped } else { Severity::Warning };
    let message = message!(
        "weather_days",
        n = n,
        days = n_days,
        from = date_of(own.0),
        to = date_of(own.1),
        readings_from = date_of(readings.0),
        readings_to = date_of(readings.1)
    );
    Some(
        Finding::new(Code::OtherPeriod, severity, message)
            .with("n_days", n)
            .with("n_days_of_readings", n_days),
    )
}

/// Reports events of which none is in the period of the interval data.
#[must_use]
pub fn check_events(own: Days, readings: Days) -> Option<Finding> {
    let is_apart = own.1 < readings.0 || own.0 > readings.1;
    let message = message!(
        "events_days",
        from = date_of(own.0),
        to = date_of(own.1),
        readings_from = date_of(readings.0),
        readings_to = date_of(readings.1)
    );
    is_apart.then(|| Finding::new(Code::OtherPeriod, Severity::Warning, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weather_of_another_year_is_left_out_and_of_some_days_a_warning() {
        let weather = Weather::from_days((100..200).map(|day| (day, 5.0)));
        assert_eq!(check_weather(&weather, (105, 195)), None);
        assert_eq!(check_weather(&weather, (150, 249)).unwrap().severity, Severity::Warning);
        let other = check_weather(&weather, (500, 600)).unwrap();
        assert_eq!(other.severity, Severity::Skipped);
        assert!(other.english().contains("0 of the 101 days"), "{}", other.english());
        assert_eq!(check_weather(&Weather::default(), (500, 600)), None);
    }

    #[test]
    fn events_before_or_after_the_readings_are_said() {
        assert!(check_events((1, 9), (10, 20)).is_some() && check_events((21, 22), (10, 20)).is_some());
        assert!(check_events((1, 10), (10, 20)).is_none());
    }
}
