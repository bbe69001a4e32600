//! Units: where they may stand in the tree, when they may be closed, and who has to act for them (rulebook, "Who"; U0, U1).

use crate::access::Role;
use crate::refusal::Refusal;
use crate::registry::{OrganizationKind, Standing};
use crate::workflow::Road;

/// Where a unit may stand in the tree (rulebook, "Who").
#[must_use]
pub const fn stands_under(kind: OrganizationKind, parent: OrganizationKind) -> bool {
    match kind {
        // There is one, at the root: it comes with the city.
        OrganizationKind::MunicipalBureau => false,
        OrganizationKind::DistrictBureau | OrganizationKind::IndustryAuthority => {
            matches!(parent, OrganizationKind::MunicipalBureau)
        }
        OrganizationKind::CeBase | OrganizationKind::TrainingInstitution => parent.reviews(),
        OrganizationKind::Employer => {
            parent.reviews() || matches!(parent, OrganizationKind::Employer)
        }
    }
}

/// Whether a unit of this kind can register by itself (U0): bureaus, authorities and bases are set up by the bureau.
#[must_use]
pub const fn may_register(kind: OrganizationKind) -> bool {
    match kind {
        OrganizationKind::Employer | OrganizationKind::TrainingInstitution => true,
        OrganizationKind::MunicipalBureau
        | OrganizationKind::DistrictBureau
        | OrganizationKind::IndustryAuthority
        | OrganizationKind::CeBase => false,
    }
}

/// The office that a unit of this kind must not be without: its certificate administrator's (U1).
#[must_use]
pub const fn needed_office(kind: OrganizationKind) -> Role {
    match kind {
        OrganizationKind::MunicipalBureau => Role::MunicipalOfficer,
        OrganizationKind::DistrictBureau | OrganizationKind::IndustryAuthority => Role::Reviewer,
        OrganizationKind::CeBase | OrganizationKind::TrainingInstitution => {
            Role::InstitutionAdministrator
        }
        OrganizationKind::Employer => Role::EmployerAdministrator,
    }
}

/// What still rests on a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InUse {
    /// People who are employed there.
    pub people: i64,
    /// Units in use below it.
    pub units: i64,
    /// Units in use that name it as their reviewing body.
    pub reviewed_units: i64,
    /// Declarations that wait for it.
    pub waiting: i64,
}

/// Whether a unit may be closed: only when nothing rests on it any more, so that nobody is left without an employer or a
/// reviewer.
///
/// # Errors
/// [`Refusal::UnitInUse`], with what rests on it.
pub const fn may_disable(rests: InUse) -> Result<(), Refusal> {
    let InUse { people, units, reviewed_units, waiting } = rests;
    if people == 0 && units == 0 && reviewed_units == 0 && waiting == 0 {
        return Ok(());
    }
    Err(Refusal::UnitInUse { people, units, reviewed_units, waiting })
}

text_enum! {
    /// What happens to a unit's standing.
    pub enum Event {
        /// It is closed.
        Disable = "disable",
        /// It is opened again.
        Enable = "enable",
    }
}

/// The road of a unit: in use, closed, in use again.
#[derive(Debug)]
pub struct Unit;

impl Road for Unit {
    type State = Standing;
    type Event = Event;
    const NAME: &'static str = "organization";

    fn next(state: Standing, event: Event) -> Option<Standing> {
        match (state, event) {
            (Standing::Active, Event::Disable) => Some(Standing::Disabled),
            (Standing::Disabled, Event::Enable) => Some(Standing::Active),
            (Standing::Active, Event::Enable) | (Standing::Disabled, Event::Disable) => None,
        }
    }
}
