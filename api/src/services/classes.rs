//! Classes, whether their hours count (H5), and who attended them (P4).

use std::collections::HashMap;

use time::Date;
use xueshi_domain::access::Permission;
use xueshi_domain::declaration::{ClassFacts, mend_of, missing_of};
use xueshi_domain::training_plan::in_force;
use xueshi_persistence::{
    Class, ClassFiling, Filing, Id, Page, PlanItemVersion, Professional, Reader, Slice,
};

use super::Asker;
use crate::dto::classes::{ClassDto, RosterEntry};
use crate::problem::{Code, Problem};

/// What the rules want to know of a class and, where one is concerned, of an attendee. The item counts as it was approved when
/// the class began (P3), the filing as it stood then (P5).
#[must_use]
pub fn class_facts(filing: &ClassFiling, institution: &str, passed: bool) -> ClassFacts {
    let began = filing.class.starts_on;
    let approvals: Vec<_> = filing.versions.iter().map(PlanItemVersion::approval).collect();
    let approval = in_force(&approvals, began).filter(|approval| !approval.removed);
    let filed = filing.filing.as_ref().map(Filing::facts);
    ClassFacts {
        title: filing.class.title.clone(),
        institution: institution.to_owned(),
        institution_filed: filed.is_some_and(|filed| filed.covers(began)),
        plan_approved_at: approval.map(|approval| approval.approved_at),
        began,
        item_hours: approval.map(|approval| approval.hours),
        passed,
        class_id: Some(filing.class.id.0),
        institution_id: Some(filing.class.organization_id.0),
        filing: filed.map(|filed| filed.state),
        plan: filing.plan.as_ref().map(|plan| plan.state.0),
    }
}

/// The classes of the asker's city, by first day.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    year: Option<i32>,
    organization: Option<Id>,
    page: Page<(Date, Id)>,
) -> Result<Slice<ClassDto>, Problem> {
    let city = asker.jurisdiction;
    let found = reader.classes(city, year, organization, page)?;
    Ok(Slice { rows: all_shown(reader, city, found.rows)?, total: found.total })
}

/// Some classes of a city as they are shown, in their order.
///
/// # Errors
/// On a database failure.
pub fn all_shown(
    reader: &mut Reader<'_>,
    city: Id,
    classes: Vec<Class>,
) -> Result<Vec<ClassDto>, Problem> {
    let units = classes.iter().map(|class| class.organization_id).collect();
    let names = reader.unit_names(city, units)?;
    let filings = reader.class_filings(city, classes)?;
    Ok(filings.into_iter().map(|filing| shown(filing, &names)).collect())
}

/// One class.
///
/// # Errors
/// 404 when the asker's city has no such class.
pub fn get(reader: &mut Reader<'_>, asker: &Asker, id: Id) -> Result<ClassDto, Problem> {
    let city = asker.jurisdiction;
    let filing = reader.class_filing(city, id)?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let names = reader.unit_names(city, [filing.class.organization_id].into())?;
    Ok(shown(filing, &names))
}

/// The roster of a class, for those whose subtree holds the unit that gave it.
///
/// # Errors
/// 404 when the asker's city has no such class, 403 for those who answer for other units.
pub fn roster(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Id,
    page: Page<Id>,
) -> Result<Slice<RosterEntry>, Problem> {
    let city = asker.jurisdiction;
    let filing = reader.class_filing(city, id)?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let unit = reader.organization(city, filing.class.organization_id)?;
    let unit =
        unit.ok_or_else(|| Problem::internal(format!("the unit of class {id} is missing")))?;
    asker.acting_for(Permission::ReadClasses, &unit.path)?;
    let found = reader.roster(city, id, page)?;
    let ids = found.rows.iter().map(|record| record.professional_id).collect();
    let people = reader.professionals_by_id(city, ids)?;
    let people: HashMap<Id, Professional> =
        people.into_iter().map(|person| (person.professional_id, person)).collect();
    let rows = found.rows.iter().map(|record| {
        let person = people.get(&record.professional_id);
        let person = person.ok_or_else(|| {
            Problem::internal(format!("attendee {} is missing", record.professional_id))
        })?;
        Ok(RosterEntry::new(record, person))
    });
    Ok(Slice { rows: rows.collect::<Result<_, Problem>>()?, total: found.total })
}

fn shown(filing: ClassFiling, names: &HashMap<Id, String>) -> ClassDto {
    let name = names.get(&filing.class.organization_id).cloned().unwrap_or_default();
    let facts = class_facts(&filing, &name, true);
    let lack = missing_of(&facts).map(|missing| (missing, mend_of(&facts, missing)));
    ClassDto::new(filing, name, lack)
}
