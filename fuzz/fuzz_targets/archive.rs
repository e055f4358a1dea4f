//! Tries archive with bytes that nobody chose; see entries.rs.

#![no_main]

#[path = "../entries.rs"]
#[allow(dead_code, reason = "each target has one entry")]
mod entries;

libfuzzer_sys::fuzz_target!(
    // A panic that hashwatt catches at a file's border is no crash; one that comes out is.
    init: std::panic::set_hook(Box::new(|panic| eprintln!("{panic}"))),
    |bytes: &[u8]| entries::archive(bytes)
);
