//! Deciding on an application, item by item: first the body, then the municipal bureau (M2, M3, V4, V6, V10).

use serde_json::{Value, json};
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::{Grant, OrgPath};
use xueshi_domain::calendar::WindowKind;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::{CheckName, Finding};
use xueshi_domain::makeup::{
    Application, ApplicationEvent, ApplicationState, DecisionCase, GrantState, ITEM_CHECKS, Item,
    ItemEvent, ItemState, Step, Term, awaited_at, may_decide, result_of,
};
use xueshi_domain::review::Decision;
use xueshi_domain::workflow::step;
use xueshi_persistence::{
    Id, MakeupApplication, MakeupGrant, MakeupItem, MakeupReview, Moment, Reader, StoreError, Word,
    Writer,
};

use super::facts::Judge;
use super::submission::told;
use super::{items_of, show, visible};
use crate::dto::makeup::{
    MakeupReviewDto, MakeupReviewResult, MakeupReviewResultsDto, NewMakeupItemReview,
    NewMakeupReview,
};
use crate::extract::IfMatch;
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;
use crate::services::events::Happening;
use crate::services::explanations::{Trail, explained_item};
use crate::services::races::stands;
use crate::services::rules::Rules;
use crate::services::{Asker, Reply};

/// Decides on the items of an application that wait at its step: on all of them alike, or on the named ones.
///
/// One bad item never blocks the rest (V6). Where every one is refused, the answer is the first refusal.
///
/// # Errors
/// 403 for those who may not decide (M2), 409 when nothing waits, 412 on a stale version, 422 outside of the window.
pub fn decide(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &IfMatch,
    new: &NewMakeupReview,
    info: &RequestInfo,
) -> Result<Reply<MakeupReviewResultsDto>, Problem> {
    let now = writer.now();
    let mut application = visible(writer, asker, id)?;
    let was = application.state.0;
    let past = writer.makeup_reviews_of(application.jurisdiction_id, application.id)?;
    let (at, unit) = right_to_decide(writer, asker, &application, &past)?;
    condition.check(application.version.into())?;
    if new.revision.is_some_and(|revision| revision != application.revision) {
        return Err(Problem::new(Code::PreconditionFailed).fact("revision", application.revision));
    }
    let rules = Rules::of(writer, application.jurisdiction_id, application.year)?;
    let term = Term::of(&rules.policy, application.exceptional)?;
    let window = (WindowKind::MakeupApplication, term.application);
    let hands = [CheckName::NotOnesOwn, CheckName::AnotherReviewer];
    let parties = Finding::passed(CheckName::ThreeParties).with(json!({"step": at}));
    let mut trail = Trail::acting_for(unit).found(hands.map(Finding::passed)).found([parties]);
    let admission = trail.ask([], rules.timetable.admit_in(window.0, window.1, now))?;
    trail.within(&rules, window.0, window.1, now);
    writer.valid_until(admission.valid_until);

    let items = items_of(writer, &application)?;
    let so_far = trail.clone().saying(new.comment.as_deref());
    let desk = Bench { asker, application: &application, rules: &rules, term, at, unit, trail };
    let (mut results, mut first_refusal, mut done) = (Vec::new(), None, false);
    for decision in wanted(new, &items, at) {
        let item = items.iter().find(|item| item.id.0 == decision.item_id);
        let result = writer.attempt(|writer| match item {
            Some(item) => desk.decide_item(writer, item.clone(), &decision, &past),
            None => Err(Problem::new(Code::NotFound)),
        });
        match result {
            Ok(item) => {
                done = true;
                results.push(MakeupReviewResult::done(&item));
            }
            Err(problem) if problem.status().is_client_error() => {
                let problem = explained_item(writer, asker, info, decision.item_id, problem)?;
                results.push(MakeupReviewResult::refused(decision.item_id, &problem, info));
                first_refusal.get_or_insert(problem);
            }
            Err(problem) => return Err(problem),
        }
    }
    if let (false, Some(problem)) = (done, first_refusal) {
        return Err(problem);
    }
    let states: Vec<ItemState> =
        items_of(writer, &application)?.iter().map(|item| item.state.0).collect();
    let event = result_of(at, states);
    if let Some(event) = event {
        application.state = Word(step::<Application>(was, event)?);
    }
    application.policy_version = rules.version;
    stands(writer.save_makeup_application(was, &mut application)?)?;
    if event == Some(ApplicationEvent::Forward) {
        told(EventType::MakeupForwarded, &application)
            .by(asker)
            .because(so_far)
            .tell(writer, asker.jurisdiction)?;
    }
    let version = application.version;
    let application = show(writer, &application)?;
    Ok(Reply::ok(MakeupReviewResultsDto { application, results }).version(version))
}

