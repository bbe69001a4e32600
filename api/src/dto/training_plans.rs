//! Yearly training plans and their items on the wire (P2).

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::learning::Subject;
use xueshi_domain::registry::PlanState;
use xueshi_domain::training_plan::ItemFacts;
use xueshi_persistence::{PlanItem, PlanItemVersion, TrainingPlan, Word};

use super::checks::{not_blank, nothing_to_change, one_line, present};
use super::filings::FilingActDto;
use super::years::FilterYear;
use super::{Amount, Day, Timestamp, words};
use crate::page;

/// A yearly training plan.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TrainingPlan)]
pub struct TrainingPlanDto {
    /// Its id.
    pub id: Uuid,
    /// Whose plan it is.
    pub organization_id: Uuid,
    /// The name of whose plan it is.
    pub organization_name: String,
    /// The year.
    pub year: i32,
    /// Its title.
    pub title: String,
    /// Where it stands.
    #[schema(value_type = words::PlanState)]
    pub state: PlanState,
    /// When the municipal bureau approved it.
    #[schema(required = true)]
    pub approved_at: Option<Timestamp>,
    /// Grows with every change of the plan or its items; the `ETag` is this number.
    pub version: i32,
    /// When it was begun.
    pub created_at: Timestamp,
}

impl TrainingPlanDto {
    /// A plan of a unit.
    #[must_use]
    pub fn new(plan: &TrainingPlan, organization_name: String) -> Self {
        Self {
            id: plan.id.0,
            organization_id: plan.organization_id.0,
            organization_name,
            year: plan.year,
            title: plan.title.clone(),
            state: plan.state.0,
            approved_at: plan.approved_at.map(Timestamp::from),
            version: plan.version,
            created_at: plan.created_at.into(),
        }
    }
}

/// A plan with its items, and what was done to it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrainingPlanWithItems {
    /// The plan.
    #[serde(flatten)]
    pub plan: TrainingPlanDto,
    /// Its items, in the order in which they were added; those that an amendment took out are marked.
    pub items: Vec<PlanItemDto>,
    /// What was done to it, oldest first; empty for those who do not answer for its unit.
    pub history: Vec<FilingActDto>,
}

/// An item of a plan.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PlanItem)]
pub struct PlanItemDto {
    /// Its id.
    pub id: Uuid,
    /// Public or professional.
    #[schema(value_type = words::Subject)]
    pub subject: Subject,
    /// What it is about.
    pub theme: String,
    /// The most hours that a class under it can give (P3).
    pub hours: Amount,
    /// Planned first day.
    pub starts_on: Day,
    /// Planned last day.
    pub ends_on: Day,
    /// Planned places.
    pub places: i32,
    /// For whom.
    pub audience: String,
    /// Whether an amendment took it out of the plan.
    pub removed: bool,
    /// What was approved of it, oldest first. A class is judged by the last approval before its first day (P3).
    pub approvals: Vec<ItemApproval>,
}

/// What was approved of an item, and when.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ItemApproval {
    /// When the municipal bureau approved it.
    pub approved_at: Timestamp,
    /// The amendment that brought it; null for the plan itself.
    #[schema(required = true)]
    pub amendment_id: Option<Uuid>,
    /// The subject that was approved.
    #[schema(value_type = words::Subject)]
    pub subject: Subject,
    /// The hours that were approved.
    pub hours: Amount,
    /// Whether it was approved that the item is no more.
    pub removed: bool,
}

impl PlanItemDto {
    /// An item with what was approved of it.
    #[must_use]
    pub fn new(item: PlanItem, versions: &[PlanItemVersion]) -> Self {
        let approvals = versions.iter().map(|version| ItemApproval {
            approved_at: version.approved_at.into(),
            amendment_id: version.amendment_id.map(|id| id.0),
            subject: version.subject.0,
            hours: version.hours.into(),
            removed: version.removed,
        });
        Self {
            id: item.id.0,
            subject: item.subject.0,
            theme: item.theme,
            hours: item.hours.into(),
            starts_on: item.starts_on.into(),
            ends_on: item.ends_on.into(),
            places: item.places,
            audience: item.audience,
            removed: item.removed,
            approvals: approvals.collect(),
        }
    }
}

page! {
    /// Training plans, in the order in which they were begun.
    pub struct TrainingPlanPage of TrainingPlanDto, list TrainingPlanList,
    sort TrainingPlanSort { CreatedAt = "created_at" } default "created_at",
    expand [], sparse true
}

