//! Works at the desk in a real Chromium: finds, looks, decides, switches the language, by mouse and by keyboard.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use url::Url;

use super::client::page_of;
use super::desk::{Desk, ENGINES, PASSWORD};
use crate::debian;
use crate::loopback::free_port;

/// Longest that a page may take to become what it should.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Chromium driven by its own driver.
struct Browser {
    page: Client,
    driver: Child,
    address: String,
    _profile: tempfile::TempDir,
}

/// Asks the driver for what the browser has logged since it was last asked.
#[derive(Debug)]
struct TakeLog(&'static str);

impl WebDriverCompatibleCommand for TakeLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (ureq::http::Method, Option<String>) {
        (ureq::http::Method::POST, Some(json!({ "type": self.0 }).to_string()))
    }
}

impl Browser {
    async fn open(address: &str) -> Self {
        let (chromium, chromedriver) = debian::chromium();
        let port = free_port();
        let driver = Command::new(chromedriver)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let profile = tempfile::tempdir().unwrap();
        let data = format!("--user-data-dir={}", profile.path().display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=en",
            "--window-size=1400,1000",
            &data,
        ];
        let wanted = json!({
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            "goog:chromeOptions": {
                "binary": chromium,
                "args": arguments,
                "prefs": { "intl.accept_languages": "en" },
            },
        });
        let Value::Object(wanted) = wanted else { unreachable!("it is an object") };
        let begun = Instant::now();
        let page = loop {
            let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
            builder.capabilities(wanted.clone());
            match builder.connect(&format!("http://127.0.0.1:{port}")).await {
                Ok(page) => break page,
                Err(error) => assert!(begun.elapsed() < PATIENCE, "no browser: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        Self { page, driver, address: address.to_owned(), _profile: profile }
    }

    async fn go(&self, path: &str) {
        self.page.goto(&format!("{}{path}", self.address)).await.unwrap();
    }

    async fn wait(&self, css: &str) {
        let found = self.page.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        assert!(found.is_ok(), "no {css} at {}: {}", self.path().await, self.text().await);
    }

    async fn click(&self, css: &str) {
        self.wait(css).await;
        self.page.find(Locator::Css(css)).await.unwrap().click().await.unwrap();
    }

    async fn fill(&self, css: &str, text: &str) {
        self.wait(css).await;
        let field = self.page.find(Locator::Css(css)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses keys wherever the focus is.
    async fn press(&self, keys: &str) {
        self.page.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    async fn text(&self) -> String {
        self.script("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    async fn path(&self) -> String {
        let url = self.page.current_url().await.unwrap();
        url[url::Position::BeforePath..].to_owned()
    }

    async fn script(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.unwrap()
    }

    /// Waits until a script returns true.
    async fn until(&self, script: &str) {
        let begun = Instant::now();
        while self.script(&format!("return {script}")).await != Value::Bool(true) {
            assert!(begun.elapsed() < PATIENCE, "never: {script}, at {}", self.path().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What axe-core finds that a screen reader or a keyboard cannot use, in words.
    async fn barriers(&self) -> Vec<String> {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vendor/axe.min.js");
        self.page.execute(&std::fs::read_to_string(axe).unwrap(), Vec::new()).await.unwrap();
        let script = "const done = arguments[arguments.length - 1]; \
            axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations))";
        let found = self.page.execute_async(script, Vec::new()).await.unwrap();
        let words = |one: &Value| format!("{}: {} ({})", one["id"], one["help"], one["nodes"][0]["html"]);
        found.as_array().unwrap().iter().map(words).collect()
    }

    /// Requests that left the desk, and what the console complains of.
    async fn trouble(&self) -> Vec<String> {
        let console = self.page.issue_cmd(TakeLog("browser")).await.unwrap();
        let mut trouble: Vec<String> =
            console.as_array().unwrap().iter().map(|line| line["message"].to_string()).collect();
        let network = self.page.issue_cmd(TakeLog("performance")).await.unwrap();
        for line in network.as_array().unwrap() {
            let message: Value = serde_json::from_str(line["message"].as_str().unwrap()).unwrap();
            if message["message"]["method"] != "Network.requestWillBeSent" {
                continue;
            }
            let url = message["message"]["params"]["request"]["url"].as_str().unwrap_or_default();
            // The browser's own first page is none of ours.
            let within = [&*self.address, "data:", "blob:", "chrome:", "chrome-untrusted:"];
            let is_ours = within.iter().any(|start| url.starts_with(start));
            if !is_ours {
                trouble.push(format!("asked for {url}"));
            }
        }
        trouble
    }

    async fn close(mut self) {
        let _ = self.page.clone().close().await;
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Runs a test in a browser at the desk.
fn at<F: Future<Output = ()>>(desk: &Desk, test: impl FnOnce(Browser) -> F) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        test(Browser::open(&desk.address).await).await;
    });
}

async fn log_in(browser: &Browser, name: &str) {
    browser.go("/").await;
    assert_eq!(browser.path().await, "/login");
    browser.fill("input[name=name]", name).await;
    browser.fill("input[name=password]", PASSWORD).await;
    browser.click("button.main").await;
    browser.wait("#list table").await;
}

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
        browser.until("document.querySelector('tr.chosen td')?.textContent.trim() === '1'").await;
        browser.press("3").await;
        browser.wait("dialog[open] textarea").await;
        browser.press("1 j 4 are letters here").await;
        browser.press(&char::from(Key::Tab).to_string()).await;
        browser.press(&char::from(Key::Enter).to_string()).await;
        browser.until("document.querySelector('#list .status.rejected') !== null").await;
        // The line that was decided stays chosen.
        browser.until("document.querySelector('tr.chosen td')?.textContent.trim() === '1'").await;
        browser.press(&char::from(Key::Enter).to_string()).await;
        browser.wait("h1 .status").await;
        assert_eq!(browser.path().await, page_of(&suspects[0]));
        browser.press("2").await;
        browser.until("document.querySelector('#decide input[value=confirmed]').checked").await;
        browser.until("document.activeElement.tagName === 'TEXTAREA'").await;
        browser.press("and on to the next").await;
        browser.click("#decide button[value=next]").await;
        browser.until("document.querySelector('#decide input:checked') === null").await;
        assert_eq!(browser.path().await, page_of(&suspects[1]));
        browser.press("?").await;
        browser.wait("#keys-help[open]").await;
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
