//! The documents' commands do what they say: every block marked `<!-- commands: run by the tests -->` is run against a venue.

use crate::harness::{Venue, ends, program, repository};
use std::fs;
use std::path::Path;
use std::process::Command;

const MARK: &str = "<!-- commands: run by the tests -->\n```sh\n";

/// The marked blocks of a document.
fn blocks(document: &str) -> Vec<String> {
    let text = fs::read_to_string(repository(document)).unwrap();
    let after = text.split(MARK).skip(1);
    after
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

/// Runs a block line by line as a person would type it, with `loggiactl` and `$DATA` as the documents introduce them.
fn run(block: &str, folder: &Path) {
    let ctl = program("loggiactl");
    let prelude = format!(
        "set -euo pipefail\nDATA='{0}'\nloggiactl() {{ '{1}' --credentials \"$DATA/credentials.json\" \"$@\"; }}\n",
        folder.join("data").display(),
        ctl.display()
    );
    for line in block.lines().filter(|line| !line.trim().is_empty()) {
        let mut bash = Command::new("bash");
        bash.arg("-c")
            .arg(format!("{prelude}{line}"))
            .current_dir(repository(""));
        let said = ends(bash);
        assert_eq!(said.code, Some(0), "{line}\n{said:?}");
        assert!(!said.out.is_empty(), "{line} prints nothing");
    }
}

#[test]
fn the_commands_of_the_readme_run() {
    let dir = tempfile::tempdir().unwrap();
    let _venue = Venue::start(dir.path());
    let blocks = blocks("README.md");
    assert_eq!(blocks.len(), 1, "the README has one block of commands");
    for block in &blocks {
        assert!(block.lines().count() >= 6, "{block}");
        run(block, dir.path());
    }
}
