//! W1–W5, E4, E7: what is open when.

use proptest::prelude::*;
use time::macros::datetime;
use time::{Date, OffsetDateTime};
use xueshi_domain::Refusal;
use xueshi_domain::calendar::{Action, Timetable, WindowKind};
use xueshi_domain::instant::start_of_day;
use xueshi_domain::review::warn_of_freeze;

use crate::policy;

fn timetable(year: i32) -> Timetable {
    let all = [policy(2022), policy(2023), policy(2024)];
    Timetable::new(&policy(year), &all)
}

/// The code of the refusal, or `open`.
fn answer(year: i32, action: Action, now: OffsetDateTime) -> &'static str {
    timetable(year).admit(action, now).map_or_else(|refusal| refusal.code(), |_| "open")
}

#[test]
fn w1_w4_the_window_table() {
    use Action::{
        ApplyMakeup, DeliverLearning, Draft, RegisterMakeup, Review, ReviewMakeup, Revoke, Submit,
        Verify, Withdraw,
    };
    for (case, year, action, now, expected) in [
        ("declare", 2023, Submit, datetime!(2022-12-31 23:59:59 +8), "year-end-freeze"),
        ("declare", 2023, Submit, datetime!(2022-12-19 23:59:59 +8), "window-closed"),
        ("declare", 2023, Submit, datetime!(2023-01-01 0:00 +8), "open"),
        ("declare", 2023, Draft, datetime!(2023-10-16 9:00 +8), "open"),
        ("E4", 2023, Submit, datetime!(2023-12-19 23:59:59 +8), "open"),
        ("E4", 2023, Submit, datetime!(2023-12-19 23:59:59.999999999 +8), "open"),
        ("E4", 2023, Submit, datetime!(2023-12-20 0:00 +8), "year-end-freeze"),
        ("W1", 2023, Submit, datetime!(2023-12-19 16:00 UTC), "year-end-freeze"),
        ("W1", 2023, Draft, datetime!(2023-12-31 23:59:59 +8), "year-end-freeze"),
        ("declare", 2023, Submit, datetime!(2024-01-01 0:00 +8), "window-closed"),
        ("W1: any year", 2024, Submit, datetime!(2023-12-25 0:00 +8), "year-end-freeze"),
        ("W1: any year", 2022, Revoke, datetime!(2023-12-25 0:00 +8), "year-end-freeze"),
        ("W1: any year", 2023, Withdraw, datetime!(2024-12-20 0:00 +8), "year-end-freeze"),
        ("W1: deliveries", 2023, DeliverLearning, datetime!(2023-12-20 0:00 +8), "year-end-freeze"),
        ("W1: revocation", 2023, Revoke, datetime!(2023-12-20 0:00 +8), "year-end-freeze"),
        ("review", 2023, Review, datetime!(2023-12-19 23:59:59 +8), "open"),
        ("review", 2023, Review, datetime!(2023-12-20 0:00 +8), "year-end-freeze"),
        ("review", 2023, Verify, datetime!(2024-01-01 0:00 +8), "window-closed"),
        ("only the freeze", 2023, Withdraw, datetime!(2024-01-01 0:00 +8), "open"),
        ("only the freeze", 2023, Revoke, datetime!(2024-06-01 0:00 +8), "open"),
        ("only the freeze", 2023, DeliverLearning, datetime!(2024-06-01 0:00 +8), "open"),
        ("E7", 2023, ApplyMakeup, datetime!(2023-08-23 23:59:59 +8), "window-closed"),
        ("E7", 2023, ApplyMakeup, datetime!(2023-08-24 0:00 +8), "open"),
        ("E7", 2023, ApplyMakeup, datetime!(2023-11-30 23:59:59 +8), "open"),
        ("E7", 2023, ApplyMakeup, datetime!(2023-12-01 0:00 +8), "window-closed"),
        ("E7", 2023, ReviewMakeup, datetime!(2023-12-01 0:00 +8), "window-closed"),
        ("registration", 2023, RegisterMakeup, datetime!(2023-12-19 23:59:59 +8), "open"),
        ("registration", 2023, RegisterMakeup, datetime!(2023-12-20 0:00 +8), "year-end-freeze"),
        ("W4, E8", 2024, ApplyMakeup, datetime!(2024-09-01 0:00 +8), "makeup-closed"),
        ("no make-up window", 2022, ApplyMakeup, datetime!(2022-09-01 0:00 +8), "makeup-closed"),
        // H4: without a grant nothing enters a prior year.
        ("H4", 2022, Submit, datetime!(2023-10-16 9:00 +8), "window-closed"),
    ] {
        assert_eq!(answer(year, action, now), expected, "{case}: {action} for {year} at {now}");
    }
}

