//! Checks one message against the dictionary. In: message, rules. Out: nothing, or the first refusal.
//! Goes once through the fields; groups call themselves. Does not know sessions nor what a value means.

use crate::codec::field::Field;
use crate::codec::message::Message;
use crate::codec::pipe::value_text;
use crate::codec::view::View;
use crate::dictionary::Dictionary;
use crate::dictionary::format;
use crate::dictionary::layout::{Layout, Member, MessageDef, Slots};
use crate::dictionary::rejection::{Rejection, SessionRejectReason};
use crate::dictionary::rules::{Rules, USER_DEFINED_FROM};
use crate::tag;

/// Checks `message`.
pub(super) fn check(
    dictionary: &Dictionary,
    message: &Message,
    rules: &Rules,
) -> Result<(), Rejection> {
    let view = message.view();
    let Some(def) = dictionary.message(message.msg_type()) else {
        return Err(unknown_type(dictionary, view));
    };
    let mut walk = Walk {
        dictionary,
        rules,
        def,
        view,
        fields: view.index(),
        at: 0,
    };
    walk.message()
}

/// The way through the fields of one message.
struct Walk<'a> {
    dictionary: &'a Dictionary,
    rules: &'a Rules,
    def: &'a MessageDef,
    view: View<'a>,
    fields: &'a [Field],
    /// Index of the field that comes next.
    at: usize,
}

/// The parts of a message, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Header,
    Body,
    Trailer,
}

impl<'a> Walk<'a> {
    fn message(&mut self) -> Result<(), Rejection> {
        let layouts = [
            &self.dictionary.header,
            &self.def.body,
            &self.dictionary.trailer,
        ];
        let mut present = [Slots::default(); 3];
        let mut reached = Section::Header;
        while let Some(field) = self.fields.get(self.at) {
            let Some((section, slot)) = self.place(field.tag) else {
                self.stray(field)?;
                continue;
            };
            if section < reached && self.rules.check_section_order {
                return Err(self.out_of_section(field, section));
            }
            reached = reached.max(section);
            self.enter(
                layouts[section as usize],
                slot,
                &mut present[section as usize],
            )?;
        }
        for (layout, present) in layouts.iter().zip(&present) {
            if let Some(tag) = layout
                .missing(present)
                .filter(|_| self.rules.check_required)
            {
                let text = format!("{} is required in {}", self.name(tag), self.def.name);
                return Err(Rejection::new(
                    SessionRejectReason::RequiredTagMissing,
                    Some(tag),
                    text,
                ));
            }
        }
        Ok(())
    }

    /// Section and slot of a tag outside groups.
    #[inline]
    fn place(&self, tag: u32) -> Option<(Section, u16)> {
        if let Some(slot) = self.def.body.slot(tag) {
            return Some((Section::Body, slot));
        }
        if let Some(slot) = self.dictionary.header.slot(tag) {
            return Some((Section::Header, slot));
        }
        self.dictionary
            .trailer
            .slot(tag)
            .map(|slot| (Section::Trailer, slot))
    }

    /// Takes the next field, which has `slot` in `layout`, with the group behind it if it counts one.
    #[inline]
    fn enter(
        &mut self,
        layout: &'a Layout,
        slot: u16,
        present: &mut Slots,
    ) -> Result<(), Rejection> {
        let field = &self.fields[self.at];
        let value = field.value(self.view.bytes());
        if value.is_empty() {
            return self.empty(field, slot, present);
        }
        self.check_value(field, value)?;
        if !present.insert(slot) {
            return Err(self.blame(
                SessionRejectReason::TagAppearsMoreThanOnce,
                field,
                "appears more than once",
            ));
        }
        let member = layout.member(slot);
        self.at += 1;
        match self.dictionary.group(member) {
            Some(group) => self.group(group, member, field, value),
            None => Ok(()),
        }
    }

