//! What can be wrong with a body or a query, found while reading it.

use std::fmt;

use serde::de;
use xueshi_domain::identity::mask_long_numbers;

use crate::problem::{Code, Text};

/// The kind of a fault with the texts that explain it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Not JSON; line and column when known.
    Malformed(Text),
    /// A member twice.
    Duplicate,
    /// A member that the type does not have.
    Unknown {
        /// Its name.
        name: String,
        /// The names that the type has.
        known: &'static [&'static str],
    },
    /// A required member is absent.
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// Another JSON type than expected.
    Type(Text),
    /// The right type with a value that is not possible.
    Value(Text),
}

/// A fault and, once known, its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) kind: Kind,
}

impl Fault {
    pub(crate) fn value(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { kind: Kind::Value(Text::new(zh.into(), en.into())) }
    }

    /// The error code for a body.
    pub(crate) fn code(&self) -> Code {
        match self.kind {
            Kind::Malformed(_) => Code::MalformedJson,
            Kind::Duplicate => Code::DuplicateMember,
            Kind::Unknown { .. } => Code::UnknownMember,
            Kind::Missing { .. } => Code::MissingMember,
            Kind::Type(_) => Code::InvalidType,
            Kind::Value(_) => Code::InvalidValue,
        }
    }

    /// The sentence for people.
    pub(crate) fn detail(&self) -> Text {
        match &self.kind {
            Kind::Malformed(text) | Kind::Type(text) | Kind::Value(text) => text.clone(),
            Kind::Duplicate => Text::new("同一对象中出现了两次", "occurs twice in its object"),
            Kind::Unknown { name, known } => {
                let name = printable(name);
                Text::new(
                    format!("没有名为“{name}”的成员；可用的有：{}", list(known, "、")),
                    format!("there is no `{name}`; known are: {}", list(known, ", ")),
                )
            }
            Kind::Missing { name } => {
                Text::new(format!("缺少“{name}”"), format!("`{name}` is required"))
            }
        }
    }
}

fn list(names: &[&str], separator: &str) -> String {
    if names.is_empty() { "—".to_owned() } else { names.join(separator) }
}

/// At most 64 characters of something a caller sent, without control characters and without what may be an id number or a phone
/// (U4a), so that it can be shown.
pub(crate) fn printable(text: &str) -> String {
    let text = &mask_long_numbers(text);
    let mut shown: String =
        text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(64).collect();
    if text.chars().nth(64).is_some() {
        shown.push('…');
    }
    shown
}

/// Appends a segment to an RFC 6901 pointer.
pub(crate) fn pointer(parent: &str, segment: &str) -> String {
    format!("{parent}/{}", segment.replace('~', "~0").replace('/', "~1"))
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.detail().fmt(formatter)
    }
}

impl std::error::Error for Fault {}

/// The Chinese name of what serde expected, for the types that occur in bodies.
fn expected_zh(expected: &str) -> String {
    match expected {
        "a string" | "str" => "字符串".to_owned(),
        "a boolean" => "true 或 false".to_owned(),
        "a sequence" => "数组".to_owned(),
        "a map" => "对象".to_owned(),
        "f32" | "f64" => "数".to_owned(),
        "i8" | "i16" | "i32" | "i64" => "整数".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "非负整数".to_owned(),
        other if other.starts_with("struct ") => "对象".to_owned(),
        other => other.to_owned(),
    }
}

/// The English name, without the names of our types.
fn expected_en(expected: &str) -> String {
    match expected {
        "f32" | "f64" => "a number".to_owned(),
        "i8" | "i16" | "i32" | "i64" => "an integer".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "an integer that is not negative".to_owned(),
        "a sequence" => "an array".to_owned(),
        "a map" => "an object".to_owned(),
        other if other.starts_with("struct ") => "an object".to_owned(),
        other => other.to_owned(),
    }
}

/// Name of a received thing in both languages; the value itself is not repeated, since it may be personal.
fn received(unexpected: &de::Unexpected<'_>) -> (&'static str, &'static str) {
    use de::Unexpected as U;
    match unexpected {
        U::Bool(_) => ("布尔值", "a boolean"),
        U::Unsigned(_) | U::Signed(_) => ("整数", "an integer"),
        U::Float(_) => ("小数", "a number with decimals"),
        U::Str(_) | U::Char(_) | U::Bytes(_) => ("字符串", "a string"),
        U::Unit | U::Option => ("null", "null"),
        U::Seq => ("数组", "an array"),
        U::Map => ("对象", "an object"),
        U::NewtypeStruct
        | U::Enum
        | U::UnitVariant
        | U::NewtypeVariant
        | U::TupleVariant
        | U::StructVariant
        | U::Other(_) => ("其他内容", "something else"),
    }
}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { kind: Kind::Value(Text::unpack(&message.to_string())) }
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = expected.to_string();
        let (zh, en) = received(&unexpected);
        Self {
            kind: Kind::Type(Text::new(
                format!("应为{}，收到的是{zh}", expected_zh(&expected)),
                format!("expected {}, received {en}", expected_en(&expected)),
            )),
        }
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let expected = expected.to_string();
        Self::value(
            format!("应为{}", expected_zh(&expected)),
            format!("expected {}", expected_en(&expected)),
        )
    }

    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        let expected = expected.to_string();
        Self::value(
            format!("元素个数 {length} 不正确，应为{}", expected_zh(&expected)),
            format!("{length} elements, expected {}", expected_en(&expected)),
        )
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::value(
            format!("应为以下之一：{}", list(expected, "、")),
            format!("expected one of: {}", list(expected, ", ")),
        )
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self { kind: Kind::Unknown { name: field.to_owned(), known: expected } }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { kind: Kind::Missing { name: field } }
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self { kind: Kind::Duplicate }
    }
}
