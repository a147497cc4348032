//! [`encode`]: what postcard makes of a value, byte for byte, with less work. An entry is some sixty numbers of a few bytes each, and postcard
//! hands them to its output one byte at a time; here each is made in a register and written at once. Reading stays postcard's.
//!
//! In: whatever serde can walk through. Out: bytes behind those that are there. It knows no entry.

use serde::Serialize;
use serde::ser::{self, Serializer};
use std::fmt;

/// Bits of a number that one byte holds; its eighth bit says that more follow.
const BITS: u32 = 7;
/// What eight bytes hold of a number.
const EIGHT_BYTES: u64 = (1 << (8 * BITS)) - 1;
/// The bits of eight bytes that say that more follow.
const MORE: u64 = 0x8080_8080_8080_8080;
/// Room for what is written at once.
const ROOM: usize = 16;

/// Appends `value` to `out` as postcard encodes it.
///
/// # Panics
/// When `value` has something in it that postcard cannot encode: a sequence that does not know how long it is, or an error of its own.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    let mut encoder = Encoder {
        out: std::mem::take(out),
    };
    match value.serialize(&mut encoder) {
        Ok(()) => *out = encoder.out,
        Err(never) => match never {},
    }
}

/// Writes what serde tells it.
struct Encoder {
    out: Vec<u8>,
}

/// There is none: so nothing has to be looked at behind each field.
#[derive(Clone, Copy, Debug)]
enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: fmt::Display>(why: T) -> Self {
        panic!("what is encoded has an error of its own: {why}")
    }
}

impl Encoder {
    /// The first `used` of these bytes.
    #[inline]
    fn put<const N: usize>(&mut self, bytes: [u8; N], used: usize) {
        let len = self.out.len();
        self.out.extend_from_slice(&bytes);
        self.out.truncate(len + used);
    }

    /// Whether there is room for what is written at once: looked at first, it need not be in the midst of it.
    #[inline]
    const fn has_room(&self) -> bool {
        self.out.capacity() - self.out.len() >= ROOM
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    #[inline]
    fn number(&mut self, number: u64) {
        match u8::try_from(number) {
            Ok(byte) if byte < 0x80 => self.byte(byte),
            _ => self.long(number),
        }
    }

    /// A number of more than one byte.
    fn long(&mut self, number: u64) {
        if !self.has_room() {
            return self.long_in_new_room(number);
        }
        // Bits by seven, rounded up, without a division: right for all that there can be.
        let used = ((number | 1).ilog2() * 9 + 73) / 64;
        let (low, len) = (spread(number), usize::try_from(used).unwrap_or(ROOM));
        if used > 8 {
            let high = u128::from(number >> (8 * BITS));
            // Of eight bits the last is the next byte's, and stands there for: more follow.
            let high = high | ((high >> BITS) << 8);
            let bytes = u128::from(low | MORE) | (high << 64);
            self.put(bytes.to_le_bytes(), len);
        } else {
            let more = MORE >> (8 * (9 - used));
            self.put((low | more).to_le_bytes(), len);
        }
    }

    #[cold]
    #[inline(never)]
    fn long_in_new_room(&mut self, number: u64) {
        self.out.reserve(ROOM);
        self.long(number);
    }

    fn long_long(&mut self, number: u128) {
        let mut left = number;
        loop {
            if let Ok(number) = u64::try_from(left) {
                return self.number(number);
            }
            let low = left & u128::from(EIGHT_BYTES);
            let low = u64::try_from(low).unwrap_or(EIGHT_BYTES);
            self.put((spread(low) | MORE).to_le_bytes(), 8);
            left >>= 8 * BITS;
        }
    }

    #[inline]
    fn length(&mut self, len: Option<usize>) {
        let len = len.expect("what is encoded knows how long it is");
        self.number(u64::try_from(len).expect("a length in memory fits"));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length(Some(bytes.len()));
        match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            // Most texts: in two pieces that overlap.
            (Some(first), Some(last)) if bytes.len() <= ROOM && self.has_room() => {
                self.put(*first, bytes.len() - last.len());
                self.put(*last, last.len());
            }
            _ => self.out.extend_from_slice(bytes),
        }
    }
}

