//! Beginning and editing a declaration.

use serde_json::json;
use time::Date;
use xueshi_domain::calendar::Action;
use xueshi_domain::declaration::Step;
use xueshi_domain::event::EventType;
use xueshi_domain::instant::china_date;
use xueshi_domain::learning::{LearningSpan, Subject, Way};
use xueshi_domain::review::{Event, Route, Stage, State};
use xueshi_domain::{Hours, Refusal};
use xueshi_persistence::{Declaration, Id, LearningRecord, Moment, Reader, Tenths, Word, Writer};

use super::facts::Case;
use super::own;
use crate::dto::declarations::{DeclarationChanges, DeclarationDto, NewDeclaration};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem, Text};
use crate::services::events::Happening;
use crate::services::races::stands;
use crate::services::rules::Rules;
use crate::services::{Asker, Reply, makeup};

/// Begins a declaration: of delivered learning, or of one's own word (H2, H5–H9, U3).
///
/// # Errors
/// The first rule that refuses.
pub fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewDeclaration,
) -> Result<Reply<DeclarationDto>, Problem> {
    let declaration = begin(writer, asker.jurisdiction, asker.professional()?, new)?;
    let location = format!("/v1/declarations/{}", declaration.id);
    let version = declaration.version;
    let body = DeclarationDto::new(&declaration, writer.now());
    Ok(Reply::created(&location, body).version(version))
}

/// Begins a declaration for a person: their own act, or their employer's for the attendees of a class (P4).
///
/// # Errors
/// The first rule that refuses.
pub fn begin(
    writer: &mut Writer<'_>,
    city: Id,
    person_id: Id,
    new: &NewDeclaration,
) -> Result<Declaration, Problem> {
    let now = writer.now();
    // Hours of a prior year enter only under a granted make-up (H4): then its time replaces the windows.
    let grant = match new.makeup_grant_id {
        Some(grant) => Some(makeup::named(writer, (city, person_id), grant, new.year)?),
        None => None,
    };
    let rules = match &grant {
        Some(grant) => Rules::under_grant(writer, grant)?,
        None => Rules::of(writer, city, new.year)?,
    };
    let admission = rules.timetable.admit(Action::Draft, now)?;
    writer.valid_until(admission.valid_until);
    put_down(writer, (city, person_id), new, grant.map(|grant| grant.id), &rules, china_date(now))
}

/// Puts a declaration down as a draft, whatever the windows say, by the person's employment on a day.
///
/// # Errors
/// The first rule that refuses.
pub(super) fn put_down(
    writer: &mut Writer<'_>,
    (city, person_id): (Id, Id),
    new: &NewDeclaration,
    grant: Option<Id>,
    rules: &Rules,
    as_of: Date,
) -> Result<Declaration, Problem> {
    let now = writer.now();
    let learned = Learned::of(writer, city, person_id, new)?;
    LearningSpan::new(learned.start, learned.end)?;
    let route = match as_of == china_date(now) {
        true => current_route(writer, city, person_id)?,
        false => route_of_day(writer, (city, person_id), as_of)?,
    };
    let declaration = Declaration {
        jurisdiction_id: city,
        professional_id: person_id,
        id: writer.new_id(),
        year: new.year,
        subject: Word(learned.subject),
        way: Word(learned.way),
        title: learned.title,
        hours: Tenths(learned.hours),
        learning_start: learned.start,
        learning_end: learned.end,
        learning_record_id: learned.record,
        state: Word(State::Draft),
        revision: 1,
        employer_id: Id(route.holder(Stage::Employer)),
        authority_id: Id(route.holder(Stage::Authority)),
        holder_id: None,
        submitted_at: None,
        stage_entered_at: None,
        due_at: None,
        due_provisional: false,
        late_from: None,
        policy_version: rules.version,
        makeup_grant_id: grant,
        reinstated: false,
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
    };
    let case = Case::gather_as_of(writer, &declaration, as_of)?;
    case.examine(Step::Draft, declaration.id, rules)?;
    writer.insert_declaration(&declaration)?;
    if let Some(record) = declaration.learning_record_id {
        writer.set_declared(city, person_id, record, true)?;
        Happening::new(EventType::LearningRecordChanged)
            .person(person_id, Some(declaration.employer_id), Some(declaration.authority_id))
            .subject(record)
            .year(declaration.year)
            .data(json!({"declared": true}))
            .tell(writer, city)?;
    }
    Ok(declaration)
}

