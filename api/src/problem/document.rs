//! The problem as it is sent.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Code, FieldError, Language, Place, Problem};
use crate::request::RequestInfo;

/// The media type of RFC 9457.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// Members that facts cannot replace.
pub(super) const MEMBERS: [&str; 11] = [
    "type",
    "title",
    "status",
    "detail",
    "instance",
    "code",
    "rule",
    "solve",
    "errors",
    "request_id",
    "explanation",
];

/// An error (RFC 9457). Members beside these are facts of the code, for instance `opens` and `closes` of a closed window.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// Address of a page that explains the code.
    #[serde(rename = "type")]
    #[schema(format = "uri")]
    pub kind: String,
    /// Short name of the problem, in the language of the answer.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time, in the language of the answer.
    pub detail: String,
    /// Path of the request.
    pub instance: String,
    /// Stable identifier of the kind of problem.
    pub code: String,
    /// The rule that decided, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleDocument>,
    /// What the caller can do about it.
    pub solve: String,
    /// The members and parameters at fault, where there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldErrorDocument>,
    /// Address at which a refusal by a rule is explained to its receiver: inputs, checks, policy version (V7).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub explanation: Option<String>,
    /// Id of the request, also in `X-Request-Id` and in the log.
    pub request_id: String,
    #[serde(flatten)]
    #[schema(ignore)]
    facts: Map<String, Value>,
}

/// The rule behind a refusal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ProblemRule)]
pub struct RuleDocument {
    /// Id in the rulebook.
    pub id: String,
    /// The clause of the notice, in Chinese.
    pub clause: String,
}

/// One fault in the body, a parameter or a header.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ProblemError)]
pub struct FieldErrorDocument {
    /// RFC 6901 pointer into the body; empty for the body as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pointer: Option<String>,
    /// Name of the query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// Name of the request header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub header: Option<String>,
    /// Stable identifier of the kind of fault.
    pub code: String,
    /// The fault in the language of the answer.
    pub detail: String,
}

impl FieldErrorDocument {
    fn new(error: &FieldError, language: Language) -> Self {
        let (mut pointer, mut parameter, mut header) = (None, None, None);
        match &error.place {
            Place::Pointer(value) => pointer = Some(value.clone()),
            Place::Parameter(value) => parameter = Some(value.clone()),
            Place::Header(value) => header = Some((*value).to_owned()),
        }
        Self {
            pointer,
            parameter,
            header,
            code: error.code.to_string(),
            detail: error.detail.text(language).to_owned(),
        }
    }
}

/// An answer as bytes: what is sent now, and what an idempotent repeat gets again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The status.
    pub status: StatusCode,
    /// The headers that belong to the answer itself.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Rendered {
    /// The answer as an HTTP response.
    #[must_use]
    pub fn into_response(self) -> HttpResponse {
        let mut builder = HttpResponseBuilder::new(self.status);
        for (name, value) in self.headers {
            builder.append_header((name, value));
        }
        builder.body(self.body)
    }
}

impl Problem {
    /// The document for one request.
    #[must_use]
    pub fn document(&self, request: &RequestInfo) -> ProblemDocument {
        let row = self.0.code.row();
        let language = request.language;
        let title = row.title.text(language);
        ProblemDocument {
            kind: type_url(&request.public_url, row.id),
            title: title.to_owned(),
            status: row.status,
            detail: self.0.detail.as_ref().map_or(title, |detail| detail.text(language)).to_owned(),
            instance: request.instance.to_string(),
            code: row.id.to_owned(),
            rule: self.rule_document(),
            solve: row.solve.text(language).to_owned(),
            errors: self
                .0
                .errors
                .iter()
                .map(|error| FieldErrorDocument::new(error, language))
                .collect(),
            explanation: self.0.explanation.clone(),
            request_id: request.request_id.to_string(),
            facts: self.0.facts.clone(),
        }
    }

    /// The rule that was named, or the one that the code stands for.
    fn rule_document(&self) -> Option<RuleDocument> {
        let named = self
            .0
            .rule
            .as_ref()
            .map(|rule| RuleDocument { id: rule.id.to_string(), clause: rule.clause.to_string() });
        named.or_else(|| {
            let rule = self.0.code.row().rule.parse::<xueshi_domain::Rule>().ok()?.reference();
            Some(RuleDocument { id: rule.id.to_owned(), clause: rule.clause.to_owned() })
        })
    }

