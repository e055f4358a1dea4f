//! Asks a pseudonymous desk for every route and export as those do who may not see places.

use super::client::page_of;
use super::desk::{Desk, ENGINES};
use super::security::routes;

/// Everything that says where a meter is: address, each word of it, latitude and longitude.
fn hidden(desk: &Desk) -> Vec<String> {
    let table = crate::program::read_table(&desk.run.join("register.parquet"));
    let mut hidden: Vec<String> = Vec::new();
    for address in crate::program::texts(&table, "address").into_iter().flatten() {
        let streets = address.split(|c: char| !c.is_alphabetic() && c != ' ');
        hidden.extend(streets.map(|part| part.trim().to_owned()).filter(|part| part.chars().count() > 5));
        hidden.push(address);
    }
    for name in ["lat", "lon"] {
        let column = crate::program::numbers(&table, name);
        // Three digits after the point are a hundred metres.
        hidden.extend(
            column.into_iter().flatten().map(|degrees| format!("{:.3}", (degrees * 1e3).trunc() / 1e3)),
        );
    }
    hidden.sort();
    hidden.dedup();
    assert!(hidden.len() > 100, "the register has places: {}", hidden.len());
    hidden
}

/// What an answer gives away.
fn given_away<'a>(body: &str, hidden: &'a [String]) -> Vec<&'a str> {
    let body = body.replace("&#39;", "'").replace("&#38;", "&");
    hidden.iter().map(String::as_str).filter(|part| body.contains(part)).collect()
}

#[test]
fn no_route_gives_a_viewer_of_a_pseudonymous_desk_a_place() {
    let desk = Desk::open(ENGINES[0], &["--pseudonymous"]);
    let hidden = hidden(&desk);
    let suspects = desk.suspects();
    let (mut viewer, mut analyst) = (desk.with_role("viewer"), desk.with_role("analyst"));
    // Colleagues write where they were, and hand over what callers said.
    let table = crate::program::read_table(&desk.run.join("suspects.parquet"));
    let addresses = crate::program::texts(&table, "address");
    for (meter, address) in suspects.iter().zip(&addresses) {
        let reason = format!("I stood at {}", address.as_deref().unwrap_or("the gate"));
        let entries = format!("{}/entries", page_of(meter));
        analyst.post(&entries, &[("action", "note"), ("reason", &reason)]).is(303);
    }
    let text = format!("Fans at {}", addresses.iter().flatten().next().unwrap());
    let said = [("meter_id", &*suspects[0]), ("text", &*text)];
    let tip = analyst.post("/tips", &said).is(303).location;
    analyst.post(&format!("{tip}/hand-over"), &[("meter", &*suspects[0]), ("reason", &*text)]).is(303);
    let (mut asked, mut shown_to_analyst) = (0, 0);
    for meter in suspects.iter().take(4) {
        for (path, gets, _) in routes(meter) {
            if !gets || path.starts_with("/assets") {
                continue;
            }
            for query in ["", "?show=all", "?show=all&page=2", "?sort=meter", "?status=open"] {
                let path = format!("{path}{query}");
                let given = given_away(&viewer.get(&path).body, &hidden)
                    .into_iter()
                    .map(str::to_owned)
                    .collect::<Vec<_>>();
                assert!(given.is_empty(), "{path} tells a viewer {given:?}");
                asked += 1;
            }
            shown_to_analyst += usize::from(!given_away(&analyst.get(&path).body, &hidden).is_empty());
        }
    }
    assert!(
        asked > 300 && shown_to_analyst > 10,
        "{asked} {shown_to_analyst}: the search sees places at all"
    );
    // Nor can a viewer find out by searching, by column or by the saved view of it.
    let address = addresses.iter().flatten().next().unwrap();
    let encoded: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
    analyst.get(&format!("/?q={encoded}")).is(200).says_not("0 lines");
    viewer.get(&format!("/?q={encoded}")).is(200).says("0 lines");
    viewer.post("/columns", &[("column", "address"), ("column", "kind")]).is(303);
    viewer.get("/").is(200).says_not(">Address</th>");
    viewer.get("/map.json").is(403);
    for export in ["/list.csv", "/visits.csv", "/verdicts.csv", "/report.html"] {
        viewer.get(export).is(403);
    }
}

#[test]
fn a_program_without_the_scope_of_places_gets_none() {
    let desk = Desk::open(ENGINES[0], &["--pseudonymous"]);
    let hidden = hidden(&desk);
    let mut ada = desk.administrator();
    let page = ada.post("/tokens", &[("name", "program"), ("scope", "suspects:read")]).is(200).body;
    let token = page.split("<code>hw_").nth(1).unwrap().split('<').next().unwrap();
    let bearer = format!("Bearer hw_{token}");
    let mut program = desk.stranger();
    for meter in desk.suspects() {
        let path = format!("/api/v1/suspects/{meter}");
        let sheet = program.get_with(&path, &[("authorization", &bearer)]).is(200);
        assert_eq!(given_away(&sheet.body, &hidden), Vec::<&str>::new(), "{path}");
    }
    let list = program.get_with("/api/v1/suspects?show=all", &[("authorization", &bearer)]).is(200);
    assert_eq!(given_away(&list.body, &hidden), Vec::<&str>::new());
}
