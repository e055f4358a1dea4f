//! Opens a run for the desk: its lines, its register, its evidence by meter and its days.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Mutex;

use arrow::array::{Array, Float64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use jiff::civil::Date;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use sha2::{Digest, Sha256};

use super::lines::Lines;
use super::query::Answers;
use crate::acquisition::register::Register;
use crate::digest::MeterDays;
use crate::digest::store::DigestStore;
use crate::error::{Error, Result};
use crate::ids::GroupId;
use crate::report::PeerDay;
use crate::report::past_run::PastRun;
use crate::report::tables::peer_days;
use crate::tips::calibration::Calibration;
use crate::tips::index::Index;
use crate::tips::run_data::{self, RunFacts, Shown, share_of};
use crate::tips::streets::Renamed;
use crate::tips::{Tip, TipAnswer, Weight, answer, points};

/// A run as the desk shows it.
#[derive(Debug)]
pub struct RunView {
    /// Hash of `run.json`: the same run opened twice is the same.
    pub id: String,
    /// Its folder and record.
    pub run: PastRun,
    /// Every line.
    pub lines: Lines,
    /// What the utility knows of its usage points.
    pub register: Register,
    /// Last local day with data.
    pub last_day: Option<Date>,
    /// Mean day of the peers, by group.
    pub peers: BTreeMap<GroupId, PeerDay>,
    /// Filters answered before.
    pub answers: Answers,
    /// What tips are matched to.
    pub tip_index: Index,
    tip_facts: RunFacts,
    reasons: ByMeter,
    rivals: ByMeter,
    /// Digest stores by folder, opened once.
    stores: Mutex<BTreeMap<std::path::PathBuf, std::sync::Arc<DigestStore>>>,
    /// Meters below each parent.
    children: BTreeMap<String, Vec<String>>,
}

impl RunView {
    /// Opens the run, with the utility's table of old street names.
    ///
    /// # Errors
    /// When the folder holds no run or a table of it, or the table of streets, cannot be read.
    pub fn open(folder: &std::path::Path, streets: Option<&std::path::Path>) -> Result<Self> {
        let run = PastRun::open(folder)?;
        let id = id_of(&run)?;
        let register = run.register()?;
        let lines = Lines::of(&run, &register)?;
        let (reasons, rivals) = (ByMeter::of(&run, "reasons.parquet")?, ByMeter::of(&run, "rivals.parquet")?);
        let mut children: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (meter, point) in register.points() {
            if let Some(parent) = &point.parent_id {
                children.entry(parent.clone()).or_default().push(meter.as_str().to_owned());
            }
        }
        // A run of an earlier version has none.
        let peers_path = run.path(peer_days::FILE_NAME);
        let peers =
            if peers_path.is_file() { peer_days::read_peer_days(&peers_path)? } else { BTreeMap::new() };
        let last_day = run.last_day();
        let (renamed, findings) = streets.map(Renamed::read).transpose()?.unwrap_or_default();
        for finding in &findings {
            tracing::warn!(source = finding.source, "{}", finding.description);
        }
        let tip_index = Index::of_points(points(&register, lines.all().map(|line| line.meter())), &renamed);
        let tip_facts =
            RunFacts { suspect_share: share_of(lines.n_suspects(), lines.len()), ..RunFacts::of(&run)? };
        Ok(Self {
            id,
            run,
            last_day,
            peers,
            lines,
            register,
            answers: Answers::default(),
            tip_index,
            tip_facts,
            reasons,
            rivals,
            stores: Mutex::default(),
            children,
        })
    }

    /// Reasons of a meter as (indicator, words, weight), strongest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn reasons(&self, meter: &str) -> Result<Vec<(String, String, f64)>> {
        let batches = self.reasons.rows(meter)?;
        let mut reasons = Vec::new();
        for batch in &batches {
            let (indicators, words) = (texts(batch, "indicator")?, texts(batch, "words")?);
            let weights = floats(batch, "weight")?;
            for row in 0..batch.num_rows() {
                reasons.push((
                    indicators.value(row).to_owned(),
                    words.value(row).to_owned(),
                    weights.value(row),
                ));
            }
        }
        Ok(reasons)
    }

    /// Other explanations of a meter with how well they fit, best first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn rivals(&self, meter: &str) -> Result<Vec<(String, f64)>> {
        let batches = self.rivals.rows(meter)?;
        let mut rivals = Vec::new();
        for batch in &batches {
            let (names, scores) = (texts(batch, "rival")?, floats(batch, "score")?);
            rivals.extend((0..batch.num_rows()).map(|row| (names.value(row).to_owned(), scores.value(row))));
        }
        Ok(rivals)
    }

    /// Days of a meter or of a residual; `None` where the run has none.
    ///
    /// # Errors
    /// When the digests cannot be read.
    pub fn days(&self, meter: &str) -> Result<Option<MeterDays>> {
        let folder = self.run.days_folder(meter);
        if !folder.is_dir() {
            return Ok(None);
        }
        let store = {
            let mut stores = self.stores.lock().expect("nobody panics while holding it");
            match stores.get(&folder) {
                Some(store) => std::sync::Arc::clone(store),
                None => {
                    let store = std::sync::Arc::new(DigestStore::open(&folder)?);
                    stores.insert(folder, std::sync::Arc::clone(&store));
                    store
                }
            }
        };
        store.meter(meter)
    }

    /// What the run says to a tip of this weight. The lines come without their reasons.
    #[must_use]
    pub fn answer(&self, tip: &Tip, weight: Weight) -> TipAnswer {
        let calibration = Calibration::shipped();
        answer::Desk { index: &self.tip_index, data: self, calibration }.answer(tip, weight)
    }

    /// Meters right below a parent, by id.
    #[must_use]
    pub fn children(&self, parent: &str) -> &[String] {
        self.children.get(parent).map_or(&[], Vec::as_slice)
    }
}

