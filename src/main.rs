//! Runs the hashwatt command.

use std::process::ExitCode;

fn main() -> ExitCode {
    hashwatt::cli::run(std::env::args_os())
}
