//! Checks local time: changes of the clock, zones that moved, and stamps at the end.

use super::*;

fn long(locals: &[&str]) -> (Folder, PathBuf) {
    let folder = Folder::new();
    let mut text = "meter_id,timestamp,kwh\n".to_owned();
    locals.iter().enumerate().for_each(|(i, local)| text.push_str(&format!("a,{local},{i}\n")));
    let path = folder.write("export.csv", text);
    (folder, path)
}

#[test]
fn a_naive_export_over_the_autumn_change_keeps_every_hour() {
    let (_folder, path) =
        long(&["2013-10-27 00:00", "2013-10-27 01:00", "2013-10-27 01:00", "2013-10-27 02:00"]);
    let export = read(&stated(&path), Some("Europe/London")).unwrap();
    let expected =
        ["2013-10-26T23:00:00", "2013-10-27T00:00:00", "2013-10-27T01:00:00", "2013-10-27T02:00:00"];
    assert_eq!(export.starts(), expected);
    assert_eq!(export.report.nonexistent.n, 0);
}

#[test]
fn a_clock_that_does_not_change_in_spring_is_found() {
    let (_folder, path) =
        long(&["2013-03-31 00:30", "2013-03-31 01:00", "2013-03-31 01:30", "2013-03-31 02:00"]);
    let export = read(&stated(&path), Some("Europe/London")).unwrap();
    assert_eq!(export.rows.len(), 4);
    let finding = export.finding(Code::NoClockChange);
    assert!(finding.english().contains("2013-03-31 01:00"), "{}", finding.english());
    assert!(finding.english().contains("clock = \"standard\""), "{}", finding.english());

    let standard = ReadingsTable { clock: Some("standard".to_owned()), ..stated(&path) };
    let export = read(&standard, Some("Europe/London")).unwrap();
    assert_eq!(export.starts()[2], "2013-03-31T01:30:00");
    assert!(export.findings.iter().all(|finding| finding.code != Code::NoClockChange));
}

#[test]
fn almaty_is_read_on_both_sides_of_its_move() {
    let locals = ["2024-02-29 22:00", "2024-02-29 23:00", "2024-02-29 23:00", "2024-03-01 00:00"];
    let (_folder, path) = long(&locals);
    let export = read(&stated(&path), Some("Asia/Almaty")).unwrap();
    let expected =
        ["2024-02-29T16:00:00", "2024-02-29T17:00:00", "2024-02-29T18:00:00", "2024-02-29T19:00:00"];
    assert_eq!(export.starts(), expected);
}

#[test]
fn end_stamps_fall_into_the_interval_before() {
    let (_folder, path) = long(&["2024-01-01 00:30", "2024-01-01 01:00"]);
    let table = ReadingsTable { stamp: Some("end".to_owned()), ..stated(&path) };
    let export = read(&table, Some("Asia/Almaty")).unwrap();
    assert_eq!(export.starts(), ["2023-12-31T18:29:59", "2023-12-31T18:59:59"]);
}

#[test]
fn series_from_half_past_midnight_to_midnight_are_end_stamped() {
    let locals: Vec<String> = (1..=96)
        .map(|half| format!("2024-01-{:02} {:02}:{:02}", 1 + half / 48, half / 2 % 24, half % 2 * 30))
        .collect();
    let locals: Vec<&str> = locals.iter().map(String::as_str).collect();
    let folder = Folder::new();
    let values: Vec<f64> = (0..96).map(|i| f64::from(i % 5)).collect();
    let columns = vec![
        ("meter_id", texts(&["a"; 96])),
        (
            "timestamp",
            times(
                &locals
                    .iter()
                    .map(|l| l.replace(' ', "T"))
                    .collect::<Vec<_>>()
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>(),
            ),
        ),
        ("kwh", floats(&values)),
    ];
    let export = read(&stated(&folder.parquet("export.parquet", columns)), None).unwrap();
    assert_eq!(export.guess("stamp"), Some("end"));
    assert_eq!(export.starts()[0], "2024-01-01T00:29:59");
}

#[test]
fn an_instant_needs_no_zone_and_is_not_moved_by_one() {
    let (_folder, path) = long(&["2024-01-01T00:00:00Z", "2024-01-01T06:00:00+06:00"]);
    let export = read(&stated(&path), Some("Asia/Almaty")).unwrap();
    assert_eq!(export.starts(), ["2024-01-01T00:00:00", "2024-01-01T00:00:00"]);
}

#[test]
fn a_local_clock_without_a_zone_is_an_error_with_the_cure() {
    let (_folder, path) = long(&["2024-01-01 00:00"]);
    let table = ReadingsTable { clock: Some("standard".to_owned()), ..stated(&path) };
    let error = read(&table, None).err().unwrap().to_string();
    assert!(error.contains("standard") && error.contains("--timezone"), "{error}");
}

#[test]
fn day_and_month_are_told_from_the_rows_or_from_the_settings() {
    let (_folder, path) = long(&["01/02/2013 00:30", "02/13/2013 00:30"]);
    let export = read(&stated(&path), None).unwrap();
    assert_eq!(export.starts(), ["2013-01-02T00:30:00", "2013-02-13T00:30:00"]);

    let (_folder, path) = long(&["01/02/2013 00:30"]);
    let error = read(&stated(&path), None).map(|export| export.rows).unwrap_err().to_string();
    assert!(error.contains("date_order") && error.contains("01/02/2013 00:30"), "{error}");
    let table = ReadingsTable { date_order: Some("mdy".to_owned()), ..stated(&path) };
    assert_eq!(read(&table, None).unwrap().starts(), ["2013-01-02T00:30:00"]);
}

#[test]
fn an_end_stamp_shows_in_the_span_of_a_file_sorted_by_time() {
    let folder = Folder::new();
    let n_meters = 400;
    let (mut meters, mut stamps, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for half in 1..=96 {
        let stamp = format!("2024-01-{:02}T{:02}:{:02}", 1 + half / 48, half / 2 % 24, half % 2 * 30);
        for meter in 0..n_meters {
            meters.push(format!("m{meter}"));
            stamps.push(micros(&stamp));
            values.push(f64::from((half * 7 + meter) % 5));
        }
    }
    let meters: Vec<&str> = meters.iter().map(String::as_str).collect();
    let columns = vec![
        ("meter_id", texts(&meters)),
        ("timestamp", Arc::new(TimestampMicrosecondArray::from(stamps)) as ArrayRef),
        ("kwh", floats(&values)),
    ];
    let path = folder.parquet("export.parquet", columns);
    let opened = open_sources(&[stated(&path)], None).unwrap();
    let guesses = &opened.sources[0].mapping.guesses;
    assert!(guesses.iter().any(|guess| guess.key == "stamp" && guess.value == "end"), "{guesses:?}");
}
