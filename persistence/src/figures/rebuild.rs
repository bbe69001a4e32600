//! Telling the figures what they were never told: the records of a database from before they were kept, and whatever the check
//! finds to differ. What is told of a record is dated by the record, so that past years have the people of their own time.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use xueshi_domain::figures::visit::of_stays;
use xueshi_domain::figures::{Count, Counts, PersonLabel, PersonPart};
use xueshi_domain::instant::start_of_day;
use xueshi_domain::registry::{PersonState, Standing};
use xueshi_domain::units::needed_office;

use super::counters::read;
use super::fact::{Fact, stay};
use super::plan::units::ADMINISTRATORS;
use crate::columns::{Id, Moment, Word};
use crate::error::StoreError;
use crate::filing::Filing;
use crate::schema::{
    accounts, classes, declarations, employments, figure_log, filings, funding_reports, grants,
    makeup_grants, organizations, roster_revisions, seminars, stage_visits, training_plans,
};
use crate::stage_visits::StageVisit;
use crate::store::{Keep, Reader, Store, Writer};

/// Subjects of one transaction.
const BATCH: usize = 200;

/// A record whose figures are told again; where they know of it already, nothing changes.
#[derive(Debug, Clone, Copy)]
enum Subject {
    Unit(Id),
    Person(Id),
    Year(Id, i32),
    Hours(Id, Id),
    Filing(Id),
    Plan(Id),
    Class(Id),
    Seminar(Id),
    Funding(Id, i32),
    Exceptional(Id, Id),
}

/// What is dated, by instant, of a unit and a year.
type Dated = BTreeMap<(Id, i32), BTreeMap<Moment, Counts>>;

/// Finds what is to be told in a city.
type Look = fn(&mut Reader<'_>, Id) -> Result<Vec<Subject>, StoreError>;

/// Units first, then people: what is told of the others has its place by them.
const LOOKS: [Look; 3] = [
    |reader, city| reader.units_to_tell(city),
    |reader, city| reader.people_to_tell(city),
    |reader, city| reader.records_to_tell(city),
];

impl Store {
    /// Tells the figures of every record that they do not agree with.
    ///
    /// It may be stopped and run again at any time.
    ///
    /// # Errors
    /// On a database failure.
    pub async fn rebuild_figures(&self) -> Result<(), StoreError> {
        let cities = |reader: &mut Reader<'_>| reader.jurisdictions();
        let cities = self.read::<_, StoreError, _>(cities).await?;
        for city in cities.into_iter().map(|city| city.id) {
            for look in LOOKS {
                let subjects =
                    self.read::<_, StoreError, _>(move |reader| look(reader, city)).await?;
                for batch in subjects.chunks(BATCH) {
                    let batch = batch.to_vec();
                    let tell = move |writer: &mut Writer<'_>| {
                        batch.iter().try_for_each(|subject| writer.tell(city, *subject))
                    };
                    self.write::<_, StoreError, _>(Keep::Yes, tell).await?;
                }
            }
            let visits = move |writer: &mut Writer<'_>| writer.tell_visits(city);
            self.write::<_, StoreError, _>(Keep::Yes, visits).await?;
        }
        self.fold_figures().await?;
        Ok(())
    }
}

