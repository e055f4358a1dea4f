//! Checks Green Button feeds (ESPI): units, directions, qualities, several usage points, what is missing.

use super::*;

fn entry(own: &str, more: &str, content: &str) -> String {
    format!(
        "<entry><id>urn:uuid:{own}</id><link rel=\"self\" href=\"https://utility.example/espi/1_1/resource/{own}\"/>{more}\
         <title>Front meter</title><content>{content}</content></entry>"
    )
}

fn related(path: &str) -> String {
    format!("<link rel=\"related\" href=\"/espi/1_1/resource/{path}\"/>")
}

/// A ReadingType with these fields.
fn kind(id: &str, fields: &[(&str, &str)]) -> String {
    let fields: String = fields.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
    entry(&format!("ReadingType/{id}"), "", &format!("<ReadingType>{fields}</ReadingType>"))
}

const WH: [(&str, &str); 6] = [
    ("accumulationBehaviour", "4"),
    ("commodity", "1"),
    ("flowDirection", "1"),
    ("intervalLength", "3600"),
    ("powerOfTenMultiplier", "0"),
    ("uom", "72"),
];

/// The usual fields, with others in their place.
fn wh(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut fields: Vec<_> =
        WH.into_iter().filter(|(name, _)| changes.iter().all(|(new, _)| new != name)).collect();
    fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    fields
}

fn reading(at: usize, value: &str, more: &str) -> String {
    let start = 1_706_745_600 + at * 3600;
    format!(
        "<IntervalReading>{more}<timePeriod><duration>3600</duration><start>{start}</start></timePeriod>\
         <value>{value}</value></IntervalReading>"
    )
}

/// A series of a usage point: MeterReading and a block of readings.
fn series(point: &str, id: &str, kind: &str, readings: &str) -> String {
    let path = format!("UsagePoint/{point}/MeterReading/{id}");
    let block = format!(
        "<IntervalBlock><interval><duration>86400</duration><start>1706745600</start></interval>{readings}</IntervalBlock>"
    );
    entry(&path, &related(&format!("ReadingType/{kind}")), "<MeterReading/>")
        + &entry(&format!("{path}/IntervalBlock/1"), "", &block)
}

fn point(id: &str) -> String {
    entry(
        &format!("UsagePoint/{id}"),
        "",
        "<UsagePoint><ServiceCategory><kind>0</kind></ServiceCategory></UsagePoint>",
    )
}

fn feed(entries: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ns1:feed xmlns:ns1=\"http://www.w3.org/2005/Atom\"><id>x</id>{}</ns1:feed>",
        entries.concat().replace("<entry>", "<ns1:entry>").replace("</entry>", "</ns1:entry>")
    )
}

fn day() -> String {
    (0..24).map(|at| reading(at, &(400 + at).to_string(), "")).collect()
}

fn read_feed(text: &str) -> hashwatt::error::Result<Export> {
    let folder = Folder::new();
    read(&stated(&folder.write("espi.xml", text)), Some("America/New_York"))
}

fn error(text: &str) -> String {
    let error = read_feed(text).err().expect("this feed cannot be read").to_string();
    assert!(error.contains("espi.xml"), "the file is not named: {error}");
    error
}

#[test]
fn usage_points_are_meters_and_times_are_utc() {
    let all = [
        point("0A"),
        kind("7", &WH),
        series("0A", "1", "7", &day()),
        point("0B"),
        series("0B", "1", "7", &day()),
    ];
    let export = read_feed(&feed(&all)).unwrap();
    assert_eq!(export.rows.len(), 48);
    assert_eq!(export.rows[0], ("0A".to_owned(), "2024-02-01T00:00:00".to_owned(), 0.4));
    assert_eq!(export.meters()[24], "0B");
    assert_eq!(export.quantities[0], Quantity::Energy);
    // The order of entries says nothing.
    let shuffled = [series("0A", "1", "7", &day()), kind("7", &WH), point("0A")];
    assert_eq!(read_feed(&feed(&shuffled)).unwrap().rows[..], export.rows[..24]);
}

#[test]
fn a_multiplier_scales_and_demand_counts_by_the_length_of_its_interval() {
    for (fields, expected) in [
        (wh(&[("powerOfTenMultiplier", "-3")]), 0.0004),
        (wh(&[("powerOfTenMultiplier", "3")]), 400.0),
        (wh(&[("powerOfTenMultiplier", "")]), 0.4),
        (wh(&[("uom", "38"), ("accumulationBehaviour", "6"), ("dataQualifier", "2")]), 0.4),
    ] {
        let export = read_feed(&feed(&[kind("7", &fields), series("1", "1", "7", &day())])).unwrap();
        assert!((export.values()[0] - expected).abs() < 1e-12, "{fields:?}: {}", export.values()[0]);
    }
}

#[test]
fn what_a_reading_type_leaves_open_is_noted() {
    let fields = wh(&[("powerOfTenMultiplier", ""), ("flowDirection", "")]);
    let export = read_feed(&feed(&[kind("7", &fields), series("1", "1", "7", &day())])).unwrap();
    let expected = "flowDirection 1 (forward), powerOfTenMultiplier 0";
    assert_eq!(export.guess("ReadingType"), Some(expected));
    // Links without a usage point belong to the only one.
    let bare = series("7", "1", "7", &day()).replace("UsagePoint/7/", "");
    let export = read_feed(&feed(&[point("7"), kind("7", &WH), bare])).unwrap();
    assert_eq!(export.meters()[0], "7");
}

