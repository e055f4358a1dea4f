//! Takes the steps that make what a case of `tests/bad_data/` needs and no TOML can hold.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use parquet::arrow::ArrowWriter;

use crate::bad_data_corpus::run_in;
use crate::bad_input::{good_csv, kwh};

/// The words of a line; a part in single quotes is one word.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Takes one step in the folder of a case.
///
/// - `good FILE METERS`: hourly reads of so many homes over 20 days
/// - `counter FILE METERS`, `wide FILE METERS`, `daily FILE METERS`: the same in other layouts
/// - `value FILE ROW TEXT`: another last field in a row, counted from 1
/// - `scale FILE FACTOR`: every last field times a factor
/// - `add FILE TEXT`, `repeat FILE TIMES TEXT`: rows at the end
/// - `replace FILE OLD NEW`: a text wherever it stands
/// - `pad FILE OLD TIMES`: so many letters in its place
/// - `parquet FILE CSV TYPE...`: a CSV as Parquet, its columns of these types
/// - `cut FILE PLACE`, `flip FILE PLACE`: the end, a bit; a place is a byte, from the end (-9), or a share (50%)
/// - `encode FILE utf16|windows-1251|bom`, `gzip FILE FILE`, `copy FILE FILE`, `pipe NAME`
/// - `sample NAME FILE`: a file that lies in `tests/bad_data/`
/// - `link NAME TARGET`, `folder NAME`, `remove NAME`
/// - `run ARGUMENTS`: an earlier run of the program, which must not fail
pub fn take(root: &Path, step: &str) {
    let words = words(step);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let path = |name: &str| root.join(name);
    match words.as_slice() {
        ["good", file, n] => write(&path(file), good_csv(count(n))),
        ["counter", file, n] => write(&path(file), counter(count(n))),
        ["wide", file, n] => write(&path(file), wide(count(n))),
        ["daily", file, n] => write(&path(file), daily(count(n))),
        ["value", file, row, text] => {
            let row = count(row);
            map_values(
                &path(file),
                |at, value| if at == row { (*text).to_owned() } else { value.to_owned() },
            );
        }
        ["scale", file, factor] => {
            let factor: f64 = factor.parse().unwrap();
            map_values(&path(file), |_, value| (value.parse::<f64>().unwrap() * factor).to_string());
        }
        ["add", file, text] => append(&path(file), text),
        ["repeat", file, times, text] => append(&path(file), &vec![*text; count(times)].join("\n")),
        ["replace", file, old, new] => {
            let text = read(&path(file));
            assert!(text.contains(old), "{step}: there is no {old}");
            write(&path(file), text.replace(old, new));
        }
        ["pad", file, old, n] => write(&path(file), read(&path(file)).replace(old, &"x".repeat(count(n)))),
        ["parquet", file, from, types @ ..] => write_parquet(&path(file), &read(&path(from)), types),
        ["cut", file, at] => {
            let bytes = std::fs::read(path(file)).unwrap();
            write(&path(file), &bytes[..place(&bytes, at)]);
        }
        ["flip", file, at] => {
            let mut bytes = std::fs::read(path(file)).unwrap();
            let at = place(&bytes, at);
            bytes[at] ^= 1;
            write(&path(file), bytes);
        }
        ["encode", file, how] => write(&path(file), encoded(&read(&path(file)), how)),
        ["gzip", from, to] => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&std::fs::read(path(from)).unwrap()).unwrap();
            write(&path(to), encoder.finish().unwrap());
        }
        ["sample", name, to] => {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_data").join(name);
            write(&path(to), std::fs::read(from).unwrap());
        }
        ["copy", from, to] => write(&path(to), std::fs::read(path(from)).unwrap()),
        ["pipe", name] => {
            assert!(std::process::Command::new("mkfifo").arg(path(name)).status().unwrap().success());
        }
        ["link", name, target] => std::os::unix::fs::symlink(target, path(name)).unwrap(),
        ["folder", name] => std::fs::create_dir_all(path(name)).unwrap(),
        ["remove", name] if path(name).is_dir() => std::fs::remove_dir_all(path(name)).unwrap(),
        ["remove", name] => std::fs::remove_file(path(name)).unwrap(),
        ["run", ..] => {
            let ran = run_in(root, step.strip_prefix("run ").unwrap()).unwrap();
            assert!(ran.code <= 1, "{step}: {}", ran.stderr);
        }
        _ => panic!("no such step: {step}"),
    }
}

