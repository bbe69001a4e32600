//! The schema of a policy document.
//!
//! The document itself is read and written as [`xueshi_domain::policy::Policy`]. The types here describe it for the OpenAPI
//! document; they read the same JSON, and a test holds the two together.

use serde::Deserialize;
use utoipa::ToSchema;
use xueshi_domain::learning::{EvidenceKind, Way};
use xueshi_domain::policy::Counting;

use super::{Amount, Day, Timestamp, words};

/// The rules of one year (W3).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// The calendar year.
    #[schema(minimum = 2000, maximum = 2100)]
    pub year: i32,
    /// The hours that make the year complete (H1).
    pub floors: PolicyFloors,
    /// When what may be done.
    pub windows: PolicyWindows,
    /// How long a review may take (V1, V5).
    pub review: PolicyReviewTerms,
    /// Limits of a declaration (H9, H10).
    pub limits: PolicyLimits,
    /// The conversion table: ways that are not counted in class hours (H8, H10), each way once.
    pub conversion: Vec<PolicyConversionRule>,
    /// Codes of the year's free learning platforms (H6).
    pub platforms: Vec<String>,
    /// The year's themes of the public-required subject.
    pub themes: Vec<String>,
    /// Which prior years can be made up, and how (M1, W4).
    pub makeup: PolicyMakeupTerms,
    /// Whether people in management posts who hold a title are in (U4b).
    pub include_management_posts: bool,
    /// The rates that funding is measured by (U5).
    pub funding: PolicyFundingTerms,
    /// What an advanced seminar may be (P6); 70 places when it is left out.
    #[schema(nullable = false)]
    pub seminars: Option<PolicySeminarTerms>,
    /// Who is let off without an absence (A6); nobody, where it is left out.
    #[serde(default)]
    #[schema(nullable = false)]
    pub exemptions: Option<PolicyExemptionTerms>,
}

/// The three floors, each checked by itself (H1); the total is at least the sum of the two others.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyFloors {
    /// All hours together.
    pub total: Amount,
    /// Public-required hours.
    pub public: Amount,
    /// Professional hours.
    pub professional: Amount,
}

/// A half-open time: from `opens` on, before `closes`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyWindow {
    /// The first instant inside.
    pub opens: Timestamp,
    /// The first instant after it.
    pub closes: Timestamp,
}

/// The year's windows; none may reach into the freeze.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyWindows {
    /// Declaring and submitting.
    pub declare: PolicyWindow,
    /// Approving, returning, rejecting, verifying, issuing.
    pub review: PolicyWindow,
    /// Applying for make-up, and the review of it; none from 2024 on (W4).
    pub makeup_application: Option<PolicyWindow>,
    /// End of study under a grant.
    pub makeup_study_closes: Option<Timestamp>,
    /// End of registering prior-year hours under a grant, and of their review.
    pub makeup_registration_closes: Option<Timestamp>,
    /// The year-end freeze, in which nothing of any year changes (W1).
    pub freeze: PolicyWindow,
}

/// How long a review may take.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyReviewTerms {
    /// Working days for each stage (V1).
    #[schema(minimum = 1, maximum = 250)]
    pub working_days_per_stage: u32,
    /// From when they are counted (V1).
    #[schema(value_type = words::Counting)]
    pub counting: Counting,
    /// Below how many working days before the end of review a submission is warned (V5).
    #[schema(minimum = 0, maximum = 250)]
    pub warn_below_working_days: u32,
}

/// Limits of a declaration.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyLimits {
    /// The hours that one day of learning can hold, more than 0 and at most 24 (H9).
    pub max_hours_per_day: Amount,
    /// The size of one attachment in bytes (H10).
    #[schema(minimum = 1, maximum = 104_857_600)]
    pub attachment_max_bytes: u64,
    /// How many attachments a declaration can have (H10).
    #[schema(minimum = 1, maximum = 100)]
    pub attachments_per_declaration: u32,
}

/// One line of the conversion table (H8).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyConversionRule {
    /// The way of earning.
    #[schema(value_type = words::Way)]
    pub way: Way,
    /// The most hours that one declaration can give.
    pub max_hours_each: Option<Amount>,
    /// The most hours of this way in the year.
    pub max_hours_per_year: Option<Amount>,
    /// The kinds of evidence, one of which is needed (H10). None: not on a person's own declaration.
    #[schema(value_type = Vec<words::EvidenceKind>)]
    pub evidence: Vec<EvidenceKind>,
    /// A note for people, in Chinese.
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// Which prior years can be made up, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyMakeupTerms {
    /// The earliest year that can be made up (M1).
    #[schema(minimum = 2000)]
    pub earliest_year: i32,
    /// Whether only exceptional make-up is left, with a stated special reason (W4, M6).
    pub exceptional_only: bool,
}

/// The rates that a unit's training funds are measured by (U5).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyFundingTerms {
    /// The floor, in hundredths of a per cent of the payroll: 150 is 1.5 %.
    #[schema(minimum = 0, maximum = 10000)]
    pub floor_rate_basis_points: u32,
    /// The tax-deductible ceiling, in hundredths of a per cent of the payroll: 800 is 8 %.
    #[schema(minimum = 0, maximum = 10000)]
    pub deductible_rate_basis_points: u32,
}

/// What an advanced seminar may be (P6).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicySeminarTerms {
    /// The most people that one can admit.
    #[schema(minimum = 1, maximum = 500)]
    pub max_places: u32,
}

/// Who can be exempt from the year without an absence (A6).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyExemptionTerms {
    /// People whose employment began in the year, on this day or later, can be exempt from it. Null: nobody is let off for
    /// having joined late.
    pub joined_from: Option<Day>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};
    use xueshi_domain::policy::{Policy, ZHENGZHOU_YEARS};

    use super::*;

    /// Whatever the domain writes, the schema describes; and it requires nothing that the domain does not.
    #[test]
    fn the_schema_describes_what_the_domain_reads_and_writes() {
        for year in ZHENGZHOU_YEARS {
            let policy = Policy::zhengzhou(*year).unwrap().unwrap();
            let mut written = serde_json::to_value(&policy).unwrap();
            serde_json::from_value::<PolicyDocument>(written.clone()).unwrap();
            strip_nulls(&mut written);
            serde_json::from_value::<PolicyDocument>(written).unwrap();
        }
    }

    fn strip_nulls(value: &mut Value) {
        let members: &mut Map<String, Value> = match value {
            Value::Object(members) => members,
            Value::Array(items) => return items.iter_mut().for_each(strip_nulls),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
        };
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(strip_nulls);
    }
}