impl Reader<'_> {
    fn units_to_tell(&mut self, city: Id) -> Result<Vec<Subject>, StoreError> {
        let units: Vec<Id> = organizations::table
            .filter(organizations::jurisdiction_id.eq(city))
            .order((organizations::created_at.asc(), organizations::path.asc()))
            .select(organizations::id)
            .load(self.conn)?;
        Ok(units.into_iter().map(Subject::Unit).collect())
    }

    fn people_to_tell(&mut self, city: Id) -> Result<Vec<Subject>, StoreError> {
        let mut found = Vec::new();
        self.check_people(city, &mut found)?;
        let people = found.iter().filter(|found| found.year == 0);
        Ok(people.map(|found| Subject::Person(found.subject)).collect())
    }

    fn records_to_tell(&mut self, city: Id) -> Result<Vec<Subject>, StoreError> {
        let mut all = Vec::new();
        let mut found = Vec::new();
        self.check_people(city, &mut found)?;
        let years = found.iter().filter(|found| found.year != 0);
        all.extend(years.map(|found| Subject::Year(found.subject, found.year)));
        found.clear();
        self.check_hours(city, &mut found)?;
        let hours: BTreeSet<Id> = found.iter().map(|found| found.subject).collect();
        for id in hours {
            let owner = declarations::table
                .filter(declarations::jurisdiction_id.eq(city))
                .filter(declarations::id.eq(id))
                .select(declarations::professional_id)
                .first(self.conn)
                .optional()?;
            all.extend(owner.map(|owner| Subject::Hours(owner, id)));
        }
        let filed: Vec<Id> = filings::table
            .filter(filings::jurisdiction_id.eq(city))
            .select(filings::id)
            .load(self.conn)?;
        all.extend(filed.into_iter().map(Subject::Filing));
        let plans: Vec<Id> = training_plans::table
            .filter(training_plans::jurisdiction_id.eq(city))
            .select(training_plans::id)
            .load(self.conn)?;
        all.extend(plans.into_iter().map(Subject::Plan));
        let held: Vec<Id> = classes::table
            .filter(classes::jurisdiction_id.eq(city))
            .select(classes::id)
            .load(self.conn)?;
        all.extend(held.into_iter().map(Subject::Class));
        let held: Vec<Id> = seminars::table
            .filter(seminars::jurisdiction_id.eq(city))
            .select(seminars::id)
            .load(self.conn)?;
        all.extend(held.into_iter().map(Subject::Seminar));
        let reports: Vec<(Id, i32)> = funding_reports::table
            .filter(funding_reports::jurisdiction_id.eq(city))
            .select((funding_reports::organization_id, funding_reports::year))
            .load(self.conn)?;
        all.extend(reports.into_iter().map(|(unit, year)| Subject::Funding(unit, year)));
        let granted: Vec<(Id, Id)> = makeup_grants::table
            .filter(makeup_grants::jurisdiction_id.eq(city))
            .filter(makeup_grants::exceptional.eq(true))
            .select((makeup_grants::professional_id, makeup_grants::id))
            .load(self.conn)?;
        all.extend(granted.into_iter().map(|(person, grant)| Subject::Exceptional(person, grant)));
        Ok(all)
    }

    /// Since when those who hold the office that a unit needs have it, the first one first (U1).
    fn administrators(&mut self, city: Id, unit: Id) -> Result<Vec<Moment>, StoreError> {
        let Some(found) = self.organization(city, unit)? else { return Ok(Vec::new()) };
        Ok(grants::table
            .inner_join(accounts::table.on(accounts::id.eq(grants::account_id)))
            .filter(grants::jurisdiction_id.eq(city))
            .filter(grants::organization_id.eq(unit))
            .filter(grants::ended_at.is_null())
            .filter(grants::role.eq(Word(needed_office(found.kind.0))))
            .filter(accounts::state.eq(Word(Standing::Active)))
            .order(grants::granted_at.asc())
            .select(grants::granted_at)
            .load(self.conn)?)
    }
}

