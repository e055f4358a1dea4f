//! Holds tips against a run from outside, and measures a million meters.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use hashwatt::acquisition::register::Register;
use hashwatt::run::schema::REGISTER;
use hashwatt::run::tables::register::register_frame;
use hashwatt::run::tables::write_parquet;
use hashwatt::tips::{Tip, TipDesk};
use polars::prelude::{Column, DataFrame, DataType};

use crate::district::{district, run};
use crate::program::{hashwatt, read_table, texts};

fn triage(tips: &Path, out: &Path) -> crate::program::Ran {
    let streets = district().join("streets.csv").display().to_string();
    let (run, tips, out) =
        (run().display().to_string(), tips.display().to_string(), out.display().to_string());
    hashwatt(["triage", &run, &tips, "--streets", &streets, "--out", &out])
}

/// Rows of a CSV file without quotes, by their first field.
fn truth() -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(district().join("tips_truth.csv")).unwrap();
    let row = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<String>>();
    text.lines().skip(1).map(row).map(|row| (row[0].clone(), row)).collect()
}

#[test]
fn the_tips_of_a_district_find_their_meters() {
    let folder = tempfile::tempdir().unwrap();
    let ran = triage(&district().join("tips.csv"), folder.path()).ends_with(0);
    assert!(ran.stdout.contains("supported") && ran.stdout.contains("not proof"), "{}", ran.stdout);
    let table = read_table(&folder.path().join("triage.parquet"));
    let (ids, meters) = (texts(&table, "tip_id"), texts(&table, "meter_id"));
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for (id, meter) in ids.into_iter().zip(meters) {
        first.entry(id.unwrap()).or_insert_with(|| meter.unwrap_or_default());
    }
    let truth = truth();
    let is_right = |(id, row): &(&String, &Vec<String>)| {
        let first = first[*id].trim_start_matches("residual:");
        first == row[4]
    };
    let n_right = truth.iter().filter(is_right).count();
    eprintln!("right meter first: {n_right} of {}", truth.len());
    assert!(n_right as f64 >= 0.95 * truth.len() as f64, "{n_right} of {}", truth.len());
    assert_eq!(first.len(), truth.len());
    for name in ["triage.csv", "triage.xlsx", "tips/00001.html"] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
}

#[test]
fn a_tip_that_would_run_is_shown_as_text_and_the_caller_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let tips = folder.path().join("tips.csv");
    std::fs::write(
        &tips,
        "tip_id,text,address,caller_name,phone\n=1+1,<script>alert(1)</script> Serik Aman +7 701 123 45 67,<b>Abay</b> 12,Serik Aman,+77011234567\n../../x,no place,,,\n",
    )
    .unwrap();
    let out = folder.path().join("out");
    let ran = triage(&tips, &out).ends_with(1);
    assert!(ran.stdout.contains("line 3: it names no place"), "{}", ran.stdout);
    let mut n_files = 0;
    for (path, bytes) in crate::program::files(&out) {
        let text = String::from_utf8_lossy(&bytes);
        for caller in ["Serik", "123 45 67", "77011234567"] {
            assert!(!text.contains(caller), "{}: {caller}", path.display());
        }
        n_files += 1;
    }
    // Two pages, three tables, the marker.
    assert_eq!(n_files, 6);
    let page = std::fs::read_to_string(out.join("tips/00001.html")).unwrap();
    assert!(!page.contains("<script") && page.contains("default-src"), "{page}");
    assert!(std::fs::read_to_string(out.join("triage.csv")).unwrap().contains("'=1+1"));
}

#[test]
fn the_same_tips_give_the_same_files_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let run = run().display().to_string();
    let tips = district().join("tips.csv").display().to_string();
    for threads in ["1", "2"] {
        let out = folder.path().join(threads).display().to_string();
        hashwatt(["triage", &run, &tips, "--out", &out, "--threads", threads]).ends_with(0);
    }
    let files =
        |threads: &str| crate::program::files(&folder.path().join(threads)).into_values().collect::<Vec<_>>();
    assert!(files("1") == files("2"));
}

#[test]
fn what_cannot_be_triaged_names_file_and_cure() {
    let folder = tempfile::tempdir().unwrap();
    let tips = folder.path().join("tips.csv");
    std::fs::write(&tips, "a,b\n1,2\n").unwrap();
    let out = folder.path().join("out");
    triage(&tips, &out).ends_with(2).complains_of(&["tips.csv", "tip_id"]);
    triage(Path::new("nowhere.csv"), &out).ends_with(2).complains_of(&["nowhere.csv"]);
    let nowhere = ["triage", "nowhere", tips.to_str().unwrap(), "--out", out.to_str().unwrap()];
    std::fs::write(&tips, "tip_id,address\n1,Abay 1\n").unwrap();
    hashwatt(nowhere).ends_with(2).complains_of(&["nowhere", "hashwatt detect"]);
}

