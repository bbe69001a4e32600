//! V1–V5: the review machine, its deadlines and its route.

use proptest::prelude::*;
use time::macros::{date, datetime};
use time::{Date, OffsetDateTime};
use uuid::Uuid;
use xueshi_domain::calendar::{CalendarError, WorkdayCalendar};
use xueshi_domain::instant::start_of_day;
use xueshi_domain::policy::{Counting, ReviewTerms};
use xueshi_domain::review::deadline::working_days_left;
use xueshi_domain::review::{
    Arrival, Event, Route, Stage, State, Warning, due, is_late, late_from, next, table,
    warn_of_freeze,
};
use xueshi_domain::{Refusal, RefusalCode};

use crate::policy;

#[test]
fn v4_every_transition() {
    use Event::{Approve, Lapse, Reinstate, Reject, Return, Revoke, Submit, Uphold, Withdraw};
    use State::{
        Approved, AuthorityReview, Draft, EmployerReview, Lapsed, Rejected, Returned, Revoked,
        Withdrawn,
    };
    let possible = [
        (Draft, Submit, EmployerReview),
        (Draft, Withdraw, Withdrawn),
        (Returned, Submit, EmployerReview),
        (Returned, Withdraw, Withdrawn),
        (EmployerReview, Approve, AuthorityReview),
        (EmployerReview, Return, Returned),
        (EmployerReview, Reject, Rejected),
        (EmployerReview, Withdraw, Withdrawn),
        (EmployerReview, Lapse, Lapsed),
        (AuthorityReview, Approve, Approved),
        (AuthorityReview, Return, Returned),
        (AuthorityReview, Reject, Rejected),
        (AuthorityReview, Withdraw, Withdrawn),
        (AuthorityReview, Lapse, Lapsed),
        (Approved, Revoke, Revoked),
        // A3a, V8: what was ended against the person's will can be set right.
        (Lapsed, Reinstate, Approved),
        (Rejected, Uphold, Approved),
        // V8: a missing record that can be declared no more is approved as it is put down.
        (Draft, Uphold, Approved),
        (Revoked, Uphold, Approved),
    ];
    for state in State::ALL {
        for event in Event::ALL {
            let expected = possible
                .iter()
                .find(|(from, by, _)| (from, by) == (state, event))
                .map(|(_, _, to)| *to);
            let refused = Refusal::WrongState { state: *state, event: *event };
            assert_eq!(next(*state, *event), expected.ok_or(refused), "{state} {event}");
        }
    }
    assert_eq!(Event::possible_in(Draft), [Submit, Withdraw, Uphold]);
    assert_eq!(Event::possible_in(Approved), [Revoke]);
}

#[test]
fn v4_the_sets_fit_the_machine() {
    for state in State::ALL {
        let events = Event::possible_in(*state);
        let extraordinary = |event: &Event| matches!(event, Event::Reinstate | Event::Uphold);
        assert_eq!(state.is_terminal(), events.iter().all(extraordinary), "{state}");
        assert_eq!(state.is_pending(), events.contains(&Event::Approve), "{state}");
        assert_eq!(state.is_editable(), events.contains(&Event::Submit), "{state}");
        assert_eq!(state.is_pending(), state.stage().is_some(), "{state}");
        assert_eq!(state.is_standing(), !state.is_terminal(), "{state}");
    }
}

#[test]
fn v4_the_printed_table() {
    let printed = table();
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines.len(), 2 + State::ALL.len());
    assert_eq!(
        lines[0],
        "| state | submit | approve | return | reject | withdraw | revoke | lapse | reinstate | uphold |"
    );
    assert_eq!(
        lines[3],
        "| `employer_review` | – | `authority_review` | `returned` | `rejected` | `withdrawn` | – | `lapsed` | – | – |"
    );
    let columns = lines[0].matches('|').count();
    assert!(lines.iter().all(|line| line.matches('|').count() == columns));
}

