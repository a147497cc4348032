//! Which checks a dictionary makes. Counterparties differ in these; everything else is always checked. Plain data.

/// Switches of the validation. The default is what the official FIX 4.4 test cases ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Take fields whose tag the dictionary does not know, below [`USER_DEFINED_FROM`]. Default: no (373=0).
    pub allow_unknown_fields: bool,
    /// Take fields from [`USER_DEFINED_FROM`] on that the dictionary does not know. Default: no (373=0).
    pub allow_user_defined_fields: bool,
    /// Take fields that the dictionary knows, but not in this message. Default: no (373=2).
    pub allow_fields_of_other_messages: bool,
    /// Take fields without a value; a required one counts as there. Default: no (373=4).
    pub allow_empty_fields: bool,
    /// Refuse values that are not of their field's type. Default: yes (373=6).
    pub check_formats: bool,
    /// Refuse values that are not among the enumerated. Default: yes (373=5).
    pub check_values: bool,
    /// Refuse header fields in the body, body fields in the trailer and so on. Default: yes (373=14).
    pub check_section_order: bool,
    /// Refuse members of a group entry in another order than the dictionary's. Default: yes (373=15). The
    /// delimiter is always checked.
    pub check_group_order: bool,
    /// Let every entry of a group begin with the field that the first entry begins with, whichever member that is.
    /// Default: no: an entry begins with the first member that the dictionary has, the delimiter (373=15).
    pub first_member_delimits: bool,
    /// Refuse messages that lack a required field. Default: yes (373=1).
    pub check_required: bool,
    /// Refuse data fields without their Length field directly in front, for example RawData (96) without
    /// RawDataLength (95). Default: yes (373=1 where it is absent, 373=14 where it stands elsewhere).
    pub check_data_lengths: bool,
    /// Refuse fields in an encoding, for example EncodedText (355), without MessageEncoding (347) (373=1) or with bytes
    /// that this encoding cannot have (373=6). Default: yes.
    pub check_encoding: bool,
}

/// The first tag of user-defined fields (FIX 4.4 vol. 1, «User defined fields»).
pub const USER_DEFINED_FROM: u32 = 5000;

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            allow_unknown_fields: false,
            allow_user_defined_fields: false,
            allow_fields_of_other_messages: false,
            allow_empty_fields: false,
            check_formats: true,
            check_values: true,
            check_section_order: true,
            check_group_order: true,
            first_member_delimits: false,
            check_required: true,
            check_data_lengths: true,
            check_encoding: true,
        }
    }
}
