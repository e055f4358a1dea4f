//! Checks that long, wide, daily, dated and register exports come out as the same intervals.

use std::fmt::Write;

use super::*;

#[test]
fn a_long_table_with_known_names_needs_no_mapping() {
    let folder = Folder::new();
    let columns = vec![
        ("meter_id", texts(&["a", "a", "b"])),
        ("timestamp", times(&["2024-01-01T00:00", "2024-01-01T00:30", "2024-01-01T00:00"])),
        ("kwh", floats(&[0.5, 0.25, 3.0])),
    ];
    let export = read(&stated(&folder.parquet("export.parquet", columns)), None).unwrap();
    let expected = [
        ("a", "2024-01-01T00:00:00", 0.5),
        ("a", "2024-01-01T00:30:00", 0.25),
        ("b", "2024-01-01T00:00:00", 3.0),
    ];
    assert_eq!(export.rows, expected.map(|(m, t, v)| (m.to_owned(), t.to_owned(), v)));
    assert_eq!(export.quantities[0], Quantity::Energy);
    assert_eq!((export.report.rows, export.report.intervals), (3, 3));
    assert_eq!(export.source().rows, Some(3));
    assert!(export.findings.is_empty(), "{:?}", export.findings);
}

#[test]
fn row_groups_are_read_one_by_one_and_number_their_rows_through() {
    let folder = Folder::new();
    let columns = vec![
        ("meter_id", texts(&["a", "a", "b", "b", "b"])),
        (
            "timestamp",
            times(&[
                "2024-01-01T00:00",
                "2024-01-01T01:00",
                "2024-01-01T00:00",
                "2024-01-01T01:00",
                "2024-01-01T02:00",
            ]),
        ),
        ("kwh", floats(&[1.0, 2.0, 3.0, f64::NAN, 5.0])),
    ];
    let export = read(&stated(&folder.parquet_in_groups("export.parquet", columns, 2)), None).unwrap();
    assert_eq!(export.source().n_units(), 3);
    assert_eq!(export.values(), [1.0, 2.0, 3.0, 5.0]);
    let finding = export.finding(Code::RowsSkipped);
    assert!(
        finding.english().contains("NaN") && finding.english().contains("row 4"),
        "{}",
        finding.english()
    );
}

#[test]
fn the_london_export_needs_no_mapping() {
    let export = read_csv(
        "LCLid,stdorToU,DateTime,KWH/hh (per half hour) \n\
         MAC000002,Std,2012-10-12 00:30:00.0000000, 0.25 \n\
         MAC000002,Std,2012-10-12 01:00:00.0000000,Null\n",
    )
    .unwrap();
    assert_eq!(export.rows, [("MAC000002".to_owned(), "2012-10-12T00:30:00".to_owned(), 0.25)]);
    assert_eq!(export.report.missing(), 1);
    assert_eq!(export.guess("unit"), None);
}

#[test]
fn the_amazon_export_keeps_interval_data_only() {
    let export = read_csv(
        "meter_id,reading_value,reading_type,reading_date_time\n\
         7,0.5,INT,2024-01-01 00:00:00\n7,90.5,AGG,2024-01-01 00:00:00\n7,0.25,INT,2024-01-01 00:15:00\n",
    )
    .unwrap();
    assert_eq!(export.values(), [0.5, 0.25]);
    assert_eq!(export.meters(), ["7", "7"]);
    assert_eq!(export.guess("unit"), Some("kWh"));
}

#[test]
fn a_wide_table_has_a_column_a_meter() {
    let folder = Folder::new();
    let columns = vec![
        ("time", times(&["2024-01-01T00:00", "2024-01-01T01:00"])),
        ("house 1", floats(&[0.5, 0.75])),
        ("house 2", Arc::new(Float64Array::from(vec![Some(2.0), None])) as ArrayRef),
        ("house 3", floats(&[3.0, f64::INFINITY])),
    ];
    let export = read(&stated(&folder.parquet("wide.parquet", columns)), None).unwrap();
    assert_eq!(export.guess("shape"), Some("wide"));
    assert_eq!(export.meters(), ["house 1", "house 1", "house 2", "house 3"]);
    assert_eq!(export.values(), [0.5, 0.75, 2.0, 3.0]);
    assert_eq!(export.report.missing(), 1);
    let finding = export.findings.iter().find(|f| f.english().contains("infinite")).unwrap();
    assert!(finding.english().contains("house 3") && finding.english().contains("row 2"), "{finding:?}");
}

