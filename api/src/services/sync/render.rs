//! The records that events are about, as they are now: read many at a time, and shown as their own addresses show them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use serde_json::{Map, Value, json};
use xueshi_domain::access::Permission;
use xueshi_domain::identity::mask_phone;
use xueshi_domain::sync::Resource;
use xueshi_persistence::{
    AnnualRecord, Certificate, Class, Declaration, Event, Exemption, Filing, Id, LearningRecord,
    MakeupGrant, Organization, Professional, Reader, StoredPolicy, TrainingPlan, Which,
};

use super::named::{Key, Named, named};
use super::sight;
use crate::dto::annual_records::{AnnualRecordDto, CertificateDto};
use crate::dto::declarations::DeclarationDto;
use crate::dto::exemptions::ExemptionDto;
use crate::dto::filings::FilingDto;
use crate::dto::learning_records::LearningRecordDto;
use crate::dto::makeup_grants::MakeupGrantDto;
use crate::dto::organizations::OrganizationDto;
use crate::dto::professionals::{EmploymentDto, ProfessionalDto};
use crate::dto::training_plans::{PlanItemDto, TrainingPlanDto};
use crate::problem::Problem;
use crate::services::certificates::Issued;
use crate::services::inbound::PROVINCE;
use crate::services::{Asker, classes, policies};

/// Records as they are shown, by what names them.
pub(super) type Shown = BTreeMap<Key, Map<String, Value>>;

/// For each event, the records that it is about: `declaration`, `annual_record` … and lists under their plurals. What the asker
/// may not see any more, or is gone, is a tombstone.
pub(super) fn resources(
    reader: &mut Reader<'_>,
    asker: &Asker,
    events: &[(i64, Event)],
) -> Result<Vec<Map<String, Value>>, Problem> {
    let mut all: Vec<Named> = Vec::with_capacity(events.len());
    for (_, event) in events {
        all.push(named(reader, event)?);
    }
    let wanted: BTreeSet<Key> =
        all.iter().flat_map(|named| named.single.iter().chain(&named.listed)).copied().collect();
    let shown = show(reader, asker, &wanted)?;
    Ok(all.iter().map(|named| assemble(named, &shown)).collect())
}

fn assemble(named: &Named, shown: &Shown) -> Map<String, Value> {
    let record = |key: Key| {
        let found = shown.get(&key).cloned().map(Value::Object);
        found.unwrap_or_else(|| json!({"id": key.id(), "deleted": true}))
    };
    let mut resources = Map::new();
    for (place, key) in named.single.iter().enumerate() {
        // What stands beside the record that changed need not be there: a person whose completion is not declared yet has no year.
        if place == 0 || shown.contains_key(key) {
            resources.insert(key.resource().to_string(), record(*key));
        }
    }
    for key in &named.listed {
        let list = resources.entry(key.resource().plural()).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(record(*key));
        }
    }
    resources
}

/// The records with these names, as the asker may see them: a few queries for each kind.
pub(super) fn show(
    reader: &mut Reader<'_>,
    asker: &Asker,
    wanted: &BTreeSet<Key>,
) -> Result<Shown, Problem> {
    let mut ids: BTreeMap<Resource, Vec<Id>> = BTreeMap::new();
    let (mut years, mut policies) = (Vec::new(), Vec::new());
    for key in wanted {
        match key {
            Key::Of(resource, id) => ids.entry(*resource).or_default().push(*id),
            Key::Year(person, year) => years.push((*person, *year)),
            Key::Policy(year) => policies.push(*year),
        }
    }
    let mut shown = Shown::new();
    for (resource, ids) in ids {
        shown.extend(records(reader, asker, resource, &Which::Ids(ids))?);
    }
    if !years.is_empty() {
        let sight = sight(asker, Permission::ReadRecords);
        shown.extend(annual_records(&reader.synced_annual_records(&sight, &years)?)?);
    }
    if !policies.is_empty() {
        let sight = sight(asker, Permission::ReadEvents);
        let rows = reader.synced_policies(&sight, Some(&policies))?;
        shown.extend(all_policies(reader, asker, &rows)?);
    }
    Ok(shown)
}

