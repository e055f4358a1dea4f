//! Runs the program on values that cannot be: huge ones, units a thousand times off, flipped bits,
//! tables with words for numbers, settings without bounds.

use std::path::Path;

use crate::bad_input::{DAYS, HEADER, Place, good_csv, kwh};
use crate::program::{Ran, hashwatt, hashwatt_line};

/// An export with another value in one row, counted from 1.
fn csv_with(row: usize, value: &str) -> String {
    let mut lines: Vec<String> = good_csv(3).lines().map(str::to_owned).collect();
    let (place, _) = lines[row].rsplit_once(',').unwrap();
    lines[row] = format!("{place},{value}");
    lines.join("\n")
}

#[test]
fn a_value_that_no_customer_draws_is_a_finding_and_no_energy() {
    for value in ["1e100", "-1e100", "3.4028235e38", "1e9"] {
        let place = Place::new();
        place.detect(&place.write("huge.csv", csv_with(77, value))).ends_with(1);
        let (words, severity) = place.finding("impossible_demand");
        for said in ["huge.csv", "row 77", "kwh = ", "1 GW", "multiplier"] {
            assert!(words.contains(said), "{said}: {words}");
        }
        assert_eq!((severity.as_str(), place.scored().len()), ("skipped", 3));
        assert!(place.greatest_kw() < 10.0, "{value}");
    }
}

