//! Grants: what a person may register under them, and how they end (H4, M3, M5).

use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::instant::china_date;
use xueshi_domain::learning::LearningSpan;
use xueshi_domain::ledger::{Breakdown, RecordState, YearTotals, assess};
use xueshi_domain::makeup::{Grant, GrantEvent, GrantState, MakeupStudy, study_dates};
use xueshi_persistence::{
    AnnualRecord, Declaration, Id, LearningRecord, MakeupGrant, Reader, Writer,
};

use crate::dto::Timestamp;
use crate::problem::{Code, Problem, Text};
use crate::services::events::Happening;
use crate::services::explanations::Trail;
use crate::services::races::stands;
use crate::services::rules::Rules;
use crate::services::year::{floors_of, totals};
use crate::services::{Asker, sweep};

/// A grant that the asker may see: their own, or of the people of their units.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible_grant(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<MakeupGrant, Problem> {
    let scope = asker.scope(Permission::ReadRecords);
    reader.visible_makeup_grant(&scope, Id(id))?.ok_or_else(|| Problem::new(Code::NotFound))
}

/// The person's own grant that a new declaration names, for the year that it is declared for.
///
/// # Errors
/// 422 at `/makeup_grant_id` for one that is not theirs, at `/year` for another year than that of the grant (M3).
pub fn named(
    reader: &mut Reader<'_>,
    (city, person): (Id, Id),
    id: Uuid,
    year: i32,
) -> Result<MakeupGrant, Problem> {
    // Someone else's grant is as good as none.
    let grant = reader.makeup_grant(city, person, Id(id))?.ok_or_else(|| {
        let text = Text::new("没有这项补学许可", "there is no such grant");
        Problem::new(Code::ValidationFailed).at("/makeup_grant_id", "not-found", text)
    })?;
    if grant.year == year {
        return Ok(grant);
    }
    let text = Text::new(
        format!("该补学许可的年度为 {}", grant.year),
        format!("the grant is for {}", grant.year),
    );
    Err(Problem::new(Code::ValidationFailed).at("/year", "other-year", text))
}

/// What the rules of a declaration need to know of the grant that it is made under, if it is made under one.
///
/// # Errors
/// On a database failure.
pub fn study_under(
    reader: &mut Reader<'_>,
    declaration: &Declaration,
) -> Result<Option<MakeupStudy>, Problem> {
    let d = declaration;
    let Some(id) = d.makeup_grant_id else { return Ok(None) };
    let grant = grant_of(reader, d.jurisdiction_id, d.professional_id, id)?;
    let prior = Rules::of(reader, d.jurisdiction_id, grant.year)?;
    let present = Rules::of(reader, d.jurisdiction_id, grant.granted_in)?;
    let record = reader.annual_record(d.jurisdiction_id, d.professional_id, grant.year)?;
    let in_force = prior.policy.floors;
    let (floors, totals) = match &record {
        Some(record) => (floors_of(reader, record, in_force)?, totals(record)),
        None => (in_force, YearTotals::default()),
    };
    Ok(Some(MakeupStudy {
        from: china_date(grant.granted_at.0),
        until: grant.study_until.0,
        missing: assess(floors, totals).shortfall,
        platforms: present.policy.platforms,
    }))
}

/// A grant that something refers to.
///
/// # Errors
/// When it is missing.
pub fn grant_of(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    id: Id,
) -> Result<MakeupGrant, Problem> {
    let missing = || Problem::internal(format!("grant {id} is missing"));
    reader.makeup_grant(city, person, id)?.ok_or_else(missing)
}

/// The grant under which a person's prior year is registered and verified just now, if there is one.
///
/// # Errors
/// On a database failure.
pub fn open_registration(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    year: i32,
) -> Result<Option<MakeupGrant>, Problem> {
    let now = reader.now();
    let grants = reader.makeup_grants_of_year(city, person, year)?;
    Ok(grants.into_iter().find(|grant| is_open(grant, now)))
}

/// Whether hours may still be registered under a grant.
#[must_use]
pub fn is_open(grant: &MakeupGrant, now: OffsetDateTime) -> bool {
    match grant.state.0 {
        GrantState::Granted | GrantState::Used => now < grant.register_until.0,
        GrantState::Expired => false,
    }
}

/// Whether completed learning lies in the study time of a grant (M3).
#[must_use]
pub fn covers(grant: &MakeupGrant, record: &LearningRecord) -> bool {
    let study = MakeupStudy {
        from: china_date(grant.granted_at.0),
        until: grant.study_until.0,
        missing: Breakdown::default(),
        platforms: Vec::new(),
    };
    LearningSpan::new(record.started_on, record.completed_on)
        .is_ok_and(|span| study_dates(&study, span).is_ok())
}

