//! The tables in `tests/validation`: what a message is refused for, for a FIX engineer to read. One table a subject:
//!
//! ```text
//! # why                 a comment
//! let NAME = TEXT       NAME stands for TEXT in the lines below
//! rules NAME …          switches of `Rules` that are turned from here on, `NAME=no` for one that is on by default;
//!                       those that are not named have their defaults again
//! > 35=D|11=x|…         a message: `|` for SOH, `\x01` for one inside data; the rest of the header is filled in
//!                       unless the line begins with 8=
//! < accepted            what validation says: accepted, or
//! < 373=n 371=n text    SessionRejectReason, RefTagID and Text of the Reject
//! ```
//! `UPDATE_EXPECT=1` writes the `<` lines anew.

use std::path::Path;
use std::{env, fs};

use fix_engine::codec::message::Message;
use fix_engine::codec::pipe;
use fix_engine::dictionary::rules::Rules;

use super::{FIX, HEAD};

#[test]
fn tables_of_validation() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validation");
    let mut tables = 0;
    for entry in fs::read_dir(&folder).expect("the folder of the tables") {
        let path = entry.expect("a file").path();
        let there = fs::read_to_string(&path).expect("a table");
        let table = there.parse::<Table>().expect("a table");
        tables += 1;
        if env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, table.text).expect("a file to write");
        } else {
            assert_same(&path, &there, &table.text);
        }
    }
    assert_eq!(tables, 7);
}

fn assert_same(path: &Path, there: &str, made: &str) {
    for ((number, there), made) in (1..).zip(there.lines()).zip(made.lines()) {
        let place = format!("{}:{number}", path.display());
        assert_eq!(
            there, made,
            "{place}: what stands there, and what validation says"
        );
    }
    let path = path.display();
    assert_eq!(
        there.lines().count(),
        made.lines().count(),
        "{path}: a message without an answer"
    );
}

/// A table with the answers that validation gives now.
struct Table {
    text: String,
}

impl std::str::FromStr for Table {
    type Err = String;

    fn from_str(there: &str) -> Result<Table, String> {
        let (mut text, mut names, mut rules) = (String::new(), Vec::new(), Rules::default());
        for line in there.lines().filter(|line| !line.starts_with("< ")) {
            text.push_str(line);
            text.push('\n');
            if let Some(message) = line.strip_prefix("> ") {
                text.push_str(&format!(
                    "< {}\n",
                    answer(&rules, &written(message, &names))
                ));
            } else if let Some((name, value)) = definition(line) {
                names.push((name.to_owned(), value.to_owned()));
            } else if let Some(switches) = line.strip_prefix("rules") {
                rules = turned(switches)?;
            } else if !(line.is_empty() || line.starts_with('#')) {
                return Err(format!("what is this: {line}"));
            }
        }
        Ok(Table { text })
    }
}

fn definition(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("let ")?.split_once(" = ")
}

/// The message in full, with `|` and `\x01` as SOH.
fn written(message: &str, names: &[(String, String)]) -> String {
    let mut text = match message.split_once('|') {
        _ if message.starts_with("8=") => message.to_owned(),
        Some((msg_type, rest)) => format!("8=FIX.4.4|{msg_type}|{HEAD}{rest}"),
        None => format!("8=FIX.4.4|{message}|{HEAD}"),
    };
    for (name, value) in names {
        text = text.replace(name, value);
    }
    let text = text.replace('|', "\x01");
    text.replace("\\x01", "\x01")
        .replace("\\n", "\n")
        .replace("\\\\", "\\")
}

fn answer(rules: &Rules, text: &str) -> String {
    let message = match Message::parse(pipe::to_bytes(text)) {
        Ok(message) => message,
        Err(why) => return format!("garbled: {why}"),
    };
    match FIX.validate(&message, rules) {
        Ok(()) => "accepted".to_owned(),
        Err(rejection) => format!(
            "373={} 371={} {}",
            rejection.reason.code(),
            rejection
                .ref_tag
                .map_or("-".to_owned(), |tag| tag.to_string()),
            rejection.text
        ),
    }
}

fn turned(switches: &str) -> Result<Rules, String> {
    let mut rules = Rules::default();
    for switch in switches.split_whitespace() {
        let (name, on) = match switch.split_once('=') {
            Some((name, "no")) => (name, false),
            Some(_) => return Err(format!("yes is left out, no is written: {switch}")),
            None => (switch, true),
        };
        let place = match name {
            "allow_unknown_fields" => &mut rules.allow_unknown_fields,
            "allow_user_defined_fields" => &mut rules.allow_user_defined_fields,
            "allow_fields_of_other_messages" => &mut rules.allow_fields_of_other_messages,
            "allow_empty_fields" => &mut rules.allow_empty_fields,
            "check_formats" => &mut rules.check_formats,
            "check_values" => &mut rules.check_values,
            "check_section_order" => &mut rules.check_section_order,
            "check_group_order" => &mut rules.check_group_order,
            "first_member_delimits" => &mut rules.first_member_delimits,
            "check_required" => &mut rules.check_required,
            "check_data_lengths" => &mut rules.check_data_lengths,
            "check_encoding" => &mut rules.check_encoding,
            _ => return Err(format!("no such rule: {name}")),
        };
        *place = on;
    }
    Ok(rules)
}
