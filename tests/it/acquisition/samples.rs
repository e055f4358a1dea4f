//! Reads the samples of the formats of the trade as they lie in the checkout.

use super::*;

fn sample(name: &str) -> Export {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples/formats").join(name);
    let export = read(&stated(&path), Some("Asia/Almaty")).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(
        export.report.broken.is_none() && export.report.skipped.is_empty(),
        "{name}: {:?}",
        export.report
    );
    export
}

#[test]
fn every_sample_gives_its_meters() {
    let samples: [(&str, usize, &[&str]); 6] = [
        ("nem12.csv", 672, &["6200000011", "6200000012"]),
        ("intervals.jsonl", 192, &["A-1", "A-2"]),
        ("80020.xml", 96, &["020000000000101", "020000000000102"]),
        ("espi.xml", 48, &["HOME-1", "HOME-2"]),
        ("workbook.xlsx", 96, &["A-1", "A-2"]),
        ("messages.zip", 192, &["020000000000101", "020000000000102"]),
    ];
    for (name, n_rows, meters) in samples {
        let export = sample(name);
        let found: std::collections::BTreeSet<&str> = export.meters().into_iter().collect();
        assert_eq!(
            (export.rows.len(), found.into_iter().collect::<Vec<_>>()),
            (n_rows, meters.to_vec()),
            "{name}"
        );
    }
}

#[test]
fn the_samples_hold_the_same_day() {
    let (message, book) = (sample("80020.xml"), sample("workbook.xlsx"));
    assert_eq!(message.rows[0].1, "2024-01-31T18:00:00");
    assert_eq!(message.starts(), book.starts());
    assert_eq!(message.report.estimated, 2);
    assert_eq!(message.guess("channel"), Some("active import (01), without 02"));
}

#[test]
fn a_sheet_may_be_named_and_is_refused_where_it_is_missing() {
    let of_sheet = |name: &str, sheet: &str| {
        let path = Path::new("data-samples/formats").join(name);
        read(&ReadingsTable { sheet: Some(sheet.to_owned()), ..stated(&path) }, Some("Asia/Almaty"))
    };
    let book = of_sheet("workbook.xlsx", "February").unwrap();
    assert_eq!(book.rows, sample("workbook.xlsx").rows);
    assert_eq!(
        book.source().mapping.to_table("x").sheet.as_deref(),
        Some("February"),
        "or a store would not know"
    );
    let refusal = |name: &str| of_sheet(name, "March").err().unwrap().to_string();
    assert!(refusal("workbook.xlsx").contains("`February`"), "{}", refusal("workbook.xlsx"));
    assert!(refusal("intervals.jsonl").contains("no workbook"), "{}", refusal("intervals.jsonl"));
}
