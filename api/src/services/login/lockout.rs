//! Failed logins make the next ones wait, longer each time, whether or not there is such a user.
//!
//! What is counted is one name from one address: a guesser is slowed down, and cannot lock the owner out from elsewhere.

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use xueshi_persistence::{Id, LoginFailure, Moment, Origin, Reader, StoreError, Writer};

use crate::problem::{Code, Problem};

/// Failures that cost nothing but themselves: the last of them is followed by the first wait.
const FREE: i32 = 5;
/// The first wait; each further failure doubles it.
const FIRST_WAIT: Duration = Duration::seconds(30);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::minutes(15);
/// Failures are forgotten when nothing has failed for so long.
const MEMORY: Duration = Duration::hours(24);

/// Who fails to log in: a kind of login, a name and an address, as one text that tells none of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Subject(String);

impl Subject {
    pub(super) fn new(kind: &str, name: &str, address: Option<IpAddr>) -> Self {
        let address = address.map(network).map(|address| address.to_string()).unwrap_or_default();
        let digest = Sha256::digest([kind, "\0", name, "\0", &address].concat());
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The id that stands for it where its failures are counted one after the other.
    pub(super) fn id(&self) -> Id {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&Sha256::digest(&self.0)[..16]);
        Id(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// A failed login, for auditors: whom it was for, if there is such an account, and where it came from.
#[derive(Debug, Clone, Default)]
pub(super) struct Attempt {
    /// The account.
    pub(super) account: Option<Id>,
    /// From where.
    pub(super) origin: Origin,
}

/// An address, or the whole network that one customer has of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// How long to wait after this many failures in a row.
fn wait_after(failures: i32) -> Option<Duration> {
    let doublings = u32::try_from(failures.checked_sub(FREE)?).ok()?;
    // From five doublings on it is the longest one anyway.
    let wait = FIRST_WAIT * 2_i32.pow(doublings.min(5));
    Some(wait.min(LONGEST_WAIT))
}

/// The failures that still count. A record from the future is left behind by a clock that was set back.
fn counted(failure: Option<LoginFailure>, now: OffsetDateTime) -> Option<LoginFailure> {
    failure.filter(|failure| {
        failure.last_failure_at.0 <= now && now - failure.last_failure_at.0 < MEMORY
    })
}

/// Whether the subject may try now.
///
/// # Errors
/// 429 `too-many-attempts` with the seconds to wait.
pub(super) fn check(reader: &mut Reader<'_>, subject: &Subject) -> Result<(), Problem> {
    let now = reader.now();
    let locked_until =
        counted(reader.login_failure(&subject.0)?, now).and_then(|failure| failure.locked_until);
    match locked_until {
        Some(until) if now < until.0 => {
            let left = until.0 - now;
            let seconds = left.whole_seconds() + i64::from(left.subsec_nanoseconds() > 0);
            Err(Problem::new(Code::TooManyAttempts)
                .detail(format!("请 {seconds} 秒后再试"), format!("try again in {seconds} seconds"))
                .retry_after(u64::try_from(seconds).unwrap_or(1)))
        }
        Some(_) | None => Ok(()),
    }
}

/// Counts a failure. Auditors are told of it later ([`super::told`]): one row is written, whether or not there is such a user.
///
/// # Errors
/// On a database failure.
pub(super) fn note_failure(
    writer: &mut Writer<'_>,
    subject: &Subject,
    attempt: &Attempt,
) -> Result<(), StoreError> {
    let now = writer.now();
    let before = counted(writer.login_failure(&subject.0)?, now);
    let (before, told) = before.map_or((0, 0), |failure| (failure.failures, failure.told));
    let failures = before.saturating_add(1);
    let Origin { address, request_id } = attempt.origin.clone();
    let is_known = attempt.account.is_some();
    writer.save_login_failure(&LoginFailure {
        subject: subject.0.clone(),
        failures,
        locked_until: wait_after(failures).map(|wait| Moment(now.saturating_add(wait))),
        last_failure_at: Moment(now),
        account_id: attempt.account,
        address: address.filter(|_| is_known),
        request_id: request_id.filter(|_| is_known),
        told,
    })
}

/// The failures of a subject that made the next attempt wait and that auditors have not been told of.
///
/// # Errors
/// On a database failure.
pub(super) fn untold(
    reader: &mut Reader<'_>,
    subject: &Subject,
) -> Result<Option<LoginFailure>, StoreError> {
    let failure = reader.login_failure(&subject.0)?;
    Ok(failure.filter(|failure| {
        failure.account_id.is_some()
            && failure.locked_until.is_some()
            && failure.told < failure.failures
    }))
}

/// Forgets the failures of a subject that has got in.
///
/// # Errors
/// On a database failure.
pub(super) fn forget(writer: &mut Writer<'_>, subject: &Subject) -> Result<(), StoreError> {
    writer.clear_login_failures(&subject.0)
}

#[cfg(test)]
mod tests {
    use xueshi_persistence::{Keep, Store};

    use super::*;
    use crate::auth::test_world::world;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<_> =
            (0..14).map(|failures| wait_after(failures).map(Duration::whole_seconds)).collect();
        let expected =
            [None, None, None, None, None, Some(30), Some(60), Some(120), Some(240), Some(480)];
        assert_eq!(seconds[..10], expected);
        assert!(seconds[10..].iter().all(|wait| *wait == Some(900)));
        assert_eq!(wait_after(i32::MAX), Some(LONGEST_WAIT));
        assert_eq!(wait_after(i32::MIN), None);
    }

    #[test]
    fn name_kind_and_network_make_the_subject() {
        let subject =
            |kind, name, address: &str| Subject::new(kind, name, Some(address.parse().unwrap()));
        let one = subject("person", "wang", "192.0.2.1");
        assert_eq!(one, subject("person", "wang", "::ffff:192.0.2.1"));
        for other in [
            subject("client", "wang", "192.0.2.1"),
            subject("person", "wan", "192.0.2.1"),
            subject("person", "wang", "192.0.2.2"),
            Subject::new("person", "wang", None),
        ] {
            assert_ne!(one, other);
        }
        assert_eq!(
            subject("person", "wang", "2001:db8::1"),
            subject("person", "wang", "2001:db8::2")
        );
        assert_ne!(
            subject("person", "wang", "2001:db8::1"),
            subject("person", "wang", "2001:db8:0:1::1")
        );
    }

    async fn fail(store: &Store, subject: &Subject) {
        let subject = subject.clone();
        store
            .write::<_, StoreError, _>(Keep::Yes, move |writer| {
                note_failure(writer, &subject, &Attempt::default())
            })
            .await
            .unwrap();
    }

    /// The seconds to wait, 0 for none.
    async fn wait(store: &Store, subject: &Subject) -> u64 {
        let subject = subject.clone();
        match store.read(move |reader| check(reader, &subject)).await {
            Ok(()) => 0,
            Err(problem) => {
                assert_eq!(problem.code(), Code::TooManyAttempts);
                let info = crate::request::RequestInfo {
                    language: crate::problem::Language::English,
                    request_id: "r".into(),
                    instance: "/".into(),
                    public_url: "".into(),
                    address: None,
                    is_head: false,
                };
                let headers = problem.render(&info).headers;
                let value =
                    headers.iter().find(|(name, _)| *name == "retry-after").unwrap().1.clone();
                value.to_str().unwrap().parse().unwrap()
            }
        }
    }

    #[actix_web::test]
    async fn the_wait_follows_the_clock_and_ends_with_success() {
        let (store, clock, _dir) = world();
        let (guessed, other) =
            (Subject::new("person", "wang", None), Subject::new("person", "li", None));
        for _ in 0..4 {
            fail(&store, &guessed).await;
            assert_eq!(wait(&store, &guessed).await, 0);
        }
        fail(&store, &guessed).await;
        assert_eq!(wait(&store, &guessed).await, 30);
        assert_eq!(wait(&store, &other).await, 0);
        clock.advance(Duration::milliseconds(29_500));
        assert_eq!(wait(&store, &guessed).await, 1);
        clock.advance(Duration::milliseconds(500));
        assert_eq!(wait(&store, &guessed).await, 0);
        fail(&store, &guessed).await;
        assert_eq!(wait(&store, &guessed).await, 60);
        clock.advance(Duration::hours(-1));
        assert_eq!(wait(&store, &guessed).await, 0, "the clock was set back");
        clock.advance(Duration::hours(1));
        let subject = guessed.clone();
        store
            .write::<_, StoreError, _>(Keep::Yes, move |writer| forget(writer, &subject))
            .await
            .unwrap();
        fail(&store, &guessed).await;
        assert_eq!(wait(&store, &guessed).await, 0, "counted anew");
    }

    #[actix_web::test]
    async fn failures_of_yesterday_do_not_count() {
        let (store, clock, _dir) = world();
        let subject = Subject::new("person", "wang", None);
        for _ in 0..5 {
            fail(&store, &subject).await;
        }
        clock.advance(MEMORY);
        fail(&store, &subject).await;
        assert_eq!(wait(&store, &subject).await, 0);
    }
}
