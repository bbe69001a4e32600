//! A person's year on one screen.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;
use xueshi_domain::calendar::{WindowKind, WindowStatus};
use xueshi_domain::learning::Subject;
use xueshi_domain::ledger::{Assessment, Breakdown, BySubject, Outcome, RecordState};
use xueshi_persistence::{
    Certificate, Declaration, LearningRecord, MakeupGrant, Professional, ReportedYear,
};

use super::acknowledgements::YearSync;
use super::annual_records::{CertificateSummary, Hours};
use super::makeup_grants::MakeupGrantDto;
use super::{Amount, Timestamp, words};

/// A person's year: what is required, reached, under way and missing, and what to do next.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = YearOverview)]
pub struct YearDto {
    /// The person.
    pub professional_id: Uuid,
    /// Their name.
    pub name: String,
    /// The year.
    pub year: i32,
    /// Where it stands.
    #[schema(value_type = words::RecordState)]
    pub state: RecordState,
    /// How the year ended, from its settlement on; make-up and reinstatement may follow (A3, A4, M5).
    #[schema(required = true, value_type = Option<words::YearOutcome>)]
    pub outcome: Option<Outcome>,
    /// The three floors (H1).
    pub requirement: Hours,
    /// Approved hours.
    pub approved: Hours,
    /// Those of the approved hours that were registered under a make-up grant (M4, M5).
    pub makeup: Hours,
    /// Hours under review.
    pub pending: Hours,
    /// What is missing of each floor.
    pub shortfall: Hours,
    /// What is above each floor; it never moves to another year (H3).
    pub excess: Hours,
    /// The year's windows as of now (W5).
    pub windows: Vec<WindowDto>,
    /// The latest make-up grant for this year: under it, hours of the year can still be earned (M3).
    #[schema(required = true)]
    pub makeup_grant: Option<MakeupGrantDto>,
    /// What waits for a decision, and until when.
    pub due: Vec<DueDto>,
    /// The certificate that stands.
    #[schema(required = true)]
    pub certificate: Option<CertificateSummary>,
    /// What to do next, most urgent first.
    pub next_actions: Vec<NextAction>,
    /// How far the provincial platform has the year; null while nothing was declared.
    #[schema(required = true)]
    pub sync: Option<YearSync>,
    /// The year as another system knows it, beside what is kept here (H4); null where none told of it.
    #[schema(required = true)]
    pub reported: Option<ReportedYearDto>,
    /// The version of the policy in force.
    pub policy_version: i32,
    /// Grows with every change of the year's totals; 0 while nothing was declared.
    pub version: i32,
}

/// What a [`YearDto`] is made of.
pub struct YearParts<'a> {
    /// The person.
    pub person: &'a Professional,
    /// The year.
    pub year: i32,
    /// Where it stands.
    pub state: RecordState,
    /// How it ended, once it was settled.
    pub outcome: Option<Outcome>,
    /// The floors.
    pub requirement: Breakdown,
    /// The hours.
    pub assessment: &'a Assessment,
    /// Those of the approved hours that were made up.
    pub made_up: BySubject,
    /// The latest make-up grant for the year.
    pub makeup_grant: Option<MakeupGrantDto>,
    /// The windows.
    pub windows: Vec<WindowStatus>,
    /// All declarations of the year.
    pub declarations: &'a [Declaration],
    /// The certificate that stands.
    pub certificate: Option<CertificateSummary>,
    /// What to do next.
    pub next_actions: Vec<NextAction>,
    /// How far the provincial platform has it.
    pub sync: Option<YearSync>,
    /// What another system says of it.
    pub reported: Option<ReportedYearDto>,
    /// The record's version.
    pub version: i32,
    /// The policy's version.
    pub policy_version: i32,
    /// As of when.
    pub now: OffsetDateTime,
}

impl YearDto {
    /// The year from its parts.
    pub fn new(parts: YearParts<'_>) -> Self {
        let assessment = parts.assessment;
        let due =
            parts.declarations.iter().filter_map(|declaration| DueDto::of(declaration, parts.now));
        Self {
            professional_id: parts.person.professional_id.0,
            name: parts.person.name.clone(),
            year: parts.year,
            state: parts.state,
            outcome: parts.outcome,
            requirement: parts.requirement.into(),
            approved: assessment.approved.into(),
            makeup: Breakdown::from(parts.made_up).into(),
            pending: assessment.pending.into(),
            shortfall: assessment.shortfall.into(),
            excess: assessment.excess.into(),
            windows: parts.windows.iter().map(WindowDto::from).collect(),
            makeup_grant: parts.makeup_grant,
            due: due.collect(),
            certificate: parts.certificate,
            next_actions: parts.next_actions,
            sync: parts.sync,
            reported: parts.reported,
            policy_version: parts.policy_version,
            version: parts.version,
        }
    }
}

/// A prior year as another system knows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ReportedYear)]
pub struct ReportedYearDto {
    /// Which system.
    pub source: String,
    /// How the year ended there.
    #[schema(value_type = words::YearOutcome)]
    pub outcome: Outcome,
    /// Public-required hours there.
    pub public_hours: Amount,
    /// Professional hours there.
    pub professional_hours: Amount,
    /// When it was told.
    pub reported_at: Timestamp,
}

