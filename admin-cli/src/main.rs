//! `loggiactl`: arguments in, exit code out. Everything else is the library.

// Named to be linked: it is the allocator.
use allocator as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    admin_cli::run::run(std::env::args_os())
}
