//! Works at the desk in a real Chromium: finds, looks, decides, switches the language, by mouse and by keyboard.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use fantoccini::key::Key;
use serde_json::json;

use super::chromium::{Browser, at, log_in};
use super::client::page_of;
use super::desk::{Desk, ENGINES};

#[test]
fn an_analyst_finds_looks_decides_and_leaves() {
    for engine in ENGINES {
        let desk = Desk::open(engine, &[]);
        drop(desk.with_role("analyst"));
        let meter = desk.suspects()[0].clone();
        at(&desk, async |browser| {
            log_in(&browser, "analyst-person").await;
            // Find and filter: the table follows the form, and so does the address.
            browser.fill("input[name=q]", &meter).await;
            browser.until("document.querySelectorAll('#list tbody tr[data-meter]').length === 1").await;
            assert!(browser.path().await.contains("q="));
            browser.click("#list tbody a").await;
            // Look: every chart has drawn its points.
            browser.until("document.querySelector('#charts').dataset.state === 'drawn'").await;
            for chart in ["base_load", "heat_map", "mean_day", "duration"] {
                let element = format!("document.querySelector('[data-chart={chart}]')");
                browser.script(&format!("{element}.scrollIntoView()")).await;
                browser.until(&format!("Number({element}.dataset.drawn) > 20")).await;
                browser.until(&format!("{element}.querySelector('canvas').width > 100")).await;
            }
            browser.click("#days button").await;
            browser.wait("#days table").await;
            // Decide, and undo by a new verdict.
            for (value, class) in [("confirmed", "confirmed"), ("rejected", "rejected")] {
                browser.click(&format!("#decide input[value={value}]")).await;
                browser.fill("#decide textarea", "seen on site").await;
                browser.click("#decide button.main").await;
                browser.wait(&format!("h1 .status.{class}")).await;
            }
            assert_eq!(browser.script("return document.querySelectorAll('.history li').length").await, 2);
            // Export: what detect takes as feedback.
            let csv = "const done = arguments[arguments.length - 1]; \
                fetch('/verdicts.csv').then(a => a.text()).then(done)";
            let csv = browser.page.execute_async(csv, Vec::new()).await.unwrap();
            assert_eq!(csv.as_str().unwrap().lines().count(), 3, "{csv}");
            // Switch the language, and leave.
            browser.click("button[value=kk]").await;
            browser.until("document.documentElement.lang === 'kk'").await;
            assert!(browser.text().await.contains("Белгілер"));
            browser.click(".person button").await;
            browser.wait("input[name=password]").await;
            browser.go("/").await;
            assert_eq!(browser.path().await, "/login");
            let trouble = browser.trouble().await;
            assert!(trouble.is_empty(), "{trouble:#?}");
            browser.close().await;
        });
    }
}

#[test]
fn the_list_is_worked_by_keyboard_alone() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let suspects = desk.suspects();
    at(&desk, async |browser| {
        browser.go("/").await;
        browser.wait("#list table").await;
        browser.press("j").await;
        browser.press("j").await;
        browser.press("k").await;
        browser.until("document.querySelector('tr.chosen td.number')?.textContent.trim() === '1'").await;
        browser.press("3").await;
        browser.wait("dialog[open] textarea").await;
        browser.press("1 j 4 are letters here").await;
        browser.press(&char::from(Key::Tab).to_string()).await;
        browser.press(&char::from(Key::Enter).to_string()).await;
        browser.until("document.querySelector('#list .status.rejected') !== null").await;
        // The line that was decided stays chosen.
        browser.until("document.querySelector('tr.chosen td.number')?.textContent.trim() === '1'").await;
        browser.press(&char::from(Key::Enter).to_string()).await;
        browser.wait("h1 .status").await;
        assert_eq!(browser.path().await, page_of(&suspects[0]));
        browser.press("2").await;
        browser.until("document.querySelector('#decide input[value=confirmed]').checked").await;
        browser.until("document.activeElement.tagName === 'TEXTAREA'").await;
        browser.press("and on to the next").await;
        browser.click("#decide button[value=next]").await;
        browser.until("document.querySelector('#decide input:checked') === null").await;
        assert_eq!(browser.path().await.split('?').next().unwrap(), page_of(&suspects[1]));
        browser.press("?").await;
        browser.wait("#keys-help[open]").await;
        browser.close().await;
    });
}

