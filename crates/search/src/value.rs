//! One value of a hyperparameter.
//!
//! | value | in a CSV cell | in JSON |
//! | --- | --- | --- |
//! | `Bool(true)` | `true` | `true` |
//! | `Int(1)` | `1` | `1` |
//! | `Float(1.0)` | `1.0` | `1.0` |
//! | `Text("relu")` | `relu` | `"relu"` |
//! | `List([64, 32])` | `[64, 32]` | `[64,32]` |
//!
//! A float is written with the fewest digits that are read back as the same bits, and always so that it cannot be
//! taken for an integer. So `read(write(v)) = v` in JSON, to the bit. JSON has no word for infinities and NaN: they
//! cannot be written, and no checked domain holds them.

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// One value of a hyperparameter.
///
/// Two values are equal when they are of the same kind and have the same bits: `Int(1)` is not `Float(1.0)`, `0.0` is
/// not `-0.0`, and a NaN is itself. The order is total: by kind, as listed, then by value.
#[derive(Clone, Debug)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A word, such as the name of an activation.
    Text(String),
    /// Several values that are chosen together, such as the widths of the hidden layers.
    List(Vec<Value>),
}

impl Value {
    /// The first number in it, lists included, that is infinite or NaN.
    pub(crate) fn not_finite(&self) -> Option<f64> {
        match self {
            Value::Float(x) if !x.is_finite() => Some(*x),
            Value::List(items) => items.iter().find_map(Value::not_finite),
            _ => None,
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Value::Bool(_) => 0,
            Value::Int(_) => 1,
            Value::Float(_) => 2,
            Value::Text(_) => 3,
            Value::List(_) => 4,
        }
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::List(a), Value::List(b)) => a.cmp(b),
            _ => self.kind().cmp(&other.kind()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Value) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind().hash(state);
        match self {
            Value::Bool(b) => b.hash(state),
            Value::Int(i) => i.hash(state),
            Value::Float(x) => x.to_bits().hash(state),
            Value::Text(text) => text.hash(state),
            Value::List(items) => items.hash(state),
        }
    }
}

/// As in a CSV cell. A text stands as it is, but within a list in quotes, so that the list can be read.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int(i) => write!(f, "{i}"),
            Value::Float(x) => write!(f, "{x:?}"),
            Value::Text(text) => f.write_str(text),
            Value::List(items) => {
                f.write_str("[")?;
                for (idx, item) in items.iter().enumerate() {
                    f.write_str(if idx == 0 { "" } else { ", " })?;
                    match item {
                        Value::Text(text) => write_quoted(f, text)?,
                        _ => write!(f, "{item}")?,
                    }
                }
                f.write_str("]")
            }
        }
    }
}

/// A text in quotes, with the escapes that JSON and TOML share.
fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            _ if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            _ => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Bool(b) => serializer.serialize_bool(*b),
            Value::Int(i) => serializer.serialize_i64(*i),
            Value::Float(x) if !x.is_finite() => Err(S::Error::custom(format!("{x} is not a finite number"))),
            Value::Float(x) => serializer.serialize_f64(*x),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false, a number, a text or a list of these")
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E>(self, i: i64) -> Result<Value, E> {
        Ok(Value::Int(i))
    }

    fn visit_u64<E: serde::de::Error>(self, i: u64) -> Result<Value, E> {
        i64::try_from(i)
            .map(Value::Int)
            .map_err(|_| E::custom(format!("{i} is more than 64 bits with a sign hold")))
    }

    fn visit_f64<E>(self, x: f64) -> Result<Value, E> {
        Ok(Value::Float(x))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }
}
