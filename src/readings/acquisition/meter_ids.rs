//! Reads a column of meter ids of any type into meter numbers, with one look-up per distinct id.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use foldhash::fast::FixedState;

use super::marks::Marks;
use super::report::Cause;
use hashwatt_core::ids::MeterNumbers;

/// Stands for an empty id; its rows are marked.
const NO_METER: u32 = u32::MAX;

/// Looks up meters for one reader. It caches the ids it has seen, so that no row needs a lock.
///
/// Exports sorted by time repeat the meters in the same order at every instant. So the reader first tries the
/// meter that followed the previous one last time.
#[derive(Debug)]
pub struct MeterReader<'a> {
    numbers: &'a MeterNumbers,
    by_text: HashMap<Box<str>, u32, FixedState>,
    by_integer: HashMap<i64, u32, FixedState>,
    /// By number: the meter that came next last time, and its id as written.
    after: Vec<Option<(u32, Box<str>)>>,
    /// The last dictionary and the meters of its entries; the batches of a row group share one.
    dictionary: Option<(StringArray, Vec<u32>)>,
}

impl<'a> MeterReader<'a> {
    /// Starts a reader with an empty cache.
    #[must_use]
    pub fn new(numbers: &'a MeterNumbers) -> Self {
        let (by_text, by_integer) = (HashMap::default(), HashMap::default());
        Self { numbers, by_text, by_integer, after: Vec::new(), dictionary: None }
    }

    /// Fills `out` with one meter per row; rows without a meter are marked.
    pub(super) fn read(&mut self, array: &dyn Array, marks: &mut Marks, out: &mut Vec<u32>) {
        out.clear();
        marks.set_nulls(array, Cause::NoMeter);
        match array.data_type() {
            DataType::Dictionary(_, values) if **values == DataType::Utf8 => {
                self.read_dictionary(array, marks, out);
            }
            DataType::Dictionary(_, values) => self.read_cast(array, values, marks, out),
            DataType::Utf8 => self.read_texts(array.as_string::<i32>().iter(), marks, out),
            DataType::Utf8View => self.read_texts(array.as_string_view().iter(), marks, out),
            DataType::Int64 => self.read_integers(array, out),
            DataType::Float64 => {
                let texts: StringArray =
                    array.as_primitive::<Float64Type>().iter().map(|id| id.map(float_id)).collect();
                self.read_texts(texts.iter(), marks, out);
            }
            DataType::Float16 | DataType::Float32 => self.read_cast(array, &DataType::Float64, marks, out),
            kind if kind.is_integer() && *kind != DataType::UInt64 => {
                self.read_cast(array, &DataType::Int64, marks, out);
            }
            _ => self.read_cast(array, &DataType::Utf8, marks, out),
        }
    }

