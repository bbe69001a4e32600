//! A year's policy: everything that a later year could decide otherwise (rule W3).
//!
//! A policy is a JSON document. Reading it checks its shape; [`Policy::validate`] checks that it makes sense.

mod builtin;
mod publish;
mod validate;

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use crate::hours::Hours;
use crate::learning::{EvidenceKind, Way};
use crate::refusal::Refusal;

pub use builtin::{ZHENGZHOU, ZHENGZHOU_YEARS, zhengzhou_document};
pub use publish::{DocumentChange, changes};
pub use validate::{PolicyProblem, PolicyProblemKind};

/// The rules of one year (W3). One version of it: who published it, when and why is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The calendar year.
    pub year: i32,
    /// The hours that make the year complete (H1).
    pub floors: Floors,
    /// When what may be done.
    pub windows: Windows,
    /// How long a review may take (V1, V5).
    pub review: ReviewTerms,
    /// Limits of a declaration (H9, H10).
    pub limits: Limits,
    /// The conversion table: ways that are not counted in class hours (H8, H10).
    pub conversion: Vec<ConversionRule>,
    /// Codes of the year's free learning platforms (H6).
    pub platforms: Vec<String>,
    /// The year's themes of the public-required subject.
    pub themes: Vec<String>,
    /// Which prior years can be made up, and how (M1, W4).
    pub makeup: MakeupTerms,
    /// Whether people in management posts who hold a title are in (U4b).
    pub include_management_posts: bool,
    /// The rates that funding is measured by (U5).
    pub funding: FundingTerms,
    /// What an advanced seminar may be (P6).
    #[serde(default)]
    pub seminars: SeminarTerms,
    /// Who is let off without an absence (A6).
    #[serde(default, skip_serializing_if = "ExemptionTerms::lets_nobody_off")]
    pub exemptions: ExemptionTerms,
}

/// The three floors, each checked by itself (H1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floors {
    /// All hours together.
    pub total: Hours,
    /// Public-required hours.
    pub public: Hours,
    /// Professional hours.
    pub professional: Hours,
}

/// A half-open time: from `opens` on, before `closes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The first instant inside.
    #[serde(with = "crate::instant::rfc3339")]
    pub opens: OffsetDateTime,
    /// The first instant after it.
    #[serde(with = "crate::instant::rfc3339")]
    pub closes: OffsetDateTime,
}

impl Window {
    /// Whether the instant lies inside: `opens` does, `closes` does not.
    #[must_use]
    pub fn contains(&self, instant: OffsetDateTime) -> bool {
        self.opens <= instant && instant < self.closes
    }

    /// Whether the two have an instant in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.opens < other.closes && other.opens < self.closes
    }

    /// Whether it ends before it begins, or lasts no time.
    #[must_use]
    pub fn is_inverted(&self) -> bool {
        self.closes <= self.opens
    }
}

/// The year's calendar (rulebook, "Windows").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// Declaring and submitting.
    pub declare: Window,
    /// Approving, returning, rejecting, verifying, issuing.
    pub review: Window,
    /// Applying for make-up, and the review of it; none from 2024 on (W4).
    #[serde(default)]
    pub makeup_application: Option<Window>,
    /// End of study under a grant.
    #[serde(default, with = "crate::instant::rfc3339_option")]
    pub makeup_study_closes: Option<OffsetDateTime>,
    /// End of registering prior-year hours under a grant, and of their review.
    #[serde(default, with = "crate::instant::rfc3339_option")]
    pub makeup_registration_closes: Option<OffsetDateTime>,
    /// The year-end freeze, in which nothing of any year changes (W1).
    pub freeze: Window,
}

text_enum! {
    /// From when the working days of a stage are counted (V1).
    pub enum Counting {
        /// Each stage from the day it arrived there (the notice's 均, as the rulebook reads it).
        PerStage = "per_stage",
        /// Both stages from the day of the declaration.
        FromDeclaration = "from_declaration",
    }
}

/// How long a review may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewTerms {
    /// Working days for each stage (V1).
    pub working_days_per_stage: u32,
    /// From when they are counted (V1).
    pub counting: Counting,
    /// Below how many working days before the end of review a submission is warned (V5).
    pub warn_below_working_days: u32,
}

