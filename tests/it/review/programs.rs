//! Asks the desk as a work-order system does: with a token, in JSON.

use super::desk::{Desk, ENGINES};

/// Makes a token with these scopes.
fn token(desk: &Desk, scopes: &[&str]) -> String {
    let mut ada = desk.administrator();
    let fields: Vec<(&str, &str)> =
        [("name", "work orders")].into_iter().chain(scopes.iter().map(|scope| ("scope", *scope))).collect();
    let page = ada.post("/tokens", &fields).is(200).body;
    let token = page.split("<code>hw_").nth(1).unwrap().split('<').next().unwrap();
    format!("hw_{token}")
}

#[test]
fn cases_go_out_and_verdicts_come_in() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        let meter = desk.suspects()[0].clone();
        let token = token(&desk, &["suspects:read", "places:read", "cases:read", "cases:write"]);
        let bearer = format!("Bearer {token}");
        let mut program = desk.stranger();
        let list = program.get_with("/api/v1/suspects?sort=kw", &[("authorization", &bearer)]).is(200).json();
        assert_eq!(list["n_found"].as_u64().unwrap() as usize, desk.suspects().len());
        let sheet =
            program.get_with(&format!("/api/v1/suspects/{meter}"), &[("authorization", &bearer)]).is(200);
        let sheet = sheet.json();
        assert_eq!(sheet["meter_id"], meter);
        assert!(sheet["address"].is_string() && !sheet["reasons"].as_array().unwrap().is_empty());
        let path = format!("/api/v1/cases/{meter}/entries");
        let body = r#"{"action": "visit_result", "value": "farm_found", "reason": "order 17"}"#;
        program.post_json(&path, &token, body).is(201);
        program
            .post_json(&path, &token, r#"{"action": "verdict", "value": "confirmed", "reason": "order 17"}"#)
            .is(201);
        let mut refused =
            |body, words: &str| drop(program.post_json(&path, &token, body).is(422).says(words));
        refused(r#"{"action": "verdict", "value": "confirmed"}"#, "`reason` must be a text");
        refused(
            r#"{"action": "verdict", "value": "guess", "reason": "x"}"#,
            "`value` must be suspected, confirmed, rejected or missed",
        );
        refused(r#"{"action": "guess"}"#, "`action` must be verdict, assign, note, visit_requested");
        refused(r#"{"action": "closed", "value": "soon"}"#, "`value` must be a day as YYYY-MM-DD");
        refused(r#"{"action": "assign", "value": "ada"}"#, "programs do not");
        refused(r#"{"value": "confirmed"}"#, "missing field `action`");
        program.post_json(&path, &token, "{").is(400);
        let mut asked = |query: &str, status, words: &str| {
            let path = format!("/api/v1/{query}");
            drop(program.get_with(&path, &[("authorization", &bearer)]).is(status).says(words));
        };
        asked("suspects?status=guess", 422, "`status` must be new, open");
        asked("suspects?kw=many", 422, "`kw` must be a number");
        asked("cases?after=x", 400, "{\"error\":");
        program.post_json("/api/v1/cases/nobody/entries", &token, body).is(404);
        let log = program.get_with("/api/v1/cases?after=0", &[("authorization", &bearer)]).is(200).json();
        assert_eq!(log.as_array().unwrap().len(), 2);
        assert_eq!((&log[1]["value"], &log[1]["person"]), (&"confirmed".into(), &"token:work orders".into()));
        let mut ada = desk.administrator();
        ada.get("/?status=confirmed").is(200).says(&meter);
        ada.post("/tokens/revoke", &[("name", "work orders")]).is(303);
        program.get_with("/api/v1/cases", &[("authorization", &bearer)]).is(401);
    }
}

#[test]
fn a_token_does_what_it_was_made_for_and_no_more() {
    let desk = Desk::open(ENGINES[0], &[]);
    let meter = desk.suspects()[0].clone();
    let token = token(&desk, &["suspects:read"]);
    let bearer = format!("Bearer {token}");
    let mut program = desk.stranger();
    let sheet =
        program.get_with(&format!("/api/v1/suspects/{meter}"), &[("authorization", &bearer)]).is(200).json();
    assert!(sheet["address"].is_null() && sheet["position"].is_null());
    program.get_with("/api/v1/cases", &[("authorization", &bearer)]).is(403).says("cases:read");
    let path = format!("/api/v1/cases/{meter}/entries");
    program.post_json(&path, &token, r#"{"action": "note", "reason": "x"}"#).is(403).says("cases:write");
    // A token opens no page.
    assert_eq!(program.get_with("/", &[("authorization", &bearer)]).is(303).location, "/login");
}
