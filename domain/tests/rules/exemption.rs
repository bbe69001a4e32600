//! A5, A6: exemptions.

use time::Date;
use time::macros::date;
use xueshi_domain::exemption::{Event, Exemption, ExemptionFacts, Kind, State, check};
use xueshi_domain::ledger::RecordState;
use xueshi_domain::workflow::step;

use crate::policy;

/// A5: the whole machine; whatever is not here is refused.
#[test]
fn a5_what_follows_what() {
    let follows = [
        (State::Submitted, Event::Grant, State::Granted),
        (State::Submitted, Event::Return, State::Returned),
        (State::Submitted, Event::Reject, State::Rejected),
        (State::Submitted, Event::Withdraw, State::Withdrawn),
        (State::Returned, Event::Submit, State::Submitted),
        (State::Returned, Event::Withdraw, State::Withdrawn),
        (State::Granted, Event::End, State::Ended),
    ];
    for state in State::ALL {
        for event in Event::ALL {
            let expected = follows.iter().find(|(from, by, _)| from == state && by == event);
            match (step::<Exemption>(*state, *event), expected) {
                (Ok(after), Some((_, _, expected))) => assert_eq!(after, *expected),
                (Err(refusal), None) => assert_eq!(refusal.code(), "wrong-state"),
                (found, expected) => panic!("{state} {event}: {found:?}, not {expected:?}"),
            }
        }
    }
}

fn facts(kind: Kind, starts_on: Date, ends_on: Date) -> ExemptionFacts {
    ExemptionFacts { year: 2023, kind, starts_on, ends_on, joined_on: None, record: None }
}

fn refused(facts: &ExemptionFacts) -> Option<&'static str> {
    check(facts, &policy(2023)).err().map(|refusal| refusal.code())
}

/// A5: a day of the absence lies in the year.
#[test]
fn a5_the_absence_touches_the_year() {
    for (from, to, code) in [
        (date!(2023 - 03 - 01), date!(2023 - 08 - 31), None),
        (date!(2022 - 09 - 01), date!(2024 - 08 - 31), None),
        (date!(2022 - 09 - 01), date!(2023 - 01 - 01), None),
        (date!(2023 - 12 - 31), date!(2024 - 08 - 31), None),
        (date!(2023 - 05 - 01), date!(2023 - 05 - 01), None),
        (date!(2022 - 09 - 01), date!(2022 - 12 - 31), Some("absence-outside-year")),
        (date!(2024 - 01 - 01), date!(2024 - 08 - 31), Some("absence-outside-year")),
        (date!(2023 - 08 - 31), date!(2023 - 03 - 01), Some("absence-outside-year")),
    ] {
        assert_eq!(refused(&facts(Kind::LongIllness, from, to)), code, "{from} … {to}");
    }
}

/// A5: there is nothing to be exempt from in a year that is complete.
#[test]
fn a5_a_complete_year_is_not_exempt() {
    let absent = facts(Kind::ParentalLeave, date!(2023 - 03 - 01), date!(2023 - 08 - 31));
    for (record, code) in [
        (None, None),
        (Some(RecordState::InProgress), None),
        (Some(RecordState::Incomplete), None),
        (Some(RecordState::Exempt), None),
        (Some(RecordState::Satisfied), Some("year-complete")),
        (Some(RecordState::Certified), Some("year-complete")),
    ] {
        assert_eq!(refused(&ExemptionFacts { record, ..absent }), code, "{record:?}");
    }
}

/// A6: who joined in the year owes the full floors, unless the policy names a day from which it lets off.
#[test]
fn a6_no_pro_rating_unless_the_policy_says_otherwise() {
    let mut lenient = policy(2023);
    lenient.exemptions.joined_from = Some(date!(2023 - 10 - 01));
    let strict = policy(2023);
    let code = |joined_on, policy| {
        let joined = facts(Kind::JoinedInYear, date!(2023 - 11 - 01), date!(2023 - 12 - 31));
        check(&ExemptionFacts { joined_on, ..joined }, policy).err().map(|refusal| refusal.code())
    };
    for (joined_on, with_policy) in [
        (None, Some("no-pro-rating")),
        (Some(date!(2019 - 07 - 01)), Some("no-pro-rating")),
        (Some(date!(2023 - 09 - 30)), Some("no-pro-rating")),
        (Some(date!(2023 - 10 - 01)), None),
        (Some(date!(2023 - 12 - 31)), None),
        (Some(date!(2024 - 01 - 01)), Some("no-pro-rating")),
    ] {
        assert_eq!(code(joined_on, &strict), Some("no-pro-rating"), "{joined_on:?}");
        assert_eq!(code(joined_on, &lenient), with_policy, "{joined_on:?}");
    }
}
