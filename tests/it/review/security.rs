//! Tries to get in, to write as somebody else, and to make the desk show or run what it should not.

use std::path::Path;

use super::client::{Client, page_of};
use super::desk::{Desk, ENGINES, PASSWORD};
use crate::program::command;

/// An address that is an attack on whatever shows it.
const HOSTILE: &str = "\"><img src=x onerror=alert(1)><script>alert(2)</script>";

/// What text fields are sent in the hope that a statement takes it for its own.
const SQL: [&str; 4] =
    ["' OR '1'='1", "'; DROP TABLE case_log; --", "\") UNION SELECT password FROM people --", "%_\\"];

/// Every route with its methods, as `routes.rs` lists them, with a meter put in.
pub fn routes(meter: &str) -> Vec<(String, bool, bool)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/review/routes.rs");
    let text = std::fs::read_to_string(source).unwrap();
    let routes: Vec<_> = text
        .split(".route(\"")
        .skip(1)
        .map(|part| {
            let (path, rest) = part.split_once("\", ").unwrap();
            let rest = rest.lines().next().unwrap();
            let path = path.replace("/meters/{meter}", &page_of(meter)).replace("{name}", "desk.css");
            let path = path.replace("{id}", "1");
            (path, rest.contains("get("), rest.contains("post("))
        })
        .collect();
    assert!(routes.len() > 25, "{routes:?}");
    routes
}

fn is_open(path: &str) -> bool {
    path.starts_with("/assets/") || ["/login", "/healthz", "/metrics"].contains(&path)
}

#[test]
fn no_route_answers_whoever_has_not_logged_in() {
    let desk = Desk::open(ENGINES[0], &[]);
    let meter = desk.suspects()[0].clone();
    for (path, gets, posts) in routes(&meter) {
        let mut stranger = desk.stranger();
        if gets && !is_open(&path) {
            let answer = stranger.get(&path).is(303);
            assert_eq!(answer.location, "/login", "{path}");
            assert!(!answer.body.contains(&meter));
            stranger.get_with(&path, &[("hx-request", "true")]).is(401);
        }
        if posts && path != "/login" && path != "/language" {
            stranger.get("/login").is(200);
            stranger.post(&path, &[("action", "note"), ("reason", "x"), ("name", "x")]).is(401);
        }
    }
    let mut program = desk.stranger();
    for path in ["/api/v1/suspects", "/api/v1/cases", &format!("/api/v1/suspects/{meter}")] {
        program.get(path).is(401);
        program.get_with(path, &[("authorization", "Bearer hw_guess")]).is(401);
    }
    program.get("/api/v1/openapi.json").is(200).says("openapi");
    program.get("/api/v1/docs").is(200).says("POST /api/v1/cases/{meter}/entries").says("missed");
}

#[test]
fn a_role_reaches_its_own_routes_and_no_other() {
    let desk = Desk::open(ENGINES[0], &[]);
    let meter = desk.suspects()[0].clone();
    let administer =
        ["/people", "/people/active", "/tokens", "/tokens/revoke", "/tips/1/forget-caller", "/access"];
    let take_tips = ["/tips", "/tips/answer", "/tips/1", "/tips/1/hand-over"];
    let decide = [
        "entries",
        "/visits",
        "/visits/request",
        "/visits.csv",
        "/list.csv",
        "/verdicts.csv",
        "/report.html",
        "/bulk",
        "evidence.html",
    ];
    let visit = ["/field", "order", "visit", "/undo"];
    let among = |path: &str, list: &[&str]| {
        list.iter().any(|one| path == *one || (!one.contains('/') && path.ends_with(&format!("/{one}"))))
    };
    for (role, forbidden) in [
        ("viewer", [&administer[..], &decide[..], &visit[..], &take_tips[..]].concat()),
        ("inspector", [&administer[..], &decide[..], &take_tips[..]].concat()),
        ("tip_desk", [&administer[..], &decide[..], &visit[..]].concat()),
        ("analyst", administer.to_vec()),
    ] {
        let mut person = desk.with_role(role);
        for (path, gets, posts) in routes(&meter).into_iter().filter(|(path, _, _)| path != "/logout") {
            let is_forbidden = among(&path, &forbidden);
            if gets {
                let status = person.get(&path).status;
                assert_eq!(status == 403, is_forbidden, "{role} GET {path}: {status}");
            }
            if posts && is_forbidden {
                person.get("/").is(200);
                let fields = [("action", "note"), ("reason", "x"), ("name", "ada"), ("is_active", "false")];
                person.post(&path, &fields).is(403);
            }
        }
    }
    // Nothing of what they tried came through.
    desk.administrator().get(&page_of(&meter)).is(200).says("Nobody has written anything yet");
}