    /// Returns the number of a meter by its name.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.by_text.get(name) {
            return number;
        }
        let number = match name.trim() {
            "" => NO_METER,
            trimmed => self.numbers.number(trimmed),
        };
        self.by_text.insert(name.into(), number);
        number
    }

    fn read_dictionary(&mut self, array: &dyn Array, marks: &mut Marks, out: &mut Vec<u32>) {
        let dictionary = array.as_any_dictionary();
        let names: &StringArray = dictionary.values().as_string();
        let known = match self.dictionary.take() {
            Some((seen, known)) if is_same_memory(&seen, names) => known,
            _ => (0..names.len()).map(|entry| self.entry(names, entry)).collect(),
        };
        let keys =
            cast(dictionary.keys(), &DataType::Int32).expect("dictionary keys of one array fit 32 bits");
        let keys = keys.as_primitive::<Int32Type>();
        if keys.null_count() > 0 {
            out.extend(keys.iter().map(|key| key.map_or(NO_METER, |key| known[key as usize])));
        } else {
            out.extend(keys.values().iter().map(|&key| known[key as usize]));
        }
        if keys.null_count() > 0 || known.contains(&NO_METER) {
            let nobodys = out.iter().enumerate().filter(|(_, number)| **number == NO_METER);
            nobodys.for_each(|(row, _)| marks.set(row, Cause::NoMeter));
        }
        self.dictionary = Some((names.clone(), known));
    }

    fn entry(&mut self, names: &StringArray, entry: usize) -> u32 {
        if names.is_null(entry) { NO_METER } else { self.number(names.value(entry)) }
    }

    fn read_texts<'t>(
        &mut self,
        texts: impl Iterator<Item = Option<&'t str>>,
        marks: &mut Marks,
        out: &mut Vec<u32>,
    ) {
        let (mut last, mut number) = ("", NO_METER);
        for (row, text) in texts.map(Option::unwrap_or_default).enumerate() {
            if text != last {
                (last, number) = (text, self.number_after(number, text));
            }
            if number == NO_METER {
                marks.set(row, Cause::NoMeter);
            }
            out.push(number);
        }
    }

    /// Returns the number of the meter `text`, which follows the meter `before`.
    fn number_after(&mut self, before: u32, text: &str) -> u32 {
        if let Some(Some((number, expected))) = self.after.get(before as usize)
            && **expected == *text
        {
            return *number;
        }
        let number = self.number(text);
        if before != NO_METER && number != NO_METER {
            let index = before as usize;
            if index >= self.after.len() {
                self.after.resize(index + 1, None);
            }
            self.after[index] = Some((number, text.into()));
        }
        number
    }

    fn read_integers(&mut self, array: &dyn Array, out: &mut Vec<u32>) {
        let mut last = None;
        let mut number = NO_METER;
        for &id in array.as_primitive::<Int64Type>().values() {
            if last != Some(id) {
                last = Some(id);
                let numbers = self.numbers;
                number = *self.by_integer.entry(id).or_insert_with(|| numbers.number(&id.to_string()));
            }
            out.push(number);
        }
    }

    fn read_cast(&mut self, array: &dyn Array, to: &DataType, marks: &mut Marks, out: &mut Vec<u32>) {
        match cast(array, to) {
            Ok(cast) => self.read(cast.as_ref(), marks, out),
            Err(_) => {
                out.resize(array.len(), NO_METER);
                (0..array.len()).for_each(|row| marks.set(row, Cause::NoMeter));
            }
        }
    }
}

/// Whether two arrays view the same texts. The array we hold keeps its memory from being reused.
fn is_same_memory(a: &StringArray, b: &StringArray) -> bool {
    let place =
        |array: &StringArray| (array.len(), array.value_data().as_ptr(), array.value_offsets().as_ptr());
    place(a) == place(b)
}

/// Restores an id that a table tool turned into a float: `1001.0` is meter 1001.
fn float_id(id: f64) -> String {
    if id.is_nan() { String::new() } else { id.to_string() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, LargeStringArray, StringViewArray,
        UInt64Array,
    };
    use arrow::datatypes::UInt8Type;

    use super::*;

    fn names(array: &dyn Array) -> Vec<Option<String>> {
        let numbers = MeterNumbers::default();
        let (mut marks, mut out) = (Marks::default(), Vec::new());
        marks.reset(array.len());
        MeterReader::new(&numbers).read(array, &mut marks, &mut out);
        out.iter()
            .enumerate()
            .map(|(row, &number)| marks.get(row).is_none().then(|| numbers.id(number).as_str().to_owned()))
            .collect()
    }

    #[test]
    fn ids_of_every_type_read_alike() {
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec!["7", "8", "7"])),
            Arc::new(LargeStringArray::from(vec!["7", " 8 ", "7"])),
            Arc::new(StringViewArray::from(vec!["7", "8", "7"])),
            Arc::new(DictionaryArray::<Int32Type>::from_iter(["7", "8", "7"])),
            Arc::new(DictionaryArray::<UInt8Type>::from_iter(["7", "8", "7"])),
            Arc::new(Int32Array::from(vec![7, 8, 7])),
            Arc::new(Int64Array::from(vec![7, 8, 7])),
            Arc::new(UInt64Array::from(vec![7, 8, 7])),
            Arc::new(Float64Array::from(vec![7.0, 8.0, 7.0])),
        ];
        for array in arrays {
            let expected = ["7", "8", "7"].map(|name| Some(name.to_owned()));
            assert_eq!(names(array.as_ref()), expected, "{}", array.data_type());
        }
    }

    #[test]
    fn a_null_or_empty_id_is_no_meter() {
        let texts = [Some("a"), None, Some(""), Some("  ")];
        let expected = [Some("a".to_owned()), None, None, None];
        assert_eq!(names(&StringArray::from(texts.to_vec())), expected);
        assert_eq!(names(&DictionaryArray::<Int32Type>::from_iter(texts)), expected);
        assert_eq!(names(&Int64Array::from(vec![Some(7), None])), [Some("7".to_owned()), None]);
    }
}
