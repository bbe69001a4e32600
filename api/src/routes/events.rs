//! What happened.

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::event::{EventType, OpenEventType};
use xueshi_persistence::{EventFilter, Id, Page, Reader};

use crate::auth::{Caller, permissions};
use crate::dto::events::EventDto;
use crate::dto::words;
use crate::dto::years::FilterYear;
use crate::extract::Params;
use crate::list::listed::{self, Listed, Rows};
use crate::page;
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::events;
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_events);
}

page! {
    /// A page of events.
    pub(super) struct EventPage of EventDto, list EventList,
    sort EventSort { OccurredAt = "occurred_at" } default "occurred_at",
    expand [], sparse false
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichEvents {
    /// Only of this kind.
    #[serde(rename = "type")]
    #[param(value_type = Option<words::EventType>)]
    kind: Option<OpenEventType>,
    /// Only what happened to this resource. Of a person, also what happened to records that were merged into theirs.
    subject_id: Option<Uuid>,
    /// Only about this person, also under records that were merged into theirs.
    professional_id: Option<Uuid>,
    /// Only about this unit or the people of it.
    organization_id: Option<Uuid>,
    /// Only about this year.
    #[param(inline)]
    year: Option<FilterYear>,
}

/// What happened
///
/// To oneself, and in the units that one answers for: submissions, decisions, deadlines that came near or passed, windows that
/// opened and closed. Each event was written together with the change that it tells of.
#[utoipa::path(tag = "events", params(EventList, WhichEvents),
    responses((status = 200, description = "A page", body = EventPage)))]
#[get("/v1/events")]
async fn list_events(
    caller: Caller<permissions::ReadOwnOrEvents>,
    list: EventList,
    which: Params<WhichEvents>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Events>(&state.desk, &caller, list, which.0).await
}

/// What happened, as far as the caller may see it.
pub(super) struct Events;

impl Listed for Events {
    type Needs = permissions::ReadOwnOrEvents;
    type Page = EventPage;
    type Which = WhichEvents;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichEvents,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let filter = EventFilter {
            kinds: which.kind.map(EventType::from).into_iter().collect(),
            subject: which.subject_id.map(Id),
            person: which.professional_id.map(Id),
            unit: which.organization_id.map(Id),
            year: which.year.map(|year| year.0),
        };
        let found = events::list(reader, asker, &filter, page)?;
        Ok(found.map(|event| (Id(event.id), event)))
    }
}
