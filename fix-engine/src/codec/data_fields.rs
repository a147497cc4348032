//! The pairs of a Length field and the data field that follows it. In: a tag. Out: its partner.
//! Data may hold any byte, SOH too; its length comes from the field before it. A test compares the table with the
//! dictionary.

/// Every pair `(Length tag, data tag)` of FIX 4.4.
pub const PAIRS: [(u32, u32); 16] = [
    (90, 91),
    (93, 89),
    (95, 96),
    (212, 213),
    (348, 349),
    (350, 351),
    (352, 353),
    (354, 355),
    (356, 357),
    (358, 359),
    (360, 361),
    (362, 363),
    (364, 365),
    (445, 446),
    (618, 619),
    (621, 622),
];

/// The data tag whose length `len_tag` announces, if it announces one.
#[must_use]
#[inline]
pub const fn data_tag(len_tag: u32) -> Option<u32> {
    Some(match len_tag {
        90 => 91,
        93 => 89,
        95 => 96,
        212 => 213,
        348 => 349,
        350 => 351,
        352 => 353,
        354 => 355,
        356 => 357,
        358 => 359,
        360 => 361,
        362 => 363,
        364 => 365,
        445 => 446,
        618 => 619,
        621 => 622,
        _ => return None,
    })
}

/// Whether `tag` is of type data.
#[must_use]
pub fn is_data(tag: u32) -> bool {
    PAIRS.iter().any(|pair| pair.1 == tag)
}
