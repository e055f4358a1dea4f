//! Works through the queue: many lines at once, undo, due days, orders of the list, visits, one's own password.

use std::time::Instant;

use super::client::{Client, page_of};
use super::desk::{Desk, ENGINES, PASSWORD};

/// Longest that a verdict on five thousand lines may take. [s]
const BULK_S: f64 = 3.0;

/// The numbers of the entries that an answer leads to: `first-last`.
fn written(location: &str) -> (String, String) {
    let (first, last) = location.split("done=").nth(1).unwrap().split_once('-').unwrap();
    (first.to_owned(), last.to_owned())
}

fn bulk(client: &mut Client, n: usize, fields: &[(&str, &str)]) -> super::client::Answer {
    let n = n.to_string();
    let all: Vec<(&str, &str)> = fields.iter().copied().chain([("scope", "all"), ("n", &*n)]).collect();
    client.post("/bulk", &all)
}

#[test]
fn a_verdict_on_every_line_of_a_list_is_written_at_once_and_taken_back_at_once() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let mut analyst = desk.with_role("analyst");
        let n = desk.suspects().len();
        let reject = [("do", "verdict rejected"), ("reason", "a cold store")];
        let answer = bulk(&mut analyst, n, &reject).is(303);
        analyst.get(&answer.location).is(200).says("Undo").says(&format!("{n} lines: Verdict: Rejected"));
        analyst.get("/?status=rejected").is(200).says(&format!("{n} lines"));
        let (first, last) = written(&answer.location);
        analyst.post("/undo", &[("first", &*first), ("last", &*last), ("back", "?")]).is(303);
        analyst.get("/?status=rejected").is(200).says("0 lines");
        analyst.get("/verdicts.csv").is(200).says_not("rejected");
        analyst.get(&page_of(&desk.suspects()[0])).is(200).says("taken-back").says("Taken back");
        // What was taken back cannot be taken back again.
        analyst.post("/undo", &[("first", &*first), ("last", &*last)]).is(409);
    }
}

#[test]
fn many_lines_are_written_on_all_or_none() {
    let desk = Desk::open(ENGINES[0], &[]);
    let (mut analyst, meters) = (desk.with_role("analyst"), desk.suspects());
    let n = meters.len();
    bulk(&mut analyst, n, &[("do", "verdict rejected")]).is(422).says("`reason` must be a text");
    bulk(&mut analyst, n, &[("do", "assign"), ("person", "nobody here")])
        .is(422)
        .says("`value` must be the name");
    bulk(&mut analyst, n + 1, &[("do", "note"), ("reason", "x")]).is(422).says("other lines");
    analyst
        .post("/bulk", &[("scope", "ticked"), ("do", "note"), ("reason", "x")])
        .is(422)
        .says("No line is ticked");
    let ticked =
        [("scope", "ticked"), ("do", "note"), ("reason", "x"), ("meter", &*meters[0]), ("meter", "nobody")];
    analyst.post("/bulk", &ticked).is(404);
    analyst.get("/?status=open").is(200).says("0 lines");
    let ticked = [
        ("scope", "ticked"),
        ("do", "due"),
        ("day", "2026-01-31"),
        ("meter", &*meters[0]),
        ("meter", &*meters[1]),
    ];
    analyst.post("/bulk", &ticked).is(303);
    analyst.get("/?status=open").is(200).says("2 lines").says("31 Jan 2026");
    let mut viewer = desk.with_role("viewer");
    bulk(&mut viewer, n, &[("do", "note"), ("reason", "x")]).is(403);
}

