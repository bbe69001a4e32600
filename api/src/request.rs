//! What an answer needs to know about its request.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use xueshi_persistence::Origin;

use crate::problem::{Language, Problem};
use crate::state::AppState;

/// Language, id, path and origin of a request. Cheap to clone and to send to another thread.
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
    /// The address that it came from, as the rate limit counts it; none of a connection without one.
    pub address: Option<IpAddr>,
    /// Whether only the head of the answer is asked for: nothing is handed over.
    pub is_head: bool,
}

impl RequestInfo {
    /// Reads the request's headers. Called once by the outermost middleware, which keeps the result. HEAD is a GET to all who come
    /// after it: so that is said here.
    pub(crate) fn read(request: &ServiceRequest, request_id: Arc<str>, is_head: bool) -> Self {
        Self {
            language: language_of(request.headers()),
            request_id,
            instance: request.path().into(),
            public_url: public_url(request.request()),
            address: client_address(request.request()),
            is_head,
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
            address: client_address(request),
            is_head: false,
        }
    }

    /// Where it came from, for what is told of its effects.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let request_id = (!self.request_id.is_empty()).then(|| self.request_id.to_string());
        Origin { address: self.address.map(|address| address.to_string()), request_id }
    }
}

fn language_of(headers: &header::HeaderMap) -> Language {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    value.map(Language::negotiate).unwrap_or_default()
}

/// The address that a request came from, without its port; an IPv4 address that came as IPv6 is written as what it is.
///
/// Behind proxies that the settings name it is what the outermost of them says of its peer (`X-Forwarded-For`, read from its end);
/// nobody else's word counts.
pub(crate) fn client_address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let state = request.app_data::<actix_web::web::Data<AppState>>();
    let proxies = state.map_or(&[][..], |state| &state.settings.trusted_proxies);
    let is_trusted = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    if !is_trusted(peer) {
        return Some(peer);
    }
    let headers = request.headers().get_all("x-forwarded-for");
    let said: Vec<&str> = headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut client = peer;
    for address in said.into_iter().rev() {
        let Ok(address) = address.trim().parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    Some(client)
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
