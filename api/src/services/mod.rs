//! What the API does, one file per subject: load facts, let the domain decide, persist the verdict.

pub mod accounts;
pub mod act;
pub mod administrators;
pub mod call;
pub mod certificates;
pub mod cities;
pub mod classes;
pub mod declarations;
pub mod events;
pub mod founding;
pub mod funding_reports;
pub mod ids;
pub mod in_flight;
pub mod institutions;
pub mod learning_records;
pub mod login;
pub mod me;
pub mod organizations;
pub mod platforms;
pub mod policies;
pub mod professionals;
pub mod references;
pub mod reviews;
pub mod revocation;
pub mod rules;
pub mod seminars;
pub mod short_lists;
pub mod sweep;
pub mod upload;
pub mod verification;
pub mod verification_page;
pub mod whoami;
pub mod working_days;
pub mod year;

pub use act::Act;
pub use call::{Asker, Desk, Reply};
