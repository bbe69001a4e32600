//! Figures for supervision: counters kept with the records (ADR 0018).
//!
//! A change of a record appends one [`journal::Fact`] to the journal, in its transaction and in the function that stores the
//! record. [`fold`] works the journal off: it keeps what each subject counts ([`parts`]), for whom and from when to when, writes
//! each change of a counter to a log, and adds it to the counters of the unit and of all units above it, by hour
//! ([`counters`]). So the figures of any unit, of now or of any past moment, are one row, and what was answered once is
//! answered again. [`check`] recomputes all of it.

mod check;
mod counters;
mod fold;
pub(crate) mod journal;
mod parts;
mod places;
mod plan;
mod rows;
mod subjects;
mod waiting;
mod years;

pub use check::FigureDiscrepancy;
pub use counters::UnitCounts;
pub use fold::Folded;
pub use parts::{PersonPartRow, UnitPartRow};
pub use places::UnitPlace;
pub use rows::{Behind, FigureRows};
pub use waiting::Waiting;
