//! A record of ours that another system speaks of, and where the two differ.

use std::collections::BTreeMap;

use xueshi_domain::inbound::{Merge, merge};
use xueshi_persistence::{Id, Reader, Writer};

use super::province::Inbound;
use super::{completion, person, prior_year, unit};
use crate::dto::inbound::InboundData;
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::memo::Memo;

/// Characters of a field's digest that are kept: it tells two values apart, nothing else rests on it.
const DIGEST: usize = 24;

/// A record of ours.
pub(super) struct Record {
    /// Its id; of a prior year the person's.
    pub(super) id: Id,
    /// The person, if it is about one.
    pub(super) person: Option<Id>,
    /// The unit that it concerns, if it is about no person.
    pub(super) unit: Option<Id>,
    /// The year, of a prior year.
    pub(super) year: Option<i32>,
    /// What both sides say.
    pub(super) fields: Vec<Field>,
}

/// What both sides say of one thing.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: &'static str,
    /// What stands here.
    pub(super) local: String,
    /// What the other system says.
    pub(super) remote: String,
    /// Whether somebody here decided it: then it is never taken over without somebody deciding again.
    pub(super) decided: bool,
    /// The procedure by which alone it changes here, where it has one.
    pub(super) road: Option<&'static str>,
}

impl Field {
    /// A field that the other system may change.
    pub(super) fn new(
        name: &'static str,
        local: impl Into<String>,
        remote: impl Into<String>,
    ) -> Self {
        Self { name, local: local.into(), remote: remote.into(), decided: false, road: None }
    }

    /// It was decided here.
    pub(super) fn decided(self, decided: bool) -> Self {
        Self { decided, ..self }
    }

    /// It changes only by a procedure of its own.
    pub(super) fn by_road(self, road: &'static str) -> Self {
        Self { decided: true, road: Some(road), ..self }
    }
}

/// Digests of what the other system last said of each field.
pub(super) type Base = BTreeMap<String, String>;

/// Where the two sides differ.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// Only the other side changed it.
    pub(super) taken: Vec<&'static str>,
    /// Somebody has to settle it.
    pub(super) conflicting: Vec<&'static str>,
}

/// Compares field by field with what the other system last said.
pub(super) fn compare(reader: &Reader<'_>, base: &Base, record: &Record) -> Differences {
    let mut found = Differences::default();
    for field in &record.fields {
        let (local, remote) = (digest(reader, &field.local), digest(reader, &field.remote));
        let told = base.get(field.name).map(String::as_str);
        match merge(told, &local, &remote) {
            Merge::Same | Merge::KeepLocal => {}
            // They never told it before, and nothing is there that it would overwrite.
            Merge::Conflict if told.is_none() && field.local.is_empty() && !field.decided => {
                found.taken.push(field.name);
            }
            Merge::TakeRemote if !field.decided => found.taken.push(field.name),
            Merge::TakeRemote | Merge::Conflict => found.conflicting.push(field.name),
        }
    }
    found
}

/// Notes what the other system says now, but for the fields that are not settled.
pub(super) fn remember(reader: &Reader<'_>, base: &mut Base, record: &Record, but: &[&str]) {
    for field in record.fields.iter().filter(|field| !but.contains(&field.name)) {
        base.insert(field.name.to_owned(), digest(reader, &field.remote));
    }
}

fn digest(reader: &Reader<'_>, text: &str) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(DIGEST);
    for byte in reader.inbound_digest("field", text).iter().take(DIGEST / 2) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// The record that is spoken of: the one that is known by the other system's name for it, or else by what it says.
///
/// # Errors
/// 422 for what it refers to and is not here.
pub(super) fn find(
    reader: &mut Reader<'_>,
    city: Id,
    known: Option<(Id, Option<Id>)>,
    said: &Inbound,
) -> Result<Option<Record>, Problem> {
    let found = match &said.data {
        InboundData::Unit(data) => unit::find(reader, city, known, data),
        InboundData::Person(data) => person::find(reader, city, known, data),
        InboundData::Completion(data) => completion::find(reader, city, known, data),
        InboundData::PriorYear(data) => prior_year::find(reader, city, data),
    };
    found.map_err(|problem| problem.below("/data"))
}

/// Makes the record, by the rules that it would be made by here.
///
/// # Errors
/// Whatever those rules refuse.
pub(super) fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    memo: &mut Memo,
    said: &Inbound,
) -> Result<Record, Problem> {
    let made = match &said.data {
        // The one kind that comes by the million: what is known of it is not looked up again.
        InboundData::Completion(data) => {
            return completion::create(writer, asker, memo, data)
                .map_err(|problem| problem.below("/data"));
        }
        InboundData::Unit(data) => unit::create(writer, asker, data),
        InboundData::Person(data) => person::create(writer, asker, data),
        InboundData::PriorYear(data) => prior_year::create(writer, asker, &said.source, data),
    };
    let id = made.map_err(|problem| problem.below("/data"))?;
    let found = find(writer, asker.jurisdiction, None, said)?;
    found.ok_or_else(|| Problem::internal(format!("the record {id} is not found again")))
}

/// Lets the record say what the other system says of these fields, by the rules that it would be changed by here.
///
/// # Errors
/// Whatever those rules refuse.
pub(super) fn take(
    writer: &mut Writer<'_>,
    asker: &Asker,
    memo: &mut Memo,
    (said, record): (&Inbound, &Record),
    names: &[&str],
) -> Result<(), Problem> {
    let taken = match &said.data {
        InboundData::Unit(data) => unit::take(writer, asker, record, data, names),
        InboundData::Person(data) => person::take(writer, asker, record, data, names),
        InboundData::Completion(data) => completion::take(writer, asker, memo, record, data, names),
        InboundData::PriorYear(data) => {
            prior_year::take(writer, asker, record, &said.source, data, names)
        }
    };
    taken.map_err(|problem| problem.below("/data"))
}
