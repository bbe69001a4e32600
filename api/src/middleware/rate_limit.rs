//! How many requests a caller may make, told in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
//!
//! A caller is a token, or an address without one. A token counts by itself only where an operation looks at it. Since
//! anybody can make up tokens, answers of 401 to a token are counted against the address, and an address that has spent its
//! requests on them is refused before the next token is looked at.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::{StateInformationMiddleware, StateSnapshot};
use governor::state::keyed::DashMapStateStore;
use governor::{NotUntil, Quota, RateLimiter};

use super::drain::drain;
use crate::openapi::Operation;
use crate::problem::{Code, Problem};
use crate::request::client_address;
use crate::settings::Rate;
use crate::state::AppState;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

type Limiter = RateLimiter<u64, DashMapStateStore<u64>, DefaultClock, StateInformationMiddleware>;

/// The limits of one application, shared by its workers.
#[derive(Clone)]
pub(crate) struct Limits {
    rate: Rate,
    limiter: Arc<Limiter>,
    hasher: RandomState,
    /// Addresses that made up too many tokens, and until when nothing of theirs is looked at.
    spent: Arc<Mutex<HashMap<u64, Instant>>>,
}

impl Limits {
    pub(crate) fn new(rate: Rate) -> Self {
        let period = Duration::from_secs(rate.seconds.get().into()) / rate.requests.get();
        let quota = Quota::with_period(period.max(Duration::from_nanos(1)))
            .unwrap_or(Quota::per_second(rate.requests))
            .allow_burst(rate.requests);
        let limiter = RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>();
        Self { rate, limiter: Arc::new(limiter), hasher: RandomState::new(), spent: Arc::default() }
    }

    /// Forgets callers that have not called for a while.
    pub(crate) fn upkeep(&self) {
        self.limiter.retain_recent();
        let now = Instant::now();
        self.spent.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, until| *until > now);
    }

    /// The seconds for which nothing of an address is looked at.
    fn spent(&self, address: u64) -> Option<u64> {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let left = spent.get(&address)?.checked_duration_since(Instant::now())?;
        Some(left.as_secs() + 1)
    }

    /// Counts a token that was made up against its address.
    fn charge_failure(&self, address: u64) {
        if let Err(seconds) = self.check(address) {
            let until = Instant::now() + Duration::from_secs(seconds);
            self.spent.lock().unwrap_or_else(PoisonError::into_inner).insert(address, until);
        }
    }

    /// Counts a request of a kind that has a limit of its own, by the address that it came from.
    pub(crate) fn admit(&self, request: &actix_web::HttpRequest) -> Result<(), Problem> {
        let key = self.hasher.hash_one(network(client_address(request)));
        self.check(key).map(drop).map_err(limited)
    }

    fn check(&self, key: u64) -> Result<StateSnapshot, u64> {
        self.limiter.check_key(&key).map_err(|refusal: NotUntil<_>| {
            let wait = refusal.wait_time_from(DefaultClock::default().now());
            wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
        })
    }

    fn policy(&self) -> String {
        format!("\"default\";q={};w={}", self.rate.requests, self.rate.seconds)
    }

    /// Remaining requests, and the seconds until all are there again.
    fn state(&self, remaining: u32) -> String {
        let used = u64::from(self.rate.requests.get().saturating_sub(remaining));
        let seconds =
            (used * u64::from(self.rate.seconds.get())).div_ceil(self.rate.requests.get().into());
        format!("\"default\";r={remaining};t={seconds}")
    }
}

/// Counts `/v1` requests and refuses those over the limit with 429.
///
/// # Errors
/// None of its own.
pub async fn rate_limit<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = request.app_data::<web::Data<AppState>>().cloned();
    let limits = state
        .as_ref()
        .and_then(|state| state.limits.as_ref())
        .filter(|_| request.path().starts_with("/v1/"));
    let Some(limits) = limits else { return Ok(next.call(request).await?.map_into_boxed_body()) };
    let address = address(&request);
    let address_key = limits.hasher.hash_one(address);
    let token_key = request
        .headers()
        .get(header::AUTHORIZATION)
        .map(|value| limits.hasher.hash_one(value.as_bytes()));
    // A token is only worth its own count where it is looked at; elsewhere anything could stand in the header.
    let is_secured =
        request.extensions().get::<Arc<Operation>>().is_some_and(|operation| operation.secured);
    let token_key = token_key.filter(|_| is_secured);
    // Made-up tokens were charged to the address; when that is spent, no further one is looked at.
    if token_key.is_some()
        && let Some(seconds) = limits.spent(address_key)
    {
        let drained = drain(&mut request).await;
        return Ok(drained.answered(refuse(request.request().clone(), limits, seconds)));
    }
    let snapshot = match limits.check(token_key.unwrap_or(address_key)) {
        Ok(snapshot) => snapshot,
        Err(seconds) => {
            let drained = drain(&mut request).await;
            return Ok(drained.answered(refuse(request.request().clone(), limits, seconds)));
        }
    };
    let response = next.call(request).await?.map_into_boxed_body();
    if token_key.is_some() && response.status() == StatusCode::UNAUTHORIZED {
        limits.charge_failure(address_key);
    }
    Ok(with_headers(response, limits, snapshot.remaining_burst_capacity()))
}

/// The client's address; of an IPv6 address the network, since one customer has all of it.
fn address(request: &ServiceRequest) -> Option<IpAddr> {
    network(client_address(request.request()))
}

fn network(address: Option<IpAddr>) -> Option<IpAddr> {
    address.map(|address| match address {
        IpAddr::V6(address) => {
            let segments = address.segments();
            IpAddr::from([segments[0], segments[1], segments[2], segments[3], 0, 0, 0, 0])
        }
        address @ IpAddr::V4(_) => address,
    })
}

fn refuse(
    request: actix_web::HttpRequest,
    limits: &Limits,
    seconds: u64,
) -> ServiceResponse<BoxBody> {
    with_headers(ServiceResponse::from_err(limited(seconds), request), limits, 0)
}

fn limited(seconds: u64) -> Problem {
    Problem::new(Code::RateLimited)
        .detail(format!("请 {seconds} 秒后再试"), format!("try again in {seconds} seconds"))
        .retry_after(seconds)
}

fn with_headers(
    mut response: ServiceResponse<BoxBody>,
    limits: &Limits,
    remaining: u32,
) -> ServiceResponse<BoxBody> {
    for (name, text) in
        [(RATE_LIMIT_POLICY, limits.policy()), (RATE_LIMIT, limits.state(remaining))]
    {
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quota_is_counted_down_and_refused() {
        let rate = "3/60s".parse::<crate::settings::RateChoice>().unwrap().0.unwrap();
        let limits = Limits::new(rate);
        let left: Vec<_> =
            (0..3).map(|_| limits.check(1).unwrap().remaining_burst_capacity()).collect();
        assert_eq!(left, [2, 1, 0]);
        let seconds = limits.check(1).unwrap_err();
        assert!((1..=20).contains(&seconds), "{seconds}");
        assert!(limits.check(2).is_ok(), "another caller has a quota of its own");
        assert_eq!(limits.policy(), "\"default\";q=3;w=60");
        assert_eq!(limits.state(2), "\"default\";r=2;t=20");
    }
}
