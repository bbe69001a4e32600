//! Classes under items of approved plans: announced, changed, called off (P3, P5, H9).

use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::class::{ClassEvent, ClassRoad, ClassState, NewClassFacts, check_class};
use xueshi_domain::event::EventType;
use xueshi_domain::learning::LearningSpan;
use xueshi_domain::registry::Standing;
use xueshi_domain::training_plan::in_force;
use xueshi_domain::workflow::step;
use xueshi_persistence::{
    Class, Id, Moment, Organization, PlanItem, Reader, Tenths, TrainingPlan, Word, Writer,
};

use super::stands;
use crate::dto::classes::{ClassChanges, ClassDto, NewClass};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem};
use crate::services::events::Happening;
use crate::services::references::unknown;
use crate::services::rules::Rules;
use crate::services::{Asker, Reply, classes, organizations};

/// An item of a plan of a unit that the asker holds classes for.
struct Base {
    item: PlanItem,
    plan: TrainingPlan,
    unit: Organization,
}

impl Base {
    fn of(reader: &mut Reader<'_>, asker: &Asker, item: Uuid) -> Result<Self, Problem> {
        let nothing = || unknown("/plan_item_id");
        let city = asker.jurisdiction;
        let item = reader.plan_item(city, Id(item))?.ok_or_else(nothing)?;
        let plan = reader.training_plan(city, item.plan_id)?.ok_or_else(nothing)?;
        let unit = plan.organization_id.0;
        let unit = organizations::find(reader, asker, Permission::ManageClasses, unit)?;
        let unit = unit.filter(|unit| unit.state.0 == Standing::Active).ok_or_else(nothing)?;
        Ok(Self { item, plan, unit })
    }

    /// Whether a class can stand on it as it is described (P3, P5, H9).
    fn admit(&self, reader: &mut Reader<'_>, class: &Class) -> Result<(), Problem> {
        let city = class.jurisdiction_id;
        let span = LearningSpan::new(class.starts_on, class.ends_on).map_err(refuse)?;
        let rules = Rules::of(reader, city, span.year())
            .map_err(|problem| problem.moved("/year", "/ends_on"))?;
        let versions = reader.item_versions(city, [self.item.id].into())?;
        let approvals: Vec<_> = versions
            .get(&self.item.id)
            .into_iter()
            .flatten()
            .map(xueshi_persistence::PlanItemVersion::approval)
            .collect();
        let filing = reader.filing_of(city, self.unit.id, span.year())?;
        let facts = NewClassFacts {
            title: class.title.clone(),
            institution: self.unit.name.clone(),
            institution_id: self.unit.id.0,
            filing: filing.map(|filing| filing.facts()),
            plan_year: self.plan.year,
            plan: self.plan.state.0,
            approval: in_force(&approvals, class.starts_on),
            subject: class.subject.0,
            way: class.way.0,
            starts_on: class.starts_on,
            ends_on: class.ends_on,
            hours: class.hours.0,
        };
        check_class(&facts, &rules.policy).map_err(refuse)
    }
}

/// Refusals name the members of a declaration; a class calls its days otherwise.
fn refuse(refusal: Refusal) -> Problem {
    Problem::from(refusal).moved("/learning_end", "/ends_on").moved("/year", "/ends_on")
}

/// Announces a class.
///
/// **Reading**: it may be recorded after it began; what counts is that its item was approved before (E10). Classes can be
/// announced in a freeze: they change no hours.
///
/// # Errors
/// 422 for an item of nobody's plan, and for the first rule that refuses.
pub fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewClass,
) -> Result<Reply<ClassDto>, Problem> {
    let now = writer.now();
    let base = Base::of(writer, asker, new.plan_item_id)?;
    let class = Class {
        jurisdiction_id: asker.jurisdiction,
        id: writer.new_id(),
        organization_id: base.unit.id,
        plan_item_id: Some(base.item.id),
        title: new.title.clone(),
        subject: Word(new.subject),
        way: Word(new.way),
        starts_on: new.starts_on.0,
        ends_on: new.ends_on.0,
        hours: Tenths(new.hours.0),
        place: new.place.clone(),
        state: Word(ClassState::Announced),
        cancel_reason: None,
        roster_revision: 0,
        version: 1,
        created_at: Moment(now),
    };
    base.admit(writer, &class)?;
    writer.insert_class(&class)?;
    tell(writer, asker, EventType::ClassCreated, &class)?;
    let location = format!("/v1/classes/{}", class.id);
    Ok(Reply::created(&location, classes::get(writer, asker, class.id)?).version(class.version))
}