/// Edits a draft, or one that was returned.
///
/// # Errors
/// 409 in other states, 412 on a stale version, and the first rule that refuses.
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: uuid::Uuid,
    condition: &RequiredIfMatch,
    changes: &DeclarationChanges,
) -> Result<Reply<DeclarationDto>, Problem> {
    let now = writer.now();
    let mut declaration = own(writer, asker, id)?;
    condition.check(declaration.version.into())?;
    let state = declaration.state.0;
    if !state.is_editable() {
        return Err(Refusal::WrongState { state, event: Event::Submit }.into());
    }
    if declaration.learning_record_id.is_some() {
        let text = || {
            Text::new(
                "来源于学习记录，不能修改",
                "comes from the learning record and cannot be changed",
            )
        };
        let problem = Problem::new(Code::ValidationFailed).detail(
            "由学习记录生成的申报不能修改内容；如记录有误，请撤回申报并联系施教机构或学习平台更正。",
            "A declaration of delivered learning cannot be changed; if the record is wrong, withdraw the declaration and have the record corrected.",
        );
        return Err(changes
            .named()
            .into_iter()
            .fold(problem, |problem, name| problem.at(format!("/{name}"), "delivered", text())));
    }
    changes.apply(&mut declaration);
    if let Some(grant) = declaration.makeup_grant_id {
        // M3: a grant is for one prior year; what is registered under it stays there.
        let person = (declaration.jurisdiction_id, declaration.professional_id);
        makeup::named(writer, person, grant.0, declaration.year)?;
    }
    let rules = Rules::for_declaration(writer, &declaration)?;
    let admission = rules.timetable.admit(Action::Draft, now)?;
    writer.valid_until(admission.valid_until);
    LearningSpan::new(declaration.learning_start, declaration.learning_end)?;
    declaration.policy_version = rules.version;
    let case = Case::gather(writer, &declaration)?;
    case.examine(Step::Draft, declaration.id, &rules)?;
    stands(writer.save_declaration(state, &mut declaration)?)?;
    Happening::tell_edit(writer, &declaration, Some(asker.account()))?;
    let version = declaration.version;
    Ok(Reply::ok(DeclarationDto::new(&declaration, now)).version(version))
}

/// Who holds the declarations of a person at each stage, by their present employer.
///
/// # Errors
/// `not-employed`, `no-reviewing-body`, `own-reviewing-body`.
pub fn current_route(reader: &mut Reader<'_>, city: Id, person: Id) -> Result<Route, Problem> {
    let person = reader.professional(city, person)?.ok_or_else(|| Problem::new(Code::NotFound))?;
    let employer = match person.employer_id {
        Some(employer) => reader.organization(city, employer)?,
        None => None,
    };
    let Some(employer) = employer else {
        let today = china_date(reader.now());
        let last = reader.employment_of_day(city, person.professional_id, today)?;
        return Err(Refusal::NotEmployed { since: last.and_then(|job| job.ended_on) }.into());
    };
    Ok(Route::new(employer.id.0, employer.reviewing_body_id.map(|id| id.0))?)
}

/// Who held the declarations of a person at each stage on a day.
fn route_of_day(
    reader: &mut Reader<'_>,
    (city, person): (Id, Id),
    day: Date,
) -> Result<Route, Problem> {
    let job = reader.present_employment(city, person, day)?;
    let job = job.ok_or(Refusal::NotEmployed { since: None })?;
    let employer = reader.organization(city, job.organization_id)?;
    let employer = employer.ok_or_else(|| Problem::internal("an employer is missing"))?;
    Ok(Route::new(employer.id.0, employer.reviewing_body_id.map(|id| id.0))?)
}

/// What was learnt, from a learning record or from the person's own words.
struct Learned {
    record: Option<Id>,
    subject: Subject,
    way: Way,
    title: String,
    hours: Hours,
    start: time::Date,
    end: time::Date,
}

impl Learned {
    fn of(
        reader: &mut Reader<'_>,
        city: Id,
        person: Id,
        new: &NewDeclaration,
    ) -> Result<Self, Problem> {
        let Some(record) = new.learning_record_id else { return Self::own_words(new) };
        let Some(record) = reader.learning_record(city, person, Id(record))? else {
            // Someone else's record is as good as none.
            let text = Text::new("没有这条学习记录", "there is no such learning record");
            return Err(Problem::new(Code::ValidationFailed).at(
                "/learning_record_id",
                "not-found",
                text,
            ));
        };
        Ok(Self::delivered(record))
    }

    fn delivered(record: LearningRecord) -> Self {
        Self {
            record: Some(record.id),
            subject: record.subject.0,
            way: record.way.0,
            title: record.title,
            hours: record.hours.0,
            start: record.started_on,
            end: record.completed_on,
        }
    }

    fn own_words(new: &NewDeclaration) -> Result<Self, Problem> {
        let missing = |name: &str| {
            let text = Text::new("自行申报时必填", "is required without learning_record_id");
            Problem::new(Code::ValidationFailed).at(format!("/{name}"), "required", text)
        };
        Ok(Self {
            record: None,
            subject: new.subject.ok_or_else(|| missing("subject"))?,
            way: new.way.ok_or_else(|| missing("way"))?,
            title: new.title.clone().ok_or_else(|| missing("title"))?,
            hours: new.hours.ok_or_else(|| missing("hours"))?.0,
            start: new.learning_start.ok_or_else(|| missing("learning_start"))?.0,
            end: new.learning_end.ok_or_else(|| missing("learning_end"))?.0,
        })
    }
}
