//! Slows down password guessing without locking out the real person.
//!
//! Attempts are counted by name and address together, and by address, but never by name alone. If a stranger
//! fails with somebody's name, only the stranger has to wait. A browser in which the person has logged in
//! before has its own count. An attempt counts before its password is checked, so that parallel attempts do
//! not evade the limit. If it was right, it is taken back.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::database::refused::Refused;

/// Failed attempts before the next must wait: by name and address (or known browser), and by address.
const FREE_TRIES: u32 = 5;
const FREE_ADDRESS_TRIES: u32 = 30;

/// First wait, which doubles with each failed attempt, and the longest. [s]
const MIN_WAIT_S: u64 = 5;
const MAX_WAIT_S: u64 = 900;

/// Counts are reset after this time without a failed attempt. [s]
const FORGIVEN_S: u64 = 3600;

/// Most counts in memory, about 20 MB. Beyond that, unknown browsers wait until some counts are reset.
const MAX_COUNTS: usize = 100_000;

/// Most pairs of name and address whose refusals are counted separately; others are counted together.
const MAX_REFUSED: usize = 1000;

/// Passwords checked at once, each in 19 MiB: this many for unknown browsers, and as many for known ones.
const MAX_CHECKS: usize = 4;

/// A login attempt.
#[derive(Debug, Clone, Copy)]
pub struct Trying<'a> {
    /// Name of the person.
    pub name: &'a str,
    /// IP address of the client.
    pub address: &'a str,
    /// Id of the browser, if this person has logged in from it before.
    pub known: Option<&'a str>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    n: u32,
    last: Instant,
    free_at: Instant,
}

/// An attempt that counts as failed until it is forgiven.
#[derive(Debug)]
pub struct Counted(Vec<String>);

/// Counts failed logins.
#[derive(Debug)]
pub struct Throttle {
    counts: Mutex<HashMap<String, Count>>,
    refused: Mutex<BTreeMap<Refused, i64>>,
    strangers: Semaphore,
    known: Semaphore,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            counts: Mutex::default(),
            refused: Mutex::default(),
            strangers: Semaphore::new(MAX_CHECKS),
            known: Semaphore::new(MAX_CHECKS),
        }
    }
}

impl Throttle {
    /// Counts an attempt, or returns how long to wait. An attempt that must wait is not counted.
    ///
    /// # Errors
    /// The time to wait.
    pub fn count(&self, trying: Trying<'_>, now: Instant) -> Result<Counted, Duration> {
        let keys = keys(trying);
        let mut counts = self.counts.lock().expect("nobody panics while holding it");
        if counts.len() >= MAX_COUNTS {
            counts.retain(|_, count| !is_forgiven(count, now));
            if counts.len() >= MAX_COUNTS && trying.known.is_none() {
                return Err(Duration::from_secs(MAX_WAIT_S));
            }
        }
        let wait = |(key, _): &(String, u32)| Some(counts.get(key)?.free_at.duration_since(now));
        let longest = keys.iter().filter_map(wait).max().unwrap_or_default();
        if !longest.is_zero() {
            return Err(longest);
        }
        for (key, free) in &keys {
            let count = counts.entry(key.clone()).or_insert(Count { n: 0, last: now, free_at: now });
            if is_forgiven(count, now) {
                count.n = 0;
            }
            count.n += 1;
            count.last = now;
            count.free_at = now + count.n.checked_sub(*free).map_or(Duration::ZERO, wait_after);
        }
        Ok(Counted(keys.into_iter().map(|(key, _)| key).collect()))
    }

    /// Takes back an attempt that was right, and the earlier failures with the same name there.
    pub fn forgive(&self, Counted(keys): Counted, now: Instant) {
        let mut counts = self.counts.lock().expect("nobody panics while holding it");
        for (place, key) in keys.into_iter().enumerate() {
            match counts.get_mut(&key) {
                // Someone with an account of their own at this address may still be guessing other passwords.
                Some(count) if place > 0 => {
                    count.n = count.n.saturating_sub(1);
                    count.free_at = now;
                }
                _ => drop(counts.remove(&key)),
            }
        }
    }

    /// Waits for a turn to check a password.
    pub async fn turn(&self, is_known: bool) -> Option<SemaphorePermit<'_>> {
        let turns = if is_known { &self.known } else { &self.strangers };
        turns.acquire().await.ok()
    }

    /// Counts a refusal; it is written later together with similar ones.
    pub fn refuse(&self, refused: Refused) {
        let mut all = self.refused.lock().expect("nobody panics while holding it");
        let refused = if all.len() < MAX_REFUSED || all.contains_key(&refused) {
            refused
        } else {
            Refused { name: String::new(), address: String::new(), ..refused }
        };
        *all.entry(refused).or_default() += 1;
    }

    /// Returns the refusals counted since the last call.
    #[must_use]
    pub fn take_refused(&self) -> Vec<(Refused, i64)> {
        std::mem::take(&mut *self.refused.lock().expect("nobody panics while holding it"))
            .into_iter()
            .collect()
    }

    /// Deletes counts without a recent failure.
    pub fn sweep(&self, now: Instant) {
        let mut counts = self.counts.lock().expect("nobody panics while holding it");
        counts.retain(|_, count| !is_forgiven(count, now));
    }
}

