//! The rule book of the documentation: every rule in it names a scenario that there is, or a test of another crate
//! where the market knows nothing of it, and every scenario stands in it.

use std::collections::BTreeSet;
use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The scenarios that a line links.
fn linked(line: &str) -> Vec<String> {
    line.split("(../market/tests/scenarios/")
        .skip(1)
        .filter_map(|rest| rest.split_once(".txt)"))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// The tests of other crates that a line links, by their paths from the documentation.
fn tests(line: &str) -> Vec<PathBuf> {
    line.split("](../")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(path, _)| root().join(path))
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .collect()
}

#[test]
fn every_rule_names_its_scenario_and_every_scenario_is_named() {
    let text = std::fs::read_to_string(root().join("docs/rule-book.md")).expect("the rule book");
    let rules: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("seen in |"))
        .filter(|line| !line.starts_with("| what happened elsewhere"))
        .collect();
    assert!(rules.len() >= 25, "only {} rules", rules.len());
    let mut named = BTreeSet::new();
    for rule in rules {
        let (scenarios, tests) = (linked(rule), tests(rule));
        assert!(
            !scenarios.is_empty() || !tests.is_empty(),
            "no scenario and no test: {rule}"
        );
        for test in tests {
            assert!(test.is_file(), "{} is not there", test.display());
        }
        named.extend(scenarios);
    }
    let folder = root().join("market/tests/scenarios");
    let there: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder of scenarios")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into())
        .collect();
    let missing: Vec<_> = named.difference(&there).collect();
    assert!(missing.is_empty(), "named, but not there: {missing:?}");
    let unnamed: Vec<_> = there.difference(&named).collect();
    assert!(unnamed.is_empty(), "in no rule: {unnamed:?}");
}
