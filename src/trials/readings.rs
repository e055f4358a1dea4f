//! Writes the interval data: transformer by transformer, then what sums them, then the customers at 220 kV.

use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use rayon::prelude::*;

use super::growth::{ZoneLoad, size_industry};
use super::large::{LargeKind, draw_plant, run_farm};
use super::plan::{feeder_id, meter_id, substation_id, transformer_id};
use super::registration::Agreed;
use super::scenario::Scenario;
use super::tables::{ReadingsLayout, ReadingsWriter};
use super::transformers::{Cuts, District, run_transformer, stream};
use super::usage_points::{PointRun, Truth, as_metered};
use hashwatt_core::error::{Error, Result};

/// Loss between the transformers and their feeder's meter, as a share.
const FEEDER_LOSS_SHARE: f32 = 0.012;

/// Loss between the feeders and their substation's meter, as a share.
const SUBSTATION_LOSS_SHARE: f32 = 0.006;

/// Most transformers simulated at a time.
const TRANSFORMERS_AT_A_TIME: usize = 16;

/// Intervals of the transformers simulated at a time: a year of half hours each. Their meters' series are held
/// in memory, about 20 MB per transformer and year of half hours.
const INTERVALS_AT_A_TIME: usize = TRANSFORMERS_AT_A_TIME * 366 * 48;

const LARGE_STREAM: u64 = 0xF135_7AEA_2E62_A9C5;

/// Results that the pass over the meters leaves for the small tables.
#[derive(Default)]
pub(super) struct Outcome {
    pub n_rows: u64,
    /// Of usage points, then of customers at 220 kV.
    pub agreed: Vec<Agreed>,
    pub points: Vec<Truth>,
    pub transformers: Vec<Truth>,
    pub large: Vec<Truth>,
}

/// Returns the name of the readings in a district's folder: a file, or a folder of parts.
pub(super) const fn readings_name(scenario: &Scenario) -> &'static str {
    if scenario.transformers_per_file.is_some() { "readings" } else { "readings.parquet" }
}

/// Simulates and writes one transformer after another. Holds a few of their series and a sum for each feeder;
/// where one file takes all, the transformers' own series as well, which stand after all others.
pub(super) fn write_readings(folder: &Path, district: &District) -> Result<Outcome> {
    let layout = ReadingsLayout::of(district.calendar, district.has_voltages);
    let mut files = Files::create(folder.join(readings_name(district.scenario)), district.scenario, &layout)?;
    let mut outcome = Outcome::default();
    let mut sums = Sums::of(district);
    let all: Vec<usize> = (0..district.plan.transformers.len()).collect();
    let n_intervals = district.calendar.n_days * district.calendar.intervals_per_day;
    let at_a_time = (INTERVALS_AT_A_TIME / n_intervals.max(1)).clamp(2, TRANSFORMERS_AT_A_TIME);
    for part in all.chunks(district.scenario.transformers_per_file.unwrap_or(usize::MAX)) {
        for chunk in part.chunks(at_a_time) {
            let runs: Vec<_> = chunk.par_iter().map(|&n| run_with_batches(n, district, &layout)).collect();
            for (&n, run) in chunk.iter().zip(runs) {
                let run = run?;
                for meter in &run.batches {
                    files.write(meter)?;
                }
                outcome.agreed.extend(run.agreed);
                outcome.points.extend(run.points);
                outcome.transformers.push(run.truth);
                sums.add(n, district.plan.transformers[n].feeder, run.supplied_kw);
            }
        }
        if files.are_parts() {
            sums.write_transformers(&mut files, &layout, district)?;
            files.next()?;
        }
    }
    sums.write_transformers(&mut files, &layout, district)?;
    sums.write_above(&mut files, &layout, district, &mut outcome)?;
    outcome.n_rows = files.finish()?;
    Ok(outcome)
}

/// The file, or the files, that take the readings.
struct Files<'a> {
    path: PathBuf,
    layout: &'a ReadingsLayout,
    /// Number of the current part; `None`: one file takes all.
    part: Option<usize>,
    writer: ReadingsWriter,
    n_rows: u64,
}