/// Which plans are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TrainingPlanParams {
    /// Only of this year.
    #[param(inline, example = 2023)]
    pub year: Option<FilterYear>,
    /// Only of this unit.
    pub organization_id: Option<Uuid>,
    /// Only in one of these states.
    #[serde(default)]
    #[param(value_type = Option<Vec<words::PlanState>>, explode = false, style = Form)]
    pub state: Vec<PlanState>,
}

/// A plan to begin.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewTrainingPlan {
    /// Whose plan it is: a base, an institution, a bureau or an authority.
    pub organization_id: Uuid,
    /// The year.
    #[validate(range(min = 1990, max = 2100))]
    #[schema(minimum = 1990, maximum = 2100)]
    pub year: i32,
    /// Its title.
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Its first items; more can be added until it is submitted.
    #[serde(default)]
    #[validate(length(max = 200), nested)]
    #[schema(max_items = 200)]
    pub items: Vec<NewPlanItem>,
}

/// What to change in a plan itself.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TrainingPlanChanges {
    /// Its title.
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
}

/// An item to add to a plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewPlanItem {
    /// Public or professional.
    #[schema(value_type = words::Subject)]
    pub subject: Subject,
    /// What it is about.
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200)]
    pub theme: String,
    /// The most hours that a class under it is to give.
    pub hours: Amount,
    /// Planned first day, in the year of the plan.
    pub starts_on: Day,
    /// Planned last day, in the year of the plan.
    pub ends_on: Day,
    /// Planned places.
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    pub places: i32,
    /// For whom.
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200)]
    pub audience: String,
}

impl NewPlanItem {
    /// What the rules look at.
    #[must_use]
    pub fn facts(&self) -> ItemFacts {
        ItemFacts {
            subject: self.subject,
            hours: self.hours.0,
            starts_on: self.starts_on.0,
            ends_on: self.ends_on.0,
        }
    }

    /// Writes it into an item.
    pub fn apply(&self, item: &mut PlanItem) {
        item.subject = Word(self.subject);
        item.theme.clone_from(&self.theme);
        item.hours = self.hours.0.into();
        item.starts_on = self.starts_on.0;
        item.ends_on = self.ends_on.0;
        item.places = self.places;
        item.audience.clone_from(&self.audience);
    }
}

/// What to change in an item; members left out stay as they are.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
#[validate(schema(function = "names_something"))]
pub struct PlanItemChanges {
    /// Public or professional.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = words::Subject, required = false)]
    pub subject: Option<Subject>,
    /// What it is about.
    #[serde(default, deserialize_with = "present")]
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub theme: Option<String>,
    /// The most hours that a class under it is to give.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Amount, required = false)]
    pub hours: Option<Amount>,
    /// Planned first day.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Day, required = false)]
    pub starts_on: Option<Day>,
    /// Planned last day.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Day, required = false)]
    pub ends_on: Option<Day>,
    /// Planned places.
    #[serde(default, deserialize_with = "present")]
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000, nullable = false)]
    pub places: Option<i32>,
    /// For whom.
    #[serde(default, deserialize_with = "present")]
    #[validate(
        length(min = 1, max = 200),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub audience: Option<String>,
}

fn names_something(changes: &PlanItemChanges) -> Result<(), ValidationError> {
    let PlanItemChanges { subject, theme, hours, starts_on, ends_on, places, audience } = changes;
    let named = subject.is_some()
        || theme.is_some()
        || hours.is_some()
        || starts_on.is_some()
        || ends_on.is_some()
        || places.is_some()
        || audience.is_some();
    if named { Ok(()) } else { Err(nothing_to_change()) }
}

impl PlanItemChanges {
    /// Writes them into an item.
    pub fn apply(&self, item: &mut PlanItem) {
        item.subject = self.subject.map_or(item.subject, Word);
        if let Some(theme) = &self.theme {
            item.theme.clone_from(theme);
        }
        item.hours = self.hours.map_or(item.hours, |hours| hours.0.into());
        item.starts_on = self.starts_on.map_or(item.starts_on, |day| day.0);
        item.ends_on = self.ends_on.map_or(item.ends_on, |day| day.0);
        item.places = self.places.unwrap_or(item.places);
        if let Some(audience) = &self.audience {
            item.audience.clone_from(audience);
        }
    }
}
