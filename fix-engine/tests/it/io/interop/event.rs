//! What a peer tells: a line of JSON, one flat object (`tests/clients/README.md`). In: the line. Out: its values as text.
//! A reader of its own, since a JSON crate would be here for these few lines only.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

use fix_engine::codec::message::Message;

/// An event.
#[derive(Debug)]
pub(super) struct Event(BTreeMap<String, String>);

impl Event {
    pub(super) fn read(line: &str) -> Event {
        let mut chars = line.chars().peekable();
        let mut values = BTreeMap::new();
        assert_eq!(next(&mut chars), Some('{'), "{line}");
        loop {
            let key = value(&mut chars);
            assert_eq!(next(&mut chars), Some(':'), "{line}");
            values.insert(key, value(&mut chars));
            match next(&mut chars) {
                Some(',') => {}
                Some('}') => return Event(values),
                other => panic!("{other:?} in {line}"),
            }
        }
    }

    /// A value; empty where there is none.
    pub(super) fn get(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }

    /// What kind of event it is.
    pub(super) fn kind(&self) -> &str {
        self.get("event")
    }

    /// The message of an event, with a length and checksum of its own: passwords are starred in events.
    pub(super) fn message(&self) -> Message {
        Message::from_pipe(self.get("msg")).expect("a message with fields")
    }
}

/// The next character that is no space between tokens.
fn next(chars: &mut Peekable<Chars<'_>>) -> Option<char> {
    chars.find(|c| !c.is_whitespace())
}

/// A string without its quotes, or a number or word as it is written.
fn value(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    let first = next(chars).expect("a value");
    if first != '"' {
        text.push(first);
        while let Some(c) = chars.next_if(|c| !",}".contains(*c)) {
            text.push(c);
        }
        return text;
    }
    loop {
        match chars.next().expect("the end of a string") {
            '"' => return text,
            '\\' => text.push(chars.next().expect("what is escaped")),
            c => text.push(c),
        }
    }
}
