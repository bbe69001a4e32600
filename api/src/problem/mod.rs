//! Errors as RFC 9457 problem documents in two languages.
//!
//! A handler returns `Result<_, Problem>`. The problem knows no request; `middleware::problems` renders it with the
//! language, request id and path of the request ([`crate::request::RequestInfo`]).

mod calendar_text;
pub mod check_text;
pub mod codes;
pub mod document;
mod filing_text;
pub mod grounds;
mod learning_text;
mod makeup_text;
mod merging_text;
pub mod pages;
mod people_text;
mod refusal_code;
pub mod refusal_text;
pub mod rule_text;
mod seminar_text;
pub mod terms;
pub mod text;
mod text_days;

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value};

pub use codes::Code;
pub use document::{FieldErrorDocument, ProblemDocument, Rendered, RuleDocument};
pub use grounds::Grounds;
pub use text::{Language, Phrase, Text};

/// One entry of `errors[]`: what is wrong with one member of the body or one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where it is.
    pub place: Place,
    /// Stable kebab-case identifier of this kind of fault.
    pub code: Cow<'static, str>,
    /// The sentence for people.
    pub detail: Text,
}

/// Where a fault is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// RFC 6901 pointer into the body; empty for the whole body.
    Pointer(String),
    /// Name of a query parameter.
    Parameter(String),
    /// Name of a request header.
    Header(&'static str),
}

/// The rule behind a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Id in the rulebook, for instance `H5`.
    pub id: Cow<'static, str>,
    /// The clause of the notice in Chinese.
    pub clause: Cow<'static, str>,
}

/// A refusal or failure on its way to the caller.
///
/// Cheap to pass on (one pointer). Build it with [`Problem::new`] and the methods that follow it.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    code: Code,
    detail: Option<Text>,
    rule: Option<Rule>,
    errors: Vec<FieldError>,
    facts: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
    retriable: bool,
    grounds: Option<Box<Grounds>>,
    explanation: Option<String>,
}

impl Problem {
    /// A problem with the code's own title as its detail.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self(Box::new(Parts {
            code,
            detail: None,
            rule: None,
            errors: Vec::new(),
            facts: Map::new(),
            headers: Vec::new(),
            cause: None,
            retriable: false,
            grounds: None,
            explanation: None,
        }))
    }

    /// A 500 whose cause goes to the log and never to the caller.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(Code::Internal).because(cause)
    }

    /// A 503 with `Retry-After`; the cause goes to the log only.
    #[must_use]
    pub fn unavailable(code: Code, retry_after_seconds: u64, cause: impl fmt::Display) -> Self {
        Self::new(code).retry_after(retry_after_seconds).because(cause)
    }

    /// The sentence for this occurrence.
    #[must_use]
    pub fn detail(
        mut self,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.0.detail = Some(Text::new(zh, en));
        self
    }

    /// The rule that decided.
    #[must_use]
    pub fn rule(
        mut self,
        id: impl Into<Cow<'static, str>>,
        clause: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.0.rule = Some(Rule { id: id.into(), clause: clause.into() });
        self
    }

    /// Adds an entry to `errors[]` for a member of the body.
    #[must_use]
    pub fn at(
        self,
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: Text,
    ) -> Self {
        self.error(FieldError { place: Place::Pointer(pointer.into()), code: code.into(), detail })
    }

    /// Adds an entry to `errors[]`.
    #[must_use]
    pub fn error(mut self, error: FieldError) -> Self {
        self.0.errors.push(error);
        self
    }

    /// Lets the entries of `errors[]` for one member of the body name another one: where a rule that speaks of a declaration
    /// is applied to a request with other names.
    #[must_use]
    pub fn moved(mut self, from: &str, to: &str) -> Self {
        for error in &mut self.0.errors {
            if matches!(&error.place, Place::Pointer(pointer) if pointer == from) {
                error.place = Place::Pointer(to.to_owned());
            }
        }
        self
    }

    /// Lets the entries of `errors[]` name members of an object that stands below a member of the body.
    #[must_use]
    pub fn below(mut self, parent: &str) -> Self {
        for error in &mut self.0.errors {
            if let Place::Pointer(pointer) = &mut error.place {
                pointer.insert_str(0, parent);
            }
        }
        self
    }

    /// Adds several entries to `errors[]`.
    #[must_use]
    pub fn errors(mut self, errors: impl IntoIterator<Item = FieldError>) -> Self {
        self.0.errors.extend(errors);
        self
    }

    /// Adds a member of our own to the document, such as `opens` or `standing_id`.
    ///
    /// Members of the standard document cannot be replaced; such a name is ignored.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        if !document::MEMBERS.contains(&name) {
            self.0.facts.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Adds `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// A header that was added to the answer.
    #[must_use]
    pub fn header_value(&self, name: HeaderName) -> Option<&HeaderValue> {
        self.0.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Notes the cause for the log. It is never sent.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// Says what a refusal by a rule rested on: it is kept, and the answer names its explanation (V7).
    #[must_use]
    pub fn resting_on(mut self, grounds: Grounds) -> Self {
        self.0.grounds = Some(Box::new(grounds));
        self
    }

    /// What a refusal by a rule rested on.
    #[must_use]
    pub fn grounds(&self) -> Option<&Grounds> {
        self.0.grounds.as_deref()
    }

    /// Names the address at which the refusal is explained.
    #[must_use]
    pub fn explained_at(mut self, address: Option<String>) -> Self {
        self.0.explanation = address;
        self
    }

    /// The rule that was named.
    #[must_use]
    pub fn named_rule(&self) -> Option<&Rule> {
        self.0.rule.as_ref()
    }

    /// The sentence of this occurrence.
    #[must_use]
    pub fn said(&self) -> Option<&Text> {
        self.0.detail.as_ref()
    }

    /// The members beside those of the standard.
    #[must_use]
    pub fn facts(&self) -> &Map<String, Value> {
        &self.0.facts
    }

    /// Marks a failure after which the store runs the same transaction again.
    #[must_use]
    pub fn retriable(mut self) -> Self {
        self.0.retriable = true;
        self
    }

    /// Whether the store may run the same transaction again.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        self.0.retriable
    }

    /// The error code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What goes to the log beside the request id, if anything does.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The sentence for this occurrence in English, for logs and the command line.
    #[must_use]
    pub fn english_detail(&self) -> Option<&str> {
        self.0.detail.as_ref().map(|text| &*text.en)
    }

    /// The entries of `errors[]`.
    #[must_use]
    pub fn field_errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Problem::new(code)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.code.id())?;
        if let Some(detail) = &self.0.detail {
            write!(formatter, ": {detail}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// Only the status: the body needs the request, and `middleware::problems` writes it.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}