#[test]
fn a_wide_table_in_watts_is_demand() {
    let folder = Folder::new();
    let path = folder.write("wide.csv", "DateTime;a;b;c\n01.02.2024 00:00;1500;0;200,5\n");
    let table = ReadingsTable { unit: Some("W".to_owned()), shape: Some("wide".to_owned()), ..stated(&path) };
    let export = read(&table, None).unwrap();
    assert_eq!(export.values(), [1.5, 0.0, 0.2005]);
    assert_eq!(export.quantities[0], Quantity::Demand);
    assert_eq!(export.starts()[0], "2024-02-01T00:00:00");
}

fn daily_csv(n_columns: usize, name: impl Fn(usize) -> String, days: &[&str]) -> String {
    let mut text = "ID,date".to_owned();
    (0..n_columns).for_each(|i| write!(text, ",{}", name(i)).unwrap());
    for day in days {
        write!(text, "\nm1,{day}").unwrap();
        (0..n_columns).for_each(|i| write!(text, ",{}", i + 1).unwrap());
    }
    text
}

#[test]
fn daily_rows_are_told_by_their_interval_columns() {
    for (n, step_s) in [(24, 3600), (48, 1800), (96, 900), (288, 300)] {
        let forms: [&dyn Fn(usize) -> String; 3] =
            [&|i| format!("hh_{i}"), &|i| format!("V{}", i + 1), &|i| {
                format!("{:02}:{:02}", i * step_s / 3600, i * step_s / 60 % 60)
            }];
        for form in forms {
            let folder = Folder::new();
            let path = folder.write("daily.csv", daily_csv(n, form, &["2024-01-01"]));
            let table = ReadingsTable { unit: Some("kWh".to_owned()), ..stated(&path) };
            let export = read(&table, None).unwrap();
            assert_eq!(export.source().mapping.layout.shape(), "daily");
            assert_eq!(export.rows.len(), n);
            assert_eq!(export.values(), (1..=n).map(|i| i as f64).collect::<Vec<_>>());
            let last = 86_400 - step_s;
            let expected = format!("2024-01-01T{:02}:{:02}:00", last / 3600, last / 60 % 60);
            assert_eq!(export.starts()[n - 1], expected);
        }
    }
}

#[test]
fn daily_rows_follow_the_clock_of_their_zone() {
    let folder = Folder::new();
    let days = ["2013-03-31", "2013-10-27", "2013-12-01"];
    let text = daily_csv(24, |i| format!("h{i}"), &days).replace("m1,2013-03-31,1,2,", "m1,2013-03-31,1,0,");
    let export = read(&stated(&folder.write("daily.csv", text)), Some("Europe/London")).unwrap();
    let starts = export.starts();
    // Spring: the column of the hour that did not occur is zero and is left out.
    assert_eq!(export.rows.len(), 23 + 24 + 24);
    assert_eq!(&starts[..3], ["2013-03-31T00:00:00", "2013-03-31T01:00:00", "2013-03-31T02:00:00"]);
    assert_eq!(&export.values()[..3], [1.0, 3.0, 4.0]);
    assert_eq!(
        (starts[23], starts[25]),
        ("2013-10-26T23:00:00", "2013-10-27T02:00:00").min((starts[23], starts[25]))
    );
    assert_eq!(starts[47], "2013-12-01T00:00:00");
}

#[test]
fn daily_rows_of_fifty_half_hours_count_from_midnight() {
    let folder = Folder::new();
    let text = daily_csv(50, |i| format!("HH{:02}", i + 1), &["2013-03-31", "2013-10-27", "2013-12-01"]);
    let path = folder.write("daily.csv", text);
    let table = ReadingsTable { unit: Some("kWh".to_owned()), ..stated(&path) };
    let export = read(&table, Some("Europe/London")).unwrap();
    assert_eq!(export.rows.len(), 46 + 50 + 48);
    let starts = export.starts();
    assert_eq!((starts[45], starts[46]), ("2013-03-31T22:30:00", "2013-10-26T23:00:00"));
    assert_eq!((starts[95], starts[96]), ("2013-10-27T23:30:00", "2013-12-01T00:00:00"));
}

#[test]
fn one_row_a_day_with_one_value_is_a_long_table() {
    let export = read_csv("meter_id,date,kwh\na,2024-01-01,12.5\na,2024-01-02,13.5\n").unwrap();
    assert_eq!(export.source().mapping.layout.shape(), "long");
    assert_eq!(export.starts(), ["2024-01-01T00:00:00", "2024-01-02T00:00:00"]);
}

