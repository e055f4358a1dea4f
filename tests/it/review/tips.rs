//! Takes calls at the desk: answered, saved, handed over; who called is shown to few and not for long.

use hashwatt::run::past_run::PastRun;
use sqlx::{Connection, Executor};

use super::client::{Client, page_of};
use super::desk::{Desk, ENGINES, Engine};
use crate::program::{read_table, texts};

const NAME: &str = "Serik Amanov";
const PHONE: &str = "8 701 123 45 67";

/// A suspect of the run that has an address, and the address.
fn place(desk: &Desk) -> (String, String) {
    let table = read_table(&desk.run.join("suspects.parquet"));
    let all = texts(&table, "meter_id").into_iter().zip(texts(&table, "address"));
    all.filter_map(|(meter, address)| meter.zip(address)).next().expect("a suspect with an address")
}

/// The last day of the run's data: what a caller of that day says can be judged.
pub fn last_day(desk: &Desk) -> String {
    PastRun::open(&desk.run).unwrap().last_day().unwrap().to_string()
}

/// What a caller says of an address.
fn call<'a>(address: &'a str, text: &'a str, day: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("text", text), ("address", address), ("day", day), ("caller_name", NAME), ("caller_phone", PHONE)]
}

/// Takes a call; the address of the tip's page.
fn take(person: &mut Client, said: &[(&str, &str)]) -> String {
    person.get("/tips").is(200);
    person.post("/tips", said).is(303).location
}

#[test]
fn a_call_is_answered_at_once_saved_and_handed_over() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let ((meter, address), day) = (place(&desk), last_day(&desk));
        drop(desk.with_role("analyst"));
        let mut tip_desk = desk.with_role("tip_desk");
        let said = call(&address, "Fans hum day and night", &day);
        tip_desk.get("/tips").is(200).says("Take a call");
        tip_desk
            .post("/tips/answer", &said)
            .is(200)
            .says(&meter)
            .says("supported")
            .says("noise day and night");
        tip_desk.get("/tips").is(200).says("No tip has been taken");
        let page = take(&mut tip_desk, &said);
        tip_desk.get(&page).is(200).says("Fans hum day and night").says("not proof");
        tip_desk.get(&page_of(&meter)).is(200).says("Fans hum day and night");
        let over = [("meter", &*meter), ("to", "analyst-person"), ("reason", "caller lives below")];
        tip_desk.post(&format!("{page}/hand-over"), &over).is(303);
        tip_desk.get(&page).is(200).says("Handed over:");
        let mut analyst = desk.logged_in("analyst-person");
        analyst.get("/?assignee=analyst-person&status=open").is(200).says(&meter).says("1 line");
        analyst.get(&page_of(&meter)).is(200).says("caller lives below").says("Tip handed over: 1");
        // A tip desk is no analyst; what is not in the run has no case.
        tip_desk.post(&format!("{page}/hand-over"), &[("meter", &*meter), ("to", "tip_desk-person")]).is(422);
        tip_desk.post(&format!("{page}/hand-over"), &[("meter", "nobody")]).is(404);
        tip_desk.post("/tips/99/hand-over", &[("meter", &*meter)]).is(404);
    }
}

#[test]
fn who_called_is_shown_to_administrators_alone_and_written_down() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let ((meter, address), day) = (place(&desk), last_day(&desk));
        let mut analyst = desk.with_role("analyst");
        let text = format!("{NAME}, {PHONE}: the snow is gone from the roof");
        let page = take(&mut analyst, &call(&address, &text, &day));
        for path in [&*page, "/tips", &page_of(&meter)] {
            let shown = analyst.get(path).is(200);
            assert!(!shown.body.contains("Serik") && !shown.body.contains("123 45 67"), "{path}");
        }
        analyst.get(&page).is(200).says("[caller]").says("melted snow");
        analyst.post(&format!("{page}/forget-caller"), &[]).is(403);
        let mut ada = desk.administrator();
        ada.get(&page).is(200).says(NAME).says(PHONE);
        ada.get("/access?about=ada").is(200).says("saw who called");
        ada.get(&page).is(200);
        ada.post(&format!("{page}/forget-caller"), &[]).is(303);
        ada.get(&page).is(200).says_not(NAME).says("has been deleted").says("the snow is gone from the roof");
    }
}

