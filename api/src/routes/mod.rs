//! The routes, one file for each subject. [`routes`] is the one list: it mounts them and it makes the document.

mod accounts;
mod annual_records;
mod appeals;
mod attachments;
mod audit_events;
mod auth;
mod caching;
mod certificates;
mod class_acts;
mod classes;
mod credentials;
mod declarations;
mod docs;
mod documents;
mod events;
mod exemptions;
mod explanations;
pub mod exports;
mod filings;
mod funding_reports;
mod health;
mod imports;
mod jobs;
mod learning_records;
mod makeup_applications;
mod makeup_grants;
mod me_years;
mod oauth;
mod organizations;
mod personal_data;
mod plan_amendments;
mod platforms;
mod policies;
mod policy_drafts;
mod problems;
mod professionals;
mod registrations;
mod reviews;
mod sandbox;
mod seminars;
mod settlements;
mod statistics;
mod sync;
mod sync_conflicts;
mod sync_inbound;
mod sync_reconciliation;
mod sync_snapshot;
mod sync_stream;
mod training_plans;
mod transfers;
mod transparency;
mod verification;
mod webhook_deliveries;
mod webhooks;
mod working_days;

use std::sync::Arc;

use actix_web::guard::fn_guard;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::openapi::Operation;

/// Mounts the routes of a subject.
pub type Mount = fn(&mut ServiceConfig<'_>);

/// The routes of all subjects, each known by its number here.
///
/// Order matters where templates overlap: the more particular path stands first.
pub const SUBJECTS: &[Mount] = &[
    health::routes,
    documents::routes,
    problems::routes,
    accounts::routes,
    auth::routes,
    oauth::routes,
    organizations::routes,
    professionals::routes,
    personal_data::routes,
    registrations::routes,
    transfers::routes,
    annual_records::routes,
    appeals::routes,
    exemptions::routes,
    attachments::routes,
    certificates::routes,
    credentials::routes,
    verification::routes,
    declarations::routes,
    makeup_applications::routes,
    makeup_grants::routes,
    me_years::routes,
    events::routes,
    transparency::routes,
    audit_events::routes,
    sync::routes,
    sync_snapshot::routes,
    webhooks::routes,
    webhook_deliveries::routes,
    sync_reconciliation::routes,
    sync_inbound::routes,
    sync_conflicts::routes,
    statistics::routes,
    reviews::routes,
    classes::routes,
    seminars::routes,
    funding_reports::routes,
    class_acts::routes,
    filings::routes,
    training_plans::routes,
    plan_amendments::routes,
    learning_records::routes,
    platforms::routes,
    policies::routes,
    policy_drafts::routes,
    working_days::routes,
    explanations::routes,
    jobs::routes,
    imports::routes,
    exports::routes,
    settlements::routes,
    sandbox::routes,
];
/// The one that only a sandbox mounts. The document has its operations always; elsewhere they are 404.
const OF_SANDBOX: usize = SUBJECTS.len() - 1;

/// The documentation as a page, with files that the document does not name.
pub const DOCS: Mount = docs::routes;

/// Mounts every operation that any service has.
pub fn routes(config: &mut ServiceConfig<'_>) {
    for (number, mount) in SUBJECTS.iter().enumerate().take(OF_SANDBOX) {
        under(config, number, *mount);
    }
    DOCS(config);
}

/// Mounts those that only a sandbox has.
pub fn sandbox_routes(config: &mut ServiceConfig<'_>) {
    under(config, OF_SANDBOX, SUBJECTS[OF_SANDBOX]);
}

/// Mounts a subject. A request is compared with its templates only if the operation that the frame found for it is one of its own: to
/// compare it with every template there is would take longer than many an answer.
fn under(config: &mut ServiceConfig<'_>, number: usize, mount: Mount) {
    let is_own = fn_guard(move |request| {
        request.req_data().get::<Arc<Operation>>().is_some_and(|found| found.subject == number)
    });
    config.service(scope("").guard(is_own).configure(mount));
}