fn is_forgiven(count: &Count, now: Instant) -> bool {
    now.duration_since(count.last) > Duration::from_secs(FORGIVEN_S)
}

fn wait_after(n_beyond: u32) -> Duration {
    Duration::from_secs(MIN_WAIT_S.saturating_mul(1 << n_beyond.min(20)).min(MAX_WAIT_S))
}

/// Returns the keys that an attempt is counted by, the person's own first, each with its free attempts.
fn keys(trying: Trying<'_>) -> Vec<(String, u32)> {
    // Nobody has a longer name, so cut it: a longer one must not make a new key.
    let name: String = trying.name.chars().take(200).collect();
    match trying.known {
        Some(device) => vec![(format!("device\n{device}\n{name}"), FREE_TRIES)],
        None => {
            let address = network_of(trying.address);
            vec![
                (format!("name\n{address}\n{name}"), FREE_TRIES),
                (format!("address\n{address}"), FREE_ADDRESS_TRIES),
            ]
        }
    }
}

/// Returns the network of one subscriber: an IPv4 address, or an IPv6 network of 64 bits.
fn network_of(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            v6.segments()[..4].iter().map(|part| format!("{part:x}:")).collect()
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by<'a>(name: &'a str, address: &'a str) -> Trying<'a> {
        Trying { name, address, known: None }
    }

    #[test]
    fn a_stranger_who_fails_a_name_waits_and_the_person_does_not() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..FREE_TRIES {
            throttle.count(by("anna", "10.0.0.9"), now).unwrap();
        }
        assert_eq!(throttle.count(by("anna", "10.0.0.9"), now).unwrap_err().as_secs(), MIN_WAIT_S);
        assert!(throttle.count(by("anna", "10.0.0.1"), now).is_ok());
        let known = Trying { known: Some("d"), ..by("anna", "10.0.0.9") };
        assert!(throttle.count(known, now).is_ok());
    }

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour_and_ends() {
        let (throttle, mut now) = (Throttle::default(), Instant::now());
        let mut waits = Vec::new();
        while waits.last() != Some(&MAX_WAIT_S) {
            match throttle.count(by("anna", "10.0.0.9"), now) {
                Ok(_) => now += Duration::from_millis(1),
                Err(wait) => {
                    waits.push(wait.as_secs_f64().ceil() as u64);
                    now += wait;
                }
            }
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900]);
        now += Duration::from_secs(MAX_WAIT_S + FORGIVEN_S + 1);
        assert!((0..FREE_TRIES).all(|_| throttle.count(by("anna", "10.0.0.9"), now).is_ok()));
    }

    #[test]
    fn a_known_browser_that_guesses_waits_as_well() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let known = Trying { known: Some("d"), ..by("anna", "10.0.0.9") };
        assert!((0..FREE_TRIES).all(|_| throttle.count(known, now).is_ok()));
        assert!(throttle.count(known, now).is_err());
    }

    #[test]
    fn right_logins_are_no_tries() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..FREE_ADDRESS_TRIES * 3 {
            let counted = throttle.count(by("anna", "10.0.0.1"), now).unwrap();
            throttle.forgive(counted, now);
        }
    }

    #[test]
    fn an_address_that_tries_many_names_waits_whatever_it_gets_right() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let tries = (0..FREE_ADDRESS_TRIES * 2).filter(|n| {
            if n % 4 == 0
                && let Ok(own) = throttle.count(by("own", "2001:db8::1"), now)
            {
                throttle.forgive(own, now);
            }
            throttle.count(by(&format!("name {n}"), &format!("2001:db8::{n:x}")), now).is_ok()
        });
        assert_eq!(tries.count(), FREE_ADDRESS_TRIES as usize);
    }

    #[test]
    fn refusals_are_counted_and_more_names_than_any_office_has_are_counted_together() {
        let throttle = Throttle::default();
        let refused = |name: &str| Refused {
            what: "login_failed".to_owned(),
            name: name.to_owned(),
            address: "10.0.0.9".to_owned(),
        };
        (0..3).for_each(|_| throttle.refuse(refused("anna")));
        assert_eq!(throttle.take_refused(), [(refused("anna"), 3)]);
        (0..MAX_REFUSED * 2).for_each(|n| throttle.refuse(refused(&n.to_string())));
        let all = throttle.take_refused();
        assert_eq!(all.len(), MAX_REFUSED + 1);
        assert_eq!(all.iter().map(|(_, n)| n).sum::<i64>(), 2 * MAX_REFUSED as i64);
    }
}