#[test]
fn twenty_cases_are_decided_by_keyboard_alone_without_touching_the_list() {
    let desk = Desk::open(ENGINES[0], &[]);
    drop(desk.with_role("analyst"));
    let scores = crate::program::read_table(&desk.run.join("scores.parquet"));
    let all: Vec<String> = crate::program::texts(&scores, "meter_id").into_iter().flatten().collect();
    // The last of the ranking: from there on nothing is on the visit list.
    let (listed, first) = (desk.suspects(), all[all.len() - 24].clone());
    assert!(all[all.len() - 24..].iter().all(|meter| !listed.contains(meter)));
    at(&desk, async |browser| {
        log_in(&browser, "analyst-person").await;
        browser.go(&page_of(&first)).await;
        for _ in 0..20 {
            browser.wait("#decide").await;
            let here = browser.path().await;
            browser.press("3").await;
            browser.until("document.activeElement.tagName === 'TEXTAREA'").await;
            browser.press("a cold store").await;
            browser.press(&format!("{}{}", char::from(Key::Control), char::from(Key::Enter))).await;
            let here = here.split('?').next().unwrap().to_owned();
            browser.until(&format!("location.pathname !== '{here}'")).await;
        }
        browser.go("/?status=rejected&show=all").await;
        browser.wait("#list table").await;
        assert!(browser.text().await.contains("20 lines"), "{}", browser.text().await);
        browser.close().await;
    });
}

#[test]
fn keys_work_on_a_russian_layout_and_what_was_done_is_undone_by_one() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    at(&desk, async |browser| {
        browser.go("/").await;
        browser.wait("#list table").await;
        let chosen = |place: &str| {
            format!("document.querySelector('tr.chosen td.number')?.textContent.trim() === '{place}'")
        };
        browser.press_at("KeyJ", "о").await;
        browser.press_at("KeyJ", "о").await;
        browser.until(&chosen("2")).await;
        browser.press_at("KeyK", "л").await;
        browser.until(&chosen("1")).await;
        browser.press_at("KeyX", "ч").await;
        browser.until("document.querySelector('tr.chosen input[name=meter]').checked").await;
        browser.press_at("Digit3", "3").await;
        browser.wait("dialog[open] textarea").await;
        browser.press("холодильник").await;
        browser.press(&format!("{}{}", char::from(Key::Control), char::from(Key::Enter))).await;
        browser.wait("#list .status.rejected").await;
        browser.press_at("KeyU", "г").await;
        browser.until("document.querySelector('#list .status.rejected') === null").await;
        browser.close().await;
    });
}

#[test]
fn lines_beyond_a_page_are_decided_at_once() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    at(&desk, async |browser| {
        browser.go("/?show=all").await;
        browser.click("#bulk summary").await;
        browser.script("document.querySelector('#bulk select[name=scope]').value = 'all'").await;
        browser.script("document.querySelector('#bulk select[name=do]').value = 'verdict rejected'").await;
        browser.fill("#bulk input[name=reason]", "not worth a visit").await;
        browser.click("#bulk button.main").await;
        browser.wait("#undo").await;
        let n = "Number(document.querySelector('#list .found').textContent.replace(/[^0-9]/g, ''))";
        browser.until(&format!("{n} > 50")).await;
        browser.until("document.querySelectorAll('#list .status.rejected').length === 50").await;
        browser.click("#undo").await;
        browser.until("document.querySelectorAll('#list .status.rejected').length === 0").await;
        // A whole page is ticked at once.
        browser.click("#tick-all").await;
        browser.until("document.querySelectorAll('#list tbody input:checked').length === 50").await;
        browser.close().await;
    });
}