impl<'a> Files<'a> {
    fn create(path: PathBuf, scenario: &Scenario, layout: &'a ReadingsLayout) -> Result<Self> {
        let part = scenario.transformers_per_file.map(|_| 1);
        if part.is_some() {
            std::fs::create_dir(&path).map_err(|error| Error::write(&path, error))?;
        }
        let writer = ReadingsWriter::create(&Self::name(&path, part), layout)?;
        Ok(Self { path, layout, part, writer, n_rows: 0 })
    }

    fn name(path: &Path, part: Option<usize>) -> PathBuf {
        part.map_or_else(|| path.to_owned(), |part| path.join(format!("part-{part:05}.parquet")))
    }

    const fn are_parts(&self) -> bool {
        self.part.is_some()
    }

    fn write(&mut self, meter: &RecordBatch) -> Result<()> {
        self.writer.write(meter)
    }

    /// Ends the current part and begins another.
    fn next(&mut self) -> Result<()> {
        self.part = self.part.map(|part| part + 1);
        let next = ReadingsWriter::create(&Self::name(&self.path, self.part), self.layout)?;
        self.n_rows += std::mem::replace(&mut self.writer, next).finish()?;
        Ok(())
    }

    /// Closes the files and returns their number of rows.
    fn finish(self) -> Result<u64> {
        Ok(self.n_rows + self.writer.finish()?)
    }
}

/// A simulated transformer, with its meters' interval data ready to write.
struct Batches {
    batches: Vec<RecordBatch>,
    agreed: Vec<Agreed>,
    points: Vec<Truth>,
    supplied_kw: Vec<f32>,
    truth: Truth,
}

fn run_with_batches(transformer: usize, district: &District, layout: &ReadingsLayout) -> Result<Batches> {
    let run = run_transformer(transformer, district);
    let numbers = district.plan.transformers[transformer].points.clone();
    let mut batches = Vec::with_capacity(run.points.len());
    let mut agreed = Vec::with_capacity(run.points.len());
    let mut points = Vec::with_capacity(run.points.len());
    for (at, (number, point)) in numbers.zip(run.points).enumerate() {
        let (lines, records) = (run.lines.as_ref(), point.records.as_deref());
        let voltage_v = lines.map(|lines| &lines.voltage_v[at][..]);
        let id = meter_id(number);
        batches.push(layout.meter(&id, &point.metered_kw, voltage_v, records, district.calendar)?);
        agreed.push(Agreed {
            spot: lines.map(|lines| lines.spots[at]),
            contracted_kw: point.contracted_kw,
            declared_mining_kw: point.declared_mining_kw,
        });
        points.push(point.truth);
    }
    Ok(Batches { batches, agreed, points, supplied_kw: run.supplied_kw, truth: run.truth })
}

/// Demand of transformers, feeders and substations. [kW]
struct Sums {
    /// Transformers that are not yet written, with their numbers.
    transformers: Vec<(usize, Vec<f32>)>,
    feeders: Vec<Vec<f32>>,
}

impl Sums {
    fn of(district: &District) -> Self {
        let n = district.calendar.n_days * district.calendar.intervals_per_day;
        Self { transformers: Vec::new(), feeders: vec![vec![0.0; n]; district.plan.feeders.len()] }
    }

    fn add(&mut self, transformer: usize, feeder: usize, supplied_kw: Vec<f32>) {
        add_with_loss(&mut self.feeders[feeder], &supplied_kw, FEEDER_LOSS_SHARE);
        self.transformers.push((transformer, supplied_kw));
    }

    /// Writes the meters of the transformers that are not yet written.
    fn write_transformers(
        &mut self,
        files: &mut Files,
        layout: &ReadingsLayout,
        district: &District,
    ) -> Result<()> {
        for (n, kw) in self.transformers.drain(..) {
            files.write(&layout.meter(&transformer_id(n), &kw, None, None, district.calendar)?)?;
        }
        Ok(())
    }

