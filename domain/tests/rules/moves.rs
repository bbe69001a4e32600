//! People and units that register, move and merge (U0, U1, U2, U4, U4b).

use uuid::Uuid;
use xueshi_domain::access::{Actor, Grant, OrgPath, Role};
use xueshi_domain::duplicate::{Standing, Trace};
use xueshi_domain::hours::Hours;
use xueshi_domain::learning::{LearningSpan, Subject, Way};
use xueshi_domain::merging::{Conflict, Declared, GivesWay, giving_way, judge};
use xueshi_domain::refusal::DuplicateGround;
use xueshi_domain::registration::{self, Joining, Known, is_same_name};
use xueshi_domain::registry::OrganizationKind;
use xueshi_domain::review::{Event, State};
use xueshi_domain::transfer::{self, Case, DecidedAs, Facts, Rerouting, Side};
use xueshi_domain::units::{InUse, may_disable, may_register, needed_office, stands_under};
use xueshi_domain::workflow::{Road, step};
use xueshi_domain::{Refusal, titles};

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// U2: a transfer is decided once.
#[test]
fn u2_the_road_of_a_transfer() {
    use transfer::{Event, State, Transfer};
    for (event, after) in [
        (Event::Accept, State::Accepted),
        (Event::Refuse, State::Refused),
        (Event::Withdraw, State::Withdrawn),
    ] {
        assert_eq!(step::<Transfer>(State::Requested, event), Ok(after));
        for ended in [State::Accepted, State::Refused, State::Withdrawn] {
            assert_eq!(Transfer::next(ended, event), None, "{ended} {event}");
        }
    }
    let refusal = step::<Transfer>(State::Accepted, Event::Refuse).unwrap_err();
    assert_eq!(refusal.code(), "wrong-state");
}

/// U2: what a transfer rests on.
#[test]
fn u2_between_two_employers_in_use() {
    let facts = Facts { employed_at: Some(id(1)), from: id(1), to: id(2), to_is_in_use: true };
    assert_eq!(transfer::check(facts), Ok(()));
    for (facts, code) in [
        (Facts { employed_at: None, ..facts }, "not-employed"),
        (Facts { employed_at: Some(id(3)), ..facts }, "not-employed"),
        (Facts { to: id(1), ..facts }, "same-employer"),
        (Facts { to_is_in_use: false, ..facts }, "unit-disabled"),
    ] {
        assert_eq!(transfer::check(facts).unwrap_err().code(), code);
    }
}

fn actor(account: u128, grants: &[(Role, &OrgPath)]) -> Actor {
    let grants = grants.iter().map(|(role, path)| Grant {
        role: *role,
        organization_id: Uuid::nil(),
        path: (*path).clone(),
    });
    Actor {
        account_id: id(account),
        professional_id: None,
        grants: grants.collect(),
        scopes: Vec::new(),
    }
}

/// U2: the other employer accepts, or a unit above both decides; nobody for themselves.
#[test]
fn u2_who_decides() {
    let city = OrgPath::root(id(1));
    let (health, jinshui) = (city.child(id(2)), city.child(id(3)));
    let (hospital, clinic, company) =
        (health.child(id(4)), health.child(id(5)), jinshui.child(id(6)));
    let decided = |actor: &Actor, to: &OrgPath, asked_by| {
        let case = Case { person: id(90), from: &hospital, to, asked_by, asker: id(10) };
        transfer::decider(actor, case).map(|right| right.map(|(_, decided_as)| decided_as))
    };
    let at = |role, path: &OrgPath| actor(11, &[(role, path)]);
    let employer = Role::EmployerAdministrator;
    for (actor, to, asked_by, right) in [
        (at(employer, &clinic), &clinic, Side::From, Some(DecidedAs::Employer)),
        (at(employer, &clinic), &clinic, Side::To, None),
        (at(employer, &hospital), &clinic, Side::To, Some(DecidedAs::Employer)),
        (at(employer, &hospital), &clinic, Side::From, None),
        (at(employer, &company), &clinic, Side::From, None),
        (at(Role::Reviewer, &health), &clinic, Side::From, Some(DecidedAs::Superior)),
        (at(Role::Reviewer, &health), &company, Side::From, None),
        (at(Role::Reviewer, &jinshui), &company, Side::From, None),
        (at(Role::MunicipalOfficer, &city), &company, Side::From, Some(DecidedAs::Superior)),
        (at(Role::MunicipalAdministrator, &city), &company, Side::From, None),
        (at(Role::Auditor, &city), &company, Side::From, None),
    ] {
        assert_eq!(decided(&actor, to, asked_by), Ok(right), "{actor:?} {asked_by}");
    }
    let asker = actor(10, &[(employer, &clinic)]);
    assert_eq!(decided(&asker, &clinic, Side::From), Err(Refusal::OwnCase));
    let mut oneself = at(employer, &clinic);
    oneself.professional_id = Some(id(90));
    assert_eq!(decided(&oneself, &clinic, Side::From), Err(Refusal::OwnCase));
}

