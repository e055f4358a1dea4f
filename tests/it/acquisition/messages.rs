//! Checks messages 80020 and 80040: what is taken, what writers do otherwise, and what is broken.

use std::fmt::Write;

use super::*;

/// A channel of 48 half-hours with these values; `change` edits a period.
fn channel(code: &str, values: impl Fn(usize) -> String) -> String {
    let mut text = format!("<measuringchannel code=\"{code}\" desc=\"Активный прием\">");
    for at in 0..48 {
        let (start, end) = (at * 30, (at + 1) * 30 % 1440);
        let clock = |minutes: usize| format!("{:02}{:02}", minutes / 60, minutes % 60);
        let (start, end) = (clock(start), clock(end));
        write!(text, "<period start=\"{start}\" end=\"{end}\"><value>{}</value></period>", values(at))
            .unwrap();
    }
    text + "</measuringchannel>"
}

fn usual(code: &str) -> String {
    channel(code, |at| (5 + at % 7).to_string())
}

fn point(code: &str, channels: &str) -> String {
    format!("<measuringpoint code=\"{code}\" name=\"ТП-1 ввод\">{channels}</measuringpoint>")
}

fn message(points: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"windows-1251\"?>\n<message class=\"80020\" version=\"2\" number=\"7\">\
         <datetime><timestamp>20240202003000</timestamp><daylightsavingtime>1</daylightsavingtime>\
         <day>20240201</day></datetime><sender><inn>7700000000</inn><name>АО Сети</name></sender>\
         <area timezone=\"1\"><inn>7700000000</inn><name>Сети</name>{points}</area></message>"
    )
}

fn in_1251(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1251.encode(text).0.into_owned()
}

fn read_message(text: &str) -> hashwatt::error::Result<Export> {
    let folder = Folder::new();
    let path = folder.write("80020.xml", in_1251(text));
    read(&stated(&path), Some("Europe/Moscow"))
}

fn error(text: &str) -> String {
    let error = read_message(text).err().expect("this message cannot be read").to_string();
    assert!(error.contains("80020.xml"), "the file is not named: {error}");
    error
}

#[test]
fn active_import_of_measuring_points_is_taken_in_the_zone_of_the_run() {
    let text = message(
        &(point("01001", &(usual("01") + &usual("02") + &usual("03"))) + &point("01002", &usual("01"))),
    );
    let export = read_message(&text).unwrap();
    assert_eq!(export.rows.len(), 96);
    assert_eq!(export.rows[0], ("01001".to_owned(), "2024-01-31T21:00:00".to_owned(), 5.0));
    assert_eq!(export.rows[95], ("01002".to_owned(), "2024-02-01T20:30:00".to_owned(), 10.0));
    assert_eq!(export.guess("channel"), Some("active import (01), without 02, 03"));
    assert_eq!(export.guess("unit"), Some("kWh"));
    assert_eq!(export.guess("time zone"), None, "Moscow is what timezone 1 says");
}

#[test]
fn another_zone_than_the_area_states_is_said() {
    let folder = Folder::new();
    let path = folder.write("80020.xml", in_1251(&message(&point("1", &usual("01")))));
    let export = read(&stated(&path), Some("Asia/Almaty")).unwrap();
    assert_eq!(export.guess("time zone"), Some("the run's, Asia/Almaty"));
    assert_eq!(export.starts()[0], "2024-01-31T18:00:00");
    let export = read(&stated(&path), None).unwrap();
    assert_eq!(export.guess("time zone"), Some("UTC, for want of --timezone"));
}

#[test]
fn the_unit_can_be_stated_and_a_level_of_no_home_is_asked_about() {
    let large = message(&point("1", &channel("01", |at| (5000 + at).to_string())));
    let text = error(&large);
    assert!(text.contains("kWh") && text.contains("unit"), "{text}");
    let folder = Folder::new();
    let path = folder.write("80020.xml", in_1251(&large));
    let table = ReadingsTable { unit: Some("Wh".to_owned()), ..stated(&path) };
    assert_eq!(read(&table, None).unwrap().values()[0], 5.0);
}

