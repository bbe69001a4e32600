//! H1, H2, H5, H6, H8–H10, U3, U4b, P1, P3, P4: what may be declared.

mod classes;

use time::Date;
use time::macros::{date, datetime};
use xueshi_domain::Refusal;
use xueshi_domain::declaration::{
    ClassFacts, DeclarationFacts, LearningSource, check_draft, check_submission,
};
use xueshi_domain::hours::Hours;
use xueshi_domain::learning::{EvidenceKind, LearningSpan, Subject, Way};
use xueshi_domain::people::{Employment, Post};
use xueshi_domain::refusal::LimitKind;
use xueshi_domain::registry::{FilingState, PlanState};

use crate::{hours, policy};

fn span(start: Date, end: Date) -> LearningSpan {
    LearningSpan::new(start, end).unwrap()
}

/// A conference of two days, declared with its proof: admitted as it is.
pub(crate) fn conference() -> DeclarationFacts {
    DeclarationFacts {
        year: 2023,
        subject: Subject::Professional,
        way: Way::Conference,
        title: "中原肿瘤学术会议".to_owned(),
        span: span(date!(2023 - 05 - 08), date!(2023 - 05 - 09)),
        hours: hours("8"),
        source: LearningSource::SelfDeclared { evidence: vec![EvidenceKind::ProofOfAttendance] },
        used_this_year: Hours::ZERO,
        employment: Some(Employment { from: date!(2015 - 07 - 01), until: None }),
        post: Post::Technical,
        today: date!(2023 - 10 - 16),
        makeup: None,
    }
}

fn class() -> ClassFacts {
    ClassFacts {
        title: "临床新技术培训班".to_owned(),
        institution: "郑州市级继续教育基地".to_owned(),
        institution_filed: true,
        plan_approved_at: Some(datetime!(2023-03-01 10:00 +8)),
        began: date!(2023 - 05 - 10),
        item_hours: Some(hours("60")),
        passed: true,
        class_id: None,
        institution_id: None,
        filing: Some(FilingState::Granted),
        plan: Some(PlanState::Approved),
    }
}

/// 60 professional hours of a class of ten days: admitted as it is.
fn class_hours(class: ClassFacts) -> DeclarationFacts {
    DeclarationFacts {
        way: Way::TrainingClass,
        span: span(date!(2023 - 05 - 10), date!(2023 - 05 - 19)),
        hours: hours("60"),
        source: LearningSource::Roster(class),
        ..conference()
    }
}

/// 30 public hours of a platform's course: admitted as it is.
fn platform_hours(platform: &str) -> DeclarationFacts {
    DeclarationFacts {
        subject: Subject::Public,
        way: Way::DistanceCourse,
        span: span(date!(2023 - 04 - 01), date!(2023 - 06 - 30)),
        hours: hours("30"),
        source: LearningSource::PlatformCompletion { platform: platform.to_owned() },
        ..conference()
    }
}

/// The code of the refusal of a draft and of a submission, or `ok`.
fn answers(facts: &DeclarationFacts) -> (&'static str, &'static str) {
    let code = |result: Result<_, Refusal>| result.map_or_else(|refusal| refusal.code(), |_| "ok");
    let policy = policy(2023);
    (
        code(check_draft(facts, &policy).map(|_| ())),
        code(check_submission(facts, &policy).map(|_| ())),
    )
}

#[test]
fn the_three_roads_are_open() {
    for facts in
        [conference(), class_hours(class()), platform_hours("hnzjzx"), platform_hours("zzjxjy")]
    {
        assert_eq!(answers(&facts), ("ok", "ok"), "{facts:?}");
    }
}