#[test]
fn the_chinese_state_grid_export_has_a_column_a_day() {
    let folder = Folder::new();
    let text = "CONS_NO,FLAG,2014/1/1,2014/1/2,2014/1/10\nA1,1,2.9,,3.5\nB2,0,1,2,x\n";
    let export = read(&stated(&folder.write("sgcc.csv", text)), Some("Asia/Shanghai")).unwrap();
    assert_eq!(export.source().mapping.layout.shape(), "dates");
    let mut rows = export.rows.clone();
    rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let expected = [
        ("A1", "2013-12-31T16:00:00", 2.9),
        ("A1", "2014-01-09T16:00:00", 3.5),
        ("B2", "2013-12-31T16:00:00", 1.0),
        ("B2", "2014-01-01T16:00:00", 2.0),
    ];
    assert_eq!(rows, expected.map(|(m, t, v)| (m.to_owned(), t.to_owned(), v)));
    assert_eq!(export.report.missing(), 1);
    assert!(export.findings.iter().any(|f| f.english().contains("2014/1/10 = x")));
}

fn register_csv(name: &str) -> String {
    let mut text = format!("meter_id,timestamp,{name}\n");
    for i in 0..48 {
        writeln!(text, "a,2024-01-{:02} {:02}:00,{}", 1 + i / 24, i % 24, 5000.0 + f64::from(i) * 0.25)
            .unwrap();
    }
    text
}

#[test]
fn a_counter_is_told_by_its_name_or_by_how_it_rises() {
    for name in ["register_kwh", "kwh"] {
        let export = read_csv(&register_csv(name)).unwrap();
        assert_eq!(export.guess("shape"), Some("register"), "{name}");
        assert_eq!(export.quantities[0], Quantity::RegisterRead);
        assert_eq!(export.values()[1], 5000.25);
    }
}

#[test]
fn multipliers_apply_to_register_reads() {
    let folder = Folder::new();
    let path = folder.write(
        "r.csv",
        "meter_id,timestamp,read,ct_ratio\na,2024-01-01 00:00,100,40\na,2024-01-01 01:00,101,\n",
    );
    let table = ReadingsTable {
        shape: Some("register".to_owned()),
        value_column: Some("read".to_owned()),
        multiplier: Some(2.0),
        unit: Some("Wh".to_owned()),
        ..stated(&path)
    };
    let export = read(&table, None).unwrap();
    assert_eq!(export.values(), [8.0]);
    assert_eq!(export.report.missing(), 1);
}

#[test]
fn a_mapping_printed_for_one_export_reads_it_again() {
    let folder = Folder::new();
    let path = folder.write(
        "e.csv",
        "house,when,consumption kWh,note\na,01/02/2024 00:30,0.5,x\na,13/02/2024 00:30,0.75,y\n",
    );
    let table = ReadingsTable { meter_column: Some("house".to_owned()), ..stated(&path) };
    let first = read(&table, None).unwrap();
    let text = first.source().mapping.to_toml(&first.source().path);
    let file: hashwatt::settings::PipelineFile = toml::from_str(&text).unwrap();
    let second = read(&file.readings[0], None).unwrap();
    assert_eq!(first.rows, second.rows);
    assert_eq!(second.guess("time_column"), None);
    assert_eq!(first.starts(), ["2024-02-01T00:30:00", "2024-02-13T00:30:00"]);
}

#[test]
fn a_file_without_a_meter_column_is_one_meter_named_like_the_file() {
    let folder = Folder::new();
    let path = folder.write("substation-12.csv", "timestamp,kw\n2024-01-01 00:00,150\n");
    let export = read(&stated(&path), None).unwrap();
    assert_eq!(export.meters(), ["substation-12"]);
    assert_eq!(export.quantities[0], Quantity::Demand);
    assert_eq!(export.guess("meter_column"), Some("none"));
}

#[test]
fn the_time_of_day_may_have_a_column_of_its_own() {
    let export = read_csv("meter_id,date,time,kwh\na,31/01/2024,00:30:00,1\na,31/01/2024,24:00,2\n").unwrap();
    assert_eq!(export.starts(), ["2024-01-31T00:30:00", "2024-02-01T00:00:00"]);
    let mut text = "meter_id,date,period,kwh\n".to_owned();
    (1..=48).for_each(|period| writeln!(text, "a,2024-01-31,{period},{}", period % 5).unwrap());
    let export = read_csv(&text).unwrap();
    assert_eq!((export.starts()[0], export.starts()[47]), ("2024-01-31T00:00:00", "2024-01-31T23:30:00"));
    assert_eq!(export.guess("time_of_day_column"), Some("period"));
}
