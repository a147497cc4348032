//! Why an XML text is no dictionary. The file's author is to blame. Plain data.

use thiserror::Error;

/// What is wrong with a dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DictionaryError {
    /// The text is not well-formed XML.
    #[error("not well-formed XML: {0}")]
    Xml(String),
    /// A part of the layout is not there.
    #[error("element <{0}> is missing")]
    NoElement(&'static str),
    /// An element lacks an attribute, or the attribute has no sensible value.
    #[error("line {line}: <{element}> has no valid {attribute}")]
    Attribute {
        /// Line in the text, from 1.
        line: u32,
        /// Name of the element.
        element: String,
        /// Name of the attribute.
        attribute: &'static str,
    },
    /// A name is used that is nowhere defined.
    #[error("line {line}: {name} is not defined")]
    Undefined {
        /// Line in the text, from 1.
        line: u32,
        /// The field or component.
        name: String,
    },
    /// A name, number or MsgType is defined twice.
    #[error("line {line}: {name} is defined twice")]
    Twice {
        /// Line in the text, from 1.
        line: u32,
        /// What is there twice.
        name: String,
    },
    /// An element stands where the layout knows none of its kind.
    #[error("line {line}: unexpected element <{element}>")]
    Unexpected {
        /// Line in the text, from 1.
        line: u32,
        /// Name of the element.
        element: String,
    },
    /// A component contains itself, or groups are nested deeper than any message of the standard.
    #[error("line {line}: nested deeper than {limit} levels")]
    TooDeep {
        /// Line in the text, from 1.
        line: u32,
        /// Deepest nesting taken.
        limit: usize,
    },
    /// A message or group has more members than a message can use, or the whole dictionary has too many groups.
    #[error("line {line}: more than {limit} members")]
    TooMany {
        /// Line in the text, from 1.
        line: u32,
        /// Most members taken.
        limit: usize,
    },
    /// A field was to be added that is no user-defined one, is there already, or has no place in the messages named.
    #[error("field {tag} cannot be added")]
    NotYours {
        /// The tag.
        tag: u32,
    },
}
