//! Make-up: applications, decisions, grants (H4, M1–M6, W4). What is registered under a grant goes the main road
//! ([`super::declarations`]) by the rules of [`super::rules::Rules::under_grant`].

mod applications;
mod bodies;
mod decisions;
mod facts;
mod grants;
mod submission;

use std::collections::HashMap;

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::instant::china_date;
use xueshi_domain::makeup::Term;
use xueshi_persistence::{
    Id, MakeupApplication, MakeupItem, MakeupReview, MakeupSight, Reader, Scope,
};

pub use applications::{create, edit};
pub use bodies::{assign_body, body_of};
pub use decisions::decide;
pub use grants::{
    covers, expire, follow, follow_year, give_way, grant_of, is_open, named, open_registration,
    study_under, visible_grant,
};
pub use submission::{follow_body, submit};

use super::Asker;
use super::rules::Rules;
use crate::dto::makeup::MakeupApplicationDto;
use crate::problem::{Code, Problem};

/// What the asker may see of applications: drafts where they apply; what was submitted where they read records; and what was
/// submitted to the bodies that they review for.
pub fn sight(asker: &Asker) -> MakeupSight {
    let without_oneself = |permission| Scope { own: None, ..asker.scope(permission) };
    MakeupSight {
        applicants: without_oneself(Permission::ApplyMakeup),
        readers: without_oneself(Permission::ReadRecords),
        bodies: asker
            .actor
            .grants_for(Permission::ReviewMakeup)
            .map(|grant| Id(grant.organization_id))
            .collect(),
    }
}

/// An application that the asker may see.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<MakeupApplication, Problem> {
    let found = reader.visible_makeup_application(&sight(asker), Id(id))?;
    found.ok_or_else(|| Problem::new(Code::NotFound))
}

/// Applications with their items, as they are shown.
///
/// # Errors
/// On a database failure.
pub fn shown(
    reader: &mut Reader<'_>,
    applications: &[MakeupApplication],
) -> Result<Vec<MakeupApplicationDto>, Problem> {
    let Some(city) = applications.first().map(|application| application.jurisdiction_id) else {
        return Ok(Vec::new());
    };
    let ids = applications.iter().map(|application| application.id).collect();
    let items = reader.makeup_items_of(city, ids)?;
    let mut people: Vec<Id> = items.iter().map(|item| item.professional_id).collect();
    people.sort_unstable();
    people.dedup();
    let people = reader.professionals_by_id(city, people)?;
    let names: HashMap<Id, String> =
        people.into_iter().map(|person| (person.professional_id, person.name)).collect();
    let shown = applications
        .iter()
        .map(|application| MakeupApplicationDto::new(application, &items, &names));
    Ok(shown.collect())
}

/// One application as it is shown.
///
/// # Errors
/// On a database failure.
pub fn show(
    reader: &mut Reader<'_>,
    application: &MakeupApplication,
) -> Result<MakeupApplicationDto, Problem> {
    let mut shown = shown(reader, std::slice::from_ref(application))?;
    shown.pop().ok_or_else(|| Problem::internal("an application is not shown"))
}

/// The decisions on an application that the asker may see, oldest first.
///
/// # Errors
/// 404 when they may not.
pub fn reviews(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<Vec<MakeupReview>, Problem> {
    let application = visible(reader, asker, id)?;
    Ok(reader.makeup_reviews_of(application.jurisdiction_id, application.id)?)
}

/// The rules of the present year, and its times of make-up (M1, M6, E7, E8).
fn present_term(
    reader: &mut Reader<'_>,
    city: Id,
    exceptional: bool,
) -> Result<(Rules, Term), Problem> {
    let year = china_date(reader.now()).year();
    let rules = Rules::of(reader, city, year)?;
    let term = Term::of(&rules.policy, exceptional);
    match term {
        Ok(term) => Ok((rules, term)),
        // The freeze speaks first, whatever else there would be to say (W1).
        Err(refusal) => {
            rules.timetable.admit(xueshi_domain::calendar::Action::Withdraw, reader.now())?;
            Err(refusal.into())
        }
    }
}

/// The items of one application.
fn items_of(
    reader: &mut Reader<'_>,
    application: &MakeupApplication,
) -> Result<Vec<MakeupItem>, Problem> {
    Ok(reader.makeup_items_of(application.jurisdiction_id, vec![application.id])?)
}
