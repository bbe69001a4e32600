//! Figures for supervision on the wire.

mod decimals;
mod questions;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use xueshi_domain::figures::Family;
use xueshi_domain::figures::formula::Derived;
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::registry::OrganizationKind;
use xueshi_domain::review::Stage;

use super::{Timestamp, words};
use crate::page;

pub use self::decimals::{Hundredths, Rate, TotalHours};
pub use self::questions::{By, Format, WhichFigures, WhichRows, WhichYear};

/// A unit that figures are about.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FigureUnit)]
pub struct UnitDto {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is.
    #[schema(value_type = words::OrganizationKind)]
    pub kind: OrganizationKind,
}

/// How a figure is computed from the others.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Formula)]
pub struct FormulaDto {
    /// The figure.
    #[schema(value_type = words::DerivedFigure)]
    pub figure: Derived,
    /// In the names of the other figures.
    pub formula: String,
    /// In Chinese.
    pub formula_zh: String,
}

impl From<Derived> for FormulaDto {
    fn from(figure: Derived) -> Self {
        Self {
            figure,
            formula: figure.formula().to_owned(),
            formula_zh: figure.formula_zh().to_owned(),
        }
    }
}

/// Hours that were earned in one way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HoursByWay {
    /// Public or professional.
    #[schema(value_type = words::Subject)]
    pub subject: Subject,
    /// How they were earned.
    #[schema(value_type = words::Way)]
    pub way: Way,
    /// How many.
    pub hours: TotalHours,
}

/// People, outcomes and hours.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CompletionFigures {
    /// People who count: employed and in scope now, or when the year's freeze began.
    pub people: i64,
    /// Of those, people without any record in the year.
    pub not_started: i64,
    /// Years begun and below a floor.
    pub in_progress: i64,
    /// Years completed in the year itself.
    pub completed_in_year: i64,
    /// Years completed by make-up.
    pub completed_by_makeup: i64,
    /// Years settled below a floor.
    pub incomplete: i64,
    /// Years that the person is exempt from.
    pub exempt: i64,
    /// Completed in the year, of those who owe it; null when nobody does.
    #[schema(required = true)]
    pub completion_rate: Option<Rate>,
    /// Years with a certificate that stands.
    pub certified: i64,
    /// Exceptional make-up granted, listed apart (M6).
    pub exceptional_makeup: i64,
    /// Approved hours, of everybody: whoever has left, too.
    pub hours: TotalHours,
    /// Public-required ones.
    pub hours_public: TotalHours,
    /// Professional ones.
    pub hours_professional: TotalHours,
    /// The part that was registered under make-up grants.
    pub hours_makeup: TotalHours,
    /// By subject and way; ways without hours are left out.
    pub hours_by_way: Vec<HoursByWay>,
}

/// Reviews of one stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageFigures {
    /// The stage.
    #[schema(value_type = words::Stage)]
    pub stage: Stage,
    /// Declarations that wait.
    pub waiting: i64,
    /// Of those, overdue ones (V3).
    pub overdue: i64,
    /// Decisions made.
    pub done: i64,
    /// Decisions in time.
    pub on_time: i64,
    /// Decisions made late.
    pub late: i64,
    /// Declarations that lapsed after their due day without a decision (A3a).
    pub lapsed_late: i64,
    /// Decisions in time, of all decisions.
    #[schema(required = true)]
    pub on_time_rate: Option<Rate>,
    /// Working days of a decision on average; the day of arrival is day 0.
    #[schema(required = true)]
    pub mean_working_days: Option<Hundredths>,
    /// Working days within which nine of ten decisions were made; 60 means 60 or more.
    #[schema(required = true)]
    pub p90_working_days: Option<u32>,
}

/// Reviews, by stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimelinessFigures {
    /// One entry for each stage.
    pub stages: Vec<StageFigures>,
}

/// Filings, plans, classes, attendees, units.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FilingFigures {
    /// Filings of training units that stand.
    pub filings_granted: i64,
    /// Filings suspended or revoked.
    pub filings_stopped: i64,
    /// Training plans handed in.
    pub plans_filed: i64,
    /// Training plans approved.
    pub plans_approved: i64,
    /// Approved plans with a class that was held.
    pub plans_held: i64,
    /// Classes.
    pub classes: i64,
    /// Classes whose roster is in.
    pub classes_held: i64,
    /// Classes held, of all classes.
    #[schema(required = true)]
    pub held_rate: Option<Rate>,
    /// People on the rosters of classes.
    pub attendees: i64,
    /// Advanced seminars approved.
    pub seminars_approved: i64,
    /// Advanced seminars closed.
    pub seminars_closed: i64,
    /// Units in use.
    pub units: i64,
    /// Units in use without an administrator (U1).
    pub units_without_administrator: i64,
}

/// Training funds; money in fen.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FundingFigures {
    /// Reports.
    pub funding_reports: i64,
    /// Yearly payroll.
    pub payroll: i64,
    /// Training funds accrued.
    pub accrued: i64,
    /// Training funds spent.
    pub spent: i64,
    /// Funds accrued, of the payroll.
    #[schema(required = true)]
    pub accrual_rate: Option<Rate>,
    /// Funds spent, of those accrued.
    #[schema(required = true)]
    pub spending_rate: Option<Rate>,
    /// Reports below the policy's floor (U5).
    pub below_floor: i64,
}

