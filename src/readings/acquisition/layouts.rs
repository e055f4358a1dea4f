//! Decodes the layouts with many intervals per row: wide, daily rows, and one column per day.

use arrow::array::RecordBatch;

use super::decode::{Decoder, INTERVALS_A_BATCH, Intervals};
use super::local_time::Nonexistent;
use super::mapping::{Column, DayCount, TimeFrom};
use super::marks::Marks;
use super::report::Cause;
use super::values::read_values;
use hashwatt_core::error::Result;

/// A day of 24 clock hours; a clock change only makes it longer or shorter in UTC. [s]
const DAY_S: i64 = 86_400;

/// Stands for any meter, when times belong to rows and not to meters.
const ANY_METER: u32 = u32::MAX;

/// Decodes one row per instant, one column per meter.
pub(super) fn decode_wide(
    decoder: &mut Decoder<'_, '_>,
    rows: &RecordBatch,
    meters: &[Column],
) -> Result<()> {
    let mut times_s = Vec::new();
    decoder.read_times(rows, &mut times_s);
    let qualities = decoder.read_row_qualities(rows);
    decoder.count_marked(rows, None);
    let row_marks = std::mem::take(&mut decoder.marks);
    let keeps: Vec<usize> = (0..rows.num_rows()).filter(|row| row_marks.get(*row).is_none()).collect();
    row_marks.retain(&mut times_s);
    decoder.place(&vec![ANY_METER; times_s.len()], &mut times_s);

    let mut intervals = Intervals::default();
    let mut values = Vec::new();
    for column in meters {
        let meter = decoder.meters.number(&column.name);
        read_cells(decoder, rows, column, &mut values);
        for (&row, &time_s) in keeps.iter().zip(&times_s) {
            if let Some(cause) = decoder.marks.get(row) {
                count_cell(decoder, rows, column, row, cause);
                continue;
            }
            intervals.push(meter, time_s, values[row], qualities.as_ref().map(|all| all[row]));
        }
        if intervals.len() >= INTERVALS_A_BATCH {
            decoder.send(std::mem::take(&mut intervals))?;
        }
    }
    decoder.send(intervals)
}

/// Decodes one row per meter and day, one column per interval of the day.
pub(super) fn decode_daily(
    decoder: &mut Decoder<'_, '_>,
    rows: &RecordBatch,
    columns: &[Column],
    step_s: i64,
    count: DayCount,
) -> Result<()> {
    let (mut meters, mut days_s) = (Vec::new(), Vec::new());
    decoder.read_meters(rows, &mut meters);
    decoder.read_times(rows, &mut days_s);
    let qualities = decoder.read_row_qualities(rows);
    decoder.count_marked(rows, None);
    let row_marks = std::mem::take(&mut decoder.marks);
    let cells = read_all_cells(decoder, rows, columns);

    let mut intervals = Intervals::default();
    let mut slots = Vec::new();
    for row in (0..rows.num_rows()).filter(|row| row_marks.get(*row).is_none()) {
        let meter = meters[row];
        place_slots(decoder, meter, days_s[row], columns.len(), step_s, count, &mut slots);
        for ((column, (values, marks)), slot) in columns.iter().zip(&cells).zip(&slots) {
            let quality = qualities.as_ref().map(|all| all[row]);
            match (*slot, marks.get(row)) {
                (Slot::At(_), Some(cause)) => count_cell(decoder, rows, column, row, cause),
                (Slot::At(time_s), None) => intervals.push(meter, time_s, values[row], quality),
                (Slot::Beyond | Slot::Skipped { .. }, Some(_)) => {}
                (Slot::Skipped { .. }, None) if values[row] == 0.0 => {}
                (Slot::Beyond, None) => {}
                (Slot::Skipped { local_s, moved_s }, None) => {
                    decoder.count_nonexistent(Nonexistent { n: 1, first_s: Some(local_s) });
                    intervals.push(meter, moved_s, values[row], quality);
                }
            }
        }
        if intervals.len() >= INTERVALS_A_BATCH {
            decoder.send(std::mem::take(&mut intervals))?;
        }
    }
    decoder.send(intervals)
}

