//! One person's year at its settlement: what waits lapses, the outcome is written, the snapshot is made (A3, A3a, A4).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use serde_json::json;
use xueshi_domain::calendar::WorkdayCalendar;
use xueshi_domain::event::EventType;
use xueshi_domain::ledger::{Breakdown, Outcome, RecordState};
use xueshi_domain::people::Post;
use xueshi_domain::policy::{Floors, Policy, Window};
use xueshi_domain::review::{Ending, Event, late_from, next};
use xueshi_domain::settlement::{Held, Lapse, counts, lapse, outcome, settled_state};
use xueshi_persistence::{
    AnnualRecord, Appraisal, Certificate, Declaration, Employment, Event as Told, Id, LapseRow,
    Moment, Organization, Settlement, StoredPolicy, Word, Writer,
};

use super::seal::{of_one, seal_of};
use crate::problem::Problem;
use crate::services::declarations::{Cause, moved};
use crate::services::events::Happening;
use crate::services::rules::Rules;
use crate::services::year::{Year, beginning_of, made_up, totals, version_of};

/// What is the same for everybody in a batch.
pub(super) struct Facts {
    pub(super) settlement: Settlement,
    /// The policy by whose floors it measures.
    pub(super) policy: Policy,
    /// All versions of it.
    pub(super) versions: Vec<StoredPolicy>,
    /// The floors of those that were published.
    pub(super) floors: BTreeMap<i32, Floors>,
    pub(super) calendar: Arc<WorkdayCalendar>,
    pub(super) bureau: Organization,
    /// Employers that were looked up.
    pub(super) units: BTreeMap<Id, Organization>,
    /// Rules of years, and of grants for them, under which something lapsed.
    pub(super) rules: BTreeMap<(i32, Option<Id>), Rules>,
}

/// One person as a settlement finds them.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) id: Id,
    pub(super) post: Post,
    pub(super) employment: Option<Employment>,
    pub(super) record: Option<AnnualRecord>,
    pub(super) sealed: Option<Appraisal>,
    pub(super) waiting: Vec<Declaration>,
    /// Those of the year, by version; none where one version of the policy was ever published.
    pub(super) certificates: Vec<Certificate>,
}

impl Person {
    /// Someone of whom nothing more is known yet.
    pub(super) fn new(id: Id, post: Post) -> Self {
        let waiting = Vec::new();
        let certificates = Vec::new();
        Self { id, post, employment: None, record: None, sealed: None, waiting, certificates }
    }
}

/// Settles one person. The snapshot and what is told of it are returned, to be stored with the others; none for someone who is
/// not counted.
///
/// # Errors
/// When their totals do not fit what lapses, which would mean that they had been wrong before.
pub(super) fn settle(
    writer: &mut Writer<'_>,
    facts: &mut Facts,
    person: &Person,
) -> Result<Option<(Appraisal, Told)>, Problem> {
    let mut lapsed = Vec::with_capacity(person.waiting.len());
    for declaration in &person.waiting {
        lapsed.push(let_lapse(writer, facts, declaration.clone())?);
    }
    let settlement = &facts.settlement;
    let employed = person.employment.as_ref().map(Employment::days);
    let management = facts.policy.include_management_posts;
    let Some(employment) = &person.employment else { return Ok(None) };
    if !counts(employed, person.post, management, settlement.counting_day) {
        return Ok(None);
    }
    let (city, year) = (settlement.jurisdiction_id, settlement.year);
    // What lapsed has changed the record since it was read.
    let found = if lapsed.is_empty() {
        person.record.clone()
    } else {
        writer.annual_record(city, person.id, year)?
    };
    let unit = employer(writer, facts, employment.organization_id)?;
    let authority = unit.reviewing_body_id.unwrap_or(facts.bureau.id);
    let (mut record, is_new) = match found {
        Some(record) => (record, false),
        None => {
            let begun = Year::begun(writer, (city, person.id, year), unit.id, authority);
            (begun.record().clone(), true)
        }
    };
    let exempt = record.state.0 == RecordState::Exempt;
    let (hours, makeup) = (totals(&record).approved, made_up(&record));
    let (version, floors) = measured(facts, person, &record);
    let how = outcome(floors, hours, makeup, exempt);
    let now = Moment(writer.now());
    record.state = Word(settled_state(record.state.0, how));
    record.outcome = Some(Word(how));
    record.settled_at = Some(now);
    // The unit of the freeze answers for the year, also of someone who came there without declaring anything any more (U2).
    (record.employer_id, record.authority_id) = (unit.id, authority);
    if is_new {
        writer.insert_annual_record(&record)?;
    } else {
        writer.save_annual_record(&mut record)?;
    }
    let row = snapshot(&record, version, &unit, &lapsed, now);
    let told = Happening::annual_record(EventType::AnnualRecordSettled, &record)
        .data(json!({"approved": Breakdown::from(hours), "lapsed": row.lapsed}))
        .event(writer, city);
    Ok(Some((row, told)))
}

