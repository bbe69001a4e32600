//! Who may do what (rulebook, "Who"; U4a, V10, A1).

use proptest::prelude::*;
use uuid::Uuid;
use xueshi_domain::RefusalCode;
use xueshi_domain::access::{
    Actor, Grant, OrgPath, OrgPathError, Permission, ReviewCase, Role, Scope, may_review,
    may_verify, table,
};
use xueshi_domain::review::Stage;

const CITY: u128 = 1;
const HEALTH: u128 = 2;
const HOSPITAL: u128 = 3;
const DISTRICT: u128 = 4;

const PERSON: Uuid = Uuid::from_u128(100);
const ACCOUNT: Uuid = Uuid::from_u128(200);

/// The path of the units from the root down.
fn path(ids: &[u128]) -> OrgPath {
    let (root, below) = ids.split_first().unwrap();
    below
        .iter()
        .fold(OrgPath::root(Uuid::from_u128(*root)), |path, id| path.child(Uuid::from_u128(*id)))
}

fn grant(role: Role, ids: &[u128]) -> Grant {
    Grant { role, organization_id: Uuid::from_u128(*ids.last().unwrap()), path: path(ids) }
}

fn actor(grants: Vec<Grant>) -> Actor {
    Actor { account_id: ACCOUNT, professional_id: None, grants, scopes: Vec::new() }
}

#[test]
fn who_the_printed_table() {
    let printed = table();
    let row = |permission: &str| {
        printed.lines().find(|line| line.contains(&format!("`{permission}`"))).unwrap()
    };
    assert_eq!(row("declare_own"), "| `declare_own` | yes | | | | | | |");
    assert_eq!(row("review_at_employer"), "| `review_at_employer` | | yes | | | | | |");
    assert_eq!(row("review_at_authority"), "| `review_at_authority` | | | yes | | yes | | |");
    assert_eq!(row("revoke_approval"), "| `revoke_approval` | | | | | yes | | |");
    assert_eq!(row("manage_policy"), "| `manage_policy` | | | | | | yes | |");
    assert_eq!(row("read_audit"), "| `read_audit` | | | | | | yes | yes |");
    assert_eq!(printed.lines().count(), 2 + Permission::ALL.len());
}

#[test]
fn who_an_auditor_changes_nothing() {
    let reading: Vec<_> =
        Permission::ALL.iter().filter(|permission| Role::Auditor.permits(**permission)).collect();
    assert!(
        reading.iter().all(|permission| permission.as_str().starts_with("read_")),
        "{reading:?}"
    );
    // U4a: reading unmasked is a right of its own.
    assert!(!Role::Auditor.permits(Permission::ReadPersonalData));
}

#[test]
fn who_machines_have_scopes_and_people_have_roles() {
    for permission in [Permission::DeliverLearning, Permission::SyncRead, Permission::SyncWrite] {
        assert!(Role::ALL.iter().all(|role| !role.permits(permission)), "{permission}");
    }
    for scope in Scope::ALL {
        let machine = Actor { scopes: vec![*scope], ..actor(Vec::new()) };
        let allowed: Vec<_> =
            Permission::ALL.iter().copied().filter(|permission| machine.may(*permission)).collect();
        let expected = match scope {
            Scope::SyncRead => vec![Permission::SyncRead],
            Scope::SyncWrite => vec![Permission::DeliverLearning, Permission::SyncWrite],
            Scope::LearningWrite => vec![Permission::DeliverLearning],
        };
        assert_eq!(allowed, expected, "{scope}");
        assert_eq!(machine.acting_for(Permission::DeliverLearning, &path(&[CITY])), None);
    }
}

#[test]
fn who_every_permission_is_somebodys() {
    for permission in Permission::ALL {
        let by_role = Role::ALL.iter().any(|role| role.permits(*permission));
        let by_scope = Scope::ALL.iter().any(|scope| scope.permits(*permission));
        assert!(by_role || by_scope, "{permission}");
    }
}

#[test]
fn who_paths_of_units() {
    let city = path(&[CITY]);
    let hospital = path(&[CITY, HEALTH, HOSPITAL]);
    assert!(city.contains(&hospital) && city.contains(&city) && !hospital.contains(&city));
    assert!(!path(&[CITY, DISTRICT]).contains(&hospital));
    assert_eq!((city.depth(), hospital.depth()), (1, 3));
    assert_eq!(OrgPath::parse(hospital.as_str()), Ok(hospital));
    let id = Uuid::from_u128(CITY);
    for wrong in [
        String::new(),
        "/".to_owned(),
        "//".to_owned(),
        format!("{id}/"),
        format!("/{id}"),
        format!("/{id}//"),
        format!("/{id}/{id}/"),
        format!("/{}/", id.simple()),
        format!("/{{{id}}}/"),
        format!("/{}/", Uuid::from_u128(0xabcd).to_string().to_uppercase()),
        "/organisation/".to_owned(),
    ] {
        assert_eq!(OrgPath::parse(&wrong), Err(OrgPathError), "{wrong}");
    }
}

