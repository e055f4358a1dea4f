//! Reads a column of timestamps, dates, epochs or texts into seconds.

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};

use super::local_time::{END_INSTANT_S, FIRST_INSTANT_S};
use super::mapping::TimeForm;
use super::marks::Marks;
use super::report::Cause;
use super::text_time::{DateOrder, parse_time, serial_time, whole_number_time};

/// Fills `out` with one time per row: the instant if `form` is one, otherwise the naive local time. [s] Rows
/// without a time, or with a time outside 1990..=2100, are marked.
pub(super) fn read_times(array: &dyn Array, form: TimeForm, marks: &mut Marks, out: &mut Vec<i64>) {
    out.clear();
    read_seconds(array, form, marks, out);
    if !out.iter().all(|time| (FIRST_INSTANT_S..END_INSTANT_S).contains(time)) {
        for (row, time) in out.iter_mut().enumerate() {
            if !(FIRST_INSTANT_S..END_INSTANT_S).contains(time) {
                marks.set(row, Cause::TimeOutOfRange);
            }
        }
    }
}

fn read_seconds(array: &dyn Array, form: TimeForm, marks: &mut Marks, out: &mut Vec<i64>) {
    match array.data_type() {
        DataType::Dictionary(_, _) => return read_dictionary(array, form, marks, out),
        DataType::Utf8 => return read_texts(array.as_string(), form, marks, out),
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Binary | DataType::LargeBinary => {
            return read_cast(array, &DataType::Utf8, form, marks, out);
        }
        _ => marks.set_nulls(array, Cause::NoTime),
    }
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            out.extend_from_slice(array.as_primitive::<TimestampSecondType>().values());
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            whole_seconds(array.as_primitive::<TimestampMillisecondType>().values(), 1_000, out);
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            whole_seconds(array.as_primitive::<TimestampMicrosecondType>().values(), 1_000_000, out);
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            whole_seconds(array.as_primitive::<TimestampNanosecondType>().values(), 1_000_000_000, out);
        }
        DataType::Date32 => {
            out.extend(
                array.as_primitive::<Date32Type>().values().iter().map(|day| i64::from(*day) * 86_400),
            );
        }
        DataType::Date64 => {
            out.extend(array.as_primitive::<Date64Type>().values().iter().map(|ms| ms.div_euclid(1_000)));
        }
        DataType::Int64 => read_numbers(array.as_primitive::<Int64Type>().values(), form, marks, out),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => read_floats(array, form, marks, out),
        _ => read_cast(array, &DataType::Int64, form, marks, out),
    }
}

/// Converts finer times to whole seconds. Neighbours are mostly one step apart, which saves the division.
fn whole_seconds(times: &[i64], per_second: i64, out: &mut Vec<i64>) {
    let (mut last, mut last_s) = (0, 0);
    let (mut step, mut step_s) = (i64::MIN, 0);
    out.extend(times.iter().map(|&time| {
        let distance = time.wrapping_sub(last);
        last = time;
        if distance == step {
            last_s += step_s;
        } else {
            let seconds = time.div_euclid(per_second);
            let is_whole = distance % per_second == 0;
            (step, step_s) = if is_whole { (distance, seconds - last_s) } else { (i64::MIN, 0) };
            last_s = seconds;
        }
        last_s
    }));
}

fn read_cast(array: &dyn Array, to: &DataType, form: TimeForm, marks: &mut Marks, out: &mut Vec<i64>) {
    match cast(array, to) {
        Ok(cast) => read_seconds(cast.as_ref(), form, marks, out),
        Err(_) => {
            out.resize(array.len(), FIRST_INSTANT_S);
            (0..array.len()).for_each(|row| marks.set(row, Cause::BadTime));
        }
    }
}

/// Parses every distinct value once.
fn read_dictionary(array: &dyn Array, form: TimeForm, marks: &mut Marks, out: &mut Vec<i64>) {
    let keys: ArrayRef = cast(array.as_any_dictionary().keys(), &DataType::Int32)
        .expect("dictionary keys of one array fit 32 bits");
    let (mut value_marks, mut value_times) = (Marks::default(), Vec::new());
    let values = array.as_any_dictionary().values();
    value_marks.reset(values.len());
    read_seconds(values.as_ref(), form, &mut value_marks, &mut value_times);
    marks.set_nulls(keys.as_ref(), Cause::NoTime);
    for (row, key) in keys.as_primitive::<Int32Type>().iter().enumerate() {
        let key = key.map(|key| key as usize);
        if let Some(cause) = key.and_then(|key| value_marks.get(key)) {
            marks.set(row, cause);
        }
        out.push(key.map_or(FIRST_INSTANT_S, |key| value_times[key]));
    }
}