#[test]
fn what_writers_do_otherwise_reads_alike() {
    let plain = read_message(&message(&point("1", &usual("01")))).unwrap().rows;
    let text = message(&point("1", &usual("1")));
    let cases = [
        ("capitals", text.replace("period", "Period").replace("value", "VALUE").replace("<day>", "<Day>").replace("</day>", "</Day>")),
        ("a prefix", text.replace("<message ", "<a:message xmlns:a=\"u\" ").replace("</message>", "</a:message>")),
        ("another order", text.replace("<day>20240201</day>", "").replace("<timestamp>", "<day>20240201</day><timestamp>")),
        ("decimals", text.replace("<value>5<", "<value> 5,000 <")),
        ("a status", text.replace("<value>5<", "<value status=\"0\">5<")),
        ("midnight as 2400", text.replace("end=\"0000\"", "end=\"2400\"")),
        ("clock times", text.replace("start=\"0030\"", "start=\"00:30\"")),
        ("comments", text.replace("<period start=\"0100\"", "<!-- 1 --><period start=\"0100\"")),
        ("utf-16", text.clone()),
        ("siblings", text.replace("</area>", "<deliverygroup code=\"9\"><deliverychannel code=\"01\"><period start=\"0000\" end=\"0100\"><value>999</value></period></deliverychannel></deliverygroup><peretok><x/></peretok></area>")),
    ];
    for (name, text) in cases {
        let folder = Folder::new();
        let bytes = match name {
            "utf-16" => text
                .encode_utf16()
                .fold(vec![0xff, 0xfe], |all, unit| [all, unit.to_le_bytes().to_vec()].concat()),
            _ => in_1251(&text),
        };
        let path = folder.write("80020.xml", bytes);
        let export =
            read(&stated(&path), Some("Europe/Moscow")).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(export.rows, plain, "{name}");
        assert_eq!(export.report.skipped.len(), 0, "{name}: {:?}", export.report.skipped);
    }
}

#[test]
fn sums_beside_the_points_are_left_out_and_named() {
    let sums =
        "<accountpoint code=\"5\"></accountpoint><deliverypoint code=\"6\"/><deliverygroup/><peretok/>";
    let export = read_message(&message(&(point("1", &usual("01")) + sums))).unwrap();
    assert_eq!(
        export.guess("meter"),
        Some("measuringpoint, without accountpoint, deliverygroup, deliverypoint, peretok")
    );
    assert_eq!(export.rows.len(), 48);
}

#[test]
fn a_message_80040_without_measuring_points_gives_its_account_points() {
    let text = message(&point("1", &usual("01")))
        .replace("80020\"", "80040\"")
        .replace("measuringpoint", "accountpoint");
    let export = read_message(&text).unwrap();
    assert_eq!(export.rows.len(), 48);
    assert_eq!(export.guess("meter"), Some("accountpoint"));
    let none = error(&message(""));
    assert!(none.contains("without measuring points"), "{none}");
}

#[test]
fn statuses_and_empty_values_are_estimates_and_gaps() {
    let text = message(&point("1", &usual("01")))
        .replacen("<value>6</value>", "<value status=\"1\">6</value>", 1)
        .replacen("<value>7</value>", "<value status=\"1\"></value>", 1)
        .replacen("<value>8</value>", "", 1)
        .replacen("<value>9</value>", "<value status=\"7\">9</value>", 1);
    let export = read_message(&text).unwrap();
    assert_eq!((export.rows.len(), export.report.estimated, export.report.missing()), (46, 1, 2));
    assert!(export.findings.iter().any(|finding| finding.english().contains("are not known: 7")));
}

#[test]
fn zeros_amid_a_load_that_never_rests_are_a_gap_with_a_finding() {
    let text = message(&point(
        "0042",
        &channel("01", |at| if at == 20 { "0".to_owned() } else { (40 + at % 5).to_string() }),
    ));
    let folder = Folder::new();
    let path = folder.write("80020.xml", in_1251(&text));
    let export = read(&ReadingsTable { unit: Some("kWh".to_owned()), ..stated(&path) }, None).unwrap();
    assert_eq!(export.rows.len(), 47);
    let finding = export.finding(Code::RowsSkipped);
    assert!(
        finding.english().contains("row 21 (`measuringpoint 0042: period 1000 is 0`)"),
        "{}",
        finding.english()
    );
}

