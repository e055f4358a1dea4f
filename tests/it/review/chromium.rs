//! Drives a real Chromium: pages, keys of any layout, telephones, paper, what it complains of.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use url::Url;

use super::desk::{Desk, PASSWORD};
use crate::debian;
use crate::loopback::free_port;

/// Longest that a page may take to become what it should.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Chromium driven by its own driver.
pub struct Browser {
    pub page: Client,
    driver: Child,
    pub address: String,
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

/// Sends the browser a command of its own protocol, which has keys of other layouts, telephones, paper.
#[derive(Debug)]
struct Protocol(&'static str, Value);

impl WebDriverCompatibleCommand for Protocol {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (ureq::http::Method, Option<String>) {
        (ureq::http::Method::POST, Some(json!({ "cmd": self.0, "params": self.1 }).to_string()))
    }
}

impl Browser {
    pub async fn protocol(&self, command: &'static str, parameters: Value) -> Value {
        self.page.issue_cmd(Protocol(command, parameters)).await.unwrap()
    }

    /// Shows pages as a telephone does.
    pub async fn be_a_telephone(&self) {
        let size = json!({"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true});
        self.protocol("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Presses the key at a place of the keyboard that writes `text` in the layout of the person.
    pub async fn press_at(&self, code: &str, text: &str) {
        let key = |kind: &str| json!({"type": kind, "code": code, "key": text, "text": text});
        self.protocol("Input.dispatchKeyEvent", key("keyDown")).await;
        self.protocol("Input.dispatchKeyEvent", json!({"type": "keyUp", "code": code, "key": text})).await;
    }

    /// Pages of paper that the page becomes.
    pub async fn sheets(&self) -> usize {
        let paper = json!({"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": true, "preferCSSPageSize": true});
        let pdf = self.protocol("Page.printToPDF", paper).await;
        let bytes = base64::engine::general_purpose::STANDARD.decode(pdf["data"].as_str().unwrap()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        text.matches("/Type /Page\n").count() + text.matches("/Type /Page ").count()
    }

    pub async fn open(address: &str) -> Self {
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

    pub async fn go(&self, path: &str) {
        self.page.goto(&format!("{}{path}", self.address)).await.unwrap();
    }

    pub async fn wait(&self, css: &str) {
        let found = self.page.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        assert!(found.is_ok(), "no {css} at {}: {}", self.path().await, self.text().await);
    }

    pub async fn click(&self, css: &str) {
        self.wait(css).await;
        self.page.find(Locator::Css(css)).await.unwrap().click().await.unwrap();
    }

    pub async fn fill(&self, css: &str, text: &str) {
        self.wait(css).await;
        let field = self.page.find(Locator::Css(css)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses keys wherever the focus is.
    pub async fn press(&self, keys: &str) {
        self.page.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    pub async fn text(&self) -> String {
        self.script("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    pub async fn path(&self) -> String {
        let url = self.page.current_url().await.unwrap();
        url[url::Position::BeforePath..].to_owned()
    }

    pub async fn script(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.unwrap()
    }

    /// Waits until a script returns true.
    pub async fn until(&self, script: &str) {
        let begun = Instant::now();
        while self.script(&format!("return {script}")).await != Value::Bool(true) {
            assert!(begun.elapsed() < PATIENCE, "never: {script}, at {}", self.path().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What axe-core finds that a screen reader or a keyboard cannot use, in words.
    pub async fn barriers(&self) -> Vec<String> {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vendor/axe.min.js");
        self.page.execute(&std::fs::read_to_string(axe).unwrap(), Vec::new()).await.unwrap();
        let script = "const done = arguments[arguments.length - 1]; \
            axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations))";
        let found = self.page.execute_async(script, Vec::new()).await.unwrap();
        let words = |one: &Value| format!("{}: {} ({})", one["id"], one["help"], one["nodes"][0]["html"]);
        found.as_array().unwrap().iter().map(words).collect()
    }

    /// Requests that left the desk, and what the console complains of.
    pub async fn trouble(&self) -> Vec<String> {
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

    pub async fn close(mut self) {
        let _ = self.page.clone().close().await;
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Runs a test in a browser at the desk.
pub fn at<F: Future<Output = ()>>(desk: &Desk, test: impl FnOnce(Browser) -> F) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        test(Browser::open(&desk.address).await).await;
    });
}

pub async fn log_in(browser: &Browser, name: &str) {
    browser.go("/").await;
    assert_eq!(browser.path().await, "/login");
    browser.fill("input[name=name]", name).await;
    browser.fill("input[name=password]", PASSWORD).await;
    browser.click("button.main").await;
    browser.wait("#list table").await;
}
