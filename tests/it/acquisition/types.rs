//! Checks that every type a Parquet column may have reads alike, and quality codes with it.

use arrow::array::{
    Array, AsArray, BooleanArray, Date32Array, FixedSizeBinaryArray, Int32Array, Int64Array, StringViewArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit, TimestampMicrosecondType};

use super::*;

fn long(meter: ArrayRef, time: ArrayRef, value: ArrayRef) -> Vec<(&'static str, ArrayRef)> {
    vec![("meter_id", meter), ("timestamp", time), ("kwh", value)]
}

fn two_times() -> ArrayRef {
    times(&["2024-01-01T00:00", "2024-01-01T00:30"])
}

fn read_columns(columns: Vec<(&str, ArrayRef)>) -> Export {
    let folder = Folder::new();
    read(&stated(&folder.parquet("export.parquet", columns)), None).unwrap()
}

#[test]
fn values_of_every_number_type_read_alike() {
    for to in [
        DataType::Float16,
        DataType::Float32,
        DataType::Float64,
        DataType::Int8,
        DataType::Int64,
        DataType::UInt16,
        DataType::Decimal128(12, 3),
        DataType::Decimal256(40, 3),
        DataType::Utf8,
        DataType::LargeUtf8,
    ] {
        let values = cast(&floats(&[2.0, 5.0]), &to).unwrap();
        let export = read_columns(long(texts(&["a", "a"]), two_times(), values));
        assert_eq!(export.values(), [2.0, 5.0], "{to}");
    }
}

#[test]
fn ids_of_every_type_read_alike() {
    let text = texts(&["1001", "1002"]);
    let dictionary = DataType::Dictionary(Box::new(DataType::Int16), Box::new(DataType::Utf8));
    let arrays: Vec<ArrayRef> = vec![
        text.clone(),
        cast(&text, &DataType::LargeUtf8).unwrap(),
        Arc::new(StringViewArray::from(vec!["1001", "1002"])),
        cast(&text, &dictionary).unwrap(),
        cast(&text, &DataType::Binary).unwrap(),
        Arc::new(Int32Array::from(vec![1001, 1002])),
        cast(&text, &DataType::UInt64).unwrap(),
        floats(&[1001.0, 1002.0]),
    ];
    for array in arrays {
        let kind = array.data_type().clone();
        let export = read_columns(long(array, two_times(), floats(&[1.0, 2.0])));
        assert_eq!(export.meters(), ["1001", "1002"], "{kind}");
    }
}

/// Writes two rows whose ids are 16 bytes under a field that says what they are, or nothing.
fn write_binary_ids(folder: &Folder, extension: Option<&str>) -> std::path::PathBuf {
    let ids = [[0x12; 16], [0xab; 16]];
    let ids = FixedSizeBinaryArray::try_from_iter(ids.into_iter()).unwrap();
    let named = extension.map(|name| ("ARROW:extension:name".to_owned(), name.to_owned()));
    let id = Field::new("meter_id", DataType::FixedSizeBinary(16), true);
    let rest = [("timestamp", two_times()), ("kwh", floats(&[1.0, 2.0]))];
    let mut fields = vec![id.with_metadata(named.into_iter().collect())];
    fields.extend(rest.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)));
    let arrays = std::iter::once(Arc::new(ids) as ArrayRef).chain(rest.map(|(_, array)| array)).collect();
    let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();
    let path = folder.write("export.parquet", "");
    let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), rows.schema(), None).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
    path
}

#[test]
fn ids_in_16_bytes_are_uuids_where_the_file_says_so() {
    let folder = Folder::new();
    let export = read(&stated(&write_binary_ids(&folder, Some("arrow.uuid"))), None).unwrap();
    let uuids = ["12121212-1212-1212-1212-121212121212", "abababab-abab-abab-abab-abababababab"];
    assert_eq!(export.meters(), uuids);
    for extension in [None, Some("arrow.json")] {
        let error = read(&stated(&write_binary_ids(&folder, extension)), None).err().unwrap().to_string();
        assert!(error.contains("`meter_id`") && error.contains("binary ids"), "{error}");
    }
}

