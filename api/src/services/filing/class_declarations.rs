//! Declarations of a roster: the employer declares for its attendees, in one call (P4).

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_persistence::{Class, Id, LearningRecord, Reader, Writer};

use crate::dto::declarations::{DeclarationDto, NewDeclaration, SubmissionDto};
use crate::dto::rosters::{ClassDeclaration, ClassDeclarations, NewClassDeclarations};
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::declarations::{begin, hand_in};
use crate::services::explanations::explained_item;
use crate::services::references::unknown;
use crate::services::{Asker, Reply};

/// Declares and submits the hours of a class for people of the asker's units: those named, or all who passed.
///
/// The same rules hold as when each person did it. One refused person never blocks the rest (V6).
///
/// # Errors
/// 404 when the asker's city has no such class; what is wrong with a person is their result.
pub fn declare(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    wanted: &NewClassDeclarations,
    info: &RequestInfo,
) -> Result<Reply<ClassDeclarations>, Problem> {
    let class = writer.class(asker.jurisdiction, Id(id))?;
    let class = class.ok_or_else(|| Problem::new(Code::NotFound))?;
    let records = writer.records_of_class(class.jurisdiction_id, class.id)?;
    let people: Vec<Uuid> = if wanted.all {
        let mut people = Vec::new();
        for record in records.iter().filter(|record| record.passed && !record.declared) {
            if works_here(writer, asker, record.professional_id)? {
                people.push(record.professional_id.0);
            }
        }
        people
    } else {
        wanted.professional_ids.clone()
    };
    let mut results = Vec::with_capacity(people.len());
    for person in people {
        let record = records.iter().find(|record| record.professional_id.0 == person);
        let result = writer.attempt(|writer| declare_for(writer, asker, &class, person, record));
        results.push(match result {
            Ok(declaration) => ClassDeclaration::submitted(person, declaration),
            Err(problem) if problem.status().is_client_error() => {
                let problem = explained_item(writer, asker, info, person, problem)?;
                ClassDeclaration::refused(person, &problem, info)
            }
            Err(problem) => return Err(problem),
        });
    }
    Ok(Reply::ok(ClassDeclarations { results }))
}

fn declare_for(
    writer: &mut Writer<'_>,
    asker: &Asker,
    class: &Class,
    person: Uuid,
    record: Option<&LearningRecord>,
) -> Result<SubmissionDto, Problem> {
    // Someone else's people are as good as none.
    let here = works_here(writer, asker, Id(person))?;
    let record = record.filter(|_| here).ok_or_else(|| unknown("/professional_ids"))?;
    let new = NewDeclaration {
        year: class.ends_on.year(),
        learning_record_id: Some(record.id.0),
        makeup_grant_id: None,
        subject: None,
        way: None,
        title: None,
        learning_start: None,
        learning_end: None,
        hours: None,
    };
    let draft = begin(writer, class.jurisdiction_id, record.professional_id, &new)?;
    let (declaration, warning) = hand_in(writer, asker, draft)?;
    Ok(SubmissionDto::new(DeclarationDto::new(&declaration, writer.now()), warning))
}

/// Whether a person works in a unit that the asker declares for.
fn works_here(reader: &mut Reader<'_>, asker: &Asker, person: Id) -> Result<bool, Problem> {
    let scope = asker.scope(Permission::DeclareForPeople);
    let person = reader.professional(asker.jurisdiction, person)?;
    let Some(employer) = person.and_then(|person| person.employer_id) else { return Ok(false) };
    let unit = reader.organization(asker.jurisdiction, employer)?;
    Ok(unit.is_some_and(|unit| scope.covers(&unit.path)))
}