impl From<ReportedYear> for ReportedYearDto {
    fn from(row: ReportedYear) -> Self {
        Self {
            source: row.source,
            outcome: row.outcome.0,
            public_hours: row.public_hours.into(),
            professional_hours: row.professional_hours.into(),
            reported_at: row.reported_at.into(),
        }
    }
}

/// A window of a year.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WindowStatus)]
pub struct WindowDto {
    /// Which.
    #[schema(value_type = words::WindowKind)]
    pub kind: WindowKind,
    /// Its first instant.
    pub opens: Timestamp,
    /// The first instant after it.
    pub closes: Timestamp,
    /// Whether it is open now.
    pub is_open: bool,
    /// Seconds until it closes, while it is open.
    #[schema(required = true)]
    pub seconds_left: Option<i64>,
    /// When a window of this kind opens next.
    #[schema(required = true)]
    pub next_opening: Option<Timestamp>,
}

/// A declaration that waits for a decision.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DueDecision)]
pub struct DueDto {
    /// The declaration.
    pub declaration_id: Uuid,
    /// The unit that must decide.
    pub holder_id: Uuid,
    /// By when.
    pub due_at: Timestamp,
    /// Whether it is late (V3).
    pub overdue: bool,
}

impl From<&WindowStatus> for WindowDto {
    fn from(status: &WindowStatus) -> Self {
        Self {
            kind: status.kind,
            opens: status.opens.into(),
            closes: status.closes.into(),
            is_open: status.is_open,
            seconds_left: status.seconds_left,
            next_opening: status.next_opening.map(Timestamp::from),
        }
    }
}

impl DueDto {
    fn of(declaration: &Declaration, now: OffsetDateTime) -> Option<Self> {
        let (holder, due) = declaration.holder_id.zip(declaration.due_at)?;
        Some(Self {
            declaration_id: declaration.id.0,
            holder_id: holder.0,
            due_at: due.into(),
            overdue: declaration.is_overdue(now),
        })
    }
}

/// Something that the person can do, or wait for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NextAction {
    /// What.
    pub action: ActionKind,
    /// The subject concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::Subject, required = false)]
    pub subject: Option<Subject>,
    /// The hours concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub hours: Option<Amount>,
    /// The declaration concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub declaration_id: Option<Uuid>,
    /// The learning record concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub learning_record_id: Option<Uuid>,
    /// The make-up grant under which it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub makeup_grant_id: Option<Uuid>,
    /// The certificate concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub certificate_number: Option<String>,
    /// Until when, where something is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub due_at: Option<Timestamp>,
    /// Whether that is late (V3).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub overdue: Option<bool>,
}

/// Kinds of next actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NextActionKind)]
pub enum ActionKind {
    /// Declare delivered learning.
    Declare,
    /// Submit a draft.
    Submit,
    /// Correct a returned declaration and submit it again.
    Correct,
    /// Wait for a decision.
    Wait,
    /// Learn more.
    Learn,
    /// Wait for the reviewing body to verify the year.
    AwaitVerification,
    /// Open the certificate.
    OpenCertificate,
}

impl NextAction {
    fn new(action: ActionKind) -> Self {
        Self {
            action,
            subject: None,
            hours: None,
            declaration_id: None,
            learning_record_id: None,
            makeup_grant_id: None,
            certificate_number: None,
            due_at: None,
            overdue: None,
        }
    }

    fn about(action: ActionKind, declaration: &Declaration) -> Self {
        Self {
            subject: Some(declaration.subject.0),
            hours: Some(declaration.hours.into()),
            declaration_id: Some(declaration.id.0),
            ..Self::new(action)
        }
    }

    /// Submit a draft.
    pub fn submit(declaration: &Declaration) -> Self {
        Self::about(ActionKind::Submit, declaration)
    }

    /// Correct what was returned.
    pub fn correct(declaration: &Declaration) -> Self {
        Self::about(ActionKind::Correct, declaration)
    }

    /// Wait for a decision.
    pub fn wait(declaration: &Declaration, now: OffsetDateTime) -> Self {
        Self {
            due_at: declaration.due_at.map(Timestamp::from),
            overdue: declaration.due_at.map(|_| declaration.is_overdue(now)),
            ..Self::about(ActionKind::Wait, declaration)
        }
    }

    /// Declare what was delivered.
    pub fn declare(record: &LearningRecord) -> Self {
        Self {
            subject: Some(record.subject.0),
            hours: Some(record.hours.into()),
            learning_record_id: Some(record.id.0),
            ..Self::new(ActionKind::Declare)
        }
    }

    /// The same under a make-up grant.
    #[must_use]
    pub fn under(self, grant: &MakeupGrant) -> Self {
        Self { makeup_grant_id: Some(grant.id.0), ..self }
    }

    /// Learn so many hours more.
    pub fn learn(subject: Subject, hours: xueshi_domain::Hours) -> Self {
        Self { subject: Some(subject), hours: Some(hours.into()), ..Self::new(ActionKind::Learn) }
    }

    /// Wait for verification.
    pub fn await_verification() -> Self {
        Self::new(ActionKind::AwaitVerification)
    }

    /// Open the certificate.
    pub fn certificate(certificate: &Certificate) -> Self {
        Self {
            certificate_number: Some(certificate.number.clone()),
            ..Self::new(ActionKind::OpenCertificate)
        }
    }
}