/// The decisions that are asked for.
fn wanted(new: &NewMakeupReview, items: &[MakeupItem], at: Step) -> Vec<NewMakeupItemReview> {
    if let Some(named) = &new.items {
        return named.clone();
    }
    let Some(decision) = new.decision else { return Vec::new() };
    items
        .iter()
        .filter(|item| item.state.0 == awaited_at(at))
        .map(|item| NewMakeupItemReview {
            item_id: item.id.0,
            decision,
            comment: new.comment.clone(),
        })
        .collect()
}

/// The step at which the asker may decide now, and the unit that they act for.
fn right_to_decide(
    reader: &mut Reader<'_>,
    asker: &Asker,
    application: &MakeupApplication,
    past: &[MakeupReview],
) -> Result<(Step, Id), Problem> {
    let state = application.state.0;
    let past: Vec<&MakeupReview> =
        past.iter().filter(|review| review.revision == application.revision).collect();
    // Whoever could have decided at a step that is over hears what has become of it; anybody else, that it is not theirs.
    let over = |at: Step| {
        let event = match at {
            Step::Body => ApplicationEvent::Forward,
            Step::Municipal => ApplicationEvent::Grant,
        };
        step::<Application>(state, event).err().map(Problem::from)
    };
    let refusal = match state.step() {
        Some(at) => match right_at(reader, asker, application, at, &past)? {
            Ok(grant) => return Ok((at, Id(grant.organization_id))),
            Err(refusal) => refusal,
        },
        None => Refusal::NotHolder { stage: xueshi_domain::review::Stage::Authority },
    };
    if matches!(refusal, Refusal::NotHolder { .. }) {
        let decided = |at: Step| match state {
            ApplicationState::Draft | ApplicationState::BodyReview => false,
            ApplicationState::MunicipalReview => at == Step::Body,
            ApplicationState::Granted | ApplicationState::Rejected | ApplicationState::Returned => {
                true
            }
        };
        for at in [Step::Municipal, Step::Body] {
            if decided(at) && right_at(reader, asker, application, at, &[])?.is_ok() {
                return Err(over(at).unwrap_or_else(|| Problem::new(Code::WrongState)));
            }
        }
    }
    Err(refusal.into())
}

fn right_at<'a>(
    reader: &mut Reader<'_>,
    asker: &'a Asker,
    application: &MakeupApplication,
    at: Step,
    past: &[&MakeupReview],
) -> Result<Result<&'a Grant, Refusal>, Problem> {
    let city = application.jurisdiction_id;
    let holder = match at {
        Step::Municipal => reader.municipal_bureau(city)?,
        Step::Body => match application.body_id {
            Some(body) => reader.organization(city, body)?,
            None => None,
        },
    };
    let holder = holder.ok_or_else(|| Problem::internal("the unit that decides is missing"))?;
    let path = OrgPath::parse(&holder.path).map_err(Problem::internal)?;
    let first = past.iter().find(|review| review.step.0 == Step::Body);
    let mut first_reviewer = first.map(|review| review.account_id.0);
    // Several people of a body may have shared its items: none of them decides finally.
    if at == Step::Municipal
        && past
            .iter()
            .any(|review| review.step.0 == Step::Body && review.account_id == asker.account())
    {
        first_reviewer = Some(asker.actor.account_id);
    }
    Ok(may_decide(
        &asker.actor,
        DecisionCase {
            step: at,
            holder: &path,
            holder_kind: holder.kind.0,
            applicant: application.submitted_at.map(|_| application.applied_by.0),
            first_reviewer,
        },
    ))
}

/// What a decision on an item of one application needs.
struct Bench<'a> {
    asker: &'a Asker,
    application: &'a MakeupApplication,
    rules: &'a Rules,
    term: Term,
    at: Step,
    unit: Id,
    /// What was asked of the application before its items.
    trail: Trail,
}