/// A million flats under 20,000 transformers: 1,000 streets of 100 houses and 10 flats.
fn million(folder: &Path) -> usize {
    let n = std::env::var("HASHWATT_TIP_METERS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000_usize);
    let syllables = ["ba", "ke", "mi", "so", "tu", "ra", "ze", "li", "no", "du"];
    let street = |at: usize| {
        let parts = [at % 10, at / 10 % 10, at / 100 % 10, (at * 7 + 3) % 10];
        parts.map(|part| syllables[part]).concat()
    };
    let mut csv = String::from("meter_id,parent_id,lat,lon,address\n");
    for at in 0..n {
        let (of_street, house, flat) = (at / 1000, at / 10 % 100 + 1, at % 10 + 1);
        let (lat, lon) =
            (43.0 + of_street as f64 * 0.0004, 76.5 + house as f64 * 0.0005 + flat as f64 * 1e-5);
        csv.push_str(&format!(
            "M{at:07},T{:05},{lat:.6},{lon:.6},\"ул. {}, д. {house}, кв. {flat}\"\n",
            at / 50,
            street(of_street)
        ));
    }
    let path = folder.join("register.csv");
    std::fs::write(&path, csv).unwrap();
    let register = Register::read(&path).unwrap().0;
    let put = |name: &str, frame: DataFrame| {
        write_parquet(&mut std::fs::File::create(folder.join(name)).unwrap(), name, frame).unwrap();
    };
    put(REGISTER.file, register_frame(&register).unwrap());
    let ids: Vec<String> = (0..n).map(|at| format!("M{at:07}")).collect();
    let text = |name: &str, value: &str| Column::new(name.into(), vec![value; n]);
    let float = |name: &str, value: &dyn Fn(usize) -> f64| {
        Column::new(name.into(), (0..n).map(value).collect::<Vec<f64>>())
    };
    let none = |name: &str, dtype: &DataType| Column::full_null(name.into(), n, dtype);
    let score = |at: usize| if at % 500 == 7 { 0.99 } else { 0.02 };
    let scores = vec![
        Column::new("meter_id".into(), ids.clone()),
        float("score", &score),
        Column::new("rank".into(), (1..=n as u32).collect::<Vec<u32>>()),
        none("kind", &DataType::String),
        float("rig_kw", &|_| 3.2),
        float("rig_kw_low", &|_| 2.9),
        float("rig_kw_high", &|_| 3.6),
        none("onset", &DataType::Date),
        none("ended", &DataType::Date),
        text("group", "residential/1"),
        text("reasons", "base load 3.4 kW > 0.9 kW on 120 of 120 days; peers' median 0.2 kW"),
        float("p_value", &|at| if at % 500 == 7 { 0.001 } else { 0.5 }),
    ];
    put("scores.parquet", DataFrame::new(n, scores).unwrap());
    let suspects: Vec<String> = (0..n).filter(|at| at % 500 == 7).map(|at| ids[at].clone()).collect();
    let height = suspects.len();
    put("suspects.parquet", DataFrame::new(height, vec![Column::new("meter_id".into(), suspects)]).unwrap());
    std::fs::write(folder.join("run.json"), "{}\n").unwrap();
    crate::district::seal(folder);
    n
}

#[test]
#[ignore = "measures: cargo test --release --test it -- --ignored --nocapture ten_thousand_tips"]
fn ten_thousand_tips_meet_a_million_meters() {
    const TIPS: usize = 10_000;
    let folder = tempfile::tempdir().unwrap();
    let n = million(folder.path());
    let register = read_table(&folder.path().join(REGISTER.file));
    let addresses = texts(&register, "address");
    let mut tips = String::from("tip_id,text,meter_id,address,lat,lon\n");
    for tip in 0..TIPS {
        let address = addresses[tip * 97 % n].clone().unwrap();
        // Every third with a slip, every tenth in the words alone, every tenth a mark on the map.
        let said = if tip % 3 == 0 { address.replacen('a', "o", 1) } else { address };
        let row = match tip % 10 {
            0 => format!("t{tip},\"шум день и ночь, {said}\",,,,"),
            1 => format!("t{tip},hum,,,43.1,76.52"),
            _ => format!("t{tip},hum,,\"{said}\",,"),
        };
        tips.push_str(&row);
        tips.push('\n');
    }
    let path = folder.path().join("tips.csv");
    std::fs::write(&path, tips).unwrap();
    let out = folder.path().join("out").display().to_string();
    let run = folder.path().display().to_string();
    let begun = Instant::now();
    let ran = hashwatt(["triage", &run, path.to_str().unwrap(), "--out", &out, "--threads", "2"]);
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!("{TIPS} tips against {n} meters: {seconds:.1} s\n{}", ran.stderr);
    let ran = ran.ends_with(0);
    assert!(ran.stdout.contains("supported"));
    let desk = TipDesk::open(folder.path(), None).unwrap();
    let mut slowest = 0.0_f64;
    for at in 0..200 {
        let mut tip = Tip::new("call", "Fans hum day and night");
        let address = addresses[at * 4999 % n].clone().unwrap();
        if at % 2 == 0 {
            tip.address = Some(address)
        } else {
            tip.text = format!("шум, {address}")
        }
        let begun = Instant::now();
        assert!(!desk.answer(&tip).lines.is_empty());
        slowest = slowest.max(begun.elapsed().as_secs_f64());
    }
    eprintln!("slowest of 200 calls at the desk: {:.1} ms", 1000.0 * slowest);
    assert!(seconds < 60.0 && slowest < 0.5);
}