#[test]
fn a_value_that_is_too_much_for_its_interval_only_is_found_once_the_interval_is_known() {
    let place = Place::new();
    // 9.999.999 kWh may be a month of a smelter, and are 10 GW in an hour.
    place.detect(&place.write("nines.csv", csv_with(100, "9999999"))).ends_with(1);
    let (words, _) = place.finding("impossible_demand");
    for said in ["nines.csv", "meter m0", "2024-01-05T03:00:00Z", "9999999 kWh", "1 intervals"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert!(place.greatest_kw() < 10.0);
}

#[test]
fn wide_daily_and_counter_exports_have_the_same_bound() {
    let hours = |of: &dyn Fn(usize) -> String| (0..DAYS * 24).map(of).collect::<String>();
    let clock = |hour: usize| format!("2024-01-{:02} {:02}:00", hour / 24 + 1, hour % 24);
    let odd = |hour: usize, value: f64| if hour == 77 { "1e100".to_owned() } else { format!("{value:.3}") };
    let wide = hours(&|hour| format!("{},{},{:.3}\n", clock(hour), odd(hour, kwh(0, hour)), kwh(1, hour)));
    let mut total = 1000.0;
    let mut reads = String::new();
    for hour in 0..DAYS * 24 {
        total += kwh(0, hour);
        reads.push_str(&format!("m0,{},{}\n", clock(hour), odd(hour, total)));
    }
    let mut daily =
        format!("meter_id,date,{}\n", (0..24).map(|h| format!("{h:02}:00")).collect::<Vec<_>>().join(","));
    for day in 0..DAYS {
        let cells: Vec<String> = (0..24).map(|h| odd(day * 24 + h, kwh(0, day * 24 + h))).collect();
        daily.push_str(&format!("m0,2024-01-{:02},{}\n", day + 1, cells.join(",")));
    }
    for (name, content) in [
        ("wide.csv", format!("timestamp,m0,m1\n{wide}")),
        ("daily.csv", daily),
        ("register.csv", format!("meter_id,timestamp,register_kwh\n{reads}")),
    ] {
        let place = Place::new();
        place.detect(&place.write(name, content)).ends_with(1);
        let (words, _) = place.finding("impossible_demand");
        assert!(words.contains(name) && words.contains("1e100"), "{words}");
        assert!(place.greatest_kw() < 10.0, "{name}");
    }
}

#[test]
fn a_counter_that_jumps_beyond_the_bound_and_back_loses_no_energy() {
    let place = Place::new();
    let mut total = 1000.0;
    let mut reads = "meter_id,timestamp,register_kwh\n".to_owned();
    for hour in 0..DAYS * 24 {
        total += kwh(0, hour);
        let read = if hour == 77 { 99_999_999.0 } else { total };
        reads.push_str(&format!("m0,2024-01-{:02} {:02}:00,{read:.3}\n", hour / 24 + 1, hour % 24));
    }
    place.detect(&place.write("reads.csv", reads)).ends_with(1);
    assert!(place.finding("impossible_demand").0.contains("meter m0"));
    assert!(place.greatest_kw() < 10.0);
    let days = place.digests();
    let energy: f64 = days.iter().map(|(_, energy)| energy).sum();
    assert!((energy - (total - 1000.0)).abs() < 2.0, "{energy} of {total}");
}

#[test]
fn a_store_goes_on_after_a_night_with_a_huge_value_and_after_its_file_is_gone() {
    let place = Place::new();
    let store = place.path("store").display().to_string();
    let good = place.write("a.csv", good_csv(2));
    let bad = place.write(
        "b.csv",
        csv_with(700, "1e100").replace("m", "x").replacen("xeter_id,tixestaxp", "meter_id,timestamp", 1),
    );
    place.detect_with(&place.path("in"), &["--store", &store]).ends_with(1);
    assert_eq!(place.scored().len(), 5);
    std::fs::remove_file(bad).unwrap();
    let ran = place.detect_with(&place.path("in"), &["--store", &store]);
    assert!(ran.code <= 1, "{}", ran.stderr);
    assert!(good.exists() && place.greatest_kw() < 10.0);
}

#[test]
fn all_meters_a_thousand_times_too_large_or_too_small_are_a_finding_with_both_readings() {
    for (factor, said) in [(1000.0, "smaller"), (0.001, "larger")] {
        let mut rows = HEADER.to_owned();
        for meter in 0..6 {
            for hour in 0..DAYS * 24 {
                let (day, clock) = (hour / 24 + 1, hour % 24);
                let value = kwh(meter, hour) * factor;
                rows.push_str(&format!("m{meter},2024-01-{day:02} {clock:02}:00,{value}\n"));
            }
        }
        let place = Place::new();
        place.detect(&place.write("scaled.csv", rows)).ends_with(0);
        let (words, severity) = place.finding("unit_mistake");
        assert!(
            words.contains(said) && words.contains("it would be 0.") && words.contains("state unit"),
            "{words}"
        );
        assert_eq!(severity, "warning");
    }
    let plain = Place::new();
    plain.detect(&plain.write("plain.csv", good_csv(6))).ends_with(0);
    assert!(!plain.has_finding("unit_mistake"));
}

#[test]
fn a_flipped_bit_in_a_footer_never_panics_beside_a_good_file_or_alone() {
    let place = Place::new();
    let whole = std::fs::read(checksummed()).unwrap();
    let footer = u32::from_le_bytes(whole[whole.len() - 8..whole.len() - 4].try_into().unwrap()) as usize;
    let from = whole.len() - 8 - footer;
    let good = place.write("good.csv", good_csv(1)).display().to_string();
    let plain = digests_of(&place, &place.write("flipped.parquet", &whole), &[]);
    for (step, at) in (from..whole.len()).step_by(9).enumerate() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (step % 8);
        let path = place.write("flipped.parquet", flipped);
        // A panic fails within.
        let alone = digests_of(&place, &path, &[]);
        assert!(alone.0.code != 0 || alone.1 == plain.1, "byte {at}: other numbers, and nothing says so");
        if step % 4 == 0 {
            let beside = digests_of(&place, &path, &["--readings", &good]);
            assert!(beside.0.code <= 1, "byte {at}: {}", beside.0.stderr);
        }
    }
}

#[test]
fn a_flipped_bit_in_a_page_with_a_checksum_is_found() {
    let place = Place::new();
    let whole = std::fs::read(checksummed()).unwrap();
    let footer = u32::from_le_bytes(whole[whole.len() - 8..whole.len() - 4].try_into().unwrap()) as usize;
    let plain = digests_of(&place, &place.write("flipped.parquet", &whole), &[]);
    plain.0.ends_with(0);
    let mut n_found = 0;
    for (step, at) in (4..whole.len() - 8 - footer).step_by(131).enumerate() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (step % 8);
        let (ran, digests) = digests_of(&place, &place.write("flipped.parquet", flipped), &[]);
        assert!(ran.code != 0 || digests == plain.1, "byte {at}: other numbers, and nothing says so");
        let said = format!("{}{}", ran.stdout, ran.stderr);
        n_found += usize::from(said.contains("checksum") && said.contains("flipped.parquet"));
    }
    assert!(n_found > 50, "{n_found} of the flips were named as such");
}

