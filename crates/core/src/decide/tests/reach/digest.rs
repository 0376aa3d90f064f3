//! A state as 128 bits: two states are the same if they differ only in when things were, in the numbers of comments, and in
//! what is only shown. No state is kept, so that millions fit.
//!
//! Left out is named in [`SHOWN`]. What `decide` depends on must never be named there.

use std::fmt::Display;

use serde::ser::{self, Serialize};

/// From here on a number is a time.
pub(super) const TIMES: i64 = 1_000_000_000_000;
/// From here on (up to the times) a number is one of a comment or a review, of which each is new.
pub(super) const COMMENTS: i64 = 5_000_000;

/// Fields that decide nothing here: what is only shown, counted for people, or remembered of what cannot come again.
const SHOWN: &[&str] = &[
    "story",
    "tail",
    "doing",
    "silent_ms",
    "replies",
    "outcomes",
    "spent",
    "counter",
    "waited",
    "usage",
    "worked_ms",
    "told",
    "told_off",
    "told_rest",
    "hinted",
    "taken",
    "reviews",
    "spoken",
    "looks",
    "looked",
    "status_at",
    "notice",
    "agent_session",
    "comments",
    "said",
    "reviewers",
    "people",
    "url",
    "report",
    "prompt",
    "description",
    "tools",
    "fallbacks",
    "limits",
    "session_meter",
];

/// Takes in a value, field by field.
pub(super) struct Digest {
    state: [u64; 2],
    numbers: Vec<i64>,
}

impl Digest {
    pub(super) fn new() -> Self {
        Self {
            state: [0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f],
            numbers: Vec::new(),
        }
    }

    pub(super) fn end(self) -> u128 {
        let mix = |word: u64| {
            let word = (word ^ (word >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
            word ^ (word >> 29)
        };
        u128::from(mix(self.state[0])) << 64 | u128::from(mix(self.state[1] ^ self.state[0]))
    }

    pub(super) fn word(&mut self, word: u64) {
        let [one, two] = &mut self.state;
        *one = (*one ^ word)
            .wrapping_mul(0xff51_afd7_ed55_8ccd)
            .rotate_left(29);
        *two =
            (two.rotate_left(23) ^ word.rotate_left(32)).wrapping_mul(0xc4ce_b9fe_1a85_ec53) ^ *one;
    }

    pub(super) fn value(&mut self, value: &impl Serialize) {
        // It writes nowhere that could fail.
        let _ = value.serialize(&mut *self);
    }

    /// Numbers of comments count by the order in which they come up.
    fn number(&mut self, number: i64) {
        if number >= TIMES {
            return self.word(u64::MAX);
        }
        if number < COMMENTS {
            return self.word(number.cast_unsigned());
        }
        let known = self.numbers.iter().position(|one| *one == number);
        let place = known.unwrap_or_else(|| {
            self.numbers.push(number);
            self.numbers.len() - 1
        });
        self.word(0xc000_0000 | place as u64);
    }

    /// A text; long numbers in it are those of comments and times.
    fn text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let (mut word, mut filled, mut at) = (0u64, 0u32, 0);
        while at < bytes.len() {
            let digits = bytes[at..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            let (byte, step) = match digits {
                7.. => (b'#', digits),
                _ => (bytes[at], 1),
            };
            word = word << 8 | u64::from(byte);
            filled += 1;
            if filled == 8 {
                self.word(word);
                (word, filled) = (0, 0);
            }
            at += step;
        }
        self.word(word << 8 | 0xff);
    }
}

/// Nothing can go wrong.
#[derive(Debug)]
pub(super) struct Never;

impl Display for Never {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("never")
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

type Done = Result<(), Never>;

macro_rules! numbers {
    ($($name:ident: $kind:ty),+) => {$(
        fn $name(self, value: $kind) -> Done {
            self.number(value as i64);
            Ok(())
        }
    )+};
}

impl ser::Serializer for &mut Digest {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    numbers!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64);

    fn serialize_char(self, value: char) -> Done {
        self.word(u64::from(u32::from(value)));
        Ok(())
    }
    fn serialize_str(self, value: &str) -> Done {
        self.text(value);
        Ok(())
    }
    fn serialize_bytes(self, value: &[u8]) -> Done {
        value.iter().for_each(|byte| self.word(u64::from(*byte)));
        Ok(())
    }
    fn serialize_none(self) -> Done {
        self.word(0xa0);
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        self.word(0xa1);
        value.serialize(self)
    }
    fn serialize_unit(self) -> Done {
        self.word(0xa2);
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Done {
        self.serialize_unit()
    }
    fn serialize_unit_variant(self, _: &'static str, index: u32, name: &'static str) -> Done {
        self.word(u64::from(index));
        self.text(name);
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Done {
        self.word(u64::from(index));
        value.serialize(self)
    }
    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Never> {
        self.word(0xb0 + length.unwrap_or(0) as u64);
        Ok(self)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self, Never> {
        Ok(self)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Never> {
        self.word(u64::from(index));
        Ok(self)
    }
    fn serialize_map(self, length: Option<usize>) -> Result<Self, Never> {
        self.serialize_seq(length)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Never> {
        self.word(u64::from(index));
        Ok(self)
    }
}

macro_rules! parts {
    ($($kind:ident: $part:ident),+) => {$(
        impl ser::$kind for &mut Digest {
            type Ok = ();
            type Error = Never;
            fn $part<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                value.serialize(&mut **self)
            }
            fn end(self) -> Done {
                Ok(())
            }
        }
    )+};
}

parts!(SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field);

impl ser::SerializeMap for &mut Digest {
    type Ok = ();
    type Error = Never;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        key.serialize(&mut **self)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(&mut **self)
    }
    fn end(self) -> Done {
        Ok(())
    }
}

macro_rules! fields {
    ($($kind:ident),+) => {$(
        impl ser::$kind for &mut Digest {
            type Ok = ();
            type Error = Never;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Done {
                if SHOWN.contains(&name) {
                    return Ok(());
                }
                self.text(name);
                value.serialize(&mut **self)
            }
            fn end(self) -> Done {
                Ok(())
            }
        }
    )+};
}

fields!(SerializeStruct, SerializeStructVariant);
