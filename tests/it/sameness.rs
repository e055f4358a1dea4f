//! Writes one district under other names, in other orders and files, with other threads: scores stay.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{cast, take_record_batch};
use parquet::arrow::ArrowWriter;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::district::district;
use crate::program::{hashwatt, numbers, read_table, texts};

fn write(path: &Path, table: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), table.schema(), None).unwrap();
    writer.write(table).unwrap();
    writer.close().unwrap();
}

/// The district's tables, to be written anew.
struct Tables {
    folder: tempfile::TempDir,
    readings: RecordBatch,
    register: RecordBatch,
}

impl Tables {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            readings: read_table(&district().join("readings.parquet")),
            register: read_table(&district().join("register.parquet")),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Score, p-value and kW of each meter, by what `name` makes of its id; bits, so that no digit may differ.
    fn scores(
        &self,
        readings: &[&RecordBatch],
        register: &RecordBatch,
        more: &str,
        name: impl Fn(String) -> String,
    ) -> BTreeMap<String, [Option<u64>; 3]> {
        let exports = self.path("exports");
        let _ = std::fs::remove_dir_all(&exports);
        std::fs::create_dir(&exports).unwrap();
        for (at, table) in readings.iter().enumerate() {
            write(&exports.join(format!("{at}.parquet")), table);
        }
        write(&self.path("register.parquet"), register);
        let [exports, register, out] =
            ["exports", "register.parquet", "run"].map(|name| self.path(name).display().to_string());
        let mut arguments = vec!["detect", "--readings", &exports, "--register", &register, "--out", &out];
        arguments.extend(["--timezone", "Asia/Almaty"]);
        arguments.extend(more.split_whitespace());
        hashwatt(arguments).ends_with(0);
        let table = read_table(&self.path("run/scores.parquet"));
        let ids = texts(&table, "meter_id").into_iter().flatten();
        let columns = ["score", "p_value", "rig_kw"].map(|column| numbers(&table, column));
        let bits = |row: usize| [0, 1, 2].map(|column: usize| columns[column][row].map(f64::to_bits));
        ids.enumerate().map(|(row, id)| (name(id), bits(row))).collect()
    }
}

/// Ids of the district, each with that of another: usage points among themselves, the network too.
fn permuted(register: &RecordBatch, seed: u64) -> BTreeMap<String, String> {
    let ids: Vec<String> = texts(register, "meter_id").into_iter().flatten().collect();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut names = BTreeMap::new();
    for prefix in ids.iter().map(|id| id[..1].to_owned()).collect::<std::collections::BTreeSet<_>>() {
        let own: Vec<&String> = ids.iter().filter(|id| id.starts_with(&prefix)).collect();
        let mut others = own.clone();
        others.shuffle(&mut rng);
        names.extend(own.into_iter().cloned().zip(others.into_iter().cloned()));
    }
    names
}

fn renamed(table: &RecordBatch, column: &str, names: &BTreeMap<String, String>) -> RecordBatch {
    let place = table.schema().index_of(column).unwrap();
    let new = |id: Option<String>| id.map(|id| names.get(&id).cloned().unwrap_or(id));
    let column: StringArray = texts(table, column).into_iter().map(new).collect();
    let mut columns: Vec<ArrayRef> = table.columns().to_vec();
    let column: ArrayRef = Arc::new(column);
    columns[place] = cast(&column, columns[place].data_type()).unwrap();
    RecordBatch::try_new(table.schema(), columns).unwrap()
}

#[test]
fn scores_do_not_depend_on_names_row_order_file_splits_or_threads() {
    let tables = Tables::new();
    let (readings, register) = (&tables.readings, &tables.register);
    let as_it_is = tables.scores(&[readings], register, "", |id| id);
    assert!(as_it_is.len() > 160);
    // Threads.
    assert!(tables.scores(&[readings], register, "--threads 1", |id| id) == as_it_is, "one thread");
    // Row order.
    let mut rows: Vec<u32> = (0..readings.num_rows() as u32).collect();
    rows.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(4));
    let shuffled = take_record_batch(readings, &UInt32Array::from(rows)).unwrap();
    assert!(tables.scores(&[&shuffled], register, "", |id| id) == as_it_is, "shuffled rows");
    // File splits.
    let n = readings.num_rows();
    let cuts = [0, n / 7, n / 2 + 1, n];
    let pieces: Vec<RecordBatch> =
        cuts.windows(2).map(|cut| readings.slice(cut[0], cut[1] - cut[0])).collect();
    let pieces: Vec<&RecordBatch> = pieces.iter().collect();
    assert!(tables.scores(&pieces, register, "", |id| id) == as_it_is, "three files");
    // Names: meters, transformers, feeders and substations each among themselves.
    for seed in [1, 2] {
        let names = permuted(register, seed);
        let back: BTreeMap<String, String> =
            names.iter().map(|(old, new)| (new.clone(), old.clone())).collect();
        let old_name = |id: String| match id.strip_prefix("residual:") {
            Some(parent) => format!("residual:{}", back[parent]),
            None => back[&id].clone(),
        };
        let register = renamed(&renamed(register, "meter_id", &names), "parent_id", &names);
        let others = tables.scores(&[&renamed(readings, "meter_id", &names)], &register, "", old_name);
        for (id, one) in &as_it_is {
            assert_eq!(&others[id], one, "{id} under names {seed}");
        }
    }
}
