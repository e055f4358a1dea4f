//! Kills the desk while people write, and looks for every verdict it had acknowledged.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::client::{Client, page_of};
use super::desk::{Desk, ENGINES};

/// Analysts who write at once.
const WRITERS: usize = 4;

/// How long they write before each kill. [ms]
const KILL_AFTER_MS: [u64; 3] = [150, 420, 900];

#[test]
fn no_acknowledged_verdict_is_lost_to_a_kill() {
    for engine in ENGINES {
        let mut desk = Desk::open(engine, &["--no-login"]);
        let suspects = desk.suspects();
        let mut acknowledged: Vec<String> = Vec::new();
        for (round, after) in KILL_AFTER_MS.into_iter().enumerate() {
            let is_over = AtomicBool::new(false);
            let address = desk.address.clone();
            let found: Vec<Vec<String>> = std::thread::scope(|scope| {
                let writers: Vec<_> = (0..WRITERS)
                    .map(|writer| {
                        let (address, is_over, suspects) = (&address, &is_over, &suspects);
                        scope.spawn(move || {
                            write(
                                address,
                                &suspects[writer % suspects.len()],
                                &format!("{round}-{writer}"),
                                is_over,
                            )
                        })
                    })
                    .collect();
                std::thread::sleep(Duration::from_millis(after));
                desk.kill();
                is_over.store(true, Ordering::Relaxed);
                writers.into_iter().map(|writer| writer.join().unwrap()).collect()
            });
            acknowledged.extend(found.into_iter().flatten());
            desk.restart();
            let csv = desk.stranger().get("/verdicts.csv").is(200).body;
            let lost: Vec<_> = acknowledged.iter().filter(|reason| !csv.contains(&***reason)).collect();
            assert!(lost.is_empty(), "{engine:?}: {} of {} lost", lost.len(), acknowledged.len());
        }
        eprintln!("{engine:?}: {} verdicts acknowledged before three kills, none lost", acknowledged.len());
        assert!(acknowledged.len() > 10, "{}", acknowledged.len());
    }
}

/// Writes verdict after verdict until the desk is gone; the reasons of those it acknowledged.
fn write(address: &str, meter: &str, name: &str, is_over: &AtomicBool) -> Vec<String> {
    let mut client = Client::of(address);
    let mut acknowledged = Vec::new();
    let Some(_) = client.try_get("/") else { return acknowledged };
    let path = format!("{}/entries", page_of(meter));
    for n in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let reason = format!("reason-{name}-{n}-end");
        match client.try_post(&path, &[("action", "verdict"), ("value", "suspected"), ("reason", &reason)]) {
            Some(303) => acknowledged.push(reason),
            Some(status) => panic!("{status}"),
            None => break,
        }
    }
    acknowledged
}
