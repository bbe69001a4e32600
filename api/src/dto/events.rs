//! What happened, on the wire.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;
use xueshi_domain::event::EventType;
use xueshi_persistence::Event;

use super::scalars::Timestamp;
use crate::problem::Problem;

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventDto {
    /// Its id; ids grow with time.
    pub id: Uuid,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(value_type = crate::dto::words::EventType)]
    pub kind: EventType,
    /// When.
    pub occurred_at: Timestamp,
    /// The kind of resource that it happened to, such as `declaration`.
    pub subject: String,
    /// Which one.
    pub subject_id: Option<Uuid>,
    /// The person whom it is about.
    pub professional_id: Option<Uuid>,
    /// The unit that it is about: the person's employer, or the unit itself.
    pub organization_id: Option<Uuid>,
    /// The year that it is about.
    pub year: Option<i32>,
    /// The account that did it; none when time did.
    pub account_id: Option<Uuid>,
    /// More, by type: ids, states, hours, dates and codes.
    pub data: Map<String, Value>,
}

impl EventDto {
    /// A stored event.
    ///
    /// # Errors
    /// 500 when its data does not read back.
    pub fn new(event: &Event) -> Result<Self, Problem> {
        let id = |id: Option<xueshi_persistence::Id>| id.map(|id| id.0);
        Ok(Self {
            id: event.id.0,
            kind: event.kind.0,
            occurred_at: event.occurred_at.0.into(),
            subject: event.subject.clone(),
            subject_id: id(event.subject_id),
            professional_id: id(event.person_id),
            organization_id: id(event.unit_id),
            year: event.year,
            account_id: id(event.account_id),
            data: serde_json::from_str(&event.data).map_err(Problem::internal)?,
        })
    }
}