#[test]
fn broken_days_are_named_with_point_and_period() {
    let good = message(&point("77", &usual("01")));
    let first = "<period start=\"0000\" end=\"0030\"><value>5</value></period>";
    let cases = [
        (good.replacen(first, "", 1), "77: 47 of 48 periods, none at 0000", 47),
        (good.replacen("start=\"0000\"", "start=\"9900\"", 1), "77: a period with start `9900`", 47),
        (
            good.replacen("start=\"0000\" end=\"0030\"", "start=\"0000\" end=\"0100\"", 1),
            "77: period 0000 to 0100 among periods of 30 min",
            47,
        ),
        (good.replacen("<value>5</value>", "<value>н/д</value>", 1), "77: period 0000 holds `н/д`", 47),
        (
            good.replacen("<value>5</value>", "<value>5</value><value>6</value>", 1),
            "77: period 0000 holds `two values`",
            47,
        ),
        (good.replacen(first, &first.repeat(2), 1), "77: period 0000 comes again", 48),
        (message(&(point("77", &usual("01")) + &point("77", &usual("01")))), "77 comes again", 48),
        (message(&(point("", &usual("01")) + &point("77", &usual("01")))), "measuringpoint without code", 48),
    ];
    for (text, seen, n) in cases {
        let export = read_message(&text).unwrap();
        assert_eq!(export.rows.len(), n, "{seen}");
        let finding = export.finding(Code::RowsSkipped);
        assert!(
            finding.english().contains(seen) && finding.english().contains("row "),
            "{}",
            finding.english()
        );
    }
}

#[test]
fn periods_out_of_order_are_read_by_their_start() {
    let text = message(&point("1", &usual("01")));
    let pair = [
        "<period start=\"0000\" end=\"0030\"><value>5</value></period>",
        "<period start=\"0030\" end=\"0100\"><value>6</value></period>",
    ];
    let swapped = text.replacen(&pair.concat(), &[pair[1], pair[0]].concat(), 1);
    assert_ne!(text, swapped);
    let export = read_message(&swapped).unwrap();
    assert_eq!(export.rows, read_message(&text).unwrap().rows);
    assert_eq!(export.guess("period"), Some("in the order of their start"));
}

#[test]
fn days_of_a_clock_change_keep_every_hour() {
    let autumn = |is_marked: bool| {
        let summer = |flag: u8| if is_marked { format!(" summer=\"{flag}\"") } else { String::new() };
        let twice = |flag: u8, value: u8| {
            let part = |start: &str, end: &str| {
                format!(
                    "<period start=\"{start}\" end=\"{end}\"{}><value>{value}</value></period>",
                    summer(flag)
                )
            };
            part("0200", "0230") + &part("0230", "0300")
        };
        let text = message(&point("1", &channel("01", |_| "3".to_owned())))
            .replace("20240201</day>", "20101031</day>");
        let [first, second] = [
            "<period start=\"0200\" end=\"0230\"><value>3</value></period>",
            "<period start=\"0230\" end=\"0300\"><value>3</value></period>",
        ];
        let both = if is_marked { twice(0, 8) + &twice(1, 7) } else { twice(1, 7) + &twice(0, 8) };
        text.replacen(&(first.to_owned() + second), &both, 1)
    };
    for is_marked in [true, false] {
        let export = read_message(&autumn(is_marked)).unwrap();
        assert_eq!(export.rows.len(), 50);
        let starts: std::collections::BTreeSet<&str> = export.starts().into_iter().collect();
        assert_eq!((starts.len(), *starts.first().unwrap()), (50, "2010-10-30T20:00:00"));
        assert_eq!(export.values()[3..9], [3.0, 7.0, 7.0, 8.0, 8.0, 3.0], "summer time first");
    }
    let spring = message(&point("1", &usual("01"))).replace("20240201</day>", "20100328</day>");
    let mut short = spring.clone();
    for start in ["0200", "0230"] {
        let from = short.find(&format!("<period start=\"{start}\"")).unwrap();
        let to = from + short[from..].find("</period>").unwrap() + "</period>".len();
        short.replace_range(from..to, "");
    }
    let export = read_message(&short).unwrap();
    assert_eq!((export.rows.len(), export.report.nonexistent.n), (46, 0));
    assert_eq!(export.starts()[45], "2010-03-28T19:30:00");
    // Clocks that do not change in summer write 48.
    assert_eq!(read_message(&spring).unwrap().report.nonexistent.n, 2);
}

#[test]
fn a_file_that_is_cut_gives_what_came_before_and_says_where() {
    let text = message(&(point("1", &usual("01")) + &point("2", &usual("01"))));
    for cut in [text.find("code=\"2\"").unwrap() + 600, text.len() - 20] {
        let export = read_message(&text[..cut]).unwrap();
        assert!(export.rows.len() >= 48);
        let finding = export.finding(Code::FilePartlyRead);
        assert!(finding.english().contains("cut off"), "{}", finding.english());
    }
    for cut in (1..400).step_by(7).filter(|cut| text.is_char_boundary(*cut)) {
        let _ = error(&text[..cut]);
    }
}

