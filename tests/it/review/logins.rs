//! Guesses passwords, takes roles away, and looks at whose sessions live on.

use super::client::page_of;
use super::desk::{Desk, ENGINES, PASSWORD};
use super::raw;

/// Runs a query on the desk's database; the first column of the first row.
pub fn number(database: &str, query: &str) -> i64 {
    use sqlx::{Connection, Row};
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        sqlx::any::install_default_drivers();
        let mut connection = sqlx::AnyConnection::connect(database).await.unwrap();
        sqlx::query(query).fetch_one(&mut connection).await.unwrap().get(0)
    })
}

#[test]
fn whoever_fails_a_name_waits_longer_and_longer_and_the_person_does_not() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        drop(desk.with_role("viewer"));
        let known = desk.logged_in("viewer-person");
        let n_lines = number(&desk.database, "SELECT COUNT(*) FROM access_log");
        let guess = |n: usize| {
            raw::status_of(&raw::log_in("127.0.0.2", &desk.address, "viewer-person", &format!("guess {n}")))
        };
        let statuses: Vec<u16> = (0..9).map(guess).collect();
        assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429, 429]);
        let waits = raw::log_in("127.0.0.2", &desk.address, "viewer-person", PASSWORD);
        assert!(
            waits.to_lowercase().contains("retry-after: ") && waits.contains("Too many tries"),
            "{waits}"
        );
        // From elsewhere, the person is let in without a cookie; from there, with one.
        assert_eq!(raw::status_of(&raw::log_in("127.0.0.3", &desk.address, "viewer-person", PASSWORD)), 303);
        let mut known = known;
        known.get("/").is(200);
        known.post("/logout", &[]).is(303);
        known.get("/login").is(200);
        known.post("/login", &[("name", "viewer-person"), ("password", PASSWORD)]).is(303);
        // Ten refusals are two lines, of a table that is swept; the log has the logins and the logout alone.
        let mut ada = desk.administrator();
        let log = ada.get("/access?about=viewer-person").is(200);
        let log = log.says("failed to log in").says("viewer-person (5×)").says("kept waiting");
        log.says("viewer-person (5×)").says("127.0.0.2");
        let grown = number(&desk.database, "SELECT COUNT(*) FROM access_log") - n_lines;
        assert_eq!(grown, 4, "two logins of the person, a logout, a login of the administrator");
        assert_eq!(number(&desk.database, "SELECT COUNT(*) FROM refused_logins"), 2);
    }
}

#[test]
fn a_known_browser_is_let_in_from_the_very_address_that_guesses() {
    let desk = Desk::open(ENGINES[0], &[]);
    let mut ada = desk.administrator();
    ada.post("/logout", &[]).is(303);
    let guess =
        || raw::status_of(&raw::log_in("127.0.0.1", &desk.address, "ada", "a guess of many characters"));
    let statuses: Vec<u16> = (0..6).map(|_| guess()).collect();
    assert_eq!(statuses.last(), Some(&429));
    ada.get("/login").is(200);
    ada.post("/login", &[("name", "ada"), ("password", PASSWORD)]).is(303);
    ada.get("/").is(200);
}

#[test]
fn right_logins_are_not_slowed_down() {
    let desk = Desk::open(ENGINES[0], &[]);
    let statuses: Vec<u16> =
        (0..8).map(|_| raw::status_of(&raw::log_in("127.0.0.4", &desk.address, "ada", PASSWORD))).collect();
    assert_eq!(statuses, [303; 8]);
}

#[test]
fn a_visitor_costs_the_database_nothing() {
    for (flags, paths) in [(&[][..], ["/login", "/"]), (&["--no-login"][..], ["/", "/map"])] {
        let desk = Desk::open(ENGINES[0], flags);
        for path in paths.into_iter().cycle().take(20) {
            desk.stranger().get(path);
        }
        let mut stranger = desk.stranger();
        stranger.get(paths[0]).is(200);
        stranger.post("/language", &[("language", "kk")]).is(303);
        stranger.get(paths[0]).is(200).says("lang=\"kk\"");
        assert_eq!(number(&desk.database, "SELECT COUNT(*) FROM sessions"), 0);
    }
}

#[test]
fn the_last_administrator_stays_however_it_is_tried() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let mut ada = desk.administrator();
        let demoted = [("name", "ada"), ("role", "viewer"), ("password", PASSWORD)];
        ada.post("/people", &demoted).is(422).says("Somebody must stay");
        let other = [("name", "marat"), ("role", "administrator"), ("password", PASSWORD)];
        ada.post("/people", &other).is(303);
        let mut marat = desk.logged_in("marat");
        // Each takes the other's role, or keeps the other out, at the same moment: one of them stays.
        for _ in 0..3 {
            std::thread::scope(|scope| {
                scope.spawn(|| ada.post("/people", &[("name", "marat"), demoted[1], demoted[2]]).status);
                scope.spawn(|| {
                    marat.post("/people/active", &[("name", "ada"), ("is_active", "false")]).status
                });
            });
            let left = "SELECT COUNT(*) FROM people WHERE role = 'administrator' AND is_active = 1";
            assert_eq!(number(&desk.database, left), 1);
            let is_ada = "SELECT COUNT(*) FROM people \
                WHERE name = 'ada' AND role = 'administrator' AND is_active = 1";
            let mut stayed =
                desk.logged_in(if number(&desk.database, is_ada) == 1 { "ada" } else { "marat" });
            for name in ["ada", "marat"] {
                let fields = [("name", name), ("role", "administrator"), ("password", PASSWORD)];
                let status = stayed.post("/people", &fields).status;
                // Their own entry ends their own session.
                if status != 303 || name == "ada" {
                    stayed =
                        desk.logged_in(if number(&desk.database, is_ada) == 1 { "ada" } else { "marat" });
                }
            }
            (ada, marat) = (desk.logged_in("ada"), desk.logged_in("marat"));
        }
    }
}

#[test]
fn a_session_ends_when_others_decide_on_the_account_and_tokens_stay() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let mut ada = desk.administrator();
        let page = ada.post("/tokens", &[("name", "program"), ("scope", "suspects:read")]).is(200).body;
        let token = page.split("<code>hw_").nth(1).unwrap().split('<').next().unwrap();
        let bearer = format!("Bearer hw_{token}");
        let mut viewer = desk.with_role("viewer");
        viewer.get("/").is(200);
        let other = "another sentence nobody guesses";
        ada.post("/people", &[("name", "viewer-person"), ("role", "viewer"), ("password", other)]).is(303);
        assert_eq!(viewer.get("/").is(303).location, "/login");
        viewer.get("/login").is(200);
        viewer.post("/login", &[("name", "viewer-person"), ("password", PASSWORD)]).is(401);
        viewer.post("/login", &[("name", "viewer-person"), ("password", other)]).is(303);
        viewer.get("/").is(200);
        // Kept out and let in again, an old session does not come back to life.
        ada.post("/people/active", &[("name", "viewer-person"), ("is_active", "false")]).is(303);
        ada.post("/people/active", &[("name", "viewer-person"), ("is_active", "true")]).is(303);
        assert_eq!(viewer.get("/").is(303).location, "/login");
        let mut program = desk.stranger();
        program.get_with("/api/v1/suspects", &[("authorization", &bearer)]).is(200);
        ada.get(&page_of(&desk.suspects()[0])).is(200);
    }
}
