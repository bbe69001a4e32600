//! The query string, read once and strictly.

use std::borrow::Cow;

use actix_web::HttpRequest;
use percent_encoding::percent_decode_str;

use crate::problem::{Code, FieldError, Place, Problem, Text};

/// Parameters that the frame itself understands; [`super::Params`] leaves them to their own extractors.
pub const RESERVED: &[&str] =
    &["limit", "cursor", "sort", "include", "fields", "expand", "dry_run"];

/// The decoded pairs of a query string; no name occurs twice and no text has a NUL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a request's query.
    ///
    /// # Errors
    /// 400 `invalid-parameter` for a repeated name, text that is not UTF-8, or a NUL.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        Self::parse(request.query_string())
    }

    /// Parameters that came in another way.
    ///
    /// # Errors
    /// 400 `invalid-parameter` for text with a NUL.
    pub(crate) fn from_pairs(
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problem> {
        let pairs: Vec<(String, String)> = pairs.into_iter().collect();
        if let Some((name, _)) =
            pairs.iter().find(|(name, value)| (name.to_owned() + value).contains('\0'))
        {
            let text = Text::new("含有 NUL", "has a NUL");
            return Err(invalid_parameter(name, "encoding", text));
        }
        Ok(Self(pairs))
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for part in text.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (Some(name), Some(value)) = (decode(name), decode(value)) else {
                return Err(invalid_parameter(
                    "",
                    "encoding",
                    Text::new("不是 UTF-8 文本，或含有 NUL", "not UTF-8 text, or with a NUL"),
                ));
            };
            if pairs.iter().any(|(known, _)| *known == name) {
                let text = Text::new("同一参数只能出现一次", "may occur only once");
                return Err(invalid_parameter(&name, "duplicate", text));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The parameters in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A comma-separated value as its parts, without empty ones.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty())
    }
}

/// 400 `invalid-parameter` naming the query parameter.
#[must_use]
pub fn invalid_parameter(name: &str, code: impl Into<Cow<'static, str>>, detail: Text) -> Problem {
    let shown = super::json::fault::printable(name);
    Problem::new(Code::InvalidParameter)
        .detail(format!("{shown}：{}", detail.zh), format!("{shown}: {}", detail.en))
        .error(FieldError { place: Place::Parameter(shown), code: code.into(), detail })
}

/// 400 `unknown-parameter` naming the query parameter.
pub(crate) fn unknown_parameter(name: &str) -> Problem {
    let shown = super::json::fault::printable(name);
    let detail = Text::new("该接口没有这个参数", "the operation has no such parameter");
    Problem::new(Code::UnknownParameter)
        .detail(format!("{shown}：{}", detail.zh), format!("{shown}: {}", detail.en))
        .error(FieldError {
            place: Place::Parameter(shown),
            code: Code::UnknownParameter.id().into(),
            detail,
        })
}

fn decode(text: &str) -> Option<Cow<'_, str>> {
    let decoded = if text.contains('+') {
        let spaced = text.replace('+', " ");
        Cow::Owned(percent_decode_str(&spaced).decode_utf8().ok()?.into_owned())
    } else {
        percent_decode_str(text).decode_utf8().ok()?
    };
    (!decoded.contains('\0')).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_and_unique() {
        let query = Query::parse("a=1&b=%E5%AD%A6+%E6%97%B6&c&&fields=x,,y%2Cz").unwrap();
        assert_eq!(query.get("a"), Some("1"));
        assert_eq!(query.get("b"), Some("学 时"));
        assert_eq!(query.get("c"), Some(""));
        assert_eq!(query.list("fields").collect::<Vec<_>>(), ["x", "y", "z"]);
        for bad in ["a=1&a=2", "a=%FF", "a=%00", "%00=1"] {
            assert_eq!(Query::parse(bad).unwrap_err().code(), Code::InvalidParameter, "{bad}");
        }
    }
}