fn count(text: &str) -> usize {
    text.parse().unwrap_or_else(|_| panic!("{text} is no count"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn append(path: &Path, text: &str) {
    let mut content = if path.exists() { read(path) } else { String::new() };
    content.push_str(text);
    content.push('\n');
    write(path, content);
}

fn place(bytes: &[u8], at: &str) -> usize {
    match (at.strip_suffix('%'), at.strip_prefix('-')) {
        (Some(percent), _) => bytes.len() * count(percent) / 100,
        (_, Some(from_end)) => bytes.len() - count(from_end),
        _ => count(at),
    }
}

/// Changes the last field of every row below the header, counted from 1.
fn map_values(path: &Path, change: impl Fn(usize, &str) -> String) {
    let text = read(path);
    let mut lines = text.lines();
    let mut changed = format!("{}\n", lines.next().unwrap());
    for (at, line) in lines.enumerate() {
        let (before, value) = line.rsplit_once(',').unwrap();
        writeln!(changed, "{before},{}", change(at + 1, value)).unwrap();
    }
    write(path, changed);
}

/// Days and hours of the good exports.
fn hours() -> impl Iterator<Item = (usize, usize)> {
    (1..=20).flat_map(|day| (0..24).map(move |hour| (day, hour)))
}

fn counter(n_meters: usize) -> String {
    let mut text = "meter_id,timestamp,register_kwh\n".to_owned();
    for meter in 0..n_meters {
        let mut total = 1000.0;
        for (at, (day, hour)) in hours().enumerate() {
            writeln!(text, "m{meter},2024-01-{day:02} {hour:02}:00,{total:.3}").unwrap();
            total += kwh(meter, at);
        }
    }
    text
}

fn wide(n_meters: usize) -> String {
    let ids: Vec<String> = (0..n_meters).map(|meter| format!("m{meter}")).collect();
    let mut text = format!("timestamp,{}\n", ids.join(","));
    for (at, (day, hour)) in hours().enumerate() {
        let values: Vec<String> = (0..n_meters).map(|meter| format!("{:.3}", kwh(meter, at))).collect();
        writeln!(text, "2024-01-{day:02} {hour:02}:00,{}", values.join(",")).unwrap();
    }
    text
}

fn daily(n_meters: usize) -> String {
    let clocks: Vec<String> = (0..24).map(|hour| format!("{hour:02}:00")).collect();
    let mut text = format!("meter_id,date,{}\n", clocks.join(","));
    for meter in 0..n_meters {
        for day in 0..20 {
            let values: Vec<String> =
                (0..24).map(|hour| format!("{:.3}", kwh(meter, day * 24 + hour))).collect();
            writeln!(text, "m{meter},2024-01-{:02},{}", day + 1, values.join(",")).unwrap();
        }
    }
    text
}

fn encoded(text: &str, how: &str) -> Vec<u8> {
    match how {
        "utf16" => [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        "bom" => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        "windows-1251" => text
            .chars()
            .map(|letter| match letter {
                'А'..='я' => u8::try_from(u32::from(letter) - 0x410 + 0xc0).unwrap(),
                other => u8::try_from(u32::from(other)).expect("Latin or Cyrillic"),
            })
            .collect(),
        other => panic!("no such encoding: {other}"),
    }
}

/// A CSV as Parquet; an empty field is null.
fn write_parquet(path: &Path, csv: &str, types: &[&str]) {
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let columns = rows[0].iter().zip(types).enumerate().map(|(at, (name, kind))| {
        let cells: Vec<Option<&str>> =
            rows[1..].iter().map(|row| row.get(at).copied().filter(|cell| !cell.is_empty())).collect();
        (*name, array(kind, &cells), true)
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    write(path, "");
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn array(kind: &str, cells: &[Option<&str>]) -> ArrayRef {
    fn parsed<T: std::str::FromStr>(cells: &[Option<&str>]) -> Vec<Option<T>> {
        cells.iter().map(|cell| cell.map(|text| text.parse().ok().unwrap())).collect()
    }
    let instants = |a_second: i64| -> Vec<Option<i64>> {
        let instant = |text: &str| {
            let civil: DateTime = text.replace(' ', "T").parse().unwrap();
            civil.to_zoned(TimeZone::UTC).unwrap().timestamp().as_second() * a_second
        };
        cells.iter().map(|cell| cell.map(instant)).collect()
    };
    match kind {
        "text" => Arc::new(StringArray::from(cells.to_vec())),
        "f64" => Arc::new(Float64Array::from(parsed::<f64>(cells))),
        "f32" => Arc::new(Float32Array::from(parsed::<f32>(cells))),
        "i64" => Arc::new(Int64Array::from(parsed::<i64>(cells))),
        "bool" => Arc::new(BooleanArray::from(parsed::<bool>(cells))),
        "ms" => Arc::new(TimestampMillisecondArray::from(instants(1000))),
        "us" => Arc::new(TimestampMicrosecondArray::from(instants(1_000_000))),
        "us_utc" => Arc::new(TimestampMicrosecondArray::from(instants(1_000_000)).with_timezone("UTC")),
        "ns" => Arc::new(TimestampNanosecondArray::from(instants(1_000_000_000))),
        "day" => Arc::new(Date32Array::from_iter(
            instants(1).into_iter().map(|instant| instant.map(|s| i32::try_from(s / 86_400).unwrap())),
        )),
        other => panic!("no such type of column: {other}"),
    }
}
