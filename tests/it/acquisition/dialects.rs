//! Reads one table in the dialects of many systems: right, or refused with the key that decides.

use super::*;

/// Hours of the canonical table.
const HOURS: usize = 24 * 6;

/// Energy of a meter's hour, with three decimals. [kWh]
fn kwh(meter: usize, hour: usize) -> f64 {
    ((meter * 37 + hour * 53) % 2900 + 211) as f64 / 1000.0
}

fn day_and_hour(hour: usize) -> (usize, usize) {
    (hour / 24 + 9, hour % 24)
}

/// Writes two meters' hours from 9 May 2023, with one line for each by `line(meter, day, hour, energy)`.
fn table(header: &str, line: impl Fn(&str, usize, usize, f64) -> String) -> String {
    let mut text = format!("{header}\n");
    for (meter, name) in ["QX-71", "QX-72"].into_iter().enumerate() {
        for at in 0..HOURS {
            let (day, hour) = day_and_hour(at);
            text.push_str(&line(name, day, hour, kwh(meter, at)));
            text.push('\n');
        }
    }
    text
}

fn comma(energy: f64) -> String {
    format!("{energy:.3}").replace('.', ",")
}

/// Asserts that the export holds the canonical table.
fn is_whole(export: &Export) {
    assert_eq!(export.rows.len(), 2 * HOURS, "{:#?}", export.findings);
    let mut rows = export.rows.clone();
    rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
    for (at, (name, start, value)) in rows.iter().enumerate() {
        let (meter, hour) = (at / HOURS, at % HOURS);
        let (day, of_day) = day_and_hour(hour);
        assert!(name.ends_with(["1", "2"][meter]), "{name}");
        // Ends are stamped in the last second of their interval.
        assert_eq!(start[..13], format!("2023-05-{day:02}T{of_day:02}"), "{name}");
        assert!((value - kwh(meter, hour)).abs() < 1e-9, "{name} {start}: {value}");
    }
}

fn bytes_are_read(content: impl AsRef<[u8]>) -> Export {
    let folder = Folder::new();
    let export = read(&stated(&folder.write("export.csv", content)), None).unwrap();
    is_whole(&export);
    export
}

fn refusal(content: &str) -> String {
    read_csv(content).err().expect("this export can be read in two ways").to_string()
}

#[test]
fn the_time_of_day_may_stand_in_a_column_of_its_own() {
    bytes_are_read(table(
        "Прибор учета;Дата;Время;Потребление, кВт*ч",
        |m, d, h, e| format!("{m};{d:02}.05.2023;{h:02}:00;{}", comma(e)),
    ));
    bytes_are_read(table("meter,date,HE,kwh", |m, d, h, e| format!("{m},2023-05-{d:02},{},{e:.3}", h + 1)));
    bytes_are_read(table("meter,date,hour,minute,kwh", |m, d, h, e| {
        format!("{m},2023-05-{d:02},{h},0,{e:.3}")
    }));
    bytes_are_read(table("Meter,Day,Clock reading,kwh", |m, d, h, e| {
        format!(
            "{m},2023-05-{d:02},{:02}:00 {},{e:.3}",
            (h + 11) % 12 + 1,
            if h < 12 { "a. m." } else { "p. m." }
        )
    }));
    bytes_are_read(table("meter,date,uhrzeit bis,kwh", |m, d, h, e| {
        format!("{m},2023-05-{d:02},{:02}:00,{e:.3}", h + 1)
    }));
}

#[test]
fn a_day_of_25_hours_is_counted_from_midnight() {
    let mut text = "meter,date,hour,kwh\n".to_owned();
    for day in 27..=31 {
        for hour in 1..=(if day == 30 { 25 } else { 24 }) {
            text.push_str(&format!("QX-71,2022-10-{day},{hour},0.{}\n", hour * 7 % 25 + 11));
        }
    }
    let folder = Folder::new();
    let export = read(&stated(&folder.write("e.csv", text)), Some("Europe/Rome")).unwrap();
    let mut starts = export.starts();
    starts.sort_unstable();
    starts.dedup();
    assert_eq!(starts.len(), 121, "no hour comes twice");
    assert_eq!((starts[0], starts[120]), ("2022-10-26T22:00:00", "2022-10-31T22:00:00"));
}

