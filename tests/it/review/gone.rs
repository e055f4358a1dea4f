//! Puts other runs in place of the one that cases were opened on, and asks for every place with a case.

use std::path::Path;

use super::client::page_of;
use super::desk::{Desk, ENGINES};

/// Makes the run another one, which lacks `meter`.
fn drop_meter(run: &Path, meter: &str) {
    use polars::prelude::*;
    for name in
        ["scores.parquet", "suspects.parquet", "register.parquet", "reasons.parquet", "rivals.parquet"]
    {
        let path = run.join(name);
        let table = ParquetReader::new(std::fs::File::open(&path).unwrap()).finish().unwrap();
        let is_kept = table.column("meter_id").unwrap().str().unwrap().not_equal(meter);
        let mut table = table.filter(&is_kept).unwrap();
        ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut table).unwrap();
    }
    make_another(run);
}

fn make_another(run: &Path) {
    let record = run.join("run.json");
    let text = std::fs::read_to_string(&record).unwrap();
    std::fs::write(&record, text + "\n").unwrap();
    crate::district::seal(run);
}

#[test]
fn a_case_is_reached_and_worked_on_when_the_run_no_longer_has_its_meter() {
    for engine in ENGINES {
        let mut desk = Desk::open(engine, &["--no-login"]);
        let meter = desk.suspects()[0].clone();
        let (page, mut analyst) = (page_of(&meter), desk.stranger());
        let entries = format!("{page}/entries");
        analyst.get("/tips").is(200);
        let tip = analyst.post("/tips", &[("meter_id", &*meter), ("text", "fans hum")]).is(303).location;
        analyst.post(&format!("{tip}/hand-over"), &[("meter", &*meter), ("reason", "from a call")]).is(303);
        let verdict = [("action", "verdict"), ("value", "confirmed"), ("reason", "seen on site")];
        analyst.post(&entries, &verdict).is(303);
        drop_meter(&desk.run, &meter);
        desk.restart();
        let mut analyst = desk.stranger();
        let shown = analyst.get(&page).is(200).says("This run does not have the meter").says("seen on site");
        shown.says("Last line, in the run opened").says("rig ").says("fans hum").says("status confirmed");
        analyst.get(&format!("{page}/charts.json")).is(200);
        analyst.get(&format!("{page}/days")).is(200);
        analyst.get("/?status=confirmed").is(200).says(&meter).says("1 case whose meter");
        analyst.get("/?status=rejected").is(200).says_not(&meter);
        analyst.get(&format!("/?q={meter}")).is(200).says(&page);
        analyst.get("/moved").is(200).says(&page);
        analyst.get(&tip).is(200).says(&page);
        analyst.get("/verdicts.csv").is(200).says(&meter);
        // The work goes on.
        analyst.post(&format!("{tip}/hand-over"), &[("meter", &*meter)]).is(303);
        analyst.post(&entries, &[("action", "closed"), ("value", "2022-03-15")]).is(303);
        analyst.get("/watched").is(200).says(&page);
        analyst.post(&entries, &[("action", "visit_requested"), ("value", "2022-04-01")]).is(303);
        analyst.get("/visits").is(200).says("this run does not have the meter").says(&page);
        analyst.get(&page).is(200).says("status visit_requested");
        // What nobody has written on is still nothing.
        for nothing in ["/meters/nobody", "/meters/nobody/days", "/meters/nobody/charts.json"] {
            analyst.get(nothing).is(404);
        }
    }
}

#[test]
fn a_line_below_the_cut_is_remembered_from_the_first_entry_on() {
    let mut desk = Desk::open(ENGINES[0], &["--no-login"]);
    let (suspects, mut analyst) = (desk.suspects(), desk.stranger());
    let scores = crate::program::read_table(&desk.run.join("scores.parquet"));
    let all = crate::program::texts(&scores, "meter_id");
    let meter = all.iter().flatten().rfind(|meter| !suspects.contains(meter)).unwrap();
    analyst.get("/").is(200);
    let entries = format!("{}/entries", page_of(meter));
    analyst.post(&entries, &[("action", "note"), ("reason", "quiet")]).is(303);
    drop_meter(&desk.run, meter);
    desk.restart();
    desk.stranger().get(&page_of(meter)).is(200).says("Last line, in the run opened").says("quiet");
}

#[test]
fn a_run_without_its_days_shows_every_place_and_says_that_there_are_none() {
    let mut desk = Desk::open(ENGINES[0], &["--no-login"]);
    let (suspects, mut analyst) = (desk.suspects(), desk.stranger());
    analyst.get("/").is(200);
    for meter in &suspects {
        let entries = format!("{}/entries", page_of(meter));
        analyst.post(&entries, &[("action", "note"), ("reason", "open")]).is(303);
    }
    // First under the open desk, then with another run in place, then with folders that hold nothing.
    let folders = ["digests", "residuals"].map(|name| desk.run.join(name));
    folders.iter().for_each(|folder| std::fs::remove_dir_all(folder).unwrap());
    for round in 0..3 {
        for meter in &suspects {
            let page = page_of(meter);
            analyst.get(&page).is(200);
            analyst.get(&format!("{page}/charts.json")).is(200);
            analyst.get(&format!("{page}/days")).is(200).says("keeps no days");
        }
        if round == 0 {
            make_another(&desk.run);
        } else {
            folders.iter().for_each(|folder| std::fs::create_dir_all(folder).unwrap());
        }
        desk.restart();
        analyst = desk.stranger();
    }
}