impl Shown for RunView {
    fn facts(&self) -> &RunFacts {
        &self.tip_facts
    }

    fn line(&self, meter: &str) -> Option<run_data::Line> {
        self.lines.index(meter).map(|index| self.lines.line(index).for_tips())
    }
}

/// What the run's record hashes to, shortened.
///
/// # Errors
/// When there is no record.
pub fn id_of(run: &PastRun) -> Result<String> {
    let path = run.path("run.json");
    let record = std::fs::read(&path).map_err(|error| {
        Error::input(
            path.display().to_string(),
            error.to_string(),
            "Give the output folder of a `hashwatt detect` that ran to its end",
        )
    })?;
    Ok(Sha256::digest(record).iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// A table with several rows a meter, one meter after another, of which one meter's are read at a time.
#[derive(Debug)]
struct ByMeter {
    table: &'static str,
    file: File,
    metadata: ArrowReaderMetadata,
    /// First row and number of rows, by meter's hash; two meters of one hash are told apart when read.
    places: Vec<(u64, u32, u32)>,
}

impl ByMeter {
    fn of(run: &PastRun, table: &'static str) -> Result<Self> {
        let failed = |error: &dyn std::fmt::Display| Error::table(table, error);
        let path = run.path(table);
        let file = File::open(&path).map_err(|error| Error::table(path.display().to_string(), error))?;
        let metadata =
            ArrowReaderMetadata::load(&file, Default::default()).map_err(|error| failed(&error))?;
        let mut places: Vec<(u64, u32, u32)> = Vec::new();
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
            file.try_clone().map_err(|error| failed(&error))?,
            metadata.clone(),
        );
        let ids = ProjectionMask::columns(builder.parquet_schema(), ["meter_id"]);
        let reader = builder.with_projection(ids).build().map_err(|error| failed(&error))?;
        let mut row = 0_u32;
        for batch in reader {
            let batch = batch.map_err(|error| failed(&error))?;
            for id in &texts(&batch, "meter_id")? {
                let hash = hash(id.unwrap_or_default());
                match places.last_mut() {
                    Some((last, _, n)) if *last == hash => *n += 1,
                    _ => places.push((hash, row, 1)),
                }
                row += 1;
            }
        }
        places.sort_unstable();
        Ok(Self { table, file, metadata, places })
    }

    /// The rows of one meter.
    fn rows(&self, meter: &str) -> Result<Vec<RecordBatch>> {
        let failed = |error: &dyn std::fmt::Display| Error::table(self.table, error);
        let hash = hash(meter);
        let from = self.places.partition_point(|place| place.0 < hash);
        let mut found = Vec::new();
        for (_, first, n) in self.places[from..].iter().take_while(|place| place.0 == hash) {
            let file = self.file.try_clone().map_err(|error| failed(&error))?;
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
            let (group, skipped) = self.row_group(*first as usize);
            // A meter's rows may go on in the next row group.
            let groups = vec![group, group + 1];
            let groups: Vec<usize> = groups
                .into_iter()
                .filter(|group| *group < self.metadata.metadata().num_row_groups())
                .collect();
            let rows = RowSelection::from(vec![RowSelector::skip(skipped), RowSelector::select(*n as usize)]);
            let reader = builder
                .with_row_groups(groups)
                .with_row_selection(rows)
                .build()
                .map_err(|error| failed(&error))?;
            for batch in reader {
                let batch = batch.map_err(|error| failed(&error))?;
                if texts(&batch, "meter_id")?.iter().all(|id| id == Some(meter)) {
                    found.push(batch);
                }
            }
        }
        Ok(found)
    }

    /// The row group of a row, and how many rows of it come before.
    fn row_group(&self, row: usize) -> (usize, usize) {
        let mut before = 0;
        for (group, facts) in self.metadata.metadata().row_groups().iter().enumerate() {
            let n_rows = usize::try_from(facts.num_rows()).unwrap_or(0);
            if row < before + n_rows {
                return (group, row - before);
            }
            before += n_rows;
        }
        (0, 0)
    }
}

fn hash(id: &str) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    hasher.write(id.as_bytes());
    hasher.finish()
}

fn texts(batch: &RecordBatch, name: &str) -> Result<StringArray> {
    let failed = |error: String| Error::table(name, error);
    let column = batch.column_by_name(name).ok_or_else(|| failed("there is no such column".to_owned()))?;
    let column = cast(column, &DataType::Utf8).map_err(|error| failed(error.to_string()))?;
    Ok(StringArray::from(column.to_data()))
}

fn floats(batch: &RecordBatch, name: &str) -> Result<Float64Array> {
    let failed = |error: String| Error::table(name, error);
    let column = batch.column_by_name(name).ok_or_else(|| failed("there is no such column".to_owned()))?;
    let column = cast(column, &DataType::Float64).map_err(|error| failed(error.to_string()))?;
    Ok(Float64Array::from(column.to_data()))
}
