//! Shows the effects of suspected mining on the network: transformers above their rating, growth of zones.

pub mod growth;
pub mod risk;