/// Limits of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The hours that one day of learning can hold (H9).
    pub max_hours_per_day: Hours,
    /// The size of one attachment in bytes (H10).
    pub attachment_max_bytes: u64,
    /// How many attachments a declaration can have (H10).
    pub attachments_per_declaration: u32,
}

impl Limits {
    /// H10: whether one more attachment of this size can be added to a declaration that has `existing` of them.
    ///
    /// # Errors
    /// [`Refusal::AttachmentTooLarge`], [`Refusal::TooManyAttachments`].
    pub const fn check_attachment(&self, existing: u32, bytes: u64) -> Result<(), Refusal> {
        if bytes > self.attachment_max_bytes {
            Err(Refusal::AttachmentTooLarge { bytes, max_bytes: self.attachment_max_bytes })
        } else if existing >= self.attachments_per_declaration {
            Err(Refusal::TooManyAttachments { max: self.attachments_per_declaration })
        } else {
            Ok(())
        }
    }
}

/// One line of the conversion table (H8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConversionRule {
    /// The way of earning.
    pub way: Way,
    /// The most hours that one declaration can give.
    #[serde(default)]
    pub max_hours_each: Option<Hours>,
    /// The most hours of this way in the year.
    #[serde(default)]
    pub max_hours_per_year: Option<Hours>,
    /// The kinds of evidence, one of which is needed (H10). None: not on a person's own declaration.
    pub evidence: Vec<EvidenceKind>,
    /// A note for people, in Chinese.
    #[serde(default)]
    pub note: Option<String>,
}

/// Which prior years can be made up, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeupTerms {
    /// The earliest year that can be made up (M1).
    pub earliest_year: i32,
    /// Whether only exceptional make-up is left, with a stated special reason (W4, M6).
    pub exceptional_only: bool,
}

/// The rates that a unit's training funds are measured by (U5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundingTerms {
    /// The floor, in hundredths of a per cent of the payroll: 150 is 1.5 %.
    pub floor_rate_basis_points: u32,
    /// The tax-deductible ceiling, in hundredths of a per cent of the payroll: 800 is 8 %.
    pub deductible_rate_basis_points: u32,
}

/// What an advanced seminar may be (P6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeminarTerms {
    /// The most people that one can admit.
    pub max_places: u32,
}

impl Default for SeminarTerms {
    /// 70, the size that the national measures name: for policies that say nothing of seminars.
    fn default() -> Self {
        Self { max_places: 70 }
    }
}

/// Who can be exempt from the year without an absence (A6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExemptionTerms {
    /// People whose employment began in the year, on this day or later, can be exempt from it. None: nobody is let off for
    /// having joined late, and hours are never pro-rated.
    #[serde(default, with = "crate::instant::iso_date_option")]
    pub joined_from: Option<Date>,
}

impl ExemptionTerms {
    /// Whether only an absence is a ground: a document that says no more is written as it was before this member existed.
    #[must_use]
    pub const fn lets_nobody_off(&self) -> bool {
        self.joined_from.is_none()
    }
}

impl Policy {
    /// Reads a policy document. Its sense is a second question: [`Policy::validate`].
    ///
    /// # Errors
    /// [`PolicyDocumentError`] when the text is not JSON of exactly this shape.
    pub fn from_json(text: &str) -> Result<Self, PolicyDocumentError> {
        serde_json::from_str(text)
            .map_err(|error| PolicyDocumentError { message: error.to_string() })
    }

    /// The line of the conversion table for a way (H8).
    #[must_use]
    pub fn conversion_of(&self, way: Way) -> Option<&ConversionRule> {
        self.conversion.iter().find(|rule| rule.way == way)
    }

    /// Whether a platform is on the year's list (H6).
    #[must_use]
    pub fn lists_platform(&self, code: &str) -> bool {
        self.platforms.iter().any(|listed| listed == code)
    }
}

/// A text that is not a policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocumentError {
    message: String,
}

impl fmt::Display for PolicyDocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PolicyDocumentError {}
