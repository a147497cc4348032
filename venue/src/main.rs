//! `loggia`: config → open → wire → run. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    venue::run::run(std::env::args_os())
}
