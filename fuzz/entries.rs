//! Feeds bytes that nobody chose to what reads the files and messages of others.
//!
//! Each entry is one fuzz target, and one smoke test of the main workspace, which includes this file. An
//! entry fails by a panic: an error or a finding is a good answer to bad bytes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use hashwatt::acquisition::open_sources;
use hashwatt::digest::local::digest;
use hashwatt::pipeline;
use hashwatt::progress::Silent;
use hashwatt::review::database::Database;
use hashwatt::review::database::tokens::Token;
use hashwatt::review::desk::Desk;
use hashwatt::review::routes::routes;
use hashwatt::review::{DEFAULT_CALLER_DAYS, Login, Places, ReviewSettings, Transport};
use hashwatt::settings::{Overrides, PipelineFile, ReadingsTable};
use hashwatt::tips::TipDesk;
use hashwatt::tips::read::read_tips;
use tower::ServiceExt;

/// Where all times of the readings are local: a zone that changed its clock often.
const ZONE: &str = "Asia/Almaty";

/// What the program that writes to the desk carries.
const TOKEN: &str = "a token of the fuzz targets, known to nobody else";

/// Readings in Parquet.
pub fn parquet(bytes: &[u8]) {
    digest_bytes(bytes, "export.parquet", ReadingsTable::default());
}

/// Readings in CSV of whatever shape they seem to have.
pub fn csv(bytes: &[u8]) {
    digest_bytes(bytes, "export.csv", ReadingsTable::default());
}

/// Readings in XML: messages 80020 and Green Button.
pub fn xml(bytes: &[u8]) {
    digest_bytes(bytes, "export.xml", ReadingsTable::default());
}

/// Readings in a zip archive.
pub fn archive(bytes: &[u8]) {
    digest_bytes(bytes, "export.zip", ReadingsTable::default());
}

/// Reads of cumulative counters in CSV.
pub fn register_reads(bytes: &[u8]) {
    let stated = ReadingsTable { shape: Some("register".to_owned()), ..ReadingsTable::default() };
    digest_bytes(bytes, "export.csv", stated);
}

/// A pipeline file.
pub fn pipeline_toml(bytes: &[u8]) {
    let folder = folder();
    let path = put(folder.path(), "pipeline.toml", bytes);
    if let Ok(settings) = PipelineFile::read(&path).and_then(|file| file.check(&Overrides::default())) {
        assert!(settings.threads > 0 && !settings.readings.is_empty());
    }
}

/// A file of tips; the first byte chooses its kind. Each tip is held against a run.
pub fn tips(bytes: &[u8]) {
    static DESK: OnceLock<TipDesk> = OnceLock::new();
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let ending = ["csv", "jsonl", "xlsx", "ods"][usize::from(kind % 4)];
    let folder = folder();
    let path = put(folder.path(), &format!("tips.{ending}"), bytes);
    let desk = DESK.get_or_init(|| TipDesk::open(run(), None).expect("the run was just made"));
    for tip in read_tips(&path).map(|(tips, _)| tips).unwrap_or_default() {
        let _ = desk.answer(&tip);
    }
}

/// What a program sends to the desk, through every layer of its routes.
pub fn api_body(bytes: &[u8]) {
    static SERVER: OnceLock<(tokio::runtime::Runtime, Router)> = OnceLock::new();
    let (runtime, router) = SERVER.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
        let router = runtime.block_on(desk_routes());
        (runtime, router)
    });
    let mut request = Request::post("/api/v1/cases/m0/entries")
        .header(header::HOST, "127.0.0.1")
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(bytes.to_vec()))
        .expect("these headers are well formed");
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
    let answer = runtime.block_on(router.clone().oneshot(request)).expect("a router answers");
    assert!(!answer.status().is_server_error(), "{}", answer.status());
}

/// Opens and digests one file; whatever comes out must be days that a meter can have had.
fn digest_bytes(bytes: &[u8], name: &str, stated: ReadingsTable) {
    let folder = folder();
    let path = put(folder.path(), name, bytes);
    let stated = ReadingsTable { path: path.display().to_string(), ..stated };
    let file = PipelineFile { readings: vec![stated], ..PipelineFile::default() };
    let flags = Overrides { timezone: Some(ZONE.to_owned()), threads: Some(1), ..Overrides::default() };
    let settings = file.check(&flags).expect("these settings are good");
    let Ok(opened) = open_sources(&settings.readings, settings.zone.as_ref()) else { return };
    let store = folder.path().join("digests");
    let Ok(digested) = digest(&opened.sources, &settings, &store, &Silent) else { return };
    let looked = digested.store.map_meters(|meter| {
        let odd = meter.days.iter().find(|day| !day.is_possible());
        assert!(odd.is_none(), "no connection carries this: {odd:?}");
        Some(())
    });
    assert!(!looked.expect("a store that was just written can be read").is_empty());
}

/// The desk over a small run, with one program that may write.
async fn desk_routes() -> Router {
    let folder = run().parent().expect("a run lies in a folder");
    let settings = ReviewSettings {
        run: run().to_owned(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        database: Some(format!("sqlite://{}", folder.join("review.sqlite").display())),
        login: Login::Required,
        places: Places::Shown,
        transport: Transport::Plain,
        proxies: Default::default(),
        streets: None,
        caller_days: DEFAULT_CALLER_DAYS,
    };
    let database =
        Database::open(&settings.database_url().expect("it is stated")).await.expect("the folder is ours");
    let token = Token {
        name: "fuzz".to_owned(),
        scopes: "cases:read cases:write".to_owned(),
        made_by: "fuzz".to_owned(),
        made_at: 0,
        is_active: true,
    };
    database.add_token(TOKEN, &token).await.expect("the database is new");
    routes(&Arc::new(Desk::open(settings, database).await.expect("the run was just made")))
}

/// A run over three meters, made once.
fn run() -> &'static Path {
    static RUN: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, run) = RUN.get_or_init(|| {
        let folder = folder();
        let mut rows = "meter_id,timestamp,kwh\n".to_owned();
        for at in 0..3 * 20 * 24 {
            let (meter, hour) = (at / 480, at % 480);
            let kwh = 0.2 + f64::from((hour * 7919 + meter * 104_729) % 101) / 200.0;
            rows += &format!("m{meter},2024-01-{:02} {:02}:00,{kwh:.3}\n", hour / 24 + 1, hour % 24);
        }
        let readings = put(folder.path(), "readings.csv", rows.as_bytes()).display().to_string();
        let run = folder.path().join("run");
        let flags = Overrides { readings: vec![readings], out: Some(run.clone()), ..Overrides::default() };
        let settings = PipelineFile::default().check(&flags).expect("these settings are good");
        pipeline::detect(&settings, &Silent).expect("these readings are good");
        (folder, run)
    });
    run
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a temporary file can be written");
    path
}
