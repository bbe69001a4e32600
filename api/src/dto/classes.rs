//! Classes and their rosters on the wire (P3, P4).

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::class::ClassState;
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::refusal::{Mend, NotFiledReason};
use xueshi_domain::training_plan::in_force;
use xueshi_persistence::{ClassFiling, LearningRecord, PlanItem, Professional, TrainingPlan};

use super::checks::{not_blank, nothing_to_change, one_line, present};
use super::years::FilterYear;
use super::{Amount, Day, Timestamp, words};
use crate::page;

/// A class that was or will be held.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Class)]
pub struct ClassDto {
    /// Its id.
    pub id: Uuid,
    /// Who holds it.
    pub organization_id: Uuid,
    /// The name of who holds it.
    pub organization_name: String,
    /// Its title.
    pub title: String,
    /// Public or professional.
    #[schema(value_type = words::Subject)]
    pub subject: Subject,
    /// In what form.
    #[schema(value_type = words::Way)]
    pub way: Way,
    /// First day.
    pub starts_on: Day,
    /// Last day.
    pub ends_on: Day,
    /// Hours that it gives.
    pub hours: Amount,
    /// Where.
    pub place: String,
    /// Where it stands.
    #[schema(value_type = words::ClassState)]
    pub state: ClassState,
    /// Why it does not take place; null while it does.
    #[schema(required = true)]
    pub cancel_reason: Option<String>,
    /// The revision of its roster; 0 while none was handed in (P4).
    pub roster_revision: i32,
    /// Whether it stands on a plan that was approved before it began, of a unit that is filed: whether its hours count (H5).
    pub filed: bool,
    /// What is missing for that; null when it is filed.
    #[schema(required = true, value_type = Option<words::NotFiledReason>)]
    pub missing: Option<NotFiledReason>,
    /// What mends that; null when nothing is missing.
    #[schema(required = true, value_type = Option<words::Mend>)]
    pub mend: Option<Mend>,
    /// The item of a plan that it stands on; null when it names none.
    #[schema(required = true)]
    pub plan_item: Option<ClassPlanItem>,
    /// Grows with every change of the class or its roster; the `ETag` is this number.
    pub version: i32,
}

/// The item of a training plan that a class stands on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClassPlanItem {
    /// The item.
    pub id: Uuid,
    /// What it is about.
    pub theme: String,
    /// The most hours that a class under it can give (P3), as they were approved when this one began.
    pub hours: Amount,
    /// The plan.
    pub plan_id: Uuid,
    /// The plan's title.
    pub plan_title: String,
    /// When the municipal bureau approved the item as it was when the class began; null while it is not approved.
    #[schema(required = true)]
    pub approved_at: Option<Timestamp>,
}

impl ClassDto {
    /// A class with what is known of its filing, and what it lacks.
    #[must_use]
    pub fn new(
        filing: ClassFiling,
        organization_name: String,
        lack: Option<(NotFiledReason, Mend)>,
    ) -> Self {
        let approvals: Vec<_> = filing.versions.iter().map(|version| version.approval()).collect();
        let approval = in_force(&approvals, filing.class.starts_on);
        let ClassFiling { class, item, plan, .. } = filing;
        let plan_item =
            item.zip(plan).map(|(item, plan): (PlanItem, TrainingPlan)| ClassPlanItem {
                id: item.id.0,
                theme: item.theme,
                hours: approval.map_or(item.hours.0, |approval| approval.hours).into(),
                plan_id: plan.id.0,
                plan_title: plan.title,
                approved_at: approval.map(|approval| approval.approved_at.into()),
            });
        Self {
            id: class.id.0,
            organization_id: class.organization_id.0,
            organization_name,
            title: class.title,
            subject: class.subject.0,
            way: class.way.0,
            starts_on: class.starts_on.into(),
            ends_on: class.ends_on.into(),
            hours: class.hours.into(),
            place: class.place,
            state: class.state.0,
            cancel_reason: class.cancel_reason,
            roster_revision: class.roster_revision,
            filed: lack.is_none(),
            missing: lack.map(|(missing, _)| missing),
            mend: lack.map(|(_, mend)| mend),
            plan_item,
            version: class.version,
        }
    }
}

