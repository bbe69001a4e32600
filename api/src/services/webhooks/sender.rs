//! Sending one delivery over HTTP: to public addresses only, without following redirects, within bounds of time and size.

use std::fmt;
use std::io::ErrorKind;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::oneshot;
use ureq::config::Config;
use ureq::http::{HeaderMap, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};
use xueshi_domain::webhook::{AttemptFailure, is_public};
use xueshi_persistence::Clock as _;

use crate::sandbox::clock::SystemClock;

/// Longest that an attempt takes.
const ATTEMPT: Duration = Duration::from_secs(15);
/// Longest that looking up a name, and connecting, take.
const CONNECT: Duration = Duration::from_secs(5);
/// Bytes of an answer's head and body that are looked at; the connection is kept when an answer is no longer.
const ANSWER: u64 = 16 * 1024;
/// How the sender calls itself.
const NAME: &str = concat!("xueshi/", env!("CARGO_PKG_VERSION"));

/// What is sent.
#[derive(Clone)]
pub(super) struct Parcel {
    /// The receiver's address.
    pub(super) url: String,
    /// The value of `webhook-id`.
    pub(super) id: String,
    /// The value of `webhook-timestamp`.
    pub(super) seconds: i64,
    /// The value of `webhook-signature`.
    pub(super) signature: String,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// What became of an attempt.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    /// The status of the answer, if one came.
    pub(super) status: Option<u16>,
    /// Why it failed; none if the receiver took it.
    pub(super) failure: Option<AttemptFailure>,
    /// What the receiver's `Retry-After` asks for.
    pub(super) retry_after: Option<Duration>,
    /// How long it took.
    pub(super) took: Duration,
}

/// Sends deliveries. Cheap to clone.
#[derive(Clone)]
pub(super) struct Sender(Agent);

impl Sender {
    /// A sender; `public_only` outside of a sandbox.
    pub(super) fn new(public_only: bool) -> Self {
        let config = Agent::config_builder()
            .https_only(public_only)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // No proxy from the environment: it would connect for us to what we have not looked at.
            .proxy(None)
            .user_agent(NAME)
            .timeout_global(Some(ATTEMPT))
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .max_response_header_size(usize::try_from(ANSWER).unwrap_or(usize::MAX))
            .max_idle_connections(64)
            .max_idle_connections_per_host(2)
            .build();
        let resolver = Checked { names: DefaultResolver::default(), public_only };
        Self(Agent::with_parts(config, DefaultConnector::default(), resolver))
    }

    /// One attempt, on a thread of its own: it blocks, and the service does not wait for it when it stops.
    pub(super) async fn send(&self, parcel: Parcel) -> Outcome {
        let begun = Instant::now();
        let (tell, told) = oneshot::channel();
        let agent = self.0.clone();
        let thread = std::thread::Builder::new().name("webhook".to_owned());
        let started = thread.spawn(move || {
            // Nobody listens any more when the service has stopped.
            let _ = tell.send(attempt(&agent, &parcel, begun));
        });
        let lost = || Outcome {
            status: None,
            failure: Some(AttemptFailure::Unreachable),
            retry_after: None,
            took: begun.elapsed(),
        };
        match started {
            Ok(_) => told.await.unwrap_or_else(|_| lost()),
            Err(error) => {
                log::warn!("webhooks: no thread for an attempt: {error}");
                lost()
            }
        }
    }
}

fn attempt(agent: &Agent, parcel: &Parcel, begun: Instant) -> Outcome {
    let sent = agent
        .post(&parcel.url)
        .header("content-type", "application/json")
        .header("webhook-id", &parcel.id)
        .header("webhook-timestamp", parcel.seconds.to_string())
        .header("webhook-signature", &parcel.signature)
        .send(&parcel.body);
    let (status, failure, retry_after) = match sent {
        Ok(mut answer) => {
            let status = answer.status();
            let failure = match status.as_u16() {
                200..=299 => None,
                300..=399 => Some(AttemptFailure::Redirected),
                410 => Some(AttemptFailure::Gone),
                _ => Some(AttemptFailure::Refused),
            };
            let retry_after = failure.and_then(|_| retry_after(answer.headers()));
            // What it says does not matter; read to its end, the connection serves again.
            let _ = answer.body_mut().with_config().limit(ANSWER).read_to_vec();
            (Some(status.as_u16()), failure, retry_after)
        }
        Err(error) => (None, Some(reason(&error)), None),
    };
    Outcome { status, failure, retry_after, took: begun.elapsed() }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the errors of the client are open: whatever else there is, no answer came"
)]
fn reason(error: &Error) -> AttemptFailure {
    match error {
        Error::Timeout(_) => AttemptFailure::Timeout,
        Error::Io(error) if error.kind() == ErrorKind::TimedOut => AttemptFailure::Timeout,
        Error::Io(error) if error.kind() == ErrorKind::InvalidData => AttemptFailure::Tls,
        Error::Tls(_) | Error::Rustls(_) => AttemptFailure::Tls,
        Error::Other(other) if other.is::<Private>() => AttemptFailure::PrivateTarget,
        _ => AttemptFailure::Unreachable,
    }
}

