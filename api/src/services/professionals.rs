//! People: registering them (U4), keeping their record, and ending their employment (U3).

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::identity::mask_phone;
use xueshi_domain::instant::china_date;
use xueshi_domain::registry::{PersonState, Standing};
use xueshi_persistence::{
    Id, NewProfessional as PersonToRegister, Professional, Reader, StoreError, Word, Writer,
};

use super::ids::new_id;
use super::references::{unfit, unknown};
use super::{Asker, Reply, organizations};
use crate::dto::id_numbers::{id_number_text, parse_id_number};
use crate::dto::professionals::{
    EmploymentDto, EmploymentEnd, Employments, NewProfessional, ProfessionalChanges,
    ProfessionalDto,
};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem, Text};

/// A person whom the asker may see: themselves, or one of their units' people.
///
/// # Errors
/// 404 for everyone else, whether or not they exist.
pub fn visible(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<Professional, Problem> {
    let scope = asker.scope(Permission::ReadPeople);
    reader.visible_professional(&scope, Id(id))?.ok_or_else(|| Problem::new(Code::NotFound))
}

/// A person as the API shows them (U4a).
///
/// # Errors
/// When the phone number does not decrypt.
pub fn shown(reader: &mut Reader<'_>, person: &Professional) -> Result<ProfessionalDto, Problem> {
    let phone = reader.phone_of(person)?;
    Ok(ProfessionalDto::new(person, phone.as_deref().map(mask_phone)))
}

/// Where a person has worked.
///
/// # Errors
/// As [`visible`].
pub fn employments(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<Employments, Problem> {
    let person = visible(reader, asker, id)?;
    let all = reader.employments(person.jurisdiction_id, person.professional_id)?;
    Ok(Employments { data: all.iter().map(EmploymentDto::from).collect() })
}

/// Registers a person at an employer (U4: one person, one record; E12a).
///
/// # Errors
/// 403 for a unit that the asker sees and does not manage; 409 when the id number is registered already, without telling whose
/// it is; 422 for a wrong id number, an unknown employer or a day that cannot be.
pub fn register(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewProfessional,
) -> Result<Reply<ProfessionalDto>, Problem> {
    let now = writer.now();
    let today = china_date(now);
    let id_number = parse_id_number(new.id_type, &new.id_number, "/id_number")?;
    id_number.check_born_by(today).map_err(|error| {
        Problem::new(Code::ValidationFailed).at("/id_number", error.code(), id_number_text(error))
    })?;
    let employer =
        organizations::find(writer, asker, Permission::ReadOrganizations, new.employer_id)?;
    let employer = employer
        .filter(|unit| unit.state.0 == Standing::Active)
        .ok_or_else(|| unknown("/employer_id"))?;
    asker.acting_for(Permission::ManagePeople, &employer.path)?;
    let too_early = id_number.birth_date().is_some_and(|born| new.started_on.0 < born);
    if new.started_on.0 > today || too_early {
        return Err(unfit(
            "/started_on",
            "impossible-day",
            "入职日期不能晚于今天或早于出生日期",
            "is after today or before the date of birth",
        ));
    }
    let title = match (&new.title_series, new.title_level) {
        (Some(series), Some(level)) => Some((series.clone(), level)),
        (None, None) => None,
        (Some(_), None) => return Err(half_title("/title_level")),
        (None, Some(_)) => return Err(half_title("/title_series")),
    };
    let person = writer.insert_professional(&PersonToRegister {
        jurisdiction: asker.jurisdiction,
        id: new_id(now),
        name: new.name.trim().to_owned(),
        id_number,
        phone: new.phone.clone(),
        title,
        post: new.post,
        employment: Some((new_id(now), employer.id, new.started_on.0)),
    });
    let person = person.map_err(|error| {
        let taken = matches!(error, StoreError::Taken(_));
        let problem = Problem::from(error);
        let text = Text::new("该证件号码已登记", "the id number is registered already");
        if taken {
            problem.detail(text.zh.clone(), text.en.clone()).at(
                "/id_number",
                "already-exists",
                text,
            )
        } else {
            problem
        }
    })?;
    let location = format!("/v1/professionals/{}", person.professional_id);
    let version = person.version;
    Ok(Reply::created(&location, shown(writer, &person)?).version(version))
}

/// Changes what an employer keeps about a person.
///
/// # Errors
/// 403 for a person that the asker sees and does not manage; 404; 412; 422 for half a title.
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    changes: &ProfessionalChanges,
) -> Result<Reply<ProfessionalDto>, Problem> {
    let mut person = managed(writer, asker, id)?;
    condition.check(person.version.into())?;
    if let Some(series) = &changes.title_series {
        person.title_series.clone_from(series);
    }
    if let Some(level) = changes.title_level {
        person.title_level = level.map(Word);
    }
    match (&person.title_series, person.title_level) {
        (Some(_), None) => return Err(half_title("/title_level")),
        (None, Some(_)) => return Err(half_title("/title_series")),
        (Some(_), Some(_)) | (None, None) => {}
    }
    person.post = changes.post.map_or(person.post, Word);
    save(writer, &mut person, changes.phone.clone())
}

/// Ends a person's present employment: from that day they no longer count and can no longer declare; records and certificates
/// stay (U3).
///
/// # Errors
/// 403, 404, 412 as [`edit`]; 422 `not-employed` when there is none, and for a day that cannot be.
pub fn end_employment(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    end: &EmploymentEnd,
) -> Result<Reply<ProfessionalDto>, Problem> {
    let mut person = managed(writer, asker, id)?;
    condition.check(person.version.into())?;
    let (city, day) = (person.jurisdiction_id, end.ended_on.0);
    let all = writer.employments(city, person.professional_id)?;
    let present = all.iter().find(|employment| employment.ended_on.is_none());
    let present = present.ok_or(xueshi_domain::Refusal::NotEmployed {
        since: all.first().and_then(|last| last.ended_on),
    })?;
    if day > china_date(writer.now()) || day < present.started_on {
        return Err(unfit(
            "/ended_on",
            "impossible-day",
            "离职日期不能晚于今天或早于入职日期",
            "is after today or before the employment began",
        ));
    }
    writer.end_employment(city, person.professional_id, day, end.reason.as_str())?;
    person.state = Word(PersonState::Ended);
    save(writer, &mut person, None)
}

/// A person whom the asker manages, at their employer.
fn managed(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<Professional, Problem> {
    let person = visible(reader, asker, id)?;
    let forbidden = || Problem::new(Code::Forbidden);
    let employer = person.employer_id.ok_or_else(forbidden)?;
    let employer = reader.organization(person.jurisdiction_id, employer)?.ok_or_else(forbidden)?;
    asker.acting_for(Permission::ManagePeople, &employer.path)?;
    Ok(person)
}

fn save(
    writer: &mut Writer<'_>,
    person: &mut Professional,
    phone: Option<Option<String>>,
) -> Result<Reply<ProfessionalDto>, Problem> {
    match writer.update_professional(person, phone)? {
        true => Ok(Reply::ok(shown(writer, person)?).version(person.version)),
        false => Err(Problem::new(Code::PreconditionFailed)),
    }
}

fn half_title(pointer: &str) -> Problem {
    unfit(
        pointer,
        "required",
        "职称系列与级别应同时填写",
        "series and level of a title go together",
    )
}
