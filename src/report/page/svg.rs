//! Draws the frame of a chart: scales, axes, ticks and legends as SVG text.

use std::fmt::Write;

use jiff::ToSpan;

use crate::calendar::{date_of, day_number};

/// Ticks of an axis of amounts, about.
const AMOUNT_TICKS: f64 = 6.0;

/// Date ticks at most, so that `2022-01` labels do not touch.
const MAX_DATE_TICKS: usize = 13;

/// Room around the plot for labels. [px]
const LEFT: f64 = 52.0;
const RIGHT: f64 = 26.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 22.0;

/// A chart in the making: a size in pixels, a range on each axis, and the SVG so far.
pub struct Plot {
    width: f64,
    height: f64,
    x: (f64, f64),
    y: (f64, f64),
    body: String,
}

impl Plot {
    /// An empty plot. `x` and `y` are the ranges of the axes, in units of the data.
    pub fn new(width: f64, height: f64, x: (f64, f64), y: (f64, f64)) -> Self {
        Self { width, height, x, y, body: String::new() }
    }

    /// Where `x` lies. [px]
    pub fn x_px(&self, x: f64) -> f64 {
        LEFT + share(x, self.x) * (self.width - LEFT - RIGHT)
    }

    /// Where `y` lies. [px]
    pub fn y_px(&self, y: f64) -> f64 {
        self.height - BOTTOM - share(y, self.y) * (self.height - TOP - BOTTOM)
    }

    /// Appends a piece of SVG.
    pub fn push(&mut self, svg: &str) {
        self.body.push_str(svg);
    }

    /// A label; `anchor` is `start`, `middle` or `end`.
    pub fn text(&mut self, x_px: f64, y_px: f64, anchor: &str, text: &str) {
        let _ = write!(
            self.body,
            r#"<text x="{x_px:.1}" y="{y_px:.1}" text-anchor="{anchor}">{}</text>"#,
            escaped(text)
        );
    }

