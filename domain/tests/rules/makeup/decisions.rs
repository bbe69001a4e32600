//! The road of an application and of a grant, and who decides (M2, M3).

use uuid::Uuid;
use xueshi_domain::access::{Actor, Grant, OrgPath, Role};
use xueshi_domain::makeup::{
    self, Application, ApplicationEvent, ApplicationState, DecisionCase, GrantEvent, GrantState,
    Item, ItemEvent, ItemState, Step, may_decide, result_of,
};
use xueshi_domain::registry::OrganizationKind;
use xueshi_domain::review::Decision;
use xueshi_domain::workflow::{Road, step};

use super::code;

#[test]
fn m2_an_application_skips_no_step() {
    use ApplicationEvent::{Forward, Grant, Reject, Return, Submit};
    use ApplicationState::{BodyReview, Draft, Granted, MunicipalReview, Rejected, Returned};
    for (state, event, after) in [
        (Draft, Submit, Some(BodyReview)),
        (Returned, Submit, Some(BodyReview)),
        (BodyReview, Forward, Some(MunicipalReview)),
        (MunicipalReview, Grant, Some(Granted)),
        (BodyReview, Return, Some(Returned)),
        (MunicipalReview, Reject, Some(Rejected)),
        (BodyReview, Grant, None),
        (Draft, Forward, None),
        (Draft, Grant, None),
        (Granted, Return, None),
        (Rejected, Submit, None),
    ] {
        assert_eq!(Application::next(state, event), after, "{state} {event}");
        let refused = after.is_none().then_some("wrong-state");
        assert_eq!(step::<Application>(state, event).err().map(|it| it.code()), refused);
    }
    assert_eq!(Item::next(ItemState::Open, ItemEvent::Grant), None, "not past the first body");
    assert_eq!(ItemEvent::of(Step::Body, Decision::Approve), ItemEvent::Forward);
    assert_eq!(ItemEvent::of(Step::Municipal, Decision::Approve), ItemEvent::Grant);
    assert_eq!(Item::next(ItemState::Rejected, ItemEvent::Reopen), None);
}

#[test]
fn m2_the_items_make_the_applications_result() {
    use ItemState::{Forwarded, Granted, Open, Rejected, Returned};
    for (step, items, expected) in [
        (Step::Body, vec![Open, Forwarded], None),
        (Step::Body, vec![Forwarded, Returned, Rejected], Some(ApplicationEvent::Forward)),
        (Step::Body, vec![Returned, Rejected], Some(ApplicationEvent::Return)),
        (Step::Body, vec![Rejected], Some(ApplicationEvent::Reject)),
        (Step::Municipal, vec![Forwarded, Granted], None),
        (Step::Municipal, vec![Granted, Returned], Some(ApplicationEvent::Grant)),
        (Step::Municipal, vec![Returned, Rejected], Some(ApplicationEvent::Return)),
        (Step::Municipal, vec![Rejected, Rejected], Some(ApplicationEvent::Reject)),
    ] {
        assert_eq!(result_of(step, items.clone()), expected, "{step}: {items:?}");
    }
}

#[test]
fn m3_a_grant_ends_used_or_expired() {
    use GrantEvent::{Expire, Reopen, Use};
    use GrantState::{Expired, Granted, Used};
    for (state, event, after) in [
        (Granted, Use, Some(Used)),
        (Granted, Expire, Some(Expired)),
        (Used, Reopen, Some(Granted)),
        (Expired, Use, Some(Used)),
        (Used, Expire, None),
        (Expired, Reopen, None),
        (Granted, Reopen, None),
    ] {
        assert_eq!(makeup::Grant::next(state, event), after, "{state} {event}");
    }
}

const BUREAU: u128 = 1;

const DISTRICT: u128 = 2;

const BASE: u128 = 3;

fn path(unit: u128) -> OrgPath {
    let root = OrgPath::root(Uuid::from_u128(BUREAU));
    if unit == BUREAU { root } else { root.child(Uuid::from_u128(unit)) }
}

fn actor(account: u128, role: Role, unit: u128) -> Actor {
    let id = Uuid::from_u128(unit);
    Actor {
        account_id: Uuid::from_u128(account),
        professional_id: None,
        grants: vec![Grant { role, organization_id: id, path: path(unit) }],
        scopes: Vec::new(),
    }
}

#[test]
fn m2_three_parties() {
    use OrganizationKind::{CeBase, DistrictBureau, MunicipalBureau};
    use Role::{EmployerAdministrator, InstitutionAdministrator, MunicipalOfficer, Reviewer};
    let (first, last) = (Step::Body, Step::Municipal);
    for (case, who, at, unit, kind, expected) in [
        ("the body's reviewer", (11, Reviewer, DISTRICT), first, DISTRICT, DistrictBureau, "ok"),
        ("one of a unit above", (11, Reviewer, BUREAU), first, DISTRICT, DistrictBureau, "ok"),
        ("of another district", (11, Reviewer, 9), first, DISTRICT, DistrictBureau, "not-holder"),
        (
            "who trains there",
            (11, InstitutionAdministrator, DISTRICT),
            first,
            DISTRICT,
            DistrictBureau,
            "not-holder",
        ),
        (
            "not in the body's place",
            (11, MunicipalOfficer, BUREAU),
            first,
            DISTRICT,
            DistrictBureau,
            "not-holder",
        ),
        (
            "the bureau as the body",
            (11, MunicipalOfficer, BUREAU),
            first,
            BUREAU,
            MunicipalBureau,
            "ok",
        ),
        ("the base", (11, InstitutionAdministrator, BASE), first, BASE, CeBase, "ok"),
        ("another base", (11, InstitutionAdministrator, 9), first, BASE, CeBase, "not-holder"),
        ("a reviewer above the base", (11, Reviewer, BUREAU), first, BASE, CeBase, "not-holder"),
        (
            "an employer",
            (11, EmployerAdministrator, DISTRICT),
            first,
            DISTRICT,
            DistrictBureau,
            "not-holder",
        ),
        ("the applicant", (1, Reviewer, DISTRICT), first, DISTRICT, DistrictBureau, "own-case"),
        ("the bureau", (11, MunicipalOfficer, BUREAU), last, BUREAU, MunicipalBureau, "ok"),
        (
            "the body skips no step",
            (11, Reviewer, DISTRICT),
            last,
            BUREAU,
            MunicipalBureau,
            "not-holder",
        ),
        (
            "a reviewer of the bureau",
            (11, Reviewer, BUREAU),
            last,
            BUREAU,
            MunicipalBureau,
            "not-holder",
        ),
        (
            "the same person twice",
            (2, MunicipalOfficer, BUREAU),
            last,
            BUREAU,
            MunicipalBureau,
            "same-reviewer",
        ),
        ("the applicant", (1, MunicipalOfficer, BUREAU), last, BUREAU, MunicipalBureau, "own-case"),
    ] {
        let (account, role, of) = who;
        let holder = path(unit);
        let decision = DecisionCase {
            step: at,
            holder: &holder,
            holder_kind: kind,
            applicant: Some(Uuid::from_u128(1)),
            first_reviewer: (at == last).then(|| Uuid::from_u128(2)),
        };
        assert_eq!(code(may_decide(&actor(account, role, of), decision)), expected, "{case}");
    }
}