fn arrival(arrived_at: OffsetDateTime) -> Arrival {
    Arrival { submitted_at: arrived_at, arrived_at }
}

#[test]
fn v1_v3_e5_e6_due_dates() {
    let (terms, calendar) = (policy(2023).review, WorkdayCalendar::official());
    for (case, arrived, expected) in [
        ("E5", datetime!(2023-09-28 10:00 +8), date!(2023 - 10 - 11)),
        ("E5, first instant", datetime!(2023-09-28 0:00 +8), date!(2023 - 10 - 11)),
        ("E5, last instant", datetime!(2023-09-28 23:59:59 +8), date!(2023 - 10 - 11)),
        ("E5, the same day in China", datetime!(2023-09-27 16:00 UTC), date!(2023 - 10 - 11)),
        ("E6", datetime!(2023-01-20 10:00 +8), date!(2023 - 02 - 01)),
        ("E6a", datetime!(2023-12-13 10:00 +8), date!(2023 - 12 - 20)),
        ("the walk", datetime!(2023-10-16 9:00 +8), date!(2023 - 10 - 23)),
        ("on a day off", datetime!(2023-10-01 9:00 +8), date!(2023 - 10 - 11)),
    ] {
        let found = due(arrival(arrived), &terms, &calendar).unwrap();
        assert_eq!((found.date, found.provisional), (expected, false), "{case}");
        assert_eq!(found.at, start_of_day(expected.next_day().unwrap()), "{case}");
        assert!(
            !is_late(Some(found.at), found.at - std::time::Duration::from_nanos(1))
                && is_late(Some(found.at), found.at)
        );
        // V3, W1: late for good when the freeze begins at that instant or later, never when it begins before.
        assert_eq!(late_from(found.at, found.at), Some(found.at), "{case}");
        let sooner = found.at - std::time::Duration::from_nanos(1);
        assert_eq!(late_from(found.at, sooner), None, "{case}");
        assert!(!is_late(None, found.at), "{case}");
    }
}

#[test]
fn v1_due_dates_in_json_are_exclusive_ends() {
    let found = due(
        arrival(datetime!(2023-10-16 9:00 +8)),
        &policy(2023).review,
        &WorkdayCalendar::official(),
    );
    let json = serde_json::to_value(found.unwrap()).unwrap();
    assert_eq!(json["at"], "2023-10-24T00:00:00+08:00");
    assert_eq!(json["date"], "2023-10-23");
}

#[test]
fn v1_counting_from_the_declaration() {
    let calendar = WorkdayCalendar::official();
    let at_the_authority = Arrival {
        submitted_at: datetime!(2023-10-16 9:00 +8),
        arrived_at: datetime!(2023-10-19 9:00 +8),
    };
    for (counting, expected) in [
        (Counting::PerStage, date!(2023 - 10 - 26)),
        (Counting::FromDeclaration, date!(2023 - 10 - 23)),
    ] {
        let terms = ReviewTerms { counting, ..policy(2023).review };
        assert_eq!(due(at_the_authority, &terms, &calendar).unwrap().date, expected, "{counting}");
    }
}

#[test]
fn v1_v2_due_dates_at_the_ends_of_the_calendar() {
    let (terms, calendar) = (policy(2023).review, WorkdayCalendar::official());
    assert!(due(arrival(datetime!(2026-12-29 9:00 +8)), &terms, &calendar).unwrap().provisional);
    let at = |day: Date| due(arrival(start_of_day(day)), &terms, &calendar).map(|due| due.date);
    assert_eq!(at(Date::MAX), Err(CalendarError::OutOfRange));
    // The fifth working day is the last of the calendar, which has no end that could be written.
    assert_eq!(at(date!(9999 - 12 - 24)), Err(CalendarError::OutOfRange));
    assert_eq!(at(date!(9999 - 12 - 23)), Ok(date!(9999 - 12 - 30)));
    assert!(at(Date::MIN).is_ok());
}

