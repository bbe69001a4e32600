//! Where a page ended, as an opaque text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::extract::invalid_parameter;
use crate::problem::{Code, FieldError, Place, Problem, Text};

/// The form of the cursor's content; another form gets another number, and old ones stay readable.
const VERSION: u8 = 1;
/// Longer ones are not ours.
const MAX_LENGTH: usize = 1024;

/// The sort order and the last row's keys in it. It names no user, no time and no offset: it never expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    #[serde(rename = "v")]
    version: u8,
    #[serde(rename = "s")]
    sort: String,
    #[serde(rename = "k")]
    keys: Value,
}

impl Cursor {
    /// The cursor behind a row with these keys.
    pub(super) fn after(sort: &str, keys: &impl Serialize) -> Self {
        Self {
            version: VERSION,
            sort: sort.to_owned(),
            keys: serde_json::to_value(keys).unwrap_or_default(),
        }
    }

    /// Its text, for a URL.
    #[must_use]
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads a text that [`Cursor::encode`] made, for the same sort order.
    ///
    /// # Errors
    /// 400 `invalid-cursor` for anything else.
    pub(super) fn decode(text: &str, sort: &str) -> Result<Self, Problem> {
        let bytes = (text.len() <= MAX_LENGTH).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten();
        let cursor: Option<Cursor> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        cursor.filter(|cursor| cursor.version == VERSION && cursor.sort == sort).ok_or_else(invalid)
    }

    /// The keys as the types that the query compares.
    ///
    /// # Errors
    /// 400 `invalid-cursor` if they are of other types.
    pub(super) fn keys<K: DeserializeOwned>(&self) -> Result<K, Problem> {
        serde_json::from_value(self.keys.clone()).map_err(|_| invalid())
    }
}

fn invalid() -> Problem {
    let detail = Text::new(
        "不是本接口在该排序下给出的游标",
        "not a cursor that this operation gave for this sort order",
    );
    Problem::new(Code::InvalidCursor).error(FieldError {
        place: Place::Parameter("cursor".to_owned()),
        code: Code::InvalidCursor.id().into(),
        detail,
    })
}

/// 400 for a value that is not in a documented set.
pub(super) fn not_in_set(name: &str, known: &[String]) -> Problem {
    let known = known.join(", ");
    invalid_parameter(
        name,
        "unknown",
        Text::new(format!("可用的有：{known}"), format!("known are: {known}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_only_for_its_order_and_types() {
        let text = Cursor::after("-created_at", &("2023-10-16", 7)).encode();
        let keys: (String, u32) = Cursor::decode(&text, "-created_at").unwrap().keys().unwrap();
        assert_eq!(keys, ("2023-10-16".to_owned(), 7));
        assert_eq!(Cursor::decode(&text, "created_at").unwrap_err().code(), Code::InvalidCursor);
        let other = Cursor::decode(&text, "-created_at").unwrap().keys::<(u32, u32)>();
        assert_eq!(other.unwrap_err().code(), Code::InvalidCursor);
    }

    #[test]
    fn made_up_cursors_are_refused() {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for text in [
            String::new(),
            "abc".to_owned(),
            "%%%".to_owned(),
            "游标".to_owned(),
            encode("{}"),
            encode("[1]"),
            encode(r#"{"v":2,"s":"a","k":[]}"#),
            encode(r#"{"v":1,"s":"a","k":[],"x":1}"#),
            "a".repeat(2000),
        ] {
            assert_eq!(
                Cursor::decode(&text, "a").unwrap_err().code(),
                Code::InvalidCursor,
                "{text}"
            );
        }
    }
}
