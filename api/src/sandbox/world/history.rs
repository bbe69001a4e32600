//! Plays what happened in the demo world: the domain's rules decide about every step, as they would have on its day, and what
//! they say is stored.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};
use xueshi_domain::calendar::{Action, Timetable, WorkdayCalendar};
use xueshi_domain::declaration::{DeclarationFacts, LearningSource, check_submission};
use xueshi_domain::instant::china_date;
use xueshi_domain::learning::LearningSpan;
use xueshi_domain::people::Employment;
use xueshi_domain::policy::{Policy, ZHENGZHOU_YEARS};
use xueshi_domain::review::{
    Arrival, Decision, Due, Ending, Event, Stage, State, Warned, due, late_from, next,
    working_days_taken,
};
use xueshi_persistence::{
    Attachment, ContentHash, Declaration, Id, Moment, Review, StageVisit, StoreError, Tenths, Word,
};

use super::accounts::Accounts;
use super::city::POLICY_VERSION;
use super::classes::Classes;
use super::evidence;
use super::people::{People, Who};
use super::records::Year;
use super::units::{Unit, Units};
use super::years::{Decided, Entry};
use super::{World, refused, wrong};

/// What happened so far.
pub(super) struct History<'a> {
    pub(super) units: &'a Units,
    pub(super) people: &'a People,
    pub(super) classes: &'a Classes,
    pub(super) accounts: &'a Accounts,
    policies: BTreeMap<i32, (Policy, Timetable)>,
    calendar: WorkdayCalendar,
    /// The years of people who submitted something.
    pub(super) years: BTreeMap<(Who, i32), Year>,
}

/// A declaration's life as it is told.
struct Life {
    declaration: Declaration,
    reviews: Vec<Review>,
}

impl<'a> History<'a> {
    pub(super) fn new(
        units: &'a Units,
        people: &'a People,
        classes: &'a Classes,
        accounts: &'a Accounts,
    ) -> Result<Self, StoreError> {
        let mut documents = Vec::new();
        for year in ZHENGZHOU_YEARS {
            documents.extend(Policy::zhengzhou(*year).map_err(|error| wrong("a policy", error))?);
        }
        let with_timetable =
            |policy: &Policy| (policy.year, (policy.clone(), Timetable::new(policy, &documents)));
        let policies = documents.iter().map(with_timetable).collect();
        let (calendar, years) = (WorkdayCalendar::official(), BTreeMap::new());
        Ok(Self { units, people, classes, accounts, policies, calendar, years })
    }

    /// The rules of a year.
    pub(super) fn rules(&self, year: i32) -> Result<&(Policy, Timetable), StoreError> {
        self.policies.get(&year).ok_or_else(|| wrong("a year", "it has no policy"))
    }

    /// Stores one thing that somebody learnt, with everything that became of it.
    pub(super) fn tell(
        &mut self,
        world: &mut World<'_, '_>,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        let person = self.people.of(entry.who).id;
        let life = match entry.submitted {
            Some(submitted) => Some(self.live(world, entry, submitted)?),
            None => None,
        };
        let declared = life.as_ref().is_some_and(|life| life.declaration.state.0.is_standing());
        let record = entry.learned.deliver(world, person, self.classes, declared)?;
        let Some(Life { mut declaration, reviews }) = life else { return Ok(()) };
        declaration.learning_record_id = record;
        world.writer.insert_declaration(&declaration)?;
        for review in &reviews {
            world.writer.insert_review(review)?;
            self.visit(world, &declaration, Some(review))?;
        }
        if declaration.holder_id.is_some() {
            self.visit(world, &declaration, None)?;
        }
        attach(world, entry, &declaration, self.classes)
    }

