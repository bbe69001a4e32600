//! Counts and digests, by which two copies are compared (ADR 0025).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use xueshi_domain::sync::Resource;

use super::scalars::Timestamp;
use super::words;

/// What is looked into: at most one of `body`, `unit` and `person`; all of the city without one.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReconciliationParams {
    /// Records of this year; without it, the people themselves, whose records have no year.
    #[param(value_type = Option<i32>, minimum = 1990, maximum = 2100)]
    pub year: Option<i32>,
    /// The units that this body reviews for.
    pub body: Option<Uuid>,
    /// The people who work at this unit; the id of zeros for those who work nowhere.
    pub unit: Option<Uuid>,
    /// The records of this person.
    pub person: Option<Uuid>,
    /// Only those of the units or people whose places begin with these digits.
    #[param(pattern = "^[0-9a-f]{1,8}$")]
    pub prefix: Option<String>,
}

/// What something is that has a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReconciliationKind)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// All of the city.
    City,
    /// The units that a district bureau or an authority reviews for.
    Body,
    /// The people who work at a unit.
    Unit,
    /// Units or people whose places begin with some digits.
    Range,
    /// A person's records.
    Person,
    /// One record.
    Record,
}

/// Counts and digest of something, and of its parts.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub struct ReconciliationDto {
    /// The form of the digests; those of different forms cannot be compared.
    #[schema(example = 1)]
    pub form: u8,
    /// The year; null for the people themselves.
    #[schema(required = true)]
    pub year: Option<i32>,
    /// What was looked into.
    pub kind: PartKind,
    /// Its id; null for the city.
    #[schema(required = true)]
    pub id: Option<Uuid>,
    /// The digits with which the places of its parts begin, where only those were asked for.
    #[schema(required = true)]
    pub prefix: Option<String>,
    /// When it was looked at.
    pub at: Timestamp,
    /// The place in the change feed then: whoever has applied the feed up to it, and then finds a difference, has one.
    pub cursor: String,
    /// Whether records changed of which the digests are still being computed: ask again in a moment.
    pub pending: bool,
    /// How many people have records.
    pub people: i64,
    /// How many records there are.
    pub records: i64,
    /// The digest of all of them: their digests combined by exclusive or.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub digest: String,
    /// What it consists of. Above 128 parts they are ranges by the next digit of their places, which `prefix` looks into.
    pub parts: Vec<PartDto>,
    /// When all digests were held against the records last; at the city only.
    #[schema(required = true)]
    pub checked: Option<DigestCheckDto>,
    /// The members of each kind of record that digests are of; at the city only.
    #[schema(required = true)]
    pub agreed: Option<BTreeMap<String, Vec<String>>>,
}

/// A part.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ReconciliationPart)]
pub struct PartDto {
    /// What it is.
    pub kind: PartKind,
    /// Its id; null for a range.
    #[schema(required = true)]
    pub id: Option<String>,
    /// The digits of a range.
    #[schema(required = true)]
    pub prefix: Option<String>,
    /// The kind of a record.
    #[schema(required = true, value_type = Option<words::SyncedRecord>)]
    pub resource: Option<Resource>,
    /// How many people have records; 0 for a record.
    pub people: i64,
    /// How many records there are.
    pub records: i64,
    /// Their digest.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub digest: String,
}

/// A check of all digests against the records.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DigestCheck)]
pub struct DigestCheckDto {
    /// When.
    pub at: Timestamp,
    /// How many people were looked at.
    pub people: i64,
    /// How many digests were not what the records say; they were put right.
    pub differing: i64,
}