impl Bench<'_> {
    /// One decision, and where it leads. What held when was applied must still hold when it is agreed to.
    fn decide_item(
        &self,
        writer: &mut Writer<'_>,
        mut item: MakeupItem,
        decision: &NewMakeupItemReview,
        past: &[MakeupReview],
    ) -> Result<MakeupItem, Problem> {
        let now = writer.now();
        let application = self.application;
        let decided = |review: &&MakeupReview| {
            review.item_id == item.id
                && review.revision == application.revision
                && review.step.0 == self.at
        };
        if let Some(winner) = past.iter().find(decided) {
            return Err(already_decided(winner, item.state.0));
        }
        if self.asker.actor.is_professional(item.professional_id.0) {
            return Err(Refusal::OwnCase.into());
        }
        let mut trail = self.trail.clone().saying(decision.comment.as_deref());
        let event = ItemEvent::of(self.at, decision.decision);
        let state = trail.step::<Item>(item.state.0, event)?;
        if decision.decision == Decision::Approve {
            let (seen, fits) = self.still_fits(writer, &item)?;
            trail = trail.looking_at(seen);
            trail.ask(Finding::all_passed(ITEM_CHECKS), fits)?;
        }
        let review = MakeupReview {
            jurisdiction_id: item.jurisdiction_id,
            professional_id: item.professional_id,
            id: writer.new_id(),
            item_id: item.id,
            application_id: application.id,
            revision: application.revision,
            step: Word(self.at),
            decision: Word(decision.decision),
            comment: decision.comment.clone(),
            account_id: self.asker.account(),
            unit_id: self.unit,
            decided_at: Moment(now),
            policy_version: self.rules.version,
        };
        match writer.insert_makeup_review(&review) {
            Ok(()) => {}
            Err(StoreError::Taken(_)) => return Err(StoreError::Conflict.into()),
            Err(error) => return Err(error.into()),
        }
        item.state = Word(state);
        if state == ItemState::Granted {
            let grant = self.grant(&item, writer.new_id(), now);
            item.grant_id = Some(grant.id);
            writer.insert_makeup_grant(&grant)?;
        }
        writer.save_makeup_item(&item)?;
        self.tell(writer, &item, trail)?;
        Ok(item)
    }

    /// M1, M3: whether the person is still there, the year is still short, and nothing else stands for it; with what was
    /// looked at.
    fn still_fits(
        &self,
        reader: &mut Reader<'_>,
        item: &MakeupItem,
    ) -> Result<(Value, Result<(), Refusal>), Problem> {
        let person = reader
            .professional(item.jurisdiction_id, item.professional_id)?
            .ok_or_else(|| Problem::internal("the person of an item is missing"))?;
        let key = (item.jurisdiction_id, self.application.employer_id);
        let terms = self.rules.policy.makeup;
        let mut judge = Judge::new(key, Some(self.application.id), terms);
        let fits = judge.judge(reader, &person, item.year)?.map(|_| ());
        Ok((judge.seen().pop().unwrap_or_default(), fits))
    }

    fn grant(&self, item: &MakeupItem, id: Id, now: time::OffsetDateTime) -> MakeupGrant {
        MakeupGrant {
            jurisdiction_id: item.jurisdiction_id,
            professional_id: item.professional_id,
            id,
            year: item.year,
            application_id: self.application.id,
            item_id: item.id,
            employer_id: self.application.employer_id,
            exceptional: self.application.exceptional,
            state: Word(GrantState::Granted),
            granted_at: Moment(now),
            study_until: Moment(self.term.study_closes),
            register_until: Moment(self.term.registration_closes),
            granted_in: self.term.year,
            policy_version: self.rules.version,
            ended_at: None,
            version: 1,
        }
    }

    /// What became of one person's item. That the body agreed is told of the application as a whole.
    fn tell(
        &self,
        writer: &mut Writer<'_>,
        item: &MakeupItem,
        trail: Trail,
    ) -> Result<(), Problem> {
        let kind = match item.state.0 {
            ItemState::Granted => EventType::MakeupGranted,
            ItemState::Returned => EventType::MakeupReturned,
            ItemState::Rejected => EventType::MakeupRejected,
            ItemState::Open | ItemState::Forwarded => return Ok(()),
        };
        let application = self.application;
        Happening::new(kind)
            .by(self.asker)
            .person(item.professional_id, Some(application.employer_id), application.body_id)
            .subject(application.id)
            .year(application.year)
            .data(json!({"item_id": item.id, "prior_year": item.year, "state": item.state.0, "step": self.at,
                "grant_id": item.grant_id, "exceptional": application.exceptional}))
            .because(trail)
            .tell(writer, self.asker.jurisdiction)
    }
}

/// V4: the conflict names the decision that stands.
fn already_decided(winner: &MakeupReview, state: ItemState) -> Problem {
    let review = serde_json::to_value(MakeupReviewDto::from(winner)).unwrap_or_default();
    Problem::new(Code::DecisionAlreadyMade)
        .detail(
            format!("该人员年度在本环节已有决定：{}，现为 {state}", winner.decision.0),
            format!(
                "this step has been decided already ({}); it is now {state}",
                winner.decision.0
            ),
        )
        .fact("review", review)
        .fact("state", state.as_str())
}