/// Records of a kind that has ids of its own.
pub(super) fn records(
    reader: &mut Reader<'_>,
    asker: &Asker,
    resource: Resource,
    which: &Which,
) -> Result<Shown, Problem> {
    let records = sight(asker, Permission::ReadRecords);
    match resource {
        Resource::Organization => {
            let sight = sight(asker, Permission::ReadOrganizations);
            organizations(&reader.synced_organizations(&sight, which)?)
        }
        Resource::Professional => {
            let sight = sight(asker, Permission::ReadPeople);
            let people = reader.synced_professionals(&sight, which)?;
            professionals(reader, asker, &people)
        }
        Resource::Filing => {
            let sight = sight(asker, Permission::ReadClasses);
            filings(&reader.synced_filings(&sight, which)?)
        }
        Resource::TrainingPlan => {
            let sight = sight(asker, Permission::ReadClasses);
            let plans = reader.synced_training_plans(&sight, which)?;
            training_plans(reader, asker, &plans)
        }
        Resource::Class => {
            let sight = sight(asker, Permission::ReadClasses);
            let rows = reader.synced_classes(&sight, which)?;
            all_classes(reader, asker, rows)
        }
        Resource::LearningRecord => {
            learning_records(reader.synced_learning_records(&records, which)?)
        }
        Resource::MakeupGrant => grants(&reader.synced_makeup_grants(&records, which)?),
        Resource::Exemption => exemptions(&reader.synced_exemptions(&records, which)?),
        Resource::Declaration => {
            let rows = reader.synced_declarations(&records, which)?;
            declarations(reader, &rows)
        }
        Resource::Certificate => certificates(reader.synced_certificates(&records, which)?),
        // Named otherwise than by ids.
        Resource::AnnualRecord | Resource::Policy => Ok(Shown::new()),
    }
}

/// A record in the form in which it is told to others.
fn object(key: Key, dto: &impl Serialize) -> Result<(Key, Map<String, Value>), Problem> {
    let Value::Object(mut record) = serde_json::to_value(dto).map_err(Problem::internal)? else {
        return Err(Problem::internal(format!("a record that is no object: {key:?}")));
    };
    PROVINCE.represent(&key.id(), &mut record);
    Ok((key, record))
}

fn of<T, D: Serialize>(
    rows: &[T],
    resource: Resource,
    id: impl Fn(&T) -> Id,
    dto: impl Fn(&T) -> D,
) -> Result<Shown, Problem> {
    rows.iter().map(|row| object(Key::Of(resource, id(row)), &dto(row))).collect()
}

pub(super) fn declarations(reader: &Reader<'_>, rows: &[Declaration]) -> Result<Shown, Problem> {
    let now = reader.now();
    of(rows, Resource::Declaration, |row| row.id, |row| DeclarationDto::new(row, now))
}

pub(super) fn annual_records(rows: &[AnnualRecord]) -> Result<Shown, Problem> {
    let record = |row: &AnnualRecord| {
        object(Key::Year(row.professional_id, row.year), &AnnualRecordDto::from(row))
    };
    rows.iter().map(record).collect()
}

pub(super) fn learning_records(rows: Vec<LearningRecord>) -> Result<Shown, Problem> {
    let record = |row: LearningRecord| {
        object(Key::Of(Resource::LearningRecord, row.id), &LearningRecordDto::from(row))
    };
    rows.into_iter().map(record).collect()
}

pub(super) fn certificates(rows: Vec<Certificate>) -> Result<Shown, Problem> {
    let record = |row: Certificate| {
        let key = Key::Of(Resource::Certificate, row.id);
        object(key, &CertificateDto::from(Issued::read(row)?))
    };
    rows.into_iter().map(record).collect()
}

fn organizations(rows: &[Organization]) -> Result<Shown, Problem> {
    of(rows, Resource::Organization, |row| row.id, |row| OrganizationDto::from(row))
}