/// The low 56 bits, seven in each byte.
#[inline]
const fn spread(number: u64) -> u64 {
    let halves = (number & 0x0000_0000_0fff_ffff) | ((number & 0x00ff_ffff_f000_0000) << 4);
    let quarters = (halves & 0x0000_3fff_0000_3fff) | ((halves & 0x0fff_c000_0fff_c000) << 2);
    (quarters & 0x007f_007f_007f_007f) | ((quarters & 0x3f80_3f80_3f80_3f80) << 1)
}

/// Numbers near zero are short, whatever their sign.
#[inline]
const fn zig_zag(number: i64) -> u64 {
    ((number << 1) ^ (number >> (i64::BITS - 1))).cast_unsigned()
}

impl Serializer for &mut Encoder {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    #[inline]
    fn is_human_readable(&self) -> bool {
        false
    }

    #[inline]
    fn serialize_bool(self, v: bool) -> Result<(), Never> {
        self.byte(v.into());
        Ok(())
    }

    #[inline]
    fn serialize_i8(self, v: i8) -> Result<(), Never> {
        self.byte(v.cast_unsigned());
        Ok(())
    }

    #[inline]
    fn serialize_i16(self, v: i16) -> Result<(), Never> {
        self.serialize_i64(v.into())
    }

    #[inline]
    fn serialize_i32(self, v: i32) -> Result<(), Never> {
        self.serialize_i64(v.into())
    }

    #[inline]
    fn serialize_i64(self, v: i64) -> Result<(), Never> {
        self.number(zig_zag(v));
        Ok(())
    }

    #[inline]
    fn serialize_i128(self, v: i128) -> Result<(), Never> {
        match i64::try_from(v) {
            Ok(v) => self.number(zig_zag(v)),
            Err(_) => self.long_long(((v << 1) ^ (v >> (i128::BITS - 1))).cast_unsigned()),
        }
        Ok(())
    }

    #[inline]
    fn serialize_u8(self, v: u8) -> Result<(), Never> {
        self.byte(v);
        Ok(())
    }

    #[inline]
    fn serialize_u16(self, v: u16) -> Result<(), Never> {
        self.serialize_u64(v.into())
    }

    #[inline]
    fn serialize_u32(self, v: u32) -> Result<(), Never> {
        self.serialize_u64(v.into())
    }

    #[inline]
    fn serialize_u64(self, v: u64) -> Result<(), Never> {
        self.number(v);
        Ok(())
    }

    #[inline]
    fn serialize_u128(self, v: u128) -> Result<(), Never> {
        self.long_long(v);
        Ok(())
    }

    #[inline]
    fn serialize_f32(self, v: f32) -> Result<(), Never> {
        self.put(v.to_bits().to_le_bytes(), 4);
        Ok(())
    }

    #[inline]
    fn serialize_f64(self, v: f64) -> Result<(), Never> {
        self.put(v.to_bits().to_le_bytes(), 8);
        Ok(())
    }

