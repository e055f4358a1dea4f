//! Stands between the program and the S3 server, counts requests and answers some of them with a fault.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// Longest body that the proxy holds. [bytes]
const MAX_BODY: usize = 1 << 30;

/// A request that the proxy saw.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// `Range`, if it has one.
    pub range: Option<String>,
    /// How many requests with this method, path and range came before.
    pub n_before: usize,
}

impl Seen {
    /// Whether it reads the bytes of an object whose key ends like this.
    pub fn reads(&self, ending: &str) -> bool {
        self.method == Method::GET && self.target.ends_with(ending)
    }

    pub fn lists(&self) -> bool {
        self.method == Method::GET && self.target.contains("list-type=2")
    }

    /// Bytes that are asked for, where a range states them.
    pub fn n_bytes(&self) -> Option<u64> {
        let (from, to) = self.range.as_ref()?.strip_prefix("bytes=")?.split_once('-')?;
        Some(to.parse::<u64>().ok()? + 1 - from.parse::<u64>().ok()?)
    }
}

/// What the proxy does to an answer.
pub enum Fault {
    None,
    /// Waits first.
    Slow(Duration),
    /// Answers with an error of S3 in the server's place.
    Error(u16, &'static str),
    /// Sends the headers and a part of the body, and hangs up.
    BreakOff,
    /// Sends a part of the body as if it were all of it.
    Shorten,
}

type Choose = dyn Fn(&Seen) -> Fault + Send + Sync;

/// A running proxy. It ends with the tests.
pub struct Proxy {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

#[derive(Clone)]
struct Between {
    server: &'static str,
    client: Client<HttpConnector, Body>,
    choose: Arc<Choose>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Proxy {
    /// Starts a proxy to `server`; `choose` says what becomes of each request.
    pub fn start(server: &'static str, choose: impl Fn(&Seen) -> Fault + Send + Sync + 'static) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let choose: Arc<Choose> = Arc::new(choose);
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
            runtime.unwrap().block_on(async move {
                let client = Client::builder(TokioExecutor::new()).build_http();
                let between = Between { server, client, choose, seen: kept };
                let router = Router::new().fallback(pass).with_state(between);
                axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await.unwrap();
            });
        });
        Self { url, seen }
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn pass(State(between): State<Between>, request: Request) -> Response {
    let seen = between.note(&request);
    // What is chosen may ask the server itself, and wait for it.
    let choose = Arc::clone(&between.choose);
    let fault = tokio::task::spawn_blocking(move || choose(&seen)).await.unwrap();
    match fault {
        Fault::None => return between.forward(request).await,
        Fault::Slow(pause) => {
            tokio::time::sleep(pause).await;
            return between.forward(request).await;
        }
        Fault::Error(status, code) => {
            let body = format!("<Error><Code>{code}</Code><Message>a fault of the tests</Message></Error>");
            let status = StatusCode::from_u16(status).unwrap();
            return Response::builder().status(status).body(body.into()).unwrap();
        }
        Fault::BreakOff | Fault::Shorten => {}
    }
    let (mut parts, body) = between.forward(request).await.into_parts();
    let whole = to_bytes(body, MAX_BODY).await.unwrap();
    let half = whole.slice(..whole.len() / 2);
    if matches!(fault, Fault::Shorten) {
        parts.headers.insert("content-length", half.len().into());
        return Response::from_parts(parts, half.into());
    }
    parts.headers.insert("content-length", whole.len().into());
    let broken = std::io::Error::other("a fault of the tests");
    let frames = vec![Ok(half), Err(broken)];
    Response::from_parts(parts, Body::from_stream(Frames(frames.into_iter())))
}

/// A body of these frames; an error breaks the connection off.
struct Frames(std::vec::IntoIter<std::io::Result<Bytes>>);

impl futures_util::Stream for Frames {
    type Item = std::io::Result<Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

impl Between {
    fn note(&self, request: &Request) -> Seen {
        let range = request.headers().get("range").map(|range| range.to_str().unwrap().to_owned());
        let (method, target) = (request.method().clone(), request.uri().to_string());
        let mut all = self.seen.lock().unwrap();
        let is_same =
            |other: &&Seen| (&other.method, &other.target, &other.range) == (&method, &target, &range);
        let n_before = all.iter().filter(is_same).count();
        let seen = Seen { method, target, range, n_before };
        all.push(seen.clone());
        seen
    }

    async fn forward(&self, mut request: Request) -> Response {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
        *request.uri_mut() = format!("{}{target}", self.server).parse::<Uri>().unwrap();
        let answer = self.client.request(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        Response::from_parts(parts, Body::new(body))
    }
}
