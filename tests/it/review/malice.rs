//! Holds a desk's connections, lies about where requests come from, and looks into its files.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::client::page_of;
use super::desk::{Desk, ENGINES};
use super::{logins, raw};
use crate::program::command;

/// Connections that begin a request and never end it.
const HALF_OPEN: usize = 1100;

/// Longest that somebody else then waits.
const PATIENCE: Duration = Duration::from_secs(2);

#[test]
fn half_open_requests_keep_nobody_out_and_end() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    for from in ["127.0.0.1", "127.0.0.2"] {
        let mut held = Vec::new();
        for n in 0..HALF_OPEN {
            let mut stream = raw::connect(from, &desk.address);
            // Whoever had to make room for others is written to in vain.
            let _ = stream.write_all(format!("GET /{n} HTTP/1.1\r\nHost: 127").as_bytes());
            held.push(stream);
        }
        for path in ["/", "/healthz", "/map"] {
            let begun = Instant::now();
            desk.stranger().get(path).is(200);
            assert!(begun.elapsed() < PATIENCE, "{path} took {:?} beside {from}", begun.elapsed());
        }
        // As many idle ones, that were answered once.
        for stream in held.iter_mut().rev().take(300) {
            let _ = stream.write_all(b".0.0.1\r\n\r\n");
        }
        let begun = Instant::now();
        desk.stranger().get("/").is(200);
        assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    }
    let n_files = std::fs::read_dir(format!("/proc/{}/fd", desk.id())).unwrap().count();
    assert!(n_files < 700, "{n_files} files are open");
}

#[test]
fn a_request_whose_head_or_body_does_not_end_is_ended() {
    use std::io::Read;
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let begun = Instant::now();
    let mut head = raw::connect("127.0.0.1", &desk.address);
    head.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n").unwrap();
    let mut body = raw::connect("127.0.0.1", &desk.address);
    body.write_all(b"POST /language HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nlang")
        .unwrap();
    let mut answer = Vec::new();
    let _ = body.read_to_end(&mut answer);
    let _ = head.read_to_end(&mut answer);
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
}