fn read_texts(texts: &StringArray, form: TimeForm, marks: &mut Marks, out: &mut Vec<i64>) {
    let (order, is_instant) = match form {
        TimeForm::TextInstant(order) => (order, true),
        TimeForm::TextNaive(order) => (order, false),
        _ => (DateOrder::DayFirst, false),
    };
    for row in 0..texts.len() {
        let text = if texts.is_null(row) { "" } else { texts.value(row) };
        let time = parse_time(text.as_bytes(), order).filter(|time| time.is_instant == is_instant);
        if time.is_none() {
            let is_time = parse_time(text.as_bytes(), order).is_some();
            marks.set(
                row,
                match text.trim().is_empty() {
                    true => Cause::NoTime,
                    false if is_time => Cause::OtherZone,
                    false => unreadable(text),
                },
            );
        }
        out.push(time.map_or(FIRST_INSTANT_S, |time| time.seconds));
    }
}

/// Returns the cause: a whole number that is no epoch within 1990..=2100 is out of range, anything else is
/// not a time.
fn unreadable(text: &str) -> Cause {
    if text.trim().parse::<i64>().is_ok() { Cause::TimeOutOfRange } else { Cause::BadTime }
}

fn read_numbers(numbers: &[i64], form: TimeForm, marks: &mut Marks, out: &mut Vec<i64>) {
    match form {
        TimeForm::Epoch { per_second } => out.extend(numbers.iter().map(|n| n.div_euclid(per_second))),
        _ => {
            for (row, &number) in numbers.iter().enumerate() {
                let time = whole_number_time(number);
                if time.is_none() {
                    marks.set(row, Cause::BadTime);
                }
                out.push(time.unwrap_or(FIRST_INSTANT_S));
            }
        }
    }
}

fn read_floats(array: &dyn Array, form: TimeForm, marks: &mut Marks, out: &mut Vec<i64>) {
    let floats = cast(array, &DataType::Float64).expect("any float casts to f64");
    if form == TimeForm::Serial {
        for (row, number) in floats.as_primitive::<Float64Type>().values().iter().enumerate() {
            let time = serial_time(*number);
            if time.is_none() {
                marks.set(row, Cause::BadTime);
            }
            out.push(time.unwrap_or(FIRST_INSTANT_S));
        }
        return;
    }
    let numbers: Vec<i64> =
        floats.as_primitive::<Float64Type>().values().iter().map(|number| number.floor() as i64).collect();
    read_numbers(&numbers, form, marks, out);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        Date32Array, DictionaryArray, Float64Array, Int64Array, TimestampMicrosecondArray,
        TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
    };

    use super::*;

    /// 2013-01-31T00:30Z. [s]
    const TIME_S: i64 = 1_359_592_200;

    fn read(array: &dyn Array, form: TimeForm) -> (Vec<i64>, Vec<Option<Cause>>) {
        let (mut marks, mut out) = (Marks::default(), Vec::new());
        marks.reset(array.len());
        read_times(array, form, &mut marks, &mut out);
        let causes = (0..array.len()).map(|row| marks.get(row)).collect();
        (out, causes)
    }

    #[test]
    fn timestamps_of_every_unit_read_alike() {
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(TimestampSecondArray::from(vec![TIME_S])),
            Arc::new(TimestampMillisecondArray::from(vec![TIME_S * 1_000 + 999])),
            Arc::new(TimestampMicrosecondArray::from(vec![TIME_S * 1_000_000])),
            Arc::new(TimestampNanosecondArray::from(vec![TIME_S * 1_000_000_000])),
        ];
        for array in arrays {
            assert_eq!(read(array.as_ref(), TimeForm::Naive), (vec![TIME_S], vec![None]));
        }
    }

    #[test]
    fn dates_epochs_and_digits_are_read() {
        assert_eq!(read(&Date32Array::from(vec![15_736]), TimeForm::Naive).0, [TIME_S - 1800]);
        let per_second = 1_000;
        let epoch = Int64Array::from(vec![TIME_S * per_second]);
        assert_eq!(read(&epoch, TimeForm::Epoch { per_second }).0, [TIME_S]);
        let float = Float64Array::from(vec![TIME_S as f64 + 0.5]);
        assert_eq!(read(&float, TimeForm::Epoch { per_second: 1 }).0, [TIME_S]);
        assert_eq!(read(&Int64Array::from(vec![201_301_310_030]), TimeForm::Digits).0, [TIME_S]);
    }

    #[test]
    fn distinct_texts_of_a_dictionary_are_read_once() {
        let texts = [Some("2013-01-31 00:30"), None, Some("soon"), Some("2013-01-31 00:30")];
        let array = DictionaryArray::<Int32Type>::from_iter(texts);
        let (times, causes) = read(&array, TimeForm::TextNaive(DateOrder::DayFirst));
        assert_eq!((times[0], times[3]), (TIME_S, TIME_S));
        assert_eq!(causes, [None, Some(Cause::NoTime), Some(Cause::BadTime), None]);
    }

    #[test]
    fn times_in_1970_and_2262_are_out_of_range() {
        let array = TimestampNanosecondArray::from(vec![Some(0), Some(i64::MAX), None]);
        let (_, causes) = read(&array, TimeForm::Naive);
        assert_eq!(causes, [Some(Cause::TimeOutOfRange), Some(Cause::TimeOutOfRange), Some(Cause::NoTime)]);
    }
}