    fn empty(&mut self, field: &Field, slot: u16, present: &mut Slots) -> Result<(), Rejection> {
        if !self.rules.allow_empty_fields {
            return Err(self.blame(
                SessionRejectReason::TagSpecifiedWithoutAValue,
                field,
                "has no value",
            ));
        }
        present.insert(slot);
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn check_value(&self, field: &Field, value: &[u8]) -> Result<(), Rejection> {
        let Some(def) = self.dictionary.field(field.tag) else {
            return Ok(());
        };
        if !format::fits(def.ty, value) {
            let what = format!("is not {}", def.ty.shape());
            return Err(self.blame(
                SessionRejectReason::IncorrectDataFormatForValue,
                field,
                &what,
            ));
        }
        if self.rules.check_values && field.tag != tag::MSG_TYPE && !def.allows(value) {
            return Err(self.blame(
                SessionRejectReason::ValueIsIncorrect,
                field,
                "is not one of the field's values",
            ));
        }
        Ok(())
    }

    /// The entries of a group; the count stands in `counted`.
    fn group(
        &mut self,
        group: &'a Layout,
        member: Member,
        counted: &Field,
        count: &[u8],
    ) -> Result<(), Rejection> {
        let mut entries = 0_u64;
        while let Some(slot) = self.next_in(group)? {
            if slot != 0 {
                let delimiter = self.name(group.member(0).tag);
                let what = format!(
                    "stands where {delimiter} should begin an entry of {}",
                    self.name(member.tag)
                );
                let field = &self.fields[self.at];
                return Err(self.blame(
                    SessionRejectReason::RepeatingGroupFieldsOutOfOrder,
                    field,
                    &what,
                ));
            }
            entries += 1;
            self.entry(group, member, entries)?;
        }
        let stated = count.iter().try_fold(0_u64, |value, digit| {
            value
                .checked_mul(10)?
                .checked_add(u64::from(digit.wrapping_sub(b'0')))
        });
        if stated == Some(entries) {
            return Ok(());
        }
        let what = format!("does not count the entries that follow: {entries}");
        Err(self.blame(
            SessionRejectReason::IncorrectNumInGroupCount,
            counted,
            &what,
        ))
    }

    /// One entry of a group, from its delimiter to the next or to the end of the group.
    fn entry(&mut self, group: &'a Layout, member: Member, number: u64) -> Result<(), Rejection> {
        let mut present = Slots::default();
        let (mut last, mut begun) = (0, false);
        while let Some(slot) = self.next_in(group)? {
            if slot == 0 && begun {
                break;
            }
            if slot < last && self.rules.check_group_order {
                let before = self.name(group.member(last).tag);
                let what = format!(
                    "must stand before {before} in an entry of {}",
                    self.name(member.tag)
                );
                let field = &self.fields[self.at];
                return Err(self.blame(
                    SessionRejectReason::RepeatingGroupFieldsOutOfOrder,
                    field,
                    &what,
                ));
            }
            (last, begun) = (slot, true);
            self.enter(group, slot, &mut present)?;
        }
        match group
            .missing(&present)
            .filter(|_| self.rules.check_required)
        {
            Some(tag) => {
                let text = format!(
                    "{} is required in entry {number} of {}",
                    self.name(tag),
                    self.name(member.tag)
                );
                Err(Rejection::new(
                    SessionRejectReason::RequiredTagMissing,
                    Some(tag),
                    text,
                ))
            }
            None => Ok(()),
        }
    }

    /// Slot of the next field if it is a member of `group`. Fields that belong nowhere are refused or left out on
    /// the way; any other field ends the group.
    #[inline]
    fn next_in(&mut self, group: &Layout) -> Result<Option<u16>, Rejection> {
        while let Some(field) = self.fields.get(self.at) {
            if let Some(slot) = group.slot(field.tag) {
                return Ok(Some(slot));
            }
            if self.def.nested.has(field.tag) || self.place(field.tag).is_some() {
                return Ok(None);
            }
            self.stray(field)?;
        }
        Ok(None)
    }

    /// A field that has no place here: refused, or left out where the rules allow it.
    #[cold]
    fn stray(&mut self, field: &Field) -> Result<(), Rejection> {
        let known = self.dictionary.field(field.tag).is_some();
        let (allowed, reason, what) = if field.tag == 0 {
            (false, SessionRejectReason::InvalidTagNumber, "is no tag")
        } else if self.def.nested.has(field.tag) {
            (
                false,
                SessionRejectReason::RepeatingGroupFieldsOutOfOrder,
                "stands outside its repeating group",
            )
        } else if known {
            let allowed = self.rules.allow_fields_of_other_messages;
            (
                allowed,
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
            return Err(self.blame(reason, field, what));
        }
        self.at += 1;
        Ok(())
    }

    #[cold]
    fn out_of_section(&self, field: &Field, section: Section) -> Rejection {
        let what = match section {
            Section::Header => "belongs in the header, before the first field of the body",
            Section::Body | Section::Trailer => "stands behind the start of the trailer",
        };
        self.blame(
            SessionRejectReason::TagSpecifiedOutOfRequiredOrder,
            field,
            what,
        )
    }

    /// A refusal that names the field, its value and its position.
    #[cold]
    fn blame(&self, reason: SessionRejectReason, field: &Field, what: &str) -> Rejection {
        let place = self
            .fields
            .iter()
            .position(|other| other == field)
            .map_or(0, |at| at + 1);
        let number = self.view.written_tag(field);
        let name = self
            .dictionary
            .field(field.tag)
            .map_or_else(|| number.to_string(), |def| self.name(def.tag));
        let value = shown(field, self.view);
        Rejection {
            reason,
            ref_tag: Some(number),
            position: u32::try_from(place).ok(),
            text: format!("{name} = {value} at position {place} {what}"),
        }
    }

    /// Name and tag, for a text to a person.
    fn name(&self, tag: u32) -> String {
        self.dictionary
            .field(tag)
            .map_or_else(|| tag.to_string(), |def| format!("{} ({tag})", def.name))
    }
}

/// A value for a text to a person: masked, escaped, shortened.
fn shown(field: &Field, view: View<'_>) -> String {
    let value = value_text(field.tag, field.value(view.bytes()));
    let short: String = value.chars().take(SHOWN_CHARS_MAX).collect();
    if short.len() == value.len() {
        format!("'{value}'")
    } else {
        format!("'{short}…'")
    }
}

fn unknown_type(dictionary: &Dictionary, view: View<'_>) -> Rejection {
    let (reason, what) = match view.value(tag::MSG_TYPE) {
        None | Some([]) => (
            SessionRejectReason::TagSpecifiedWithoutAValue,
            "has no value",
        ),
        Some(_) => (
            SessionRejectReason::InvalidMsgType,
            "is no message of the dictionary",
        ),
    };
    let value = view.index().iter().find(|field| field.tag == tag::MSG_TYPE);
    let value = value.map(|field| shown(field, view)).unwrap_or_default();
    let name = dictionary
        .field(tag::MSG_TYPE)
        .map_or("MsgType", |def| def.name.as_str());
    Rejection {
        reason,
        ref_tag: Some(i64::from(tag::MSG_TYPE)),
        position: Some(3),
        text: format!("{name} (35) = {value} at position 3 {what}"),
    }
}

/// Longest part of a value that a text shows, in characters.
const SHOWN_CHARS_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_shortened() {
        let message = Message::from_pipe(&format!("8=FIX.4.4|35=0|112={}|", "x".repeat(100)))
            .expect("a message");
        let view = message.view();
        let text = shown(&view.index()[3], view);
        assert_eq!(text, format!("'{}…'", "x".repeat(40)));
    }
}
