//! Works through cases as an analyst does, on both databases.

use std::path::Path;

use hashwatt::acquisition::verdicts::{Verdict, Verdicts};
use hashwatt::language::Language;
use hashwatt::language::message::{Message, Value};
use sqlx::{Connection, Executor};

use super::client::page_of;
use super::desk::{Desk, ENGINES};

#[test]
fn a_verdict_is_written_undone_by_a_new_one_and_exported_for_detect() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let meter = &desk.suspects()[0];
        let mut analyst = desk.with_role("analyst");
        let page = page_of(meter);
        analyst.get(&page).is(200).says(meter).says("Evidence");
        let verdict =
            |value| [("action", "verdict"), ("value", value), ("reason", "inspector found a cold store")];
        analyst.post(&format!("{page}/entries"), &verdict("rejected")).is(303);
        analyst.get(&page).is(200).says("status rejected").says("inspector found a cold store");
        analyst.get("/?status=rejected").is(200).says(meter).says("1 line");
        analyst.post(&format!("{page}/entries"), &verdict("confirmed")).is(303);
        analyst.get(&page).is(200).says("status confirmed");
        analyst.get("/?status=rejected").is(200).says("0 lines");
        let csv = analyst.get("/verdicts.csv").is(200).body;
        let rejected = csv.find("rejected").unwrap();
        assert!(rejected < csv.find("confirmed").unwrap(), "both stand, oldest first: {csv}");
        let path = desk.run.join("verdicts.csv");
        std::fs::write(&path, csv).unwrap();
        let (verdicts, findings) = Verdicts::read(Path::new(&path)).unwrap();
        assert!(findings.is_empty(), "{findings:?}");
        assert_eq!(verdicts.get(&meter.as_str().into()), Some(Verdict::Confirmed));
    }
}

#[test]
fn a_verdict_needs_a_reason_and_a_known_name() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let entries = format!("{}/entries", page_of(&desk.suspects()[0]));
    let mut analyst = desk.stranger();
    analyst.get("/").is(200);
    analyst.post(&entries, &[("action", "verdict"), ("value", "confirmed"), ("reason", " ")]).is(422);
    analyst.post(&entries, &[("action", "verdict"), ("value", "guess"), ("reason", "x")]).is(422);
    analyst.post(&entries, &[("action", "verdict"), ("value", "confirmed")]).is(422);
    analyst.post("/meters/nobody/entries", &[("action", "note"), ("reason", "x")]).is(404);
    analyst.get("/verdicts.csv").is(200).says_not("confirmed");
}

#[test]
fn whoever_has_not_seen_the_last_entry_is_told_before_it_is_overruled() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let entries = format!("{}/entries", page_of(&desk.suspects()[0]));
        let (mut one, mut other) = (desk.administrator(), desk.administrator());
        let verdict = |value, seen| {
            [("action", "verdict"), ("value", value), ("reason", "seen on site"), ("seen", seen)]
        };
        one.post(&entries, &verdict("confirmed", "0")).is(303);
        other.post(&entries, &verdict("rejected", "0")).is(409).says("Somebody else has written");
        one.get("/?status=confirmed").is(200).says("1 line");
    }
}

#[test]
fn work_is_given_visited_closed_and_watched() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let meter = &desk.suspects()[0];
        let (page, mut analyst) = (page_of(meter), desk.with_role("analyst"));
        let entries = format!("{page}/entries");
        let mut write = |fields: &[(&str, &str)]| {
            analyst.post(&entries, fields).is(303);
        };
        write(&[("action", "assign"), ("value", "analyst-person")]);
        write(&[("action", "note"), ("reason", "neighbours hear fans")]);
        write(&[("action", "visit_requested"), ("value", "2022-03-01")]);
        write(&[("action", "visit_result"), ("value", "farm_found"), ("reason", "nine machines")]);
        // The district's data ends after this day: what still draws then draws again.
        write(&[("action", "closed"), ("value", "2022-01-15")]);
        analyst.get("/?assignee=analyst-person").is(200).says(meter).says("1 line");
        analyst.get("/?assignee=nobody&status=closed").is(200).says("0 lines");
        let sheet = analyst.get(&page).is(200);
        for words in ["neighbours hear fans", "nine machines", "farm found", "1 Mar 2022", "15 Jan 2022"] {
            assert!(sheet.body.contains(words), "{words}");
        }
        analyst.get("/watched").is(200).says(meter).says("15 Jan 2022");
    }
}

#[test]
fn many_look_at_once_and_each_sees_what_they_asked_for() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let meters = desk.suspects();
    std::thread::scope(|scope| {
        for from in 0..8 {
            let (desk, meters) = (&desk, &meters);
            scope.spawn(move || {
                let mut person = desk.stranger();
                for meter in meters.iter().cycle().skip(from).take(30) {
                    person.get(&page_of(meter)).is(200).says(meter);
                    person.get(&format!("{}/charts.json", page_of(meter))).is(200);
                }
            });
        }
    });
}

