//! Checks one message against the dictionary. In: message, rules. Out: nothing, or the first refusal.
//! Goes once through the fields; groups call themselves. Does not know sessions nor what a value means.

use std::borrow::Cow;

use crate::codec::data_fields::length_tag;
use crate::codec::field::Field;
use crate::codec::grammar;
use crate::codec::message::Message;
use crate::dictionary::field::{FieldDef, FieldType};
use crate::dictionary::format;
use crate::dictionary::layout::{Layout, Member, MessageDef, Place, Section, Slots};
use crate::dictionary::refusal::{Refusal, Subject};
use crate::dictionary::rejection::{Rejection, SessionRejectReason};
use crate::dictionary::rules::{Rules, USER_DEFINED_FROM};
use crate::dictionary::{Dictionary, encoding};
use crate::tag;

/// Checks `message`.
pub(super) fn check(
    dictionary: &Dictionary,
    message: &Message,
    rules: &Rules,
) -> Result<(), Rejection> {
    let view = message.view();
    let Some(def) = dictionary.message(message.msg_type()) else {
        return Err(unknown_type(message).into_rejection(dictionary, None, view));
    };
    let mut walk = Walk {
        dictionary,
        rules,
        def,
        bytes: view.bytes(),
        fields: view.index(),
        at: 0,
    };
    walk.message()
        .map_err(|refusal| refusal.into_rejection(dictionary, Some(def), view))
}

/// What a step of the walk says. The refusal is boxed, so that the good case stays small.
type Step<T> = Result<T, Box<Refusal>>;

/// The way through the fields of one message.
struct Walk<'a> {
    dictionary: &'a Dictionary,
    rules: &'a Rules,
    def: &'a MessageDef,
    bytes: &'a [u8],
    fields: &'a [Field],
    /// Index of the field that comes next.
    at: usize,
}

impl<'a> Walk<'a> {
    fn message(&mut self) -> Step<()> {
        let layouts = [
            &self.dictionary.header,
            &self.def.body,
            &self.dictionary.trailer,
        ];
        let mut present = [Slots::default(); 3];
        let mut reached = Section::Header;
        while let Some(field) = self.fields.get(self.at) {
            let Place::Member(section, slot) = self.def.places.of(field.tag) else {
                self.stray(field)?;
                continue;
            };
            if section < reached && self.rules.check_section_order {
                return Err(self.out_of_section(section));
            }
            reached = reached.max(section);
            let at = section as usize;
            self.enter(field, layouts[at], slot, &mut present[at])?;
        }
        for (layout, present) in layouts.iter().zip(&present) {
            self.check_required(layout, present)?;
        }
        Ok(())
    }

    #[inline]
    fn check_required(&self, layout: &Layout, present: &Slots) -> Step<()> {
        match layout.missing(present) {
            Some(tag) if self.rules.check_required => Err(Refusal::missing(tag)),
            _ => Ok(()),
        }
    }

    /// Takes the next field, which has `slot` in `layout`, with the group behind it if it counts one.
    #[inline(always)]
    fn enter(
        &mut self,
        field: &'a Field,
        layout: &'a Layout,
        slot: u16,
        present: &mut Slots,
    ) -> Step<()> {
        let value = field.value(self.bytes);
        if value.is_empty() {
            return self.empty(slot, present);
        }
        self.check_value(field, value)?;
        self.note(slot, present)?;
        self.at += 1;
        let member = layout.member(slot);
        if member.group.is_none() {
            return Ok(());
        }
        match self.dictionary.group(member) {
            Some(group) => self.group(group, member, value),
            None => Ok(()),
        }
    }

    #[cold]
    fn empty(&mut self, slot: u16, present: &mut Slots) -> Step<()> {
        if !self.rules.allow_empty_fields {
            return Err(self.blame(
                SessionRejectReason::TagSpecifiedWithoutAValue,
                "has no value",
            ));
        }
        self.note(slot, present)?;
        self.at += 1;
        Ok(())
    }

