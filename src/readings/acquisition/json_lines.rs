//! Reads JSON lines, one flat object a line, as columns of text.

use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use serde_json::{Map, Value};

use super::converted::{Rows, buffered};
use super::numbers::plain_text;
use super::storage::Storage;

/// Lines at the start whose keys are the columns.
const LINES_OF_KEYS: usize = 1000;

/// Longest line. [bytes]
const MAX_LINE: u64 = 1 << 20;

/// Rows of a batch.
const ROWS_A_BATCH: usize = 16_384;

/// A file of JSON lines whose columns are known.
pub(super) struct JsonRows<R> {
    input: R,
    schema: SchemaRef,
    places: HashMap<String, usize>,
    n_lines: u64,
    error: Option<String>,
}

impl JsonRows<std::io::BufReader<Box<dyn Read + Send>>> {
    /// Finds the columns in the first lines, and starts again.
    pub fn open(storage: &Storage) -> Result<Self, String> {
        let stream = || storage.unpacked_stream().map(buffered).map_err(|error| error.to_string());
        let (mut input, mut names, mut n_lines) = (stream()?, Vec::<String>::new(), 0);
        for _ in 0..LINES_OF_KEYS {
            let Some(row) = read_object(&mut input, &mut n_lines)? else { break };
            for (key, value) in row {
                text_of(&key, &value).map_err(|seen| format!("line {n_lines}: {seen}"))?;
                if !names.contains(&key) {
                    names.push(key);
                }
            }
        }
        let fields: Vec<Field> = names.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
        Ok(Self::new(stream()?, Arc::new(Schema::new(fields))))
    }
}

impl<R: BufRead> JsonRows<R> {
    /// Starts before the first line.
    pub fn new(input: R, schema: SchemaRef) -> Self {
        let places = schema.fields().iter().enumerate().map(|(at, field)| (field.name().clone(), at));
        Self { input, places: places.collect(), schema, n_lines: 0, error: None }
    }
}

impl<R: BufRead> Rows for JsonRows<R> {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, String> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let n_columns = self.schema.fields().len();
        let mut builders: Vec<StringBuilder> = (0..n_columns).map(|_| StringBuilder::new()).collect();
        let mut n_rows = 0;
        while n_rows < ROWS_A_BATCH {
            let row = match read_object(&mut self.input, &mut self.n_lines) {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            };
            let mut cells: Vec<Option<String>> = vec![None; n_columns];
            for (key, value) in &row {
                let Some(at) = self.places.get(key) else { continue };
                match text_of(key, value) {
                    Ok(text) => cells[*at] = text,
                    Err(seen) => self.error = Some(format!("line {}: {seen}", self.n_lines)),
                }
            }
            if self.error.is_some() {
                break;
            }
            builders.iter_mut().zip(cells).for_each(|(builder, cell)| builder.append_option(cell));
            n_rows += 1;
        }
        if n_rows == 0 {
            return self.error.take().map_or(Ok(None), Err);
        }
        let columns =
            builders.into_iter().map(|mut builder| Arc::new(builder.finish()) as ArrayRef).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map(Some).map_err(|error| error.to_string())
    }
}

/// Reads the next line that is not empty.
fn read_object(input: &mut impl BufRead, n_lines: &mut u64) -> Result<Option<Map<String, Value>>, String> {
    let mut line = Vec::new();
    loop {
        line.clear();
        *n_lines += 1;
        let read = input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
        if read.map_err(|error| format!("line {n_lines}: {error}"))? == 0 {
            return Ok(None);
        }
        let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii();
        if text.is_empty() {
            continue;
        }
        let object = serde_json::from_slice(text);
        let cure = "write JSON lines, one object a line";
        return object.map(Some).map_err(|error| format!("line {n_lines}: {error}; {cure}"));
    }
}

fn text_of(key: &str, value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Bool(_) => Ok(Some(value.to_string())),
        Value::Number(number) => Ok(Some(plain_text(&number.to_string()))),
        Value::Array(_) | Value::Object(_) => {
            Err(format!("key {key} holds a list or an object; write flat objects, one a line"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_lines_become_columns_and_the_rest_is_named() {
        let field = |name| Field::new(name, DataType::Utf8, true);
        let schema = Arc::new(Schema::new(vec![field("m"), field("kwh")]));
        let text = "{\"m\":\"a\",\"kwh\":0.5}\n\n{\"m\":\"b\",\"x\":1}\n{\"m\":";
        let mut rows = JsonRows::new(text.as_bytes(), Arc::clone(&schema));
        assert_eq!(rows.next_batch().unwrap().unwrap().num_rows(), 2);
        assert!(rows.next_batch().unwrap_err().contains("line 4"));
        let mut nested = JsonRows::new(&b"{\"m\":[1]}"[..], schema);
        assert!(nested.next_batch().unwrap_err().contains("key m"));
    }
}
