//! The review of a declaration: its states, its deadlines, and who holds it (rules V1–V5).

pub mod deadline;
pub mod decision;
pub mod route;
pub mod state;
pub mod transition;
pub mod visit;

pub use deadline::{
    Arrival, CountedDay, Due, Warning, counted_days, counted_from, due, is_late, late_from,
    warn_of_freeze,
};
pub use decision::Decision;
pub use route::Route;
pub use state::{Stage, State};
pub use transition::{Event, next, table};
pub use visit::{Ending, Warned, working_days_taken};