    /// The life of a declaration that was written and submitted.
    fn live(
        &mut self,
        world: &mut World<'_, '_>,
        entry: &Entry,
        submitted: OffsetDateTime,
    ) -> Result<Life, StoreError> {
        let person = self.people.of(entry.who);
        let content = entry.learned.content(self.classes);
        let year = content.end.year();
        let body = self
            .units
            .of(person.employer)
            .reviewing_body
            .ok_or_else(|| wrong(person.name, "no reviewing body"))?;
        self.check(entry, submitted)?;

        let written = submitted.saturating_sub(Duration::minutes(20));
        let due = self.due(year, submitted, submitted)?;
        let mut life = Life {
            declaration: Declaration {
                jurisdiction_id: world.city,
                professional_id: person.id,
                id: world.ids.at(written),
                year,
                subject: Word(content.subject),
                way: Word(content.way),
                title: content.title,
                hours: Tenths(content.hours),
                learning_start: content.start,
                learning_end: content.end,
                learning_record_id: None,
                state: Word(next(State::Draft, Event::Submit).map_err(refused)?),
                revision: 1,
                employer_id: self.units.of(person.employer).id,
                authority_id: self.units.of(body).id,
                holder_id: Some(self.units.of(person.employer).id),
                submitted_at: Some(Moment(submitted)),
                stage_entered_at: Some(Moment(submitted)),
                due_at: Some(Moment(due.at)),
                due_provisional: due.provisional,
                late_from: self.late_from(year, due)?,
                policy_version: POLICY_VERSION,
                makeup_grant_id: None,
                reinstated: false,
                version: 2,
                created_at: Moment(written),
                updated_at: Moment(submitted),
            },
            reviews: Vec::new(),
        };
        self.post(entry.who, &life.declaration, State::Draft, submitted)?;
        for decision in &entry.decisions {
            let was = life.declaration.state.0;
            let unit = match was.stage() {
                Some(Stage::Employer) => person.employer,
                Some(Stage::Authority) | None => body,
            };
            self.decide(world, &mut life, unit, decision)?;
            self.post(entry.who, &life.declaration, was, decision.0)?;
        }
        Ok(life)
    }

    /// One decision, and where it leads.
    fn decide(
        &self,
        world: &mut World<'_, '_>,
        life: &mut Life,
        unit: Unit,
        (at, decision, comment): &Decided,
    ) -> Result<(), StoreError> {
        let d = &mut life.declaration;
        let (_, timetable) = self.rules(d.year)?;
        timetable.admit(Action::Review, *at).map_err(refused)?;
        let state = next(d.state.0, decision.event()).map_err(refused)?;
        let stage = d.state.0.stage().ok_or_else(|| wrong(&d.title, "it waits for nobody"))?;
        let decider = self.accounts.decider(self.units, unit, *at)?;
        let due_at = d.due_at.unwrap_or(Moment(*at));
        life.reviews.push(Review {
            jurisdiction_id: d.jurisdiction_id,
            professional_id: d.professional_id,
            id: world.ids.at(*at),
            declaration_id: d.id,
            revision: d.revision,
            stage: Word(stage),
            decision: Word(*decision),
            comment: comment.map(str::to_owned),
            account_id: decider.account,
            unit_id: decider.unit,
            entered_at: d.stage_entered_at.unwrap_or(Moment(*at)),
            due_at,
            decided_at: Moment(*at),
            overdue: d.is_overdue(*at),
            policy_version: POLICY_VERSION,
        });
        d.state = Word(state);
        d.version += 1;
        d.updated_at = Moment(*at);
        d.holder_id = None;
        (d.due_at, d.late_from) = (None, None);
        if state == State::AuthorityReview {
            let due = self.due(d.year, d.submitted_at.map_or(*at, |submitted| submitted.0), *at)?;
            d.holder_id = Some(d.authority_id);
            d.stage_entered_at = Some(Moment(*at));
            d.due_at = Some(Moment(due.at));
            d.due_provisional = due.provisional;
            d.late_from = self.late_from(d.year, due)?;
        }
        Ok(())
    }