    /// The whole answer for one request.
    #[must_use]
    pub fn render(&self, request: &RequestInfo) -> Rendered {
        let mut headers = vec![
            (header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE)),
            (header::CONTENT_LANGUAGE, HeaderValue::from_static(request.language.tag())),
            (header::VARY, HeaderValue::from_static("Accept-Language")),
        ];
        headers.extend(self.0.headers.iter().cloned());
        if let Some(challenge) = challenge(self.0.code)
            && !headers.iter().any(|(name, _)| *name == header::WWW_AUTHENTICATE)
        {
            headers.push((header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge)));
        }
        // Serialising strings and maps of JSON values cannot fail; an empty body would still carry the status.
        let body = serde_json::to_vec(&self.document(request)).unwrap_or_default();
        Rendered { status: self.status(), headers, body }
    }
}

/// The `WWW-Authenticate` header of a code (RFC 9110, 11.6.1; RFC 6750, 3).
fn challenge(code: Code) -> Option<&'static str> {
    if matches!(code, Code::TokenExpired | Code::InvalidToken) {
        Some("Bearer realm=\"xueshi\", error=\"invalid_token\"")
    } else if code == Code::InsufficientScope {
        Some("Bearer realm=\"xueshi\", error=\"insufficient_scope\"")
    } else if code == Code::InvalidClient {
        Some("Basic realm=\"xueshi\"")
    } else {
        (code.row().status == 401).then_some("Bearer realm=\"xueshi\"")
    }
}

/// The address of the page that explains a code.
#[must_use]
pub fn type_url(public_url: &str, code: &str) -> String {
    format!("{}/problems/{code}", public_url.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Text;

    fn request(language: Language) -> RequestInfo {
        RequestInfo {
            language,
            request_id: "r-1".into(),
            instance: "/v1/declarations".into(),
            public_url: "https://xueshi.example/".into(),
            address: None,
            is_head: false,
        }
    }

    #[test]
    fn a_problem_has_the_members_of_the_contract() {
        let rendered = Problem::new(Code::WindowClosed)
            .detail("申报期已结束", "The declaration window has closed")
            .rule("W1", "五、时间安排")
            .at("/year", "window-closed", Text::new("该年度", "that year"))
            .fact("opens", "2023-01-01T00:00:00+08:00")
            .fact("status", 200)
            .retry_after(3)
            .render(&request(Language::English));
        let body: Value = serde_json::from_slice(&rendered.body).unwrap();
        assert_eq!(rendered.status, 422);
        assert_eq!(body["type"], "https://xueshi.example/problems/window-closed");
        assert_eq!(body["title"], "The window is closed");
        assert_eq!(body["status"], 422);
        assert_eq!(body["detail"], "The declaration window has closed");
        assert_eq!(body["instance"], "/v1/declarations");
        assert_eq!(body["code"], "window-closed");
        assert_eq!(body["rule"], serde_json::json!({"id": "W1", "clause": "五、时间安排"}));
        assert_eq!(
            body["errors"],
            serde_json::json!([{"pointer": "/year", "code": "window-closed", "detail": "that year"}])
        );
        assert_eq!(body["request_id"], "r-1");
        assert_eq!(body["opens"], "2023-01-01T00:00:00+08:00");
        assert!(rendered.headers.contains(&(header::RETRY_AFTER, HeaderValue::from(3))));
        assert!(
            rendered.headers.contains(&(header::CONTENT_LANGUAGE, HeaderValue::from_static("en")))
        );
    }

    #[test]
    fn a_401_says_how_to_authenticate() {
        for (code, challenge) in [
            (Code::Unauthenticated, Some("Bearer realm=\"xueshi\"")),
            (Code::TokenExpired, Some("Bearer realm=\"xueshi\", error=\"invalid_token\"")),
            (Code::InvalidClient, Some("Basic realm=\"xueshi\"")),
            (Code::Forbidden, None),
        ] {
            let rendered = Problem::new(code).render(&request(Language::English));
            let header =
                rendered.headers.iter().find(|(name, _)| *name == header::WWW_AUTHENTICATE);
            assert_eq!(header.map(|(_, value)| value.to_str().unwrap()), challenge, "{code:?}");
        }
    }

    #[test]
    fn chinese_is_the_default_and_causes_stay_inside() {
        let rendered =
            Problem::internal("select secret from table").render(&request(Language::default()));
        let body = String::from_utf8(rendered.body).unwrap();
        assert!(body.contains("服务器内部错误"));
        assert!(!body.contains("secret"));
        assert!(!body.contains("errors"));
    }
}