/// A class of a unit that the asker holds classes for.
///
/// # Errors
/// 404 when the asker's city has no such class, 403 for those who answer for other units.
pub(super) fn own(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<(Class, Organization), Problem> {
    let class = reader.class(asker.jurisdiction, Id(id))?;
    let class = class.ok_or_else(|| Problem::new(Code::NotFound))?;
    let unit = super::unit_of(reader, asker.jurisdiction, class.organization_id)?;
    asker.acting_for(Permission::ManageClasses, &unit.path)?;
    Ok((class, unit))
}

/// Changes a class whose roster is not in yet.
///
/// # Errors
/// 404, 403, 412 on a stale version, 409 once its roster is in or it was called off, and the first rule that refuses.
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    changes: &ClassChanges,
) -> Result<Reply<ClassDto>, Problem> {
    let (mut class, unit) = own(writer, asker, id)?;
    condition.check(class.version.into())?;
    let was = class.state.0;
    class.state = Word(step::<ClassRoad>(was, ClassEvent::Edit)?);
    let item = changes.plan_item_id.or(class.plan_item_id.map(|id| id.0));
    let base = Base::of(writer, asker, item.ok_or_else(|| unknown("/plan_item_id"))?)?;
    if base.unit.id != unit.id {
        return Err(unknown("/plan_item_id"));
    }
    class.plan_item_id = Some(base.item.id);
    if let Some(title) = &changes.title {
        class.title.clone_from(title);
    }
    class.subject = changes.subject.map_or(class.subject, Word);
    class.way = changes.way.map_or(class.way, Word);
    class.starts_on = changes.starts_on.map_or(class.starts_on, |day| day.0);
    class.ends_on = changes.ends_on.map_or(class.ends_on, |day| day.0);
    class.hours = changes.hours.map_or(class.hours, |hours| Tenths(hours.0));
    if let Some(place) = &changes.place {
        class.place.clone_from(place);
    }
    base.admit(writer, &class)?;
    stands(writer.save_class(was, &mut class)?)?;
    tell(writer, asker, EventType::ClassChanged, &class)?;
    Ok(Reply::ok(classes::get(writer, asker, class.id)?).version(class.version))
}

/// Calls a class off.
///
/// # Errors
/// 404, 403, 412, 409 once its roster is in or it was called off.
pub fn cancel(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    reason: &str,
) -> Result<Reply<ClassDto>, Problem> {
    let (mut class, _) = own(writer, asker, id)?;
    condition.check(class.version.into())?;
    let was = class.state.0;
    class.state = Word(step::<ClassRoad>(was, ClassEvent::Cancel)?);
    class.cancel_reason = Some(reason.to_owned());
    stands(writer.save_class(was, &mut class)?)?;
    tell(writer, asker, EventType::ClassCancelled, &class)?;
    Ok(Reply::ok(classes::get(writer, asker, class.id)?).version(class.version))
}

fn tell(
    writer: &mut Writer<'_>,
    asker: &Asker,
    kind: EventType,
    class: &Class,
) -> Result<(), Problem> {
    Happening::new(kind)
        .by(asker)
        .unit(class.organization_id)
        .subject(class.id)
        .year(class.ends_on.year())
        .data(serde_json::json!({
            "state": class.state.0, "subject": class.subject.0, "hours": class.hours.0,
            "starts_on": class.starts_on.to_string(), "ends_on": class.ends_on.to_string(),
        }))
        .tell(writer, asker.jurisdiction)
}
