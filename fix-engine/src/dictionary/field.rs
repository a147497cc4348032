//! What a dictionary says of a field: name, type, values. In: a tag's definition. Out: whether a value is one of the
//! enumerated, and what it means. Does not know where the field may stand.

use crate::codec::body::Decimal;

/// One field of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDef {
    /// The tag.
    pub tag: u32,
    /// The standard's name, for example `ClOrdID`.
    pub name: String,
    /// The type.
    pub ty: FieldType,
    /// Enumerated values by value; none where any value is allowed.
    pub values: Vec<FieldMeaning>,
    /// Which values the standard takes besides the enumerated.
    pub others: OtherValues,
    /// The values of one ASCII character, as bits.
    single: u128,
}

/// Which values a field with enumerated values may have besides them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OtherValues {
    /// None: the list is complete.
    #[default]
    None,
    /// Numbers without sign from here on: IOIQty (27) is `S`, `M`, `L` or a quantity, SecurityIDSource (22) has
    /// values from 100 on for private use.
    NumbersFrom(u32),
    /// Any: the list has examples, and counterparties agree on more.
    Any,
}

impl OtherValues {
    fn allow(self, value: &[u8]) -> bool {
        match self {
            OtherValues::None => false,
            OtherValues::Any => true,
            OtherValues::NumbersFrom(from) => Decimal::parse(value).is_ok_and(|number| {
                let least = 10_i64.checked_pow(u32::from(number.scale));
                let least = least.and_then(|unit| unit.checked_mul(i64::from(from)));
                least.is_some_and(|least| number.mantissa >= least)
            }),
        }
    }
}

/// One enumerated value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMeaning {
    /// The value as it stands in a message.
    pub value: String,
    /// What it means, for example `BUY`.
    pub label: String,
}

impl FieldDef {
    /// A field with its values in any order.
    #[must_use]
    pub fn new(
        tag: u32,
        name: String,
        ty: FieldType,
        mut values: Vec<FieldMeaning>,
        others: OtherValues,
    ) -> FieldDef {
        values.sort_by(|one, other| one.value.as_bytes().cmp(other.value.as_bytes()));
        let single = values
            .iter()
            .fold(0, |bits, meaning| bits | bit(meaning.value.as_bytes()));
        FieldDef {
            tag,
            name,
            ty,
            values,
            others,
            single,
        }
    }

    /// Label of one enumerated value.
    #[must_use]
    pub fn meaning(&self, value: &[u8]) -> Option<&str> {
        let at = self
            .values
            .binary_search_by(|meaning| meaning.value.as_bytes().cmp(value))
            .ok()?;
        Some(&self.values[at].label)
    }

    /// Whether `value` is enumerated, or one of the others that the standard takes; each part of it where the type is
    /// MultipleValueString. True where nothing is enumerated.
    #[must_use]
    #[inline]
    pub fn allows(&self, value: &[u8]) -> bool {
        self.values.is_empty() || self.single & bit(value) != 0 || self.allows_long(value)
    }

    fn allows_long(&self, value: &[u8]) -> bool {
        let allows = |value| self.meaning(value).is_some() || self.others.allow(value);
        if self.ty == FieldType::MultipleValueString {
            return value.split(|byte| *byte == b' ').all(allows);
        }
        allows(self.number_text(value))
    }

    /// The value without the leading zeros that a whole number may have (FIX 4.4 vol. 1, int).
    fn number_text<'a>(&self, value: &'a [u8]) -> &'a [u8] {
        let first = match self.ty {
            FieldType::Int => value.iter().position(|byte| *byte != b'0'),
            _ => Some(0),
        };
        &value[first.unwrap_or(value.len().saturating_sub(1))..]
    }
}

/// The bit of a value of one ASCII character; none for any other.
fn bit(value: &[u8]) -> u128 {
    match value {
        [one] if one.is_ascii() => 1 << *one,
        _ => 0,
    }
}

/// The data types of FIX 4.4 (vol. 1, «Data types»).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Digits with an optional minus sign.
    Int,
    /// Length in bytes, without sign.
    Length,
    /// Number of entries of a repeating group, without sign.
    NumInGroup,
    /// Sequence number, without sign.
    SeqNum,
    /// Decimal number without exponent: float, Price, PriceOffset, Qty, Amt, Percentage.
    Float,
    /// One character.
    Char,
    /// `Y` or `N`.
    Boolean,
    /// Any text.
    String,
    /// Texts with spaces between them.
    MultipleValueString,
    /// ISO 4217: three letters.
    Currency,
    /// ISO 3166: two letters.
    Country,
    /// ISO 10383: up to four letters or digits.
    Exchange,
    /// `YYYYMMDD-HH:MM:SS` with up to twelve digits behind a point.
    UtcTimestamp,
    /// `HH:MM:SS` with up to twelve digits behind a point.
    UtcTimeOnly,
    /// `YYYYMMDD`, in UTC.
    UtcDateOnly,
    /// `YYYYMMDD`, at the market's place.
    LocalMktDate,
    /// `YYYYMM`, `YYYYMMDD` or `YYYYMMw1` to `w5`.
    MonthYear,
    /// Any bytes; a Length field in front says how many.
    Data,
}

impl FieldType {
    /// The type of this name in a dictionary of the QuickFIX layout. A name that FIX 4.4 does not know is a text.
    #[must_use]
    pub fn named(name: &str) -> FieldType {
        match name {
            "INT" => FieldType::Int,
            "LENGTH" => FieldType::Length,
            "NUMINGROUP" => FieldType::NumInGroup,
            "SEQNUM" => FieldType::SeqNum,
            "FLOAT" | "PRICE" | "PRICEOFFSET" | "QTY" | "AMT" | "PERCENTAGE" => FieldType::Float,
            "CHAR" => FieldType::Char,
            "BOOLEAN" => FieldType::Boolean,
            "MULTIPLEVALUESTRING" => FieldType::MultipleValueString,
            "CURRENCY" => FieldType::Currency,
            "COUNTRY" => FieldType::Country,
            "EXCHANGE" => FieldType::Exchange,
            "UTCTIMESTAMP" => FieldType::UtcTimestamp,
            "UTCTIMEONLY" => FieldType::UtcTimeOnly,
            "UTCDATEONLY" | "UTCDATE" => FieldType::UtcDateOnly,
            "LOCALMKTDATE" => FieldType::LocalMktDate,
            "MONTHYEAR" => FieldType::MonthYear,
            "DATA" => FieldType::Data,
            _ => FieldType::String,
        }
    }

    /// What a value of the type looks like, for a text to a person.
    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            FieldType::Int => "a whole number",
            FieldType::Length | FieldType::NumInGroup | FieldType::SeqNum => {
                "a whole number without sign"
            }
            FieldType::Float => "a decimal number without exponent",
            FieldType::Char => "one character",
            FieldType::Boolean => "Y or N",
            FieldType::String => "a text",
            FieldType::MultipleValueString => "values with single spaces between them",
            FieldType::Currency => "a currency of three letters",
            FieldType::Country => "a country of two letters",
            FieldType::Exchange => "an exchange of up to four letters or digits",
            FieldType::UtcTimestamp => "YYYYMMDD-HH:MM:SS with at most 12 digits behind a point",
            FieldType::UtcTimeOnly => "HH:MM:SS with at most 12 digits behind a point",
            FieldType::UtcDateOnly | FieldType::LocalMktDate => "a date YYYYMMDD",
            FieldType::MonthYear => "YYYYMM, YYYYMMDD or YYYYMMw1 to w5",
            FieldType::Data => "bytes",
        }
    }
}