/// U2: what becomes of a declaration.
#[test]
fn u2_what_waits_follows() {
    for (state, same_employer, same_body, expected) in [
        (State::EmployerReview, false, false, Rerouting::Restart),
        (State::EmployerReview, false, true, Rerouting::Restart),
        (State::EmployerReview, true, false, Rerouting::Stay),
        (State::AuthorityReview, false, true, Rerouting::Stay),
        (State::AuthorityReview, false, false, Rerouting::Move),
        (State::AuthorityReview, true, false, Rerouting::Move),
    ] {
        assert_eq!(transfer::rerouting(state, same_employer, same_body), expected, "{state}");
    }
    for state in State::ALL.iter().filter(|state| !state.is_pending()) {
        assert_eq!(transfer::rerouting(*state, false, false), Rerouting::Nothing, "{state}");
    }
}

/// U0, U4: what accepting an applicant does, and whose record nobody gets.
#[test]
fn u0_an_acceptance_takes_over_nobodys_record() {
    let known = Known { employed_at: None, same_name: true, has_another_account: false };
    let accept = |known| registration::accept(known, id(1));
    assert_eq!(accept(None), Ok(Joining::Register));
    assert_eq!(accept(Some(known)), Ok(Joining::Employ));
    assert_eq!(accept(Some(Known { employed_at: Some(id(1)), ..known })), Ok(Joining::Link));
    for (known, refusal) in [
        (Known { employed_at: Some(id(2)), ..known }, Refusal::EmployedElsewhere),
        (Known { has_another_account: true, ..known }, Refusal::RecordHasAccount),
        (
            Known { has_another_account: true, employed_at: Some(id(1)), ..known },
            Refusal::RecordHasAccount,
        ),
        (Known { same_name: false, ..known }, Refusal::IdentityMismatch),
    ] {
        assert_eq!(accept(Some(known)), Err(refusal));
    }
    assert!(is_same_name("买买提 ·艾力", "买买提·艾力") && is_same_name("Li Wei", "li wei"));
    assert!(!is_same_name("李伟", "李炜"));
}

/// U0: requests to join and registrations of units are decided once.
#[test]
fn u0_the_road_of_a_registration() {
    use registration::{EmploymentRequest, Event, State, UnitRegistration};
    for (event, after) in [
        (Event::Accept, State::Accepted),
        (Event::Refuse, State::Refused),
        (Event::Withdraw, State::Withdrawn),
    ] {
        assert_eq!(EmploymentRequest::next(State::Submitted, event), Some(after));
        assert_eq!(UnitRegistration::next(State::Submitted, event), Some(after));
        for ended in [State::Accepted, State::Refused, State::Withdrawn] {
            assert_eq!(EmploymentRequest::next(ended, event), None);
            assert_eq!(UnitRegistration::next(ended, event), None);
        }
    }
}

