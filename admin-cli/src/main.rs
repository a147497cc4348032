//! `loggiactl`: arguments in, exit code out. Everything else is the library.

use allocator as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    admin_cli::run::run(std::env::args_os())
}
