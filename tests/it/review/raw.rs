//! Speaks to a desk byte by byte, from any address of this machine, as no browser would.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection from `from`, an address of this machine, to a desk.
pub fn connect(from: &str, desk: &str) -> TcpStream {
    let to: SocketAddr = desk.trim_start_matches("http://").parse().unwrap();
    let from: SocketAddr = format!("{from}:0").parse().unwrap();
    let stream =
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind(from).unwrap();
            socket.connect(to).await.unwrap().into_std().unwrap()
        });
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends a request as it is, and reads the answer until the connection ends.
pub fn ask(from: &str, desk: &str, request: &str) -> String {
    let mut stream = connect(from, desk);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // Whoever is turned away may see the connection cut after the answer.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer; 0 where there is none.
pub fn status_of(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

/// Tries to log in without a cookie of before: the answer.
pub fn log_in(from: &str, desk: &str, name: &str, password: &str) -> String {
    let page = ask(from, desk, "GET /login HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n");
    let between = |text: &str, start: &str, end: &str| {
        text.split(start).nth(1).and_then(|rest| rest.split(end).next()).unwrap().to_owned()
    };
    let cookie = between(&page, "hashwatt_form=", ";");
    let csrf = between(&page, "name=\"csrf\" value=\"", "\"");
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("csrf", &*csrf), ("name", name), ("password", password)])
        .finish();
    let head = format!(
        "POST /login HTTP/1.1\r\nHost: desk\r\nConnection: close\r\nCookie: hashwatt_form={cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    ask(from, desk, &(head + &body))
}