#[test]
fn the_desk_stops_at_once_whoever_holds_a_connection() {
    let mut desk = Desk::open(ENGINES[0], &["--no-login"]);
    let mut half = raw::connect("127.0.0.1", &desk.address);
    half.write_all(b"GET / HTTP/1.1\r\nHost: 127").unwrap();
    let mut idle = desk.stranger();
    idle.get("/").is(200);
    let begun = Instant::now();
    assert_eq!(desk.stop(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn a_desk_without_login_answers_to_names_of_this_machine_alone() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let port = desk.address.rsplit(':').next().unwrap();
    let ask = |line: &str, hosts: &[&str]| {
        let hosts: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
        raw::ask("127.0.0.1", &desk.address, &format!("{line} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n"))
    };
    for own in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"] {
        assert_eq!(raw::status_of(&ask("GET /", &[&format!("{own}:{port}")])), 200, "{own}");
    }
    // A page whose own name was given this machine's address reads nothing and writes nothing.
    let meter = page_of(&desk.suspects()[0]);
    for path in ["/", "/list.csv", "/verdicts.csv", "/map.json", "/metrics", "/healthz", &*meter] {
        for host in ["evil.example", "127.0.0.1.evil.example:80", "192.168.1.7", "localhost.evil.example", ""]
        {
            let answer = ask(&format!("GET {path}"), &[host]);
            assert!(matches!(raw::status_of(&answer), 421 | 400), "{path} {host}: {answer}");
            assert!(!answer.contains("M0000"), "{answer}");
        }
    }
    assert_eq!(raw::status_of(&ask(&format!("POST {meter}/entries"), &["evil.example"])), 421);
    assert!(matches!(raw::status_of(&ask("GET /", &[])), 421 | 400));
    assert!(matches!(raw::status_of(&ask("GET /", &["127.0.0.1", "evil.example"])), 421 | 400));
    assert_eq!(raw::status_of(&ask("GET http://evil.example/", &["127.0.0.1"])), 421);
}

#[test]
fn another_sites_page_gets_nothing_by_the_way_of_a_browser() {
    for flags in [&["--no-login"][..], &[]] {
        let desk = Desk::open(ENGINES[0], flags);
        let mut person = if flags.is_empty() { desk.administrator() } else { desk.stranger() };
        person.get("/").is(200);
        for site in ["cross-site", "same-site"] {
            let from = |mode: &'static str, dest: &'static str| {
                [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)]
            };
            person.get_with("/list.csv", &from("cors", "empty")).is(403);
            person.get_with("/", &from("navigate", "iframe")).is(403);
            person.get_with("/assets/desk.js", &from("no-cors", "script")).is(403);
            let entries = format!("{}/entries", page_of(&desk.suspects()[0]));
            let note = [("action", "note"), ("reason", "from elsewhere")];
            person.post_with(&entries, &from("navigate", "document"), &note).is(403);
            // A link that is followed leads in.
            person.get_with("/", &from("navigate", "document")).is(200);
        }
        person.get_with("/", &[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")]).is(200);
        person.get("/verdicts.csv").is(200).says_not("from elsewhere");
    }
}

#[test]
fn made_up_methods_and_paths_are_counted_together() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let lines = |desk: &Desk| desk.stranger().get("/metrics").is(200).body.lines().count();
    let fixtures = |n: usize| {
        let request = format!("METHOD{n} /path{n} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        raw::ask("127.0.0.1", &desk.address, &request)
    };
    fixtures(0);
    lines(&desk);
    let before = lines(&desk);
    (1..300).for_each(|n| drop(fixtures(n)));
    assert_eq!(lines(&desk), before);
    desk.stranger().get("/metrics").is(200).says("method=\"other\"").says_not("METHOD1");
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[test]
fn the_database_is_its_owners_alone_and_what_was_wider_is_narrowed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new/deep/desk.sqlite");
    let database = format!("sqlite://{}", file.display());
    let mut desk = Desk::with_database(&database, &["--no-login"]);
    desk.stranger().get("/").is(200);
    let beside = ["", "-wal", "-shm"].map(|end| file.with_file_name(format!("desk.sqlite{end}")));
    assert_eq!(beside.each_ref().map(|path| mode(path)), [0o600; 3]);
    assert_eq!([mode(&folder.path().join("new")), mode(file.parent().unwrap())], [0o700; 2]);
    desk.kill();
    for path in beside.iter().filter(|path| path.exists()) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let log = folder.path().join("log");
    let run = desk.run.to_str().unwrap();
    let mut again =
        command(["review", run, "--no-login", "--listen", "127.0.0.1:0", "--database", &database])
            .stdout(std::process::Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
    let begun = Instant::now();
    while mode(&file) != 0o600 && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_millis(500));
    let modes: Vec<u32> = beside.iter().filter(|path| path.exists()).map(|path| mode(path)).collect();
    again.kill().unwrap();
    again.wait().unwrap();
    assert!(modes.iter().all(|mode| *mode == 0o600), "{modes:?}");
    assert!(std::fs::read_to_string(log).unwrap().contains("0644"), "the log says what was wider");
}

#[test]
fn nothing_of_a_forgotten_caller_is_left_in_any_file() {
    const PHONE: &str = "8 701 555 66 77";
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let file = desk.database.trim_start_matches("sqlite://").to_owned();
    let holds = || {
        let beside = ["", "-wal", "-shm"].map(|end| format!("{file}{end}"));
        let files = beside.iter().filter_map(|path| std::fs::read(path).ok());
        files.filter(|bytes| bytes.windows(PHONE.len()).any(|part| part == PHONE.as_bytes())).count()
    };
    let mut person = desk.stranger();
    person.get("/tips").is(200);
    let mut pages = Vec::new();
    for n in 0..40 {
        let name = format!("Caller {n} {}", "x".repeat(50));
        let said = [("text", "hum"), ("caller_name", &*name), ("caller_phone", PHONE)];
        pages.push(person.post("/tips", &said).is(303).location);
    }
    assert!(holds() > 0, "the number was somewhere");
    for page in &pages {
        person.post(&format!("{page}/forget-caller"), &[]).is(303);
    }
    assert_eq!(logins::number(&desk.database, "SELECT COUNT(*) FROM callers"), 0);
    assert_eq!(holds(), 0, "files still hold the number while the desk is open");
}
