//! An answer with the question, so that a failed test shows both.

use std::fmt;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// What came back.
#[derive(Clone)]
pub struct Answer {
    /// Who asked.
    pub who: String,
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(&self.bytes);
        let text: String = text.chars().take(2000).collect();
        writeln!(formatter, "{} {} by {} → {}", self.method, self.path, self.who, self.status)?;
        write!(formatter, "{}: {text}", self.header("content-type"))
    }
}

impl Answer {
    /// The JSON body of an answer with this status; null where there is none.
    ///
    /// # Panics
    /// With the whole answer when it has another status.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "expected {status}:\n{self:?}");
        self.json()
    }

    /// The problem of a refusal with this status and code.
    ///
    /// # Panics
    /// With the whole answer when it is something else.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "expected {status} {code}:\n{self:?}");
        let problem = self.json();
        assert_eq!(problem["code"], code, "expected {status} {code}:\n{self:?}");
        problem
    }

    /// The body as JSON; null where it is something else.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header, empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The `ETag`.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn etag(&self) -> String {
        let tag = self.header("etag");
        assert!(!tag.is_empty(), "no ETag:\n{self:?}");
        tag.to_owned()
    }
}