#[test]
fn v10_the_closest_grant_is_the_one_acted_for() {
    let actor = actor(vec![
        grant(Role::Auditor, &[CITY]),
        grant(Role::Reviewer, &[CITY]),
        grant(Role::Reviewer, &[CITY, HEALTH]),
        grant(Role::Reviewer, &[CITY, DISTRICT]),
    ]);
    let unit = |target: &[u128], permission| {
        actor.acting_for(permission, &path(target)).map(|grant| grant.organization_id.as_u128())
    };
    assert_eq!(unit(&[CITY, HEALTH, HOSPITAL], Permission::VerifyRecords), Some(HEALTH));
    assert_eq!(unit(&[CITY], Permission::VerifyRecords), Some(CITY));
    assert_eq!(unit(&[CITY, HEALTH], Permission::ReadAudit), Some(CITY));
    assert_eq!(unit(&[CITY, HEALTH], Permission::ManagePolicy), None);
    assert_eq!(unit(&[9], Permission::VerifyRecords), None);
    assert!(actor.may(Permission::VerifyRecords) && !actor.may(Permission::ManagePolicy));
    assert_eq!(actor.grants_for(Permission::VerifyRecords).count(), 3);
}

#[test]
fn who_may_review() {
    use RefusalCode::{NotHolder, OwnDeclaration, SameReviewer};
    use Role::{
        Auditor, EmployerAdministrator, MunicipalAdministrator, MunicipalOfficer, Reviewer,
    };
    let hospital: &[u128] = &[CITY, HEALTH, HOSPITAL];
    let health: &[u128] = &[CITY, HEALTH];
    let city: &[u128] = &[CITY];
    let district: &[u128] = &[CITY, DISTRICT];
    let (employer, authority) = (Stage::Employer, Stage::Authority);
    // role and where it is granted; stage and who holds it; own declaration; decided the stage before
    for (role, granted, stage, holder, own, before, expected) in [
        (EmployerAdministrator, hospital, employer, hospital, false, false, Ok(HOSPITAL)),
        (EmployerAdministrator, health, employer, hospital, false, false, Ok(HEALTH)),
        (EmployerAdministrator, district, employer, hospital, false, false, Err(NotHolder)),
        (EmployerAdministrator, hospital, employer, health, false, false, Err(NotHolder)),
        (EmployerAdministrator, hospital, authority, health, false, false, Err(NotHolder)),
        (EmployerAdministrator, hospital, employer, hospital, true, false, Err(OwnDeclaration)),
        (Reviewer, health, authority, health, false, false, Ok(HEALTH)),
        (Reviewer, city, authority, health, false, false, Ok(CITY)),
        (Reviewer, district, authority, health, false, false, Err(NotHolder)),
        (Reviewer, health, employer, hospital, false, false, Err(NotHolder)),
        (Reviewer, health, authority, health, true, false, Err(OwnDeclaration)),
        (Reviewer, health, authority, health, false, true, Err(SameReviewer)),
        (Reviewer, district, authority, health, false, true, Err(NotHolder)),
        (MunicipalOfficer, city, authority, city, false, false, Ok(CITY)),
        (MunicipalOfficer, city, authority, health, false, false, Err(NotHolder)),
        (MunicipalOfficer, city, employer, hospital, false, false, Err(NotHolder)),
        (MunicipalOfficer, city, authority, city, true, false, Err(OwnDeclaration)),
        (MunicipalAdministrator, city, authority, city, false, false, Err(NotHolder)),
        (Auditor, city, authority, health, false, false, Err(NotHolder)),
        (Role::Professional, hospital, employer, hospital, false, false, Err(NotHolder)),
    ] {
        let reviewer =
            Actor { professional_id: own.then_some(PERSON), ..actor(vec![grant(role, granted)]) };
        let case = ReviewCase {
            stage,
            holder: &path(holder),
            declarant: PERSON,
            previous_decider: before.then_some(ACCOUNT),
        };
        let found = may_review(&reviewer, case)
            .map(|grant| grant.organization_id.as_u128())
            .map_err(|refusal| refusal.kind());
        assert_eq!(found, expected, "{role} of {granted:?} at {stage} of {holder:?}");
    }
}

#[test]
fn a1_who_may_verify() {
    let health = path(&[CITY, HEALTH]);
    let code = |actor: &Actor, body: &OrgPath| {
        may_verify(actor, body, PERSON).map(|_| ()).map_err(|refusal| refusal.kind())
    };
    let reviewer = actor(vec![grant(Role::Reviewer, &[CITY, HEALTH])]);
    assert_eq!(code(&reviewer, &health), Ok(()));
    assert_eq!(code(&reviewer, &path(&[CITY, DISTRICT])), Err(RefusalCode::NotHolder));
    let own = Actor { professional_id: Some(PERSON), ..reviewer };
    assert_eq!(code(&own, &health), Err(RefusalCode::OwnRecord));
    let officer = actor(vec![grant(Role::MunicipalOfficer, &[CITY])]);
    assert_eq!(code(&officer, &path(&[CITY])), Ok(()));
    assert_eq!(code(&officer, &health), Err(RefusalCode::NotHolder));
}

proptest! {
    #[test]
    fn who_nobody_reviews_their_own(
        roles in prop::collection::vec(prop::sample::select(Role::ALL), 0..7), stage in prop::sample::select(Stage::ALL)
    ) {
        let grants = roles.into_iter().map(|role| grant(role, &[CITY])).collect();
        let reviewer = Actor { professional_id: Some(PERSON), ..actor(grants) };
        let case = ReviewCase { stage, holder: &path(&[CITY]), declarant: PERSON, previous_decider: None };
        prop_assert_eq!(may_review(&reviewer, case).map_err(|refusal| refusal.kind()), Err(RefusalCode::OwnDeclaration));
    }

    #[test]
    fn who_containment_is_that_of_lists(one in prop::collection::vec(1..4_u128, 1..4), other in prop::collection::vec(1..4_u128, 1..4)) {
        prop_assert_eq!(path(&one).contains(&path(&other)), other.starts_with(&one));
    }

    #[test]
    fn any_text_is_a_path_or_not(text in ".*") {
        let _ = OrgPath::parse(&text);
    }
}
