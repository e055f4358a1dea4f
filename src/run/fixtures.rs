//! Makes up a small run for the tests of this stage: four meters, three of them suspects.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::{Date, date};

use super::run_json::{InputRecord, RunFacts, Timing};
use super::{PeerDay, RunOutputs, write_run};
use hashwatt_core::atomic::{FileRecord, Identity};
use hashwatt_core::calendar::day_number;
use hashwatt_core::error::Result;
use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::folder::{Holds, Workspace};
use hashwatt_core::ids::{GroupId, MeterId};
use hashwatt_core::language::Language;
use hashwatt_core::language::message::{Message, Value};
use hashwatt_core::message;
use hashwatt_core::settings::{Overrides, PipelineFile, ReadingsTable, Settings};
use hashwatt_detection::network::risk::Risks;
use hashwatt_detection::ranking::sensitivity::Sensitivity;
use hashwatt_detection::ranking::summary::summary;
use hashwatt_detection::ranking::{Kind, Reason, RigEnergy, RigEstimate, RivalScore, Scored};
use hashwatt_readings::acquisition::register::Register;
use hashwatt_readings::digest::{DayDigest, MeterDays};

/// An id that attacks any page that shows it unescaped.
pub const HOSTILE_ID: &str = "<script>alert(1)</script>";

/// Start of the first suspect's farm.
pub const ONSET: Date = date(2021, 11, 10);

/// What the made-up run's data says: ids, addresses, register, codes, files and their columns, and an error, whose words
/// are in English whatever the language.
pub const DATA_WORDS: &str = "KZ-0042 KZ-0007 residual:TX-7 F-1 alert script img src onerror Abay Ave 10, flat 4 \
    Substation yard residential household business greenhouse farm Asia/Almaty readings.parquet march.parquet \
    register.csv HYPERLINK confirmed file_skipped gap guessed level_shift flatness base_load data_fault verdict \
    the file ends in the middle of a row group; fetch it again unit timezone clock kWh readings";

const FIRST_DAY: Date = date(2021, 7, 1);
const LAST_DAY: Date = date(2022, 3, 31);

fn shift(measured_kw: f64, onset: Option<Date>) -> Message {
    let message = Message::new("level_shift")
        .in_form("when", if onset.is_some() { "since" } else { "until" })
        .with("to", Value::Day(LAST_DAY))
        .in_form("hours", "all")
        .with("measured", Value::kw(measured_kw))
        .in_form("passes", "above")
        .with("limit", Value::kw(1.2))
        .with("uneven", Value::share(0.021))
        .with("noise", Value::number(31.4, 1))
        .with("n_days", Value::Count(141))
        .in_form("peers", "known")
        .with("median", Value::kw(0.1));
    onset.into_iter().fold(message, |message, onset| message.with("from", Value::Day(onset)))
}

fn base(measured_kw: f64, passes: &'static str) -> Message {
    Message::new("base_load")
        .in_form("of", "block")
        .with("measured", Value::kw(measured_kw))
        .in_form("passes", passes)
        .with("limit", Value::kw(1.9))
        .in_form("mean", "known")
        .with("of_mean", Value::share(0.94))
        .in_form("peers", "known")
        .with("median", Value::kw(0.12))
}

fn flatness(measured: f64) -> Message {
    Message::new("flatness")
        .in_form("by", "day")
        .with("measured", Value::share(measured))
        .in_form("passes", "below")
        .with("limit", Value::share(0.086))
        .in_form("days", "many")
        .with("spread", Value::share(0.034))
        .in_form("factor", "known")
        .with("load_factor", Value::number(0.94, 2))
        .in_form("peers", "known")
        .with("median", Value::number(0.34, 2))
}

const fn reason(message: Message, weight: f64) -> Reason {
    Reason { message, weight }
}

fn rivals(scores: [f64; 3]) -> Vec<RivalScore> {
    ["storage heating", "cold store", "EV charging"]
        .into_iter()
        .zip(scores)
        .map(|(rival, score)| RivalScore { rival, score })
        .collect()
}

fn rig(kw: f64, onset: Option<Date>, ended: Option<Date>) -> RigEstimate {
    RigEstimate {
        kw,
        kw_low: kw * 0.92,
        kw_high: kw * 1.1,
        machines_low: (kw / 3.65).ceil() as u32,
        machines_high: (kw / 2.8).ceil() as u32,
        onset,
        ended,
        last_seen_on: Some(ended.map_or(date(2022, 3, 31), |day| day.yesterday().unwrap())),
        hours: [true; 24],
    }
}

fn energy(rig: &RigEstimate) -> RigEnergy {
    let kwh = rig.kw * 24.0 * 100.0;
    RigEnergy { kwh, kwh_low: kwh * 0.92, kwh_high: kwh * 1.1, money: Some(kwh * 0.05) }
}

