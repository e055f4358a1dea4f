//! Reads from and writes to a real S3 server on loopback, with and without faults between.

mod access;
mod faults;
mod listing;
mod proxy;
mod reads;
mod server;
mod writes;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Schema};
use hashwatt::trials::{Scenario, SimulateSettings, simulate};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use rand::RngCore;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::sync::{Arc, OnceLock};

use crate::program::{files, hashwatt, read_table};
use server::TestBucket;

/// Files of the export.
const FILES: usize = 4;

/// Size of the district, large enough that a file is far longer than what is looked at to open it.
const METERS: usize = 96;
const DAYS: usize = 90;

/// Rows of a row group: each file has several.
const ROWS_A_GROUP: usize = 16_000;

/// Text of no use in every row, so that a column that nobody needs is most of a file. [characters]
const NOTE_CHARS: usize = 120;

/// An export of a few files, on disk, with the digests that it has there.
struct Export {
    folder: tempfile::TempDir,
    /// Name and content of each file.
    files: Vec<(String, Vec<u8>)>,
    /// Files of the digests.
    digests: BTreeMap<PathBuf, Vec<u8>>,
    /// What `digest` printed.
    printed: String,
}

/// The export, made once for all tests.
fn export() -> &'static Export {
    static EXPORT: OnceLock<Export> = OnceLock::new();
    EXPORT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let settings = SimulateSettings {
            interval_minutes: 60,
            ..SimulateSettings::new(
                Scenario::named("almaty-2021").unwrap(),
                METERS,
                DAYS,
                3,
                folder.path().join("district"),
            )
        };
        simulate(&settings).unwrap();
        let readings = with_notes(&read_table(&folder.path().join("district/readings.parquet")));
        let exports = folder.path().join("exports");
        std::fs::create_dir(&exports).unwrap();
        let n = readings.num_rows().div_ceil(FILES);
        let mut files = Vec::new();
        for at in 0..FILES {
            let rows = readings.slice(at * n, n.min(readings.num_rows() - at * n));
            let name = format!("{at}.parquet");
            write(&exports.join(&name), &rows);
            files.push((name.clone(), std::fs::read(exports.join(&name)).unwrap()));
        }
        let (printed, digests) = digests_of(|out| {
            hashwatt(["digest", "--readings", exports.to_str().unwrap(), "--timezone", ZONE, "--out", out])
        });
        Export { folder, files, digests, printed }
    })
}

const ZONE: &str = "Asia/Almaty";

impl Export {
    /// A bucket that has the export under `exports/`.
    fn in_bucket(&self) -> TestBucket {
        let bucket = TestBucket::new();
        self.files.iter().for_each(|(name, content)| bucket.put(&format!("exports/{name}"), content));
        bucket
    }

    fn district(&self) -> PathBuf {
        self.folder.path().join("district")
    }
}

/// Runs a digest; returns what it printed, without the folder's name, and the files that it left.
#[track_caller]
fn digests_of(run: impl FnOnce(&str) -> crate::program::Ran) -> (String, BTreeMap<PathBuf, Vec<u8>>) {
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("run");
    let shown = path.to_str().unwrap();
    let ran = run(shown).ends_with(0);
    (ran.stdout.replace(shown, "OUT"), files(&path.join("digests")))
}

fn with_notes(readings: &RecordBatch) -> RecordBatch {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    let note = |_| {
        let mut bytes = vec![0; NOTE_CHARS / 2];
        random.fill_bytes(&mut bytes);
        Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    };
    let notes: StringArray = (0..readings.num_rows()).map(note).collect();
    let mut fields: Vec<Arc<Field>> = readings.schema().fields().to_vec();
    fields.insert(1, Arc::new(Field::new("note", DataType::Utf8, false)));
    let mut columns: Vec<ArrayRef> = readings.columns().to_vec();
    columns.insert(1, Arc::new(notes));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

fn write(path: &Path, rows: &RecordBatch) {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(ROWS_A_GROUP)).build();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(properties)).unwrap();
    writer.write(&concat_batches(&rows.schema(), [rows]).unwrap()).unwrap();
    writer.close().unwrap();
}