#[test]
fn v5_warnings_before_the_freeze() {
    let (terms, calendar) = (policy(2023).review, WorkdayCalendar::official());
    let review_ends = datetime!(2023-12-20 0:00 +8);
    for (now, left, is_warned) in [
        (datetime!(2023-10-16 9:00 +8), 46, false),
        (datetime!(2023-12-04 23:59:59 +8), 11, false),
        (datetime!(2023-12-05 9:00 +8), 10, false),
        (datetime!(2023-12-06 0:00 +8), 9, true),
        (datetime!(2023-12-18 9:00 +8), 1, true),
        (datetime!(2023-12-19 23:59:59 +8), 0, true),
        (datetime!(2024-02-01 0:00 +8), 0, true),
    ] {
        assert_eq!(working_days_left(now, review_ends, &calendar), left, "{now}");
        let warning = warn_of_freeze(now, review_ends, &terms, &calendar);
        let expected = Warning::ReviewMayNotFinish {
            working_days_left: left,
            working_days_needed: 10,
            review_ends,
        };
        assert_eq!(warning, is_warned.then_some(expected), "{now}");
    }
    assert_eq!(working_days_left(start_of_day(Date::MAX), start_of_day(Date::MAX), &calendar), 0);
}

#[test]
fn v5_without_warning_both_stages_at_full_time_end_before_the_freeze() {
    let (terms, calendar) = (policy(2023).review, WorkdayCalendar::official());
    let submitted = datetime!(2023-12-05 9:00 +8);
    let first = due(arrival(submitted), &terms, &calendar).unwrap();
    let second = due(arrival(start_of_day(first.date)), &terms, &calendar).unwrap();
    assert_eq!(second.date, date!(2023 - 12 - 19));
}

#[test]
fn v5_warnings_in_json() {
    let warning = warn_of_freeze(
        datetime!(2023-12-19 9:00 +8),
        datetime!(2023-12-20 0:00 +8),
        &policy(2023).review,
        &WorkdayCalendar::official(),
    );
    let warning = warning.unwrap();
    let json = serde_json::to_value(warning).unwrap();
    assert_eq!(json["code"], warning.code());
    assert_eq!(json["review_ends"], "2023-12-20T00:00:00+08:00");
    assert_eq!(Warning::ALL_CODES, [warning.code()]);
}

#[test]
fn who_the_route_of_an_employer() {
    let (employer, body) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let route = Route::new(employer, Some(body)).unwrap();
    assert_eq!((route.holder(Stage::Employer), route.holder(Stage::Authority)), (employer, body));
    let kind = |body| Route::new(employer, body).map_err(|refusal| refusal.kind());
    assert_eq!(kind(Some(employer)), Err(RefusalCode::OwnReviewingBody));
    assert_eq!(kind(None), Err(RefusalCode::NoReviewingBody));
}

proptest! {
    #[test]
    fn v4_every_way_through_the_machine_ends(events in prop::collection::vec(prop::sample::select(Event::ALL), 0..40)) {
        let mut state = State::Draft;
        for event in events {
            let after = next(state, event);
            let is_extraordinary = matches!(event, Event::Reinstate | Event::Uphold);
            prop_assert!(!state.is_terminal() || after.is_err() || is_extraordinary);
            state = after.unwrap_or(state);
        }
    }

    #[test]
    fn v1_a_due_date_has_five_working_days_behind_it(day in 0..1_400_i32, second in 0..86_400_i64) {
        let (terms, calendar) = (policy(2023).review, WorkdayCalendar::official());
        let arrived_on = Date::from_julian_day(date!(2023 - 01 - 01).to_julian_day() + day).unwrap();
        let arrived = start_of_day(arrived_on) + std::time::Duration::from_secs(second.unsigned_abs());
        let found = due(arrival(arrived), &terms, &calendar).unwrap();
        prop_assert!(calendar.is_working_day(found.date));
        let worked = calendar.days(arrived_on, found.date).skip(1).filter(|day| day.is_working_day).count();
        prop_assert_eq!(worked, 5);
    }
}
