//! Compares the periods of weather and events with the period of the interval data.

use hashwatt_core::calendar::date_of;
use hashwatt_core::finding::{Code, Finding, Severity};
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
    let words = format!(
        "weather: a temperature for {n} of the {n_days} days of the readings: it is of {}, they are of {}. The others were judged without it. Give the weather of the readings' days",
        words_of(own),
        words_of(readings)
    );
    Some(
        Finding::new(Code::OtherPeriod, severity, words).with("n_days", n).with("n_days_of_readings", n_days),
    )
}

/// Reports events of which none is in the period of the interval data.
#[must_use]
pub fn check_events(own: Days, readings: Days) -> Option<Finding> {
    let is_apart = own.1 < readings.0 || own.0 > readings.1;
    let words = format!(
        "events: none of them is on a day of the readings: they are of {}, the readings of {}. Give those of the readings' days, if there were any",
        words_of(own),
        words_of(readings)
    );
    is_apart.then(|| Finding::new(Code::OtherPeriod, Severity::Warning, words))
}

fn words_of((first, last): Days) -> String {
    format!("{} to {}", date_of(first), date_of(last))
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
        assert!(other.description.contains("0 of the 101 days"), "{}", other.description);
        assert_eq!(check_weather(&Weather::default(), (500, 600)), None);
    }

    #[test]
    fn events_before_or_after_the_readings_are_said() {
        assert!(check_events((1, 9), (10, 20)).is_some() && check_events((21, 22), (10, 20)).is_some());
        assert!(check_events((1, 10), (10, 20)).is_none());
    }
}
