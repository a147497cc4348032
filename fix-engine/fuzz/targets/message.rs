//! Any bytes, and any text, as a message: read, looked at in every way, checked against both dictionaries, explained, shown
//! in a log. What can be read is what was written, a field never reaches outside its message, and no line of a log is forged.
#![no_main]

use std::sync::LazyLock;

use bytes::Bytes;
use fix_engine::codec::message::Message;
use fix_engine::codec::view::View;
use fix_engine::dictionary::Dictionary;
use fix_engine::dictionary::rules::Rules;
use fix_engine::explain::Explanation;
use libfuzzer_sys::fuzz_target;

static DICTIONARIES: LazyLock<[Dictionary; 2]> =
    LazyLock::new(|| [Dictionary::fix44(), Dictionary::loggia44()]);

fuzz_target!(|input: &[u8]| {
    if let Ok(message) = Message::parse(Bytes::copy_from_slice(input)) {
        look_at(&message);
    }
    if let Ok(text) = std::str::from_utf8(input) {
        if let Ok(message) = Message::from_pipe(text) {
            look_at(&message);
        }
        let line = if text.starts_with("8=") {
            text.to_owned()
        } else {
            format!("8=FIX.4.4|{text}")
        };
        if let Ok(message) = Message::from_pipe(&line) {
            look_at(&message);
        }
        let _shown = Explanation::of_text(&DICTIONARIES[0], &Rules::default(), text);
    }
});

fn look_at(message: &Message) {
    let bytes = message.bytes();
    let mut end = 0;
    for (_, value) in message.fields() {
        let at = value.as_ptr().addr() - bytes.as_ptr().addr();
        assert!(
            at > end && at + value.len() < bytes.len(),
            "a field reaches outside its message"
        );
        assert_eq!(
            (bytes[at - 1], bytes[at + value.len()]),
            (b'=', 1),
            "a field is no tag=value"
        );
        end = at + value.len() + 1;
    }
    assert_eq!(end, bytes.len(), "bytes that belong to no field");
    let shown = message.to_pipe();
    assert!(
        !shown.chars().any(char::is_control),
        "a value forges a line of the log"
    );
    for dictionary in &*DICTIONARIES {
        if let Err(rejection) = dictionary.validate(message, &Rules::default()) {
            assert!(!rejection.text.is_empty());
            assert!(
                !rejection.text.chars().any(char::is_control),
                "a value forges a text"
            );
        }
        let _shown = Explanation::of(dictionary, &Rules::default(), message);
    }
    walk(message.view(), &mut 500);
}

/// Every field in every type, every group to any depth, until so many views are looked at.
fn walk(view: View<'_>, left: &mut u32) {
    for (tag, _) in view.fields() {
        let _ = (
            view.uint(tag),
            view.int(tag),
            view.char(tag),
            view.bool(tag),
        );
        let _ = (view.timestamp(tag), view.decimal(tag), view.text(tag));
        for entry in view.group(tag) {
            if *left == 0 {
                return;
            }
            *left -= 1;
            walk(entry, left);
        }
    }
}
