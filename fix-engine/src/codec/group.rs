//! The entries of a repeating group. In: a view and the tag of the count. Out: a view for each entry.
//!
//! An entry begins at the delimiter, which is the field behind the count, and ends before the next delimiter; the last
//! one ends at the first field that FIX 4.4 does not know as a member of the group, directly or nested. For a group
//! that FIX 4.4 does not know it ends with the view. Does not check the count: the dictionary does that.

use crate::codec::field::Field;
use crate::codec::group_members;
use crate::codec::view::View;

/// Entries of a repeating group, in order. Empty where the count is absent or nothing follows it.
#[derive(Debug, Clone)]
pub struct GroupIter<'a> {
    bytes: &'a [u8],
    /// What is left of the group, the next delimiter first.
    rest: &'a [Field],
    delimiter: u32,
}

impl<'a> GroupIter<'a> {
    pub(super) fn new(view: View<'a>, count_tag: u32) -> GroupIter<'a> {
        let fields = view.index();
        let rest = match fields.iter().position(|field| field.tag == count_tag) {
            Some(at) => members(&fields[at + 1..], count_tag),
            None => &[],
        };
        GroupIter {
            bytes: view.bytes(),
            rest,
            delimiter: rest.first().map_or(0, |field| field.tag),
        }
    }
}

impl<'a> Iterator for GroupIter<'a> {
    type Item = View<'a>;

    fn next(&mut self) -> Option<View<'a>> {
        let (_, others) = self.rest.split_first()?;
        let next = others
            .iter()
            .position(|field| field.tag == self.delimiter)
            .map_or(self.rest.len(), |at| at + 1);
        let (entry, rest) = self.rest.split_at(next);
        self.rest = rest;
        Some(View::new(self.bytes, entry))
    }
}

/// The fields from the start that belong to the group.
fn members(fields: &[Field], count_tag: u32) -> &[Field] {
    let Some(known) = group_members::of(count_tag) else {
        return fields;
    };
    let len = fields
        .iter()
        .position(|field| known.binary_search(&field.tag).is_err())
        .unwrap_or(fields.len());
    &fields[..len]
}
