//! Why a message is refused at session level: what goes into Reject (35=3). Plain data.

/// SessionRejectReason (373) of FIX 4.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionRejectReason {
    /// 0: the tag is no tag of the standard.
    InvalidTagNumber,
    /// 1: a required field is not there.
    RequiredTagMissing,
    /// 2: the field does not belong in a message of this type.
    TagNotDefinedForThisMessageType,
    /// 3: the tag is not defined.
    UndefinedTag,
    /// 4: the field has no value.
    TagSpecifiedWithoutAValue,
    /// 5: the value is not one of those that the field can have.
    ValueIsIncorrect,
    /// 6: the value is not of the field's type.
    IncorrectDataFormatForValue,
    /// 7: decryption failed.
    DecryptionProblem,
    /// 8: Signature (89) is wrong.
    SignatureProblem,
    /// 9: SenderCompID or TargetCompID is wrong.
    CompIdProblem,
    /// 10: SendingTime is too far from now, or OrigSendingTime is after it.
    SendingTimeAccuracyProblem,
    /// 11: the dictionary has no such MsgType.
    InvalidMsgType,
    /// 12: XML is not valid.
    XmlValidationError,
    /// 13: the field is there twice.
    TagAppearsMoreThanOnce,
    /// 14: a field of the header stands in the body, and so on.
    TagSpecifiedOutOfRequiredOrder,
    /// 15: the members of a group entry are in the wrong order.
    RepeatingGroupFieldsOutOfOrder,
    /// 16: the count in front of a group is not the number of its entries.
    IncorrectNumInGroupCount,
    /// 17: a field that is no data field holds the delimiter.
    NonDataValueIncludesFieldDelimiter,
    /// 99: other.
    Other,
}

impl SessionRejectReason {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u32 {
        match self {
            SessionRejectReason::InvalidTagNumber => 0,
            SessionRejectReason::RequiredTagMissing => 1,
            SessionRejectReason::TagNotDefinedForThisMessageType => 2,
            SessionRejectReason::UndefinedTag => 3,
            SessionRejectReason::TagSpecifiedWithoutAValue => 4,
            SessionRejectReason::ValueIsIncorrect => 5,
            SessionRejectReason::IncorrectDataFormatForValue => 6,
            SessionRejectReason::DecryptionProblem => 7,
            SessionRejectReason::SignatureProblem => 8,
            SessionRejectReason::CompIdProblem => 9,
            SessionRejectReason::SendingTimeAccuracyProblem => 10,
            SessionRejectReason::InvalidMsgType => 11,
            SessionRejectReason::XmlValidationError => 12,
            SessionRejectReason::TagAppearsMoreThanOnce => 13,
            SessionRejectReason::TagSpecifiedOutOfRequiredOrder => 14,
            SessionRejectReason::RepeatingGroupFieldsOutOfOrder => 15,
            SessionRejectReason::IncorrectNumInGroupCount => 16,
            SessionRejectReason::NonDataValueIncludesFieldDelimiter => 17,
            SessionRejectReason::Other => 99,
        }
    }
}

/// One entry of a repeating group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRef {
    /// Tag of the count of the group, for example 555 for NoLegs.
    pub count_tag: u32,
    /// Which entry, counted from 1.
    pub number: u64,
}

/// A refusal of one message, for Reject (3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// SessionRejectReason (373).
    pub reason: SessionRejectReason,
    /// RefTagID (371): the field that is to blame, as the peer wrote its tag (which may be negative).
    pub ref_tag: Option<i64>,
    /// Where that field stands in the message, counted from 1; `None` where it is missing.
    pub position: Option<u32>,
    /// The entries of repeating groups that it stands in (or is missing in), innermost first.
    pub entries: Vec<EntryRef>,
    /// Text (58): names field, value and position in plain words, without secrets.
    pub text: String,
}

impl Rejection {
    /// A refusal for `reason` that blames field `ref_tag`.
    #[must_use]
    pub fn new(
        reason: SessionRejectReason,
        ref_tag: Option<u32>,
        text: impl Into<String>,
    ) -> Rejection {
        Rejection {
            reason,
            ref_tag: ref_tag.map(i64::from),
            position: None,
            entries: Vec::new(),
            text: text.into(),
        }
    }
}
