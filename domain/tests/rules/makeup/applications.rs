//! Who may apply for what, and when (M1, M3, M6, W4, E7, E8).

use time::OffsetDateTime;
use time::macros::{date, datetime};
use uuid::Uuid;
use xueshi_domain::calendar::{Timetable, WindowKind};
use xueshi_domain::ledger::{BySubject, RecordState, YearTotals};
use xueshi_domain::makeup::{ItemFacts, Term, check_item, check_reason};
use xueshi_domain::people::{Employment, Post};

use super::{code, item};
use crate::{hours, policy};

/// Whether one may apply at an instant, by the policy of the instant's year.
fn apply(year: i32, exceptional: bool, now: OffsetDateTime) -> &'static str {
    let all = [policy(2022), policy(2023), policy(2024)];
    let timetable = Timetable::new(&policy(year), &all);
    code(
        Term::of(&policy(year), exceptional).and_then(|term| {
            timetable.admit_in(WindowKind::MakeupApplication, term.application, now)
        }),
    )
}

#[test]
fn e7_e8_w4_m6_when_one_may_apply() {
    for (case, year, exceptional, now, expected) in [
        ("E7", 2023, false, datetime!(2023-08-23 23:59:59 +8), "window-closed"),
        ("E7", 2023, false, datetime!(2023-08-24 0:00 +8), "ok"),
        ("E7", 2023, false, datetime!(2023-11-30 23:59:59 +8), "ok"),
        ("E7", 2023, false, datetime!(2023-12-01 0:00 +8), "window-closed"),
        ("W1", 2023, false, datetime!(2023-12-20 0:00 +8), "year-end-freeze"),
        (
            "M6: not a way around the window",
            2023,
            true,
            datetime!(2023-06-01 0:00 +8),
            "exceptional-not-open",
        ),
        ("M6: nor within it", 2023, true, datetime!(2023-10-01 0:00 +8), "exceptional-not-open"),
        ("E8", 2024, false, datetime!(2024-09-01 0:00 +8), "makeup-closed"),
        ("W4", 2024, true, datetime!(2024-01-01 0:00 +8), "ok"),
        ("W4", 2024, true, datetime!(2024-12-19 23:59:59 +8), "ok"),
        ("W1", 2024, true, datetime!(2024-12-20 0:00 +8), "year-end-freeze"),
        ("the year after", 2024, true, datetime!(2025-01-01 0:00 +8), "window-closed"),
        ("a year without make-up", 2022, false, datetime!(2022-09-01 0:00 +8), "makeup-closed"),
        ("a year without make-up", 2022, true, datetime!(2022-09-01 0:00 +8), "makeup-closed"),
    ] {
        assert_eq!(apply(year, exceptional, now), expected, "{case}: {exceptional} at {now}");
    }
}

#[test]
fn m3_the_deadlines_are_the_policys_or_the_freeze() {
    let term = Term::of(&policy(2023), false).unwrap();
    assert_eq!(term.study_closes, datetime!(2023-12-01 0:00 +8));
    assert_eq!(term.registration_closes, datetime!(2023-12-20 0:00 +8));
    let exceptional = Term::of(&policy(2024), true).unwrap();
    assert_eq!(exceptional.study_closes, datetime!(2024-12-20 0:00 +8));
    assert_eq!(exceptional.registration_closes, datetime!(2024-12-20 0:00 +8));
    // A policy may set earlier ones: then nobody applies for a study that is over.
    let mut set = policy(2024);
    set.windows.makeup_study_closes = Some(datetime!(2024-11-01 0:00 +8));
    set.windows.makeup_registration_closes = Some(datetime!(2024-12-01 0:00 +8));
    assert!(set.validate().is_empty());
    let exceptional = Term::of(&set, true).unwrap();
    assert_eq!(exceptional.application.closes, datetime!(2024-11-01 0:00 +8));
    assert_eq!(exceptional.registration_closes, datetime!(2024-12-01 0:00 +8));
}

#[test]
fn m6_a_special_reason_is_stated() {
    for (exceptional, reason, expected) in [
        (true, Some("援藏两年，当地没有学习条件"), "ok"),
        (true, Some("  "), "exceptional-reason-missing"),
        (true, None, "exceptional-reason-missing"),
        (false, None, "ok"),
    ] {
        assert_eq!(code(check_reason(exceptional, reason)), expected, "{reason:?}");
    }
}

#[test]
fn m1_m3_who_may_make_up_what() {
    let complete = YearTotals {
        approved: BySubject { public: hours("30"), professional: hours("60") },
        pending: BySubject::default(),
    };
    let waiting = YearTotals { approved: item().totals.approved, pending: complete.approved };
    let left = Employment { from: date!(2015 - 07 - 01), until: Some(date!(2023 - 10 - 16)) };
    let id = Some(Uuid::from_u128(7));
    for (case, facts, expected) in [
        ("short", item(), "ok"),
        (
            "nothing at all",
            ItemFacts { totals: YearTotals::default(), state: None, ..item() },
            "ok",
        ),
        ("settled short", ItemFacts { state: Some(RecordState::Incomplete), ..item() }, "ok"),
        ("only approved hours count", ItemFacts { totals: waiting, ..item() }, "ok"),
        ("the present year", ItemFacts { year: 2023, ..item() }, "makeup-year-not-open"),
        ("a later year", ItemFacts { year: 2024, ..item() }, "makeup-year-not-open"),
        ("before the earliest", ItemFacts { year: 2018, ..item() }, "makeup-year-not-open"),
        ("without a policy", ItemFacts { year: 2019, ..item() }, "no-policy"),
        ("elsewhere", ItemFacts { employment: None, ..item() }, "not-employed"),
        ("left today", ItemFacts { employment: Some(left), ..item() }, "not-employed"),
        ("civil servant", ItemFacts { post: Post::CivilServant, ..item() }, "out-of-scope"),
        ("complete", ItemFacts { totals: complete, ..item() }, "makeup-not-needed"),
        ("exempt", ItemFacts { state: Some(RecordState::Exempt), ..item() }, "makeup-not-needed"),
        ("granted", ItemFacts { standing_grant: id, ..item() }, "makeup-already-granted"),
        ("applied for", ItemFacts { pending_application: id, ..item() }, "makeup-already-applied"),
    ] {
        assert_eq!(code(check_item(&facts, Some(&policy(2022)))), expected, "{case}");
    }
    let missing = check_item(&item(), Some(&policy(2022))).unwrap();
    assert_eq!((missing.total, missing.professional), (hours("20"), hours("20")));
    assert!(missing.public.is_zero());
}
