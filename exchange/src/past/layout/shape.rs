//! The shape of a value: names and types of everything that serde writes of it, without the values. Of the elements of a list, each shape
//! once.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use std::collections::BTreeSet;
use std::fmt;

/// The shape of a value, a field a line.
pub(super) fn of(value: &impl Serialize) -> String {
    let Ok(shape) = value.serialize(Shape);
    let (mut text, mut depth) = (String::new(), 0);
    for char in shape.chars() {
        if char == CLOSE {
            depth -= 1;
        }
        if matches!(char, OPEN | CLOSE | NEXT) {
            depth += usize::from(char == OPEN);
            text.push('\n');
            text.extend(std::iter::repeat_n("  ", depth));
        } else {
            text.push(char);
        }
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

const OPEN: char = '{';
const CLOSE: char = '}';
const NEXT: char = ';';

/// Nothing fails.
#[derive(Debug)]
pub(super) enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl serde::ser::Error for Never {
    fn custom<T: fmt::Display>(why: T) -> Self {
        panic!("nothing that a snapshot holds refuses to be written: {why}")
    }
}

struct Shape;

/// Parts under a name, one behind the other.
struct Parts {
    name: String,
    parts: Vec<String>,
}

impl Parts {
    fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            parts: Vec::new(),
        }
    }

    fn add<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Never> {
        let shape = value.serialize(Shape)?;
        let before = if name.is_empty() { "" } else { ": " };
        self.parts.push(format!("{name}{before}{shape}"));
        Ok(())
    }

    fn whole(self) -> Result<String, Never> {
        let parts = self.parts.join(&NEXT.to_string());
        Ok(format!("{}{OPEN}{parts}{CLOSE}", self.name))
    }
}

/// Elements of a list; each shape once.
struct Elements {
    shapes: BTreeSet<String>,
    key: String,
}

impl Elements {
    fn new() -> Self {
        Self {
            shapes: BTreeSet::new(),
            key: String::new(),
        }
    }

    fn whole(self, name: &str) -> Result<String, Never> {
        let shapes: Vec<_> = self.shapes.into_iter().collect();
        Ok(format!(
            "{name}{OPEN}{}{CLOSE}",
            shapes.join(&NEXT.to_string())
        ))
    }
}

macro_rules! plain {
    ($($method:ident($type:ty)),* $(,)?) => {
        $(fn $method(self, _: $type) -> Result<String, Never> {
            Ok(stringify!($type).replace("& ", "").replace('&', ""))
        })*
    };
}

impl Serializer for Shape {
    type Ok = String;
    type Error = Never;
    type SerializeSeq = Elements;
    type SerializeTuple = Parts;
    type SerializeTupleStruct = Parts;
    type SerializeTupleVariant = Parts;
    type SerializeMap = Elements;
    type SerializeStruct = Parts;
    type SerializeStructVariant = Parts;

    plain! {
        serialize_bool(bool), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_i128(i128), serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64),
        serialize_u128(u128), serialize_f32(f32), serialize_f64(f64), serialize_char(char), serialize_str(&str),
        serialize_bytes(&[u8]),
    }

    fn serialize_none(self) -> Result<String, Never> {
        Ok("none".to_owned())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<String, Never> {
        Ok(format!("some {}", value.serialize(Shape)?))
    }

    fn serialize_unit(self) -> Result<String, Never> {
        Ok("nothing".to_owned())
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<String, Never> {
        Ok(name.to_owned())
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<String, Never> {
        Ok(format!("{name}::{variant} ({index})"))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<String, Never> {
        Ok(format!("{name} {}", value.serialize(Shape)?))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<String, Never> {
        Ok(format!(
            "{name}::{variant} ({index}) {}",
            value.serialize(Shape)?
        ))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Elements, Never> {
        Ok(Elements::new())
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts, Never> {
        Ok(Parts::new("all of"))
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Parts, Never> {
        Ok(Parts::new(name))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts, Never> {
        Ok(Parts::new(format!("{name}::{variant} ({index})")))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Elements, Never> {
        Ok(Elements::new())
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Parts, Never> {
        Ok(Parts::new(name))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts, Never> {
        Ok(Parts::new(format!("{name}::{variant} ({index})")))
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

impl SerializeSeq for Elements {
    type Ok = String;
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.shapes.insert(value.serialize(Shape)?);
        Ok(())
    }

    fn end(self) -> Result<String, Never> {
        self.whole("any of")
    }
}

impl SerializeMap for Elements {
    type Ok = String;
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        self.key = key.serialize(Shape)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        let shape = value.serialize(Shape)?;
        self.shapes.insert(format!("{} to {shape}", self.key));
        Ok(())
    }

    fn end(self) -> Result<String, Never> {
        self.whole("map of")
    }
}

impl SerializeTuple for Parts {
    type Ok = String;
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.add("", value)
    }

    fn end(self) -> Result<String, Never> {
        self.whole()
    }
}

impl SerializeTupleStruct for Parts {
    type Ok = String;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.add("", value)
    }

    fn end(self) -> Result<String, Never> {
        self.whole()
    }
}

impl SerializeTupleVariant for Parts {
    type Ok = String;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.add("", value)
    }

    fn end(self) -> Result<String, Never> {
        self.whole()
    }
}

impl SerializeStruct for Parts {
    type Ok = String;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.add(name, value)
    }

    fn end(self) -> Result<String, Never> {
        self.whole()
    }
}

impl SerializeStructVariant for Parts {
    type Ok = String;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.add(name, value)
    }

    fn end(self) -> Result<String, Never> {
        self.whole()
    }
}