    /// The stay at a stage that a review ended, or at the one where it waits.
    fn visit(
        &self,
        world: &mut World<'_, '_>,
        d: &Declaration,
        review: Option<&Review>,
    ) -> Result<(), StoreError> {
        let ending = |decision| match decision {
            Decision::Approve => Ending::Approved,
            Decision::Return => Ending::Returned,
            Decision::Reject => Ending::Rejected,
        };
        let days = |review: &Review| {
            let days = working_days_taken(review.entered_at.0, review.decided_at.0, &self.calendar);
            i32::try_from(days).unwrap_or(i32::MAX)
        };
        let waits = || wrong(&d.title, "it waits for nobody");
        let stage = match review {
            Some(review) => review.stage.0,
            None => d.state.0.stage().ok_or_else(waits)?,
        };
        let entered_at = review.map(|review| review.entered_at).or(d.stage_entered_at);
        let entered_at = entered_at.ok_or_else(waits)?;
        let due_at = review.map(|review| review.due_at).or(d.due_at).ok_or_else(waits)?;
        world.writer.insert_stage_visit(&StageVisit {
            jurisdiction_id: d.jurisdiction_id,
            professional_id: d.professional_id,
            id: world.ids.at(entered_at.0),
            declaration_id: d.id,
            year: d.year,
            revision: d.revision,
            stage: Word(stage),
            unit_id: match stage {
                Stage::Employer => d.employer_id,
                Stage::Authority => d.authority_id,
            },
            entered_at,
            due_at,
            due_provisional: d.due_provisional,
            left_at: review.map(|review| review.decided_at),
            ending: review.map(|review| Word(ending(review.decision.0))),
            working_days: review.map(days),
            warned: Word(Warned::No),
            late_from: late_from(due_at.0, self.rules(d.year)?.1.frozen_from()).map(Moment),
        })
    }

    /// From when on a stage is late (V3, W1).
    fn late_from(&self, year: i32, due: Due) -> Result<Option<Moment>, StoreError> {
        Ok(late_from(due.at, self.rules(year)?.1.frozen_from()).map(Moment))
    }

    fn due(
        &self,
        year: i32,
        submitted_at: OffsetDateTime,
        arrived_at: OffsetDateTime,
    ) -> Result<Due, StoreError> {
        let terms = &self.rules(year)?.0.review;
        due(Arrival { submitted_at, arrived_at }, terms, &self.calendar)
            .map_err(|error| wrong("a due day", error))
    }

    /// Whether the rules would have let it pass on its day.
    fn check(&self, entry: &Entry, submitted: OffsetDateTime) -> Result<(), StoreError> {
        let person = self.people.of(entry.who);
        let content = entry.learned.content(self.classes);
        let year = content.end.year();
        let (policy, timetable) = self.rules(year)?;
        timetable.admit(Action::Submit, submitted).map_err(refused)?;
        let used = self.years.get(&(entry.who, year)).map(|year| year.used(content.way));
        let facts = DeclarationFacts {
            year,
            subject: content.subject,
            way: content.way,
            title: content.title,
            span: LearningSpan::new(content.start, content.end).map_err(refused)?,
            hours: content.hours,
            source: content.source,
            used_this_year: used.unwrap_or_default(),
            employment: Some(Employment { from: person.since, until: person.until }),
            post: person.post,
            today: china_date(submitted),
            makeup: None,
        };
        check_submission(&facts, policy).map(|_| ()).map_err(refused)
    }

    /// The year follows the declaration's step.
    fn post(
        &mut self,
        who: Who,
        declaration: &Declaration,
        was: State,
        at: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let floors = self.rules(declaration.year)?.0.floors;
        let year =
            self.years.entry((who, declaration.year)).or_insert_with(|| Year::begin(declaration));
        year.post(declaration, was, floors, at)
    }
}

/// The evidence of self-declared learning, added while the declaration was being written.
fn attach(
    world: &mut World<'_, '_>,
    entry: &Entry,
    declaration: &Declaration,
    classes: &Classes,
) -> Result<(), StoreError> {
    let LearningSource::SelfDeclared { evidence } = entry.learned.content(classes).source else {
        return Ok(());
    };
    for kind in evidence {
        let bytes = evidence::file(kind);
        let added: OffsetDateTime = declaration.created_at.saturating_add(Duration::minutes(10));
        let id: Id = world.ids.at(added);
        world.writer.insert_attachment(&Attachment {
            jurisdiction_id: world.city,
            professional_id: declaration.professional_id,
            id,
            declaration_id: declaration.id,
            kind: Word(kind),
            file_name: format!("{kind}.pdf"),
            media_type: "application/pdf".to_owned(),
            size: i32::try_from(bytes.len()).unwrap_or(i32::MAX),
            content_hash: ContentHash::of(&bytes).as_str().to_owned(),
            created_at: Moment(added),
        })?;
    }
    Ok(())
}
