//! Every refusal has a code, a rule with its clause, and facts.

use std::collections::BTreeSet;

use time::macros::{date, datetime};
use uuid::Uuid;
use xueshi_domain::calendar::WindowKind;
use xueshi_domain::learning::{EvidenceKind, Way};
use xueshi_domain::ledger::RecordState;
use xueshi_domain::people::Post;
use xueshi_domain::refusal::{
    ClassMismatch, DuplicateGround, ErasureGround, LimitKind, Mend, NotFiledReason,
};
use xueshi_domain::review::{Event, Stage, State};
use xueshi_domain::{Refusal, RefusalCode, Rule};

use crate::hours;

/// One refusal of every kind, with the rule and the member that it must name.
fn samples() -> Vec<(Refusal, &'static str, Option<&'static str>)> {
    let (opens, closes) = (datetime!(2023-01-01 0:00 +8), datetime!(2023-12-20 0:00 +8));
    let (start, end) = (date!(2023 - 12 - 28), date!(2024 - 01 - 03));
    let (class, way) = ("培训班".to_owned(), Way::Conference);
    let over = |limit| Refusal::HoursOverLimit {
        limit,
        way,
        max: hours("12"),
        used: hours("0"),
        hours: hours("12.5"),
    };
    vec![
        (
            Refusal::WindowClosed {
                kind: WindowKind::Declare,
                year: 2023,
                opens,
                closes,
                next_opening: None,
            },
            "W3",
            None,
        ),
        (Refusal::YearEndFreeze { opens, closes }, "W1", None),
        (Refusal::MakeupClosed { year: 2024, exceptional_only: true }, "W4", None),
        (Refusal::ExceptionalNotOpen { year: 2023 }, "M6", Some("/exceptional")),
        (Refusal::ExceptionalReasonMissing, "M6", Some("/reason")),
        (Refusal::MakeupYear { year: 2023, earliest: 2019, latest: 2022 }, "M1", Some("/year")),
        (Refusal::MakeupNotNeeded { year: 2022 }, "M1", Some("/year")),
        (Refusal::MakeupAlreadyGranted { year: 2022, grant_id: Uuid::nil() }, "M3", Some("/year")),
        (
            Refusal::MakeupAlreadyApplied { year: 2022, application_id: Uuid::nil() },
            "M3",
            Some("/year"),
        ),
        (
            Refusal::OutsideMakeupStudy { start, end, from: start, until: closes },
            "M3",
            Some("/learning_end"),
        ),
        (Refusal::NoPolicy { year: 2030 }, "W3", Some("/year")),
        (Refusal::SpansTwoYears { start, end }, "H2", Some("/learning_end")),
        (Refusal::LearningDatesInverted { start: end, end: start }, "H2", Some("/learning_end")),
        (Refusal::YearMismatch { year: 2023, learning_year: 2022 }, "H2", Some("/year")),
        (Refusal::LearningNotFinished { ends: end, today: start }, "H2", Some("/learning_end")),
        (Refusal::HoursNotPositive, "H1", Some("/hours")),
        (
            Refusal::TrainingPlanNotFiled {
                class: class.clone(),
                class_id: None,
                institution: None,
                institution_id: None,
                missing: NotFiledReason::NoClass,
                mend: Mend::PutOnRoster,
            },
            "H5",
            None,
        ),
        (
            Refusal::FilingNotGranted { institution: class.clone(), year: 2023, state: None },
            "P5",
            None,
        ),
        (Refusal::FilingYearOver { year: 2022 }, "P1", None),
        (Refusal::PlanEmpty, "P2", None),
        (
            Refusal::PlanItemInUse {
                item: Uuid::nil(),
                theme: class.clone(),
                classes: 2,
                most_hours: hours("60"),
            },
            "P2",
            None,
        ),
        (Refusal::ClassNotInPlan { mismatch: ClassMismatch::Subject }, "P3", None),
        (over(LimitKind::ClassHours), "P4", Some("/hours")),
        (Refusal::ClassNotPassed { class }, "P4", None),
        (Refusal::PublicHoursNeedPlatform, "H6", Some("/subject")),
        (Refusal::PlatformNotListed { platform: "x".to_owned(), year: 2023 }, "H6", None),
        (
            Refusal::DuplicateLearning { standing_id: Uuid::nil(), ground: DuplicateGround::Class },
            "H7",
            None,
        ),
        (Refusal::WayNotCounted { way, year: 2023 }, "H8", Some("/way")),
        (over(LimitKind::PerItem), "H8", Some("/hours")),
        (over(LimitKind::PerYear), "H8", Some("/hours")),
        (over(LimitKind::PlanItem), "P3", Some("/hours")),
        (over(LimitKind::Seminar), "P6", Some("/hours")),
        (
            Refusal::HoursExceedDays {
                hours: hours("20"),
                days: 2,
                max_hours_per_day: hours("8"),
                max: hours("16"),
            },
            "H9",
            Some("/hours"),
        ),
        (Refusal::EvidenceMissing { way, needed: vec![EvidenceKind::Certificate] }, "H10", None),
        (Refusal::TooManyAttachments { max: 10 }, "H10", None),
        (Refusal::AttachmentTooLarge { bytes: 2, max_bytes: 1 }, "H10", None),
        (Refusal::WrongState { state: State::Approved, event: Event::Approve }, "V4", None),
        (
            Refusal::SettlementTooEarly { year: 2023, opens: datetime!(2023-12-20 00:00 +8) },
            "A3",
            None,
        ),
        (
            Refusal::NotOverdue {
                stage: Stage::Employer,
                due_at: datetime!(2023-12-26 00:00 +8),
                frozen_at: datetime!(2023-12-20 00:00 +8),
            },
            "A3a",
            None,
        ),
        (Refusal::OwnDeclaration, "Who", None),
        (Refusal::SameReviewer, "Who", None),
        (Refusal::NotHolder { stage: Stage::Employer }, "Who", None),
        (Refusal::OwnRecord, "Who", None),
        (Refusal::NotEmployed { since: Some(start) }, "U3", None),
        (Refusal::OutOfScope { post: Post::CivilServant }, "U4b", None),
        (Refusal::NoReviewingBody, "Who", None),
        (Refusal::OwnReviewingBody, "Who", None),
        (Refusal::EmployedElsewhere, "U2", None),
        (Refusal::SameEmployer, "U2", None),
        (Refusal::RecordHasAccount, "U0", None),
        (Refusal::IdentityMismatch, "U0", None),
        (Refusal::UnitDisabled, "U1", None),
        (Refusal::UnitInUse { people: 1, units: 0, reviewed_units: 0, waiting: 2 }, "U1", None),
        (Refusal::SameRecord, "U4", None),
        (Refusal::RecordsConflict { conflicts: Vec::new() }, "U4", None),
        (Refusal::OwnCase, "Who", None),
        (
            Refusal::ErasureBarred {
                ground: ErasureGround::Retention,
                open: 0,
                not_before: Some(2034),
            },
            "U4a",
            None,
        ),
        (Refusal::WrongStep { road: "transfer", state: "accepted", event: "refuse" }, "V4", None),
        (Refusal::SeminarTooLarge { places: 71, max: 70 }, "P6", Some("/places")),
        (Refusal::SeminarBegun { starts_on: start, today: end }, "P6", None),
        (Refusal::SeminarNotEnded { ends_on: end, today: start }, "P6", None),
        (Refusal::SeminarFull { admitted: 3, places: 2 }, "P6", Some("/people")),
        (Refusal::SeminarListEmpty, "P6", None),
        (
            Refusal::SeminarResultsMismatch {
                missing: vec![Uuid::nil()],
                repeated: vec![],
                not_admitted: vec![],
            },
            "P6",
            Some("/results"),
        ),
        (Refusal::FundingYearAhead { year: 2024, this_year: 2023 }, "U5", None),
        (
            Refusal::FundingOverPayroll { payroll: 1, accrued: 2, spent: 0 },
            "U5",
            Some("/payroll_fen"),
        ),
        (
            Refusal::AbsenceOutsideYear { year: 2023, starts_on: end, ends_on: end },
            "A5",
            Some("/starts_on"),
        ),
        (
            Refusal::NoProRating { year: 2023, joined_on: Some(start), let_off_from: None },
            "A6",
            Some("/kind"),
        ),
        (Refusal::YearComplete { year: 2023, state: RecordState::Certified }, "A5", None),
        (
            Refusal::AppealedAlready {
                appeal_id: Uuid::nil(),
                state: xueshi_domain::appeal::State::Dismissed,
            },
            "V8",
            None,
        ),
        (Refusal::RecordNotMissing { learning_record_id: Uuid::nil() }, "V8", None),
        (Refusal::SameDecider, "V8", None),
    ]
}

