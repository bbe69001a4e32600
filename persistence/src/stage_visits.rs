//! The stages that a declaration went through: when it came, by when it was due, when and how it left (V1, V3).

use diesel::prelude::*;
use xueshi_domain::review::{Ending, Stage, Warned};

use crate::columns::{Id, Moment, Word};
use crate::connection::on_either;
use crate::error::StoreError;
use crate::figures::fact::Fact;
use crate::schema::stage_visits;
use crate::store::{Reader, Writer};

/// One arrival of a declaration at a stage.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = stage_visits, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct StageVisit {
    /// The city.
    pub jurisdiction_id: Id,
    /// Whose declaration.
    pub professional_id: Id,
    /// Its id.
    pub id: Id,
    /// The declaration.
    pub declaration_id: Id,
    /// The declaration's year.
    pub year: i32,
    /// The declaration's revision.
    pub revision: i32,
    /// Employer or authority.
    pub stage: Word<Stage>,
    /// The unit that held it.
    pub unit_id: Id,
    /// When it came.
    pub entered_at: Moment,
    /// The exclusive end of the day by which the unit must decide (V1).
    pub due_at: Moment,
    /// Whether the due day rests on a year without a published arrangement (V2).
    pub due_provisional: bool,
    /// When it left; none while it waits.
    pub left_at: Option<Moment>,
    /// How it left.
    pub ending: Option<Word<Ending>>,
    /// Working days from the day after the arrival to the day on which it left.
    pub working_days: Option<i32>,
    /// What has been told about its due day (V3).
    pub warned: Word<Warned>,
    /// From when on it is late; none when the freeze begins before its due day has ended (V3, W1).
    pub late_from: Option<Moment>,
}

impl Reader<'_> {
    /// The stages that a declaration went through, oldest first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn stage_visits(
        &mut self,
        jurisdiction: Id,
        professional: Id,
        declaration: Id,
    ) -> Result<Vec<StageVisit>, StoreError> {
        Ok(on_either!(self.conn, |conn| stage_visits::table
            .filter(stage_visits::jurisdiction_id.eq(jurisdiction))
            .filter(stage_visits::professional_id.eq(professional))
            .filter(stage_visits::declaration_id.eq(declaration))
            .order((stage_visits::entered_at.asc(), stage_visits::id.asc()))
            .select(StageVisit::as_select())
            .load(conn)?))
    }

    /// Waiting visits that are late from an instant on, or will be by then, and of which no more than `warned` has been told, most urgent first.
    ///
    /// # Errors
    /// On a database failure.
    pub fn visits_to_warn_of(
        &mut self,
        jurisdiction: Id,
        warned: &[Warned],
        late_by: Moment,
        most: i64,
    ) -> Result<Vec<StageVisit>, StoreError> {
        let warned: Vec<_> = warned.iter().copied().map(Word).collect();
        Ok(stage_visits::table
            .filter(stage_visits::jurisdiction_id.eq(jurisdiction))
            .filter(stage_visits::left_at.is_null())
            .filter(stage_visits::warned.eq_any(warned))
            .filter(stage_visits::late_from.le(late_by))
            .order((stage_visits::late_from.asc(), stage_visits::id.asc()))
            .limit(most)
            .select(StageVisit::as_select())
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    /// Notes that a declaration came to a stage.
    ///
    /// # Errors
    /// On a database failure.
    pub fn insert_stage_visit(&mut self, visit: &StageVisit) -> Result<(), StoreError> {
        on_either!(self.conn, |conn| diesel::insert_into(stage_visits::table)
            .values(visit)
            .execute(conn))?;
        self.note(visit.jurisdiction_id, visit.entered_at, &Fact::visit(visit, None))
    }

    /// Stores what has changed in a visit, with what it was before: its due day, its end, what was told of it.
    ///
    /// # Errors
    /// On a database failure.
    pub fn save_stage_visit(
        &mut self,
        before: &StageVisit,
        visit: &StageVisit,
    ) -> Result<(), StoreError> {
        let key = (visit.jurisdiction_id, visit.professional_id, visit.id);
        self.conn.run(diesel::update(stage_visits::table.find(key)).set(visit))?;
        let fact = Fact::visit(visit, Some(before));
        if Fact::visit(before, Some(before)) == fact {
            return Ok(());
        }
        let now = Moment(self.now());
        self.note(visit.jurisdiction_id, visit.left_at.unwrap_or(now), &fact)
    }
}
