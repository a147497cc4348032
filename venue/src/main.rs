//! `loggia`: config → open → wire → run. Everything is in the library.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Gives memory in huge pages where the kernel lets it: see ARCHITECTURE.md.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    venue::run::run(std::env::args_os())
}
