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

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation that any service has.
///
/// Order matters where templates overlap: the more particular path stands first.
pub fn routes(config: &mut ServiceConfig<'_>) {
    health::routes(config);
    documents::routes(config);
    problems::routes(config);
    accounts::routes(config);
    auth::routes(config);
    oauth::routes(config);
    organizations::routes(config);
    professionals::routes(config);
    personal_data::routes(config);
    registrations::routes(config);
    transfers::routes(config);
    annual_records::routes(config);
    appeals::routes(config);
    exemptions::routes(config);
    attachments::routes(config);
    certificates::routes(config);
    credentials::routes(config);
    verification::routes(config);
    declarations::routes(config);
    makeup_applications::routes(config);
    makeup_grants::routes(config);
    me_years::routes(config);
    events::routes(config);
    transparency::routes(config);
    audit_events::routes(config);
    sync::routes(config);
    sync_snapshot::routes(config);
    webhooks::routes(config);
    webhook_deliveries::routes(config);
    sync_reconciliation::routes(config);
    sync_inbound::routes(config);
    sync_conflicts::routes(config);
    statistics::routes(config);
    reviews::routes(config);
    classes::routes(config);
    seminars::routes(config);
    funding_reports::routes(config);
    class_acts::routes(config);
    filings::routes(config);
    training_plans::routes(config);
    plan_amendments::routes(config);
    learning_records::routes(config);
    platforms::routes(config);
    policies::routes(config);
    policy_drafts::routes(config);
    working_days::routes(config);
    explanations::routes(config);
    jobs::routes(config);
    imports::routes(config);
    exports::routes(config);
    settlements::routes(config);
    docs::routes(config);
}

/// Operations that only a sandbox mounts. The document has them always; elsewhere they are 404.
pub fn sandbox_routes(config: &mut ServiceConfig<'_>) {
    sandbox::routes(config);
}