#[test]
fn five_thousand_lines_are_written_on_within_three_seconds() {
    // A run of so many meters takes minutes to make; its lines are written here as they would be there.
    use hashwatt::review::case::{Action, Entry};
    use hashwatt::review::database::Database;
    use hashwatt::review::database::runs::PastLine;
    for engine in ENGINES {
        let folder = tempfile::tempdir().unwrap();
        let url = match engine {
            super::desk::Engine::Sqlite => {
                format!("sqlite://{}", folder.path().join("desk.sqlite").display())
            }
            super::desk::Engine::Postgres => super::postgres::new_database(),
        };
        let line = PastLine { rank: 1, score: 0.9, rig_kw: Some(3.0), is_suspect: true };
        let entry = |n: usize| Entry {
            id: 0,
            at: 1_700_000_000,
            person: "analyst".to_owned(),
            meter: format!("M{n:07}"),
            action: Action::Verdict,
            value: "rejected".to_owned(),
            reason: "a cold store".to_owned(),
            run: "run".to_owned(),
        };
        let entries: Vec<_> = (0..5000).map(|n| (entry(n), Some(line))).collect();
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let database = Database::open(&url).await.unwrap();
            let begun = Instant::now();
            let last = database.append(&entries).await.unwrap();
            let took_s = begun.elapsed().as_secs_f64();
            assert!(took_s < BULK_S, "{engine:?}: {took_s} s");
            let stored = database.entries_between(last - 4999, last).await.unwrap();
            assert_eq!(stored.len(), 5000);
            assert_eq!((&*stored[0].meter, &*stored[4999].meter), ("M0000000", "M0004999"));
        });
    }
}

#[test]
fn only_the_last_entry_is_taken_back_and_only_by_who_wrote_it() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let entries = format!("{}/entries", page_of(&desk.suspects()[0]));
        let (mut analyst, mut ada) = (desk.with_role("analyst"), desk.administrator());
        let note = [("action", "note"), ("reason", "first")];
        let (first, last) = written(&analyst.post(&entries, &note).is(303).location);
        let taken = [("first", &*first), ("last", &*last)];
        ada.post("/undo", &taken).is(404);
        ada.post(&entries, &[("action", "note"), ("reason", "second")]).is(303);
        analyst.post("/undo", &taken).is(409).says("Somebody else has written");
        analyst.get("/?status=open").is(200).says("1 line");
    }
}

#[test]
fn what_is_due_is_shown_until_it_is_done_and_taking_a_case_assigns_it() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let meters = desk.suspects();
        let mut analyst = desk.with_role("analyst");
        let entries = |meter: &str| format!("{}/entries", page_of(meter));
        analyst.get(&page_of(&meters[0])).is(200).says("id=\"take\"");
        analyst.post(&entries(&meters[0]), &[("action", "assign"), ("value", "analyst-person")]).is(303);
        analyst.get(&page_of(&meters[0])).is(200).says_not("id=\"take\"");
        analyst.post(&entries(&meters[0]), &[("action", "due"), ("value", "2026-01-31")]).is(303);
        analyst.post(&entries(&meters[1]), &[("action", "visit_requested"), ("value", "2099-01-31")]).is(303);
        let list = analyst.get("/?sort=due").is(200);
        let place = |meter: &str| list.body.find(&format!("data-meter=\"{meter}\"")).unwrap();
        assert!(place(&meters[0]) < place(&meters[1]) && place(&meters[1]) < place(&meters[2]));
        analyst.get("/?late=yes").is(200).says("1 line").says(&meters[0]).says("status late");
        let rejected = [("action", "verdict"), ("value", "rejected"), ("reason", "seen")];
        analyst.post(&entries(&meters[0]), &rejected).is(303);
        analyst.get("/?late=yes").is(200).says("0 lines");
    }
}

