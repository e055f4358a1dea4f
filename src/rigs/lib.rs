//! Models the electricity demand of mining machines and of the loads that look like them.
//!
//! It is used in two places. The ranking plants rigs and look-alikes into the utility's own load profiles to
//! train itself. Trials plant them into simulated interval data. All draws come from the caller's generator,
//! so the same generator state gives the same demand.

pub mod chance;
pub mod look_alikes;
pub mod machines;
pub mod span;
pub mod sun;

mod demand;
mod forms;
mod schedule;
mod site;

pub use demand::RigTruth;
pub use forms::{Rig, RigForm};
pub use look_alikes::{Change, ChangeTruth, LookAlike};
pub use machines::Machine;
pub use site::{HostLoad, Site};
pub use span::Span;