page! {
    /// Classes, by first day.
    pub struct ClassPage of ClassDto, list ClassList,
    sort ClassSort { StartsOn = "starts_on" } default "starts_on",
    expand [], sparse true
}

/// Which classes are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClassFilter {
    /// Only those that end in this year.
    #[param(inline, example = 2023)]
    pub year: Option<FilterYear>,
    /// Only those of this unit.
    pub organization_id: Option<Uuid>,
}

/// A class to hold under an item of an approved plan.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewClass {
    /// The item of the plan that it stands on; the plan's unit holds it.
    pub plan_item_id: Uuid,
    /// Its title.
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// The item's subject.
    #[schema(value_type = words::Subject)]
    pub subject: Subject,
    /// `training_class`, `seminar` or `distance_course`.
    #[schema(value_type = words::Way)]
    pub way: Way,
    /// First day; the item must have been approved before it.
    pub starts_on: Day,
    /// Last day.
    pub ends_on: Day,
    /// Hours that it gives: no more than the item, and than its days hold (P3, H9).
    pub hours: Amount,
    /// Where.
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200)]
    pub place: String,
}

/// What to change in a class whose roster is not in yet; members left out stay as they are.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
#[validate(schema(function = "names_something"))]
pub struct ClassChanges {
    /// Another item of a plan of the same unit.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub plan_item_id: Option<Uuid>,
    /// Its title.
    #[serde(default, deserialize_with = "present")]
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub title: Option<String>,
    /// The item's subject.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = words::Subject, required = false)]
    pub subject: Option<Subject>,
    /// In what form.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = words::Way, required = false)]
    pub way: Option<Way>,
    /// First day.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Day, required = false)]
    pub starts_on: Option<Day>,
    /// Last day.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Day, required = false)]
    pub ends_on: Option<Day>,
    /// Hours that it gives.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Amount, required = false)]
    pub hours: Option<Amount>,
    /// Where.
    #[serde(default, deserialize_with = "present")]
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub place: Option<String>,
}

fn names_something(changes: &ClassChanges) -> Result<(), ValidationError> {
    let ClassChanges { plan_item_id, title, subject, way, starts_on, ends_on, hours, place } =
        changes;
    let named = plan_item_id.is_some()
        || title.is_some()
        || subject.is_some()
        || way.is_some()
        || starts_on.is_some()
        || ends_on.is_some()
        || hours.is_some()
        || place.is_some();
    if named { Ok(()) } else { Err(nothing_to_change()) }
}

/// An attendee in the roster of a class.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RosterEntry {
    /// The learning record that the roster made.
    pub learning_record_id: Uuid,
    /// The attendee.
    pub professional_id: Uuid,
    /// Their name.
    pub name: String,
    /// Their id number, masked (U4a).
    pub masked_id_number: String,
    /// Hours.
    pub hours: Amount,
    /// Whether they passed (P4).
    pub passed: bool,
    /// Whether a standing declaration rests on it.
    pub declared: bool,
    /// Whether a later roster says something else while those hours are under review or approved (P4).
    pub correction_needed: bool,
}

impl RosterEntry {
    /// An attendee with what the roster says of them.
    #[must_use]
    pub fn new(record: &LearningRecord, person: &Professional) -> Self {
        Self {
            learning_record_id: record.id.0,
            professional_id: record.professional_id.0,
            name: person.name.clone(),
            masked_id_number: person.id_masked.clone(),
            hours: record.hours.into(),
            passed: record.passed,
            declared: record.declared,
            correction_needed: record.corrected_hours.is_some(),
        }
    }
}

page! {
    /// The roster of a class, in the order in which it was handed in.
    pub struct RosterPage of RosterEntry, list RosterList,
    sort RosterSort { LearningRecordId = "learning_record_id" } default "learning_record_id",
    expand [], sparse false
}
