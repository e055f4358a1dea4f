//! Serves connections, with limits so that idle clients cannot lock others out.
//!
//! The number of connections is limited, in total and per address. At the limit a new connection replaces
//! another one: first the one that has waited longest without a complete request, else the one that has been
//! idle longest. A client that sends a complete request is always answered, however many others hold
//! connections open.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

use super::proxies::Proxies;

/// Most connections in total: below the usual limit of 1,024 open files, with room for the database's.
const MAX_CONNECTIONS: usize = 512;

/// Most connections from one address: an office behind one router, with six per browser.
const MAX_ADDRESS_CONNECTIONS: usize = 128;

/// How long the head of a request may take, and how long a connection may be idle between requests. [s]
const HEAD_S: u64 = 15;

/// Longest head of a request, and largest send buffer of a connection: 32 MB for all. [bytes]
const MAX_HEAD_BYTES: usize = 64 << 10;

/// How long a connection may accept no data that is sent to it. [s]
const WRITE_S: u64 = 30;

/// How long a shutdown waits for answers in progress. [s]
const STOP_S: u64 = 60;

/// Pause after a failed accept, for example if there are no more file handles. [ms]
const PAUSE_MS: u64 = 50;

/// An open connection.
#[derive(Debug)]
struct Connection {
    address: IpAddr,
    state: State,
    /// Tells the connection to close and make room for another.
    leaves: Arc<Notify>,
}

/// State of a connection. To make room, connections close in this order; within a state, the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// Has not sent a complete request yet.
    Silent(u64),
    /// Has been answered and sends nothing.
    Idle(u64),
    /// Is being answered; never closed to make room.
    Answered,
}

/// The open connections, by number.
#[derive(Debug, Default)]
struct Open {
    by_number: BTreeMap<u64, Connection>,
    /// Counts events, so that older states sort first.
    clock: u64,
}

impl Open {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// Admits a connection. Returns its number and its signal to close; `None` if no other can be closed.
    fn enter(&mut self, address: IpAddr, most_of_address: usize) -> Option<(u64, Arc<Notify>)> {
        let n_of_address = self.by_number.values().filter(|one| one.address == address).count();
        if n_of_address >= most_of_address {
            self.make_room(|one| one.address == address)?;
        } else if self.by_number.len() >= MAX_CONNECTIONS {
            self.make_room(|_| true)?;
        }
        let number = self.tick();
        let leaves = Arc::new(Notify::new());
        let connection = Connection { address, state: State::Silent(number), leaves: Arc::clone(&leaves) };
        self.by_number.insert(number, connection);
        Some((number, leaves))
    }

    fn make_room(&mut self, among: impl Fn(&Connection) -> bool) -> Option<()> {
        let waiting = self.by_number.iter().filter(|(_, one)| among(one) && one.state != State::Answered);
        let (number, _) = waiting.min_by_key(|(_, one)| one.state)?;
        let number = *number;
        self.by_number.remove(&number)?.leaves.notify_one();
        Some(())
    }

    fn set(&mut self, number: u64, state: State) {
        if let Some(one) = self.by_number.get_mut(&number) {
            one.state = state;
        }
    }
}

/// A request that is being answered. When it is dropped, the connection is idle.
struct Answering {
    open: Arc<Mutex<Open>>,
    number: u64,
}

impl Answering {
    fn begin(open: &Arc<Mutex<Open>>, number: u64) -> Self {
        open.lock().expect("nobody panics while holding it").set(number, State::Answered);
        Self { open: Arc::clone(open), number }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let mut open = self.open.lock().expect("nobody panics while holding it");
        let now = open.tick();
        open.set(self.number, State::Idle(now));
    }
}

