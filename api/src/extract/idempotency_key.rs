//! `Idempotency-Key`, in the quoted form of the RFC draft and the plain form in common use.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use utoipa::IntoParams;

use super::gate::Gate;
use crate::problem::{Code, FieldError, Place, Problem, Text};

const NAME: &str = "Idempotency-Key";

/// The key under which a repeat of this request gets the first answer again, if the caller sent one.
#[derive(Debug, Clone, PartialEq, Eq, Default, IntoParams)]
#[into_params(names("Idempotency-Key"), parameter_in = Header)]
pub struct IdempotencyKey(
    /// A key that the caller chose for this act; a repeat with the same key and body gets the first answer again.
    #[param(value_type = String, required = false, min_length = 1, max_length = 257, pattern = r#"^("[!#-\[\]-~]{1,255}"|[!#-\[\]-~]{1,255})$"#, example = "5f0e4c1e-6a52-4a5c-9d41-6f2d6f0f6c11")]
    pub Option<String>,
);

impl IdempotencyKey {
    /// Reads a header value: `abc` and `"abc"` are the same key.
    pub(crate) fn parse(value: &[u8]) -> Option<String> {
        let text = std::str::from_utf8(value).ok()?.trim();
        let key = match text.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"')?,
            None => text,
        };
        let visible =
            key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
        (visible && (1..=255).contains(&key.len())).then(|| key.to_owned())
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let gate = Gate::of(request);
        let mut values = request.headers().get_all(NAME);
        let key = match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => IdempotencyKey::parse(value.as_bytes()).map(Some).ok_or(()),
            (Some(_), Some(_)) => Err(()),
        };
        let key = key.map_err(|()| {
            let detail = Text::new(
                "应为 1 至 255 个可见 ASCII 字符",
                "expected 1 to 255 visible ASCII characters",
            );
            Problem::new(Code::InvalidIdempotencyKey).error(FieldError {
                place: Place::Header(NAME),
                code: "malformed".into(),
                detail,
            })
        });
        Box::pin(async move {
            gate.passed().await;
            key.map(IdempotencyKey)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        for (value, key) in [
            ("abc", Some("abc")),
            ("\"abc\"", Some("abc")),
            (" abc ", Some("abc")),
            ("", None),
            ("\"\"", None),
            ("\"abc", None),
            ("a b", None),
            ("a\"b", None),
            ("键", None),
        ] {
            assert_eq!(IdempotencyKey::parse(value.as_bytes()).as_deref(), key, "{value}");
        }
        assert!(IdempotencyKey::parse(&[b'k'; 255]).is_some());
        assert!(IdempotencyKey::parse(&[b'k'; 256]).is_none());
    }
}