impl Writer<'_> {
    fn tell(&mut self, city: Id, subject: Subject) -> Result<(), StoreError> {
        match subject {
            Subject::Unit(unit) => self.tell_unit(city, unit),
            Subject::Person(person) => self.tell_person(city, person),
            Subject::Year(person, year) => match self.annual_record(city, person, year)? {
                Some(record) => self.note_dated(city, record.updated_at, &Fact::year(&record)),
                None => Ok(()),
            },
            Subject::Hours(person, id) => match self.declaration(city, person, id)? {
                Some(found) => self.note_dated(city, found.updated_at, &Fact::hours(&found)),
                None => Ok(()),
            },
            Subject::Filing(id) => {
                let found = filings::table
                    .filter(filings::jurisdiction_id.eq(city))
                    .filter(filings::id.eq(id))
                    .select(Filing::as_select())
                    .first(self.conn)?;
                self.note_dated(city, found.decided_at, &Fact::filing(&found))
            }
            Subject::Plan(id) => match self.training_plan(city, id)? {
                Some(plan) => {
                    let at = plan.approved_at.unwrap_or(plan.created_at);
                    self.note_dated(city, at, &Fact::plan(&plan))
                }
                None => Ok(()),
            },
            Subject::Class(id) => self.tell_class(city, id),
            Subject::Seminar(id) => match self.seminar(city, id)? {
                Some(found) => self.note_dated(city, found.updated_at, &Fact::seminar(&found)),
                None => Ok(()),
            },
            Subject::Funding(unit, year) => match self.funding_report(city, unit, year)? {
                Some(found) => self.note_dated(city, found.reported_at, &Fact::funding(&found)),
                None => Ok(()),
            },
            Subject::Exceptional(person, id) => match self.makeup_grant(city, person, id)? {
                Some(found) => self.note_dated(city, found.granted_at, &Fact::exceptional(&found)),
                None => Ok(()),
            },
        }
    }

    fn tell_unit(&mut self, city: Id, unit: Id) -> Result<(), StoreError> {
        let Some(found) = self.organization(city, unit)? else { return Ok(()) };
        self.note_dated(city, found.created_at, &Fact::place(&found))?;
        let known = self.last_unit_part(city, Count::Unit, unit, 0)?;
        let known =
            known.map_or(Ok(0), |part| Ok::<_, StoreError>(part.counts()?.get(ADMINISTRATORS)))?;
        let holders = self.administrators(city, unit)?;
        if known == 0 {
            let mut holders = holders.into_iter();
            return holders.try_for_each(|since| {
                self.note_dated(city, since, &Fact::Office { unit, change: 1 })
            });
        }
        let change = i64::try_from(holders.len()).unwrap_or(i64::MAX) - known;
        if change == 0 {
            return Ok(());
        }
        self.note_dated(city, found.updated_at, &Fact::Office { unit, change })
    }

    fn tell_person(&mut self, city: Id, id: Id) -> Result<(), StoreError> {
        let Some(person) = self.professional(city, id)? else { return Ok(()) };
        let known = self.parts_of_person(city, id)?;
        if !known.iter().any(|part| part.kind.0 == PersonPart::Person) {
            let worked: Vec<(Id, time::Date, Option<time::Date>)> = employments::table
                .filter(employments::jurisdiction_id.eq(city))
                .filter(employments::professional_id.eq(id))
                .order((employments::started_on.asc(), employments::id.asc()))
                .select((
                    employments::organization_id,
                    employments::started_on,
                    employments::ended_on,
                ))
                .load(self.conn)?;
            for (unit, started, ended) in worked {
                let mut label = PersonLabel::of(PersonState::Active, person.post.0, true);
                for day in [Some(started), ended].into_iter().flatten() {
                    let at = Moment(start_of_day(day));
                    // What is announced for a day to come has not happened.
                    if at <= person.updated_at {
                        let fact = Fact::Person { person: id, unit: Some(unit), label };
                        self.note_dated(city, at, &fact)?;
                        label = PersonLabel::Out;
                    }
                }
            }
        }
        self.note_dated(city, person.updated_at, &Fact::person(&person))
    }

    fn tell_class(&mut self, city: Id, id: Id) -> Result<(), StoreError> {
        let Some(class) = self.class(city, id)? else { return Ok(()) };
        let roster: Option<i32> = roster_revisions::table
            .filter(roster_revisions::jurisdiction_id.eq(city))
            .filter(roster_revisions::class_id.eq(id))
            .order(roster_revisions::revision.desc())
            .select(roster_revisions::line_count)
            .first(self.conn)
            .optional()?;
        let fact = self.class_fact(&class, roster.map(i64::from))?;
        self.note_dated(city, class.created_at, &fact)
    }

    /// Gives the stays of declarations what the log lacks of them, for units and years where the two do not agree.
    fn tell_visits(&mut self, city: Id) -> Result<(), StoreError> {
        let mut behind = Dated::new();
        let visits: Vec<StageVisit> = stage_visits::table
            .filter(stage_visits::jurisdiction_id.eq(city))
            .select(StageVisit::as_select())
            .load(self.conn)?;
        for visit in visits {
            let dated = behind.entry((visit.unit_id, visit.year)).or_default();
            for change in stay(&visit).counts() {
                dated.entry(Moment(change.at)).or_default().add(&change.counter, change.amount);
            }
        }
        let mut logged = Dated::new();
        let mut log = |unit, year, at, counts: &Counts| {
            let dated = logged.entry((unit, year)).or_default();
            dated.entry(at).or_default().add_all(&of_stays(counts), 1);
        };
        let rows: Vec<(Id, i32, Moment, String)> = figure_log::table
            .filter(figure_log::jurisdiction_id.eq(city))
            .select((figure_log::unit_id, figure_log::year, figure_log::at, figure_log::amounts))
            .load(self.conn)?;
        for (unit, year, at, amounts) in rows {
            log(unit, year, at, &read(&amounts)?);
        }
        for change in self.all_changes(city)? {
            log(change.unit, change.year, change.at, &change.counts);
        }
        let keys: BTreeSet<(Id, i32)> = behind.keys().chain(logged.keys()).copied().collect();
        for (unit, year) in keys {
            let (mut lacking, mut total) = (BTreeMap::<Moment, Counts>::new(), Counts::new());
            for (dated, sign) in [(&behind, 1), (&logged, -1)] {
                for (at, counts) in dated.get(&(unit, year)).into_iter().flatten() {
                    lacking.entry(*at).or_default().add_all(counts, sign);
                    total.add_all(counts, sign);
                }
            }
            if total.is_empty() {
                continue;
            }
            for (at, counts) in lacking {
                self.note_counts(city, (at, year), unit, counts)?;
            }
        }
        Ok(())
    }
}
