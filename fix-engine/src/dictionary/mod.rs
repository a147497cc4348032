//! What FIX 4.4 says of fields and messages. In: XML in the layout that QuickFIX-family engines read. Out: look-ups,
//! validation ([`Dictionary::validate`]), explanation ([`crate::explain`]).
//! Does not know sessions, sequence numbers or the meaning of an order.

mod encoding;
pub mod error;
pub mod field;
pub mod format;
pub mod layout;
mod parse;
mod refusal;
pub mod rejection;
pub mod rules;
mod validate;

use crate::codec::message::Message;
use error::DictionaryError;
use field::FieldDef;
use layout::{Layout, MessageDef};
use rejection::Rejection;
use rules::Rules;

/// Fields and messages, in tables that validation reads without allocating.
#[derive(Debug, Clone)]
pub struct Dictionary {
    /// By tag; dense, since validation looks up every field of every message.
    fields: Vec<Option<FieldDef>>,
    /// All different repeating groups; members name them by number.
    groups: Vec<Layout>,
    header: Layout,
    trailer: Layout,
    /// By MsgType, ascending.
    messages: Vec<MessageDef>,
    /// Place in `messages` of each MsgType of one ASCII character.
    single: [Option<u16>; 128],
}

impl Dictionary {
    /// Reads a dictionary.
    ///
    /// # Errors
    /// [`DictionaryError`] names line and cause.
    pub fn parse(xml: &str) -> Result<Dictionary, DictionaryError> {
        let parts = parse::parts(xml)?;
        let mut fields = Vec::new();
        for field in parts.fields {
            let tag = field.tag as usize;
            fields.resize(tag, None);
            fields.push(Some(field));
        }
        let mut single = [None; 128];
        for (def, at) in parts.messages.iter().zip(0_u16..) {
            if let [one] = def.msg_type.as_bytes()
                && one.is_ascii()
            {
                single[usize::from(*one)] = Some(at);
            }
        }
        let (groups, header, trailer, messages) =
            (parts.groups, parts.header, parts.trailer, parts.messages);
        Ok(Dictionary {
            fields,
            groups,
            header,
            trailer,
            messages,
            single,
        })
    }

    /// The whole of FIX 4.4.
    #[must_use]
    pub fn fix44() -> Dictionary {
        Dictionary::parse(FIX44).expect("FIX44.xml is part of this crate, and a test reads it")
    }

    /// What the Loggia venue takes of FIX 4.4.
    #[must_use]
    pub fn loggia44() -> Dictionary {
        Dictionary::parse(LOGGIA44)
            .expect("LOGGIA44.xml is part of this crate, and a test reads it")
    }

    /// This dictionary with one more field, which may stand in these messages: one that both sides have agreed on (FIX 4.4 vol. 1, «User
    /// defined fields»).
    ///
    /// # Errors
    /// [`DictionaryError::NotYours`] for a tag below [`rules::USER_DEFINED_FROM`], too high for a table, or defined already, and
    /// for a MsgType that is not in the dictionary or cannot take a field more.
    pub fn with_field(
        mut self,
        field: FieldDef,
        msg_types: &[&str],
    ) -> Result<Dictionary, DictionaryError> {
        let tag = field.tag;
        let not_yours = || DictionaryError::NotYours { tag };
        let is_yours = (rules::USER_DEFINED_FROM..=parse::TAG_MAX).contains(&tag);
        if !is_yours || self.field(tag).is_some() {
            return Err(not_yours());
        }
        for msg_type in msg_types {
            let of_type = |def: &&mut MessageDef| def.msg_type == *msg_type;
            let def = self
                .messages
                .iter_mut()
                .find(of_type)
                .ok_or_else(not_yours)?;
            let member = layout::Member {
                tag,
                group: None,
                required: false,
            };
            def.body.add(member, &[]).ok_or_else(not_yours)?;
            def.places.add_section(layout::Section::Body, &def.body);
        }
        if self.fields.len() <= tag as usize {
            self.fields.resize(tag as usize + 1, None);
        }
        self.fields[tag as usize] = Some(field);
        Ok(self)
    }

    /// The field of this tag.
    #[must_use]
    #[inline]
    pub fn field(&self, tag: u32) -> Option<&FieldDef> {
        self.fields.get(tag as usize)?.as_ref()
    }

    /// Name and tag of a field for a text to a person, for example `ClOrdID (11)`; only the tag where the dictionary
    /// does not know it.
    #[must_use]
    pub fn label(&self, tag: u32) -> String {
        self.field(tag)
            .map_or_else(|| tag.to_string(), |def| format!("{} ({tag})", def.name))
    }

    /// All fields, by tag.
    pub fn fields(&self) -> impl Iterator<Item = &FieldDef> {
        self.fields.iter().flatten()
    }

    /// The message of this MsgType.
    #[must_use]
    pub fn message(&self, msg_type: &str) -> Option<&MessageDef> {
        if let [one] = msg_type.as_bytes() {
            let at = (*self.single.get(usize::from(*one))?)?;
            return self.messages.get(usize::from(at));
        }
        let at = self
            .messages
            .binary_search_by(|def| def.msg_type.as_str().cmp(msg_type))
            .ok()?;
        Some(&self.messages[at])
    }

    /// All messages, by MsgType.
    #[must_use]
    pub fn messages(&self) -> &[MessageDef] {
        &self.messages
    }

    /// The standard header.
    #[must_use]
    pub fn header(&self) -> &Layout {
        &self.header
    }

    /// The standard trailer.
    #[must_use]
    pub fn trailer(&self) -> &Layout {
        &self.trailer
    }

    /// The members of the group that a member of a layout counts, if it counts one.
    #[must_use]
    pub fn group(&self, member: layout::Member) -> Option<&Layout> {
        self.groups.get(usize::from(member.group?))
    }

    /// Checks a message: tags, values, order, groups, required fields. Allocates only for a refusal.
    ///
    /// # Errors
    /// The first thing that the standard forbids, as Reject (3) reports it.
    pub fn validate(&self, message: &Message, rules: &Rules) -> Result<(), Rejection> {
        validate::check(self, message, rules)
    }
}

/// `dictionaries/FIX44.xml`.
pub const FIX44: &str = include_str!("../../../dictionaries/FIX44.xml");
/// `dictionaries/LOGGIA44.xml`.
pub const LOGGIA44: &str = include_str!("../../../dictionaries/LOGGIA44.xml");
