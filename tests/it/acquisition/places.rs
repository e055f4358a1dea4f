//! Checks files, folders, globs, partitions and hashes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use super::*;
use hashwatt::atomic::Identity;

const LONG: &str = "meter_id,timestamp,kwh\na,2024-01-01 00:00,1\n";

#[test]
fn a_folder_is_read_in_the_order_of_names_and_its_partitions_are_kept() {
    let folder = Folder::new();
    folder.write("region=south/date=2024-01-02/b.csv", LONG);
    folder.write("region=north/date=2024-01-01/a.csv", LONG);
    folder.write("_SUCCESS", "");
    let export = read(&stated(folder.0.path()), None).unwrap();
    let sources = &export.opened.sources;
    assert!(sources[0].name.ends_with("a.csv") && sources[1].name.ends_with("b.csv"));
    assert_eq!(sources[1].partitions[0], ("region".to_owned(), "south".to_owned()));
    assert_eq!(export.rows.len(), 2);
}

#[test]
fn folders_may_name_the_meter_and_the_day() {
    let folder = Folder::new();
    folder.write("meter_id=m7/date=2024-01-02/x.csv", "kwh,note\n12.5,a\n");
    let export = read(&stated(folder.0.path()), None).unwrap();
    assert_eq!(export.rows, [("m7".to_owned(), "2024-01-02T00:00:00".to_owned(), 12.5)]);
}

#[test]
fn gzipped_csv_is_read() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(LONG.as_bytes()).unwrap();
    let folder = Folder::new();
    let path = folder.write("export.csv.gz", encoder.finish().unwrap());
    assert_eq!(read(&stated(&path), None).unwrap().values(), [1.0]);
}

#[test]
fn a_file_named_twice_is_read_once() {
    let folder = Folder::new();
    let path = folder.write("a.csv", LONG);
    let both = [stated(&path), stated(folder.0.path())];
    assert_eq!(open_sources(&both, None).unwrap().sources.len(), 1);
}

#[test]
fn a_hash_tells_files_apart() {
    let folder = Folder::new();
    folder.write("a.csv", LONG);
    folder.write("b.csv", LONG.replace(",1", ",2"));
    let opened = open_sources(&[stated(folder.0.path())], None).unwrap();
    let hashes: Vec<Identity> = opened.sources.iter().map(|source| source.identity().unwrap()).collect();
    assert!(matches!(&hashes[0], Identity::Sha256(hash) if hash.len() == 64));
    assert_ne!(hashes[0], hashes[1]);
}

#[test]
fn separators_decimal_commas_and_quotes_are_read() {
    let folder = Folder::new();
    let path = folder.write(
        "e.csv",
        "\u{feff}\"meter_id\";\"timestamp\";\"kwh\"\r\n\"a\";\"31.01.2024 00:15\";\"1,25\"\r\n",
    );
    let export = read(&stated(&path), None).unwrap();
    assert_eq!(export.rows, [("a".to_owned(), "2024-01-31T00:15:00".to_owned(), 1.25)]);
}

#[test]
fn real_exports_are_read_where_they_are_at_hand() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    for name in
        ["edrp_homes", "cambridge_buildings", "citylearn_homes", "gefcom_zones", "gpu_servers", "lv_grid"]
    {
        let path = shared.join(name).join("readings.parquet");
        if !path.exists() {
            continue;
        }
        let opened = open_sources(&[stated(&path)], None).unwrap();
        assert_eq!(opened.sources[0].mapping.layout.shape(), "long", "{name}");
        assert!(opened.findings.is_empty(), "{name}: {:?}", opened.findings);
    }
}

/// Answers HEAD and ranged GET requests for one file, one connection a request.
fn serve(content: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap(), &content)));
    format!("http://{address}")
}

fn answer(mut stream: TcpStream, content: &[u8]) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        request.push(byte[0]);
    }
    let request = String::from_utf8(request).unwrap().to_lowercase();
    let range = request.lines().find_map(|line| line.strip_prefix("range: bytes="));
    let (status, start, end) = match range.and_then(|range| range.split_once('-')) {
        Some((from, to)) => {
            ("206 Partial Content", from.parse().unwrap(), to.trim().parse::<usize>().unwrap() + 1)
        }
        None => ("200 OK", 0, content.len()),
    };
    let body = &content[start..end];
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nContent-Range: bytes {start}-{}/{}\r\n\
         Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nConnection: close\r\n\r\n",
        body.len(),
        end - 1,
        content.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    if !request.starts_with("head") {
        stream.write_all(body).unwrap();
    }
}

#[test]
fn a_file_behind_a_url_is_read_in_ranges() {
    let folder = Folder::new();
    let columns = vec![
        ("meter_id", texts(&["a", "b"])),
        ("timestamp", times(&["2024-01-01T00:00", "2024-01-01T00:30"])),
        ("kwh", floats(&[0.5, 0.25])),
    ];
    let parquet = std::fs::read(folder.parquet("export.parquet", columns)).unwrap();
    for (name, content) in [("export.parquet", parquet), ("export.csv", LONG.into())] {
        let path = format!("{}/data/{name}", serve(content));
        let export = read(&ReadingsTable { path, ..ReadingsTable::default() }, None).unwrap();
        assert_eq!(export.meters()[0], "a", "{name}");
        // The server gives no tag: the bytes are hashed.
        assert!(matches!(export.source().identity().unwrap(), Identity::Sha256(_)));
    }
}
