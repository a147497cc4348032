//! A message in words. In: a dictionary and a message, as bytes or as people write it. Out: a line a field with name,
//! meaning and nesting, and what is wrong; beside it, what a session does with it. Does not print: the caller formats
//! it.

pub mod reception;

use bytes::Bytes;

use crate::codec::SOH;
use crate::codec::field::Field;
use crate::codec::garbled::Garbled;
use crate::codec::message::Message;
use crate::codec::pipe;
use crate::codec::view::View;
use crate::codec::{grammar, index};
use crate::dictionary::Dictionary;
use crate::dictionary::layout::Layout;
use crate::dictionary::rejection::Rejection;
use crate::dictionary::rules::Rules;
use crate::tag;

/// One field in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The tag as written; what cannot be a tag may be 0 or negative.
    pub tag: i64,
    /// The dictionary's name; empty for a field that it does not know.
    pub name: String,
    /// The value, masked where it is a secret, control characters escaped.
    pub value: String,
    /// Meaning of an enumerated value, for example `BUY`; of the message's name for MsgType.
    pub meaning: Option<String>,
    /// Depth of nesting: 0 outside groups, 1 inside a group, 2 inside a group of a group.
    pub indent: usize,
    /// Number of the group's entry that begins here, from 1.
    pub entry: Option<u32>,
    /// Place of the field in the message, counted from 1: the position that a refusal names.
    pub position: u32,
}

/// A whole message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Name of the message, if the dictionary knows its MsgType.
    pub name: Option<String>,
    /// The fields in their order.
    pub fields: Vec<Explained>,
    /// Why a receiver would ignore the bytes, if it would.
    pub garbled: Option<Garbled>,
    /// Why a receiver would refuse the message, if it would.
    pub rejection: Option<Rejection>,
}

impl Explanation {
    /// Explains a message as people write it (`|`, `^A` or SOH between fields). Fields of a garbled message are
    /// explained as far as they can be told apart.
    #[must_use]
    pub fn of_text(dictionary: &Dictionary, rules: &Rules, text: &str) -> Explanation {
        Explanation::of_bytes(dictionary, rules, &pipe::to_bytes(text))
    }

    /// Explains bytes as they were on the wire.
    #[must_use]
    pub fn of_bytes(dictionary: &Dictionary, rules: &Rules, bytes: &Bytes) -> Explanation {
        match Message::parse(bytes.clone()) {
            Ok(message) => Explanation::of(dictionary, rules, &message),
            Err(garbled) => {
                let fields = loose_fields(bytes);
                let view = View::new(bytes, &fields);
                let name = view
                    .text(tag::MSG_TYPE)
                    .and_then(|msg_type| dictionary.message(msg_type));
                let name = name.map(|def| def.name.clone());
                Explanation {
                    name,
                    fields: explain(dictionary, view),
                    garbled: Some(garbled),
                    rejection: None,
                }
            }
        }
    }

    /// Explains a message.
    #[must_use]
    pub fn of(dictionary: &Dictionary, rules: &Rules, message: &Message) -> Explanation {
        Explanation {
            name: dictionary
                .message(message.msg_type())
                .map(|def| def.name.clone()),
            fields: explain(dictionary, message.view()),
            garbled: None,
            rejection: dictionary.validate(message, rules).err(),
        }
    }
}

impl Dictionary {
    /// The fields of a message in words, in their order.
    #[must_use]
    pub fn explain(&self, message: &Message) -> Vec<Explained> {
        explain(self, message.view())
    }
}

/// One open group.
struct Open<'a> {
    layout: &'a Layout,
    entries: u32,
}

fn explain(dictionary: &Dictionary, view: View<'_>) -> Vec<Explained> {
    let def = view
        .text(tag::MSG_TYPE)
        .and_then(|msg_type| dictionary.message(msg_type));
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut lines = Vec::with_capacity(view.index().len());
    for (field, position) in view.index().iter().zip(1..) {
        let outside = |layout: &Layout| layout.slot(field.tag).is_none();
        let elsewhere = [
            Some(dictionary.header()),
            def.map(|def| &def.body),
            Some(dictionary.trailer()),
        ];
        let top = elsewhere
            .into_iter()
            .flatten()
            .find(|layout| !outside(layout));
        let nested = open.iter().any(|group| !outside(group.layout));
        while (nested || top.is_some()) && open.last().is_some_and(|group| outside(group.layout)) {
            open.pop();
        }
        let indent = open.len();
        let here = open.last_mut().map_or(top, |group| Some(group.layout));
        let slot = here.and_then(|layout| layout.slot(field.tag));
        let entry = open.last_mut().filter(|_| slot == Some(0)).map(|group| {
            group.entries += 1;
            group.entries
        });
        lines.push(line(dictionary, view, field, position, indent, entry));
        let group = here
            .zip(slot)
            .and_then(|(layout, slot)| dictionary.group(layout.member(slot)));
        open.extend(group.map(|layout| Open { layout, entries: 0 }));
    }
    lines
}

fn line(
    dictionary: &Dictionary,
    view: View<'_>,
    field: &Field,
    position: u32,
    indent: usize,
    entry: Option<u32>,
) -> Explained {
    let def = dictionary.field(field.tag);
    let value = field.value(view.bytes());
    let message = || {
        dictionary
            .message(str::from_utf8(value).ok()?)
            .map(|def| def.name.clone())
    };
    let meaning = match field.tag {
        tag::MSG_TYPE => message(),
        _ => def.and_then(|def| meaning(def, value)),
    };
    Explained {
        tag: view.written_tag(field),
        name: def.map(|def| def.name.clone()).unwrap_or_default(),
        value: pipe::value_text(field.tag, value),
        meaning,
        indent,
        entry,
        position,
    }
}

/// Label of a value, or the labels of its parts.
fn meaning(def: &crate::dictionary::field::FieldDef, value: &[u8]) -> Option<String> {
    if let Some(label) = def.meaning(value) {
        return Some(label.to_owned());
    }
    let labels: Vec<&str> = value
        .split(|byte| *byte == b' ')
        .filter_map(|part| def.meaning(part))
        .collect();
    (!labels.is_empty()).then(|| labels.join(", "))
}

/// Fields of bytes that are no message: what has a number, `=` and an end.
fn loose_fields(bytes: &[u8]) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut at = 0;
    for part in bytes.split(|byte| *byte == SOH) {
        let end = at + part.len();
        if let Ok((value, tag)) = grammar::tag_equals(part) {
            fields.push(Field {
                tag,
                start: index::offset(end - value.len()),
                len: index::offset(value.len()),
            });
        }
        at = end + 1;
    }
    fields
}