/// Returns the made-up ranking.
pub fn scored() -> Vec<Scored> {
    let one = |meter: &str, rank: u32, score: f64, kind, rig: Option<RigEstimate>, reasons, rivals| Scored {
        summary: None,
        meter: MeterId::from(meter),
        score,
        rank,
        kind,
        energy: rig.as_ref().map(energy),
        place: (rank < 4).then_some(rank),
        visit_chance: Some(if rank < 4 { 0.71 } else { 0.1 }),
        rig,
        group: GroupId::from("residential, flat/2"),
        reasons,
        rivals,
        chance: Some(if rank < 4 { 0.79 } else { 0.21 }),
        expected_false: (rank < 4).then(|| f64::from(rank) * 0.21),
        p_value: f64::from(rank) * 0.01,
        is_suspect: rank < 4,
        link: None,
    };
    let mut scored = vec![
        one(
            "KZ-0042",
            1,
            0.9731,
            Some(Kind::MeteredFarm),
            Some(rig(6.4, Some(ONSET), None)),
            vec![
                reason(shift(6.4, Some(ONSET)), 2.31),
                reason(flatness(0.021), 1.87),
                reason(base(6.21, "above"), 0.94),
                reason(Message::new("data_fault").with("share", Value::share(0.02)), -0.35),
            ],
            rivals([0.31, 0.12, 0.03]),
        ),
        one(
            HOSTILE_ID,
            2,
            0.88,
            Some(Kind::ActivityMismatch),
            Some(rig(3.1, None, Some(date(2022, 2, 20)))),
            vec![reason(Message::new("=HYPERLINK(\"x\")"), 1.9), reason(base(3.0, "above"), 1.2)],
            rivals([0.62, 0.2, 0.01]),
        ),
        one(
            "residual:TX-7",
            3,
            0.71,
            Some(Kind::UnmeteredLoad),
            Some(rig(21.0, Some(date(2021, 12, 1)), Some(date(2022, 2, 15)))),
            vec![reason(
                Message::new("verdict")
                    .in_form("farm", "found")
                    .with("parent", Value::Name("TX-7".to_owned()))
                    .with("verdict", Value::Name("confirmed".to_owned())),
                2.0,
            )],
            rivals([0.1, 0.05, 0.0]),
        ),
        one("KZ-0007", 4, 0.04, None, None, vec![reason(base(0.4, "usual"), -2.2)], vec![]),
    ];
    for line in scored.iter_mut().filter(|line| line.is_suspect) {
        line.summary = summary(line);
    }
    scored
}

/// Returns the made-up register.
pub fn register() -> Register {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.csv");
    let rows = "meter_id,parent_id,kind,activity,premises,tariff,contracted_kw,declared_mining_kw,licence,lat,lon,address\n\
        KZ-0042,TX-7,meter,residential,flat,household,10,,,43.23895,76.94546,\"Abay Ave 10, flat 4\"\n\
        <script>alert(1)</script>,TX-7,meter,greenhouse,business,farm,50,,,,,\"<img src=x onerror=alert(2)>\"\n\
        TX-7,F-1,transformer,,,,400,,,143.3,76.95,Substation yard\n";
    std::fs::write(&path, rows).unwrap();
    Register::read(&path).unwrap().0
}

/// Returns the made-up findings.
pub fn findings() -> Vec<Finding> {
    let percent = Value::number(100.0 * 96.0 / 13_152.0, 1);
    let gap = message!("gap", missing = 96_u64, expected = 13_152_u64, percent = percent, longest = 1_u32);
    let files = message!("files", first = "readings.parquet", more = 0_u64);
    let reason = message!("no_name_states_unit");
    let guessed = message!("guessed", names = files, key = "unit", value = "kWh", reason = reason);
    vec![
        Finding::new(
            Code::FileSkipped,
            Severity::Skipped,
            message!("file_skipped", error = "the file ends in the middle of a row group; fetch it again"),
        )
        .in_source("march.parquet")
        .with("bytes", 4096),
        Finding::new(Code::Gap, Severity::Warning, gap)
            .of_meter(MeterId::from("KZ-0042"))
            .between(date(2021, 8, 3), date(2021, 8, 4))
            .with("n_missing", 96),
        Finding::new(Code::Guessed, Severity::Note, guessed).in_source("readings.parquet"),
    ]
}

/// All rigs of 7.5 kW or more were found, and half of the rigs of one machine.
fn sensitivity() -> Sensitivity {
    let mut sensitivity = Sensitivity::default();
    (0..20).for_each(|n| sensitivity.count(1.2, n < 12));
    (0..20).for_each(|n| sensitivity.count(8.0, n < 19));
    sensitivity
}

