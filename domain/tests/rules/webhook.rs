//! When deliveries of webhooks are tried, and where none may go.

use std::net::IpAddr;

use time::Duration;
use xueshi_domain::webhook::{
    ATTEMPTS, AfterFailure, AttemptFailure, DisabledBecause, LONGEST_ASKED, PATIENCE, WAITS,
    after_failure, is_public,
};

fn again(strikes: i32, early: u16, asked: Option<Duration>) -> Duration {
    match after_failure(strikes, strikes, AttemptFailure::Refused, asked, early) {
        AfterFailure::Again(wait) => wait,
        other @ (AfterFailure::GiveUp | AfterFailure::Disable(_)) => {
            unreachable!("{strikes}: {other:?}")
        }
    }
}

#[test]
fn ten_attempts_take_three_days_and_the_tenth_disables_the_endpoint() {
    let all: Duration = (1..ATTEMPTS).map(|strikes| again(strikes, 0, None)).sum();
    assert_eq!(all, Duration::seconds(WAITS.iter().sum()));
    assert_eq!(all.whole_hours(), 75);
    let early: Duration = (1..ATTEMPTS).map(|strikes| again(strikes, 100, None)).sum();
    assert!(early < all && early.whole_hours() >= 67, "{early}");
    for failure in [AttemptFailure::Refused, AttemptFailure::Timeout, AttemptFailure::PrivateTarget]
    {
        let last = after_failure(ATTEMPTS, ATTEMPTS, failure, None, 0);
        assert_eq!(last, AfterFailure::Disable(DisabledBecause::Failing));
    }
}

#[test]
fn what_alone_is_refused_is_given_up_alone() {
    let refused =
        |attempts, strikes| after_failure(attempts, strikes, AttemptFailure::Refused, None, 0);
    let soon = AfterFailure::Again(Duration::seconds(5));
    assert_eq!(refused(PATIENCE - 1, 1), soon, "its receiver took another one");
    assert_eq!(
        refused(PATIENCE + ATTEMPTS - 1, ATTEMPTS - 1),
        AfterFailure::Again(Duration::days(1))
    );
    assert_eq!(refused(PATIENCE + ATTEMPTS, ATTEMPTS), AfterFailure::GiveUp);
}

#[test]
fn gone_disables_at_once_and_retry_after_is_honoured_up_to_a_day() {
    let gone = after_failure(1, 1, AttemptFailure::Gone, None, 0);
    assert_eq!(gone, AfterFailure::Disable(DisabledBecause::Gone));
    let minutes = |minutes| Some(Duration::minutes(minutes));
    assert_eq!(again(1, 50, minutes(2)), Duration::minutes(2));
    assert_eq!(again(3, 0, minutes(2)), Duration::minutes(30), "never sooner than without");
    assert_eq!(again(1, 0, minutes(60 * 24 * 9)), LONGEST_ASKED);
}

#[test]
fn only_public_addresses_are_reached() {
    let public = |text: &str| is_public(text.parse::<IpAddr>().unwrap());
    for text in [
        "1.1.1.1",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.167.1.1",
        "223.255.255.255",
        "2001:4860:4860::8888",
        "2400:3200::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ] {
        assert!(public(text), "{text} is public");
    }
    for text in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!public(text), "{text} is not public");
    }
}
