//! Makes reference data up: the load of any interval of any meter, as exports and as digests.

pub mod days;
pub mod load;
pub mod permutation;
pub mod readings;
