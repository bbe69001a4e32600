//! The change feed on the wire: CloudEvents 1.0 in JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use xueshi_domain::event::{EventType, OpenEventType};
use xueshi_domain::sync::Resource;
use xueshi_persistence::Event;

use super::scalars::Timestamp;
use super::words;

/// Events of a page where nothing is said.
const DEFAULT_LIMIT: u16 = 50;

/// Which changes are wanted, and how long to wait for them.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangeParams {
    /// `next_cursor` of the page before, unchanged; it never expires. Without it, from the first event on.
    pub cursor: Option<String>,
    /// Only events of these types.
    #[param(value_type = Option<Vec<words::EventType>>, explode = false, style = Form)]
    #[serde(default)]
    pub types: Vec<OpenEventType>,
    /// Most events of a page.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u16>,
    /// How many seconds to wait for an event where there is none yet.
    #[param(value_type = Option<u16>, minimum = 0, maximum = 60, default = 0)]
    pub wait: Option<u16>,
}

impl ChangeParams {
    /// Most events of a page.
    #[must_use]
    pub fn limit(&self) -> u16 {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }
}

/// Where a snapshot begins.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SnapshotParams {
    /// Begin at this kind of records instead of the first one.
    #[param(inline, value_type = Option<words::SyncedRecord>)]
    pub part: Option<Resource>,
    /// Begin behind the record of that kind with this id.
    pub after: Option<String>,
}

/// A page of the change feed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangePage {
    /// Events in the order in which they were committed.
    pub data: Vec<ChangeDto>,
    /// Where to go on; there is always one, also behind an empty page.
    pub next_cursor: String,
    /// Whether something stands behind this page already: then do not wait.
    pub more: bool,
}

/// Something that happened, as a CloudEvent 1.0.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeDto {
    /// Its position in the feed.
    #[serde(skip)]
    pub position: i64,
    /// The form of the envelope.
    #[schema(value_type = String, example = "1.0")]
    pub specversion: &'static str,
    /// Its id: the same event has the same id, however often it is read.
    pub id: Uuid,
    /// The city that it comes from.
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(value_type = words::EventType)]
    pub kind: EventType,
    /// What it happened to, as a path below `/v1`; none where that is no single resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When.
    pub time: Timestamp,
    /// The form of `data`.
    #[schema(value_type = String, example = "application/json")]
    pub datacontenttype: &'static str,
    /// Its position in the feed, with leading zeros, so that the order of texts is that of the feed.
    pub sequence: String,
    /// What it is about.
    pub data: ChangeData,
}

/// What a change is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeData {
    /// The person whom it is about.
    pub professional_id: Option<Uuid>,
    /// The unit that it is about: the person's employer, or the unit itself.
    pub organization_id: Option<Uuid>,
    /// The year that it is about.
    pub year: Option<i32>,
    /// The account that did it; none when time did.
    pub account_id: Option<Uuid>,
    /// What the event itself says: ids, states, hours, dates and codes. It stays as it was written.
    pub facts: Map<String, Value>,
    /// The records that it is about, as they are when the page is read and as their own addresses show them: `declaration`,
    /// `annual_record` …, and lists under plural names. What is gone, or is not to be seen any more, is a tombstone with `id` and
    /// `deleted: true`.
    pub resources: Map<String, Value>,
}

impl ChangeDto {
    /// An event at a position.
    #[must_use]
    pub fn new(
        event: &Event,
        position: i64,
        source: &str,
        subject: Option<String>,
        data: ChangeData,
    ) -> Self {
        Self {
            position,
            specversion: "1.0",
            id: event.id.0,
            source: source.to_owned(),
            kind: event.kind.0,
            subject,
            time: event.occurred_at.0.into(),
            datacontenttype: "application/json",
            sequence: format!("{position:019}"),
            data,
        }
    }
}
