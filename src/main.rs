//! Runs the hashwatt command.

use std::process::ExitCode;

/// Batches come and go by the thousand; the system's allocator gives their pages back each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hashwatt::cli::run(std::env::args_os())
}