    /// Notes that the next field is there.
    #[inline]
    fn note(&self, slot: u16, present: &mut Slots) -> Step<()> {
        if present.insert(slot) {
            return Ok(());
        }
        Err(self.blame(
            SessionRejectReason::TagAppearsMoreThanOnce,
            "appears more than once",
        ))
    }

    #[inline(always)]
    fn check_value(&self, field: &Field, value: &[u8]) -> Step<()> {
        let Some(def) = self.dictionary.field(field.tag) else {
            return Ok(());
        };
        if def.ty == FieldType::Data {
            self.data(def, value)?;
        }
        if !format::fits(def.ty, value) && self.rules.check_formats {
            return Err(self.blame(
                SessionRejectReason::IncorrectDataFormatForValue,
                format!("is not {}", def.ty.shape()),
            ));
        }
        if !def.allows(value) && self.rules.check_values && field.tag != tag::MSG_TYPE {
            return Err(self.blame(
                SessionRejectReason::ValueIsIncorrect,
                "is not one of the field's values",
            ));
        }
        Ok(())
    }

    /// A data field: its Length field stands in front of it, and its bytes are in the encoding that the header names.
    #[cold]
    fn data(&self, def: &FieldDef, value: &[u8]) -> Step<()> {
        let before = self.at.checked_sub(1).and_then(|at| self.fields.get(at));
        if let Some(length) = length_tag(def.tag)
            && before.is_none_or(|field| field.tag != length)
            && self.rules.check_data_lengths
        {
            if self.fields.iter().all(|field| field.tag != length) {
                let what = format!("is required in front of {}", self.dictionary.label(def.tag));
                return Err(Refusal::missing_for(length, what));
            }
            let length = self.dictionary.label(length);
            return Err(self.blame(
                SessionRejectReason::TagSpecifiedOutOfRequiredOrder,
                format!("must stand directly behind {length}"),
            ));
        }
        if self.rules.check_encoding && encoding::is_encoded(def) {
            let named = self
                .fields
                .iter()
                .find(|field| field.tag == tag::MESSAGE_ENCODING);
            let Some(named) = named else {
                let what = format!("is required with {}", self.dictionary.label(def.tag));
                return Err(Refusal::missing_for(tag::MESSAGE_ENCODING, what).of_no_entry());
            };
            if !encoding::fits(named.value(self.bytes), value) {
                return Err(self.blame(
                    SessionRejectReason::IncorrectDataFormatForValue,
                    "is not in the encoding that MessageEncoding (347) names",
                ));
            }
        }
        Ok(())
    }

    /// The entries of a group, whose count stands in front of the next field.
    #[inline(never)]
    fn group(&mut self, group: &'a Layout, member: Member, count: &[u8]) -> Step<()> {
        let counted = self.at - 1;
        let mut entries = 0_u64;
        let mut delimiter = None;
        while let Some((field, slot)) = self.next_in(group)? {
            let first = if self.rules.first_member_delimits {
                *delimiter.get_or_insert(slot)
            } else {
                0
            };
            if slot != first {
                return Err(self.no_delimiter(group.member(first), member));
            }
            entries += 1;
            self.entry(field, group, slot)
                .map_err(|refusal| refusal.within(member.tag, entries))?;
        }
        if grammar::number(count) == Some(entries) {
            return Ok(());
        }
        Err(Refusal::new(
            SessionRejectReason::IncorrectNumInGroupCount,
            Subject::Field(counted),
            format!("does not count the entries that follow: {entries}"),
        ))
    }

    /// One entry of a group, from its delimiter, which is `field`, to the next or to the end of the group.
    fn entry(&mut self, field: &'a Field, group: &'a Layout, delimiter: u16) -> Step<()> {
        let mut present = Slots::default();
        self.enter(field, group, delimiter, &mut present)?;
        let mut last = delimiter;
        while let Some((field, slot)) = self.next_in(group)? {
            if slot == delimiter {
                break;
            }
            if slot < last && self.rules.check_group_order {
                return Err(self.out_of_order(group.member(last)));
            }
            last = slot;
            self.enter(field, group, slot, &mut present)?;
        }
        self.check_required(group, &present)
    }

