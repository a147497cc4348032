//! Every file of `tests/conversations` played against a session in memory, and against a live port over TCP (`conversations/live.rs`).
//! Time is an input: nothing sleeps.
//! The language of the files stands in `conversations/script.rs`; the application in `conversations/acceptor.rs`.

mod acceptor;
mod application;
mod cases;
mod expectation;
mod hours;
mod live;
mod mirror;
mod options;
mod script;
mod wire;

use std::fs;
use std::path::{Path, PathBuf};

use acceptor::Acceptor;
use expectation::Expectation;
use script::{Line, Step};

#[test]
fn every_conversation_goes_as_written() {
    let mut failures = Vec::new();
    let mut steps = 0;
    for path in files() {
        let text = fs::read_to_string(&path).expect("the file was listed");
        match play(&text) {
            Ok(played) => steps += played,
            Err(failure) => failures.push(format!("{}:{failure}", path.display())),
        }
    }
    assert!(
        failures.is_empty(),
        "{} conversations went wrong\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    assert!(steps > 500, "only {steps} steps were played");
}

#[test]
fn every_case_has_a_file() {
    let names = names();
    for case in cases::PUBLIC.iter().chain(cases::SOME).chain(cases::OURS) {
        assert!(names.iter().any(|name| name == case), "no file for {case}");
    }
}

/// After the Logons both sides are alike: what an acceptor does, an initiator does too.
#[test]
fn every_conversation_of_an_acceptor_goes_the_same_for_an_initiator() {
    let mut failures = Vec::new();
    let mut played = 0;
    for path in files() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path).expect("the file was listed");
        let Some(text) = mirror::mirrored(&name, &text) else {
            continue;
        };
        played += 1;
        if let Err(failure) = play(&text) {
            failures.push(format!("{name}:{failure}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} mirrored conversations went wrong\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    assert!(played > 100, "only {played} conversations were mirrored");
}

#[tokio::test]
async fn every_conversation_goes_as_written_over_tcp() {
    let mut failures = Vec::new();
    let (mut played, mut steps) = (0, 0);
    for path in files() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path).expect("the file was listed");
        let mirrored = mirror::mirrored(&name, &text);
        for (text, side) in [(Some(text), ""), (mirrored, " (mirrored)")] {
            let Some(text) = text else {
                continue;
            };
            played += 1;
            match live::play(&text).await {
                Ok(played) => steps += played,
                Err(failure) => failures.push(format!("{name}{side}:{failure}")),
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} conversations went wrong\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    assert!(
        played > 250 && steps > 2000,
        "only {played} files, {steps} steps"
    );
}

#[tokio::test]
async fn a_wrong_expectation_fails_over_tcp() {
    let logon = "connect\n> 35=A|34=1|98=0|108=30\n";
    let right = live::play(&format!("{logon}< 35=A|34=1|108=30\n")).await;
    assert!(right.is_ok(), "{right:?}");
    for wrong in [
        "< 35=A|34=2\n",
        "",
        "< 35=A\n< 35=0\n",
        "< 35=A\n< disconnect\n",
    ] {
        let played = live::play(&format!("{logon}{wrong}")).await;
        assert!(played.is_err(), "{wrong:?} was taken");
    }
}

#[test]
fn a_wrong_expectation_fails() {
    let logon = "connect\n> 35=A|34=1|98=0|108=30\n";
    assert!(play(&format!("{logon}< 35=A|34=1|108=30\n")).is_ok());
    for wrong in [
        "< 35=A|34=2\n",
        "< 35=A|141=Y\n",
        "",
        "< 35=A\n< 35=0\n",
        "< 35=A\n< disconnect\n",
        "< 35=A|98=-\n",
    ] {
        assert!(
            play(&format!("{logon}{wrong}")).is_err(),
            "{wrong:?} was taken"
        );
    }
}

/// Plays one file; the number of its steps, or the first step that went wrong.
fn play(text: &str) -> Result<usize, String> {
    let lines = script::parse(text)?;
    let options: Vec<&str> = lines.iter().filter_map(|line| line.option()).collect();
    let mut acceptor = Acceptor::new(&options)?;
    for line in &lines {
        step(&mut acceptor, line)
            .map_err(|failure| format!("{}: {}\n{failure}", line.number, line.text))?;
    }
    let end = Line {
        number: text.lines().count(),
        text: String::new(),
        step: Step::End,
    };
    step(&mut acceptor, &end).map_err(|failure| format!("at the end\n{failure}"))?;
    Ok(lines.len())
}

fn step(acceptor: &mut Acceptor, line: &Line) -> Result<(), String> {
    if let Step::Expect { connection, text } = &line.step {
        let got = acceptor.next_output(*connection);
        return Expectation::parse(text, acceptor.now()).check(got.as_ref());
    }
    let left = match line.step {
        Step::ExpectBytes { .. } => Vec::new(),
        _ => acceptor.outputs_left(),
    };
    if !left.is_empty() {
        return Err(format!(
            "  before this came, and was not expected:\n{}",
            left.join("\n")
        ));
    }
    acceptor.play(&line.step)
}

fn names() -> Vec<String> {
    files()
        .iter()
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .collect()
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations");
    let entries = fs::read_dir(folder).expect("the folder is part of the crate");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "fix"));
    files.sort();
    files
}
