//! Folding the journal into parts and counters: one step reads and plans, then writes, so that it holds nobody up.

use std::sync::Arc;

use diesel::prelude::*;

use super::counters::{LogEntry, Snapshot};
use super::journal::Entry;
use super::parts::{PersonPartRow, UnitPartRow};
use super::places::UnitPlace;
use super::plan::Folding;
use crate::columns::{Id, Moment};
use crate::error::StoreError;
use crate::schema::{figure_folds, figure_journal};
use crate::store::{Keep, Reader, Store, Writer};

/// Entries of one step: it bounds how long the step's transaction lasts.
const STEP: i64 = 500;

/// What folding did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Folded {
    /// Entries of the journal.
    pub facts: usize,
}

/// A row, and whether it is in the database already; a stored one is only ever ended.
#[derive(Debug, Clone)]
pub(super) struct Held<T> {
    pub(super) row: T,
    pub(super) is_new: bool,
    pub(super) ended: bool,
}

/// Everything that one step writes.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) seqs: Vec<i64>,
    pub(super) people: Vec<Held<PersonPartRow>>,
    pub(super) units: Vec<Held<UnitPartRow>>,
    pub(super) places: Vec<Held<UnitPlace>>,
    pub(super) log: Vec<LogEntry>,
    pub(super) sums: Vec<(bool, Snapshot)>,
}

/// How often a city was folded.
#[derive(Debug, Clone, Copy)]
struct Guard {
    city: Id,
    folds: Option<i64>,
}

impl Store {
    /// Works off the journals of all cities. Whoever calls meanwhile waits for it and finds little left to do.
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
            if self.write::<_, StoreError, _>(Keep::Yes, work).await? {
                done.facts += count;
            }
        }
    }

    /// Whether a journal has entries that are not folded yet.
    ///
    /// # Errors
    /// On a database failure.
    pub async fn figures_wait(&self) -> Result<bool, StoreError> {
        let first = |reader: &mut Reader<'_>| -> Result<Option<i64>, StoreError> {
            Ok(figure_journal::table.select(figure_journal::seq).first(reader.conn).optional()?)
        };
        Ok(self.read::<_, StoreError, _>(first).await?.is_some())
    }
}

/// The next step of the first city that has one.
fn plan(reader: &mut Reader<'_>) -> Result<Option<(Guard, Step)>, StoreError> {
    let first = figure_journal::table
        .order(figure_journal::seq.asc())
        .select(figure_journal::jurisdiction_id)
        .first::<Id>(reader.conn)
        .optional()?;
    let Some(city) = first else { return Ok(None) };
    let folds =
        figure_folds::table.find(city).select(figure_folds::folds).first(reader.conn).optional()?;
    let entries: Vec<Entry> = figure_journal::table
        .filter(figure_journal::jurisdiction_id.eq(city))
        .order(figure_journal::seq.asc())
        .limit(STEP)
        .select(Entry::as_select())
        .load(reader.conn)?;
    let step = Folding::new(reader, city)?.step(entries)?;
    Ok(Some((Guard { city, folds }, step)))
}

impl Writer<'_> {
    /// Writes a step, unless someone else has folded since it was planned.
    fn apply_fold(&mut self, guard: Guard, step: &Step) -> Result<bool, StoreError> {
        if !self.claim_fold(guard)? {
            return Ok(false);
        }
        diesel::delete(figure_journal::table.filter(figure_journal::seq.eq_any(&step.seqs)))
            .execute(self.conn)?;
        for part in &step.people {
            match (part.is_new, part.ended) {
                (true, _) => self.insert_person_part(&part.row)?,
                (false, true) => self.end_person_part(&part.row)?,
                (false, false) => {}
            }
        }
        for part in &step.units {
            match (part.is_new, part.ended) {
                (true, _) => self.insert_unit_part(&part.row)?,
                (false, true) => self.end_unit_part(&part.row)?,
                (false, false) => {}
            }
        }
        for place in &step.places {
            match (place.is_new, place.ended) {
                (true, _) => self.insert_unit_place(&place.row)?,
                (false, true) => self.end_unit_place(&place.row)?,
                (false, false) => {}
            }
        }
        for entry in &step.log {
            self.insert_figure_log(entry)?;
        }
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
                let claimed = diesel::update(same)
                    .set((figure_folds::folds.eq(folds + 1), figure_folds::folded_at.eq(now)))
                    .execute(self.conn)?;
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