    /// The next field and its slot if it is a member of `group`. Fields that belong nowhere are refused or left out
    /// on the way; any other field ends the group.
    #[inline]
    fn next_in(&mut self, group: &Layout) -> Step<Option<(&'a Field, u16)>> {
        while let Some(field) = self.fields.get(self.at) {
            if let Some(slot) = group.slot(field.tag) {
                return Ok(Some((field, slot)));
            }
            if self.def.places.of(field.tag) != Place::Nowhere {
                return Ok(None);
            }
            self.stray(field)?;
        }
        Ok(None)
    }

    /// A field that has no place here: refused, or left out where the rules allow it.
    #[cold]
    fn stray(&mut self, field: &Field) -> Step<()> {
        let known = self.dictionary.field(field.tag).is_some();
        let (allowed, reason, what) = if field.tag == 0 {
            (false, SessionRejectReason::InvalidTagNumber, "is no tag")
        } else if self.def.places.of(field.tag) == Place::Nested {
            (
                false,
                SessionRejectReason::RepeatingGroupFieldsOutOfOrder,
                "stands outside its repeating group",
            )
        } else if known {
            (
                self.rules.allow_fields_of_other_messages,
                SessionRejectReason::TagNotDefinedForThisMessageType,
                "is not defined for this message",
            )
        } else {
            let user_defined = field.tag >= USER_DEFINED_FROM;
            let allowed = if user_defined {
                self.rules.allow_user_defined_fields
            } else {
                self.rules.allow_unknown_fields
            };
            (
                allowed,
                SessionRejectReason::InvalidTagNumber,
                "is not in the dictionary",
            )
        };
        if !allowed {
            return Err(self.blame(reason, what).of_no_entry());
        }
        self.at += 1;
        Ok(())
    }

    #[cold]
    fn out_of_section(&self, section: Section) -> Box<Refusal> {
        let what = match section {
            Section::Header => "belongs in the header, before the first field of the body",
            Section::Body | Section::Trailer => "stands behind the start of the trailer",
        };
        self.blame(SessionRejectReason::TagSpecifiedOutOfRequiredOrder, what)
    }

    #[cold]
    fn no_delimiter(&self, delimiter: Member, counted: Member) -> Box<Refusal> {
        let delimiter = self.dictionary.label(delimiter.tag);
        let counted = self.dictionary.label(counted.tag);
        self.blame(
            SessionRejectReason::RepeatingGroupFieldsOutOfOrder,
            format!("stands where {delimiter} should begin an entry of {counted}"),
        )
    }

    #[cold]
    fn out_of_order(&self, last: Member) -> Box<Refusal> {
        let last = self.dictionary.label(last.tag);
        self.blame(
            SessionRejectReason::RepeatingGroupFieldsOutOfOrder,
            format!("must stand before {last}"),
        )
    }

    /// A refusal for what is wrong with the next field.
    #[cold]
    fn blame(
        &self,
        reason: SessionRejectReason,
        what: impl Into<Cow<'static, str>>,
    ) -> Box<Refusal> {
        Refusal::new(reason, Subject::Field(self.at), what)
    }
}

fn unknown_type(message: &Message) -> Box<Refusal> {
    let (reason, what) = match message.value(tag::MSG_TYPE) {
        None | Some([]) => (
            SessionRejectReason::TagSpecifiedWithoutAValue,
            "has no value",
        ),
        Some(_) => (
            SessionRejectReason::InvalidMsgType,
            "is no message of the dictionary",
        ),
    };
    Refusal::new(reason, Subject::Field(MSG_TYPE_AT), what)
}

/// Where MsgType stands in the index of every message.
const MSG_TYPE_AT: usize = 2;
