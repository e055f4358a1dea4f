//! Finds ports on loopback for servers of the tests, and waits until they listen.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Longest that a server may take to start.
const START: Duration = Duration::from_secs(60);

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Waits until somebody listens at `port`.
pub fn wait_for_server(name: &str, port: u16) {
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < START, "{name} does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
}
