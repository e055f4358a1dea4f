//! Runs the hashwatt command.

fn main() {}
