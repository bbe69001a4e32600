//! How figures are asked for.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use xueshi_domain::figures::Figure;
use xueshi_domain::learning::Way;

use crate::dto::years::FilterYear;
use crate::dto::{Timestamp, words};

/// Whether the units below are shown too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Only the unit.
    #[default]
    None,
    /// The units directly below it too.
    Unit,
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JSON.
    Json,
    /// Comma-separated, UTF-8 with a byte order mark.
    Csv,
    /// A workbook.
    Xlsx,
    /// One JSON object in each line.
    Ndjson,
}

/// Which figures.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichFigures {
    /// The year.
    #[param(inline)]
    pub year: FilterYear,
    /// The unit; the caller's own one where nothing is said.
    pub organization_id: Option<Uuid>,
    /// As of this past instant, at least 60 seconds ago, so that it is answered the same again; now where nothing is said.
    pub as_of: Option<Timestamp>,
    /// As they were at the year's settlement.
    pub sealed: Option<bool>,
    /// `unit` adds the units directly below.
    #[param(inline)]
    pub by: Option<By>,
    /// The form of the answer; `Accept` says it too.
    #[param(inline)]
    pub format: Option<Format>,
}

/// Of which year.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichYear {
    /// The year.
    #[param(inline)]
    pub year: FilterYear,
}

/// Which rows.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichRows {
    /// The figure that the rows are behind; one of the family of the path.
    #[param(inline, value_type = words::Figure)]
    pub figure: Figure,
    /// The year.
    #[param(inline)]
    pub year: FilterYear,
    /// The unit; the caller's own one where nothing is said.
    pub organization_id: Option<Uuid>,
    /// As of this past instant, at least 60 seconds ago, so that it is answered the same again; now where nothing is said.
    pub as_of: Option<Timestamp>,
    /// As they were at the year's settlement.
    pub sealed: Option<bool>,
    /// Only hours that were earned in this way.
    #[param(value_type = Option<words::Way>)]
    pub way: Option<Way>,
    /// The form of the answer; `Accept` says it too. A file has all rows, 10,000 at most; more are taken out as an export.
    #[param(inline)]
    pub format: Option<Format>,
}
