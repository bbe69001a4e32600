//! What a service answers, before it is written.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use serde::Serialize;

use crate::problem::{Problem, Rendered};

/// What a service answers: a status, the headers that belong to it, and the body.
#[derive(Debug)]
pub struct Reply<T> {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: T,
}

impl<T: Serialize> Reply<T> {
    /// 200 with a body.
    pub fn ok(body: T) -> Self {
        Self { status: StatusCode::OK, headers: Vec::new(), body }
    }

    /// 201 with a body and the address of what was made.
    pub fn created(location: &str, body: T) -> Self {
        Self { status: StatusCode::CREATED, ..Self::ok(body) }.with(header::LOCATION, location)
    }

    /// 202 with a body: it is being done.
    pub fn accepted(body: T) -> Self {
        Self { status: StatusCode::ACCEPTED, ..Self::ok(body) }
    }

    /// Adds the address of what does it.
    #[must_use]
    pub fn at(self, location: &str) -> Self {
        self.with(header::LOCATION, location)
    }

    /// Adds the strong `ETag` of a version.
    #[must_use]
    pub fn version(self, version: i32) -> Self {
        self.with(header::ETAG, &format!("\"{version}\""))
    }

    /// Adds a header; values that cannot be one are left out.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// The answer as bytes.
    ///
    /// # Errors
    /// 500 when the body cannot be written as JSON.
    pub fn render(self) -> Result<Rendered, Problem> {
        let body = serde_json::to_vec(&self.body).map_err(Problem::internal)?;
        let mut headers = self.headers;
        headers.push((header::CONTENT_TYPE, HeaderValue::from_static("application/json")));
        Ok(Rendered { status: self.status, headers, body })
    }
}

impl<T> Reply<T> {
    /// The body alone, for a service that goes on from it.
    pub fn into_body(self) -> T {
        self.body
    }
}

impl Reply<()> {
    /// 204 without a body.
    pub fn nothing() -> Reply<()> {
        Reply { status: StatusCode::NO_CONTENT, headers: Vec::new(), body: () }
    }

    /// The bodiless answer.
    ///
    /// # Errors
    /// Never; the shape is that of [`Reply::render`].
    pub fn render_empty(self) -> Result<Rendered, Problem> {
        Ok(Rendered { status: self.status, headers: self.headers, body: Vec::new() })
    }
}