/// Lets a person's grants for a prior year follow the year: complete, they are used; not complete any more after hours were
/// taken back, the used one is open again until its registration closes (M3, A2).
///
/// # Errors
/// [`StoreError::Conflict`] when someone else moved the grant.
pub fn follow(writer: &mut Writer<'_>, declaration: &Declaration) -> Result<(), Problem> {
    let d = declaration;
    if d.makeup_grant_id.is_none() && d.year >= china_date(writer.now()).year() {
        return Ok(());
    }
    follow_year(writer, (d.jurisdiction_id, d.professional_id, d.year), d.makeup_grant_id)
}

/// [`follow`] for a person's year; of grants that have expired, `under` is used: the one that its last hours were registered under.
///
/// # Errors
/// [`StoreError::Conflict`] when someone else moved the grant.
pub fn follow_year(
    writer: &mut Writer<'_>,
    (city, person, year): (Id, Id, i32),
    under: Option<Id>,
) -> Result<(), Problem> {
    let Some(record) = writer.annual_record(city, person, year)? else { return Ok(()) };
    let grants = writer.makeup_grants_of_year(city, person, year)?;
    let in_state = |state: GrantState| grants.iter().find(|grant| grant.state.0 == state).cloned();
    let has_makeup = !record.makeup_public.0.is_zero() || !record.makeup_professional.0.is_zero();
    let (grant, event) = match (is_complete(&record), has_makeup) {
        (true, true) if in_state(GrantState::Used).is_none() => {
            // The one that stands, or else the expired one that these very hours were registered under.
            let own = || grants.iter().find(|grant| Some(grant.id) == under).cloned();
            (in_state(GrantState::Granted).or_else(own), GrantEvent::Use)
        }
        (false, _) => (in_state(GrantState::Used), GrantEvent::Reopen),
        (true, true | false) => return Ok(()),
    };
    match grant {
        Some(grant) => end(writer, grant, event),
        None => Ok(()),
    }
}

/// Whether the year's floors are reached.
fn is_complete(record: &AnnualRecord) -> bool {
    match record.state.0 {
        RecordState::Satisfied | RecordState::Certified => true,
        RecordState::InProgress | RecordState::Incomplete | RecordState::Exempt => false,
    }
}

/// Ends the grants whose registration has closed: for the sweep.
///
/// # Errors
/// On a failure of the store.
pub fn expire(writer: &mut Writer<'_>, city: Id) -> Result<usize, Problem> {
    let most = i64::try_from(sweep::MOST).unwrap_or(i64::MAX);
    let ended = writer.makeup_grants_that_ended(city, most)?;
    let count = ended.len();
    for grant in ended {
        end(writer, grant, GrantEvent::Expire)?;
    }
    Ok(count)
}

/// Ends a grant beside which another one stands for the same person and year, whether it was used or not (M3, U4).
///
/// # Errors
/// [`StoreError::Conflict`] when someone else moved the grant.
pub fn give_way(writer: &mut Writer<'_>, mut grant: MakeupGrant) -> Result<(), Problem> {
    if grant.state.0 == GrantState::Used {
        end(writer, grant.clone(), GrantEvent::Reopen)?;
        let (city, person, id) = (grant.jurisdiction_id, grant.professional_id, grant.id);
        grant = grant_of(writer, city, person, id)?;
    }
    end(writer, grant, GrantEvent::Expire)
}

fn end(writer: &mut Writer<'_>, mut grant: MakeupGrant, event: GrantEvent) -> Result<(), Problem> {
    let mut trail = Trail::default().looking_at(json!({
        "study_until": Timestamp::from(grant.study_until),
        "register_until": Timestamp::from(grant.register_until),
    }));
    let state = trail.step::<Grant>(grant.state.0, event)?;
    trail.under(grant.granted_in, Some(grant.policy_version));
    stands(writer.move_makeup_grant(&mut grant, state)?)?;
    let kind = match event {
        GrantEvent::Use => EventType::MakeupUsed,
        GrantEvent::Reopen => EventType::MakeupReopened,
        GrantEvent::Expire => EventType::MakeupExpired,
    };
    let (city, person) = (grant.jurisdiction_id, grant.professional_id);
    Happening::new(kind)
        .about(writer, city, person)?
        .subject(grant.application_id)
        .year(grant.granted_in)
        .data(json!({"item_id": grant.item_id, "prior_year": grant.year, "grant_id": grant.id,
            "state": grant.state.0, "exceptional": grant.exceptional}))
        .because(trail)
        .tell(writer, city)
}
