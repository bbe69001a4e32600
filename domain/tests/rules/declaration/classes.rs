//! Classes and seminars behind a declaration: H5, P1, P3, P4, P6, E10.

use time::macros::{date, datetime};
use xueshi_domain::Refusal;
use xueshi_domain::declaration::{ClassFacts, DeclarationFacts, LearningSource, check_draft};
use xueshi_domain::hours::Hours;
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::refusal::{LimitKind, Mend, MendedBy, NotFiledReason};
use xueshi_domain::registry::{FilingState, PlanState};
use xueshi_domain::seminar::SeminarFacts;

use super::{answers, class, class_hours, conference, span};
use crate::{hours, policy};

#[test]
fn h5_e10_classes() {
    use NotFiledReason::{
        ApprovedAfterClassBegan, FilingPending, FilingRevoked, FilingSuspended,
        InstitutionNotFiled, NoPlanItem, PlanNotApproved,
    };
    type Change = fn(&mut ClassFacts);
    type Lack = (NotFiledReason, Mend, MendedBy);
    let never = (ApprovedAfterClassBegan, Mend::HoldAgain, MendedBy::Nobody);
    let cases: &[(&str, Change, Option<Lack>)] = &[
        ("as it is", |_| (), None),
        ("E10", |c| c.plan_approved_at = Some(datetime!(2023-05-11 0:00 +8)), Some(never)),
        ("the day before", |c| c.plan_approved_at = Some(datetime!(2023-05-09 23:59:59 +8)), None),
        (
            "the day itself",
            |c| c.plan_approved_at = Some(datetime!(2023-05-10 0:00 +8)),
            Some(never),
        ),
        (
            "before midnight elsewhere",
            |c| c.plan_approved_at = Some(datetime!(2023-05-09 16:00 UTC)),
            Some(never),
        ),
        (
            "no approved item",
            |c| c.plan_approved_at = None,
            Some((PlanNotApproved, Mend::FilePlanItem, MendedBy::Institution)),
        ),
        (
            "P2: the plan is a draft",
            |c| (c.plan_approved_at, c.plan) = (None, Some(PlanState::Draft)),
            Some((PlanNotApproved, Mend::SubmitPlan, MendedBy::Institution)),
        ),
        (
            "P2: the plan waits",
            |c| (c.plan_approved_at, c.plan) = (None, Some(PlanState::Submitted)),
            Some((PlanNotApproved, Mend::DecidePlan, MendedBy::MunicipalBureau)),
        ),
        (
            "P3: no item",
            |c| (c.plan_approved_at, c.plan) = (None, None),
            Some((NoPlanItem, Mend::FilePlanItem, MendedBy::Institution)),
        ),
        (
            "P1",
            |c| (c.institution_filed, c.filing) = (false, None),
            Some((InstitutionNotFiled, Mend::ApplyForFiling, MendedBy::Institution)),
        ),
        (
            "P1: applied",
            |c| (c.institution_filed, c.filing) = (false, Some(FilingState::Submitted)),
            Some((FilingPending, Mend::DecideFiling, MendedBy::MunicipalBureau)),
        ),
        (
            "P5: suspended",
            |c| (c.institution_filed, c.filing) = (false, Some(FilingState::Suspended)),
            Some((FilingSuspended, Mend::ResumeFiling, MendedBy::MunicipalBureau)),
        ),
        (
            "P5: revoked",
            |c| (c.institution_filed, c.filing) = (false, Some(FilingState::Revoked)),
            Some((FilingRevoked, Mend::ApplyForFiling, MendedBy::Institution)),
        ),
    ];
    for (case, change, lack) in cases {
        let mut class = class();
        change(&mut class);
        let refusal = lack.map(|(missing, mend, by)| {
            assert_eq!(mend.by(), by, "{case}");
            Refusal::TrainingPlanNotFiled {
                class: class.title.clone(),
                class_id: None,
                institution: Some(class.institution.clone()),
                institution_id: None,
                missing,
                mend,
            }
        });
        let found = check_draft(&class_hours(class), &policy(2023)).err();
        assert_eq!(found, refusal, "{case}");
    }
}

#[test]
fn h5_a_class_on_ones_own_word_is_named() {
    let facts = DeclarationFacts { way: Way::Seminar, ..conference() };
    let refused = check_draft(&facts, &policy(2023)).unwrap_err();
    assert_eq!(
        refused,
        Refusal::TrainingPlanNotFiled {
            class: "中原肿瘤学术会议".to_owned(),
            class_id: None,
            institution: None,
            institution_id: None,
            missing: NotFiledReason::NoClass,
            mend: Mend::PutOnRoster,
        }
    );
    assert_eq!((refused.rule().id, refused.rule().clause), ("H5", "三（一）备案管理"));
}

#[test]
fn p3_p4_h9_classes() {
    let mut failed = class();
    failed.passed = false;
    assert_eq!(answers(&class_hours(failed)).0, "class-not-passed");

    let mut small = class();
    small.item_hours = Some(hours("59.9"));
    let refused = check_draft(&class_hours(small), &policy(2023)).unwrap_err();
    let limit = LimitKind::PlanItem;
    let (max, used) = (hours("59.9"), Hours::ZERO);
    assert_eq!(
        refused,
        Refusal::HoursOverLimit { limit, way: Way::TrainingClass, max, used, hours: hours("60") }
    );
    assert_eq!(refused.rule().id, "P3");

    let short = DeclarationFacts {
        span: span(date!(2023 - 05 - 10), date!(2023 - 05 - 16)),
        ..class_hours(class())
    };
    assert_eq!(
        check_draft(&short, &policy(2023)).unwrap_err(),
        Refusal::HoursExceedDays {
            hours: hours("60"),
            days: 7,
            max_hours_per_day: hours("8"),
            max: hours("56")
        }
    );
}

/// 40 professional hours of an advanced seminar: admitted as it is.
fn seminar_hours(seminar: SeminarFacts) -> DeclarationFacts {
    DeclarationFacts {
        way: Way::AdvancedSeminar,
        span: span(date!(2023 - 09 - 04), date!(2023 - 09 - 08)),
        hours: hours("40"),
        source: LearningSource::Seminar(seminar),
        ..conference()
    }
}

/// P6, H5: the approval of the seminar stands in the place of the plan; H6: its hours are professional.
#[test]
fn p6_h5_hours_of_an_advanced_seminar() {
    let seminar = SeminarFacts {
        theme: "智能制造关键技术".to_owned(),
        host: "郑州某科技有限公司".to_owned(),
        approved_at: Some(datetime!(2023-08-20 10:00 +8)),
        began: date!(2023 - 09 - 04),
        hours: hours("40"),
        passed: true,
    };
    assert_eq!(answers(&seminar_hours(seminar.clone())), ("ok", "ok"));
    let with = |change: fn(&mut SeminarFacts)| {
        let mut changed = seminar.clone();
        change(&mut changed);
        answers(&seminar_hours(changed)).0
    };
    assert_eq!(with(|s| s.approved_at = None), "training-plan-not-filed");
    assert_eq!(
        with(|s| s.approved_at = Some(datetime!(2023-09-04 00:00 +8))),
        "training-plan-not-filed"
    );
    assert_eq!(with(|s| s.passed = false), "class-not-passed");
    assert_eq!(with(|s| s.hours = hours("39.9")), "hours-over-limit");
    let public = DeclarationFacts { subject: Subject::Public, ..seminar_hours(seminar) };
    assert_eq!(answers(&public).0, "public-hours-need-platform");
}
