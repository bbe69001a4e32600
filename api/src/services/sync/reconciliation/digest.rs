//! Digests of records, in the form that other systems can compute too (docs/sync.md).

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use xueshi_domain::reconciliation::{Digest, NO_YEAR, PLACE, agreed};
use xueshi_domain::sync::Resource;
use xueshi_persistence::{Id, PersonDigest, Professional, Reader};

use crate::dto::professionals::ProfessionalDto;
use crate::problem::Problem;
use crate::services::sync::named::Key;
use crate::services::sync::render::{self, Shown};

/// One record's digest, and where it belongs.
#[derive(Debug, Clone)]
pub(super) struct Digested {
    pub(super) key: Key,
    pub(super) person: Id,
    pub(super) year: i32,
    pub(super) digest: Digest,
}

/// What people's records come to.
#[derive(Debug, Default)]
pub(super) struct Computed {
    pub(super) records: Vec<Digested>,
    /// Where they work.
    units: BTreeMap<Id, Id>,
}

impl Computed {
    /// Together by person and year.
    pub(super) fn by_person(&self, city: Id) -> Vec<PersonDigest> {
        let mut sums: BTreeMap<(Id, i32), (i64, Digest)> = BTreeMap::new();
        for record in &self.records {
            let (count, digest) = sums.entry((record.person, record.year)).or_default();
            *count += 1;
            digest.combine(record.digest);
        }
        let rows = sums.into_iter().map(|((person, year), (records, digest))| PersonDigest {
            jurisdiction_id: city,
            professional_id: person,
            year,
            unit_id: self.units.get(&person).copied().unwrap_or(NOWHERE),
            place: place(person),
            records,
            digest: digest.0.to_vec(),
        });
        rows.collect()
    }
}

/// Where those count who work nowhere.
pub(super) const NOWHERE: Id = Id(Uuid::nil());

/// The place of an id among others: the first digits of the SHA-256 of its text.
pub(super) fn place(id: Id) -> String {
    let mut place = Digest(Sha256::digest(id.to_string()).into()).to_string();
    place.truncate(PLACE);
    place
}

/// The digest of a record: SHA-256 over the JSON of `[kind, {agreed members}]`, without spaces and with the names in order (RFC 8785).
fn of_record(resource: Resource, record: &Map<String, Value>) -> Digest {
    let mut text = String::from("[");
    text.push_str(&Value::String(resource.to_string()).to_string());
    text.push(',');
    let members = agreed(resource).iter().map(|name| (*name, record.get(*name)));
    write_object(&mut text, members);
    text.push(']');
    Digest(Sha256::digest(text).into())
}

/// An object with its names in order; what is absent is null.
fn write_object<'v>(
    text: &mut String,
    members: impl Iterator<Item = (&'v str, Option<&'v Value>)>,
) {
    let members: BTreeMap<&str, Option<&Value>> = members.collect();
    text.push('{');
    for (place, (name, value)) in members.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&Value::String(name.to_owned()).to_string());
        text.push(':');
        write_value(text, value.unwrap_or(&Value::Null));
    }
    text.push('}');
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Object(members) => {
            write_object(text, members.iter().map(|(name, value)| (name.as_str(), Some(value))));
        }
        Value::Array(values) => {
            text.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_value(text, value);
            }
            text.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string());
        }
    }
}

/// People whose records are held at once: someone may have thousands of them.
const AT_ONCE: usize = 25;

/// The digests of all records of some people, computed from the records.
pub(super) fn compute(
    reader: &mut Reader<'_>,
    city: Id,
    people: &[Id],
) -> Result<Computed, Problem> {
    let mut computed = Computed::default();
    for people in people.chunks(AT_ONCE) {
        add(reader, city, people, &mut computed)?;
    }
    Ok(computed)
}