/// Decodes one row per meter, one column per day.
pub(super) fn decode_dates(
    decoder: &mut Decoder<'_, '_>,
    rows: &RecordBatch,
    columns: &[Column],
    times_s: &[i64],
) -> Result<()> {
    let mut meters = Vec::new();
    decoder.read_meters(rows, &mut meters);
    decoder.count_marked(rows, None);
    let row_marks = std::mem::take(&mut decoder.marks);
    let mut starts_s = times_s.to_vec();
    decoder.clock = super::local_time::LocalClock::new(decoder.recipe.table.clone());
    decoder.place(&vec![ANY_METER; starts_s.len()], &mut starts_s);

    let mut intervals = Intervals::default();
    let mut values = Vec::new();
    for (column, &start_s) in columns.iter().zip(&starts_s) {
        read_cells(decoder, rows, column, &mut values);
        for row in (0..rows.num_rows()).filter(|row| row_marks.get(*row).is_none()) {
            match decoder.marks.get(row) {
                Some(cause) => count_cell(decoder, rows, column, row, cause),
                None => intervals.push(meters[row], start_s, values[row], None),
            }
        }
        if intervals.len() >= INTERVALS_A_BATCH {
            decoder.send(std::mem::take(&mut intervals))?;
        }
    }
    decoder.send(intervals)
}

/// Time of a column of a daily row.
#[derive(Debug, Clone, Copy)]
enum Slot {
    /// The interval starts at this instant. [s]
    At(i64),
    /// The clock skipped this local time; `moved_s` is the time moved forward. [s]
    Skipped { local_s: i64, moved_s: i64 },
    /// The column is past the end of a short day.
    Beyond,
}

fn place_slots(
    decoder: &mut Decoder<'_, '_>,
    meter: u32,
    time_s: i64,
    n_columns: usize,
    step_s: i64,
    count: DayCount,
    slots: &mut Vec<Slot>,
) {
    slots.clear();
    let offsets = (0..n_columns as i64).map(|column| column * step_s);
    let day_s = time_s.div_euclid(DAY_S) * DAY_S;
    let is_instant = matches!(&decoder.recipe.mapping.time, TimeFrom::Column(_, form) if form.is_instant());
    if is_instant && time_s != day_s {
        // Local midnight, written as an instant.
        slots.extend(offsets.map(|offset| Slot::At(time_s + offset)));
        return;
    }
    match (count, decoder.recipe.table.constant_offset(day_s, day_s + DAY_S)) {
        (DayCount::ClockTime, Some(east_s)) => {
            slots.extend(offsets.map(|offset| Slot::At(day_s + offset - east_s)));
        }
        (DayCount::ClockTime, None) => {
            let locals: Vec<i64> = offsets.map(|offset| day_s + offset).collect();
            let mut instants = locals.clone();
            decoder.clock.to_instants(&vec![meter; instants.len()], &mut instants);
            slots.extend(locals.into_iter().zip(instants).map(|(local_s, moved_s)| {
                let exists = decoder.recipe.table.exists(local_s);
                if exists { Slot::At(moved_s) } else { Slot::Skipped { local_s, moved_s } }
            }));
        }
        (DayCount::Elapsed, _) => {
            let mut midnights = [day_s, day_s + DAY_S];
            decoder.clock.to_instants(&[ANY_METER; 2], &mut midnights);
            let [from, to] = midnights;
            let place = |offset| if from + offset < to { Slot::At(from + offset) } else { Slot::Beyond };
            slots.extend(offsets.map(place));
        }
    }
}

fn read_all_cells(
    decoder: &mut Decoder<'_, '_>,
    rows: &RecordBatch,
    columns: &[Column],
) -> Vec<(Vec<f64>, Marks)> {
    columns
        .iter()
        .map(|column| {
            let mut values = Vec::new();
            read_cells(decoder, rows, column, &mut values);
            (values, std::mem::take(&mut decoder.marks))
        })
        .collect()
}

/// Reads one value column and stores its marks in the decoder.
fn read_cells(decoder: &mut Decoder<'_, '_>, rows: &RecordBatch, column: &Column, values: &mut Vec<f64>) {
    decoder.marks.reset(rows.num_rows());
    read_values(decoder.column(rows, column), decoder.recipe.mapping.numbers, &mut decoder.marks, values);
    decoder.scale(rows, values);
}

fn count_cell(decoder: &mut Decoder<'_, '_>, rows: &RecordBatch, column: &Column, row: usize, cause: Cause) {
    let number = decoder.row_number(row);
    let array = decoder.column(rows, column);
    let example = || match cause {
        Cause::BadValue | Cause::TooLarge | Cause::Code => {
            format!("{} = {}", column.name, super::marks::cell_text(array, row))
        }
        _ => format!("column {}", column.name),
    };
    decoder.report.skip(cause, number, example);
}
