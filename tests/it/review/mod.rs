//! Opens the analysts' desk as its users do: over HTTP, in a real browser, on both databases.

mod backup;
mod browser;
mod chromium;
mod client;
mod desk;
mod durability;
mod full_disk;
mod gone;
mod logins;
mod malice;
mod postgres;
mod programs;
mod pseudonymous;
mod queue;
mod raw;
mod security;
mod tips;
mod words;
mod work;
