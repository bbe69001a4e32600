//! Who counts as a professional, and while they do (rules U3, U4b).

use serde::{Deserialize, Serialize};
use time::Date;

use crate::refusal::Refusal;

text_enum! {
    /// The post that a person holds (U4b).
    pub enum Post {
        /// 专业技术岗位.
        Technical = "technical",
        /// 管理岗位, with a title.
        Management = "management",
        /// 参公管理: managed as a civil servant, out of scope.
        CivilServant = "civil_servant",
    }
}

text_enum! {
    /// The level of a title (U4b).
    pub enum TitleLevel {
        /// 员级.
        JuniorAssistant = "junior_assistant",
        /// 助理级.
        Assistant = "assistant",
        /// 中级.
        Intermediate = "intermediate",
        /// 副高级.
        AssociateSenior = "associate_senior",
        /// 正高级.
        Senior = "senior",
    }
}

/// The days on which a person is employed somewhere and counts (U3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Employment {
    /// The first day.
    #[serde(with = "crate::instant::iso_date")]
    pub from: Date,
    /// The day from which the person no longer counts (retired, left), if it has come to that.
    #[serde(default, with = "crate::instant::iso_date_option")]
    pub until: Option<Date>,
}

impl Employment {
    /// Whether the person counts on this day: from `from` on, and before `until`.
    #[must_use]
    pub fn is_active_on(self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// U3, U4: of a person's employments, latest first, the one that counts on a day; where none does, the latest, which says since
/// when. Of a person who was two records the one that goes on need not be the one that began last.
pub fn employment_of_day<T>(
    latest_first: impl IntoIterator<Item = T>,
    days_of: impl Fn(&T) -> Employment,
    day: Date,
) -> Option<T> {
    let mut latest = None;
    for job in latest_first {
        if days_of(&job).is_active_on(day) {
            return Some(job);
        }
        latest.get_or_insert(job);
    }
    latest
}

/// U3: only a person who is employed on the day can declare.
///
/// # Errors
/// [`Refusal::NotEmployed`], with the day on which the employment ended.
pub fn require_active(employment: Option<Employment>, day: Date) -> Result<(), Refusal> {
    match employment {
        Some(employment) if employment.is_active_on(day) => Ok(()),
        Some(employment) => {
            Err(Refusal::NotEmployed { since: employment.until.filter(|until| *until <= day) })
        }
        None => Err(Refusal::NotEmployed { since: None }),
    }
}

/// U4b: staff managed as civil servants are out of scope; management posts are in when the year's policy says so.
///
/// # Errors
/// [`Refusal::OutOfScope`].
pub const fn require_in_scope(post: Post, include_management_posts: bool) -> Result<(), Refusal> {
    match post {
        Post::Technical => Ok(()),
        Post::Management if include_management_posts => Ok(()),
        Post::Management | Post::CivilServant => Err(Refusal::OutOfScope { post }),
    }
}
