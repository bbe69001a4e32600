//! The tables, as diesel knows them; the same in both databases. One file for each subject.

mod bulk;
mod city;
mod digests;
mod explaining;
mod figures;
mod filing;
mod funding;
mod happenings;
mod identity;
mod inbound;
mod learning;
mod makeup;
mod moves;
mod people;
mod policy;
mod privacy;
mod records;
mod road;
mod seminar;
mod sideroads;
mod transparency;
mod units;
mod webhook;
mod year_end;

pub(crate) use bulk::*;
pub(crate) use city::*;
pub(crate) use digests::*;
pub(crate) use explaining::*;
pub(crate) use figures::*;
pub(crate) use filing::*;
pub(crate) use funding::*;
pub(crate) use happenings::*;
pub(crate) use identity::*;
pub(crate) use inbound::*;
pub(crate) use learning::*;
pub(crate) use makeup::*;
pub(crate) use moves::*;
pub(crate) use people::*;
pub(crate) use policy::*;
pub(crate) use privacy::*;
pub(crate) use records::*;
pub(crate) use road::*;
pub(crate) use seminar::*;
pub(crate) use sideroads::*;
pub(crate) use transparency::*;
pub(crate) use units::*;
pub(crate) use webhook::*;
pub(crate) use year_end::*;

// The main road. A side road allows the pairs that it joins in its own file.
diesel::allow_tables_to_appear_in_same_query!(
    installation,
    jurisdictions,
    counters,
    idempotency_keys,
    organizations,
    policies,
    arrangements,
    platforms,
    accounts,
    grants,
    sessions,
    login_failures,
    clients,
    client_assertions,
    signing_keys,
    professionals,
    professional_identities,
    employments,
    filings,
    training_plans,
    plan_items,
    classes,
    learning_records,
    declarations,
    reviews,
    attachments,
    annual_records,
    certificates,
    record_acts,
    stage_visits,
    events,
);
