//! The command tree, pinned: a golden file says every command, flag, default and environment variable. `UPDATE_EXPECT=1` rewrites it.

use admin_cli::args::Cli;
use clap::{Arg, Command, CommandFactory};
use std::fmt::Write;
use std::path::Path;

#[test]
fn the_command_tree_is_the_golden_one() {
    let mut tree = String::new();
    let mut root = Cli::command();
    root.build();
    describe(&root, "", &mut tree);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/commands.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &tree).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        tree, golden,
        "rewrite with UPDATE_EXPECT=1 when this change is wanted"
    );
}

fn describe(command: &Command, path: &str, tree: &mut String) {
    let path = format!("{path} {}", command.get_name()).trim().to_owned();
    let about = command.get_about().map(ToString::to_string);
    writeln!(tree, "{path}: {}", about.unwrap_or_default()).unwrap();
    for argument in command.get_arguments().filter(|a| !is_built_in(a)) {
        if argument.is_global_set() && path != "loggiactl" {
            continue;
        }
        describe_argument(argument, tree);
    }
    for sub in command.get_subcommands().filter(|s| s.get_name() != "help") {
        describe(sub, &path, tree);
    }
}

fn describe_argument(argument: &Arg, tree: &mut String) {
    let name = match argument.get_long() {
        Some(long) => format!("--{long}"),
        None => format!(
            "<{}>",
            argument.get_value_names().map_or("", |n| n[0].as_str())
        ),
    };
    write!(tree, "    {name}").unwrap();
    if argument.is_required_set() {
        tree.push_str(" required");
    }
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .map(|v| v.get_name().to_owned())
        .collect();
    if !values.is_empty() {
        write!(tree, " one of {}", values.join("|")).unwrap();
    }
    for default in argument.get_default_values() {
        write!(tree, " default {}", default.display()).unwrap();
    }
    if let Some(variable) = argument.get_env() {
        write!(tree, " env {}", variable.display()).unwrap();
    }
    tree.push('\n');
}

fn is_built_in(argument: &Arg) -> bool {
    matches!(argument.get_id().as_str(), "help" | "version")
}