#[test]
fn a_form_of_another_session_or_site_changes_nothing() {
    let desk = Desk::open(ENGINES[0], &[]);
    let entries = format!("{}/entries", page_of(&desk.suspects()[0]));
    let (mut analyst, other) = (desk.with_role("analyst"), desk.administrator());
    let note = [("action", "note"), ("reason", "x")];
    analyst.post_bare(&entries, &note).is(403);
    analyst.post_bare(&entries, &[note[0], note[1], ("csrf", "")]).is(403);
    analyst.post_bare(&entries, &[note[0], note[1], ("csrf", &other.csrf)]).is(403).says("does not belong");
    analyst.get("/").is(200);
    analyst.post(&entries, &note).is(303);
    let mut fresh = desk.stranger();
    fresh.get("/login").is(200);
    let before = fresh.csrf.clone();
    fresh.post("/login", &[("name", "ada"), ("password", PASSWORD)]).is(303);
    fresh.get("/").is(200);
    assert_ne!(fresh.csrf, before, "a token from before login is worth nothing after it");
}

#[test]
fn bodies_beyond_any_form_are_refused() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let mut person = desk.stranger();
    person.get("/").is(200);
    let entries = format!("{}/entries", page_of(&desk.suspects()[0]));
    let long = "x".repeat(1 << 20);
    for _ in 0..20 {
        // Whoever sends it gets to read why, not a closed connection.
        person.post(&entries, &[("action", "note"), ("reason", &long)]).is(413);
    }
    let reason = "y".repeat(5000);
    person.post(&entries, &[("action", "note"), ("reason", &reason)]).is(413);
}

#[test]
fn no_path_leads_out_of_the_program() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let mut person = desk.stranger();
    for path in [
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/desk.css%00",
        "/assets//etc/passwd",
        "/meters/..%2f..%2fetc%2fpasswd",
        "/meters/..%2frun.json/days",
        "/meters/%ff%fe",
        "/..%2f..%2fetc/passwd",
    ] {
        let answer = person.get(path);
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.body.contains("root:"));
    }
}

#[test]
fn what_comes_from_data_or_people_is_shown_and_never_run() {
    let desk = Desk::over(ENGINES[0], &["--no-login"], put_hostile_addresses);
    let meter = desk.suspects()[0].clone();
    let (page, mut person) = (page_of(&meter), desk.stranger());
    person.get("/").is(200);
    person.post(&format!("{page}/entries"), &[("action", "note"), ("reason", HOSTILE)]).is(303);
    person.post("/views", &[("name", HOSTILE), ("query", "q=\"><script>")]).is(303);
    for path in
        [&*page, "/", "/visits", "/map", "/access?about=%22%3E%3Cscript%3E", "/?q=%22%3E%3Cscript%3Ealert"]
    {
        let answer = person.get(path).is(200).says_not("<script>alert").says_not("<img src=x");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    person.get(&page).is(200).says("&#60;script&#62;alert(2)");
    // A spreadsheet runs nothing either.
    person
        .post(
            &format!("{page}/entries"),
            &[("action", "verdict"), ("value", "rejected"), ("reason", "=cmd|'/c calc'!A1")],
        )
        .is(303);
    person.get("/verdicts.csv").is(200).says("'=cmd");
}

fn put_hostile_addresses(run: &Path) {
    use polars::prelude::*;
    let path = run.join("register.parquet");
    let mut table = ParquetReader::new(std::fs::File::open(&path).unwrap()).finish().unwrap();
    let hostile = Column::new("address".into(), vec![HOSTILE; table.height()]);
    table.with_column(hostile).unwrap();
    ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut table).unwrap();
}

#[test]
fn statements_take_text_for_text() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let meter = desk.suspects()[0].clone();
        let (page, mut ada) = (page_of(&meter), desk.administrator());
        for text in SQL {
            let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
            for field in
                ["q", "zone", "transformer", "kind", "status", "assignee", "score", "kw", "sort", "page"]
            {
                ada.get(&format!("/?{field}={encoded}")).is(200);
            }
            ada.get(&format!("/access?about={encoded}")).is(200);
            ada.post(&format!("{page}/entries"), &[("action", "note"), ("reason", text)]).is(303);
            ada.post("/views", &[("name", text), ("query", text)]).is(303);
            ada.post("/views/forget", &[("name", text)]).is(303);
            ada.post("/people/active", &[("name", text), ("is_active", "false")]).is(404);
            let mut stranger = desk.stranger();
            stranger.get("/login").is(200);
            stranger.post("/login", &[("name", text), ("password", text)]).is(401);
        }
        let sheet = ada.get(&page).is(200);
        assert_eq!(sheet.body.matches("DROP TABLE case_log").count(), 1);
        desk.administrator().get("/people").is(200).says("ada");
    }
}

#[test]
fn whoever_is_kept_out_is_out_at_once() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let (mut viewer, mut ada) = (desk.with_role("viewer"), desk.administrator());
        viewer.get("/").is(200);
        ada.post("/people/active", &[("name", "viewer-person"), ("is_active", "false")]).is(303);
        assert_eq!(viewer.get("/").is(303).location, "/login");
        ada.post("/people/active", &[("name", "ada"), ("is_active", "false")]).is(422);
        ada.post("/logout", &[]).is(303);
        assert_eq!(ada.get("/").is(303).location, "/login");
    }
}

