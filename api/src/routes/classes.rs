//! Where one may learn: units that train, their classes, and who attended (P1, P3, P4).

use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_persistence::{Id, Page, Reader};

use crate::auth::{Caller, LoggedIn, permissions};
use crate::dto::Day;
use crate::dto::classes::{ClassDto, ClassFilter, ClassList, ClassPage, RosterList, RosterPage};
use crate::dto::institutions::{InstitutionFilter, InstitutionList, InstitutionPage};
use crate::extract::{ETag, Params, PathId};
use crate::list::listed::{self, Listed, Rows};
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::{classes, institutions};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_institutions).service(list_classes).service(get_class).service(get_roster);
}

/// Units that train
///
/// Bases and training institutions, and bureaus and authorities with a filing for the year. Only the classes of filed units
/// count (P1).
#[utoipa::path(tag = "learning", params(InstitutionList, InstitutionFilter),
    responses((status = 200, description = "A page", body = InstitutionPage)))]
#[get("/v1/institutions")]
async fn list_institutions(
    caller: Caller<LoggedIn>,
    list: InstitutionList,
    which: Params<InstitutionFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Institutions>(&state.desk, &caller, list, which.0).await
}

/// The units that may train.
pub(super) struct Institutions;

impl Listed for Institutions {
    type Needs = LoggedIn;
    type Page = InstitutionPage;
    type Which = InstitutionFilter;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: InstitutionFilter,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let found = institutions::list(reader, asker, which.year.map(|year| year.0), page)?;
        Ok(found.map(|unit| (Id(unit.id), unit)))
    }
}

/// Classes
///
/// Each tells whether its hours count: whether it stands on a plan that was approved before it began (H5).
#[utoipa::path(tag = "learning", params(ClassList, ClassFilter),
    responses((status = 200, description = "A page", body = ClassPage)))]
#[get("/v1/classes")]
async fn list_classes(
    caller: Caller<LoggedIn>,
    list: ClassList,
    which: Params<ClassFilter>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    listed::answer::<Classes>(&state.desk, &caller, list, which.0).await
}

/// The classes.
pub(super) struct Classes;

impl Listed for Classes {
    type Needs = LoggedIn;
    type Page = ClassPage;
    type Which = ClassFilter;
    type Key = (Day, Id);

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: ClassFilter,
        page: Page<(Day, Id)>,
    ) -> Result<Rows<Self>, Problem> {
        // A day as text reads back only as one that either database can hold.
        let page = Page {
            limit: page.limit,
            after: page.after.map(|(day, id)| (day.0, id)),
            descending: page.descending,
            count: page.count,
        };
        let (year, unit) = (which.year.map(|year| year.0), which.organization_id.map(Id));
        let found = classes::list(reader, asker, year, unit, page)?;
        Ok(found.map(|class| ((class.starts_on, Id(class.id)), class)))
    }
}

/// One class
///
/// With what it lacks, if its hours do not count (H5).
#[utoipa::path(tag = "learning", responses((status = 200, description = "The class", body = ClassDto,
    headers(("ETag" = String, description = "Its version")))))]
#[get("/v1/classes/{id}")]
async fn get_class(
    caller: Caller<LoggedIn>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| classes::get(reader, asker, Id(id.0)));
    let class = read.await?;
    Ok(HttpResponse::Ok().insert_header(ETag(class.version.into())).json(class))
}

/// The roster of a class
///
/// For those whose units hold the one that gave it: itself, the levels above it, and the city's officers and auditors.
#[utoipa::path(tag = "learning", params(RosterList),
    responses((status = 200, description = "A page", body = RosterPage)))]
#[get("/v1/classes/{id}/roster")]
async fn get_roster(
    caller: Caller<permissions::ReadClasses>,
    id: PathId,
    list: RosterList,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let page = list.page::<Id>()?;
    let read = state
        .desk
        .read(&caller, move |reader, asker| classes::roster(reader, asker, Id(id.0), page));
    let slice = read.await?;
    let (rows, next) = list.cut(slice.rows, |entry| Id(entry.learning_record_id));
    list.respond(rows, next, slice.total)
}

/// The class whose roster it is.
#[derive(Debug, Deserialize)]
pub(super) struct OfClass {
    class_id: Uuid,
}

/// The roster of a class, as an export takes it: its route has the class in its path.
pub(super) struct Roster;

impl Listed for Roster {
    type Needs = permissions::ReadClasses;
    type Page = RosterPage;
    type Which = OfClass;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: OfClass,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let found = classes::roster(reader, asker, Id(which.class_id), page)?;
        Ok(found.map(|entry| (Id(entry.learning_record_id), entry)))
    }
}
