//! Figures that are derived from others, with the formula that is published beside them.

use super::part::{MANAGEMENT, TECHNICAL};
use super::{Counts, Figure};

text_enum! {
    /// A derived figure.
    pub enum Derived {
        /// Completed in the year, of those who owe it.
        CompletionRate = "completion_rate",
        /// People who count and have nothing declared or decided in the year.
        NotStarted = "not_started",
        /// Decisions in time, of all decisions.
        OnTimeRate = "on_time_rate",
        /// Working days of a decision on average.
        MeanWorkingDays = "mean_working_days",
        /// Working days within which nine of ten decisions were made.
        P90WorkingDays = "p90_working_days",
        /// Classes held, of all classes.
        HeldRate = "held_rate",
        /// Training funds accrued, of the payroll.
        AccrualRate = "accrual_rate",
        /// Training funds spent, of those accrued.
        SpendingRate = "spending_rate",
    }
}

impl Derived {
    /// How it is computed, in the names of the other figures.
    #[must_use]
    pub const fn formula(self) -> &'static str {
        match self {
            Self::CompletionRate => "completed_in_year ÷ (people − exempt)",
            Self::NotStarted => {
                "people − in_progress − completed_in_year − completed_by_makeup − incomplete − exempt"
            }
            Self::OnTimeRate => "on_time ÷ done",
            Self::MeanWorkingDays => {
                "working days of all decisions ÷ done; the day of arrival is day 0"
            }
            Self::P90WorkingDays => {
                "the smallest number of working days within which at least 90 % of the decisions were made"
            }
            Self::HeldRate => "classes_held ÷ classes",
            Self::AccrualRate => "accrued ÷ payroll",
            Self::SpendingRate => "spent ÷ accrued",
        }
    }

    /// The same in Chinese.
    #[must_use]
    pub const fn formula_zh(self) -> &'static str {
        match self {
            Self::CompletionRate => "当年完成人数 ÷（冻结时在职应计人数 − 免修人数）",
            Self::NotStarted => "应计人数 − 进行中 − 当年完成 − 补学完成 − 未完成 − 免修",
            Self::OnTimeRate => "按时审核件数 ÷ 审核件数",
            Self::MeanWorkingDays => "审核所用工作日合计 ÷ 审核件数（到达当日为第 0 日）",
            Self::P90WorkingDays => "使不少于九成的审核得以完成的最少工作日数",
            Self::HeldRate => "已举办班次 ÷ 全部班次",
            Self::AccrualRate => "计提经费 ÷ 工资总额",
            Self::SpendingRate => "支出经费 ÷ 计提经费",
        }
    }
}

/// A ratio in ten-thousandths, rounded half up; none when there is nothing to divide by.
#[must_use]
pub fn ratio(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| {
        let (part, whole) = (i128::from(part), i128::from(whole));
        let rounded = (part * 20_000 + whole).div_euclid(whole * 2);
        i64::try_from(rounded).unwrap_or(i64::MAX)
    })
}

/// The people who count in a year, from the counters of people at its freeze, or of now before it (U4b).
#[must_use]
pub fn people(counts: &Counts, include_management_posts: bool) -> i64 {
    let management = if include_management_posts { counts.get(MANAGEMENT) } else { 0 };
    counts.get(TECHNICAL).saturating_add(management)
}

/// The completion rate in ten-thousandths.
#[must_use]
pub fn completion_rate(people: i64, year: &Counts) -> Option<i64> {
    let owing = people - year.get(Figure::Exempt.as_str());
    ratio(year.get(Figure::CompletedInYear.as_str()), owing)
}

/// People who count and have no record in the year.
#[must_use]
pub fn not_started(people: i64, year: &Counts) -> i64 {
    [
        Figure::InProgress,
        Figure::CompletedInYear,
        Figure::CompletedByMakeup,
        Figure::Incomplete,
        Figure::Exempt,
    ]
    .iter()
    .fold(people, |rest, figure| rest - year.get(figure.as_str()))
}
