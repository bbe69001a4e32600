//! Units that train, on the wire (P1).

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use xueshi_domain::registry::{FilingState, OrganizationKind};
use xueshi_persistence::Institution;

use super::years::FilterYear;
use super::{Timestamp, words};
use crate::page;

/// A unit that trains.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Institution)]
pub struct InstitutionDto {
    /// The unit.
    pub id: Uuid,
    /// Its full name.
    pub name: String,
    /// What it is.
    #[schema(value_type = words::OrganizationKind)]
    pub kind: OrganizationKind,
    /// The year that `filing` is about.
    pub year: i32,
    /// Whether its classes of the year count: its filing was granted and stands.
    pub filed: bool,
    /// Its filing for the year; null when it has none.
    #[schema(required = true)]
    pub filing: Option<InstitutionFiling>,
}

/// The filing of a training unit for a year.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InstitutionFiling {
    /// Where it stands.
    #[schema(value_type = words::FilingState)]
    pub state: FilingState,
    /// When it came to that state.
    pub decided_at: Timestamp,
}

impl InstitutionDto {
    /// A training unit in a year.
    #[must_use]
    pub fn new(institution: Institution, year: i32) -> Self {
        let Institution { unit, filing } = institution;
        let filing = filing.map(|filing| InstitutionFiling {
            state: filing.state.0,
            decided_at: filing.decided_at.into(),
        });
        Self {
            id: unit.id.0,
            name: unit.name,
            kind: unit.kind.0,
            year,
            filed: filing.as_ref().is_some_and(|filing| filing.state == FilingState::Granted),
            filing,
        }
    }
}

page! {
    /// Units that train, in the order in which they were added.
    pub struct InstitutionPage of InstitutionDto, list InstitutionList,
    sort InstitutionSort { Id = "id" } default "id",
    expand [], sparse true
}

/// For which year filings are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InstitutionFilter {
    /// The year of the filings; the present one where it is left out.
    #[param(inline, example = 2023)]
    pub year: Option<FilterYear>,
}
