//! People: registering them (U4) and keeping their record. How employments end is in [`super::departures`].

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::identity::{IdNumber, IdType, mask_phone};
use xueshi_domain::instant::china_date;
use xueshi_domain::people::TitleLevel;
use xueshi_domain::registry::Standing;
use xueshi_domain::titles;
use xueshi_persistence::{
    Id, NewProfessional as PersonToRegister, Professional, Reader, StoreError, Word, Writer,
};

use super::events::Happening;
use super::references::{unfit, unknown};
use super::{Asker, Reply, counting, organizations};
use crate::dto::id_numbers::{id_number_text, parse_id_number};
use crate::dto::professionals::{
    EmploymentDto, Employments, NewProfessional, ProfessionalChanges, ProfessionalDto,
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
    let id_number = checked_number(writer, new.id_type, &new.id_number)?;
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
    let title = checked_title(new.title_series.as_deref(), new.title_level)?;
    let person = writer.insert_professional(&PersonToRegister {
        jurisdiction: asker.jurisdiction,
        id: writer.new_id(),
        name: new.name.trim().to_owned(),
        id_number,
        phone: new.phone.clone(),
        title,
        post: new.post,
        employment: Some((writer.new_id(), employer.id, new.started_on.0)),
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
    tell(writer, asker, EventType::ProfessionalRegistered, &person)?;
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
    checked_title(person.title_series.as_deref(), person.title_level.map(|word| word.0))?;
    let post = changes.post.map_or(person.post, Word);
    let city = person.jurisdiction_id;
    counting::require_same_scope(writer, asker, city, (person.post.0, post.0))?;
    person.post = post;
    let reply = save(writer, &mut person, changes.phone.clone())?;
    tell(writer, asker, EventType::ProfessionalChanged, &person)?;
    Ok(reply)
}

/// An id number of a request that could belong to someone who is born already (U4a, E12a).
///
/// # Errors
/// 422 at `/id_number`.
pub fn checked_number(
    reader: &Reader<'_>,
    id_type: IdType,
    text: &str,
) -> Result<IdNumber, Problem> {
    let number = parse_id_number(id_type, text, "/id_number")?;
    number.check_born_by(china_date(reader.now())).map_err(|error| {
        Problem::new(Code::ValidationFailed).at("/id_number", error.code(), id_number_text(error))
    })?;
    Ok(number)
}

/// A whole title or none, of a series that exists (U4b).
///
/// # Errors
/// 422 for half a title and for an unknown series.
pub fn checked_title(
    series: Option<&str>,
    level: Option<TitleLevel>,
) -> Result<Option<(String, TitleLevel)>, Problem> {
    match (series, level) {
        (Some(series), Some(level)) if titles::is_series(series) => {
            Ok(Some((series.to_owned(), level)))
        }
        (Some(_), Some(_)) => Err(unfit(
            "/title_series",
            "unknown-title-series",
            "没有这个职称系列，可用名称见 /v1/title-series",
            "there is no such series of titles; /v1/title-series has their names",
        )),
        (None, None) => Ok(None),
        (Some(_), None) => Err(half_title("/title_level")),
        (None, Some(_)) => Err(half_title("/title_series")),
    }
}

/// Tells what happened to a person, without anything personal.
///
/// # Errors
/// On a database failure.
pub fn tell(
    writer: &mut Writer<'_>,
    asker: &Asker,
    event: EventType,
    person: &Professional,
) -> Result<(), Problem> {
    let city = person.jurisdiction_id;
    let happening = Happening::new(event).by(asker).subject(person.professional_id);
    let happening = happening.person(person.professional_id, person.employer_id, None);
    let data = serde_json::json!({"state": person.state.0, "post": person.post.0,
        "title_level": person.title_level.map(|level| level.0)});
    happening.data(data).tell(writer, city)
}

/// A person whom the asker manages, at their employer.
///
/// # Errors
/// 404 for someone they do not see, or who was erased (U4a); 403 for someone they do not manage.
pub fn managed(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<Professional, Problem> {
    let person = visible(reader, asker, id)?;
    let forbidden = || Problem::new(Code::Forbidden);
    let employer = person.employer_id.ok_or_else(forbidden)?;
    let employer = reader.organization(person.jurisdiction_id, employer)?.ok_or_else(forbidden)?;
    asker.acting_for(Permission::ManagePeople, &employer.path)?;
    require_not_erased(reader, person.jurisdiction_id, person.professional_id)?;
    Ok(person)
}

/// U4a: what was erased is not written again, and nothing is decided about it any more.
///
/// # Errors
/// 404 for someone who was erased.
pub fn require_not_erased(reader: &mut Reader<'_>, city: Id, person: Id) -> Result<(), Problem> {
    match reader.erasure(city, person)? {
        None => Ok(()),
        Some(_) => Err(Problem::new(Code::NotFound)),
    }
}

/// Stores a changed person.
///
/// # Errors
/// 412 when somebody else was faster.
pub fn save(
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