#[test]
fn who_called_is_deleted_when_the_time_is_over() {
    for engine in ENGINES {
        let mut desk = Desk::open(engine, &["--no-login", "--keep-callers", "0"]);
        let ((_, address), day) = (place(&desk), last_day(&desk));
        let mut person = desk.stranger();
        let page = take(&mut person, &call(&address, "hum", &day));
        // Time goes by in seconds; the desk looks when it opens and then three times a minute.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        desk.restart();
        let mut person = desk.stranger();
        person.get(&page).is(200).says_not(NAME).says("hum");
        assert_eq!(desk.stop(), Some(0));
        if engine == Engine::Sqlite {
            let file = std::fs::read(desk.database.trim_start_matches("sqlite://")).unwrap();
            let holds = |part: &[u8]| file.windows(part.len()).any(|window| window == part);
            assert!(holds(b"hum") && !holds(NAME.as_bytes()), "nothing is left of it in the file");
        }
    }
}

#[test]
fn a_flood_of_calls_weighs_no_more_than_the_data() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let ((_, address), day) = (place(&desk), last_day(&desk));
    let mut person = desk.stranger();
    for n in 0..5 {
        person.get("/tips").is(200);
        let answer = person.post("/tips/answer", &call(&address, "hum", &day)).is(200);
        assert_eq!(answer.body.contains("no more than the data"), n == 4, "call {n}");
        assert_eq!(answer.body.contains("other tip"), (1..4).contains(&n), "call {n}: {}", answer.body);
        take(&mut person, &call(&address, "hum", &day));
    }
    // The first of them is one of the flood, too.
    person.get("/tips/1").is(200).says("no more than the data");
}

#[test]
fn what_makes_no_sense_is_said_and_nothing_is_saved() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let mut person = desk.stranger();
    person.get("/tips").is(200);
    person.post("/tips", &[("caller_name", NAME)]).is(422).says("words or a place");
    person.post("/tips", &[("lat", "north"), ("lon", "76.9")]).is(422).says("43.24");
    person.post("/tips", &[("lat", "99"), ("lon", "76.9")]).is(422);
    person.post("/tips", &[("text", "x"), ("day", "yesterday")]).is(422);
    person.post("/tips", &[("text", "x"), ("claim", "theft")]).is(422);
    person.post("/tips", &[("text", &*"я".repeat(10_001))]).is(413);
    person.post("/tips/answer", &[("lat", "north")]).is(200).says("43.24");
    person.post("/tips/answer", &[("address", "Nowhere 7")]).is(200).says("no such place");
    person.get("/tips").is(200).says("No tip has been taken");
    person.get("/tips/1").is(404);
}

#[test]
fn a_tip_that_would_run_is_shown_as_text_and_never_changes() {
    const HOSTILE: &str = "<script>alert(1)</script> '; DROP TABLE tips; --";
    for engine in ENGINES {
        let desk = Desk::open(engine, &["--no-login"]);
        let mut person = desk.stranger();
        let said = ["text", "address", "meter_id", "transformer_id"].map(|field| (field, HOSTILE));
        let said =
            [&said[..], &[("caller_name", "<b>x</b>' --"), ("caller_phone", "'; DROP TABLE callers; --")]]
                .concat();
        let page = take(&mut person, &said);
        for path in [&*page, "/tips"] {
            person.get(path).is(200).says_not("<script>alert").says("&#60;script&#62;alert(1)");
        }
        let refused = tokio::runtime::Runtime::new().unwrap().block_on(async {
            sqlx::any::install_default_drivers();
            let mut connection = sqlx::AnyConnection::connect(&desk.database).await.unwrap();
            let mut refused = Vec::new();
            for statement in ["UPDATE tips SET tip = 'second'", "DELETE FROM tips", "DELETE FROM tip_meters"]
            {
                refused
                    .push(connection.execute(statement).await.map(drop).map_err(|error| error.to_string()));
            }
            refused
        });
        for error in &refused[..2] {
            assert!(error.as_ref().is_err_and(|error| error.contains("only grows")), "{refused:?}");
        }
    }
}