fn add(
    reader: &mut Reader<'_>,
    city: Id,
    people: &[Id],
    computed: &mut Computed,
) -> Result<(), Problem> {
    let rows = reader.digested_people(city, people)?;
    computed
        .units
        .extend(rows.iter().map(|row| (row.professional_id, row.employer_id.unwrap_or(NOWHERE))));
    let mut shown = professionals(reader, city, &rows)?;
    shown.extend(render::learning_records(reader.digested_learning(city, people)?)?);
    shown.extend(render::grants(&reader.digested_grants(city, people)?)?);
    shown.extend(render::exemptions(&reader.digested_exemptions(city, people)?)?);
    let declarations = reader.digested_declarations(city, people)?;
    shown.extend(render::declarations(reader, &declarations)?);
    shown.extend(render::annual_records(&reader.digested_years_of(city, people)?)?);
    shown.extend(render::certificates(reader.digested_certificates(city, people)?)?);
    for (key, record) in &shown {
        let (person, year) = whose(*key, record)?;
        let digest = of_record(key.resource(), record);
        computed.records.push(Digested { key: *key, person, year, digest });
    }
    Ok(())
}

/// People without their phones, which are not compared: nothing has to be decrypted.
fn professionals(
    reader: &mut Reader<'_>,
    city: Id,
    rows: &[Professional],
) -> Result<Shown, Problem> {
    render::with_employments(reader, city, rows, |row| ProfessionalDto::new(row, None))
}

/// The person and the year that a record belongs to.
fn whose(key: Key, record: &Map<String, Value>) -> Result<(Id, i32), Problem> {
    let (person, year) = match key {
        Key::Year(person, year) => (Some(person), Some(year)),
        Key::Of(Resource::Professional, id) => (Some(id), Some(NO_YEAR)),
        Key::Of(..) | Key::Policy(_) => {
            let text = record.get("professional_id").and_then(Value::as_str);
            let year = record.get("year").and_then(Value::as_i64);
            let person = text.and_then(|text| text.parse().ok()).map(Id);
            (person, year.and_then(|year| i32::try_from(year).ok()))
        }
    };
    person.zip(year).ok_or_else(|| Problem::internal(format!("a record of nobody: {key:?}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The example of docs/sync.md.
    #[test]
    fn a_digest_is_over_the_agreed_members_in_order() {
        let Value::Object(record) = json!({
            "version": 7, "year": 2022, "id": "018b3b1e-7c00-7a10-8c11-000000000777",
            "professional_id": "018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f", "state": "granted", "kind": "long_illness",
            "starts_on": "2022-03-01", "ends_on": "2022-12-31", "statement": "病休",
            "employer_id": "018b3b1e-7c00-7a10-8c11-000000000101", "authority_id": "018b3b1e-7c00-7a10-8c11-000000000102"
        }) else {
            panic!("no object")
        };
        let expected = r#"["exemption",{"authority_id":"018b3b1e-7c00-7a10-8c11-000000000102","employer_id":"018b3b1e-7c00-7a10-8c11-000000000101","ends_on":"2022-12-31","id":"018b3b1e-7c00-7a10-8c11-000000000777","kind":"long_illness","professional_id":"018b3b1e-7c00-7a10-8c11-0a0b0c0d0e0f","starts_on":"2022-03-01","state":"granted","year":2022}]"#;
        let digest = of_record(Resource::Exemption, &record);
        assert_eq!(digest, Digest(Sha256::digest(expected).into()));
        let docs = include_str!("../../../../../docs/sync.md");
        assert!(docs.contains(expected) && docs.contains(&digest.to_string()), "{digest}");
    }

    #[test]
    fn places_of_ids_that_begin_alike_are_spread() {
        let mut first = std::collections::BTreeSet::new();
        for number in 0..200 {
            let id = Id(Uuid::from_u128(0x018b_3b1e_7c00_7a10_8c11_0000_0000_0000 + number));
            assert_eq!(place(id).len(), PLACE);
            first.insert(place(id).remove(0));
        }
        assert_eq!(first.len(), 16);
    }
}
