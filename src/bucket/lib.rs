//! Reaches object stores: connects as the cloud's own tools do, reads objects whole, publishes folders whole.

pub mod connect;
pub mod object;
mod pieces;
mod profile;
pub mod publish;
mod trouble;
mod waiting;

pub use connect::{Bucket, connect};
pub use object::{Ahead, RemoteObject};
pub use publish::Publication;
pub use waiting::wait_for;