#[test]
fn other_messages_and_other_xml_are_refused_by_name() {
    let good = message(&point("1", &usual("01")));
    let cases = [
        (good.replace("class=\"80020\"", "class=\"80030\""), "class `80030`"),
        (good.replace(" class=\"80020\"", ""), "class ``"),
        ("<html><body>Вход</body></html>".to_owned(), "web page"),
        ("<?xml version=\"1.0\"?><Invoice/>".to_owned(), "<invoice>"),
        ("<feed><entry/></feed>".to_owned(), "without Green Button"),
        (good.replace("<day>20240201</day>", "<day>20240231</day>"), "`20240231`"),
        (good.replace("<day>20240201</day>", ""), "no <day>"),
        (message(&point("1", &usual("02"))), "02"),
        (good.replace("</measuringchannel>", "</channel>"), "broken after byte"),
    ];
    for (text, seen) in cases {
        let said = error(&text);
        assert!(said.contains(seen), "{seen}: {said}");
    }
}

#[test]
fn areas_in_two_time_zones_are_not_read_in_one() {
    let one = message(&point("1", &usual("01")));
    let other = one.replace("code=\"1\"", "code=\"2\"").replace("timezone=\"1\"", "timezone=\"3\"");
    let second = other[other.find("<area").unwrap()..].replace("</message>", "");
    let both = one.replace("</message>", &(second + "</message>"));
    let export = read_message(&both).unwrap();
    assert_eq!(export.rows.len(), 48);
    assert!(export.finding(Code::FilePartlyRead).english().contains("timezone 3 after one with timezone 1"));
    let folder = Folder::new();
    folder.write("a.xml", in_1251(&one));
    folder.write("b.xml", in_1251(&other));
    let export = read(&stated(folder.0.path()), Some("Europe/Moscow")).unwrap();
    assert_eq!(export.rows.len(), 48);
    let finding = export.finding(Code::FileSkipped);
    assert!(
        finding.english().contains("b.xml") && finding.english().contains("timezone"),
        "{}",
        finding.english()
    );
}

#[test]
fn an_encoding_that_is_not_what_the_file_says_is_found() {
    let text = message(&point("ТП-5", &usual("01")));
    let folder = Folder::new();
    for (bytes, says, is_noted) in [
        (in_1251(&text), "windows-1251", false),
        (text.clone().into_bytes(), "windows-1251", true),
        (in_1251(&text.replace("windows-1251", "UTF-8")), "UTF-8", true),
        (text.replace("windows-1251", "UTF-8").into_bytes(), "UTF-8", false),
    ] {
        let path = folder.write("80020.xml", bytes);
        let export = read(&stated(&path), None).unwrap();
        assert_eq!(export.meters()[0], "ТП-5", "{says}");
        assert_eq!(export.guess("encoding").is_some(), is_noted, "{says}");
    }
}

#[test]
fn a_gzipped_message_is_read() {
    let text = message(&point("1", &usual("01")));
    let folder = Folder::new();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &in_1251(&text)).unwrap();
    folder.write("80020.xml.gz", encoder.finish().unwrap());
    assert_eq!(read(&stated(folder.0.path()), None).unwrap().rows.len(), 48);
}

#[test]
fn a_day_that_was_sent_again_counts_before_the_one_it_corrects() {
    let old = message(&point("1", &usual("01")));
    let new = old.replace("number=\"7\"", "number=\"12\"").replacen("<value>5<", "<value>9<", 1);
    let folder = Folder::new();
    folder.write("80020_1_a.xml", in_1251(&old));
    folder.write("80020_1_b.xml", in_1251(&new));
    folder.write("80020_0.xml", in_1251(&old.replace("20240201</day>", "20240131</day>")));
    let export = read(&stated(folder.0.path()), None).unwrap();
    let names: Vec<&str> =
        export.opened.sources.iter().map(|source| source.name.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["80020_0.xml", "80020_1_b.xml", "80020_1_a.xml"]);
    let said = export.finding(Code::DuplicateConflicting).english();
    assert!(said.contains("2024-02-01 from measuringpoint 1") && said.contains("number 12"), "{said}");
}
