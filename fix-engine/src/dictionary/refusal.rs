//! What validation refuses, and how it says so. In: the field to blame, what is wrong with it, the entries of groups
//! that it stands in. Out: a [`Rejection`] with a text for a person. Does not decide anything.

use std::borrow::Cow;

use crate::codec::field::Field;
use crate::codec::pipe::short_text;
use crate::codec::view::View;
use crate::dictionary::Dictionary;
use crate::dictionary::layout::MessageDef;
use crate::dictionary::rejection::{EntryRef, Rejection, SessionRejectReason};

/// A refusal on its way out of the groups.
#[derive(Debug)]
pub(super) struct Refusal {
    reason: SessionRejectReason,
    subject: Subject,
    /// What is wrong, behind the field's name, value and place.
    what: Cow<'static, str>,
    /// The entries that the field stands in, innermost first.
    entries: Vec<EntryRef>,
    /// Whether the field belongs to none of the entries that it was met in.
    of_no_entry: bool,
}

/// The field to blame.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject {
    /// Its place in the index.
    Field(usize),
    /// The tag of one that is not there.
    Missing(u32),
}

impl Refusal {
    pub(super) fn new(
        reason: SessionRejectReason,
        subject: Subject,
        what: impl Into<Cow<'static, str>>,
    ) -> Box<Refusal> {
        Box::new(Refusal {
            reason,
            subject,
            what: what.into(),
            entries: Vec::new(),
            of_no_entry: false,
        })
    }

    /// A field that is required and not there.
    #[cold]
    pub(super) fn missing(tag: u32) -> Box<Refusal> {
        Refusal::missing_for(tag, "is required")
    }

    /// The same, with more words: `what` begins with "is required".
    #[cold]
    pub(super) fn missing_for(tag: u32, what: impl Into<Cow<'static, str>>) -> Box<Refusal> {
        Refusal::new(
            SessionRejectReason::RequiredTagMissing,
            Subject::Missing(tag),
            what,
        )
    }

    /// The same, of a field that was met, or missed, inside a group and does not belong there.
    pub(super) fn of_no_entry(mut self: Box<Refusal>) -> Box<Refusal> {
        self.of_no_entry = true;
        self
    }

    /// The same, inside entry `number` of the group that `count_tag` counts.
    #[cold]
    pub(super) fn within(mut self: Box<Refusal>, count_tag: u32, number: u64) -> Box<Refusal> {
        if !self.of_no_entry {
            self.entries.push(EntryRef { count_tag, number });
        }
        self
    }

    /// For the wire and for a person.
    pub(super) fn into_rejection(
        self,
        dictionary: &Dictionary,
        def: Option<&MessageDef>,
        view: View<'_>,
    ) -> Rejection {
        let entries: Vec<String> = self
            .entries
            .iter()
            .map(|entry| {
                format!(
                    "entry {} of {}",
                    entry.number,
                    dictionary.label(entry.count_tag)
                )
            })
            .collect();
        let entries_text = entries.join(" in ");
        let what = &self.what;
        let (ref_tag, position, text) = match self.subject {
            Subject::Missing(tag) => {
                let name = dictionary.label(tag);
                let place = match def {
                    Some(def) if entries.is_empty() => &def.name,
                    _ => &entries_text,
                };
                (i64::from(tag), None, format!("{name} {what} in {place}"))
            }
            Subject::Field(at) => {
                let position = at + 1;
                let place = if entries.is_empty() {
                    String::new()
                } else {
                    format!(", {entries_text},")
                };
                let field = view.index().get(at).copied().unwrap_or(NO_FIELD);
                let number = view.written_tag(&field);
                let name = match field.tag {
                    0 => number.to_string(),
                    tag => dictionary.label(tag),
                };
                let value = short_text(field.tag, field.value(view.bytes()));
                (
                    number,
                    u32::try_from(position).ok(),
                    format!("{name} = '{value}' at position {position}{place} {what}"),
                )
            }
        };
        Rejection {
            reason: self.reason,
            ref_tag: Some(ref_tag),
            position,
            entries: self.entries,
            text,
        }
    }
}

const NO_FIELD: Field = Field {
    tag: 0,
    start: 0,
    len: 0,
};