/// Returns nine months of a meter: a home's daily pattern, plus a flat block from onset to end.
pub fn days(scored: &Scored) -> MeterDays {
    let home = |hour: usize, day: i32| {
        0.3 + 0.5 * f64::from(u8::from((7..9).contains(&hour)))
            + 0.9 * f64::from(u8::from((18..23).contains(&hour)))
            + 0.1 * f64::from(day % 7) / 7.0
    };
    let block = |day: i32| {
        scored.rig.as_ref().map_or(0.0, |rig| {
            let on = rig.onset.is_none_or(|onset| day >= day_number(onset))
                && rig.ended.is_none_or(|ended| day < day_number(ended));
            if on { rig.kw * (1.0 + 0.01 * f64::from(day % 5)) } else { 0.0 }
        })
    };
    let gap = day_number(date(2021, 8, 3))..=day_number(date(2021, 8, 4));
    let days = (day_number(FIRST_DAY)..=day_number(LAST_DAY)).filter(|day| !gap.contains(day)).map(|day| {
        let hours: [f32; 24] = std::array::from_fn(|hour| (home(hour, day) + block(day)) as f32);
        let mut digest = DayDigest::empty(day, 30, 48);
        digest.n_measured = 48;
        digest.hour_kw = hours;
        digest.demand_kw_p05 = hashwatt_core::stats::quantile(&hours, 0.05).unwrap();
        digest.demand_kw_mean = hashwatt_core::stats::mean(&hours).unwrap();
        digest.demand_kw_max = hashwatt_core::stats::quantile(&hours, 1.0).unwrap();
        digest.energy_kwh = hours.iter().sum();
        digest
    });
    MeterDays { meter: scored.meter.clone(), days: days.collect() }
}

fn settings() -> Settings {
    let flags = Overrides {
        readings: vec!["readings.parquet".into()],
        timezone: Some("Asia/Almaty".into()),
        ..Overrides::default()
    };
    let mut file = PipelineFile::default();
    file.ranking.tariff_per_kwh = Some(0.05);
    file.check(&flags).unwrap()
}

fn facts() -> RunFacts {
    let file = |path: &str| FileRecord {
        path: path.into(),
        bytes: 1_048_576,
        identity: Identity::Sha256("0123456789abcdef".repeat(4)),
    };
    RunFacts {
        asked: vec![Message::new("zone").with("from", Value::Hour(22)).with("to", Value::Hour(23))],
        inputs: vec![
            InputRecord { role: "readings", file: file("readings.parquet"), n_rows: Some(52_608) },
            InputRecord { role: "register", file: file("register.csv"), n_rows: Some(3) },
        ],
        mappings: vec![ReadingsTable {
            path: "readings.parquet".into(),
            shape: Some("long".into()),
            unit: Some("kWh".into()),
            ..ReadingsTable::default()
        }],
        span: Some((FIRST_DAY, LAST_DAY)),
        n_meters: 3,
        n_meter_days: 1088,
        n_rows: 52_608,
        sensitivity: sensitivity(),
        outputs: vec![file("balance.parquet")],
    }
}

/// Passes the made-up run to `with`.
pub fn with_run<T>(with: impl FnOnce(&RunOutputs<'_>) -> T) -> T {
    with_run_in(Language::english(), with)
}

/// Passes the made-up run to `with`, its texts in a language.
pub fn with_run_in<T>(language: &'static Language, with: impl FnOnce(&RunOutputs<'_>) -> T) -> T {
    let (scored, register, findings, facts) = (scored(), register(), findings(), facts());
    let settings = Settings { language, ..settings() };
    let peer = PeerDay { hour_kw_p25: [0.3; 24], hour_kw_p50: [0.5; 24], hour_kw_p75: [0.9; 24] };
    let peers = BTreeMap::from([(GroupId::from("residential, flat/2"), peer)]);
    let days_of = |meters: &BTreeSet<MeterId>| -> Result<BTreeMap<MeterId, MeterDays>> {
        Ok(scored
            .iter()
            .filter(|scored| meters.contains(&scored.meter))
            .map(|scored| (scored.meter.clone(), days(scored)))
            .collect())
    };
    let timings = [Timing { stage: "digest", seconds: 1.5 }];
    with(&RunOutputs {
        scored: &scored,
        register: &register,
        findings: &findings,
        settings: &settings,
        facts: &facts,
        days_of: &days_of,
        peers: &peers,
        risks: &Risks::new(),
        timings: &timings,
        stage_tables: &[],
    })
}

/// Writes the made-up run into `out`.
pub fn write(out: &Path) {
    let workspace = Workspace::claim(out, Holds::Run, &[]).unwrap();
    with_run(|run| write_run(&workspace.folder(), run)).unwrap();
    workspace.publish(&BTreeMap::new()).unwrap();
}
