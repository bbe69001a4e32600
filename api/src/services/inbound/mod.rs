//! What other systems push to us (ADR 0023): each line an idempotent upsert by the other system's name and revision, by the rules
//! by which it would be done here, and never over what somebody here decided.

mod completion;
mod conflicts;
mod person;
mod prior_year;
mod province;
mod record;
mod unit;

use xueshi_domain::access::{Grant, OrgPath, Role, Scope};
use xueshi_domain::inbound::{Arrival, LineOutcome, arrival};
use xueshi_persistence::{Id, Moment, Reader, SyncReference, Word, Writer};

use self::record::{Base, Record, compare, create, find, remember, take};
use super::Asker;
use super::memo::Memo;
use crate::dto::inbound::InboundResult;
use crate::extract::Line;
use crate::problem::{Code, Problem, Text};

pub use conflicts::{get, list, settle};
pub use province::{Inbound, PROVINCE, ProvinceAdapter};

/// Takes one line in.
///
/// # Errors
/// 409 `revision-contradicts` for a revision that said something else before; whatever the rules refuse that the record would be
/// made or changed by here.
pub fn receive(
    writer: &mut Writer<'_>,
    asker: &Asker,
    memo: &mut Memo,
    line: usize,
    text: &Line,
) -> Result<InboundResult, Problem> {
    let said = PROVINCE.read(text)?;
    let content = serde_json::to_string(&said.data).map_err(Problem::internal)?;
    let digest = writer.inbound_digest("content", &content);
    let city = asker.jurisdiction;
    let known = writer.sync_reference(city, &said.source, said.kind, &said.external_id)?;
    let result = |outcome, id: Option<Id>, conflict: Option<Id>| InboundResult {
        line,
        outcome,
        kind: Some(said.kind),
        external_id: Some(said.external_id.clone()),
        id: id.map(|id| id.0),
        conflict_id: conflict.map(|id| id.0),
        problem: None,
    };
    let latest = known.as_ref().map(|known| (known.revision, known.digest.as_slice()));
    match (arrival(latest, said.revision, &digest), known) {
        (Arrival::Stale, known) => {
            Ok(result(LineOutcome::Stale, known.map(|known| known.local_id), None))
        }
        (Arrival::Contradicts, _) => Err(contradicts(&said)),
        (Arrival::Repeated, known) => {
            let id = known.as_ref().map(|known| known.local_id);
            let conflict = known.and_then(|known| known.conflict_id);
            let outcome = conflict.map_or(LineOutcome::Unchanged, |_| LineOutcome::Conflict);
            Ok(result(outcome, id, conflict))
        }
        (Arrival::First | Arrival::Newer, known) => {
            let asker = for_the_city(writer, memo, asker)?;
            let news = News { said: &said, content: &content, digest };
            let (outcome, id, conflict) = news.take_in(writer, &asker, memo, known)?;
            Ok(result(outcome, Some(id), conflict))
        }
    }
}

fn contradicts(said: &Inbound) -> Problem {
    let text = Text::new(
        format!("修订号 {} 此前的内容与本行不同", said.revision),
        format!("revision {} said something else before", said.revision),
    );
    Problem::new(Code::RevisionContradicts)
        .detail(text.zh.clone(), text.en.clone())
        .fact("revision", said.revision)
        .at("/revision", Code::RevisionContradicts.id(), text)
}

/// What the other system says is done by the rules for whoever administers the city: it is the authority above it. The account
/// that it is recorded under stays its own.
pub(super) fn for_the_city(
    reader: &mut Reader<'_>,
    memo: &mut Memo,
    asker: &Asker,
) -> Result<Asker, Problem> {
    let root = memo.root(reader, asker.jurisdiction)?;
    let path = OrgPath::parse(&root.path).map_err(Problem::internal)?;
    let mut asker = asker.clone();
    asker.actor.grants =
        vec![Grant { role: Role::MunicipalAdministrator, organization_id: root.id.0, path }];
    asker.actor.scopes = vec![Scope::SyncRead, Scope::SyncWrite];
    Ok(asker)
}

/// Whether a name of theirs is known of this record: a prior year is found by person and year, and a line may come to name others.
fn is_of(known: &SyncReference, record: &Record) -> bool {
    known.local_id == record.id && known.year == record.year
}

/// A message that is news.
struct News<'a> {
    said: &'a Inbound,
    content: &'a str,
    digest: Vec<u8>,
}

impl News<'_> {
    fn take_in(
        self,
        writer: &mut Writer<'_>,
        asker: &Asker,
        memo: &mut Memo,
        known: Option<SyncReference>,
    ) -> Result<(LineOutcome, Id, Option<Id>), Problem> {
        let (city, said) = (asker.jurisdiction, self.said);
        let key = known.as_ref().map(|known| (known.local_id, known.person_id));
        let found = find(writer, city, key, said)?;
        let (record, is_new) = match found {
            Some(record) => (record, false),
            None => (create(writer, asker, memo, said)?, true),
        };
        // What they told of another record says nothing of what was decided about this one.
        let same = known.as_ref().filter(|known| is_of(known, &record));
        let mut base: Base = match same {
            Some(known) => serde_json::from_str(&known.base).map_err(Problem::internal)?,
            None => Base::new(),
        };
        let mut open = known.as_ref().and_then(|known| known.conflict_id);
        if same.is_none()
            && let Some(left) = open.take()
        {
            conflicts::supersede(writer, asker, left)?;
        }
        let differ =
            if is_new { record::Differences::default() } else { compare(writer, &base, &record) };
        if !differ.taken.is_empty() {
            take(writer, asker, memo, (said, &record), &differ.taken)?;
        }
        remember(writer, &mut base, &record, &differ.conflicting);
        let conflict = match (differ.conflicting.is_empty(), open) {
            (true, Some(open)) => {
                conflicts::supersede(writer, asker, open)?;
                None
            }
            (true, None) => None,
            (false, open) => {
                let found = conflicts::Found {
                    said,
                    content: self.content,
                    record: &record,
                    fields: &differ.conflicting,
                };
                Some(conflicts::keep(writer, asker, open, found)?)
            }
        };
        let reference = SyncReference {
            jurisdiction_id: city,
            source: said.source.clone(),
            kind: Word(said.kind),
            external_id: said.external_id.clone(),
            local_id: record.id,
            person_id: record.person,
            year: record.year,
            revision: said.revision,
            digest: self.digest,
            base: serde_json::to_string(&base).map_err(Problem::internal)?,
            conflict_id: conflict,
            updated_at: Moment(writer.now()),
        };
        match known {
            Some(_) => writer.save_sync_reference(&reference)?,
            None => writer.insert_sync_reference(&reference)?,
        }
        let outcome = match (conflict, is_new, differ.taken.is_empty()) {
            (Some(_), _, _) => LineOutcome::Conflict,
            (None, true, _) => LineOutcome::Created,
            (None, false, false) => LineOutcome::Updated,
            (None, false, true) => LineOutcome::Unchanged,
        };
        Ok((outcome, record.id, conflict))
    }
}
