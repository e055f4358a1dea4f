//! Makes up results for tests of the printed output.

use jiff::civil::{Date, date};

use crate::acquisition::facts::{Basis, Fact};
use crate::acquisition::mapping::{
    Clock, Column, Guess, Layout, Mapping, MeterFrom, NumberMarks, QualityOne, Stamp, TimeForm, TimeFrom,
    Unit,
};
use crate::acquisition::preview::RowAsRead;
use crate::finding::{Code, Finding, Severity};
use crate::ids::{GroupId, MeterId};
use crate::language::message::{Message, Value};
use crate::pipeline::{Consumption, ExportProfile, MappingProfile, RunSummary, SourceProfile};
use crate::ranking::sensitivity::Sensitivity;
use crate::ranking::{Kind, Reason, RigEnergy, RigEstimate, RivalScore, Scored};
use crate::settings::{Overrides, PipelineFile, Settings};
use hashwatt_core::message;

const SPAN: (Date, Date) = (date(2021, 7, 1), date(2022, 3, 31));

/// Settings of `hashwatt detect --readings export.parquet --out run1`.
pub(super) fn settings() -> Settings {
    let flags = Overrides {
        readings: vec!["export.parquet".into()],
        out: Some("run1".into()),
        ..Overrides::default()
    };
    PipelineFile::default().check(&flags).unwrap()
}

/// A run over `n_meters` meters; the first `n_suspects` are suspects.
pub(super) fn summary(n_suspects: u32, n_meters: u32) -> RunSummary {
    let mut scored: Vec<Scored> = (1..=n_meters).map(|rank| scored(rank, rank <= n_suspects)).collect();
    let mut listed: Vec<&mut Scored> = scored.iter_mut().filter(|one| one.is_suspect).collect();
    listed.sort_by_key(|one| !one.is_on());
    listed.into_iter().zip(1..).for_each(|(one, place)| one.place = Some(place));
    RunSummary {
        scored,
        sensitivity: Sensitivity::default(),
        findings: findings(),
        n_rows: 52_608,
        n_meters: n_meters.into(),
        asked: vec![
            Message::new("unit")
                .with("unit", Value::Name("kWh".to_owned()))
                .with("kwh", Value::number(8.4, 1)),
            Message::new("zone").with("from", Value::Hour(22)).with("to", Value::Hour(23)),
        ],
        span: Some(SPAN),
    }
}

fn scored(rank: u32, is_suspect: bool) -> Scored {
    let kinds = [Kind::MeteredFarm, Kind::UnmeteredLoad, Kind::UnderRegisteringMeter];
    let kw = 20.0 / f64::from(rank);
    let onset = [Some(date(2021, 11, 10)), None, Some(date(2021, 12, 1))][(rank as usize - 1) % 3];
    let ended = (rank == 3).then_some(date(2022, 2, 20));
    let mut line = Scored {
        meter: MeterId::from(
            if rank == 2 { "residual:TX-7".to_owned() } else { format!("KZ-{rank:04}") }.as_str(),
        ),
        score: if is_suspect { 1.0 - 0.02 * f64::from(rank) } else { 0.1 / f64::from(rank) },
        rank,
        kind: is_suspect.then_some(kinds[(rank as usize - 1) % 3]),
        rig: is_suspect.then_some(RigEstimate {
            kw,
            kw_low: kw * 0.92,
            kw_high: kw * 1.1,
            machines_low: (kw / 3.65).ceil() as u32,
            machines_high: (kw / 2.8).ceil() as u32,
            onset,
            ended,
            last_seen_on: Some(if rank == 3 { date(2022, 2, 19) } else { SPAN.1 }),
            hours: [true; 24],
        }),
        energy: is_suspect.then(|| energy(kw)),
        place: None,
        visit_chance: is_suspect.then_some(if rank == 3 { 0.08 } else { 0.71 }),
        group: GroupId::from("residential, flat/2"),
        reasons: if rank == 2 && is_suspect { vec![balance()] } else { reasons(is_suspect) },
        summary: None,
        rivals: vec![RivalScore { rival: "storage heating", score: 0.31 }],
        chance: Some(if is_suspect { 0.79 } else { 0.21 }),
        expected_false: is_suspect.then(|| 0.21 * f64::from(rank)),
        p_value: 0.01,
        is_suspect,
        link: None,
    };
    line.summary = crate::ranking::summary::summary(&line).filter(|_| is_suspect);
    line
}

fn energy(kw: f64) -> RigEnergy {
    let kwh = (kw * 2900.0).round();
    RigEnergy { kwh, kwh_low: kwh * 0.92, kwh_high: kwh * 1.1, money: None }
}

fn balance() -> Reason {
    let message = Message::new("energy_balance")
        .in_form("when", "always")
        .in_form("hours", "all")
        .with("n_meters", Value::Count(44))
        .with("kw", Value::kw(10.0))
        .with("noise", Value::kw(0.02))
        .with("supplied", Value::kw(78.1))
        .with("registered", Value::kw(71.3))
        .with("loss", Value::kw(2.3))
        .with("no_load_loss", Value::kw(0.9))
        .with("load_loss", Value::kw(1.4));
    Reason { message, weight: 5.1 }
}