/// Serves until `stop` completes, then finishes the answers in progress.
pub async fn serve(listener: TcpListener, routes: Router, proxies: &Proxies, stop: impl Future<Output = ()>) {
    let open: Arc<Mutex<Open>> = Arc::default();
    // Every connection holds a receiver, so the channel closes when all connections have ended.
    let (stops, stopped) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(PAUSE_MS)).await;
                    continue;
                }
            },
        };
        // A proxy brings everyone's connections.
        let is_proxy = proxies.trusts(peer.ip());
        let most_of_address = if is_proxy { MAX_CONNECTIONS } else { MAX_ADDRESS_CONNECTIONS };
        let entered = open.lock().expect("nobody panics while holding it").enter(peer.ip(), most_of_address);
        let Some((number, leaves)) = entered else { continue };
        let (routes, open, stopped) = (routes.clone(), Arc::clone(&open), stopped.clone());
        tokio::spawn(async move {
            hold(stream, peer, routes, &open, number, &leaves, stopped).await;
            open.lock().expect("nobody panics while holding it").by_number.remove(&number);
        });
    }
    drop((listener, stopped));
    let _ = stops.send(true);
    let _ = tokio::time::timeout(Duration::from_secs(STOP_S), stops.closed()).await;
}

/// Runs one connection until it ends or is told to close. If the desk stops, finishes the answer in progress.
async fn hold(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
    open: &Arc<Mutex<Open>>,
    number: u64,
    leaves: &Notify,
    mut stopped: watch::Receiver<bool>,
) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(Duration::from_secs(WRITE_S)));
    let service = service_fn(|mut request: Request<Incoming>| {
        let answering = Answering::begin(open, number);
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = routes.clone().oneshot(request.map(Body::new));
        async move {
            let answer = answer.await.unwrap_or_else(|never| match never {});
            Ok::<Response<Body>, Infallible>(answer.map(|body| until_sent(body, answering)))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEAD_S))
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // Errors of a client's connection are not ours to report.
        _ = connection.as_mut() => return,
        () = leaves.notified() => return,
        _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
    }
    let is_answered = open
        .lock()
        .expect("nobody panics while holding it")
        .by_number
        .get(&number)
        .is_some_and(|one| one.state == State::Answered);
    if is_answered {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// Wraps the body so that the request counts as being answered until all of it is handed to the connection.
fn until_sent(body: Body, answering: Answering) -> Body {
    use http_body_util::BodyExt;
    Body::new(body.map_err(move |error| {
        let _ = &answering;
        error
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn a_new_connection_takes_the_place_of_the_one_that_was_silent_longest() {
        let mut open = Open::default();
        let numbers: Vec<u64> = (0..3).map(|_| open.enter(address(1), 3).unwrap().0).collect();
        open.set(numbers[0], State::Answered);
        let now = open.tick();
        open.set(numbers[1], State::Idle(now));
        let fourth = open.enter(address(1), 3).unwrap().0;
        assert_eq!(open.by_number.keys().copied().collect::<Vec<_>>(), [numbers[0], numbers[1], fourth]);
        open.set(fourth, State::Answered);
        assert!(open.enter(address(1), 3).is_some(), "who is idle makes room where nobody is silent");
        let silent = *open.by_number.keys().last().unwrap();
        open.set(silent, State::Answered);
        assert!(open.enter(address(1), 3).is_none(), "who is being answered makes none");
    }

    #[test]
    fn one_address_takes_no_room_from_another() {
        let mut open = Open::default();
        let others = open.enter(address(2), 3).unwrap().0;
        (0..100).for_each(|_| drop(open.enter(address(1), 3).unwrap()));
        assert_eq!(open.by_number.len(), 4);
        assert!(open.by_number.contains_key(&others));
    }

    #[test]
    fn there_are_never_more_than_the_most() {
        let mut open = Open::default();
        for n in 0..2 * MAX_CONNECTIONS {
            let address = IpAddr::from([10, 1, (n / 256) as u8, (n % 256) as u8]);
            assert!(open.enter(address, 3).is_some());
        }
        assert_eq!(open.by_number.len(), MAX_CONNECTIONS);
    }
}
