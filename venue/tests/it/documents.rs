//! The documents' commands do what they say: every block marked `<!-- commands: run by the tests -->` is run against a venue, in a
//! folder that looks like the repository after a build and a first start.

use crate::harness::{Venue, ends, program, repository};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

const MARK: &str = "<!-- commands: run by the tests -->\n```sh\n";

/// Stops at the first failure, a refusal over HTTP included; `loggiactl` is the alias that the README makes.
const PRELUDE: &str = r#"set -euo pipefail
curl() { command curl --fail-with-body "$@"; }
loggiactl() { target/release/loggiactl --credentials loggia-data/credentials.json "$@"; }
"#;

/// The marked blocks of a document, as one script with the venue's own addresses.
fn script(document: &str, blocks_wanted: usize, venue: &Venue) -> String {
    let text = fs::read_to_string(repository(document)).unwrap();
    let blocks: Vec<&str> = text
        .split(MARK)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert_eq!(blocks.len(), blocks_wanted, "marked blocks of {document}");
    let blocks = blocks
        .concat()
        .replace("127.0.0.1:8080", venue.at("/http"))
        .replace("127.0.0.1:9464", venue.at("/metrics"));
    format!("{PRELUDE}{blocks}")
}

/// Runs a document's blocks; what they print.
fn run(document: &str, blocks: usize) -> String {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    look_like_the_repository(dir.path());
    let mut bash = Command::new("bash");
    bash.arg("-c")
        .arg(script(document, blocks, &venue))
        .current_dir(dir.path());
    let said = ends(bash);
    assert_eq!(said.code, Some(0), "{document}: {said:?}");
    said.out
}

fn look_like_the_repository(folder: &Path) {
    for profile in ["debug", "release"] {
        let target = folder.join("target").join(profile);
        fs::create_dir_all(&target).unwrap();
        for name in ["loggia", "loggiactl"] {
            symlink(program(name), target.join(name)).unwrap();
        }
    }
    symlink(folder.join("data"), folder.join("loggia-data")).unwrap();
    for name in ["market", "dictionaries"] {
        symlink(repository(name), folder.join(name)).unwrap();
    }
}

#[test]
fn of_the_readme() {
    let printed = run("README.md", 1);
    assert!(printed.contains("live orders"), "{printed}");
    assert!(printed.contains("news pending"), "{printed}");
    assert!(printed.contains("NewOrderSingle"), "{printed}");
}

#[test]
fn for_operators() {
    let printed = run("docs/operators.md", 8);
    assert!(printed.contains("trades sha256"), "{printed}");
    assert!(printed.contains("verdict  sound"), "{printed}");
    assert!(
        printed.contains("initial 50%, maintenance 25%"),
        "{printed}"
    );
    assert!(printed.contains("news pending"), "{printed}");
}

#[test]
fn for_integrators() {
    let printed = run("docs/integrators.md", 7);
    assert!(printed.contains("unrealized_pnl"), "{printed}");
    assert!(printed.contains("\"posted\""), "{printed}");
}
