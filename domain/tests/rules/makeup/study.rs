//! What may be registered under a grant (H2, H4, H6, M3, M4, W2).

use time::Date;
use time::macros::{date, datetime};
use xueshi_domain::Refusal;
use xueshi_domain::calendar::{Action, Timetable, WindowKind};
use xueshi_domain::declaration::{DeclarationFacts, LearningSource, check_draft};
use xueshi_domain::learning::{LearningSpan, Subject, Way};
use xueshi_domain::ledger::{Breakdown, assess};
use xueshi_domain::makeup::{MakeupStudy, study_dates};
use xueshi_domain::policy::{Policy, Window};

use super::{code, item};
use crate::declaration::conference;
use crate::policy;

/// The grant of the morning of 16 October 2023, for a year that lacks 20 professional hours.
fn study() -> MakeupStudy {
    MakeupStudy {
        from: date!(2023 - 10 - 16),
        until: datetime!(2023-12-01 0:00 +8),
        missing: assess(policy(2022).floors, item().totals).shortfall,
        platforms: policy(2023).platforms,
    }
}

fn span(start: Date, end: Date) -> LearningSpan {
    LearningSpan::new(start, end).unwrap()
}

#[test]
fn m3_learning_lies_between_the_grant_and_the_deadline() {
    for (case, start, end, expected) in [
        ("the day of the grant", date!(2023 - 10 - 16), date!(2023 - 10 - 16), "ok"),
        ("begun before", date!(2023 - 10 - 15), date!(2023 - 10 - 20), "outside-makeup-study"),
        ("of the prior year", date!(2022 - 10 - 16), date!(2022 - 10 - 20), "outside-makeup-study"),
        ("the last day", date!(2023 - 11 - 20), date!(2023 - 11 - 30), "ok"),
        ("the deadline", date!(2023 - 11 - 20), date!(2023 - 12 - 01), "outside-makeup-study"),
    ] {
        assert_eq!(code(study_dates(&study(), span(start, end))), expected, "{case}");
    }
}

/// A conference of October 2023, registered for 2022.
fn registered() -> DeclarationFacts {
    DeclarationFacts {
        year: 2022,
        span: span(date!(2023 - 10 - 17), date!(2023 - 10 - 18)),
        today: date!(2023 - 10 - 20),
        makeup: Some(study()),
        ..conference()
    }
}

#[test]
fn h2_h4_m3_a_prior_year_opens_only_under_a_grant() {
    let answer = |facts: &DeclarationFacts, policy: &Policy| code(check_draft(facts, policy));
    let of_2022 = policy(2022);
    assert_eq!(answer(&registered(), &of_2022), "ok");
    let without = DeclarationFacts { makeup: None, ..registered() };
    assert_eq!(answer(&without, &of_2022), "year-mismatch", "H2, H4");
    let early = DeclarationFacts {
        span: span(date!(2023 - 10 - 01), date!(2023 - 10 - 02)),
        ..registered()
    };
    assert_eq!(answer(&early, &of_2022), "outside-makeup-study");
    let unfinished = DeclarationFacts {
        span: span(date!(2023 - 10 - 21), date!(2023 - 10 - 22)),
        ..registered()
    };
    assert_eq!(answer(&unfinished, &of_2022), "learning-not-finished");
    let complete = MakeupStudy { missing: Breakdown::default(), ..study() };
    let complete = DeclarationFacts { makeup: Some(complete), ..registered() };
    assert_eq!(answer(&complete, &of_2022), "makeup-not-needed");
}

#[test]
fn h6_made_up_public_hours_come_from_the_platforms_of_the_year_of_study() {
    let course = |platform: &str, makeup: Option<MakeupStudy>| DeclarationFacts {
        subject: Subject::Public,
        way: Way::DistanceCourse,
        source: LearningSource::PlatformCompletion { platform: platform.to_owned() },
        makeup,
        ..registered()
    };
    assert!(!policy(2022).lists_platform("zzjxjy") && policy(2023).lists_platform("zzjxjy"));
    let answer = |facts: DeclarationFacts| check_draft(&facts, &policy(2022)).err();
    assert_eq!(answer(course("zzjxjy", Some(study()))), None);
    assert_eq!(
        answer(course("elsewhere", Some(study()))),
        Some(Refusal::PlatformNotListed { platform: "elsewhere".to_owned(), year: 2023 })
    );
}

#[test]
fn m4_w2_the_grants_own_time_replaces_the_windows_of_the_main_road() {
    let all = [policy(2022), policy(2023), policy(2024)];
    let granted = datetime!(2023-10-16 9:00 +8);
    let registration = Window { opens: granted, closes: datetime!(2023-12-20 0:00 +8) };
    let timetable = Timetable::new(&policy(2023), &all).under_grant(registration);
    let freeze = datetime!(2023-12-20 0:00 +8);
    for action in [Action::Draft, Action::Submit, Action::Review, Action::Verify] {
        let admitted = timetable.admit(action, datetime!(2023-12-19 23:59:59 +8)).unwrap();
        assert_eq!(admitted.valid_until, Some(freeze), "{action}");
        assert_eq!(code(timetable.admit(action, freeze)), "year-end-freeze");
        assert_eq!(
            timetable.admit(action, datetime!(2024-01-02 0:00 +8)),
            Err(Refusal::WindowClosed {
                kind: WindowKind::MakeupRegistration,
                year: 2023,
                opens: granted,
                closes: freeze,
                next_opening: None,
            })
        );
    }
    assert!(timetable.admit(Action::Withdraw, datetime!(2024-01-02 0:00 +8)).is_ok());
    assert_eq!(timetable.review_ends(), freeze);
    let early = Window { closes: datetime!(2023-12-10 0:00 +8), ..registration };
    let timetable = Timetable::new(&policy(2023), &all).under_grant(early);
    assert_eq!(timetable.review_ends(), datetime!(2023-12-10 0:00 +8));
}