#[test]
fn every_page_fits_a_telephone_in_every_language() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let meter = desk.suspects()[0].clone();
    let page = page_of(&meter);
    let report = format!("file://{}", desk.run.join("report.html").display());
    at(&desk, async |browser| {
        browser.be_a_telephone().await;
        browser.go("/").await;
        let fits = "document.documentElement.scrollWidth <= window.innerWidth && window.innerWidth === 390";
        for language in ["en", "ru", "kk"] {
            browser.go("/").await;
            browser.click(&format!("button[value={language}]")).await;
            browser.until(&format!("document.documentElement.lang === '{language}'")).await;
            let order = format!("{page}/order");
            let paths = [
                "/", &page, &order, "/field", "/map", "/tips", "/visits", "/moved", "/watched", "/people",
                "/access", "/account",
            ];
            for path in paths {
                browser.go(path).await;
                browser.wait("main h1").await;
                assert_eq!(
                    browser.script(&format!("return {fits}")).await,
                    true,
                    "{language} {path} is too wide"
                );
                // What is to be filled in lies over nothing and under nothing.
                let covered = "return Array.from(document.querySelectorAll('main input, main select, main textarea, main button'))\
                    .filter(e => e.offsetParent && e.type !== 'hidden' && !e.closest('details:not([open])')).filter(e => { e.scrollIntoView({block: 'center'}); \
                    const r = e.getBoundingClientRect(); \
                    const top = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2); \
                    return r.width > 0 && top && !e.contains(top) && !top.contains(e); }).map(e => e.outerHTML.slice(0, 90))";
                assert_eq!(browser.script(covered).await, json!([]), "{language} {path}");
            }
        }
        browser.page.goto(&report).await.unwrap();
        browser.wait("#ranked").await;
        assert_eq!(browser.script(&format!("return {fits}")).await, true, "the report is too wide");
        browser.close().await;
    });
}

#[test]
fn the_dark_can_be_read_and_paper_stays_light() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let page = page_of(&desk.suspects()[0]);
    at(&desk, async |browser| {
        let dark = json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
        browser.protocol("Emulation.setEmulatedMedia", dark).await;
        for path in ["/", &page, &format!("{page}/order"), "/tips", "/visits", "/account"] {
            browser.go(path).await;
            browser.wait("main h1").await;
            let ground = "getComputedStyle(document.documentElement).backgroundColor";
            assert_eq!(browser.script(&format!("return {ground}")).await, "rgb(20, 24, 29)", "{path}");
            let barriers = browser.barriers().await;
            assert!(barriers.is_empty(), "{path}: {barriers:#?}");
        }
        let paper =
            json!({"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]});
        browser.protocol("Emulation.setEmulatedMedia", paper).await;
        let ground = "getComputedStyle(document.documentElement).getPropertyValue('--ground').trim()";
        assert_eq!(browser.script(&format!("return {ground}")).await, "#fff");
        browser.close().await;
    });
}

#[test]
fn a_work_order_is_one_sheet_and_no_chart_is_cut_by_paper() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let meters = desk.suspects();
    at(&desk, async |browser| {
        for language in ["en", "ru", "kk"] {
            browser.go("/").await;
            browser.click(&format!("button[value={language}]")).await;
            browser.until(&format!("document.documentElement.lang === '{language}'")).await;
            for meter in &meters {
                browser.go(&format!("{}/order", page_of(meter))).await;
                browser.wait(".order h1").await;
                assert_eq!(browser.sheets().await, 1, "{language} {meter}");
            }
        }
        browser.go(&page_of(&meters[0])).await;
        browser.until("document.querySelector('#charts').dataset.state === 'drawn'").await;
        let sheets = browser.sheets().await;
        assert!((2..=6).contains(&sheets), "{sheets} sheets");
        browser.protocol("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
        browser.script("window.dispatchEvent(new Event('beforeprint'))").await;
        // Every chart is drawn, in or out of sight, and none may be cut.
        let whole = "Array.from(document.querySelectorAll('#charts figure:not([hidden])')).every(f => \
            getComputedStyle(f).breakInside === 'avoid' && f.querySelector('canvas') && \
            f.querySelector('canvas').clientWidth <= 700)";
        browser.until(whole).await;
        browser.close().await;
    });
}

#[test]
fn a_call_is_answered_while_it_is_typed() {
    let desk = Desk::open(ENGINES[0], &[]);
    drop(desk.with_role("tip_desk"));
    let meter = desk.suspects()[0].clone();
    at(&desk, async |browser| {
        log_in(&browser, "tip_desk-person").await;
        browser.click("nav a[href='/tips']").await;
        browser.wait("#call").await;
        browser.fill("textarea[name=text]", "Fans hum day and night").await;
        browser.until("document.querySelectorAll('#answer .tag').length === 2").await;
        browser.fill("input[name=meter_id]", &meter).await;
        browser.wait("#answer td.meter a").await;
        assert_eq!(browser.path().await, "/tips", "nothing of what is said gets into an address");
        browser.click("#call button.main").await;
        browser.wait("blockquote.words").await;
        assert_eq!(browser.path().await, "/tips/1");
        browser.click("section.work button.main").await;
        browser.wait("section.work .found a").await;
        let trouble = browser.trouble().await;
        assert!(trouble.is_empty(), "{trouble:#?}");
        browser.close().await;
    });
}

#[test]
fn every_page_can_be_read_by_a_screen_reader_and_asks_for_nothing_outside() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let meter = desk.suspects()[0].clone();
    let mut person = desk.stranger();
    person.get("/tips").is(200);
    person.post("/tips", &[("meter_id", &*meter), ("text", "fans hum"), ("caller_name", "x")]).is(303);
    at(&desk, async |browser| {
        browser.go("/").await;
        for language in ["en", "ru", "kk"] {
            browser.click(&format!("button[value={language}]")).await;
            browser.until(&format!("document.documentElement.lang === '{language}'")).await;
            let paths = [
                "/",
                &page_of(&meter),
                "/map",
                "/tips",
                "/tips/1",
                "/visits",
                "/moved",
                "/watched",
                "/people",
                "/access",
                "/account",
                "/field",
                &format!("{}/order", page_of(&meter)),
            ];
            for path in paths {
                browser.go(path).await;
                browser.wait("main h1").await;
                let barriers = browser.barriers().await;
                assert!(barriers.is_empty(), "{language} {path}: {barriers:#?}");
            }
            browser.go("/").await;
        }
        browser.go("/map").await;
        browser.until("Number(document.querySelector('#map').dataset.drawn) > 5").await;
        let trouble = browser.trouble().await;
        assert!(trouble.is_empty(), "{trouble:#?}");
        browser.close().await;
    });
}

