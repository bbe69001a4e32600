//! Exports on the wire (ADR 0026).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use xueshi_domain::export::{ExportFormat, ExportList};
use xueshi_domain::job::JobState;
use xueshi_persistence::{Export, Job};

use super::{Timestamp, words};
use crate::page;

/// A list to take out as a file.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NewExport {
    /// Which list.
    #[schema(value_type = words::ExportList)]
    pub list: ExportList,
    /// The list's own filters, and `sort`, as texts: what its address would have behind the question mark. `roster` needs `class_id`, `lapses`
    /// and the figures need `year`, and `figure_rows` needs `figure` and `year`.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(required = false)]
    pub parameters: BTreeMap<String, String>,
    /// What the file is to be.
    #[schema(value_type = words::ExportFormat)]
    pub format: ExportFormat,
}

/// A list that is taken out as a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Export)]
pub struct ExportDto {
    /// Its id, and that of its job.
    pub id: Uuid,
    /// Which list.
    #[schema(value_type = words::ExportList)]
    pub list: ExportList,
    /// The list's parameters.
    pub parameters: BTreeMap<String, String>,
    /// What the file is.
    #[schema(value_type = words::ExportFormat)]
    pub format: ExportFormat,
    /// How far it has come.
    #[schema(value_type = words::JobState)]
    pub state: JobState,
    /// Why it was given up: a code. `forbidden` where whoever asked may not read the list any more.
    #[schema(required = true)]
    pub failure: Option<String>,
    /// Rows so far.
    #[schema(minimum = 0)]
    pub rows: i64,
    /// Where the file is once the export has succeeded; null before, and some days after.
    #[schema(required = true)]
    pub file: Option<String>,
    /// Its job, with progress and pace.
    pub job: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was over.
    #[schema(required = true)]
    pub finished_at: Option<Timestamp>,
}

impl ExportDto {
    /// An export with its job.
    #[must_use]
    pub fn new(export: &Export, job: &Job) -> Self {
        let is_there = job.state.0 == JobState::Succeeded && export.removed_at.is_none();
        Self {
            id: export.id.0,
            list: export.list.0,
            parameters: serde_json::from_str(&export.parameters).unwrap_or_default(),
            format: export.format.0,
            state: job.state.0,
            failure: job.failure.clone(),
            rows: export.row_count,
            file: is_there.then(|| format!("/v1/exports/{}/file", export.id)),
            job: format!("/v1/jobs/{}", job.id),
            created_at: export.created_at.into(),
            finished_at: export.finished_at.map(Timestamp::from),
        }
    }
}

page! {
    /// Exports, the newest first.
    pub struct ExportPage of ExportDto, list ExportRows,
    sort ExportSort { CreatedAt = "created_at" } default "-created_at",
    expand [], sparse true
}

/// Which exports.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportParams {
    /// Only of this list.
    #[param(value_type = Option<words::ExportList>)]
    pub list: Option<ExportList>,
}
