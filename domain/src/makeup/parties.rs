//! Who decides on an application (rule M2): three parties, no skipping, nobody on their own.

use uuid::Uuid;

use crate::access::{Actor, Grant, OrgPath, Permission, Role};
use crate::refusal::Refusal;
use crate::registry::OrganizationKind;
use crate::review::Stage;

text_enum! {
    /// One of the two decisions on an application.
    pub enum Step {
        /// The employer's reviewing body, or the base that is assigned to it.
        Body = "body",
        /// The municipal bureau.
        Municipal = "municipal",
    }
}

/// What the right to decide on an application depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionCase<'a> {
    /// The step at which it waits.
    pub step: Step,
    /// The path of the unit that decides at this step.
    pub holder: &'a OrgPath,
    /// What that unit is.
    pub holder_kind: OrganizationKind,
    /// The account that submitted the application.
    pub applicant: Option<Uuid>,
    /// The account that decided at the body's step of the same revision.
    pub first_reviewer: Option<Uuid>,
}

/// Whether an actor may decide on an application at a step, and under which grant (M2, V10).
///
/// At the first step a base is acted for by its own administrator; any other body by its reviewer, by one of a unit above it,
/// or by an officer where the body is the municipal bureau itself. The last step is an officer's of the bureau. The applicant,
/// the first reviewer and the one who decides finally are three people.
///
/// Items about the actor are another question: [`Actor::is_professional`] answers it for each of them.
///
/// # Errors
/// [`Refusal::NotHolder`], [`Refusal::OwnCase`], [`Refusal::SameReviewer`], in this order.
pub fn may_decide<'a>(actor: &'a Actor, case: DecisionCase<'_>) -> Result<&'a Grant, Refusal> {
    let fits = |grant: &Grant| {
        let in_place = grant.path == *case.holder;
        match (case.step, case.holder_kind) {
            (Step::Municipal, _) => in_place && grant.role.permits(Permission::DecideMakeup),
            (Step::Body, OrganizationKind::CeBase) => {
                in_place
                    && grant.role == Role::InstitutionAdministrator
                    && grant.role.permits(Permission::ReviewMakeup)
            }
            (
                Step::Body,
                OrganizationKind::MunicipalBureau
                | OrganizationKind::DistrictBureau
                | OrganizationKind::IndustryAuthority
                | OrganizationKind::TrainingInstitution
                | OrganizationKind::Employer,
            ) => reviews_in_place(grant.role, in_place),
        }
    };
    let granted = actor
        .grants_for(match case.step {
            Step::Body => Permission::ReviewMakeup,
            Step::Municipal => Permission::DecideMakeup,
        })
        .filter(|grant| grant.path.contains(case.holder) && fits(grant))
        .max_by_key(|grant| grant.path.depth());
    let grant = granted.ok_or(Refusal::NotHolder { stage: Stage::Authority })?;
    if case.applicant == Some(actor.account_id) {
        return Err(Refusal::OwnCase);
    }
    match case.step {
        Step::Municipal if case.first_reviewer == Some(actor.account_id) => {
            Err(Refusal::SameReviewer)
        }
        Step::Body | Step::Municipal => Ok(grant),
    }
}

/// Reviewers act for their own unit and those below it; an officer only for the bureau, as on the main road.
const fn reviews_in_place(role: Role, in_place: bool) -> bool {
    match role {
        Role::Reviewer => role.permits(Permission::ReviewMakeup),
        Role::MunicipalOfficer => in_place && role.permits(Permission::ReviewMakeup),
        Role::Professional
        | Role::EmployerAdministrator
        | Role::InstitutionAdministrator
        | Role::MunicipalAdministrator
        | Role::Auditor => false,
    }
}
