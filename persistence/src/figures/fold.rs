//! Folding the tail into log and sums: one step reads and plans, then writes, so that it holds nobody up.

use std::sync::Arc;

use diesel::prelude::*;

use super::counters::{Change, LogEntry, Snapshot};
use crate::columns::{Id, Moment};
use crate::error::StoreError;
use crate::schema::{figure_folds, figure_tail};
use crate::store::{Concerns, Keep, Reader, Store, Writer};

/// Changes of one step: it bounds how long the step's transaction lasts.
const STEP: i64 = 500;

/// What folding did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Folded {
    /// Changes of counters.
    pub changes: usize,
}

/// What one step writes.
#[derive(Debug)]
struct Step {
    city: Id,
    seqs: Vec<i64>,
    changes: Vec<Change>,
    sums: Vec<(bool, Snapshot)>,
}

/// How often a city was folded.
#[derive(Debug, Clone, Copy)]
struct Guard {
    city: Id,
    folds: Option<i64>,
}

impl Store {
    /// Works off the tails of all cities. Nobody has to wait for it: figures count what is in the tail.
    ///
    /// # Errors
    /// On a database failure; [`StoreError::Busy`] when too much is waiting to be written.
    pub async fn fold_figures(&self) -> Result<Folded, StoreError> {
        let _turn = self.folding().lock().await;
        let mut done = Folded::default();
        loop {
            let planned = self.read::<_, StoreError, _>(plan).await?;
            let Some((guard, step)) = planned else { return Ok(done) };
            let (count, step) = (step.seqs.len(), Arc::new(step));
            let work = move |writer: &mut Writer<'_>| writer.apply_fold(guard, &step);
            // The sums of a city are written by who folds, and in writes that concern everything.
            let concerns = Concerns::one(guard.city);
            if self.write_concerning::<_, StoreError, _>(concerns, Keep::Yes, work).await? {
                done.changes += count;
            }
        }
    }

    /// Whether there are changes that are not in the sums yet.
    ///
    /// # Errors
    /// On a database failure.
    pub async fn figures_wait(&self) -> Result<bool, StoreError> {
        let first = |reader: &mut Reader<'_>| -> Result<Option<i64>, StoreError> {
            Ok(figure_tail::table.select(figure_tail::seq).first(reader.conn).optional()?)
        };
        Ok(self.read::<_, StoreError, _>(first).await?.is_some())
    }
}

/// The next step of the first city that has one.
fn plan(reader: &mut Reader<'_>) -> Result<Option<(Guard, Step)>, StoreError> {
    let first = figure_tail::table
        .order(figure_tail::seq.asc())
        .select(figure_tail::jurisdiction_id)
        .first::<Id>(reader.conn)
        .optional()?;
    let Some(city) = first else { return Ok(None) };
    let folds =
        figure_folds::table.find(city).select(figure_folds::folds).first(reader.conn).optional()?;
    let (seqs, changes) = reader.first_changes(city, STEP)?;
    let sums = reader.sums_with(city, &changes)?;
    Ok(Some((Guard { city, folds }, Step { city, seqs, changes, sums })))
}

impl Writer<'_> {
    /// Writes a step, unless someone else has folded since it was planned.
    fn apply_fold(&mut self, guard: Guard, step: &Step) -> Result<bool, StoreError> {
        // A sandbox that was emptied meanwhile has other changes.
        let there: i64 = figure_tail::table
            .filter(figure_tail::seq.eq_any(&step.seqs))
            .count()
            .get_result(self.conn)?;
        if usize::try_from(there) != Ok(step.seqs.len()) || !self.claim_fold(guard)? {
            return Ok(false);
        }
        self.remove_changes(&step.seqs)?;
        let entry = |change: &Change| LogEntry::new(step.city, change);
        let entries: Vec<LogEntry> = step.changes.iter().map(entry).collect::<Result<_, _>>()?;
        self.insert_figure_log(&entries)?;
        for (is_new, row) in &step.sums {
            self.save_sums(*is_new, row)?;
        }
        Ok(true)
    }

    fn claim_fold(&mut self, guard: Guard) -> Result<bool, StoreError> {
        let now = Moment(self.now());
        match guard.folds {
            Some(folds) => {
                let same =
                    figure_folds::table.find(guard.city).filter(figure_folds::folds.eq(folds));
                let next = (figure_folds::folds.eq(folds + 1), figure_folds::folded_at.eq(now));
                let claimed = self.conn.run(diesel::update(same).set(next))?;
                Ok(claimed == 1)
            }
            None => {
                let taken = figure_folds::table
                    .find(guard.city)
                    .select(figure_folds::folds)
                    .first::<i64>(self.conn)
                    .optional()?;
                if taken.is_some() {
                    return Ok(false);
                }
                diesel::insert_into(figure_folds::table)
                    .values((
                        figure_folds::jurisdiction_id.eq(guard.city),
                        figure_folds::folds.eq(1_i64),
                        figure_folds::folded_at.eq(now),
                    ))
                    .execute(self.conn)?;
                Ok(true)
            }
        }
    }
}