#[test]
fn numbers_are_read_by_the_marks_of_their_column() {
    let header = "id;at;watts";
    let watts = |e: f64| (e * 1000.0).round() as i64;
    let at = |d: usize, h: usize| format!("2023-05-{d:02} {h:02}:00");
    let grouped = |w: i64, mark: &str| {
        if w < 1000 { w.to_string() } else { format!("{}{mark}{:03}", w / 1000, w % 1000) }
    };
    for (mark, decimals) in [(".", ",0"), ("'", ""), (" ", ""), ("\u{a0}", "")] {
        bytes_are_read(table(header, |m, d, h, e| {
            format!("{m};{};{}{decimals}", at(d, h), grouped(watts(e), mark))
        }));
    }
    let ambiguous = table(header, |m, d, h, e| format!("{m};{};{}", at(d, h), grouped(watts(e), ".")));
    let seen = refusal(&ambiguous);
    assert!(seen.contains("decimal") && seen.contains("watts"), "{seen}");
    let folder = Folder::new();
    let decimal = Some(",".to_owned());
    let table = ReadingsTable { decimal, ..stated(&folder.write("export.csv", ambiguous)) };
    is_whole(&read(&table, None).unwrap());
}

#[test]
fn text_may_be_encoded_and_preceded_as_programs_write_it() {
    let text = table("Счётчик;Дата и время;кВт·ч", |m, d, h, e| {
        format!("{m};{d}.05.2023 {h:02}:00;{}", comma(e))
    });
    bytes_are_read(encoding_rs::WINDOWS_1251.encode(&text.replace('·', "*")).0);
    let wide: Vec<u8> = format!("\u{feff}sep=;\n{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let export = bytes_are_read(wide);
    assert_eq!(export.guess("encoding"), Some("UTF-16LE"));
    let export = bytes_are_read(format!("Отчет\nза май;2023\n\n{text}"));
    assert_eq!((export.guess("skip_lines"), export.source().mapping.skip_lines), (Some("3"), 3));
}

#[test]
fn months_may_have_names_and_days_may_be_numbers_of_a_spreadsheet() {
    bytes_are_read(table("meter;timestamp;kwh", |m, d, h, e| format!("{m};{d} мая 2023 {h:02}:00;{e:.3}")));
    // 9 May 2023 is day 45055.
    bytes_are_read(table("meter,timestamp,kwh", |m, d, h, e| {
        format!("{m},{:.10},{e:.3}", 45_046.0 + d as f64 + h as f64 / 24.0)
    }));
    let codes = table("meter,timestamp,kwh", |m, d, h, e| format!("{m},{},{e:.3}", 12_000 + d * 100 + h));
    assert!(refusal(&codes).contains("day code"));
}

#[test]
fn the_order_of_day_and_month_shows_in_how_days_follow() {
    bytes_are_read(table("meter,at,kwh", |m, d, h, e| format!("{m},05/{d:02}/2023 {h:02}:00,{e:.3}")));
    // One read a month is a row of days in the other order: no evidence, unless points tell.
    let monthly = |mark: &str| -> String {
        let rows = (1..=12).map(|month| format!("a,01{mark}{month:02}{mark}2022,{month}.5\n"));
        format!("meter,date,kwh\n{}", rows.collect::<String>())
    };
    assert!(refusal(&monthly("/")).contains("date_order"));
    let export = read_csv(&monthly(".")).unwrap();
    assert_eq!((export.guess("date_order"), export.starts()[11]), (Some("dmy"), "2022-12-01T00:00:00"));
}

/// Two channels of each meter, of which the second holds the canonical table.
fn two_channels(column: &str, other: &str, wanted: &str) -> String {
    table(&format!("meter,{column},at,kwh"), |m, d, h, e| {
        let at = format!("2023-05-{d:02} {h:02}:00");
        format!("{m},{other},{at},7.5\n{m},{wanted},{at},{e:.3}")
    })
}

#[test]
fn rows_of_several_channels_are_refused_until_one_is_named() {
    let text = two_channels("ch", "2", "1");
    let seen = refusal(&text);
    assert!(seen.contains("`ch`") && seen.contains("`1`") && seen.contains("where"), "{seen}");
    let folder = Folder::new();
    let only_rows = [("ch".to_owned(), Texts::One("1".to_owned()))].into();
    let table = ReadingsTable { only_rows, ..stated(&folder.write("export.csv", text)) };
    is_whole(&read(&table, None).unwrap());
}

#[test]
fn rows_of_active_import_are_kept_where_texts_say_which_they_are() {
    for (column, other, wanted) in [
        ("obis", "A-", "A+"),
        ("Richtung", "Einspeisung", "Bezug"),
        ("Вид", "отдача", "Приём"),
        ("unit", "kVArh", "kWh"),
    ] {
        let export = read_csv(&two_channels(column, other, wanted)).unwrap();
        is_whole(&export);
        assert!(export.guess("where").unwrap().contains(wanted), "{:?}", export.guess("where"));
    }
    // Day and night registers hold one hour each.
    let text = table("meter,register,at,kwh", |m, d, h, e| {
        let (at, tariff) = (format!("2023-05-{d:02} {h:02}:00"), if h < 7 { "nuit" } else { "jour" });
        format!("{m},Injection {tariff},{at},0\n{m},Soutirage {tariff},{at},{e:.3}")
    });
    let export = read_csv(&text).unwrap();
    is_whole(&export);
    assert_eq!(export.guess("where"), Some(r#"{ "register" = ["Soutirage jour", "Soutirage nuit"] }"#));
}

#[test]
fn the_unit_of_the_rows_that_are_kept_is_theirs() {
    let export =
        read_csv(&two_channels("Type", "Exported (kW)", "Imported (kW)").replace(",kwh\n", ",value\n"));
    let export = export.unwrap();
    assert_eq!((export.guess("unit"), export.quantities[0]), (None, Quantity::Demand));
}

#[test]
fn columns_of_tariffs_are_added_where_the_settings_say_so() {
    let text = table("meter,at,day_kwh,night_kwh,solar_kwh", |m, d, h, e| {
        format!("{m},2023-05-{d:02} {h:02}:00,{:.3},0.100,0.025", e - 0.075)
    });
    assert!(refusal(&text).contains("value_columns = [\"day_kwh\", \"night_kwh\"]"), "{}", refusal(&text));
    let folder = Folder::new();
    let path = folder.write("export.csv", &text);
    let columns = |names: &[&str], shape: &str| ReadingsTable {
        value_columns: Some(names.iter().map(|name| (*name).to_owned()).collect()),
        shape: Some(shape.to_owned()),
        ..stated(&path)
    };
    is_whole(&read(&columns(&["day_kwh", "night_kwh", "-solar_kwh"], "long"), None).unwrap());
    for (wrong, shape) in
        [(vec!["day_kwh", "day_kwh"], "long"), (vec!["day_kwh", "night"], "long"), (vec!["day_kwh"], "daily")]
    {
        let seen = read(&columns(&wrong, shape), None).err().unwrap().to_string();
        assert!(seen.contains("value_columns"), "{seen}");
    }
}

#[test]
fn a_level_without_a_unit_is_asked_about() {
    let text = table("meter,at,active_power", |m, d, h, e| {
        format!("{m},2023-05-{d:02} {h:02}:00,{:.0}", e * 1000.0)
    });
    let seen = refusal(&text);
    assert!(seen.contains("unit") && seen.contains("as kW") && seen.contains("as W"), "{seen}");
    let folder = Folder::new();
    let unit = Some("W".to_owned());
    is_whole(&read(&ReadingsTable { unit, ..stated(&folder.write("e.csv", text)) }, None).unwrap());
}

#[test]
fn a_counter_of_the_day_and_two_kinds_of_stamps_are_refused() {
    let day = table("meter,at,kwh", |m, d, h, _| format!("{m},2023-05-{d:02} {h:02}:00,{}.5", h * d));
    assert!(refusal(&day).contains("falls at midnight"));
    let mut both = table("meter,at,kwh", |m, d, h, e| format!("{m},2023-05-{d:02} {h:02}:00,{e}"));
    for at in 1..=HOURS {
        let (day, hour) = day_and_hour(at);
        both.push_str(&format!("QX-73,2023-05-{day:02} {hour:02}:00,0.4\n"));
    }
    assert!(refusal(&both).contains("stamp the start"));
    let late = table("meter,at,kwh", |m, d, h, e| format!("{m},2023-05-{d:02} {h:02}:00:07,{e}"));
    assert!(refusal(&late).contains("7 seconds off"));
}

#[test]
fn times_with_and_without_a_zone_are_refused_together() {
    let text = table("meter,at,kwh", |m, d, h, e| {
        format!("{m},2023-05-{d:02}T{h:02}:00:00{},{e}", if d < 11 { "Z" } else { "" })
    });
    assert!(refusal(&text).contains("with a zone"));
}

#[test]
fn a_meter_is_not_named_after_the_file_where_a_column_may_name_it() {
    let text = table("anlage,at,kwh", |m, d, h, e| format!("90{},2023-05-{d:02} {h:02}:00,{e}", &m[3..]));
    let seen = refusal(&text);
    assert!(seen.contains("`anlage`") && seen.contains("meter_column"), "{seen}");
    let mut numbered = "id,at,kwh\n".to_owned();
    (0..48).for_each(|row| {
        numbered.push_str(&format!("{row},2023-05-0{} {:02}:00,0.3\n", row / 24 + 1, row % 24))
    });
    assert!(refusal(&numbered).contains("numbers the rows"));
}

#[test]
fn ratios_flags_and_codes_mean_what_they_say() {
    let text = table("meter,at,kwh,ctratio,flag", |m, d, h, e| {
        format!("{m},2023-05-{d:02} {h:02}:00,{:.5},300/5,1", e / 60.0)
    });
    let folder = Folder::new();
    let export = read(&stated(&folder.write("e.csv", text)), None).unwrap();
    assert_eq!(export.guess("quality_column"), Some("none"));
    assert!((export.values()[0] - kwh(0, 0)).abs() < 1e-3);
    assert!(export.qualities.iter().all(|quality| *quality == Quality::Measured));
    let text = table("meter,at,kwh", |m, d, h, e| {
        format!("{m},2023-05-{d:02} {h:02}:00,{}", if h == 3 { "-9999".to_owned() } else { e.to_string() })
    });
    let export = read_csv(&text).unwrap();
    assert_eq!(export.rows.len(), 2 * (HOURS - 6));
    assert!(export.finding(Code::RowsSkipped).english().contains("no value"));
}

#[test]
fn json_numbers_have_a_decimal_point_whatever_stands_beside_them() {
    let folder = Folder::new();
    let text = table("", |m, d, h, e| {
        format!("{{\"meter\":\"{m}\",\"at\":\"2023-05-{d:02}T{h:02}:00\",\"kwh\":{e}}}")
    });
    let lines =
        text.trim_start().to_owned() + "{\"meter\":\"QX-79\",\"at\":\"2023-05-09T00:00\",\"kwh\":12}\n";
    let export = read(&stated(&folder.write("e.jsonl", lines)), None).unwrap();
    assert_eq!((export.rows.len(), export.values()[5]), (2 * HOURS + 1, kwh(0, 5)));
}

/// Writes hours with their starts and ends as local times of Berlin, across both changes of the clock. Ends lie
/// before the next start by some minutes.
fn with_both_ends(short_min: i64, end: impl Fn(usize, &str) -> String) -> String {
    let mut text = "meter,from,to,kwh\n".to_owned();
    for first in ["2023-03-25T00:00:00Z", "2023-10-28T00:00:00Z"] {
        let first: jiff::Timestamp = first.parse().unwrap();
        let local = |minutes: i64| {
            let time = (first + jiff::SignedDuration::from_mins(minutes)).in_tz("Europe/Berlin").unwrap();
            time.strftime("%Y-%m-%d %H:%M").to_string()
        };
        for at in 0..72_usize {
            let (from, to) = (local(60 * at as i64), local(60 * (at as i64 + 1) - short_min));
            text.push_str(&format!("QX-71,{from},{},{:.3}\n", end(at, &to), kwh(0, at)));
        }
    }
    text
}

fn read_ends(text: &str, with_start: bool) -> hashwatt::error::Result<Export> {
    let folder = Folder::new();
    let column = |name: &str| Some(name.to_owned());
    let table = ReadingsTable {
        time_column: column("from").filter(|_| with_start),
        end_time_column: column("to"),
        ..stated(&folder.write("e.csv", text))
    };
    read(&table, Some("Europe/Berlin"))
}

#[test]
fn a_column_of_ends_alone_or_beside_the_starts_gives_the_same_hours() {
    let text = with_both_ends(0, |_, to| to.to_owned());
    let (beside, alone) = (read_ends(&text, true).unwrap(), read_ends(&text, false).unwrap());
    assert_eq!((beside.rows.len(), alone.rows.len()), (144, 144));
    for (start, end) in beside.starts().iter().zip(alone.starts()) {
        assert_eq!(start[..13], end[..13], "both lie in one hour");
        assert!(start.ends_with(":00:00") && end.ends_with(":59:59"));
    }
    let block = |export: &Export| export.source().mapping.to_toml("e.csv");
    assert!(
        block(&beside).contains("end_time_column = \"to\"") && block(&beside).contains("stamp = \"start\"")
    );
    assert!(block(&alone).contains("time_column = \"to\"") && block(&alone).contains("stamp = \"end\""));
    let last_minute = with_both_ends(1, |_, to| to.to_owned());
    assert_eq!(read_ends(&last_minute, true).unwrap().rows, beside.rows);
}

#[test]
fn a_row_whose_end_is_no_interval_after_its_start_is_refused() {
    let backwards =
        with_both_ends(0, |at, to| if at == 4 { "2023-03-25 04:00".to_owned() } else { to.to_owned() });
    let seen = read_ends(&backwards, true).err().unwrap().to_string();
    let words = "row 5 of meter QX-71 begins at `2023-03-25 05:00` (`from`) and ends at `2023-03-25 04:00` (`to`), -60 min \
                 later; intervals of this meter last 60 min";
    assert!(seen.contains(words) && seen.contains("end_time_column"), "{seen}");
    let longer =
        with_both_ends(0, |at, to| if at == 7 { "2023-03-25 12:00".to_owned() } else { to.to_owned() });
    let seen = read_ends(&longer, true).err().unwrap().to_string();
    assert!(seen.contains("row 8") && seen.contains("240 min later"), "{seen}");
}

#[test]
fn a_row_far_down_the_file_is_refused_too() {
    let mut text = "meter,from,to,kwh\n".to_owned();
    let first: jiff::civil::DateTime = "2020-01-01T00:00".parse().unwrap();
    let at =
        |n: i64| (first + jiff::SignedDuration::from_mins(30 * n)).strftime("%Y-%m-%d %H:%M").to_string();
    let n = 40_000;
    for row in 0..n {
        let end = at(if row == n - 2 { row } else { row + 1 });
        text.push_str(&format!("QX-7,{},{end},0.3\n", at(row)));
    }
    let seen = read_ends(&text, true).err().unwrap().to_string();
    assert!(seen.contains("row 39999 ") && seen.contains(" 0 min later"), "{seen}");
}

#[test]
fn settings_of_ends_and_marks_that_contradict_each_other_are_refused() {
    let text = with_both_ends(0, |_, to| to.to_owned());
    let folder = Folder::new();
    let path = folder.write("e.csv", text);
    let key = |text: &str| Some(text.to_owned());
    let base = ReadingsTable { end_time_column: key("to"), ..stated(&path) };
    let both = ReadingsTable { time_column: key("from"), ..base.clone() };
    for (table, words) in [
        (ReadingsTable { stamp: key("start"), ..base.clone() }, "stamp = \"start\""),
        (ReadingsTable { stamp: key("end"), ..both.clone() }, "stamp = \"end\""),
        (ReadingsTable { time_column: key("to"), ..base }, "time_column and end_time_column are both `to`"),
        (ReadingsTable { decimal: key(","), thousands: key(","), ..both.clone() }, "are both \",\""),
        (ReadingsTable { thousands: key("_"), ..both }, "thousands = \"_\""),
    ] {
        let seen = read(&table, None).err().expect(words).to_string();
        assert!(seen.contains(words), "{seen}");
    }
}

#[test]
fn a_stated_mark_between_thousands_leaves_no_doubt() {
    let watts = |e: f64| (e * 1000.0).round() as i64;
    let grouped = |w: i64, mark: &str| {
        if w < 1000 { w.to_string() } else { format!("{}{mark}{:03}", w / 1000, w % 1000) }
    };
    let folder = Folder::new();
    let read_as = |thousands: &str, line: &dyn Fn(f64) -> String| {
        let text = table("id;at;watts", |m, d, h, e| format!("{m};2023-05-{d:02} {h:02}:00;{}", line(e)));
        let thousands = Some(thousands.to_owned());
        read(&ReadingsTable { thousands, ..stated(&folder.write("e.csv", text)) }, None)
    };
    for (mark, written) in [(".", "."), (",", ","), (" ", "\u{a0}"), ("'", "’")] {
        let export = read_as(mark, &|e| grouped(watts(e), written)).unwrap();
        is_whole(&export);
        assert_eq!(export.guess("decimal"), None, "{mark}");
        assert!(export.source().mapping.to_toml("e.csv").contains("thousands"));
    }
    // Three decimals are no thousands, though whole numbers stand beside them.
    let seen = read_as(",", &|e| format!("{e:.3}")).unwrap();
    assert!((seen.values()[0] * 1000.0 - kwh(0, 0)).abs() < 1e-9);
    let open = |e: f64| if watts(e) % 3 == 0 { "88".to_owned() } else { grouped(watts(e), ".") };
    assert!((read_as("none", &open).unwrap().values()[20] * 1000.0 - kwh(0, 20)).abs() < 1e-9);
    // What the stated mark does not explain is no number.
    let export = read_as("'", &|e| grouped(watts(e), " ")).unwrap();
    assert_eq!(export.finding(Code::RowsSkipped).data["n"], 2 * HOURS - export.rows.len());
}