/// W3: the version by which a year is settled, with its floors: one that was certified under an earlier version stays measured by it.
fn measured(facts: &Facts, person: &Person, record: &AnnualRecord) -> (i32, Floors) {
    let settlement = &facts.settlement;
    let own = settlement.policy_version;
    let certified = record.certificate_id.and_then(|id| beginning_of(id, &person.certificates));
    let settled = Some((settlement.started_at, own));
    let version = version_of(&facts.versions, certified, settled).unwrap_or(own);
    (version, facts.floors.get(&version).copied().unwrap_or(facts.policy.floors))
}

/// A3: a declaration that waits lapses; the stage and the unit that held it are kept, and for how long.
fn let_lapse(
    writer: &mut Writer<'_>,
    facts: &mut Facts,
    mut declaration: Declaration,
) -> Result<Lapse, Problem> {
    let was = declaration.state.0;
    let settlement = &facts.settlement;
    let freeze = Window { opens: settlement.frozen_at.0, closes: settlement.thawed_at.0 };
    let missing = || Problem::internal(format!("declaration {} waits for nobody", declaration.id));
    let stage = was.stage().ok_or_else(missing)?;
    let unit = declaration.holder_id.ok_or_else(missing)?;
    let submitted_at = declaration.submitted_at.ok_or_else(missing)?;
    let entered_at = declaration.stage_entered_at.unwrap_or(submitted_at);
    let due_at = declaration.due_at.ok_or_else(missing)?;
    let held = Held { stage, entered_at: entered_at.0, due_at: due_at.0 };
    let lapse = lapse(held, freeze, &facts.calendar);
    declaration.state = Word(next(was, Event::Lapse)?);
    // The figures count what this settlement calls overdue, whatever freeze was known when it came to the stage (A3a).
    declaration.late_from = late_from(due_at.0, freeze.opens).map(Moment);
    let year = declaration.year;
    let rules = match facts.rules.entry((year, declaration.makeup_grant_id)) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(unknown) => unknown.insert(Rules::for_declaration(writer, &declaration)?),
    };
    writer.insert_lapse(&LapseRow {
        jurisdiction_id: declaration.jurisdiction_id,
        professional_id: declaration.professional_id,
        declaration_id: declaration.id,
        settled_year: facts.settlement.year,
        year,
        revision: declaration.revision,
        employer_id: declaration.employer_id,
        stage: Word(stage),
        unit_id: unit,
        submitted_at,
        entered_at,
        due_at,
        working_days: i32::try_from(lapse.working_days).unwrap_or(i32::MAX),
        overdue: lapse.overdue,
        lapsed_at: Moment(writer.now()),
        reinstated_at: None,
    })?;
    let cause = Cause::new(None, EventType::DeclarationLapsed).ending(Ending::Lapsed).data(json!({
        "settled_year": facts.settlement.year,
        "stage": lapse.stage,
        "unit_id": unit,
        "working_days": lapse.working_days,
        "overdue": lapse.overdue,
    }));
    moved(writer, was, &mut declaration, rules, cause)?;
    Ok(lapse)
}

fn employer(writer: &mut Writer<'_>, facts: &mut Facts, id: Id) -> Result<Organization, Problem> {
    if let Some(unit) = facts.units.get(&id) {
        return Ok(unit.clone());
    }
    let unit = writer.organization(facts.settlement.jurisdiction_id, id)?;
    let unit = unit.ok_or_else(|| Problem::internal(format!("unit {id} is missing")))?;
    facts.units.insert(id, unit.clone());
    Ok(unit)
}

/// A3: the snapshot of a year, with its digest.
fn snapshot(
    record: &AnnualRecord,
    version: i32,
    unit: &Organization,
    lapsed: &[Lapse],
    now: Moment,
) -> Appraisal {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let mut row = Appraisal {
        jurisdiction_id: record.jurisdiction_id,
        professional_id: record.professional_id,
        year: record.year,
        employer_id: record.employer_id,
        authority_id: record.authority_id,
        public_institution: unit.is_public_institution,
        outcome: record.outcome.unwrap_or(Word(Outcome::Incomplete)),
        approved_public: record.approved_public,
        approved_professional: record.approved_professional,
        makeup_public: record.makeup_public,
        makeup_professional: record.makeup_professional,
        certificate_id: record.certificate_id,
        policy_version: version,
        lapsed: count(lapsed.len()),
        lapsed_overdue: count(lapsed.iter().filter(|lapse| lapse.overdue).count()),
        digest: String::new(),
        sealed_at: now,
    };
    row.digest = of_one(&seal_of(&row));
    row
}