/// What the figures of a row are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FiguresScope {
    /// The unit with everything below it.
    Total,
    /// What the unit has by itself.
    Own,
    /// A unit directly below it, with everything below that.
    Unit,
}

impl FiguresScope {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Own => "own",
            Self::Unit => "unit",
        }
    }
}

/// Declares the answer of a family, and its rows in a file: generic types would get ugly names in the document.
macro_rules! reports {
    ($($(#[$doc:meta])* $report:ident, $of_unit:ident, $figures:ident,
        rows $row:ident, $page:ident, $list:ident, $sort:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct $report {
            /// The year.
            pub year: i32,
            /// The unit; the figures are of it and of everything below it.
            pub organization: UnitDto,
            /// The instant that they are of.
            pub as_of: Timestamp,
            /// Whether they are those of the year's settlement.
            pub sealed: bool,
            /// How derived figures are computed.
            pub formulae: Vec<FormulaDto>,
            /// The figures.
            pub total: $figures,
            /// With `by=unit`: the units directly below, and what the unit has by itself. They add up to the total.
            pub units: Vec<$of_unit>,
        }

        /// The figures of one of the units.
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct $of_unit {
            /// The unit.
            pub organization: UnitDto,
            /// Whether this is what the unit asked for has by itself.
            pub own: bool,
            /// The figures.
            pub figures: $figures,
        }

        /// The figures of the unit, or of one of its parts, as a row of a file.
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct $row {
            /// The year.
            pub year: i32,
            /// The unit that they are of.
            pub organization: UnitDto,
            /// Whether they are of the unit asked for, of what it has by itself, or of a unit below.
            #[schema(inline)]
            pub scope: FiguresScope,
            /// The instant that they are of.
            pub as_of: Timestamp,
            /// Whether they are those of the year's settlement.
            pub sealed: bool,
            /// The figures.
            pub figures: $figures,
        }

        page! {
            /// Rows of figures, as exports read them.
            pub struct $page of $row, list $list,
            sort $sort { Scope = "scope" } default "scope",
            expand [], sparse false
        }
    )+};
}

reports! {
    /// People, outcomes and hours of a unit.
    CompletionReport, CompletionOfUnit, CompletionFigures,
        rows CompletionRow, CompletionRowPage, CompletionRowList, CompletionRowSort;
    /// Reviews of a unit.
    TimelinessReport, TimelinessOfUnit, TimelinessFigures,
        rows TimelinessRow, TimelinessRowPage, TimelinessRowList, TimelinessRowSort;
    /// Filings, plans and classes of a unit.
    FilingReport, FilingOfUnit, FilingFigures,
        rows FilingRow, FilingRowPage, FilingRowList, FilingRowSort;
    /// Training funds of a unit.
    FundingStatistics, FundingOfUnit, FundingFigures,
        rows FundingRow, FundingRowPage, FundingRowList, FundingRowSort;
}

/// A row behind a figure. The amounts of all rows add up to the figure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FigureRow {
    /// What it is: `person`, `year`, `hours` (an approved declaration), `visit` (a stay at a stage), `unit`, `filing`, `plan`,
    /// `class`, `seminar`, `exceptional`, `funding`.
    pub kind: String,
    /// Its id; for a year the person's.
    pub id: Uuid,
    /// The unit that it counts for.
    pub organization_id: Uuid,
    /// The name of that unit.
    pub organization: String,
    /// The person, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub professional_id: Option<Uuid>,
    /// Their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub professional: Option<String>,
    /// The declaration, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub declaration_id: Option<Uuid>,
    /// Where it stands; of hours subject and way.
    pub state: String,
    /// What it contributes to the figure: 1, hours, people or fen.
    pub amount: TotalHours,
    /// From when on it has contributed that.
    pub since: Timestamp,
    /// By when the decision is due, of a stay at a stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub due_at: Option<Timestamp>,
    /// After how many working days the decision was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub working_days: Option<i32>,
}

/// What a reviewing unit will not finish before review ends (V9).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ReviewForecast)]
pub struct ForecastDto {
    /// The unit.
    pub organization_id: Uuid,
    /// Its name.
    pub organization: String,
    /// Declarations of the year that wait for it.
    pub waiting: i64,
    /// Of those, overdue ones (V3).
    pub overdue: i64,
    /// Its decisions in the last 20 working days before today.
    pub decided: i64,
    /// Decisions for each working day.
    pub pace: Hundredths,
    /// When review ends.
    pub review_ends: Timestamp,
    /// Whole working days after today until then.
    pub working_days_left: u32,
    /// Working days that it needs for what waits, at this pace; null when it decided nothing.
    #[schema(required = true)]
    pub working_days_needed: Option<i64>,
    /// What will be decided in time at this pace.
    pub will_finish: i64,
    /// What will still wait when review ends.
    pub will_not_finish: i64,
}

/// The formulae of a family.
#[must_use]
pub fn formulae(family: Family) -> Vec<FormulaDto> {
    let figures: &[Derived] = match family {
        Family::Completion => &[Derived::CompletionRate, Derived::NotStarted],
        Family::Timeliness => {
            &[Derived::OnTimeRate, Derived::MeanWorkingDays, Derived::P90WorkingDays]
        }
        Family::Filing => &[Derived::HeldRate],
        Family::Funding => &[Derived::AccrualRate, Derived::SpendingRate],
    };
    figures.iter().copied().map(FormulaDto::from).collect()
}