#[test]
fn the_report_draws_its_charts_and_asks_for_nothing() {
    let desk = Desk::open(ENGINES[0], &["--no-login"]);
    let report = desk.run.join("report.html");
    at(&desk, async |mut browser| {
        browser.address = format!("file://{}", report.display());
        browser.go("").await;
        browser.until("document.querySelector('[data-chart=heat_map]') !== null").await;
        let element = "document.querySelector('[data-chart=heat_map]')";
        browser.script(&format!("{element}.scrollIntoView()")).await;
        browser.until(&format!("Number({element}.dataset.drawn) > 100")).await;
        let trouble = browser.trouble().await;
        assert!(trouble.is_empty(), "{trouble:#?}");
        browser.close().await;
    });
}

/// Takes the pictures that README shows. `.ci/screenshots` runs it over the sample.
#[test]
#[ignore = "makes pictures; .ci/screenshots runs it"]
fn pictures_for_the_readme() {
    let folder = std::env::var("HASHWATT_PICTURES").expect("the folder for the pictures");
    let run = std::env::var("HASHWATT_RUN").expect("the run to picture");
    let desk = Desk::over(ENGINES[0], &["--no-login"], |copy| {
        std::fs::remove_dir_all(copy).unwrap();
        super::desk::copy(Path::new(&run), copy);
    });
    let meter = std::env::var("HASHWATT_METER").unwrap_or_else(|_| desk.suspects()[0].clone());
    let mut person = desk.stranger();
    person.get("/tips").is(200);
    let said = "Fans hum day and night on the first floor, and the stairwell is warm";
    let call = [("meter_id", &*meter), ("text", said), ("day", &super::tips::last_day(&desk))];
    person.post("/tips", &call).is(303);
    at(&desk, async |mut browser| {
        let picture = async |browser: &Browser, name: &str, height: u32| {
            browser.page.set_window_size(1400, height).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1500)).await;
            let bytes = browser.page.screenshot().await.unwrap();
            assert!(
                base64::engine::general_purpose::STANDARD.decode(&bytes).is_err(),
                "it is a picture, not text"
            );
            std::fs::write(Path::new(&folder).join(name), bytes).unwrap();
        };
        browser.go("/").await;
        picture(&browser, "list.png", 900).await;
        browser.go(&page_of(&meter)).await;
        browser.until("document.querySelector('#charts').dataset.state === 'drawn'").await;
        picture(&browser, "suspect.png", 1700).await;
        browser.go("/map").await;
        browser.until("Number(document.querySelector('#map').dataset.drawn) > 5").await;
        picture(&browser, "map.png", 900).await;
        browser.go("/tips/1").await;
        picture(&browser, "tip.png", 900).await;
        browser.address = format!("file://{}", desk.run.join("report.html").display());
        browser.go("").await;
        picture(&browser, "report.png", 900).await;
        browser.close().await;
    });
}
