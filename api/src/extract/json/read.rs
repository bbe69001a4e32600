//! Bytes → tree, with the refusals that JSON itself leaves open.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{Fault, Kind, pointer};
use crate::problem::Text;

/// Objects and arrays may be nested this deep; no body of ours comes near it.
const MAX_DEPTH: usize = 32;

/// A tree in which no object has a member twice and no text a NUL, or the fault with its pointer.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, (String, Fault)> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| malformed("请求体不是 UTF-8 编码", "the body is not UTF-8"))?;
    if text.trim().is_empty() {
        return Err(malformed("请求体为空", "the body is empty"));
    }
    let state = State {
        path: RefCell::new(Vec::new()),
        found: RefCell::new(None),
        numbers: RefCell::new(numbers(text).into_iter()),
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let tree =
        Tree { state: &state }.deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    tree.map_err(|error| match state.found.take() {
        Some(found) => found,
        None => from_serde_json(&error, state.pointer()),
    })
}

fn malformed(zh: &'static str, en: &'static str) -> (String, Fault) {
    (String::new(), Fault { kind: Kind::Malformed(Text::new(zh, en)) })
}

/// `serde_json` keeps its error codes private, so three kinds are told apart by their fixed messages.
fn from_serde_json(error: &serde_json::Error, pointer: String) -> (String, Fault) {
    let message = error.to_string();
    let fault = if message.contains("surrogate") || message.contains("unexpected end of hex escape")
    {
        Fault::value("含有不成对的代理字符", "contains a lone surrogate")
    } else if message.contains("number out of range") {
        Fault::value("数值超出范围", "the number is out of range")
    } else {
        let (line, column) = (error.line(), error.column());
        return (
            String::new(),
            Fault {
                kind: Kind::Malformed(Text::new(
                    format!("第 {line} 行第 {column} 列处不是合法的 JSON"),
                    format!("not valid JSON at line {line}, column {column}"),
                )),
            },
        );
    };
    (pointer, fault)
}

/// The number tokens of a text, in order, as they were written.
fn numbers(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (bytes, mut place, mut in_string) = (text.as_bytes(), 0, false);
    while let Some(byte) = bytes.get(place) {
        match byte {
            b'\\' if in_string => place += 1,
            b'"' => in_string = !in_string,
            b'-' | b'0'..=b'9' if !in_string => {
                let rest = text.get(place..).unwrap_or_default();
                let is_part = |c: char| matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E');
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                found.push(rest.get(..length).unwrap_or_default());
                place += length;
                continue;
            }
            _ => {}
        }
        place += 1;
    }
    found
}

/// Whether a number is written with more digits than a double keeps apart from its neighbours.
fn is_too_precise(number: &str) -> bool {
    let digits = number.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').trim_end_matches('0').len() > 15
}

struct State<'t> {
    path: RefCell<Vec<String>>,
    found: RefCell<Option<(String, Fault)>>,
    /// The number tokens that have not been visited yet.
    numbers: RefCell<std::vec::IntoIter<&'t str>>,
}

impl State<'_> {
    fn next_number(&self) -> &str {
        self.numbers.borrow_mut().next().unwrap_or_default()
    }

    fn pointer(&self) -> String {
        self.path.borrow().iter().fold(String::new(), |parent, segment| pointer(&parent, segment))
    }

    /// Notes our own fault at the present place and gives serde an error to unwind with.
    fn refuse<E: serde::de::Error>(&self, fault: Fault) -> E {
        self.found.replace(Some((self.pointer(), fault)));
        E::custom("refused")
    }
}

#[derive(Clone, Copy)]
struct Tree<'s> {
    state: &'s State<'s>,
}

impl Tree<'_> {
    fn text<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') {
            return Err(self
                .state
                .refuse(Fault::value("不允许含有 NUL 字符", "must not contain a NUL character")));
        }
        Ok(())
    }

    fn deeper<E: serde::de::Error>(self) -> Result<(), E> {
        if self.state.path.borrow().len() >= MAX_DEPTH {
            let kind = Kind::Malformed(Text::new(
                format!("嵌套超过 {MAX_DEPTH} 层"),
                format!("nested more than {MAX_DEPTH} deep"),
            ));
            return Err(self.state.refuse(Fault { kind }));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(TreeVisitor(self))
    }
}

struct TreeVisitor<'s>(Tree<'s>);

impl<'de> Visitor<'de> for TreeVisitor<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        self.0.state.next_number();
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        self.0.state.next_number();
        Ok(Value::Number(value.into()))
    }

    /// H1: hours are exact, so a number that a double would round is refused rather than rounded.
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        if is_too_precise(self.0.state.next_number()) {
            let fault = Fault::value("数字的有效位数过多", "the number has too many digits");
            return Err(self.0.state.refuse(fault));
        }
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.0.text(value)?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.0.deeper()?;
        let state = self.0.state;
        let mut items = Vec::new();
        loop {
            state.path.borrow_mut().push(items.len().to_string());
            let item = access.next_element_seed(self.0)?;
            state.path.borrow_mut().pop();
            match item {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.0.deeper()?;
        let state = self.0.state;
        let mut seen = BTreeSet::new();
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            state.path.borrow_mut().push(name.clone());
            self.0.text(&name)?;
            if !seen.insert(name.clone()) {
                return Err(state.refuse(Fault { kind: Kind::Duplicate }));
            }
            let value = access.next_value_seed(self.0)?;
            state.path.borrow_mut().pop();
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}