#[test]
fn every_reason_of_a_run_is_said_in_russian_and_kazakh() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let table = crate::program::read_table(&desk.run.join("reasons.parquet"));
    // Names of the district's meters have one letter each.
    let is_word = |word: &&str| word.chars().filter(char::is_ascii_alphabetic).count() > 1;
    let mut n = 0;
    let (codes, parameters) =
        (crate::program::texts(&table, "indicator"), crate::program::texts(&table, "parameters"));
    let english = crate::program::texts(&table, "words");
    for ((code, parameters), words) in codes.into_iter().zip(parameters).zip(english) {
        let message = Message::stored(&code.unwrap(), &parameters.unwrap()).unwrap();
        assert_eq!(Language::english().say_message("reason", &message), words.unwrap());
        // Names are as the data has them, in every language.
        let names: Vec<_> = message.values.iter().map(|(_, value)| value).filter_map(name_of).collect();
        for language in Language::all() {
            let said = language.say_message("reason", &message);
            assert!(!said.contains("{$"), "{said}");
            if language.code == "en" {
                continue;
            }
            let said = names.iter().fold(said.replace("residual:", ""), |said, name| said.replace(name, ""));
            let left = said.split(|c: char| !c.is_alphanumeric()).find(is_word);
            assert_eq!(left, None, "{}: {said}", language.code);
            n += 1;
        }
    }
    assert!(n > 100, "{n}");
}

fn name_of(value: &Value) -> Option<&str> {
    match value {
        Value::Name(name) => Some(name),
        _ => None,
    }
}

#[test]
fn what_was_written_can_neither_be_changed_nor_deleted() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &["--no-login"]);
        let mut analyst = desk.stranger();
        analyst.get("/").is(200);
        let page = page_of(&desk.suspects()[0]);
        analyst.post(&format!("{page}/entries"), &[("action", "note"), ("reason", "first")]).is(303);
        analyst.get(&page).is(200);
        let refused = tokio::runtime::Runtime::new().unwrap().block_on(async {
            sqlx::any::install_default_drivers();
            let mut connection = sqlx::AnyConnection::connect(&desk.database).await.unwrap();
            let mut refused = Vec::new();
            for statement in
                ["UPDATE case_log SET reason = 'second'", "DELETE FROM case_log", "DELETE FROM access_log"]
            {
                refused.push(connection.execute(statement).await.unwrap_err().to_string());
            }
            refused
        });
        assert!(refused.iter().all(|error| error.contains("only grows")), "{refused:?}");
    }
}

#[test]
fn the_list_is_searched_filtered_ordered_and_paged() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let mut viewer = desk.stranger();
    let meter = &desk.suspects()[0];
    let encoded: String = url::form_urlencoded::byte_serialize(meter.as_bytes()).collect();
    viewer.get(&format!("/?q={encoded}")).is(200).says("1 line").says(meter);
    viewer.get("/?q=no+such+thing").is(200).says("0 lines");
    viewer.get("/?show=all&kw=100000").is(200).says("0 lines");
    viewer.get("/?zone=nowhere").is(200).says("0 lines");
    let all = viewer.get("/?show=all").is(200);
    assert!(all.body.contains("page=2"));
    viewer.get("/?show=all&page=2").is(200).says("2 / ");
    viewer.get("/?show=all&page=99999999999999999999").is(200).says("1 / ");
    let part = viewer.get_with("/?sort=kw", &[("hx-target", "list")]).is(200);
    assert!(!part.body.contains("<html") && part.body.contains("<table"));
    for sort in ["place", "rank", "kw", "onset", "energy", "recoverable", "burden", "meter"] {
        viewer.get(&format!("/?show=all&sort={sort}")).is(200).says("<table");
    }
}

#[test]
fn views_and_columns_are_each_persons_own() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let (mut analyst, mut viewer) = (desk.with_role("analyst"), desk.with_role("viewer"));
        analyst.post("/views", &[("name", "large rigs"), ("query", "kw=5&evil=1")]).is(303);
        analyst.get("/").is(200).says("large rigs").says("/?kw=5\"");
        viewer.get("/").is(200).says_not("large rigs");
        analyst.post("/columns", &[("column", "machines"), ("column", "nonsense")]).is(303);
        analyst.get("/").is(200).says(">Machines</a></th>").says_not(">Zone</a></th>");
        viewer.get("/").is(200).says(">Zone</a></th>");
        analyst.post("/views/forget", &[("name", "large rigs")]).is(303);
        analyst.get("/").is(200).says_not("large rigs");
    }
}

#[test]
fn a_batch_of_visits_is_planned_and_asked_for() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &["--no-login"]);
        let mut analyst = desk.stranger();
        analyst.get("/visits?visits=4&inspectors=2").is(200).says("Inspector 2").says("km");
        let csv = analyst.get("/visits.csv?visits=4&inspectors=2").is(200).body;
        let meters: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').nth(2)).collect();
        assert_eq!(meters.len(), 4, "{csv}");
        let fields: Vec<(&str, &str)> =
            meters.iter().map(|meter| ("meter", *meter)).chain([("day", "2022-04-01")]).collect();
        analyst.post("/visits/request", &fields).is(303);
        analyst.get("/?status=visit_requested").is(200).says("4 lines");
    }
}

