//! `loggia`: config → open → wire → run. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    allocator::keep_memory();
    venue::run::run(std::env::args_os())
}