#[test]
fn what_a_register_holds_that_is_no_number_is_named() {
    let place = Place::new();
    let register = place.table(
        "register.csv",
        "meter_id,contracted_kw,declared_mining_kw,lat,lon\nm0,15 kW,lots,north,76.9\nm1,1e308,-3,43.2,512\n,5,5,1,1\nm2,5,5,1,1\nm2,6,5,1,1\n",
    );
    let good = place.write("good.csv", good_csv(3));
    place.detect_with(&good, &["--register", &register]).ends_with(1);
    let said = place.descriptions("table_row_skipped");
    for part in [
        "row 1: contracted_kw `15 kW`",
        "row 1: declared_mining_kw `lots`",
        "row 1: lat `north`",
        "row 2: lon `512`",
        "row 3: meter_id",
        "row 5: meter_id `m2`",
    ] {
        assert!(said.iter().any(|words| words.contains(part)), "{part}: {said:?}");
    }
}

#[test]
fn rows_of_weather_events_and_verdicts_that_cannot_be_used_end_with_1() {
    let weather = "start,temperature_c\n2024-01-01T00:00:00Z,-3\n2024-01-02T00:00:00Z,cold\nsoon,4\n2024-01-03T00:00:00Z,400\n";
    let events = "kind,start,end\nblackout,2024-01-03T00:00:00Z,2024-01-04T00:00:00Z\noutage,2024-01-05T00:00:00Z,2024-01-04T00:00:00Z\noutage,never,2024-01-04T00:00:00Z\n";
    let verdicts =
        "meter_id,verdict,decided_at\nm0,confirmed,\nm0,rejected,\nm1,perhaps,\nm1,rejected,yesterday\n";
    for (flag, content, parts) in [
        ("--weather", weather, vec!["row 2: temperature_c `cold`", "row 3: start `soon`"]),
        ("--events", events, vec!["row 1: kind `blackout`", "row 2: kind `outage`", "row 3: start `never`"]),
        (
            "--verdicts",
            verdicts,
            vec![
                "row 2: verdict `rejected` contradicts",
                "row 3: verdict `perhaps`",
                "row 4: decided_at `yesterday`",
            ],
        ),
    ] {
        let place = Place::new();
        let table = place.table("table.csv", content);
        place.detect_with(&place.write("good.csv", good_csv(2)), &[flag, &table]).ends_with(1);
        let said = place.descriptions("table_row_skipped");
        for part in parts {
            assert!(said.iter().any(|words| words.contains(part)), "{part}: {said:?}");
        }
    }
}

#[test]
fn weather_of_another_year_is_found() {
    let place = Place::new();
    let rows: String = (1..=28).map(|day| format!("2019-02-{day:02}T00:00:00Z,-5\n")).collect();
    let weather = place.table("weather.csv", &format!("start,temperature_c\n{rows}"));
    place.detect_with(&place.write("good.csv", good_csv(2)), &["--weather", &weather]).ends_with(1);
    let (words, severity) = place.finding("other_period");
    assert!(words.contains("2019-02-01 to 2019-02-28") && words.contains("2024-01-01"), "{words}");
    assert_eq!(severity, "skipped");
}

#[test]
fn meters_that_cannot_be_judged_are_said_one_by_one_up_to_a_number_and_counted_beyond() {
    let place = Place::new();
    let rows: String = (0..10_020).map(|meter| format!("m{meter:05},2024-01-01 00:00,0.5\n")).collect();
    let ran = place.detect(&place.write("many.csv", format!("{HEADER}{rows}"))).ends_with(1);
    let said = place.descriptions("too_short");
    assert_eq!(
        said.iter().filter(|words| words.contains("20 more meters, m10000 the first")).count(),
        2,
        "{}",
        said.len()
    );
    assert_eq!((said.len(), place.scored().len()), (20_002, 10_020));
    assert!(ran.stdout.contains("10 020  too_short"), "{}", ran.stdout);
}