/// What `Retry-After` asks for: seconds, or an instant, which counts from the receiver's own clock. Where its answer does not say what
/// that shows, ours stands in: in a sandbox too real time, which the receiver means.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text("retry-after")?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(asked).ok()?;
    let theirs = text("date").and_then(|date| httpdate::parse_http_date(date).ok());
    let now = theirs.unwrap_or_else(|| SystemTime::from(SystemClock.now()));
    until.duration_since(now).ok()
}

/// Looks a name up once and gives only addresses that were looked at: what is connected to is one of them, whatever the name
/// stands for a moment later.
#[derive(Debug)]
struct Checked {
    names: DefaultResolver,
    public_only: bool,
}

impl Resolver for Checked {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        // One that is not public is reason enough: nobody who means well answers with both.
        if self.public_only && !found.iter().all(|address| is_public(address.ip())) {
            return Err(Error::Other(Box::new(Private)));
        }
        Ok(found)
    }
}

/// A name stands for an address that is not public.
#[derive(Debug)]
struct Private;

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address is not public")
    }
}

impl std::error::Error for Private {}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use ureq::http::HeaderValue;

    use super::*;

    fn parcel(url: String) -> Parcel {
        Parcel { url, id: "id".into(), seconds: 0, signature: "v1,".into(), body: b"{}".to_vec() }
    }

    /// Also where only the look-up shows it; nothing is connected to.
    #[tokio::test]
    async fn names_of_private_addresses_are_not_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let sender = Sender::new(true);
        for host in ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "[::1]"] {
            let outcome = sender.send(parcel(format!("https://{host}:{port}/"))).await;
            assert_eq!(outcome.failure, Some(AttemptFailure::PrivateTarget), "{host}");
        }
        assert!(listener.accept().is_err(), "nobody came");
        let nobody = sender.send(parcel("https://nobody.invalid/".to_owned())).await;
        assert_eq!(nobody.failure, Some(AttemptFailure::Unreachable));
        let plain = sender.send(parcel("http://1.1.1.1/".to_owned())).await;
        assert_eq!(plain.failure, Some(AttemptFailure::Unreachable), "http is not spoken at all");
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let of = |asked: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("date", HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
            headers.insert("retry-after", HeaderValue::from_static(asked));
            retry_after(&headers)
        };
        assert_eq!(of("120"), Some(Duration::from_secs(120)));
        assert_eq!(of("Sun, 06 Nov 1994 08:51:37 GMT"), Some(Duration::from_secs(120)));
        for asked in ["Sun, 06 Nov 1994 08:49:00 GMT", "soon", "-1", ""] {
            assert_eq!(of(asked), None, "{asked}");
        }
    }

    /// `Date` is not there, or is none: the instant counts from our clock.
    #[test]
    fn retry_after_needs_no_date() {
        let now = SystemTime::from(SystemClock.now());
        let of = |date: Option<&'static str>, asked: SystemTime| {
            let mut headers = HeaderMap::new();
            if let Some(date) = date {
                headers.insert("date", HeaderValue::from_static(date));
            }
            let asked = HeaderValue::from_str(&httpdate::fmt_http_date(asked)).unwrap();
            headers.insert("retry-after", asked);
            retry_after(&headers)
        };
        let hour = Duration::from_secs(3_600);
        for date in [None, Some("today")] {
            let wait = of(date, now + hour).unwrap();
            assert!(wait <= hour && wait > hour - Duration::from_secs(60), "{date:?}: {wait:?}");
            assert_eq!(of(date, now - hour), None, "{date:?}: it is over");
        }
    }
}
