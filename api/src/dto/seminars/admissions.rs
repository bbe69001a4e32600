//! Who is on the list of a seminar, and what they attended (P6).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use xueshi_domain::identity::IdType;
use xueshi_persistence::{Id, Professional, SeminarAdmission};

use crate::dto::checks::not_blank;
use crate::dto::{Amount, Timestamp, words};
use crate::page;

/// Those admitted to a seminar, all of them.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SeminarListContent {
    /// Each person once, no more of them than places; none empties the list.
    pub people: Vec<SeminarPerson>,
}

/// Someone to admit, named either by `professional_id` or by `id_type` and `id_number`.
///
/// It has no `Debug`: the id number stays out of logs.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeminarPerson {
    /// The person.
    #[schema(nullable = false)]
    pub professional_id: Option<Uuid>,
    /// What document the id number is from.
    #[schema(value_type = Option<words::IdType>)]
    pub id_type: Option<IdType>,
    /// The person's id number.
    #[schema(min_length = 1, max_length = 40, nullable = false)]
    pub id_number: Option<String>,
}

/// Someone on the list of a seminar.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SeminarAdmission)]
pub struct SeminarAdmissionDto {
    /// The person.
    pub professional_id: Uuid,
    /// Their name.
    pub name: String,
    /// Their id number, masked (U4a).
    pub masked_id_number: String,
    /// Their employer when they were admitted.
    #[schema(required = true)]
    pub employer_id: Option<Uuid>,
    /// When they were admitted.
    pub admitted_at: Timestamp,
    /// The hours that they attended; null before the report.
    #[schema(required = true)]
    pub hours: Option<Amount>,
    /// Whether they passed; null before the report.
    #[schema(required = true)]
    pub passed: Option<bool>,
    /// The learning record that the closing gave them; null before, and for those who did not pass.
    #[schema(required = true)]
    pub learning_record_id: Option<Uuid>,
}

impl SeminarAdmissionDto {
    /// Someone on a list, with the learning record that they have from it.
    #[must_use]
    pub fn new(row: &SeminarAdmission, person: &Professional, record: Option<Id>) -> Self {
        Self {
            professional_id: row.professional_id.0,
            name: person.name.clone(),
            masked_id_number: person.id_masked.clone(),
            employer_id: row.employer_id.map(|id| id.0),
            admitted_at: row.admitted_at.into(),
            hours: row.hours.map(Amount::from),
            passed: row.passed,
            learning_record_id: record.map(|id| id.0),
        }
    }
}

page! {
    /// Those on the list of a seminar, in the order in which they were registered.
    pub struct SeminarAdmissionPage of SeminarAdmissionDto, list SeminarAdmissionList,
    sort SeminarAdmissionSort { ProfessionalId = "professional_id" } default "professional_id",
    expand [], sparse false
}

/// The outcome of a seminar.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SeminarReport {
    /// What was done, and what came of it.
    #[validate(length(min = 10, max = 5000), custom(function = "not_blank"))]
    #[schema(min_length = 10, max_length = 5000)]
    pub summary: String,
    /// One result for everyone on the list.
    pub results: Vec<SeminarResult>,
}

/// The result of one person.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeminarResult {
    /// The person.
    pub professional_id: Uuid,
    /// The hours that they attended, no more than the seminar gives; more than 0 for who passed.
    pub hours: Amount,
    /// Whether they passed.
    pub passed: bool,
}