    /// Writes feeders, customers at 220 kV, and substations.
    fn write_above(
        self,
        files: &mut Files,
        layout: &ReadingsLayout,
        district: &District,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let plan = district.plan;
        let n = district.calendar.n_days * district.calendar.intervals_per_day;
        let mut substations = vec![vec![0.0; n]; plan.substations.len()];
        for (kw, &above) in self.feeders.iter().zip(&plan.feeders) {
            add_with_loss(&mut substations[above], kw, SUBSTATION_LOSS_SHARE);
        }
        let mut write =
            |id: String, kw: &[f32]| files.write(&layout.meter(&id, kw, None, None, district.calendar)?);
        for (number, run) in (plan.points.len()..).zip(run_large(district, &mut substations)?) {
            write(meter_id(number), &run.metered_kw)?;
            outcome.agreed.push(Agreed {
                spot: None,
                contracted_kw: run.contracted_kw,
                declared_mining_kw: run.declared_mining_kw,
            });
            outcome.large.push(run.truth);
        }
        for (n, kw) in self.feeders.iter().enumerate() {
            write(feeder_id(n), kw)?;
        }
        for (n, kw) in substations.iter().enumerate() {
            write(substation_id(n), kw)?;
        }
        Ok(())
    }
}

/// Simulates the customers at 220 kV, in order of the plan, and adds them to their substations. Industry comes
/// last: its size makes each zone grow as the scenario says.
fn run_large(district: &District, substations: &mut [Vec<f32>]) -> Result<Vec<PointRun>> {
    let plan = district.plan;
    let runs: Vec<PointRun> = plan
        .large
        .par_iter()
        .enumerate()
        .map(|(n, large)| {
            let cuts = Cuts::of(district, None, large.zone);
            let around = district.surroundings(None, large.zone, &cuts);
            let mut rng = stream(district.seed, LARGE_STREAM, n);
            match &large.kind {
                LargeKind::Farm(farm) => run_farm(farm, &around, &mut rng),
                LargeKind::Plant(share) => {
                    let industry = around.place().industry.as_ref();
                    let evening_share = industry.map_or(0.0, |industry| industry.evening_share);
                    let load = draw_plant(evening_share, &around.span, &mut rng);
                    as_metered(load.into_iter().map(|one| share * one).collect(), Truth::plain())
                }
            }
        })
        .collect();
    let is_plant = |n: usize| matches!(plan.large[n].kind, LargeKind::Plant(_));
    for (n, run) in runs.iter().enumerate().filter(|(n, _)| !is_plant(*n)) {
        add_with_loss(&mut substations[plan.large[n].substation], &run.metered_kw, SUBSTATION_LOSS_SHARE);
    }
    let n_intervals = district.calendar.n_days * district.calendar.intervals_per_day;
    let loads: Vec<ZoneLoad> = (0..district.scenario.zones.len())
        .map(|zone| {
            let mut load = ZoneLoad { rest_kw: vec![0.0; n_intervals], plants: vec![0.0; n_intervals] };
            for (kw, _) in substations.iter().zip(&plan.substations).filter(|(_, own)| **own == zone) {
                load.rest_kw.iter_mut().zip(kw).for_each(|(sum_kw, kw)| *sum_kw += f64::from(*kw));
            }
            let own = runs.iter().enumerate().filter(|(n, _)| is_plant(*n) && plan.large[*n].zone == zone);
            for (_, run) in own {
                let loss = 1.0 + f64::from(SUBSTATION_LOSS_SHARE);
                load.plants
                    .iter_mut()
                    .zip(&run.metered_kw)
                    .for_each(|(sum, one)| *sum += loss * f64::from(*one));
            }
            load
        })
        .collect();
    let sized = size_industry(district.scenario, district.calendar, &loads)?;
    let finish = |(n, mut run): (usize, PointRun)| {
        let large = &plan.large[n];
        if let Some(industrial) = sized[large.zone].as_ref().filter(|_| is_plant(n)) {
            let scale = |(kw, factor): (&mut f32, &f32)| *kw *= industrial.kw as f32 * factor;
            run.metered_kw.iter_mut().zip(&industrial.factors).for_each(scale);
            add_with_loss(&mut substations[large.substation], &run.metered_kw, SUBSTATION_LOSS_SHARE);
            run.contracted_kw = (1.2 * run.metered_kw.iter().copied().fold(0.0, f32::max)).ceil();
            run.truth = Truth { role: "look_alike", form: Some("industry"), ..Truth::plain() };
        }
        run
    };
    Ok(runs.into_iter().enumerate().map(finish).collect())
}

fn add_with_loss(sum_kw: &mut [f32], kw: &[f32], loss_share: f32) {
    sum_kw.iter_mut().zip(kw).for_each(|(sum_kw, kw)| *sum_kw += kw * (1.0 + loss_share));
}
