//! The caller's own years.

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Caller, permissions};
use crate::dto::me::YearDto;
use crate::extract::PathYear;
use crate::problem::{Code, Problem};
use crate::services::me;
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_my_year);
}

/// One's own year on one screen
///
/// Hours, floors, shortfall, windows, what waits until when, the certificate, and what to do next.
#[utoipa::path(tag = "me", responses((status = 200, description = "The year", body = YearDto)),
    extensions(("x-codes" = json!([Code::NoPolicy]))))]
#[get("/v1/me/years/{year}")]
async fn get_my_year(
    caller: Caller<permissions::ReadOwn>,
    year: PathYear,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| {
        let person = asker.professional()?;
        me::year_of(reader, asker, person, year.0)
    });
    Ok(HttpResponse::Ok().json(read.await?))
}
