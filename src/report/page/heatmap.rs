//! Draws demand by day and clock hour as one small image.

use std::io::Write;

use flate2::{Compression, Crc, write::ZlibEncoder};

use super::svg::{Plot, amount_label};
use crate::calendar::day_number;
use crate::digest::{CLOCK_HOURS, DayDigest};
use crate::ranking::RigEstimate;

/// Colours of the scale; the palette's first entry is for what is missing.
const STEPS: usize = 64;

/// What is missing, unlike any colour of the scale.
const MISSING: [u8; 3] = [0xff, 0xff, 0xff];

/// Anchors of cividis, which reads the same with and without colour blindness and in grey
/// (doi:10.1371/journal.pone.0199239), dark for little and light for much.
const CIVIDIS: [[u8; 3]; 6] =
    [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]];

/// The scale ends at this share of all hours, so that one spike does not darken the rest.
const TOP_SHARE: f64 = 0.995;

/// More days than this are drawn with several days a column. [days]
const MAX_COLUMNS: usize = 1100;

/// The heat map of a meter's days, with onset and end marked; `None` where no day has hours.
/// Export shows as zero.
pub fn heat_map(days: &[DayDigest], rig: Option<&RigEstimate>) -> Option<String> {
    let (first, last) = (days.first()?.day, days.last()?.day);
    let all: Vec<f32> = days.iter().flat_map(|day| day.hour_kw).filter(|kw| kw.is_finite()).collect();
    let top_kw = f64::from(crate::stats::quantile(&all, TOP_SHARE)?.max(1e-3));
    let per_column = ((last - first) as usize + 1).div_ceil(MAX_COLUMNS).max(1);
    let n_columns = ((last - first) as usize + 1).div_ceil(per_column);
    let pixels = pixels(days, top_kw, per_column, n_columns);
    let mut plot = Plot::new(
        940.0,
        200.0,
        (f64::from(first), f64::from(first) + (n_columns * per_column) as f64),
        (24.0, 0.0),
    );
    plot.image(&data_uri(&png(n_columns, CLOCK_HOURS, &palette(), &pixels)));
    for hour in (0..=24).step_by(6) {
        let y = plot.y_px(f64::from(hour));
        plot.text(46.0, y + 4.0, "end", &format!("{hour:02}:00"));
    }
    plot.date_axis();
    legend(&mut plot, top_kw);
    if let Some(rig) = rig {
        for day in [rig.onset, rig.ended].into_iter().flatten() {
            let x = plot.x_px(f64::from(day_number(day)));
            plot.push(&format!(r##"<path d="M{x:.1} 21l-5 -9h10z" fill="#b3261e"/>"##));
        }
    }
    Some(plot.finish("Demand by day and clock hour"))
}

/// Palette entries in rows of hours: 0 missing, then the scale.
fn pixels(days: &[DayDigest], top_kw: f64, per_column: usize, n_columns: usize) -> Vec<u8> {
    let first = days[0].day;
    let mut sums = vec![(0.0_f64, 0_u32); n_columns * CLOCK_HOURS];
    for day in days {
        let column = (day.day - first) as usize / per_column;
        for (hour, kw) in day.hour_kw.iter().enumerate().filter(|(_, kw)| kw.is_finite()) {
            let cell = &mut sums[hour * n_columns + column];
            cell.0 += f64::from(*kw);
            cell.1 += 1;
        }
    }
    let entry = |kw: f64| 1 + ((kw / top_kw).clamp(0.0, 1.0) * (STEPS - 1) as f64).round() as u8;
    sums.into_iter().map(|(sum, n)| if n == 0 { 0 } else { entry(sum / f64::from(n)) }).collect()
}

fn palette() -> Vec<[u8; 3]> {
    let colour = |step: usize| {
        let place = step as f64 / (STEPS - 1) as f64 * (CIVIDIS.len() - 1) as f64;
        let below = (place as usize).min(CIVIDIS.len() - 2);
        let share = place - below as f64;
        std::array::from_fn(|part| {
            let (low, high) = (f64::from(CIVIDIS[below][part]), f64::from(CIVIDIS[below + 1][part]));
            (low + share * (high - low)).round() as u8
        })
    };
    std::iter::once(MISSING).chain((0..STEPS).map(colour)).collect()
}

/// The scale with its ends in kW, in the upper right corner.
fn legend(plot: &mut Plot, top_kw: f64) {
    const WIDTH: f64 = 120.0;
    let left = 740.0;
    plot.text(left - 5.0, 14.0, "end", "0");
    for (index, [red, green, blue]) in palette().into_iter().skip(1).step_by(4).enumerate() {
        let width = WIDTH / (STEPS as f64 / 4.0);
        let x = left + index as f64 * width;
        plot.push(&format!(
            r##"<path d="M{x:.1} 5h{:.1}v10h-{:.1}z" fill="#{red:02x}{green:02x}{blue:02x}"/>"##,
            width + 0.3,
            width + 0.3
        ));
    }
    let label = amount_label((top_kw * 100.0).round() / 100.0);
    plot.text(left + WIDTH + 5.0, 14.0, "start", &format!("{label} kW"));
}

/// A PNG of palette entries, row by row (ISO/IEC 15948, colour type 3, 8 bits).
fn png(width: usize, height: usize, palette: &[[u8; 3]], entries: &[u8]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend((width as u32).to_be_bytes());
    header.extend((height as u32).to_be_bytes());
    header.extend([8, 3, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"PLTE", palette.as_flattened());
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::best());
    for row in entries.chunks(width) {
        // Each row says how it is filtered: not at all.
        rows.write_all(&[0]).and_then(|()| rows.write_all(row)).expect("memory takes every byte");
    }
    chunk(&mut file, b"IDAT", &rows.finish().expect("memory takes every byte"));
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(content);
    file.extend((content.len() as u32).to_be_bytes());
    file.extend(kind);
    file.extend(content);
    file.extend(crc.sum().to_be_bytes());
}

fn data_uri(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", super::base64(png))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_with_daily_reads_has_no_heat_map() {
        assert!(heat_map(&[DayDigest::empty(15_000, 1440, 1)], None).is_none());
        assert!(heat_map(&[], None).is_none());
    }

    #[test]
    fn what_is_missing_is_unlike_the_least_demand() {
        let mut day = DayDigest::empty(15_000, 60, 24);
        day.hour_kw[1] = 0.0;
        day.hour_kw[2] = 5.0;
        let entries = pixels(&[day], 5.0, 1, 1);
        assert_eq!(entries[..3], [0, 1, STEPS as u8]);
    }

    #[test]
    fn a_png_holds_its_sizes_and_checksums() {
        let file = png(2, 1, &[[0, 0, 0], [255, 255, 255]], &[0, 1]);
        assert_eq!(file[16..24], [0, 0, 0, 2, 0, 0, 0, 1]);
        // The checksum of an empty IEND chunk is the same in every PNG.
        assert_eq!(file[file.len() - 4..], [0xae, 0x42, 0x60, 0x82]);
    }
}
