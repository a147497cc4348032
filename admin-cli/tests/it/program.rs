//! Runs `loggiactl` and keeps what it said.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What one run said.
#[derive(Debug)]
pub(crate) struct Said {
    /// Exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

/// The program in a folder, without any variable that would change what it does.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loggiactl"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LOGGIACTL_")) {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Said {
    said(
        command(folder, arguments)
            .output()
            .expect("loggiactl starts"),
    )
}

/// What a finished run said.
pub(crate) fn said(output: Output) -> Said {
    Said {
        code: output.status.code().expect("it ended by itself"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}
