//! A FIX message as the tests read it: `|` for SOH, fields in order.

use std::fmt;

/// A message.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Message {
    fields: Vec<(u32, String)>,
}

impl Message {
    /// From text with `|` between the fields.
    pub(crate) fn of(text: &str) -> Self {
        let fields = text.split('|').filter(|field| !field.is_empty());
        let fields = fields.map(|field| {
            let (tag, value) = field.split_once('=').expect("tag=value");
            (tag.parse().expect("a tag"), value.to_owned())
        });
        Self {
            fields: fields.collect(),
        }
    }

    /// The first value of a field that must be there.
    pub(crate) fn get(&self, tag: u32) -> &str {
        self.find(tag)
            .unwrap_or_else(|| panic!("no field {tag} in {self:?}"))
    }

    /// The first value of a field.
    pub(crate) fn find(&self, tag: u32) -> Option<&str> {
        let found = self.fields.iter().find(|(t, _)| *t == tag);
        found.map(|(_, value)| value.as_str())
    }

    /// All values of a field, in order.
    pub(crate) fn all(&self, tag: u32) -> Vec<&str> {
        let found = self.fields.iter().filter(|(t, _)| *t == tag);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// Whether all these fields have these values.
    pub(crate) fn has(&self, fields: &[(u32, &str)]) -> bool {
        fields
            .iter()
            .all(|(tag, value)| self.find(*tag) == Some(*value))
    }

    /// Asserts that all these fields have these values.
    pub(crate) fn assert(&self, fields: &[(u32, &str)]) {
        for (tag, value) in fields {
            assert_eq!(self.find(*tag), Some(*value), "field {tag} of {self:?}");
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields
            .iter()
            .try_for_each(|(tag, value)| write!(f, "{tag}={value}|"))
    }
}