#[test]
fn one_change_at_a_time() {
    type Change = fn(&mut DeclarationFacts);
    let both = |code| (code, code);
    let cases: &[(&str, Change, (&str, &str))] = &[
        ("W3: another year's policy", |f| f.year = 2024, both("no-policy")),
        (
            "H2: another year's learning",
            |f| f.span = span(date!(2022 - 05 - 08), date!(2022 - 05 - 09)),
            both("year-mismatch"),
        ),
        (
            "H2: ends today",
            |f| f.span = span(date!(2023 - 10 - 16), date!(2023 - 10 - 16)),
            both("ok"),
        ),
        (
            "H2: ends tomorrow",
            |f| f.span = span(date!(2023 - 10 - 16), date!(2023 - 10 - 17)),
            both("learning-not-finished"),
        ),
        ("H1: no hours", |f| f.hours = Hours::ZERO, both("hours-not-positive")),
        ("H1: a tenth", |f| f.hours = hours("0.1"), both("ok")),
        ("H8: the limit of one", |f| f.hours = hours("12"), both("ok")),
        ("H8: above the limit of one", |f| f.hours = hours("12.1"), both("hours-over-limit")),
        ("H8: the limit of the year", |f| f.used_this_year = hours("52"), both("ok")),
        (
            "H8: above the limit of the year",
            |f| f.used_this_year = hours("52.1"),
            ("ok", "hours-over-limit"),
        ),
        (
            "H8: far above",
            |f| f.used_this_year = Hours::from_tenths(u32::MAX),
            ("ok", "hours-over-limit"),
        ),
        (
            "H9: one day holds eight",
            |f| f.span = span(date!(2023 - 05 - 08), date!(2023 - 05 - 08)),
            both("ok"),
        ),
        (
            "H9: one day holds no more",
            |f| {
                f.span = span(date!(2023 - 05 - 08), date!(2023 - 05 - 08));
                f.hours = hours("8.1");
            },
            both("hours-exceed-days"),
        ),
        (
            "H9: a paper is not time spent",
            |f| {
                f.way = Way::PublishedWork;
                f.span = span(date!(2023 - 05 - 08), date!(2023 - 05 - 08));
                f.hours = hours("30");
                f.source =
                    LearningSource::SelfDeclared { evidence: vec![EvidenceKind::PublishedWork] };
            },
            both("ok"),
        ),
        (
            "H10: no evidence",
            |f| f.source = LearningSource::SelfDeclared { evidence: vec![] },
            ("ok", "evidence-missing"),
        ),
        (
            "H10: evidence of another kind",
            |f| {
                f.source = LearningSource::SelfDeclared {
                    evidence: vec![EvidenceKind::Diploma, EvidenceKind::Other],
                }
            },
            ("ok", "evidence-missing"),
        ),
        (
            "H10: one of the kinds",
            |f| {
                f.source = LearningSource::SelfDeclared {
                    evidence: vec![EvidenceKind::Diploma, EvidenceKind::Programme],
                }
            },
            both("ok"),
        ),
        (
            "H6: public hours on one's own word",
            |f| f.subject = Subject::Public,
            both("public-hours-need-platform"),
        ),
        (
            "H5: a class on one's own word",
            |f| f.way = Way::TrainingClass,
            both("training-plan-not-filed"),
        ),
        (
            "H5: a course on one's own word",
            |f| f.way = Way::DistanceCourse,
            both("training-plan-not-filed"),
        ),
        ("U3: no employment", |f| f.employment = None, both("not-employed")),
        (
            "U3: the last day",
            |f| {
                f.employment = Some(Employment {
                    from: date!(2015 - 07 - 01),
                    until: Some(date!(2023 - 10 - 17)),
                })
            },
            both("ok"),
        ),
        (
            "U3: retired today",
            |f| {
                f.employment = Some(Employment {
                    from: date!(2015 - 07 - 01),
                    until: Some(date!(2023 - 10 - 16)),
                })
            },
            both("not-employed"),
        ),
        (
            "U3: the first day",
            |f| f.employment = Some(Employment { from: date!(2023 - 10 - 16), until: None }),
            both("ok"),
        ),
        (
            "U3: begins tomorrow",
            |f| f.employment = Some(Employment { from: date!(2023 - 10 - 17), until: None }),
            both("not-employed"),
        ),
        ("U4b: a management post", |f| f.post = Post::Management, both("ok")),
        ("U4b: a civil servant", |f| f.post = Post::CivilServant, both("out-of-scope")),
    ];
    for (case, change, expected) in cases {
        let mut facts = conference();
        change(&mut facts);
        assert_eq!(answers(&facts), *expected, "{case}");
    }
}

#[test]
fn h6_platforms() {
    assert_eq!(
        check_draft(&platform_hours("elsewhere"), &policy(2023)).unwrap_err(),
        Refusal::PlatformNotListed { platform: "elsewhere".to_owned(), year: 2023 }
    );
    let professional =
        DeclarationFacts { subject: Subject::Professional, ..platform_hours("elsewhere") };
    assert_eq!(answers(&professional).0, "platform-not-listed");
    let professional =
        DeclarationFacts { subject: Subject::Professional, ..platform_hours("hnzjzx") };
    assert_eq!(answers(&professional), ("ok", "ok"));
    let public_class = DeclarationFacts { subject: Subject::Public, ..class_hours(class()) };
    assert_eq!(answers(&public_class).0, "public-hours-need-platform");
}

#[test]
fn h8_a_way_without_a_line_in_the_table_is_not_counted() {
    let mut policy = policy(2023);
    policy.conversion.retain(|rule| rule.way != Way::Conference);
    let refused = check_draft(&conference(), &policy).unwrap_err();
    assert_eq!(refused, Refusal::WayNotCounted { way: Way::Conference, year: 2023 });
}

#[test]
fn h8_the_years_limit_says_what_is_used() {
    let facts = DeclarationFacts { used_this_year: hours("55.5"), ..conference() };
    let limit = LimitKind::PerYear;
    let (max, used) = (hours("60"), hours("55.5"));
    assert_eq!(
        check_submission(&facts, &policy(2023)).unwrap_err(),
        Refusal::HoursOverLimit { limit, way: Way::Conference, max, used, hours: hours("8") }
    );
}

#[test]
fn h10_the_needed_kinds_are_named() {
    let facts = DeclarationFacts {
        source: LearningSource::SelfDeclared { evidence: vec![] },
        ..conference()
    };
    let needed =
        vec![EvidenceKind::ProofOfAttendance, EvidenceKind::Certificate, EvidenceKind::Programme];
    let refused = check_submission(&facts, &policy(2023)).unwrap_err();
    assert_eq!(refused, Refusal::EvidenceMissing { way: Way::Conference, needed });
}

#[test]
fn dates_at_the_ends_of_the_calendar_have_an_answer() {
    for day in [Date::MIN, date!(0000 - 01 - 01), Date::MAX] {
        let facts =
            DeclarationFacts { span: span(day, day), year: day.year(), today: day, ..conference() };
        assert_eq!(answers(&facts).0, "no-policy");
        let mut class = class();
        class.began = day;
        let _ = check_draft(&class_hours(class), &policy(2023));
    }
}
