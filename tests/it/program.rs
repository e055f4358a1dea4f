//! Starts the built program and keeps what it printed; reads the tables it wrote.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Display;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Float64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// How a start of the program ended.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Asserts the exit code, showing what was printed where it is another.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Asserts that the error names all of these.
    #[track_caller]
    pub fn complains_of(self, words: &[&str]) -> Self {
        assert!(self.stderr.contains("error: "), "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "nothing says `{word}`: {}", self.stderr);
        }
        self
    }
}

/// The built program, told nothing about the terminal of whoever runs the tests.
pub fn command<T: AsRef<OsStr>>(arguments: impl IntoIterator<Item = T>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hashwatt"));
    command.args(arguments).stdin(Stdio::null()).env_remove("COLUMNS").env("RUST_BACKTRACE", "1");
    command
}

/// Runs the program; a panic fails the test whatever it expects.
#[track_caller]
pub fn hashwatt<T: AsRef<OsStr>>(arguments: impl IntoIterator<Item = T>) -> Ran {
    ran(&mut command(arguments))
}

/// Runs a command of the program; a panic fails the test whatever it expects.
#[track_caller]
pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let ran = Ran {
        code: output.status.code().expect("no signal ended it"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    assert!(!ran.stderr.contains("panicked at") && ran.code <= 2, "{}: {}", ran.code, ran.stderr);
    ran
}

/// Runs a line of words; a path with spaces has no place in it.
#[track_caller]
pub fn hashwatt_line(line: impl Display) -> Ran {
    hashwatt(line.to_string().split_whitespace())
}

/// A whole Parquet file.
pub fn read_table(path: &Path) -> RecordBatch {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(|batch| batch.unwrap()).collect();
    concat_batches(&schema, &batches).unwrap()
}

/// The names of the columns, in order.
pub fn column_names(table: &RecordBatch) -> Vec<String> {
    table.schema().fields().iter().map(|field| field.name().clone()).collect()
}

/// A column as text.
pub fn texts(table: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let array = table.column_by_name(column).unwrap_or_else(|| panic!("no column {column}"));
    let array = cast(array, &DataType::Utf8).unwrap();
    array.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
}

/// A column as numbers.
pub fn numbers(table: &RecordBatch, column: &str) -> Vec<Option<f64>> {
    let array = table.column_by_name(column).unwrap_or_else(|| panic!("no column {column}"));
    let array = cast(array, &DataType::Float64).unwrap();
    array.as_primitive::<Float64Type>().iter().collect()
}

/// Every file under a folder, with its bytes.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Says why a test did nothing, where the harness hides what passing tests print.
pub fn say_skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