#[test]
fn times_of_every_type_read_alike() {
    let seconds: ArrayRef = Arc::new(Int64Array::from(vec![1_704_067_200, 1_704_069_000]));
    let scaled =
        |by: i64| Arc::new(Int64Array::from(vec![1_704_067_200 * by, 1_704_069_000 * by])) as ArrayRef;
    let mut arrays = vec![
        cast(&two_times(), &DataType::Timestamp(TimeUnit::Millisecond, None)).unwrap(),
        cast(&two_times(), &DataType::Timestamp(TimeUnit::Nanosecond, None)).unwrap(),
        Arc::new(two_times().as_primitive::<TimestampMicrosecondType>().clone().with_timezone("Asia/Almaty")),
        cast(&seconds, &DataType::Float64).unwrap(),
        texts(&["2024-01-01 00:00:00", "2024-01-01 00:30:00"]),
        texts(&["2024-01-01T05:00:00+05:00", "2024-01-01T05:30:00+05:00"]),
        texts(&["01JAN24:00:00:00", "01JAN24:00:30:00"]),
        Arc::new(Int64Array::from(vec![202_401_010_000, 202_401_010_030])),
    ];
    arrays.extend([1, 1_000, 1_000_000, 1_000_000_000].map(scaled));
    for array in arrays {
        let kind = array.data_type().clone();
        let export = read_columns(long(texts(&["a", "a"]), array, floats(&[1.0, 2.0])));
        assert_eq!(export.starts(), ["2024-01-01T00:00:00", "2024-01-01T00:30:00"], "{kind}");
    }
    let days: ArrayRef = Arc::new(Date32Array::from(vec![19_723, 19_724]));
    let export = read_columns(long(texts(&["a", "a"]), days, floats(&[1.0, 2.0])));
    assert_eq!(export.starts(), ["2024-01-01T00:00:00", "2024-01-02T00:00:00"]);
}

#[test]
fn a_size_that_tells_the_unit_of_an_epoch_is_noted() {
    let epoch: ArrayRef = Arc::new(Int64Array::from(vec![1_704_067_200_000]));
    let export = read_columns(long(texts(&["a"]), epoch, floats(&[1.0])));
    let finding = export.finding(Code::Guessed);
    assert!(finding.english().contains("milliseconds"), "{}", finding.english());
}

#[test]
fn quality_codes_are_measured_estimated_or_missing() {
    let mut columns = long(
        texts(&["a", "a", "a", "a"]),
        times(&["2024-01-01T00:00", "2024-01-01T00:30", "2024-01-01T01:00", "2024-01-01T01:30"]),
        floats(&[1.0, 2.0, 3.0, 4.0]),
    );
    columns.push(("quality", texts(&["A", "E", "N", "Q7"])));
    let export = read_columns(columns);
    assert_eq!(export.values(), [1.0, 2.0, 4.0]);
    assert_eq!(export.qualities, [Quality::Measured, Quality::Estimated, Quality::Measured]);
    assert_eq!((export.report.estimated, export.report.missing()), (1, 1));
    assert!(export.findings.iter().any(|f| f.english().contains("Q7")));
}

#[test]
fn a_column_of_true_and_false_says_what_is_estimated() {
    let mut columns = long(texts(&["a", "a"]), two_times(), floats(&[1.0, 2.0]));
    columns.push(("is_estimated", Arc::new(BooleanArray::from(vec![false, true]))));
    assert_eq!(read_columns(columns).qualities, [Quality::Measured, Quality::Estimated]);
}

#[test]
fn the_unit_comes_from_the_name() {
    for (name, factor, quantity) in [
        ("energy_kwh", 1.0, Quantity::Energy),
        ("wh", 1e-3, Quantity::Energy),
        ("mwh", 1e3, Quantity::Energy),
        ("demand_kw", 1.0, Quantity::Demand),
        ("w", 1e-3, Quantity::Demand),
        ("consumption", 1.0, Quantity::Energy),
    ] {
        let columns = vec![
            ("meter_id", texts(&["a"])),
            ("start", times(&["2024-01-01T00:00"])),
            (name, floats(&[500.0])),
        ];
        let export = read_columns(columns);
        assert_eq!(export.values(), [500.0 * factor], "{name}");
        assert_eq!(export.quantities, [quantity], "{name}");
    }
}

#[test]
fn columns_beside_the_canonical_ones_do_no_harm() {
    let mut columns = long(texts(&["a"]), times(&["2024-01-01T00:00"]), floats(&[1.0]));
    columns.push(("voltage_v", floats(&[230.0])));
    columns.push(("region", texts(&["south"])));
    columns.push(("latitude", floats(&[43.2])));
    assert_eq!(read_columns(columns).values(), [1.0]);
}