#[test]
fn every_refusal_names_its_rule_and_its_member() {
    for (refusal, rule, field) in samples() {
        assert_eq!(refusal.rule().id, rule, "{refusal:?}");
        assert!(!refusal.rule().clause.is_empty(), "{refusal:?}");
        assert_eq!(refusal.field(), field, "{refusal:?}");
    }
}

#[test]
fn the_samples_cover_every_code() {
    let found: BTreeSet<_> = samples().iter().map(|(refusal, ..)| refusal.code()).collect();
    let all: BTreeSet<_> = Refusal::ALL_CODES.iter().copied().collect();
    assert_eq!(found, all);
    assert_eq!(all.len(), RefusalCode::ALL.len());
}

#[test]
fn the_json_of_a_refusal_has_its_code_beside_the_facts() {
    for (refusal, ..) in samples() {
        assert_eq!(serde_json::to_value(&refusal).unwrap()["code"], refusal.code(), "{refusal:?}");
    }
    let json = serde_json::to_value(&samples()[0].0).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "code": "window-closed",
            "kind": "declare",
            "year": 2023,
            "opens": "2023-01-01T00:00:00+08:00",
            "closes": "2023-12-20T00:00:00+08:00",
            "next_opening": null
        })
    );
}

#[test]
fn every_rule_has_a_clause() {
    for rule in Rule::ALL {
        assert!(!rule.clause().is_empty());
        assert_eq!(rule.reference().id, rule.as_str());
    }
}

#[test]
fn codes_are_kebab_case() {
    for code in Refusal::ALL_CODES {
        assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code}");
    }
}