#[test]
fn the_list_is_ordered_by_every_column_in_both_directions() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let mut analyst = desk.stranger();
    analyst.get("/").is(200);
    let every: Vec<&str> =
        hashwatt::review::pages::columns::Column::ALL.iter().map(|column| column.as_str()).collect();
    let chosen: Vec<(&str, &str)> = every.iter().map(|name| ("column", *name)).collect();
    analyst.post("/columns", &chosen).is(303);
    let page = analyst.get("/?show=all").is(200).body;
    let order = |body: &str| -> Vec<String> {
        let rows = body.split("data-meter=\"").skip(1);
        rows.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let heads = page.split("<thead>").nth(1).unwrap().split("</thead>").next().unwrap();
    let sorts: Vec<String> = heads
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&"))
        .collect();
    assert_eq!(sorts.len(), every.len() + 3, "{sorts:?}");
    let mut orders = std::collections::BTreeSet::new();
    for sort in &sorts {
        let sort = sort.replace("&direction=reversed", "");
        let down = analyst.get(&sort).is(200).body;
        assert!(down.contains("aria-sort"), "{sort}");
        let up = analyst.get(&format!("{sort}&direction=reversed")).is(200).body;
        assert_eq!(order(&down).len(), 50, "{sort}");
        orders.insert(order(&down));
        orders.insert(order(&up));
    }
    assert!(orders.len() > 20, "{} orders of {} columns", orders.len(), sorts.len());
}

#[test]
fn an_inspector_sees_the_visits_and_writes_what_was_found() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let meters = desk.suspects();
        let mut analyst = desk.with_role("analyst");
        let mut inspector = desk.with_role("inspector");
        inspector.get("/field").is(200).says("No visit is asked of you");
        for meter in &meters[..3] {
            let entries = format!("{}/entries", page_of(meter));
            analyst.post(&entries, &[("action", "visit_requested"), ("value", "2026-01-31")]).is(303);
        }
        let to = [("action", "assign"), ("value", "ada")];
        analyst.post(&format!("{}/entries", page_of(&meters[2])), &to).is(303);
        inspector
            .get("/field")
            .is(200)
            .says(&meters[0])
            .says(&meters[1])
            .says_not(&format!("<strong>{}</strong>", meters[2]));
        let order = inspector.get(&format!("{}/order", page_of(&meters[0]))).is(200);
        let order = order.says("Work order").says("What to look for").says("kW").says("31 Jan 2026");
        assert!(order.body.contains("href=\"geo:4") || !meters[0].starts_with('M'), "{}", order.body);
        let visit = |meter: &str| format!("{}/visit", page_of(meter));
        inspector.post(&visit(&meters[0]), &[("value", "guess")]).is(422).says("`value` must be farm_found");
        let answer =
            inspector.post(&visit(&meters[0]), &[("value", "no_access"), ("reason", "nobody in")]).is(303);
        assert!(answer.location.starts_with("/field?done="), "{}", answer.location);
        // Nobody got in, so the visit is still to be made.
        inspector.get("/field").is(200).says(&meters[0]);
        inspector.post(&visit(&meters[0]), &[("value", "farm_found"), ("reason", "nine machines")]).is(303);
        inspector.get("/field").is(200).says_not(&format!("<strong>{}</strong>", meters[0]));
        analyst.get("/?status=visited").is(200).says(&meters[0]).says("1 line");
        let verdict = [("action", "verdict"), ("value", "confirmed"), ("reason", "x")];
        inspector.post(&format!("{}/entries", page_of(&meters[0])), &verdict).is(403);
        for path in ["/visits", "/list.csv", "/tips", "/people"] {
            inspector.get(path).is(403);
        }
        desk.with_role("viewer").get("/field").is(403);
    }
}