/// Who: where a unit may stand; U0: who registers; U1: whom it must not be without.
#[test]
fn who_units_in_the_tree() {
    use OrganizationKind::{
        CeBase, DistrictBureau, Employer, IndustryAuthority, MunicipalBureau, TrainingInstitution,
    };
    let reviewing = [MunicipalBureau, DistrictBureau, IndustryAuthority];
    for (kind, parents, registers, office) in [
        (MunicipalBureau, vec![], false, Role::MunicipalOfficer),
        (DistrictBureau, vec![MunicipalBureau], false, Role::Reviewer),
        (IndustryAuthority, vec![MunicipalBureau], false, Role::Reviewer),
        (CeBase, reviewing.to_vec(), false, Role::InstitutionAdministrator),
        (TrainingInstitution, reviewing.to_vec(), true, Role::InstitutionAdministrator),
        (
            Employer,
            vec![MunicipalBureau, DistrictBureau, IndustryAuthority, Employer],
            true,
            Role::EmployerAdministrator,
        ),
    ] {
        for parent in OrganizationKind::ALL {
            assert_eq!(
                stands_under(kind, *parent),
                parents.contains(parent),
                "{kind} under {parent}"
            );
        }
        assert_eq!(may_register(kind), registers, "{kind}");
        assert_eq!(needed_office(kind), office, "{kind}");
    }
}

/// U1: a unit is closed only when nothing rests on it.
#[test]
fn u1_a_unit_in_use_is_not_closed() {
    assert_eq!(may_disable(InUse::default()), Ok(()));
    for rests in [
        InUse { people: 1, ..InUse::default() },
        InUse { units: 1, ..InUse::default() },
        InUse { reviewed_units: 1, ..InUse::default() },
        InUse { waiting: 1, ..InUse::default() },
    ] {
        assert_eq!(may_disable(rests).unwrap_err().code(), "unit-in-use", "{rests:?}");
    }
}

/// U4b: the series of titles are 27, each once.
#[test]
fn u4b_there_are_27_series_of_titles() {
    let names: std::collections::BTreeSet<_> = titles::SERIES.iter().collect();
    assert_eq!(names.len(), 27);
    assert!(titles::is_series("卫生技术") && !titles::is_series("医生"));
}

fn standing(number: u128, state: State, class: Option<u128>, course: Option<&str>) -> Standing {
    let day = time::macros::date!(2023 - 05 - 08);
    Standing {
        id: id(number),
        state,
        trace: Trace {
            learning_record: None,
            class: class.map(id),
            seminar: None,
            platform_course: course.map(|course| ("hnzjzx".to_owned(), course.to_owned())),
            content_hashes: Vec::new(),
            span: LearningSpan::new(day, day).unwrap(),
        },
    }
}

/// U4, H7: of two declarations of the same learning the one that has come further stands; of equal ones, the kept record's.
#[test]
fn u4_the_same_learning_of_two_records_counts_once() {
    let gives_way = |number, stands, event| GivesWay { id: id(number), stands: id(stands), event };
    for (kept, merged, expected) in [
        (State::Approved, State::Approved, gives_way(2, 1, Event::Revoke)),
        (State::Approved, State::AuthorityReview, gives_way(2, 1, Event::Withdraw)),
        (State::Draft, State::Approved, gives_way(1, 2, Event::Withdraw)),
        (State::EmployerReview, State::AuthorityReview, gives_way(1, 2, Event::Withdraw)),
        (State::Returned, State::Draft, gives_way(2, 1, Event::Withdraw)),
    ] {
        let kept = [standing(1, kept, Some(7), None)];
        let merged = [standing(2, merged, Some(7), None)];
        assert_eq!(giving_way(&kept, &merged), [expected]);
    }
    // Other learning, and what no longer stands, gives way to nobody.
    let kept = [standing(1, State::Approved, Some(7), None)];
    for merged in [
        standing(2, State::Approved, Some(8), None),
        standing(2, State::Withdrawn, Some(7), None),
        standing(2, State::Rejected, Some(7), None),
    ] {
        assert_eq!(giving_way(&kept, &[merged]), []);
    }
    // One that meets two: it must beat both.
    let kept =
        [standing(1, State::Draft, Some(7), None), standing(3, State::Approved, None, Some("c"))];
    let merged = [standing(2, State::EmployerReview, Some(7), Some("c"))];
    let ended = giving_way(&kept, &merged);
    assert_eq!(ended, [gives_way(2, 3, Event::Withdraw)]);
    // Whatever else it meets and beats stays: what ended ends for nothing otherwise.
    let kept = [
        standing(1, State::EmployerReview, Some(7), None),
        standing(3, State::Approved, None, Some("c")),
    ];
    let merged = [standing(2, State::AuthorityReview, Some(7), Some("c"))];
    assert_eq!(giving_way(&kept, &merged), [gives_way(2, 3, Event::Withdraw)]);
    // One that beats them all stands instead of them.
    let kept = [
        standing(1, State::EmployerReview, Some(7), None),
        standing(3, State::Returned, None, Some("c")),
    ];
    let both = [gives_way(1, 2, Event::Withdraw), gives_way(3, 2, Event::Withdraw)];
    assert_eq!(giving_way(&kept, &merged), both);
}

