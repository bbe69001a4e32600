//! Who may decide on a declaration, and who may verify a record (rulebook, "Who"; A1).

use uuid::Uuid;

use super::actor::{Actor, Grant};
use super::org_path::OrgPath;
use super::role::{Permission, Role};
use crate::refusal::Refusal;
use crate::review::Stage;

/// What the right to decide depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewCase<'a> {
    /// The stage at which the declaration waits.
    pub stage: Stage,
    /// The path of the unit that holds it.
    pub holder: &'a OrgPath,
    /// The person who declared.
    pub declarant: Uuid,
    /// The account that decided the stage before, in the same revision.
    pub previous_decider: Option<Uuid>,
}

/// Whether an actor may decide, and under which grant (V10).
///
/// Nobody decides on their own declaration, at any level. The employer's stage is decided by an employer's administrator of
/// the holder or of a unit above it; the authority's stage by a reviewer of the holder or of a unit above it, or by an officer
/// of the municipal bureau when the bureau itself is the holder. One person does not decide both stages.
///
/// # Errors
/// [`Refusal::OwnDeclaration`], [`Refusal::NotHolder`], [`Refusal::SameReviewer`], in this order.
pub fn may_review<'a>(actor: &'a Actor, case: ReviewCase<'_>) -> Result<&'a Grant, Refusal> {
    if actor.is_professional(case.declarant) {
        return Err(Refusal::OwnDeclaration);
    }
    let permission = match case.stage {
        Stage::Employer => Permission::ReviewAtEmployer,
        Stage::Authority => Permission::ReviewAtAuthority,
    };
    let grant = actor.closest(case.holder, |grant| acts_in_place(grant, permission, case.holder));
    let grant = grant.ok_or(Refusal::NotHolder { stage: case.stage })?;
    if case.previous_decider == Some(actor.account_id) {
        return Err(Refusal::SameReviewer);
    }
    Ok(grant)
}

/// Whether a grant gives the right, and is not an officer's on a body below: the officer decides for the bureau, not in the
/// place of every body of the city.
fn acts_in_place(grant: &Grant, permission: Permission, holder: &OrgPath) -> bool {
    let in_place = grant.role != Role::MunicipalOfficer || grant.path == *holder;
    grant.role.permits(permission) && in_place
}

/// Whether an actor may verify the annual record of a person whose employer has this reviewing body, and under which grant (A1).
///
/// The same rights as deciding at the authority's stage: a reviewer of the body or of a unit above it, or an officer of the
/// municipal bureau when the bureau itself is the body.
///
/// # Errors
/// [`Refusal::OwnRecord`], [`Refusal::NotHolder`], in this order.
pub fn may_verify<'a>(
    actor: &'a Actor,
    reviewing_body: &OrgPath,
    professional: Uuid,
) -> Result<&'a Grant, Refusal> {
    if actor.is_professional(professional) {
        return Err(Refusal::OwnRecord);
    }
    let grant = actor.closest(reviewing_body, |grant| {
        acts_in_place(grant, Permission::VerifyRecords, reviewing_body)
    });
    grant.ok_or(Refusal::NotHolder { stage: Stage::Authority })
}
