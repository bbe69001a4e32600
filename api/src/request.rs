//! What an answer needs to know about its request.

use std::sync::Arc;

use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};

use crate::problem::{Language, Problem};
use crate::state::AppState;

/// Language, id and path of a request. Cheap to clone and to send to another thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestInfo {
    /// Language of the texts.
    pub language: Language,
    /// Id of the request: the caller's `X-Request-Id` or a new one.
    pub request_id: Arc<str>,
    /// Path of the request, the `instance` of a problem.
    pub instance: Arc<str>,
    /// Address under which callers know the service, without a path.
    pub public_url: Arc<str>,
}

impl RequestInfo {
    /// Reads the request's headers. Called once by the outermost middleware, which keeps the result.
    pub(crate) fn read(request: &ServiceRequest, request_id: Arc<str>) -> Self {
        Self {
            language: language_of(request.headers()),
            request_id,
            instance: request.path().into(),
            public_url: public_url(request.request()),
        }
    }

    /// The information of this request.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        if let Some(info) = request.extensions().get::<RequestInfo>() {
            return info.clone();
        }
        Self {
            language: language_of(request.headers()),
            request_id: "".into(),
            instance: request.path().into(),
            public_url: public_url(request),
        }
    }
}

fn language_of(headers: &header::HeaderMap) -> Language {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    value.map(Language::negotiate).unwrap_or_default()
}

fn public_url(request: &HttpRequest) -> Arc<str> {
    request
        .app_data::<actix_web::web::Data<AppState>>()
        .map_or_else(|| "".into(), |state| state.public_url.clone())
}

impl FromRequest for RequestInfo {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(RequestInfo::of(request)))
    }
}