fn declared(standing: Standing, year: i32, tenths: u32) -> Declared {
    let hours = Hours::from_tenths(tenths);
    Declared { standing, year, subject: Subject::Professional, way: Way::Conference, hours }
}

/// U4, H7: what is approved twice and alike gives way; what would change a year's hours by the choice is refused and named.
#[test]
fn u4_h7_a_merge_chooses_only_where_it_makes_no_difference() {
    let approved = |number| standing(number, State::Approved, Some(7), None);
    let waiting = standing(2, State::EmployerReview, Some(7), None);
    for (merged, gives_way) in [
        (declared(approved(2), 2023, 80), true),
        (declared(approved(2), 2022, 80), false),
        (declared(approved(2), 2023, 60), false),
        // Nothing is decided about it: it can only be withdrawn, for whatever year.
        (declared(waiting, 2022, 80), true),
    ] {
        let found =
            judge(&[declared(approved(1), 2023, 80)], std::slice::from_ref(&merged), |_, _| None);
        match found {
            Ok(ended) => {
                assert!(gives_way && ended.len() == 1 && ended[0].id == id(2), "{merged:?}")
            }
            Err(refusal) => {
                assert!(!gives_way, "{merged:?}");
                let Refusal::RecordsConflict { conflicts } = refusal else { panic!("{refusal:?}") };
                let expected = Conflict::SameLearning {
                    declaration_ids: [id(1), id(2)],
                    years: [2023, merged.year],
                    ground: DuplicateGround::Class,
                };
                assert_eq!(conflicts, [expected]);
            }
        }
    }
}

/// U4, H8: the yearly limit of a way holds for both records together; what gives way does not count against it.
#[test]
fn u4_h8_a_merge_does_not_pass_the_yearly_limit_of_a_way() {
    let of = |number: u128, state, class: u128| standing(number, state, Some(class), None);
    let max = |most: u32| move |_: i32, _: Way| Some(Hours::from_tenths(most));
    let kept = [declared(of(1, State::Approved, 7), 2023, 300)];
    let merged = [declared(of(2, State::AuthorityReview, 8), 2023, 301)];
    let refused = judge(&kept, &merged, max(600)).unwrap_err();
    let Refusal::RecordsConflict { conflicts } = refused else { panic!("{refused:?}") };
    let expected = Conflict::YearlyLimit {
        year: 2023,
        way: Way::Conference,
        max: Hours::from_tenths(600),
        hours: Hours::from_tenths(601),
        declaration_ids: vec![id(1), id(2)],
    };
    assert_eq!(conflicts, [expected]);
    assert_eq!(judge(&kept, &merged, max(601)), Ok(Vec::new()));
    // A draft takes no room, another year has its own, and the same learning counts once.
    for other in [
        declared(of(2, State::Draft, 8), 2023, 301),
        declared(of(2, State::Approved, 8), 2022, 301),
        declared(of(2, State::Approved, 7), 2023, 300),
    ] {
        assert!(judge(&kept, std::slice::from_ref(&other), max(600)).is_ok(), "{other:?}");
    }
    // What one record has alone was judged before.
    assert_eq!(judge(&kept, &[], max(100)), Ok(Vec::new()));
}
