//! Writes small exports into temporary folders and reads them back as interval data.

mod archives;
mod bad_data;
mod dialects;
mod green_button;
mod layouts;
mod messages;
mod places;
mod random_dialect;
mod samples;
mod time;
mod types;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use hashwatt::acquisition::{MeterReader, Opened, Quality, Quantity, Source, UnitReport, open_sources};
use hashwatt::finding::{Code, Finding};
use hashwatt::ids::MeterNumbers;
use hashwatt::settings::{ReadingsTable, Texts, Zone};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

/// One interval as tests compare it: meter, start, value.
type Row = (String, String, f64);

/// Everything that reading an export gave.
struct Export {
    opened: Opened,
    rows: Vec<Row>,
    qualities: Vec<Quality>,
    quantities: Vec<Quantity>,
    report: UnitReport,
    findings: Vec<Finding>,
}

impl Export {
    fn source(&self) -> &Source {
        &self.opened.sources[0]
    }

    fn starts(&self) -> Vec<&str> {
        self.rows.iter().map(|(_, start, _)| start.as_str()).collect()
    }

    fn values(&self) -> Vec<f64> {
        self.rows.iter().map(|(_, _, value)| *value).collect()
    }

    fn meters(&self) -> Vec<&str> {
        self.rows.iter().map(|(meter, _, _)| meter.as_str()).collect()
    }

    fn guess(&self, key: &str) -> Option<&str> {
        let guesses = &self.source().mapping.guesses;
        guesses.iter().find(|guess| guess.key == key).map(|guess| guess.value.as_str())
    }

    fn finding(&self, code: Code) -> &Finding {
        let found = self.findings.iter().find(|finding| finding.code == code);
        found.unwrap_or_else(|| panic!("no {code} in {:#?}", self.findings))
    }
}

/// Reads all units of all sources, in order.
fn read(stated: &ReadingsTable, zone: Option<&str>) -> hashwatt::error::Result<Export> {
    let zone = zone.map(|name| Zone::named(name).unwrap());
    let opened = open_sources(std::slice::from_ref(stated), zone.as_ref())?;
    let meters = MeterNumbers::default();
    let (mut rows, mut qualities, mut quantities) = (Vec::new(), Vec::new(), Vec::new());
    let mut total = UnitReport::default();
    let mut findings = opened.findings.clone();
    for source in &opened.sources {
        let mut report = UnitReport::default();
        for unit in 0..source.n_units() {
            let of_unit = source.read_unit(unit, &mut MeterReader::new(&meters), &mut |batch| {
                for i in 0..batch.meters.len() {
                    let start = jiff::Timestamp::from_second(batch.starts_s[i]).unwrap();
                    let meter = meters.id(batch.meters[i]).as_str().to_owned();
                    rows.push((meter, start.strftime("%Y-%m-%dT%H:%M:%S").to_string(), batch.values[i]));
                    qualities.push(batch.qualities.as_ref().map_or(Quality::Measured, |all| all[i]));
                    quantities.push(batch.quantity);
                }
                Ok(())
            })?;
            report.add(&of_unit);
        }
        findings.extend(source.findings(&report));
        total.add(&report);
    }
    Ok(Export { opened, rows, qualities, quantities, report: total, findings })
}

fn stated(path: &Path) -> ReadingsTable {
    ReadingsTable { path: path.display().to_string(), ..ReadingsTable::default() }
}

/// A folder that goes away with the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    fn parquet(&self, name: &str, columns: Vec<(&str, ArrayRef)>) -> PathBuf {
        self.parquet_in_groups(name, columns, 1 << 20)
    }

    fn parquet_in_groups(&self, name: &str, columns: Vec<(&str, ArrayRef)>, rows_a_group: usize) -> PathBuf {
        let path = self.write(name, "");
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
        let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows_a_group)).build();
        let mut writer =
            ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        path
    }
}

/// Reads a CSV with nothing stated and no zone.
fn read_csv(content: &str) -> hashwatt::error::Result<Export> {
    let folder = Folder::new();
    let path = folder.write("export.csv", content);
    read(&stated(&path), None)
}

fn texts(all: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(all.to_vec()))
}

fn floats(all: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(all.to_vec()))
}

/// Naive timestamps.
fn times(all: &[&str]) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(all.iter().map(|text| micros(text))))
}

fn micros(text: &str) -> i64 {
    let civil: jiff::civil::DateTime = text.parse().unwrap();
    civil.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_microsecond()
}
