//! Says what the list means for the network: transformers above their rating, and the growth of zones.

pub mod growth;
pub mod risk;