    /// Grid lines and labels of the amounts, with the unit above them.
    pub fn amount_axis(&mut self, unit: &str) {
        for tick in amount_ticks(self.y.0, self.y.1) {
            let y = self.y_px(tick);
            let _ = write!(self.body, r#"<path class="grid" d="M{LEFT} {y:.1}H{:.1}"/>"#, self.width - RIGHT);
            self.text(LEFT - 6.0, y + 4.0, "end", &amount_label(tick));
        }
        self.text(LEFT - 6.0, TOP - 9.0, "end", unit);
    }

    /// Grid lines and labels of the dates; `x` must be in days since 1970-01-01.
    pub fn date_axis(&mut self) {
        for (day, label) in date_ticks(self.x.0 as i32, self.x.1 as i32) {
            self.vertical_tick(f64::from(day), &label);
        }
    }

    /// Grid lines and labels of the clock; `x` must be in hours.
    pub fn clock_axis(&mut self) {
        for hour in (0..=24).step_by(6) {
            self.vertical_tick(f64::from(hour), &format!("{hour:02}:00"));
        }
    }

    fn vertical_tick(&mut self, x: f64, label: &str) {
        let x = self.x_px(x);
        let _ = write!(self.body, r#"<path class="grid" d="M{x:.1} {TOP}V{:.1}"/>"#, self.height - BOTTOM);
        self.text(x, self.height - 6.0, "middle", label);
    }

    /// A dashed line at `x` with its label above the plot.
    pub fn mark(&mut self, x: f64, label: &str) {
        if !(self.x.0..=self.x.1).contains(&x) {
            return;
        }
        let px = self.x_px(x);
        let anchor = if px > self.width * 0.75 { "end" } else { "start" };
        let _ = write!(
            self.body,
            r#"<path class="mark" d="M{px:.1} {:.1}V{:.1}"/>"#,
            TOP - 14.0,
            self.height - BOTTOM
        );
        self.text(px + if anchor == "end" { -4.0 } else { 4.0 }, TOP - 6.0, anchor, label);
    }

    /// A line through the points; a new piece begins after each `None`. A point alone is a dot.
    pub fn line(&mut self, class: &str, points: impl Iterator<Item = Option<(f64, f64)>>) {
        let mut path = String::new();
        let mut is_drawing = false;
        for point in points {
            let Some((x, y)) = point else {
                is_drawing = false;
                continue;
            };
            let (x, y) = (self.x_px(x), self.y_px(y));
            let _ =
                if is_drawing { write!(path, "L{x:.1} {y:.1}") } else { write!(path, "M{x:.1} {y:.1}h0") };
            is_drawing = true;
        }
        let _ = write!(self.body, r#"<path class="{class}" d="{path}"/>"#);
    }

    /// The area between two lines over the same `x`.
    pub fn band(&mut self, class: &str, points: &[(f64, f64, f64)]) {
        let mut path = String::new();
        let upper = points.iter().map(|&(x, _, high)| (x, high));
        let lower = points.iter().rev().map(|&(x, low, _)| (x, low));
        for (index, (x, y)) in upper.chain(lower).enumerate() {
            let _ =
                write!(path, "{}{:.1} {:.1}", if index == 0 { 'M' } else { 'L' }, self.x_px(x), self.y_px(y));
        }
        let _ = write!(self.body, r#"<path class="{class}" d="{path}Z"/>"#);
    }

    /// An image over the whole plot, its pixels not smoothed.
    pub fn image(&mut self, href: &str) {
        let _ = write!(
            self.body,
            r#"<image x="{LEFT}" y="{TOP}" width="{:.1}" height="{:.1}" preserveAspectRatio="none" image-rendering="pixelated" href="{href}"/>"#,
            self.width - LEFT - RIGHT,
            self.height - TOP - BOTTOM
        );
    }

    /// The finished SVG; `name` is read out by a screen reader.
    pub fn finish(self, name: &str) -> String {
        let name = escaped(name);
        let (width, height) = (self.width, self.height);
        format!(
            r#"<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{name}">{}</svg>"#,
            self.body
        )
    }
}

/// How far along a range a number lies; the middle of a range without length.
fn share(number: f64, (from, to): (f64, f64)) -> f64 {
    if from == to { 0.5 } else { (number - from) / (to - from) }
}

/// Text as it may stand in SVG and HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// Round amounts between two others, both ends within.
pub fn amount_ticks(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / AMOUNT_TICKS;
    if !(rough.is_finite() && rough > 0.0) {
        return vec![low];
    }
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * power);
    let first = (low / step).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|index| index as f64 * step).collect()
}

/// An amount without needless digits.
pub fn amount_label(amount: f64) -> String {
    let text = format!("{amount:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// First days of months, or days where the range is short, that fit beside one another.
pub fn date_ticks(first: i32, last: i32) -> Vec<(i32, String)> {
    let span_days = (last - first).max(1);
    if span_days <= 70 {
        let step = (span_days / 8).max(1);
        return (first..=last)
            .step_by(step as usize)
            .map(|day| (day, date_of(day).strftime("%m-%d").to_string()))
            .collect();
    }
    let months = span_days as usize / 30 + 1;
    let step = [1, 2, 3, 6, 12, 24].into_iter().find(|step| months / step < MAX_DATE_TICKS).unwrap_or(60);
    let mut month = date_of(first).first_of_month();
    let mut ticks = Vec::new();
    while day_number(month) <= last {
        let is_step = (i32::from(month.year()) * 12 + i32::from(month.month()) - 1) % step as i32 == 0;
        if is_step && day_number(month) >= first {
            ticks.push((day_number(month), month.strftime("%Y-%m").to_string()));
        }
        month = month.saturating_add(1.month());
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn ticks_are_round_and_within() {
        assert_eq!(amount_ticks(0.0, 7.3), [0.0, 2.0, 4.0, 6.0]);
        assert_eq!(amount_ticks(0.0, 0.4), [0.0, 0.1, 0.2, 0.30000000000000004, 0.4]);
        assert_eq!(amount_label(0.30000000000000004), "0.3");
        assert_eq!(amount_ticks(2.0, 2.0), [2.0]);
    }

    #[test]
    fn an_axis_may_run_downwards_or_have_no_length() {
        let plot = Plot::new(100.0, 100.0, (3.0, 3.0), (24.0, 0.0));
        assert!(plot.y_px(24.0) > plot.y_px(0.0));
        assert!(plot.x_px(3.0).is_finite());
    }

    #[test]
    fn date_ticks_never_crowd() {
        for days in [1, 5, 60, 90, 400, 800, 2000, 5000] {
            let first = day_number(date(2021, 7, 13));
            let ticks = date_ticks(first, first + days);
            assert!((1..=15).contains(&ticks.len()), "{days}: {ticks:?}");
        }
    }

    #[test]
    fn labels_are_escaped() {
        let mut plot = Plot::new(100.0, 50.0, (0.0, 1.0), (0.0, 1.0));
        plot.text(0.0, 0.0, "start", "<b>");
        assert!(plot.finish("\"><script>").contains("&lt;b&gt;"));
    }
}