#[test]
fn other_series_are_left_out_and_named() {
    let all = [
        kind("7", &WH),
        kind("8", &wh(&[("flowDirection", "19")])),
        kind("9", &wh(&[("uom", "73")])),
        kind("10", &wh(&[("intervalLength", "86400")])),
        kind("11", &wh(&[("accumulationBehaviour", "3")])),
        series("1", "1", "8", &day()),
        series("1", "2", "9", &day()),
        series("1", "3", "10", &day()),
        series("1", "4", "11", &day()),
        series("1", "5", "7", &day()),
        series("1", "6", "none", &day()),
    ];
    let export = read_feed(&feed(&all)).unwrap();
    assert_eq!(export.rows.len(), 24);
    let said = export.finding(Code::Guessed).english();
    for part in ["reverse flow", "unit 73", "longer or other intervals", "counters", "no ReadingType"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_feed_with_nothing_to_read_says_why() {
    let cases = [
        (vec![], "ReadingType"),
        (vec![kind("7", &wh(&[("flowDirection", "4")]))], "net flow"),
        (vec![kind("7", &wh(&[("flowDirection", "reverse")]))], "flowdirection `reverse`"),
        (vec![kind("7", &wh(&[("commodity", "7")]))], "commodity 7"),
        (vec![kind("7", &wh(&[("uom", "")]))], "without uom"),
        (vec![kind("7", &wh(&[("uom", "38"), ("dataQualifier", "8")]))], "no mean"),
        (vec![kind("7", &wh(&[("powerOfTenMultiplier", "x")]))], "poweroftenmultiplier `x`"),
    ];
    for (mut all, seen) in cases {
        all.push(series("1", "1", "7", &day()));
        let said = error(&feed(&all));
        assert!(said.contains(seen) && said.contains("ReadingType entries"), "{seen}: {said}");
    }
    let lost = feed(&[kind("7", &WH), series("1", "1", "7", &day()).replace("MeterReading/1", "x")]);
    assert!(error(&lost).contains("1 IntervalBlocks whose links name no MeterReading"));
    let nobody = feed(&[kind("7", &WH), series("1", "1", "7", &day()).replace("UsagePoint/1/", "")]);
    assert!(error(&nobody).contains("no usage point in the links"));
    let twice = error(&feed(&[kind("7", &WH), series("1", "1", "7", &day()), series("1", "2", "7", &day())]));
    assert!(twice.contains("MeterReading/1") && twice.contains("MeterReading/2"), "{twice}");
    let other = point("1").replace("resource/UsagePoint", "resource/Subscription/5/UsagePoint");
    let named = error(&feed(&[point("1"), other, kind("7", &WH), series("1", "1", "7", &day())]));
    assert!(named.contains("two usage points called `1`"), "{named}");
}

#[test]
fn counters_alone_are_read_by_their_differences() {
    let fields = wh(&[("accumulationBehaviour", "3")]);
    let export = read_feed(&feed(&[kind("7", &fields), series("1", "1", "7", &day())])).unwrap();
    assert_eq!(export.quantities[0], Quantity::RegisterRead);
    assert_eq!(export.source().mapping.layout.shape(), "register");
}

#[test]
fn qualities_are_measured_estimated_or_named() {
    let quality = |code: &str| format!("<ReadingQuality><quality>{code}</quality></ReadingQuality>");
    let codes = ["17", "8", "19", "13", "77"];
    let readings: String =
        codes.iter().enumerate().map(|(at, code)| reading(at, "5", &quality(code))).collect();
    let export = read_feed(&feed(&[kind("7", &WH), series("1", "1", "7", &readings)])).unwrap();
    use Quality::{Estimated, Measured};
    assert_eq!(export.qualities, [Measured, Estimated, Measured, Estimated, Measured]);
    assert!(export.findings.iter().any(|finding| finding.english().contains("quality 77")));
}

#[test]
fn broken_readings_are_named_and_a_cut_feed_says_so() {
    let text = feed(&[kind("7", &WH), series("1", "1", "7", &day())]);
    let cases = [
        (text.replacen("<value>400</value>", "<value/>", 1), "without a value"),
        (text.replacen("<value>400</value>", "<value>x</value>", 1), "value `x`"),
        (text.replacen("<start>1706749200</start>", "<start>noon</start>", 1), "start `noon`"),
        (
            text.replacen("<duration>3600</duration>", "<duration>900</duration>", 1),
            "duration `900`, intervalLength 3600",
        ),
    ];
    for (text, seen) in cases {
        let export = read_feed(&text).unwrap();
        assert_eq!(export.rows.len(), 23, "{seen}");
        let said = export.finding(Code::RowsSkipped).english();
        assert!(said.contains(seen) && said.contains("usage point 1"), "{said}");
    }
    let path = "UsagePoint/1/MeterReading/1";
    let late = entry(path, &related("ReadingType/7"), "<MeterReading/>")
        + &format!(
            "<entry><content><IntervalBlock>{}</IntervalBlock></content><link rel=\"self\" href=\"/espi/1_1/resource/{path}\"/></entry>",
            day()
        );
    let late = error(&feed(&[kind("7", &WH), late]));
    assert!(late.contains("before the links"), "{late}");
    let cut = error(&text[..text.len() - 200]);
    assert!(cut.contains("cut off"), "{cut}");
}

#[test]
fn usage_points_of_two_customers_are_not_one_meter() {
    let folder = Folder::new();
    let text = feed(&[point("1"), kind("7", &WH), series("1", "1", "7", &day())]);
    folder.write("a.xml", &text);
    folder.write("b.xml", text.replace("urn:uuid:UsagePoint", "urn:uuid:other"));
    let export = read(&stated(folder.0.path()), None).unwrap();
    assert_eq!(export.rows.len(), 24);
    assert!(export.finding(Code::FileSkipped).english().contains("usage point 1"));
}
