//! The tail: changes of counters that are not yet in the sums.

use std::collections::BTreeMap;

use diesel::prelude::*;
use xueshi_domain::figures::Counts;

use super::counters::{Change, read, units_of, write};
use crate::columns::{Id, Moment};
use crate::connection::insert_rows;
use crate::error::StoreError;
use crate::schema::figure_tail;
use crate::store::{Reader, Writer};

#[derive(Insertable)]
#[diesel(table_name = figure_tail, treat_none_as_default_value = false)]
struct NewChange {
    jurisdiction_id: Id,
    year: i32,
    at: Moment,
    unit_id: Id,
    path: String,
    amounts: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = figure_tail)]
struct TailRow {
    seq: i64,
    year: i32,
    at: Moment,
    unit_id: Id,
    path: String,
    amounts: String,
}

impl TailRow {
    fn change(self) -> Result<Change, StoreError> {
        let counts = read(&self.amounts)?;
        Ok(Change { at: self.at, year: self.year, unit: self.unit_id, path: self.path, counts })
    }
}

impl Reader<'_> {
    /// The oldest changes that are not yet in the sums, with their numbers.
    pub(super) fn first_changes(
        &mut self,
        city: Id,
        most: i64,
    ) -> Result<(Vec<i64>, Vec<Change>), StoreError> {
        let rows: Vec<TailRow> = figure_tail::table
            .filter(figure_tail::jurisdiction_id.eq(city))
            .order(figure_tail::seq.asc())
            .limit(most)
            .select(TailRow::as_select())
            .load(self.conn)?;
        let seqs = rows.iter().map(|row| row.seq).collect();
        let changes = rows.into_iter().map(TailRow::change).collect::<Result<_, _>>()?;
        Ok((seqs, changes))
    }

    /// Every change that is not yet in the sums.
    pub(super) fn all_changes(&mut self, city: Id) -> Result<Vec<Change>, StoreError> {
        Ok(self.first_changes(city, i64::MAX)?.1)
    }

    /// Changes of a unit and the units below it that are not yet in the sums.
    pub(super) fn changes_below(&mut self, city: Id, unit: Id) -> Result<Vec<Change>, StoreError> {
        let rows: Vec<TailRow> = figure_tail::table
            .filter(figure_tail::jurisdiction_id.eq(city))
            .filter(figure_tail::path.like(format!("%/{unit}/%")))
            .select(TailRow::as_select())
            .load(self.conn)?;
        rows.into_iter().map(TailRow::change).collect()
    }

    /// Adds what is not yet in the sums of a year, up to an instant, to the counters of units.
    pub(super) fn add_tail(
        &mut self,
        city: Id,
        year: i32,
        until: Moment,
        counters: &mut BTreeMap<Id, Counts>,
    ) -> Result<(), StoreError> {
        let rows: Vec<(String, String)> = figure_tail::table
            .filter(figure_tail::jurisdiction_id.eq(city))
            .filter(figure_tail::year.eq(year))
            .filter(figure_tail::at.le(until))
            .select((figure_tail::path, figure_tail::amounts))
            .load(self.conn)?;
        add_to(counters, rows)
    }
}

/// Adds changes at their places to those of the units above them that are asked about.
pub(super) fn add_to(
    counters: &mut BTreeMap<Id, Counts>,
    rows: Vec<(String, String)>,
) -> Result<(), StoreError> {
    for (path, amounts) in rows {
        let mut change = None;
        for unit in units_of(&path) {
            let Some(counts) = counters.get_mut(&unit) else { continue };
            let change = match &change {
                Some(change) => change,
                None => change.insert(read(&amounts)?),
            };
            counts.add_all(change, 1);
        }
    }
    Ok(())
}

impl Writer<'_> {
    pub(super) fn append_changes(
        &mut self,
        city: Id,
        changes: &[Change],
    ) -> Result<(), StoreError> {
        let row = |change: &Change| -> Result<NewChange, StoreError> {
            Ok(NewChange {
                jurisdiction_id: city,
                year: change.year,
                at: change.at,
                unit_id: change.unit,
                path: change.path.clone(),
                amounts: write(&change.counts)?,
            })
        };
        let rows: Vec<NewChange> = changes.iter().map(row).collect::<Result<_, _>>()?;
        insert_rows!(self.conn, figure_tail::table, &rows);
        Ok(())
    }

    /// Takes changes out of the tail.
    pub(super) fn remove_changes(&mut self, seqs: &[i64]) -> Result<(), StoreError> {
        let folded = figure_tail::table.filter(figure_tail::seq.eq_any(seqs));
        diesel::delete(folded).execute(self.conn)?;
        Ok(())
    }
}