#[test]
fn who_looked_at_whose_data_is_written_down() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let meter = desk.suspects()[0].clone();
        desk.with_role("viewer").get(&page_of(&meter)).is(200);
        let encoded: String = url::form_urlencoded::byte_serialize(meter.as_bytes()).collect();
        let log = desk.administrator().get(&format!("/access?about={encoded}"));
        log.is(200).says("viewer-person").says("opened a suspect").says("127.0.0.1");
    }
}

#[test]
fn a_session_cookie_is_kept_from_scripts_and_other_sites() {
    let plain = Desk::open(ENGINES[0], &[]);
    let cookie = plain.stranger().get("/login").is(200).header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert!(!cookie.contains("Secure"));
    let behind_tls = Desk::open(ENGINES[0], &["--behind-tls", "--trusted-proxy", "127.0.0.1"]);
    let answer = behind_tls.stranger().get("/login").is(200);
    assert!(answer.header("set-cookie").contains("Secure"));
    assert!(answer.header("strict-transport-security").contains("max-age"));
}

/// What the program says to these flags of `review`, which it refuses.
fn refused(run: &str, flags: &[&str]) -> String {
    let ran = command(["review", run, "--listen", "127.0.0.1:0"]).args(flags).output().unwrap();
    assert_eq!(ran.status.code(), Some(2), "{flags:?}");
    String::from_utf8_lossy(&ran.stderr).into_owned()
}

#[test]
fn behind_a_proxy_someone_logs_in_and_the_proxy_is_named() {
    let run = crate::district::run().to_str().unwrap();
    let proxy = ["--trusted-proxy", "10.0.0.5"];
    let said = refused(run, &["--no-login", "--behind-tls", proxy[0], proxy[1]]);
    assert!(said.contains("--no-login") && said.contains("Let people log in"), "{said}");
    assert!(refused(run, &["--behind-tls"]).contains("--trusted-proxy 10.0.0.5"));
    assert!(refused(run, &proxy).contains("Add --behind-tls"));
    assert!(refused(run, &["--behind-tls", "--trusted-proxy", "proxy"]).contains("10.0.0.0/24"));
}

#[test]
fn only_a_trusted_proxy_says_who_asks() {
    for (trusted, shown) in [("127.0.0.1", "203.0.113.7"), ("10.0.0.5", "127.0.0.1")] {
        let desk = Desk::open(ENGINES[0], &["--behind-tls", "--trusted-proxy", trusted]);
        // The first address is what a client wrote itself.
        let forwarded = [("x-forwarded-for", "198.51.100.1, 203.0.113.7")];
        let mut stranger = desk.stranger();
        stranger.get_with("/login", &forwarded).is(200);
        stranger.post_with("/login", &forwarded, &[("name", "ada"), ("password", "guess")]).is(401);
        stranger.get("/login").is(200);
        stranger.post_with("/login", &forwarded, &[("name", "ada"), ("password", PASSWORD)]).is(303);
        let log = stranger.get_with("/access", &forwarded).is(200);
        log.says(shown).says_not("198.51.100.1");
    }
}

#[test]
fn runs_of_one_folder_have_accounts_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str| {
        let run = folder.path().join(name);
        super::desk::copy(crate::district::run(), &run);
        run.to_str().unwrap().to_owned()
    };
    let (first, second) = (run("run 1"), run("run2"));
    let mut child = command(["review", &first, "--add-administrator", "ada"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{PASSWORD}\n").as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(folder.path().join("run 1.review.sqlite").is_file());
    assert!(refused(&second, &[]).contains("nobody may log in yet"));
    // A file that every run of the folder shared is not passed over, nor taken for this run's.
    std::fs::rename(folder.path().join("run 1.review.sqlite"), folder.path().join("review.sqlite")).unwrap();
    let said = refused(&first, &[]);
    assert!(said.contains("earlier version") && said.contains("--database sqlite://"), "{said}");
}

#[test]
fn a_desk_without_login_is_refused_where_others_reach_it() {
    let run = crate::district::run().to_str().unwrap();
    let ran = command(["review", run, "--no-login", "--listen", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("--no-login"));
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("empty.sqlite").display());
    let ran = command(["review", run, "--listen", "127.0.0.1:0", "--database", &database]).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("--add-administrator"));
    let missing = folder.path().join("no-run");
    let ran = command(["review", missing.to_str().unwrap(), "--no-login", "--database", &database])
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("hashwatt detect"));
}

#[test]
fn the_desk_reveals_nothing_of_its_session_to_a_reader_of_pages() {
    let desk = Desk::open(ENGINES[0], &[]);
    let mut ada: Client = desk.administrator();
    let page = ada.get("/").is(200);
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("content-encoding"), "", "what holds a token is not compressed");
    assert!(ada.get("/assets/echarts.min.js").is(200).header("cache-control").contains("immutable"));
}
