//! Personal data whole, for a purpose or for the person concerned, and erasing it (U4a).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::identity::IdType;
use xueshi_domain::personal_data::{ErasureReason, RevealField, RevealPurpose};
use xueshi_persistence::Erasure;

use super::{Timestamp, words};
use crate::extract::violation;

/// What is to be shown whole, and for what.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Reveal {
    /// For what; the log keeps it.
    #[schema(value_type = words::RevealPurpose)]
    pub purpose: RevealPurpose,
    /// What; each once.
    #[validate(length(min = 1, max = 2), custom(function = "each_once"))]
    #[schema(value_type = Vec<words::RevealField>, min_items = 1, max_items = 2)]
    pub fields: Vec<RevealField>,
    /// The case that it is needed for: the id of an appeal, a certificate or another record.
    pub case_id: Option<Uuid>,
}

fn each_once(fields: &[RevealField]) -> Result<(), ValidationError> {
    let different: BTreeSet<_> = fields.iter().collect();
    if different.len() == fields.len() {
        Ok(())
    } else {
        Err(violation("repeated", "不能重复", "stands there more than once"))
    }
}

/// What was asked for, whole. Of a dry run masked.
#[derive(Serialize, ToSchema)]
#[schema(as = RevealedPersonalData)]
pub struct RevealedDto {
    /// Whose.
    pub professional_id: Uuid,
    /// What document the id number is from.
    #[schema(value_type = words::IdType)]
    pub id_type: IdType,
    /// The id number; null unless it was asked for.
    #[schema(required = true)]
    pub id_number: Option<String>,
    /// The phone number; null unless it was asked for and there is one.
    #[schema(required = true)]
    pub phone: Option<String>,
}

/// Everything that is stored about the caller.
#[derive(Serialize, ToSchema)]
pub struct PersonalDataCopy {
    /// The form of this document: `xueshi-personal-data/1`.
    pub format: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Whose it is.
    pub professional_id: Uuid,
    /// What is encrypted in the database, whole: of the record and of those that were merged into it.
    pub numbers: Vec<WholeNumbers>,
    /// All rows about the person, table by table.
    pub tables: Vec<PersonalRows>,
}

/// Id number and phone of a record.
#[derive(Serialize, ToSchema)]
pub struct WholeNumbers {
    /// The record.
    pub professional_id: Uuid,
    /// The id number.
    pub id_number: String,
    /// The phone number.
    #[schema(required = true)]
    pub phone: Option<String>,
}

/// The rows of one table that are about the person.
#[derive(Serialize, ToSchema)]
pub struct PersonalRows {
    /// The table.
    pub table: String,
    /// What it holds.
    pub meaning: String,
    /// The rows; a member for each column, null where there is nothing. Ids are UUIDs, instants RFC 3339, hours numbers.
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<Value>,
}

/// Why a person's data is erased.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ErasureRequest {
    /// Why; the log keeps it.
    #[schema(value_type = words::ErasureReason)]
    pub reason: ErasureReason,
}

/// That a person's data was erased.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erasure)]
pub struct ErasureDto {
    /// Whose.
    pub professional_id: Uuid,
    /// Why.
    #[schema(value_type = words::ErasureReason)]
    pub reason: ErasureReason,
    /// When.
    pub erased_at: Timestamp,
}

impl ErasureDto {
    /// An erasure as it is stored.
    pub fn new(erasure: &Erasure) -> Self {
        Self {
            professional_id: erasure.professional_id.0,
            reason: erasure.reason.0,
            erased_at: erasure.erased_at.into(),
        }
    }
}