    #[inline]
    fn serialize_char(self, v: char) -> Result<(), Never> {
        self.serialize_str(v.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, v: &str) -> Result<(), Never> {
        self.bytes(v.as_bytes());
        Ok(())
    }

    #[inline]
    fn serialize_bytes(self, v: &[u8]) -> Result<(), Never> {
        self.bytes(v);
        Ok(())
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Never> {
        self.byte(0);
        Ok(())
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        self.byte(1);
        value.serialize(self)
    }

    #[inline]
    fn serialize_unit(self) -> Result<(), Never> {
        Ok(())
    }

    #[inline]
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        Ok(())
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
    ) -> Result<(), Never> {
        self.serialize_u32(index)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.number(index.into());
        value.serialize(self)
    }

    #[inline]
    fn serialize_seq(self, len: Option<usize>) -> Result<Self, Never> {
        self.length(len);
        Ok(self)
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Self, Never> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Never> {
        self.number(index.into());
        Ok(self)
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<Self, Never> {
        self.length(len);
        Ok(self)
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self)
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Never> {
        self.number(index.into());
        Ok(self)
    }
}

/// What has parts is its parts, one after the other.
macro_rules! parts {
    ($($compound:ident: $($part:ident($($key:ty)?)),+;)+) => {$(
        impl ser::$compound for &mut Encoder {
            type Ok = ();
            type Error = Never;

            $(
                #[inline]
                fn $part<T: Serialize + ?Sized>(
                    &mut self,
                    $(_: $key,)?
                    part: &T,
                ) -> Result<(), Never> {
                    part.serialize(&mut **self)
                }
            )+

            #[inline]
            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        }
    )+};
}

parts! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeMap: serialize_key(), serialize_value();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::encode;
    use serde::Serialize;
    use std::collections::BTreeMap;
    use std::fmt::Debug;

    #[track_caller]
    fn same<T: Serialize + Debug>(value: T) {
        let mut out = vec![7];
        encode(&value, &mut out);
        assert_eq!(out[0], 7);
        assert_eq!(
            out[1..],
            postcard::to_allocvec(&value).unwrap(),
            "{value:?}"
        );
    }

    /// All around each power of two, of either sign.
    #[test]
    fn numbers_are_those_of_postcard() {
        for bit in 0..128 {
            for step in -2..=2_i128 {
                let signed = (1_i128 << bit).wrapping_add(step);
                for signed in [signed, signed.wrapping_neg()] {
                    same(signed);
                    same(signed.cast_unsigned());
                    let bytes = signed.to_le_bytes();
                    let long: [u8; 8] = *bytes.first_chunk().unwrap();
                    same(i64::from_le_bytes(long));
                    same(u64::from_le_bytes(long));
                    let word: [u8; 4] = *bytes.first_chunk().unwrap();
                    same(i32::from_le_bytes(word));
                    same(u32::from_le_bytes(word));
                    let half: [u8; 2] = *bytes.first_chunk().unwrap();
                    same(i16::from_le_bytes(half));
                    same(u16::from_le_bytes(half));
                    same(bytes[0]);
                    same(i8::from_le_bytes([bytes[0]]));
                }
            }
        }
        same((1.5_f32, -2.25_f64));
    }

    #[derive(Debug, Serialize)]
    enum Kind {
        Unit,
        Newtype(Option<u64>),
        Tuple(bool, char),
        Struct { name: String, list: Vec<Kind> },
    }

    #[derive(Debug, Serialize)]
    struct Nothing;

    #[derive(Debug, Serialize)]
    struct Wrapped(i64);

    #[derive(Debug, Serialize)]
    struct Pair(u8, u16);

    #[test]
    fn everything_else_is_postcard_s_too() {
        let kind = Kind::Struct {
            name: "ä name".repeat(40),
            list: vec![
                Kind::Unit,
                Kind::Newtype(None),
                Kind::Newtype(Some(u64::MAX)),
                Kind::Tuple(true, 'ß'),
            ],
        };
        let map: BTreeMap<&str, (Nothing, Wrapped)> = [
            ("a", (Nothing, Wrapped(-1))),
            ("b", (Nothing, Wrapped(i64::MIN))),
        ]
        .into();
        same((kind, map, Pair(1, 300), [1_u8; 3], (), "", vec![0_u8; 200]));
        for len in 0..40 {
            same("0123456789012345678901234567890123456789"[..len].to_owned());
        }
        let address: std::net::IpAddr = "2001:db8::1".parse().unwrap();
        same(address);
        same(format_args!("{}-{}", 1, 2));
    }
}
