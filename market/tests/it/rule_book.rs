//! The rule book of the documentation: every rule in it names what shows it, a scenario, a conversation or a test that there is; and every
//! scenario stands in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What a line links, in the repository: the text, and the path from the root on.
fn linked(line: &str) -> Vec<(&str, &str)> {
    let ends = line.split("](../").skip(1);
    line.split("](../")
        .zip(ends)
        .filter_map(|(before, after)| {
            let (_, text) = before.rsplit_once('[')?;
            let (path, _) = after.split_once(')')?;
            Some((text, path))
        })
        .collect()
}

/// Whether what a link names is there: the file, by its own name or, where it holds tests, with a test of this name.
fn is_there(text: &str, path: &str) -> bool {
    let path = Path::new(path);
    let Ok(content) = std::fs::read_to_string(root().join(path)) else {
        return false;
    };
    if path.extension().is_some_and(|it| it == "rs") {
        content.contains(&format!("fn {text}("))
    } else {
        path.file_stem().is_some_and(|stem| stem == text)
    }
}

#[test]
fn every_rule_names_what_shows_it_and_every_scenario_is_named() {
    let text = std::fs::read_to_string(root().join("docs/rule-book.md")).expect("the rule book");
    let rules: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("seen in |"))
        .filter(|line| !line.starts_with("| what happened elsewhere"))
        .collect();
    assert!(rules.len() >= 100, "only {} rules", rules.len());
    let mut named = BTreeSet::new();
    for rule in rules {
        let links = linked(rule);
        assert!(!links.is_empty(), "nothing shows it: {rule}");
        for (text, path) in links {
            assert!(
                is_there(text, path),
                "named, but not there: {text} in {path}"
            );
            named.insert(path.to_owned());
        }
    }
    let folder = root().join("market/tests/scenarios");
    let unnamed: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of scenarios")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into()
        })
        .filter(|name: &String| !named.contains(&format!("market/tests/scenarios/{name}")))
        .collect();
    assert!(unnamed.is_empty(), "in no rule: {unnamed:?}");
}
