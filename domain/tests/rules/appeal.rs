//! V8: appeals.

use time::macros::{date, datetime};
use uuid::Uuid;
use xueshi_domain::access::{Actor, Grant, OrgPath, Role};
use xueshi_domain::appeal::{
    Appeal, Case, Event, Kind, Levels, State, decider, due_of, has_ended, kind_of, may_decide,
};
use xueshi_domain::calendar::WorkdayCalendar;
use xueshi_domain::policy::Counting;
use xueshi_domain::review::State as DeclarationState;
use xueshi_domain::workflow::step;

use crate::policy;

/// V8: one decision, and nothing after it.
#[test]
fn v8_what_follows_what() {
    for (state, event, after) in [
        (State::Submitted, Event::Uphold, Some(State::Upheld)),
        (State::Submitted, Event::Dismiss, Some(State::Dismissed)),
        (State::Submitted, Event::Withdraw, Some(State::Withdrawn)),
        (State::Upheld, Event::Uphold, None),
        (State::Upheld, Event::Dismiss, None),
        (State::Upheld, Event::Withdraw, None),
        (State::Dismissed, Event::Uphold, None),
        (State::Dismissed, Event::Dismiss, None),
        (State::Dismissed, Event::Withdraw, None),
        (State::Withdrawn, Event::Uphold, None),
        (State::Withdrawn, Event::Dismiss, None),
        (State::Withdrawn, Event::Withdraw, None),
    ] {
        let found = step::<Appeal>(state, event);
        assert_eq!(found.clone().ok(), after, "{state} {event}");
        assert!(found.is_ok() || found.unwrap_err().code() == "wrong-state");
    }
}

/// V8: a rejection or a revocation can be appealed against, nothing else.
#[test]
fn v8_what_can_be_appealed_against() {
    for state in DeclarationState::ALL {
        let expected = match state.as_str() {
            "rejected" => Some(Kind::Rejection),
            "revoked" => Some(Kind::Revocation),
            _ => None,
        };
        assert_eq!(kind_of(*state), expected, "{state}");
    }
}

/// Bureau over authority over employer over department.
fn tree() -> [OrgPath; 4] {
    let bureau = OrgPath::root(Uuid::from_u128(1));
    let authority = bureau.child(Uuid::from_u128(2));
    let employer = authority.child(Uuid::from_u128(3));
    let department = employer.child(Uuid::from_u128(4));
    [bureau, authority, employer, department]
}

/// V8: the next level up from the unit that decided.
#[test]
fn v8_the_next_level_up_decides() {
    let [bureau, authority, employer, department] = tree();
    let other = bureau.child(Uuid::from_u128(9));
    let of = |decided_for, authority| decider(Levels { decided_for, authority, bureau: &bureau });
    assert_eq!(*of(&employer, &authority), authority);
    assert_eq!(*of(&department, &authority), authority);
    // The body's administrator stood in for the employer's: the body does not decide about itself.
    assert_eq!(*of(&authority, &authority), bureau);
    assert_eq!(*of(&bureau, &authority), bureau);
    // A unit directly under the bureau: above it there is only the bureau, for both stages.
    let direct = bureau.child(Uuid::from_u128(5));
    assert_eq!(*of(&direct, &bureau), bureau);
    assert_eq!(*of(&bureau, &bureau), bureau);
    // A unit that stands elsewhere by now.
    assert_eq!(*of(&employer, &other), bureau);
}

fn actor(account: u128, person: Option<u128>, grants: &[(Role, &OrgPath)]) -> Actor {
    let grant = |(role, path): &(Role, &OrgPath)| Grant {
        role: *role,
        organization_id: Uuid::from_u128(path.depth() as u128),
        path: (*path).clone(),
    };
    Actor {
        account_id: Uuid::from_u128(account),
        professional_id: person.map(Uuid::from_u128),
        grants: grants.iter().map(grant).collect(),
        scopes: Vec::new(),
    }
}

/// V8, Who: the deciding unit's own people decide, not about themselves and not about what they decided.
#[test]
fn v8_who_may_decide() {
    let [bureau, authority, employer, _] = tree();
    let (decided_by, person) = ([Uuid::from_u128(70)], 50);
    let found = |actor: &Actor, unit: &OrgPath| {
        let professional = Uuid::from_u128(person);
        let case = Case { decider: unit, professional, decided_by: &decided_by };
        match may_decide(actor, case) {
            Ok(Some(grant)) => format!("for level {}", grant.path.depth()),
            Ok(None) => "no right".to_owned(),
            Err(refusal) => refusal.code().to_owned(),
        }
    };
    for (what, who, unit, expected) in [
        ("reviewer", actor(71, None, &[(Role::Reviewer, &authority)]), &authority, "for level 2"),
        (
            "reviewer above",
            actor(71, None, &[(Role::Reviewer, &bureau)]),
            &authority,
            "for level 1",
        ),
        ("reviewer below", actor(71, None, &[(Role::Reviewer, &authority)]), &bureau, "no right"),
        ("officer", actor(71, None, &[(Role::MunicipalOfficer, &bureau)]), &bureau, "for level 1"),
        (
            "officer in the body's place",
            actor(71, None, &[(Role::MunicipalOfficer, &bureau)]),
            &authority,
            "no right",
        ),
        (
            "employer",
            actor(71, None, &[(Role::EmployerAdministrator, &employer)]),
            &authority,
            "no right",
        ),
        (
            "whoever decided",
            actor(70, None, &[(Role::MunicipalOfficer, &bureau)]),
            &bureau,
            "same-decider",
        ),
        (
            "the person",
            actor(71, Some(person), &[(Role::MunicipalOfficer, &bureau)]),
            &bureau,
            "own-case",
        ),
    ] {
        assert_eq!(found(&who, unit), expected, "{what}");
    }
}

/// V8: five working days from the arrival, also where the policy counts both stages from the declaration.
#[test]
fn v8_the_same_five_working_days() {
    let calendar = WorkdayCalendar::official();
    let mut terms = policy(2023).review;
    for counting in [Counting::PerStage, Counting::FromDeclaration] {
        terms.counting = counting;
        let due = due_of(datetime!(2023-09-28 10:00 +8), &terms, &calendar).unwrap();
        assert_eq!((due.date, due.provisional), (date!(2023 - 10 - 11), false));
    }
}

/// V8, H2: before a class has ended its record cannot be missing.
#[test]
fn v8_nothing_is_missing_before_the_end() {
    let now = datetime!(2023-10-16 09:00 +8);
    assert_eq!(has_ended(date!(2023 - 10 - 16), now), Ok(()));
    let refusal = has_ended(date!(2023 - 10 - 17), now).unwrap_err();
    assert_eq!(refusal.code(), "learning-not-finished");
}
