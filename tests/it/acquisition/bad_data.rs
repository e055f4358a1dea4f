//! Checks that bad input ends in an error or a finding that names the place, what was seen and the cure.

use arrow::array::{BooleanArray, Int64Array, TimestampNanosecondArray};

use super::*;

const LONG: &str = "meter_id,timestamp,kwh\na,2024-01-01 00:00,1\n";

fn error(path: &Path) -> String {
    let error = read(&stated(path), None).err().expect("this export cannot be read").to_string();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    assert!(error.contains(&name), "the file is not named: {error}");
    error
}

fn error_of_csv(content: &str) -> String {
    let folder = Folder::new();
    error(&folder.write("export.csv", content))
}

fn good_parquet(folder: &Folder) -> PathBuf {
    let columns = vec![
        ("meter_id", texts(&["a"])),
        ("timestamp", times(&["2024-01-01T00:00"])),
        ("kwh", floats(&[1.0])),
    ];
    folder.parquet("good.parquet", columns)
}

#[test]
fn a_missing_file_is_named() {
    let folder = Folder::new();
    assert!(error(&folder.path("nowhere.parquet")).contains("no such file"));
}

#[test]
fn an_empty_file_is_named() {
    let folder = Folder::new();
    assert!(error(&folder.write("empty.parquet", "")).contains("empty"));
    assert!(error(&folder.write("empty.csv", "\n\n")).contains("no header"));
    assert!(error(&folder.write("header.csv", "meter_id,timestamp,kwh\n")).contains("no rows"));
}

#[test]
fn a_truncated_parquet_is_told_from_a_foreign_file() {
    let folder = Folder::new();
    let whole = std::fs::read(good_parquet(&folder)).unwrap();
    let truncated = folder.write("truncated.parquet", &whole[..whole.len() / 2]);
    assert!(error(&truncated).contains("truncated"));
    let foreign = folder.write("foreign.parquet", "meter_id,timestamp,kwh\n");
    let text = error(&foreign);
    assert!(text.contains("not Parquet") && text.contains(".csv"), "{text}");
}

#[test]
fn a_parquet_with_a_broken_footer_or_page_does_not_panic() {
    let folder = Folder::new();
    let whole = std::fs::read(good_parquet(&folder)).unwrap();
    for at in 4..whole.len() - 8 {
        let mut broken = whole.clone();
        broken[at] ^= 0xff;
        let path = folder.write("broken.parquet", &broken);
        // Either an error or rows; both are well, a panic is not.
        let _ = read(&stated(&path), None);
    }
}

#[test]
fn no_known_columns_names_what_is_there() {
    let text = error_of_csv("colour,size\nred,big\n");
    assert!(text.contains("`colour`") && text.contains("time_column"), "{text}");
    let text = error_of_csv("meter_id,timestamp,colour\na,2024-01-01 00:00,red\n");
    assert!(text.contains("value_column"), "{text}");
}

#[test]
fn a_column_of_the_wrong_type_is_named_with_what_it_holds() {
    let text = error_of_csv("meter_id,timestamp,kwh\na,2024-01-01 00:00,red\n");
    assert!(text.contains("`kwh`") && text.contains("`red`") && text.contains("value_column"), "{text}");
    let folder = Folder::new();
    let columns = vec![
        ("meter_id", texts(&["a"])),
        ("timestamp", times(&["2024-01-01T00:00"])),
        ("kwh", Arc::new(BooleanArray::from(vec![true])) as ArrayRef),
    ];
    let text = error(&folder.parquet("flags.parquet", columns));
    assert!(text.contains("`kwh`") && text.contains("Boolean"), "{text}");
}

#[test]
fn two_columns_that_could_be_the_value_are_both_named() {
    let text = error_of_csv("meter_id,timestamp,kwh,consumption\na,2024-01-01 00:00,1,2\n");
    assert!(
        text.contains("`kwh`") && text.contains("`consumption`") && text.contains("value_column"),
        "{text}"
    );
    let text = error_of_csv("meter_id,timestamp,p1,p2\na,2024-01-01 00:00,1,2\n");
    assert!(text.contains("`p1`") && text.contains("`p2`"), "{text}");
}

#[test]
fn a_stated_column_that_is_not_there_lists_those_that_are() {
    let folder = Folder::new();
    let path = folder.write("export.csv", LONG);
    let table = ReadingsTable { value_column: Some("energy".to_owned()), ..stated(&path) };
    let text = read(&table, None).err().unwrap().to_string();
    assert!(text.contains("`energy`") && text.contains("`kwh`") && text.contains("value_column"), "{text}");
}

#[test]
fn a_wrong_word_in_a_setting_names_the_right_ones() {
    let folder = Folder::new();
    let path = folder.write("export.csv", LONG);
    let with = |change: &dyn Fn(&mut ReadingsTable)| {
        let mut table = stated(&path);
        change(&mut table);
        read(&table, None).err().unwrap().to_string()
    };
    assert!(with(&|t| t.unit = Some("kVA".to_owned())).contains("kWh, Wh"));
    assert!(with(&|t| t.shape = Some("tall".to_owned())).contains("long, wide"));
    assert!(with(&|t| t.stamp = Some("middle".to_owned())).contains("start or end"));
    assert!(with(&|t| t.clock = Some("summer".to_owned())).contains("local, standard or utc"));
    assert!(with(&|t| t.multiplier = Some(0.0)).contains("not 0"));
}

