//! Checks zip archives: members are files of their own, and what cannot be read is named.

use std::io::Write;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

const LONG: &str = "meter_id,timestamp,kwh\na,2024-01-01 00:00,1\na,2024-01-01 00:30,2\n";

/// Name and content.
type Member<'a> = (&'a str, &'a [u8]);

fn archive(members: &[Member<'_>]) -> Vec<u8> {
    packed(members, CompressionMethod::Deflated)
}

fn packed(members: &[Member<'_>], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn read_archive(bytes: &[u8]) -> hashwatt::error::Result<Export> {
    let folder = Folder::new();
    read(&stated(&folder.write("export.zip", bytes)), None)
}

#[test]
fn members_are_files_and_the_rest_is_named() {
    let other = LONG.replace("a,2024", "b,2024");
    let json = "{\"meter_id\":\"c\",\"timestamp\":\"2024-01-01 00:00\",\"kwh\":3}\n";
    let members: [Member<'_>; 6] = [
        ("2024/b.csv", other.as_bytes()),
        ("a.csv", LONG.as_bytes()),
        ("c.jsonl", json.as_bytes()),
        ("b.dat", b"x"),
        ("__MACOSX/._a.csv", b"x"),
        ("inner.zip", b"PK"),
    ];
    for method in [CompressionMethod::Deflated, CompressionMethod::Stored] {
        let export = read_archive(&packed(&members, method)).unwrap();
        let names: Vec<&str> = export.opened.sources.iter().map(|source| source.name.as_str()).collect();
        assert!(
            names[0].ends_with("export.zip/2024/b.csv") && names[1].ends_with("export.zip/a.csv"),
            "{names:?}"
        );
        assert_eq!(export.meters(), ["b", "b", "a", "a", "c"]);
        let said: Vec<String> = export.opened.findings.iter().map(|finding| finding.english()).collect();
        assert!(said.iter().any(|text| text.contains("`b.dat`")), "{said:?}");
        assert!(
            said.iter().any(|text| text.contains("export.zip/inner.zip") && text.contains("inside")),
            "{said:?}"
        );
    }
}

#[test]
fn folders_in_an_archive_may_name_meter_and_day() {
    let export =
        read_archive(&archive(&[("meter_id=m7/date=2024-01-02/x.csv", b"kwh,note\n12.5,a\n")])).unwrap();
    assert_eq!(export.rows, [("m7".to_owned(), "2024-01-02T00:00:00".to_owned(), 12.5)]);
}

#[test]
fn a_hash_of_a_member_is_that_of_its_bytes() {
    let folder = Folder::new();
    folder.write("a.csv", LONG);
    folder.write("b.zip", archive(&[("a.csv", LONG.as_bytes())]));
    let opened = open_sources(&[stated(folder.0.path())], None).unwrap();
    assert_eq!(opened.sources.len(), 2);
    assert_eq!(opened.sources[0].identity().unwrap(), opened.sources[1].identity().unwrap());
    assert_eq!(opened.sources[0].bytes, opened.sources[1].bytes);
    // A store asks when a file was written: of a member, that is when its archive was.
    assert!(opened.sources[1].modified_ns().is_some());
}

#[test]
fn what_cannot_be_unpacked_is_refused_by_name() {
    let cases: [(&[Member<'_>], &str); 4] = [
        (&[("a.parquet", b"PAR1....PAR1")], "export.zip/a.parquet: it is Parquet in a zip archive"),
        (&[("notes.pdf", b"%PDF")], "files such as `notes.pdf`"),
        (&[("in.zip", b"PK\x03\x04")], "inside a zip archive"),
        (&[("a.csv", b"")], "empty"),
    ];
    for (members, seen) in cases {
        let said = read_archive(&archive(members)).err().expect("nothing can be read").to_string();
        assert!(said.contains(seen) && said.contains("export.zip"), "{seen}: {said}");
    }
}

/// Changes bytes of the directory at the end, where the entry of the only member begins.
fn with_directory(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
    let entry = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    bytes[entry + at..entry + at + new.len()].copy_from_slice(new);
    bytes
}

#[test]
fn an_encrypted_member_and_another_method_are_refused() {
    let good = archive(&[("a.csv", LONG.as_bytes())]);
    let said = |bytes: Vec<u8>| read_archive(&bytes).err().expect("nothing can be read").to_string();
    let encrypted = said(with_directory(good.clone(), 8, &[1, 0]));
    assert!(encrypted.contains("export.zip/a.csv: it is encrypted"), "{encrypted}");
    let bzip2 = said(with_directory(good, 10, &[12, 0]));
    assert!(bzip2.contains("compressed by"), "{bzip2}");
}

#[test]
fn a_bomb_and_damage_are_found() {
    let zeros = vec![b'0'; 300 << 20];
    let bomb = read_archive(&archive(&[("a.csv", &zeros)])).err().unwrap().to_string();
    assert!(bomb.contains("unpacks from"), "{bomb}");
    let rows: String = (0..2000)
        .map(|row| format!("a,2024-01-{:02} {:02}:00,{}\n", row / 24 % 28 + 1, row % 24, row % 7))
        .collect();
    let good = archive(&[("a.csv", format!("meter_id,timestamp,kwh\n{rows}").as_bytes())]);
    for (at, new) in [(16usize, [1u8, 2, 3, 4]), (24, [200, 0, 0, 0])] {
        let export = read_archive(&with_directory(good.clone(), at, &new));
        let said = match export {
            Ok(export) => export.finding(Code::FilePartlyRead).english(),
            Err(error) => error.to_string(),
        };
        assert!(said.contains("damaged"), "{said}");
    }
    for at in (0..good.len()).step_by(11) {
        let mut broken = good.clone();
        broken[at] ^= 0x55;
        // Either an error or rows; both are well, a panic is not.
        let _ = read_archive(&broken);
        let _ = read_archive(&good[..at]);
    }
}