#[test]
fn w3_a_closed_window_says_its_bounds_and_the_next_opening() {
    let closed = timetable(2023).admit(Action::Submit, datetime!(2024-03-01 0:00 +8));
    assert_eq!(
        closed,
        Err(Refusal::WindowClosed {
            kind: WindowKind::Declare,
            year: 2023,
            opens: datetime!(2023-01-01 0:00 +8),
            closes: datetime!(2023-12-20 0:00 +8),
            next_opening: None,
        })
    );
    for (now, next) in [
        (datetime!(2021-06-01 0:00 +8), Some(datetime!(2022-01-01 0:00 +8))),
        (datetime!(2022-06-01 0:00 +8), Some(datetime!(2023-01-01 0:00 +8))),
        (datetime!(2023-12-25 0:00 +8), Some(datetime!(2024-01-01 0:00 +8))),
        (datetime!(2024-01-01 0:00 +8), None),
    ] {
        assert_eq!(timetable(2023).next_opening(WindowKind::Declare, now), next, "{now}");
    }
}

#[test]
fn e4_the_freeze_says_its_bounds() {
    assert_eq!(
        timetable(2023).admit(Action::Submit, datetime!(2023-12-20 0:00 +8)),
        Err(Refusal::YearEndFreeze {
            opens: datetime!(2023-12-20 0:00 +8),
            closes: datetime!(2024-01-01 0:00 +8),
        })
    );
}

#[test]
fn e4_the_last_second_is_accepted_with_a_warning() {
    let now = datetime!(2023-12-19 23:59:59 +8);
    let (timetable, terms) = (timetable(2023), policy(2023).review);
    assert!(timetable.admit(Action::Submit, now).is_ok());
    let calendar = xueshi_domain::calendar::WorkdayCalendar::official();
    assert!(warn_of_freeze(now, timetable.review_ends(), &terms, &calendar).is_some());
}

#[test]
fn w2_an_admission_ends_when_the_window_does() {
    for (action, now, until) in [
        (Action::Submit, datetime!(2023-12-19 23:59:59.9 +8), Some(datetime!(2023-12-20 0:00 +8))),
        (Action::ApplyMakeup, datetime!(2023-11-30 0:00 +8), Some(datetime!(2023-12-01 0:00 +8))),
        (Action::Revoke, datetime!(2023-06-01 0:00 +8), Some(datetime!(2023-12-20 0:00 +8))),
        (Action::Revoke, datetime!(2024-06-01 0:00 +8), Some(datetime!(2024-12-20 0:00 +8))),
        (Action::Revoke, datetime!(2025-06-01 0:00 +8), None),
    ] {
        let admission = timetable(2023).admit(action, now).unwrap();
        assert_eq!(admission.valid_until, until, "{action} at {now}");
        assert!(admission.holds_at(now));
        assert!(until.is_none_or(|end| !admission.holds_at(end)));
    }
}

#[test]
fn w1_the_next_freeze_is_never_the_one_in_force() {
    let opens = |now| timetable(2023).next_freeze(now).map(|freeze| freeze.opens);
    let (first, second) = (datetime!(2023-12-20 0:00 +8), datetime!(2024-12-20 0:00 +8));
    assert_eq!(opens(datetime!(2023-12-19 23:59:59 +8)), Some(first));
    assert_eq!(opens(first), Some(second));
    assert_eq!(opens(second), None);
}

