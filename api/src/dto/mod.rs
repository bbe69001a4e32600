//! What goes over the wire: one file per resource, with its schema and its checks.

pub mod accounts;
pub mod annual_records;
pub mod appeals;
pub mod attachments;
pub mod auth;
pub mod checks;
pub mod cities;
pub mod classes;
pub mod declarations;
pub mod events;
pub mod exemptions;
pub mod explanations;
pub mod funding_reports;
pub mod id_numbers;
pub mod institutions;
pub mod learning_records;
pub mod me;
pub mod merging;
pub mod organizations;
pub mod platforms;
pub mod policies;
pub mod policy_document;
pub mod professionals;
pub mod registrations;
pub mod reviews;
pub mod sandbox;
pub mod scalars;
pub mod seminars;
pub mod transfers;
pub mod unit_codes;
pub mod words;
pub mod working_days;
pub mod years;

pub use scalars::{Amount, Day, Timestamp};
