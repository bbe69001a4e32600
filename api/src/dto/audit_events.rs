//! What happened, as auditors read it: who, what, to whom, when, from where, under which rule, and where it stands in the log.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use xueshi_domain::Rule;
use xueshi_domain::access::Role;
use xueshi_domain::event::EventType;
use xueshi_persistence::{AuditFilter, Id, Moment};

use super::scalars::Timestamp;
use super::words;
use super::years::FilterYear;
use crate::extract::invalid_parameter;
use crate::problem::{Problem, Text};

/// Longest id of a request.
const LONGEST_REQUEST_ID: usize = 128;

/// Something that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub struct AuditEventDto {
    /// Its id; ids grow with time.
    pub id: Uuid,
    /// When.
    pub occurred_at: Timestamp,
    /// What happened.
    #[schema(value_type = words::AuditEventType)]
    pub kind: EventType,
    /// The rule under which it happened.
    pub rule: AuditRule,
    /// Who did it; null when time did, or somebody who is not known.
    #[schema(required = true)]
    pub actor: Option<AuditActorDto>,
    /// The kind of resource that it happened to, such as `declaration`.
    pub subject: String,
    /// Which one.
    #[schema(required = true)]
    pub subject_id: Option<Uuid>,
    /// The person whom it is about.
    #[schema(required = true)]
    pub professional_id: Option<Uuid>,
    /// The unit that it is about: the person's employer, or the unit itself.
    #[schema(required = true)]
    pub organization_id: Option<Uuid>,
    /// The body above that unit which it concerns.
    #[schema(required = true)]
    pub authority_id: Option<Uuid>,
    /// The year that it is about.
    #[schema(required = true)]
    pub year: Option<i32>,
    /// The network address that it came from; null when time did it, for jobs, for the command line, and once it was erased.
    #[schema(required = true, example = "203.0.113.7")]
    pub address: Option<String>,
    /// The request that did it, as its answer's `X-Request-Id` said.
    #[schema(required = true)]
    pub request_id: Option<String>,
    /// More, by kind: ids, states, hours, dates and codes.
    pub data: Map<String, Value>,
    /// Its entry in the transparency log; null for what happened before there was one.
    #[schema(required = true)]
    pub log: Option<AuditLogEntry>,
}

/// A rule of the rulebook.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditRule {
    /// Its id.
    #[schema(value_type = words::RuleId)]
    pub id: Rule,
    /// What it is called, in the language of the answer.
    pub title: String,
    /// The clause of the notice, or of the regulation, that it rests on, in Chinese.
    pub clause: String,
}

/// Who did something.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AuditActor)]
pub struct AuditActorDto {
    /// The account, or the client of a program.
    pub id: Uuid,
    /// The name that it logs in with; null for one that is no more.
    #[schema(required = true)]
    pub username: Option<String>,
    /// What its owner is called.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Whether it is a program.
    pub is_program: bool,
    /// The offices that it held at that moment: for these units, and those below them, it could act.
    pub offices: Vec<AuditOffice>,
}

/// An office.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditOffice {
    /// The role.
    #[schema(value_type = words::Role)]
    pub role: Role,
    /// The unit at the top of its subtree.
    pub organization_id: Uuid,
}

/// An entry of the transparency log. Its `digest` is recomputed from what stands here: base64 of SHA-256 over the bytes of the salt
/// followed by `disclosed` in canonical JSON (RFC 8785).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditLogEntry {
    /// Its number in the log, from 0; null until it is sealed, within a second.
    #[schema(required = true, minimum = 0)]
    pub leaf_index: Option<i64>,
    /// The entry itself, as a text of JSON: these bytes are hashed into the tree.
    pub leaf: String,
    /// The salt, in base64; null once it was forgotten.
    #[schema(required = true)]
    pub salt: Option<String>,
    /// The salt of `address_digest`, in base64; null without an address, and once it was erased.
    #[schema(required = true)]
    pub address_salt: Option<String>,
    /// What the digest commits to.
    #[schema(value_type = Object)]
    pub disclosed: Value,
}

/// Something that happened, with the proof that the log holds it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEventWithProof {
    /// What happened.
    #[serde(flatten)]
    pub event: AuditEventDto,
    /// The proof; null until the entry is sealed, within a second.
    #[schema(required = true)]
    pub inclusion: Option<AuditInclusion>,
}

/// That an entry stands in the log (RFC 6962, 2.1.1).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditInclusion {
    /// The number of the entry, from 0.
    pub leaf_index: u64,
    /// The size of the tree that the proof leads to.
    pub tree_size: u64,
    /// The checkpoint of that tree: a signed note.
    pub checkpoint: String,
    /// The hashes from the entry up to the root, in base64.
    pub path: Vec<String>,
}

/// Which events.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichAuditEvents {
    /// Only what this account or client did.
    actor: Option<Uuid>,
    /// Only what happened to this resource. Of a person, also what happened to records that were merged into theirs.
    subject: Option<Uuid>,
    /// Only about this person, also under records that were merged into theirs.
    person: Option<Uuid>,
    /// Only about this unit or the people of it; not about the units below it.
    unit: Option<Uuid>,
    /// Only what concerns this body as the one above the unit.
    authority: Option<Uuid>,
    /// Only of these kinds.
    #[serde(default)]
    #[param(value_type = Option<Vec<words::AuditEventType>>, explode = false, style = Form)]
    kind: Vec<EventType>,
    /// Only about this year.
    #[param(inline)]
    year: Option<FilterYear>,
    /// Only under this rule.
    #[param(value_type = Option<words::RuleId>)]
    rule: Option<Rule>,
    /// Only what happened at this instant or later. In a URL the `+` of an offset is written `%2B`.
    from: Option<Timestamp>,
    /// Only what happened before this instant.
    to: Option<Timestamp>,
    /// Only what this request did: its `X-Request-Id`.
    #[param(max_length = 128)]
    request_id: Option<String>,
}

impl WhichAuditEvents {
    /// What the store is asked for.
    ///
    /// # Errors
    /// 400 `invalid-parameter` for a time that ends before it begins, and for what is no id of a request.
    pub fn filter(&self) -> Result<AuditFilter, Problem> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            let text = Text::new("早于 from", "is before `from`");
            return Err(invalid_parameter("to", "before-from", text));
        }
        if let Some(id) = &self.request_id
            && !(1..=LONGEST_REQUEST_ID).contains(&id.len())
        {
            let text = Text::new("应为 1 至 128 个字符", "expected 1 to 128 characters");
            return Err(invalid_parameter("request_id", "length", text));
        }
        let named: BTreeSet<EventType> = self.kind.iter().copied().collect();
        let kinds = match (self.rule, named.is_empty()) {
            (None, true) => None,
            (None, false) => Some(named),
            (Some(rule), none) => {
                let under = EventType::ALL.iter().copied().filter(|kind| kind.rule() == rule);
                Some(under.filter(|kind| none || named.contains(kind)).collect())
            }
        };
        Ok(AuditFilter {
            actor: self.actor.map(Id),
            subject: self.subject.map(Id),
            person: self.person.map(Id),
            unit: self.unit.map(Id),
            authority: self.authority.map(Id),
            kinds,
            year: self.year.map(|year| year.0),
            request: self.request_id.clone(),
            from: self.from.map(|from| Moment(from.0)),
            to: self.to.map(|to| Moment(to.0)),
        })
    }
}
