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
pub fn data_tag(len_tag: u32) -> Option<u32> {
    if !is_length(len_tag) {
        return None;
    }
    let pair = PAIRS.iter().find(|pair| pair.0 == len_tag);
    pair.map(|pair| pair.1)
}

/// The tag of the Length field that belongs in front of `data_tag`, if that is of type data.
#[must_use]
pub fn length_tag(data_tag: u32) -> Option<u32> {
    let pair = PAIRS.iter().find(|pair| pair.1 == data_tag);
    pair.map(|pair| pair.0)
}

/// Whether `tag` announces the length of a data field. Asked for every field of every message: one bit for each tag.
#[must_use]
#[inline]
fn is_length(tag: u32) -> bool {
    let word = LENGTHS.get(tag as usize / 64);
    word.is_some_and(|word| word >> (tag % 64) & 1 == 1)
}

/// The Length tags of [`PAIRS`] as bits.
const LENGTHS: [u64; 10] = {
    let mut words = [0; 10];
    let mut at = 0;
    while at < PAIRS.len() {
        let tag = PAIRS[at].0;
        words[tag as usize / 64] |= 1 << (tag % 64);
        at += 1;
    }
    words
};
