//! Classes and their rosters on the wire (P3, P4).

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::refusal::NotFiledReason;
use xueshi_persistence::{ClassFiling, LearningRecord, PlanItem, Professional, TrainingPlan};

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
    /// Whether it stands on a plan that was approved before it began, of a unit that is filed: whether its hours count (H5).
    pub filed: bool,
    /// What is missing for that; null when it is filed.
    #[schema(required = true, value_type = Option<words::NotFiledReason>)]
    pub missing: Option<NotFiledReason>,
    /// The item of a plan that it stands on; null when it names none.
    #[schema(required = true)]
    pub plan_item: Option<ClassPlanItem>,
}

/// The item of a training plan that a class stands on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClassPlanItem {
    /// The item.
    pub id: Uuid,
    /// What it is about.
    pub theme: String,
    /// The most hours that a class under it can give (P3).
    pub hours: Amount,
    /// The plan.
    pub plan_id: Uuid,
    /// The plan's title.
    pub plan_title: String,
    /// When the municipal bureau approved the plan.
    #[schema(required = true)]
    pub approved_at: Option<Timestamp>,
}

impl ClassDto {
    /// A class with what is known of its filing.
    #[must_use]
    pub fn new(
        filing: ClassFiling,
        organization_name: String,
        missing: Option<NotFiledReason>,
    ) -> Self {
        let ClassFiling { class, item, plan, .. } = filing;
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
            filed: missing.is_none(),
            missing,
            plan_item: item.zip(plan).map(|(item, plan)| ClassPlanItem::new(item, plan)),
        }
    }
}

impl ClassPlanItem {
    fn new(item: PlanItem, plan: TrainingPlan) -> Self {
        Self {
            id: item.id.0,
            theme: item.theme,
            hours: item.hours.into(),
            plan_id: plan.id.0,
            plan_title: plan.title,
            approved_at: plan.approved_at.map(Timestamp::from),
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
        }
    }
}

page! {
    /// The roster of a class, in the order in which it was handed in.
    pub struct RosterPage of RosterEntry, list RosterList,
    sort RosterSort { LearningRecordId = "learning_record_id" } default "learning_record_id",
    expand [], sparse false
}