#[test]
fn rows_that_cannot_be_used_are_counted_by_cause_with_the_first_of_them() {
    let mut content = "meter_id,timestamp,kwh\n".to_owned();
    for row in [
        "a,2024-01-01 00:00,1",
        ",2024-01-01 00:30,1",
        "a,,1",
        "a,yesterday,1",
        "a,1970-01-01 00:00,1",
        "a,2262-01-01 00:00,1",
        "a,2024-01-01 01:00,NaN",
        "a,2024-01-01 01:30,inf",
        "a,2024-01-01 02:00,",
        "a,2024-01-01 02:30,oops",
        "a,2024-01-01 03:00",
        "a,2024-01-01 03:30,2",
    ] {
        content.push_str(row);
        content.push('\n');
    }
    for i in 0..40 {
        content.push_str(&format!("b,2024-01-02 {:02}:{:02},3\n", i / 2, i % 2 * 30));
    }
    let export = read_csv(&content).unwrap();
    assert_eq!(export.rows.len(), 42);
    let description = |words: &str| {
        let found = export.findings.iter().find(|finding| finding.english().contains(words));
        found.unwrap_or_else(|| panic!("nothing says {words}: {:#?}", export.findings)).english()
    };
    assert!(description("without a meter id").contains("row 2"));
    assert!(description("without a time").contains("row 3"));
    assert!(description("cannot be read").contains("row 4 (`timestamp = yesterday`)"));
    assert!(
        description("outside 1990").contains("2 intervals") && description("outside 1990").contains("row 5")
    );
    assert!(description("NaN").contains("row 7"));
    assert!(description("infinite").contains("row 8"));
    assert!(description("no number").contains("row 10 (`kwh = oops`)"));
    assert!(description("fewer fields").contains("row 11"));
    assert_eq!(export.report.missing(), 2);
}

#[test]
fn all_null_values_are_a_finding_and_no_interval() {
    let folder = Folder::new();
    let columns = vec![
        ("meter_id", texts(&["a"])),
        ("timestamp", times(&["2024-01-01T00:00"])),
        ("kwh", Arc::new(Float64Array::from(vec![None])) as ArrayRef),
    ];
    let export = read(&stated(&folder.parquet("null.parquet", columns)), None).unwrap();
    assert_eq!((export.rows.len(), export.report.missing()), (0, 1));
    assert!(export.finding(Code::FileSkipped).english().contains("no interval"));
}

#[test]
fn times_in_1970_and_2262_give_no_interval() {
    let folder = Folder::new();
    let columns = vec![
        ("meter_id", texts(&["a", "a"])),
        ("timestamp", Arc::new(TimestampNanosecondArray::from(vec![0, i64::MAX])) as ArrayRef),
        ("kwh", floats(&[1.0, 1.0])),
    ];
    let export = read(&stated(&folder.parquet("far.parquet", columns)), None).unwrap();
    assert!(export.rows.is_empty());
    assert!(export.finding(Code::RowsSkipped).english().contains("1970"));
    let columns = vec![
        ("meter_id", texts(&["a"])),
        ("timestamp", Arc::new(Int64Array::from(vec![5])) as ArrayRef),
        ("kwh", floats(&[1.0])),
    ];
    assert!(read(&stated(&folder.parquet("five.parquet", columns)), None).unwrap().rows.is_empty());
}

#[test]
fn a_bad_file_does_not_stop_the_good_ones() {
    let folder = Folder::new();
    good_parquet(&folder);
    folder.write("empty.parquet", "");
    folder.write("other.csv", "colour,size\nred,big\n");
    let export = read(&stated(folder.0.path()), None).unwrap();
    assert_eq!(export.rows.len(), 1);
    let skipped: Vec<&Finding> = export.findings.iter().filter(|f| f.code == Code::FileSkipped).collect();
    assert_eq!(skipped.len(), 2);
    assert!(skipped.iter().any(|finding| finding.source.as_ref().unwrap().ends_with("other.csv")));
}

#[test]
fn only_bad_files_are_an_error_that_says_so() {
    let folder = Folder::new();
    folder.write("empty.parquet", "");
    folder.write("other.csv", "colour,size\nred,big\n");
    let text = read(&stated(folder.0.path()), None).err().unwrap().to_string();
    assert!(text.contains("none usable") && text.contains("other.csv"), "{text}");
}

#[test]
fn a_broken_gzip_keeps_what_came_before() {
    let mut content = "meter_id,timestamp,kwh\n".to_owned();
    (0..5000).for_each(|i| content.push_str(&format!("m{i},2024-01-01 00:00,{i}.125\n")));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, content.as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    let folder = Folder::new();
    let path = folder.write("cut.csv.gz", &whole[..whole.len() / 2]);
    let export = read(&stated(&path), None).unwrap();
    assert!(!export.rows.is_empty() && export.rows.len() < 5000);
    assert!(export.finding(Code::FilePartlyRead).english().contains("row"), "{:?}", export.findings);
}

#[test]
fn a_csv_without_a_header_says_so() {
    let text = error_of_csv("a,2024-01-01 00:00,1.5\na,2024-01-01 00:30,2.5\n");
    assert!(text.contains("2024-01-01 00:00") && text.contains("header"), "{text}");
}

#[test]
fn market_files_and_other_encodings_name_the_cure() {
    assert!(error_of_csv("100,NEM12,200405011135,MDA1,Ret1\n200,NEM1201009,E1\n").contains("NEM12"));
    let folder = Folder::new();
    let wide_letters: Vec<u8> = "meter_id,kwh".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let path = folder.write("utf16.csv", [&[0xff, 0xfe], wide_letters.as_slice()].concat());
    assert!(error(&path).contains("`meter_id`"), "UTF-16 is read");
}
