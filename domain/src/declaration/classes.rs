//! What the class or the seminar behind a declaration has to be (H5, P1, P3, P4, P6, E10).

use super::{ClassFacts, DeclarationFacts, LearningSource, Verdict, passed_if};
use crate::instant::start_of_day;
use crate::learning::Subject;
use crate::policy::Policy;
use crate::refusal::{Mend, NotFiledReason, Refusal};
use crate::registry::{FilingState, PlanState};

/// H5: a trainer's professional hours need a class on a plan that was approved before the class began (E10).
///
/// **Reading**: the class begins with its first day, so that an approval on that day comes too late; and a taught way on a
/// person's own word has no class that could stand on a plan.
pub(super) fn class_on_an_approved_plan(
    facts: &DeclarationFacts,
    _: &Policy,
) -> Result<Verdict, Refusal> {
    if facts.subject == Subject::Public {
        return Ok(Verdict::NotApplicable);
    }
    match &facts.source {
        LearningSource::Roster(class) => not_filed(class).map(|()| Verdict::Passed),
        // P6: the bureau's approval of the seminar stands in the place of the plan.
        LearningSource::Seminar(seminar) => match seminar.missing() {
            None => Ok(Verdict::Passed),
            Some(missing) => Err(Refusal::TrainingPlanNotFiled {
                class: seminar.theme.clone(),
                class_id: None,
                institution: Some(seminar.host.clone()),
                institution_id: None,
                missing,
                mend: match missing {
                    NotFiledReason::PlanNotApproved => Mend::DecidePlan,
                    NotFiledReason::NoClass
                    | NotFiledReason::InstitutionNotFiled
                    | NotFiledReason::FilingPending
                    | NotFiledReason::FilingSuspended
                    | NotFiledReason::FilingRevoked
                    | NotFiledReason::NoPlanItem
                    | NotFiledReason::ApprovedAfterClassBegan => Mend::HoldAgain,
                },
            }),
        },
        LearningSource::SelfDeclared { .. } if facts.way.is_taught() => {
            Err(Refusal::TrainingPlanNotFiled {
                class: facts.title.clone(),
                class_id: None,
                institution: None,
                institution_id: None,
                missing: NotFiledReason::NoClass,
                mend: Mend::PutOnRoster,
            })
        }
        LearningSource::SelfDeclared { .. } | LearningSource::PlatformCompletion { .. } => {
            Ok(Verdict::NotApplicable)
        }
    }
}

/// Whether a class counts as one on an approved plan of a filed institution (H5, P1, P3, E10).
///
/// # Errors
/// [`Refusal::TrainingPlanNotFiled`], naming what is missing, and who can mend it and how.
pub fn not_filed(class: &ClassFacts) -> Result<(), Refusal> {
    missing_of(class).map_or(Ok(()), |missing| {
        Err(Refusal::TrainingPlanNotFiled {
            class: class.title.clone(),
            class_id: class.class_id,
            institution: Some(class.institution.clone()),
            institution_id: class.institution_id,
            missing,
            mend: mend_of(class, missing),
        })
    })
}

/// What a class lacks to count as one on an approved plan of a filed institution, if anything (H5, P1, E10).
#[must_use]
pub fn missing_of(class: &ClassFacts) -> Option<NotFiledReason> {
    if !class.institution_filed {
        return Some(match class.filing {
            Some(FilingState::Submitted) => NotFiledReason::FilingPending,
            Some(FilingState::Suspended) => NotFiledReason::FilingSuspended,
            Some(FilingState::Revoked) => NotFiledReason::FilingRevoked,
            None | Some(FilingState::Returned | FilingState::Rejected | FilingState::Granted) => {
                NotFiledReason::InstitutionNotFiled
            }
        });
    }
    match (class.plan, class.plan_approved_at) {
        (None, None) => Some(NotFiledReason::NoPlanItem),
        (Some(_), None) => Some(NotFiledReason::PlanNotApproved),
        (_, Some(approved)) if approved >= start_of_day(class.began) => {
            Some(NotFiledReason::ApprovedAfterClassBegan)
        }
        (_, Some(_)) => None,
    }
}

/// What mends the lack: the next step, which says who has to take it.
#[must_use]
pub fn mend_of(class: &ClassFacts, missing: NotFiledReason) -> Mend {
    match missing {
        NotFiledReason::NoClass => Mend::PutOnRoster,
        NotFiledReason::InstitutionNotFiled | NotFiledReason::FilingRevoked => Mend::ApplyForFiling,
        NotFiledReason::FilingPending => Mend::DecideFiling,
        NotFiledReason::FilingSuspended => Mend::ResumeFiling,
        NotFiledReason::NoPlanItem => Mend::FilePlanItem,
        NotFiledReason::PlanNotApproved => match class.plan {
            Some(PlanState::Submitted) => Mend::DecidePlan,
            Some(PlanState::Draft | PlanState::Returned) => Mend::SubmitPlan,
            None | Some(PlanState::Rejected | PlanState::Approved) => Mend::FilePlanItem,
        },
        NotFiledReason::ApprovedAfterClassBegan => Mend::HoldAgain,
    }
}

/// P4, P6: only an attendee who passed earns the hours.
pub(super) fn attendee_passed(facts: &DeclarationFacts, _: &Policy) -> Result<Verdict, Refusal> {
    match &facts.source {
        LearningSource::Roster(class) => {
            passed_if(class.passed, || Refusal::ClassNotPassed { class: class.title.clone() })
        }
        LearningSource::Seminar(seminar) => {
            passed_if(seminar.passed, || Refusal::ClassNotPassed { class: seminar.theme.clone() })
        }
        LearningSource::SelfDeclared { .. } | LearningSource::PlatformCompletion { .. } => {
            Ok(Verdict::NotApplicable)
        }
    }
}