#[test]
fn a_row_that_comes_more_often_than_a_day_can_count_is_one_interval() {
    let place = Place::new();
    let rows = "m0,2024-01-01 00:00,0.5\n".repeat(150_000);
    place.detect(&place.write("repeats.csv", format!("{HEADER}{rows}"))).ends_with(1);
    assert_eq!(place.digest_column("n_identical"), [("m0 2024-01-01".to_owned(), 65_535.0)]);
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_and_a_second_name_read_a_file_once() {
    use std::os::unix::fs::symlink;

    let place = Place::new();
    let good = place.write("deep/a.csv", good_csv(2));
    symlink(place.path("in"), place.path("in/deep/up")).unwrap();
    symlink(place.path("in/deep"), place.path("in/other")).unwrap();
    symlink(&good, place.path("in/again.csv")).unwrap();
    place.detect(&place.path("in")).ends_with(0);
    assert!(place.finding("same_file_again").0.contains("again.csv"));
    assert!(!place.has_finding("duplicate_identical"));
    let record: serde_json::Value =
        serde_json::from_slice(&std::fs::read(place.out().join("run.json")).unwrap()).unwrap();
    assert_eq!(record["counts"]["meter_days"].as_u64(), Some(2 * DAYS as u64), "{record}");
}

#[test]
fn numbers_of_settings_and_flags_have_bounds_that_the_message_names() {
    let place = Place::new();
    let good = place.write("good.csv", good_csv(1)).display().to_string();
    for (line, words) in [
        (format!("detect --readings {good} --threads 100000"), ["threads", "100000", "from 0 to 1024"]),
        (format!("check {good} --threads 100000"), ["threads", "100000", "from 0 to 1024"]),
        (
            format!("backtest --readings {good} --seeds 1000000000"),
            ["--seeds", "1000000000", "from 1 to 1000"],
        ),
        (format!("backtest --readings {good} --budget 0"), ["--budget", "0", "from 1 to 1000000"]),
        ("triage run tips.csv --out x --threads 99999".to_owned(), ["threads", "99999", "from 0 to 1024"]),
    ] {
        hashwatt_line(line).ends_with(2).complains_of(&words);
    }
    for (toml, words) in [
        ("[groups]\nmax_per_class = 1000000000", ["max_per_class", "1000000000", "from 1 to 64"]),
        ("[digest]\nmemory_mib = 4294967295", ["memory_mib", "4294967295", "from 16"]),
        ("[run]\nthreads = 100000", ["threads", "100000", "from 0 to 1024"]),
    ] {
        let pipeline = place.table("p.toml", &format!("{toml}\n[[readings]]\npath = \"{good}\"\n"));
        hashwatt(["detect", &pipeline]).ends_with(2).complains_of(&words);
    }
    for multiplier in ["1e308", "nan", "0.0"] {
        let pipeline =
            place.table("p.toml", &format!("[[readings]]\npath = \"{good}\"\nmultiplier = {multiplier}\n"));
        hashwatt(["detect", &pipeline]).ends_with(2).complains_of(&["good.csv", "multiplier = ", "10000000"]);
    }
}

/// An export whose pages have checksums, which no writer among the crates makes: by pyarrow, two meters,
/// twenty days of hours.
fn checksummed() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_data/page_checksums.parquet")
}

/// Digests an export; how it ended, and the energies of every meter-day.
#[track_caller]
fn digests_of(place: &Place, readings: &Path, more: &[&str]) -> (Ran, Vec<(String, f64)>) {
    let (readings, out) = (readings.display().to_string(), place.out().display().to_string());
    if place.out().exists() {
        std::fs::remove_dir_all(place.out()).unwrap();
    }
    let mut arguments = vec!["digest", "--readings", &readings, "--out", &out, "--threads", "1"];
    arguments.extend(more);
    let ran = hashwatt(arguments);
    let digests = if place.out().exists() { place.digests() } else { Vec::new() };
    (ran, digests)
}
