//! Where a follower stands, as an opaque text that never expires.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use xueshi_persistence::Id;

use crate::problem::{Code, FieldError, Place as At, Problem, Text};

/// The form of the cursor's content; another form gets another number, and old ones stay readable.
const VERSION: u8 = 1;
/// Longer ones are not ours.
const MAX_LENGTH: usize = 256;

/// A place in the feed of a city: behind the event at this position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The city.
    pub city: Id,
    /// The position; 0 before the first event.
    pub position: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(rename = "v")]
    version: u8,
    #[serde(rename = "c")]
    city: Id,
    #[serde(rename = "p")]
    position: i64,
}

impl Place {
    /// Its text.
    #[must_use]
    pub fn encode(self) -> String {
        let content = Content { version: VERSION, city: self.city, position: self.position };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&content).unwrap_or_default())
    }

    /// The place that a cursor names in the feed of this city; the beginning without one.
    ///
    /// # Errors
    /// 400 `invalid-cursor` for anything that is no cursor of this feed.
    pub fn decode(text: Option<&str>, city: Id) -> Result<Self, Problem> {
        let Some(text) = text else { return Ok(Self { city, position: 0 }) };
        let bytes = (text.len() <= MAX_LENGTH).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten();
        let content: Option<Content> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let ours = |content: &Content| {
            content.version == VERSION && content.city == city && content.position >= 0
        };
        let content = content.filter(ours).ok_or_else(|| {
            invalid(Text::new("不是本变更流给出的游标", "not a cursor of this feed"))
        })?;
        Ok(Self { city, position: content.position })
    }
}

/// The feed never came to that place: its database was restored to an earlier state.
pub(super) fn ahead() -> Problem {
    invalid(Text::new(
        "游标超前于变更流：数据库可能恢复到了较早的状态，请重新获取快照",
        "the cursor is ahead of the feed: the database was restored to an earlier state; take a new snapshot",
    ))
}

fn invalid(detail: Text) -> Problem {
    Problem::new(Code::InvalidCursor).error(FieldError {
        place: At::Parameter("cursor".to_owned()),
        code: Code::InvalidCursor.id().into(),
        detail,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_only_in_its_city() {
        let (here, there) = (Id(uuid::Uuid::from_u128(1)), Id(uuid::Uuid::from_u128(2)));
        let text = Place { city: here, position: 7 }.encode();
        assert_eq!(Place::decode(Some(&text), here).unwrap().position, 7);
        assert_eq!(Place::decode(None, here).unwrap().position, 0);
        for (text, city) in [(text.as_str(), there), ("", here), ("abc", here), ("%", here)] {
            let refused = Place::decode(Some(text), city).unwrap_err();
            assert_eq!(refused.code(), Code::InvalidCursor, "{text}");
        }
    }
}