pub(super) fn exemptions(rows: &[Exemption]) -> Result<Shown, Problem> {
    of(rows, Resource::Exemption, |row| row.id, |row| ExemptionDto::from(row))
}

pub(super) fn grants(rows: &[MakeupGrant]) -> Result<Shown, Problem> {
    of(rows, Resource::MakeupGrant, |row| row.id, |row| MakeupGrantDto::from(row))
}

fn filings(rows: &[Filing]) -> Result<Shown, Problem> {
    of(rows, Resource::Filing, |row| row.id, |row| FilingDto::new(row, String::new()))
}

/// People with where they have worked, as `employments`.
fn professionals(
    reader: &mut Reader<'_>,
    asker: &Asker,
    rows: &[Professional],
) -> Result<Shown, Problem> {
    let mut phones = HashMap::new();
    for row in rows {
        phones.insert(row.professional_id, reader.phone_of(row)?.as_deref().map(mask_phone));
    }
    with_employments(reader, asker.jurisdiction, rows, |row| {
        ProfessionalDto::new(row, phones.remove(&row.professional_id).flatten())
    })
}

/// People in some form, with where they have worked.
pub(super) fn with_employments(
    reader: &mut Reader<'_>,
    city: Id,
    rows: &[Professional],
    mut form: impl FnMut(&Professional) -> ProfessionalDto,
) -> Result<Shown, Problem> {
    let ids: Vec<Id> = rows.iter().map(|row| row.professional_id).collect();
    let mut jobs: HashMap<Id, Vec<EmploymentDto>> = HashMap::new();
    for job in reader.employments_of_people(city, &ids)? {
        jobs.entry(job.professional_id).or_default().push(EmploymentDto::from(&job));
    }
    let mut shown = Shown::new();
    for row in rows {
        let key = Key::Of(Resource::Professional, row.professional_id);
        let (key, mut record) = object(key, &form(row))?;
        let jobs = jobs.remove(&row.professional_id).unwrap_or_default();
        let jobs = serde_json::to_value(jobs).map_err(Problem::internal)?;
        record.insert("employments".to_owned(), jobs);
        shown.insert(key, record);
    }
    Ok(shown)
}

/// Plans with their items.
fn training_plans(
    reader: &mut Reader<'_>,
    asker: &Asker,
    rows: &[TrainingPlan],
) -> Result<Shown, Problem> {
    let city = asker.jurisdiction;
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let items = reader.items_of_plans(city, &ids)?;
    let versions = reader.item_versions(city, items.iter().map(|item| item.id).collect())?;
    let mut of_plans: HashMap<Id, Vec<PlanItemDto>> = HashMap::new();
    for item in items {
        let versions = versions.get(&item.id).map(Vec::as_slice).unwrap_or_default();
        of_plans.entry(item.plan_id).or_default().push(PlanItemDto::new(item, versions));
    }
    let mut shown = Shown::new();
    for row in rows {
        let dto = TrainingPlanDto::new(row, String::new());
        let (key, mut record) = object(Key::Of(Resource::TrainingPlan, row.id), &dto)?;
        let items = of_plans.remove(&row.id).unwrap_or_default();
        record.insert("items".to_owned(), serde_json::to_value(items).map_err(Problem::internal)?);
        shown.insert(key, record);
    }
    Ok(shown)
}

fn all_classes(reader: &mut Reader<'_>, asker: &Asker, rows: Vec<Class>) -> Result<Shown, Problem> {
    let rows = classes::all_shown(reader, asker.jurisdiction, rows)?;
    rows.iter().map(|row| object(Key::Of(Resource::Class, Id(row.id)), row)).collect()
}

pub(super) fn all_policies(
    reader: &mut Reader<'_>,
    asker: &Asker,
    rows: &[StoredPolicy],
) -> Result<Shown, Problem> {
    let city = reader.jurisdiction(asker.jurisdiction)?;
    let city = city.ok_or_else(|| Problem::internal("the asker's city is missing"))?;
    let record = |row: &StoredPolicy| object(Key::Policy(row.year), &policies::dto(&city, row)?);
    rows.iter().map(record).collect()
}
