//! Transfers between employers (U2).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};
use xueshi_domain::identity::IdType;
use xueshi_domain::transfer::{DecidedAs, Side, State};
use xueshi_persistence::{Organization, Professional, Transfer};

use super::checks::{not_blank, one_line};
use super::{Timestamp, words};
use crate::extract::violation;

/// A unit by its name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NamedUnit {
    /// Its id.
    pub id: Uuid,
    /// Its full name.
    pub name: String,
}

impl From<&Organization> for NamedUnit {
    fn from(unit: &Organization) -> Self {
        Self { id: unit.id.0, name: unit.name.clone() }
    }
}

/// A person's way from one employer to another.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Transfer)]
pub struct TransferDto {
    /// Its id.
    pub id: Uuid,
    /// Who goes.
    pub professional_id: Uuid,
    /// Their name.
    pub name: String,
    /// Their id number with its middle hidden (U4a).
    pub masked_id_number: String,
    /// The employer that the person leaves.
    pub from: NamedUnit,
    /// The employer that the person comes to.
    pub to: NamedUnit,
    /// Which of the two asked.
    #[schema(value_type = words::TransferSide)]
    pub asked_by: Side,
    /// Why.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// Where it stands.
    #[schema(value_type = words::TransferState)]
    pub state: State,
    /// Whether the employer that was asked decided, or a unit above both.
    #[schema(required = true, value_type = Option<words::TransferDecidedAs>)]
    pub decided_as: Option<DecidedAs>,
    /// The unit that the decider acted for.
    #[schema(required = true)]
    pub decided_for: Option<Uuid>,
    /// What the decider said.
    #[schema(required = true)]
    pub comment: Option<String>,
    /// Grows with every change; the `ETag` is this number.
    pub version: i32,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was decided or withdrawn.
    #[schema(required = true)]
    pub decided_at: Option<Timestamp>,
}

impl TransferDto {
    /// A transfer with the names that belong to it.
    pub fn new(
        transfer: &Transfer,
        person: &Professional,
        from: &Organization,
        to: &Organization,
    ) -> Self {
        Self {
            id: transfer.id.0,
            professional_id: transfer.professional_id.0,
            name: person.name.clone(),
            masked_id_number: person.id_masked.clone(),
            from: from.into(),
            to: to.into(),
            asked_by: transfer.asked_by.0,
            reason: transfer.reason.clone(),
            state: transfer.state.0,
            decided_as: transfer.decided_as.map(|word| word.0),
            decided_for: transfer.decided_for.map(|id| id.0),
            comment: transfer.comment.clone(),
            version: transfer.version,
            created_at: transfer.created_at.into(),
            decided_at: transfer.decided_at.map(Timestamp::from),
        }
    }
}

/// A transfer to ask for.
///
/// The employer that the person leaves names the person by `professional_id` and the other employer; the employer that the
/// person comes to names the person by type and number of their document and by their name, and itself.
#[derive(Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "names_person_and_employer"))]
pub struct NewTransfer {
    /// Who is to go; or `id_type`, `id_number` and `name`.
    pub professional_id: Option<Uuid>,
    /// What document the id number is from.
    #[schema(value_type = Option<words::IdType>)]
    pub id_type: Option<IdType>,
    /// The number of the person's document.
    #[validate(length(max = 40))]
    #[schema(max_length = 40, example = "410102198506151238")]
    pub id_number: Option<String>,
    /// The person's name as it stands in the document; with `id_number`, and it has to be theirs.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// The employer that the person comes to; or `to_unit_code`.
    pub to_organization_id: Option<Uuid>,
    /// The unit code (GB 32100) of the employer that the person comes to.
    #[validate(length(max = 40))]
    #[schema(max_length = 40, example = "91350100M000100Y43")]
    pub to_unit_code: Option<String>,
    /// Why; the other employer reads it.
    #[validate(length(min = 1, max = 500), custom(function = "not_blank"))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: Option<String>,
}

fn names_person_and_employer(new: &NewTransfer) -> Result<(), ValidationError> {
    let by_number = match (&new.id_type, &new.id_number, &new.name) {
        (Some(_), Some(_), Some(_)) => true,
        (None, None, None) => false,
        (Some(_) | None, Some(_) | None, Some(_) | None) => return Err(one_way_to_name()),
    };
    let by_code = new.to_unit_code.is_some();
    if by_number != new.professional_id.is_some() && by_code != new.to_organization_id.is_some() {
        Ok(())
    } else {
        Err(one_way_to_name())
    }
}

fn one_way_to_name() -> ValidationError {
    violation(
        "one-of",
        "人员以 professional_id 或 id_type 加 id_number 指明，调入单位以 to_organization_id 或 to_unit_code 指明，各取其一",
        "name the person by professional_id or by id_type and id_number, and the employer by to_organization_id or to_unit_code, \
         each in one way",
    )
}

/// A yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes.
    Accept,
    /// No, with the reason as `comment`.
    Refuse,
}

/// The answer to a request.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(as = RequestDecision)]
#[validate(schema(function = "reason_is_given"))]
pub struct RequestDecision {
    /// Accept or refuse.
    pub decision: Answer,
    /// What those who asked read; required to refuse.
    #[validate(
        length(min = 1, max = 500),
        custom(function = "not_blank"),
        custom(function = "one_line")
    )]
    #[schema(min_length = 1, max_length = 500)]
    pub comment: Option<String>,
}

fn reason_is_given(decision: &RequestDecision) -> Result<(), ValidationError> {
    comment_for(decision.decision, decision.comment.as_deref())
}

/// Who refuses gives the reason.
///
/// # Errors
/// `comment-required`.
pub fn comment_for(answer: Answer, comment: Option<&str>) -> Result<(), ValidationError> {
    match (answer, comment) {
        (Answer::Accept, _) | (Answer::Refuse, Some(_)) => Ok(()),
        (Answer::Refuse, None) => Err(violation(
            "comment-required",
            "拒绝时必须在 comment 中说明理由",
            "to refuse, give the reason as `comment`",
        )),
    }
}
