//! What two systems compare to find where their copies differ (ADR 0025): which members of a record are agreed on, and how digests
//! of records add up to digests of people, units, districts and the city.

use std::fmt;

use crate::sync::Resource;

/// The form of digests: it grows when the members or the way of writing them change, and then all digests are new.
pub const FORM: u8 = 1;

/// The year of records that have none: the people themselves.
pub const NO_YEAR: i32 = 0;

/// Parts that are listed; more are shown as ranges of their places.
pub const LISTED: usize = 128;

/// The length of a place: the first hexadecimal digits of the SHA-256 of an id. Ids of version 7 begin alike, places do not.
pub const PLACE: usize = 8;

/// The kinds of records that are compared: those of people.
pub const COMPARED: &[Resource] = &[
    Resource::Professional,
    Resource::LearningRecord,
    Resource::MakeupGrant,
    Resource::Exemption,
    Resource::Declaration,
    Resource::AnnualRecord,
    Resource::Certificate,
];

/// The members of a record that are compared: what it means, and not when or how often it was written, nor what follows from the
/// time of day. Nothing for kinds that are not compared.
#[must_use]
pub const fn agreed(resource: Resource) -> &'static [&'static str] {
    match resource {
        Resource::Professional => &[
            "id",
            "name",
            "id_type",
            "masked_id_number",
            "title_series",
            "title_level",
            "post",
            "state",
            "employer_id",
            "employments",
        ],
        Resource::LearningRecord => &[
            "id",
            "professional_id",
            "year",
            "subject",
            "way",
            "title",
            "hours",
            "started_on",
            "completed_on",
            "passed",
            "declared",
            "correction",
            "source",
            "platform",
            "course_code",
            "class_id",
            "seminar_id",
        ],
        Resource::MakeupGrant => &[
            "id",
            "professional_id",
            "year",
            "state",
            "employer_id",
            "exceptional",
            "granted_at",
            "study_until",
            "register_until",
            "ended_at",
        ],
        Resource::Exemption => &[
            "id",
            "professional_id",
            "year",
            "state",
            "kind",
            "starts_on",
            "ends_on",
            "employer_id",
            "authority_id",
        ],
        Resource::Declaration => &[
            "id",
            "professional_id",
            "year",
            "state",
            "subject",
            "way",
            "title",
            "hours",
            "learning_start",
            "learning_end",
            "learning_record_id",
            "makeup_grant_id",
            "revision",
            "employer_id",
            "authority_id",
            "submitted_at",
            "reinstated",
        ],
        Resource::AnnualRecord => &[
            "id",
            "professional_id",
            "year",
            "state",
            "employer_id",
            "authority_id",
            "approved",
            "makeup",
            "pending",
            "satisfied_at",
            "outcome",
            "settled_at",
            "certificate_id",
        ],
        Resource::Certificate => &[
            "id",
            "professional_id",
            "year",
            "number",
            "verification_code",
            "state",
            "hours",
            "completed",
            "issued_at",
            "ended_at",
            "end_reason",
        ],
        Resource::Organization
        | Resource::Policy
        | Resource::Filing
        | Resource::TrainingPlan
        | Resource::Class => &[],
    }
}

/// A SHA-256, or several of them combined by exclusive or: in any order, and taken out by being put in once more. That of nothing
/// is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Puts another one in, or takes it out.
    pub fn combine(&mut self, other: Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine ^= theirs;
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// Records, and the digest of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many people they are of.
    pub people: i64,
    /// How many there are.
    pub records: i64,
    /// The digest of all.
    pub digest: Digest,
}

impl Sum {
    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.people = self.people.saturating_add(other.people);
        self.records = self.records.saturating_add(other.records);
        self.digest.combine(other.digest);
    }

    /// Takes out what had been added.
    pub fn remove(&mut self, other: &Self) {
        self.people = self.people.saturating_sub(other.people);
        self.records = self.records.saturating_sub(other.records);
        self.digest.combine(other.digest);
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(records: i64, byte: u8) -> Sum {
        Sum { people: 1, records, digest: Digest([byte; 32]) }
    }

    #[test]
    fn sums_do_not_depend_on_the_order_and_can_be_taken_back() {
        let (mut one, mut other) = (Sum::default(), Sum::default());
        for part in [sum(2, 3), sum(1, 5), sum(4, 9)] {
            one.add(&part);
        }
        for part in [sum(4, 9), sum(2, 3), sum(1, 5)] {
            other.add(&part);
        }
        assert_eq!(one, other);
        one.remove(&sum(1, 5));
        one.remove(&sum(2, 3));
        assert_eq!(one, sum(4, 9));
        one.remove(&sum(4, 9));
        assert!(one.is_empty());
        assert_eq!(one.digest.to_string(), "0".repeat(64));
    }

    #[test]
    fn every_kind_that_is_compared_names_its_person() {
        for resource in Resource::ALL.iter().copied() {
            let members = agreed(resource);
            assert_eq!(COMPARED.contains(&resource), !members.is_empty(), "{resource}");
            let person = resource == Resource::Professional || members.contains(&"professional_id");
            assert!(members.is_empty() || (person && members.contains(&"id")), "{resource}");
            // What changes with the time of day, or with every write, is not compared.
            for member in ["overdue", "version", "created_at", "updated_at"] {
                assert!(!members.contains(&member), "{resource}: {member}");
            }
        }
    }
}
