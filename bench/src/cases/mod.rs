//! What is measured: one file for each subject.

mod batch;
mod fairness;
mod growth;
mod rush;
mod transparency;
mod year;

use clap::ValueEnum;

use crate::place::Database;
use crate::report::Report;
use crate::{Failure, Run};

/// Something that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// A person's year, beside a bare handler
    Year,
    /// Declarations from draft to approval, with the transparency log and without it
    Declare,
    /// Decisions by the hundred, beside one by one
    Batch,
    /// Single writes while others send thousands of lines
    Fairness,
    /// Requests by key in a large city, beside a small one
    Growth,
    /// Ten times as many writes as can be done, over thousands of connections
    Rush,
}

/// Measures on a database what is asked for: every case, unless some are named.
pub(crate) async fn measure(
    run: &Run,
    database: Database,
    report: &mut Report,
) -> Result<(), Failure> {
    for case in Case::value_variants() {
        if !run.case.is_empty() && !run.case.contains(case) {
            continue;
        }
        let comparisons = &mut report.comparisons;
        match case {
            Case::Year => comparisons.push(year::measure(run, database).await?),
            Case::Declare => comparisons.push(transparency::measure(run, database).await?),
            Case::Batch => comparisons.push(batch::measure(run, database).await?),
            Case::Fairness => report.trials.push(fairness::measure(run, database).await?),
            Case::Growth => comparisons.extend(growth::measure(run, database).await?),
            Case::Rush => report.trials.push(rush::measure(run, database).await?),
        }
    }
    Ok(())
}
