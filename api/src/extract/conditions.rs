//! `ETag` and `If-Match` (RFC 9110, 8.8.3 and 13.1.1): a change names the version that it is made to.

use actix_web::http::header::{self, HeaderName, HeaderValue, TryIntoHeaderPair};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use utoipa::IntoParams;

use super::gate::Gate;
use crate::problem::{Code, FieldError, Place, Problem, Text};

/// The strong entity tag of a version, written `"7"`. Use it as a header: `.insert_header(ETag(version))`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ETag(pub i64);

impl TryIntoHeaderPair for ETag {
    type Error = header::InvalidHeaderValue;

    fn try_into_pair(self) -> Result<(HeaderName, HeaderValue), Self::Error> {
        Ok((header::ETAG, HeaderValue::try_from(format!("\"{}\"", self.0))?))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    /// `*`: whatever version, if it exists.
    Any,
    /// One of these versions. A weak tag and a tag that is not ours are not in the list: they never match.
    OneOf(Vec<i64>),
}

/// The `If-Match` header where it may be left out.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(names("If-Match"), parameter_in = Header)]
pub struct IfMatch(
    /// The `ETag` that was read; the change is refused with 412 if the resource has another one by now.
    #[param(value_type = String, required = false, example = "\"3\"")]
    Option<Condition>,
);

/// The `If-Match` header where it is required (428 `precondition-required` without it).
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(names("If-Match"), parameter_in = Header)]
pub struct RequiredIfMatch(
    /// The `ETag` that was read; the change is refused with 412 if the resource has another one by now.
    #[param(value_type = String, example = "\"3\"")]
    Condition,
);

impl IfMatch {
    /// Whether the caller named one.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// No condition.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// Whether the change may be made to this version.
    ///
    /// # Errors
    /// 412 `precondition-failed` if the condition names other versions.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        self.0.as_ref().map_or(Ok(()), |condition| condition.check(version))
    }
}

impl RequiredIfMatch {
    /// The condition of whoever has just read this version.
    #[must_use]
    pub fn version(version: i64) -> Self {
        Self(Condition::OneOf(vec![version]))
    }

    /// Whatever version: for those who have just read it in the same transaction.
    #[must_use]
    pub fn any() -> Self {
        Self(Condition::Any)
    }

    /// Whether the change may be made to this version.
    ///
    /// # Errors
    /// 412 `precondition-failed` if the condition names other versions.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        self.0.check(version)
    }
}

impl Condition {
    fn check(&self, version: i64) -> Result<(), Problem> {
        match self {
            Condition::Any => Ok(()),
            Condition::OneOf(versions) if versions.contains(&version) => Ok(()),
            Condition::OneOf(_) => {
                Err(Problem::new(Code::PreconditionFailed).fact("etag", format!("\"{version}\"")))
            }
        }
    }

    /// Reads a header value; `None` when it is malformed.
    fn parse(text: &str) -> Option<Condition> {
        let mut rest = text.trim();
        if rest == "*" {
            return Some(Condition::Any);
        }
        let (mut versions, mut tags) = (Vec::new(), 0);
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                return (tags > 0).then_some(Condition::OneOf(versions));
            }
            let (weak, tail) = rest.strip_prefix("W/").map_or((false, rest), |tail| (true, tail));
            let (tag, tail) = tail.strip_prefix('"')?.split_once('"')?;
            if tag.chars().any(|c| c.is_control() || c == ' ') {
                return None;
            }
            rest = tail.trim_start();
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
            tags += 1;
            versions.extend(
                tag.parse::<i64>().ok().filter(|version| !weak && version.to_string() == tag),
            );
        }
    }

    fn of(request: &HttpRequest) -> Result<Option<Condition>, Problem> {
        let mut values = request.headers().get_all(header::IF_MATCH).peekable();
        if values.peek().is_none() {
            return Ok(None);
        }
        let texts: Option<Vec<&str>> = values.map(|value| value.to_str().ok()).collect();
        let condition = texts.and_then(|texts| Condition::parse(&texts.join(",")));
        condition.map(Some).ok_or_else(|| {
            let detail = Text::new(
                "应为 ETag（如 \"3\"）、其列表或 *",
                "expected an ETag such as \"3\", a list of them, or *",
            );
            Problem::new(Code::InvalidParameter)
                .detail("If-Match 格式不正确", "If-Match is malformed")
                .error(FieldError {
                    place: Place::Header("If-Match"),
                    code: "malformed".into(),
                    detail,
                })
        })
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (gate, condition) = (Gate::of(request), Condition::of(request));
        Box::pin(async move {
            gate.passed().await;
            condition.map(IfMatch)
        })
    }
}

impl FromRequest for RequiredIfMatch {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (gate, condition) = (Gate::of(request), Condition::of(request));
        Box::pin(async move {
            gate.passed().await;
            condition?.map(RequiredIfMatch).ok_or_else(|| Problem::new(Code::PreconditionRequired))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_strong_tag_of_the_version_matches() {
        for (header, matches) in [
            ("*", Some(true)),
            ("\"7\"", Some(true)),
            ("\"6\", \"7\"", Some(true)),
            ("\"6\",,\"8\"", Some(false)),
            ("W/\"7\"", Some(false)),
            ("\"07\"", Some(false)),
            ("\"seven\"", Some(false)),
            ("\"a,b\", \"7\"", Some(true)),
            ("7", None),
            ("\"7", None),
            ("\"7\" \"8\"", None),
            ("", None),
            ("*, \"7\"", None),
            ("w/\"7\"", None),
        ] {
            let condition = Condition::parse(header);
            assert_eq!(
                condition.as_ref().map(|condition| condition.check(7).is_ok()),
                matches,
                "{header}"
            );
        }
        assert_eq!(
            Condition::OneOf(vec![6]).check(7).unwrap_err().code(),
            Code::PreconditionFailed
        );
    }
}