#[test]
fn an_exported_list_opens_in_a_spreadsheet_of_each_language() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let mut analyst = desk.stranger();
    analyst.get("/").is(200);
    let every =
        ["kind", "rig", "machines", "onset", "ended", "on", "visit_chance", "energy", "burden", "address"];
    let columns: Vec<(&str, &str)> = every.iter().map(|name| ("column", *name)).collect();
    analyst.post("/columns", &columns).is(303);
    for (code, separator, decimal) in [("en", b',', '.'), ("ru", b';', ','), ("kk", b';', ',')] {
        analyst.post("/language", &[("language", code)]).is(303);
        let bytes = analyst.get("/list.csv").is(200).body;
        let text = bytes.strip_prefix('\u{feff}').expect("it says that it is UTF-8");
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let kw = Language::with_code(code).unwrap().say("unit-kw");
        let of_kw: Vec<usize> =
            (0..header.len()).filter(|at| header[*at].ends_with(&format!(", {kw}"))).collect();
        assert_eq!(of_kw.len(), 3, "the rig and its interval are three numbers: {header:?}");
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), desk.suspects().len());
        for row in &rows {
            for at in &of_kw {
                let number: Option<f64> = row[*at].replace(decimal, ".").parse().ok();
                assert!(number.is_some_and(|kw| kw > 0.0), "{code}: {:?}", &row[*at]);
            }
        }
        let visits = analyst.get("/visits.csv?visits=4").is(200).body;
        assert!(visits.contains(&format!("rig_kw{}chance", separator as char)), "{visits}");
    }
}

#[test]
fn a_new_run_keeps_the_cases_and_says_what_moved() {
    for engine in ENGINES {
        let mut desk = Desk::open(engine, &["--no-login"]);
        let mut analyst = desk.stranger();
        let suspects = desk.suspects();
        analyst.get("/moved").is(200).says("first run");
        let entries = format!("{}/entries", page_of(&suspects[0]));
        analyst.post(&entries, &[("action", "verdict"), ("value", "confirmed"), ("reason", "seen")]).is(303);
        // The next run has other suspects: the first of these is not on its visit list.
        drop_suspect(&desk.run, &suspects[0]);
        desk.restart();
        let mut analyst = desk.stranger();
        analyst.get("/?status=confirmed").is(200).says(&suspects[0]);
        analyst
            .get("/moved")
            .is(200)
            .says("no longer on the visit list")
            .says(&suspects[0])
            .says("1 line moved");
    }
}

/// Makes the run another one, of which `meter` is no suspect.
fn drop_suspect(run: &Path, meter: &str) {
    use polars::prelude::*;
    let path = run.join("suspects.parquet");
    let table = ParquetReader::new(std::fs::File::open(&path).unwrap()).finish().unwrap();
    let is_kept = table.column("meter_id").unwrap().str().unwrap().not_equal(meter);
    let mut table = table.filter(&is_kept).unwrap();
    ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut table).unwrap();
    let record = run.join("run.json");
    let text = std::fs::read_to_string(&record).unwrap();
    std::fs::write(&record, text + "\n").unwrap();
    crate::district::seal(run);
}

#[test]
fn charts_days_and_map_have_their_numbers() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let mut viewer = desk.stranger();
    let page = page_of(&desk.suspects()[0]);
    let charts = viewer.get(&format!("{page}/charts.json")).is(200).json();
    assert!(charts["heat"].is_object() && charts["days"].is_object(), "{charts}");
    assert!(charts["peers"].is_object() && !charts["duration"].as_array().unwrap().is_empty());
    viewer.get(&format!("{page}/days")).is(200).says("2022");
    let map = viewer.get("/map.json").is(200).json();
    assert!(!map["suspects"].as_array().unwrap().is_empty());
    assert!(!map["transformers"].as_array().unwrap().is_empty());
}

#[test]
fn every_page_speaks_three_languages() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let mut stranger = desk.stranger();
        stranger.get_with("/login", &[("accept-language", "kk-KZ,ru;q=0.5")]).is(200).says("Құпиясөз");
        let mut ada = desk.administrator();
        ada.post("/language", &[("language", "ru")]).is(303);
        for path in ["/", "/map", "/visits", "/moved", "/watched", "/people", "/access"] {
            ada.get(path).is(200).says("lang=\"ru\"").says("Список");
        }
        ada.get(&page_of(&desk.suspects()[0])).is(200).says("Признаки");
        ada.post("/language", &[("language", "xx")]).is(422);
        // The choice is the person's: it is there after the next login.
        desk.administrator().get("/").is(200).says("lang=\"ru\"");
    }
}

#[test]
fn it_stops_when_told_and_says_that_it_lives() {
    let mut desk = Desk::open(ENGINES[0], &["--no-login"]);
    let mut stranger = desk.stranger();
    stranger.get("/healthz").is(200).says("ok");
    stranger.get("/").is(200);
    stranger.get("/metrics").is(200).says("hashwatt_requests_total").says("hashwatt_request_seconds_bucket");
    assert_eq!(desk.stop(), Some(0));
}
