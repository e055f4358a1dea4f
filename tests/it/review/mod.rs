//! Opens the analysts' desk as its users do: over HTTP, in a real browser, on both databases.

mod browser;
mod client;
mod desk;
mod durability;
mod postgres;
mod programs;
mod security;
mod tips;
mod work;
