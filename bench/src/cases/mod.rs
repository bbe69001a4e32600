//! What is measured: one file for each subject.

mod transparency;
mod year;

use crate::place::Database;
use crate::report::Comparison;
use crate::{Failure, Run};

/// Measures every case on a database.
pub(crate) async fn measure(run: &Run, database: Database) -> Result<Vec<Comparison>, Failure> {
    Ok(vec![year::measure(run, database).await?, transparency::measure(run, database).await?])
}