#[test]
fn w2_another_years_freeze_ends_an_admission_too() {
    let mut early = policy(2024);
    early.windows.freeze.opens = datetime!(2023-11-15 0:00 +8);
    early.windows.freeze.closes = datetime!(2023-11-16 0:00 +8);
    let timetable = Timetable::new(&policy(2023), [&early]);
    let now = datetime!(2023-11-14 23:59:00 +8);
    let admission = timetable.admit(Action::Submit, now).unwrap();
    assert_eq!(admission.valid_until, Some(early.windows.freeze.opens));
    assert_eq!(timetable.statuses(now)[0].seconds_left, Some(60));
}

#[test]
fn w5_statuses_of_the_year() {
    let statuses = timetable(2023).statuses(datetime!(2023-12-19 23:59:58.5 +8));
    let shown: Vec<_> =
        statuses.iter().map(|status| (status.kind, status.is_open, status.seconds_left)).collect();
    assert_eq!(
        shown,
        [
            (WindowKind::Declare, true, Some(2)),
            (WindowKind::Review, true, Some(2)),
            (WindowKind::MakeupApplication, false, None),
            (WindowKind::MakeupStudy, false, None),
            (WindowKind::MakeupRegistration, true, Some(2)),
            (WindowKind::Freeze, false, None),
        ]
    );
    let frozen = timetable(2023).statuses(datetime!(2023-12-31 23:59:59 +8));
    let open: Vec<_> =
        frozen.iter().filter(|status| status.is_open).map(|status| status.kind).collect();
    assert_eq!(open, [WindowKind::Freeze]);
    assert_eq!(frozen[0].next_opening, Some(datetime!(2024-01-01 0:00 +8)));
    assert_eq!(frozen[5].seconds_left, Some(1));
    assert_eq!(timetable(2024).statuses(datetime!(2024-06-01 0:00 +8)).len(), 3);
}

#[test]
fn w5_statuses_in_json() {
    let statuses = timetable(2024).statuses(datetime!(2024-06-01 0:00 +8));
    let json = serde_json::to_value(statuses[0]).unwrap();
    assert_eq!(json["kind"], "declare");
    assert_eq!(json["opens"], "2024-01-01T00:00:00+08:00");
    assert_eq!(json["is_open"], true);
}

#[test]
fn w5_the_ends_of_time_have_an_answer() {
    for now in [start_of_day(Date::MIN), start_of_day(Date::MAX)] {
        let timetable = timetable(2023);
        let _ = timetable.statuses(now);
        for action in Action::ALL {
            let _ = timetable.admit(*action, now);
        }
    }
}

fn any_instant_of_these_years() -> impl Strategy<Value = OffsetDateTime> {
    (datetime!(2021-12-01 0:00 +8).unix_timestamp()..datetime!(2025-02-01 0:00 +8).unix_timestamp())
        .prop_map(|second| OffsetDateTime::from_unix_timestamp(second).unwrap())
}

proptest! {
    #[test]
    fn w1_nothing_passes_a_freeze_and_an_admission_holds_to_its_end(
        now in any_instant_of_these_years(), year in 2022..=2024_i32, action in prop::sample::select(Action::ALL)
    ) {
        let timetable = timetable(year);
        let frozen = [2022, 2023, 2024].iter().any(|year| policy(*year).windows.freeze.contains(now));
        match timetable.admit(action, now) {
            Ok(admission) => {
                prop_assert!(!frozen && admission.holds_at(now));
                if let Some(end) = admission.valid_until {
                    let last = end - std::time::Duration::from_nanos(1);
                    prop_assert!(timetable.admit(action, last).is_ok(), "still open just before its end");
                    prop_assert!(timetable.admit(action, end).is_err(), "closed at its end");
                }
            }
            Err(refusal) => prop_assert_eq!(refusal.code() == "year-end-freeze", frozen),
        }
    }

    #[test]
    fn w5_statuses_agree_with_admissions(now in any_instant_of_these_years(), year in 2022..=2024_i32) {
        let timetable = timetable(year);
        for status in timetable.statuses(now) {
            for action in Action::ALL.iter().filter(|action| action.window() == Some(status.kind)) {
                prop_assert_eq!(timetable.admit(*action, now).is_ok(), status.is_open);
            }
            prop_assert_eq!(status.seconds_left.is_some(), status.is_open);
        }
    }
}