fn reasons(is_suspect: bool) -> Vec<Reason> {
    let base = |measured, passes| {
        Message::new("base_load")
            .in_form("of", "block")
            .with("measured", Value::kw(measured))
            .in_form("passes", passes)
            .with("limit", Value::kw(1.9))
            .in_form("mean", "known")
            .with("of_mean", Value::share(0.94))
            .in_form("peers", "known")
            .with("median", Value::kw(0.12))
    };
    let fault = Message::new("data_fault").with("share", Value::share(0.02));
    let level = Message::new("smallest_rig").with("level", Value::kw(0.675));
    if !is_suspect {
        return vec![
            Reason { message: base(0.4, "usual"), weight: -2.2 },
            Reason { message: level, weight: -1.1 },
        ];
    }
    vec![
        Reason { message: base(6.21, "above"), weight: 2.31 },
        Reason { message: fault, weight: 1.87 },
        Reason { message: level, weight: 0.94 },
    ]
}

/// Findings of every severity, in output order.
pub(super) fn findings() -> Vec<Finding> {
    let gap = |meter: &str, n: u64| {
        let percent = Value::number(100.0 * n as f64 / 13_152.0, 1);
        let message = message!("gap", missing = n, expected = 13_152_u64, percent = percent, longest = 1_u32);
        Finding::new(Code::Gap, Severity::Warning, message)
            .of_meter(MeterId::from(meter))
            .between(date(2021, 8, 3), date(2021, 8, 4))
    };
    let (most, limit, usual) = (Value::number(400.0, 1), Value::number(15.0, 1), Value::number(1.5, 1));
    let spike = message!("spike", most = most, days = 1_u32, limit = limit, usual = usual);
    let files = message!("files", first = "april.csv", more = 0_u64);
    let reason = message!("no_name_states_unit");
    let guessed = message!("guessed", names = files, key = "unit", value = "kWh", reason = reason);
    vec![
        Finding::new(
            Code::FileSkipped,
            Severity::Skipped,
            message!("file_skipped", error = "the file ends in the middle of a row group; fetch it again"),
        )
        .in_source("march.parquet"),
        gap("KZ-0001", 96),
        gap("KZ-0002", 48),
        Finding::new(Code::Spike, Severity::Warning, spike)
            .of_meter(MeterId::from("KZ-0002"))
            .between(date(2021, 9, 1), date(2021, 9, 1)),
        Finding::new(Code::Guessed, Severity::Note, guessed).in_source("april.csv"),
    ]
}

/// A profile of two files from one folder, with the same mapping.
pub(super) fn profile() -> ExportProfile {
    let source = |name: &str| SourceProfile {
        name: format!("exports/{name}"),
        path: "exports".into(),
        mapping: mapping(),
        accepted: Vec::new(),
        n_rows: 26_304,
    };
    ExportProfile {
        sources: vec![source("april.csv"), source("may.csv")],
        mappings: vec![mapping_profile()],
        n_rows: 52_608,
        consumption: Some(Consumption {
            n_meters: 37,
            median_kwh_a_month: 255.0,
            least_kwh_a_month: 3.1,
            greatest_kwh_a_month: 2410.0,
        }),
        n_meters: 37,
        span: Some(SPAN),
        intervals: vec![(30, 35), (60, 2)],
        completeness: 0.998,
        estimated_share: 0.0,
        zone: Some("Europe/London".into()),
        findings: findings(),
    }
}

fn mapping_profile() -> MappingProfile {
    let fact = |what, value, basis, why| Fact { what, value, basis, why };
    let unit = message!("as_it_is", value = "kWh");
    let clock = message!("clock_local", zone = "Europe/London");
    let cell = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let row = |row, text: &str, energy_kwh| RowAsRead {
        row,
        cells: vec![cell("LCLid", "MAC000002"), cell("KWH/hh (per half hour) ", text)],
        meter: "MAC000002".into(),
        start: date(2021, 7, 1).at(0, 30, 0, 0),
        demand_kw: None,
        energy_kwh: Some(energy_kwh),
        register_kwh: None,
    };
    MappingProfile {
        name: "exports/april.csv".into(),
        n_files: 2,
        facts: vec![
            fact(message!("fact_rows"), message!("rows_long"), Basis::Stated, None),
            fact(message!("fact_unit"), unit, Basis::File, Some(message!("unit_in_name"))),
            fact(message!("fact_clock"), clock, Basis::Guessed, Some(message!("zone_given"))),
        ],
        rows: vec![row(1, "0.143", 0.143), row(13_152, "1.2", 1.2)],
    }
}

fn mapping() -> Mapping {
    let column = |index, name: &str| Column { index, name: name.to_owned() };
    Mapping {
        layout: Layout::Long { value: column(2, "KWH/hh (per half hour) ") },
        meter: MeterFrom::Column(column(0, "LCLid")),
        time: TimeFrom::Column(column(1, "DateTime"), TimeForm::Naive),
        day_part: None,
        end_time: None,
        minutes: None,
        quality: None,
        quality_one: QualityOne::Estimated,
        multiplier_column: None,
        voltage: None,
        added: Vec::new(),
        only_rows: Vec::new(),
        numbers: NumberMarks::default(),
        encoding: None,
        skip_lines: 0,
        sheet: None,
        unit: Unit::KilowattHours,
        multiplier: 1.0,
        clock: Some(Clock::Local),
        stamp: Stamp::Start,
        guesses: vec![Guess::new("clock", "utc", message!("name_says_so", column = "start_utc"))],
    }
}