#[test]
fn an_evidence_file_holds_the_log_and_its_chain_is_checked() {
    use crate::program::command;
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let meter = desk.suspects()[0].clone();
        let mut analyst = desk.with_role("analyst");
        let entries = format!("{}/entries", page_of(&meter));
        let verdict = [("action", "verdict"), ("value", "confirmed"), ("reason", "nine </script> machines")];
        analyst.post(&entries, &verdict).is(303);
        let run = desk.run.to_str().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let verify = |file: &str, code: i32| {
            let ran = command(["verify", file, "--run", run]).output().unwrap();
            let said = String::from_utf8_lossy(&ran.stdout).into_owned();
            assert_eq!(ran.status.code(), Some(code), "{said}{}", String::from_utf8_lossy(&ran.stderr));
            said
        };
        for (language, says) in [
            ("en", "What this file rests on"),
            ("ru", "На чём основан этот файл"),
            ("kk", "Бұл файл неге сүйенеді"),
        ] {
            let out = path(&format!("{language}.html"));
            let asked = [
                "evidence",
                run,
                &meter,
                "--out",
                &out,
                "--database",
                &desk.database,
                "--language",
                language,
            ];
            let ran = command(asked).output().unwrap();
            assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
            let page = std::fs::read_to_string(&out).unwrap();
            assert!(
                page.contains(says) && page.contains("readings.parquet") && page.contains("analyst-person")
            );
            let sum = String::from_utf8_lossy(&ran.stdout).split_whitespace().last().unwrap().to_owned();
            assert!(verify(&out, 0).contains(&sum));
            // It is not written over.
            assert_eq!(command(asked).output().unwrap().status.code(), Some(2));
            std::fs::write(path("changed.html"), page.replace("machines", "heaters")).unwrap();
            let said = verify(&path("changed.html"), 1);
            assert!(said.contains("page:") && said.contains("log 1:"), "{said}");
        }
        let page = analyst.get(&format!("{}/evidence.html", page_of(&meter))).is(200);
        assert!(page.header("content-disposition").contains("attachment"));
        std::fs::write(path("desk.html"), page.body).unwrap();
        let sum =
            verify(&path("desk.html"), 0).split_whitespace().last().unwrap().trim_end_matches('.').to_owned();
        desk.administrator().get("/access").is(200).says(&sum);
        desk.with_role("viewer").get(&format!("{}/evidence.html", page_of(&meter))).is(403);
        let ran = command(["evidence", run, "nobody", "--out", &path("n.html")]).output().unwrap();
        assert_eq!(ran.status.code(), Some(2));
    }
}

#[test]
fn a_person_sets_a_password_of_their_own() {
    const NEW: &str = "another sentence nobody guesses";
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let mut viewer = desk.with_role("viewer");
        let mut elsewhere = desk.logged_in("viewer-person");
        viewer.get("/account").is(200).says("viewer-person");
        let mut set = |old, new, again| {
            viewer.post("/account/password", &[("password", old), ("new", new), ("again", again)])
        };
        set("wrong", NEW, NEW).is(422).says("not right");
        set(PASSWORD, NEW, "else").is(422).says("differ");
        set(PASSWORD, "short", "short").is(422).says("too short");
        set(PASSWORD, NEW, NEW).is(200).says("The password is set");
        viewer.get("/").is(200);
        assert_eq!(elsewhere.get("/").is(303).location, "/login", "other sessions are over");
        let mut again = desk.stranger();
        again.get("/login").is(200);
        again.post("/login", &[("name", "viewer-person"), ("password", PASSWORD)]).is(401);
        again.post("/login", &[("name", "viewer-person"), ("password", NEW)]).is(303);
    }
}

#[test]
fn a_refusal_is_said_in_the_persons_language() {
    let desk = Desk::open(ENGINES[0], &[]);
    let mut viewer = desk.with_role("viewer");
    viewer.post("/language", &[("language", "ru")]).is(303);
    viewer.get("/people").is(403).says("Ваша роль этого не позволяет");
    let mut ada = desk.administrator();
    ada.post("/language", &[("language", "kk")]).is(303);
    let entries = format!("{}/entries", page_of(&desk.suspects()[0]));
    ada.post(&entries, &[("action", "verdict"), ("value", "guess"), ("reason", "x")])
        .is(422)
        .says("немесе missed");
}

#[test]
fn times_are_those_of_the_runs_zone() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let mut analyst = desk.stranger();
    analyst.get("/").is(200);
    let page = page_of(&desk.suspects()[0]);
    analyst.post(&format!("{page}/entries"), &[("action", "note"), ("reason", "x")]).is(303);
    let zone = jiff::tz::TimeZone::get("Asia/Almaty").unwrap();
    let now = jiff::Timestamp::now().to_zoned(zone);
    let offset = format!("UTC{:+}", now.offset().seconds() / 3600);
    analyst.get(&page).is(200).says(&offset).says(&now.strftime("%-d %b %Y").to_string());
}
