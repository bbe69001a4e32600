//! Figures for supervision: counters kept with the records (ADR 0018).
//!
//! A change of a record tells a [`fact::Fact`] in its transaction, in the function that stores the record. [`note`] plans what
//! that makes of what each subject counts ([`parts`]), for whom and from when to when, and appends each change of a counter to the
//! [`tail`]. [`fold`] moves the tail beside the service into a log and into sums for the unit and all units above it, by hour
//! ([`counters`]). So the figures of any unit, of now or of any past moment, are one row and the tail, and what was answered once is
//! answered again. [`check`] recomputes all of it, and
//! [`rebuild`] tells what was never told.

mod check;
mod counters;
pub(crate) mod fact;
mod fold;
mod held;
mod note;
mod parts;
mod places;
mod plan;
mod rebuild;
mod rows;
mod subjects;
mod tail;
mod waiting;
mod years;

pub use check::FigureDiscrepancy;
pub use counters::UnitCounts;
pub use fold::Folded;
pub use note::FINAL_AFTER;
pub use parts::{PersonPartRow, UnitPartRow};
pub use places::UnitPlace;
pub use rows::{Behind, FigureRows};
pub use waiting::Waiting;
pub(crate) use years::Years;
