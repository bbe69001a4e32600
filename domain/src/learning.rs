//! What is learned, how, when, and what proves it.

use serde::{Deserialize, Deserializer, Serialize};
use time::Date;

use crate::refusal::Refusal;

text_enum! {
    /// The two kinds of subject, each with its own floor (H1).
    pub enum Subject {
        /// 公需科目: from the year's listed platforms (H6).
        Public = "public",
        /// 专业科目: from classes on an approved plan (H5), or converted (H8).
        Professional = "professional",
    }
}

text_enum! {
    /// The ways of earning hours (H8; regulation, article 11).
    pub enum Way {
        /// 培训班.
        TrainingClass = "training_class",
        /// 研修班、进修班.
        Seminar = "seminar",
        /// 高级研修班 (P6).
        AdvancedSeminar = "advanced_seminar",
        /// 远程教育.
        DistanceCourse = "distance_course",
        /// 学术会议、学术讲座.
        Conference = "conference",
        /// 学历（学位）教育.
        DegreeStudy = "degree_study",
        /// 继续教育实践活动.
        Practice = "practice",
        /// 论文、论著.
        PublishedWork = "published_work",
        /// 专利.
        Patent = "patent",
        /// 课题、项目.
        Project = "project",
        /// 其他方式.
        Other = "other",
    }
}

impl Way {
    /// Whether a trainer gives these hours, in a class (H5).
    ///
    /// **Reading**: article 11's classes, seminars and distance courses have a trainer; conferences, practice and results have
    /// none, and are converted by the policy's table (H8).
    #[must_use]
    pub const fn is_taught(self) -> bool {
        match self {
            Self::TrainingClass | Self::Seminar | Self::AdvancedSeminar | Self::DistanceCourse => {
                true
            }
            Self::Conference
            | Self::DegreeStudy
            | Self::Practice
            | Self::PublishedWork
            | Self::Patent
            | Self::Project
            | Self::Other => false,
        }
    }

    /// Whether its hours are time spent, so that a day holds only so many of them (H9).
    ///
    /// **Reading**: a paper, a patent or a project counts a converted number of hours on the day it is accepted.
    #[must_use]
    pub const fn is_time_spent(self) -> bool {
        match self {
            Self::PublishedWork | Self::Patent | Self::Project => false,
            Self::TrainingClass
            | Self::Seminar
            | Self::AdvancedSeminar
            | Self::DistanceCourse
            | Self::Conference
            | Self::DegreeStudy
            | Self::Practice
            | Self::Other => true,
        }
    }
}

text_enum! {
    /// What a piece of evidence is (H10); the policy names the kinds that each way needs.
    pub enum EvidenceKind {
        /// 结业证书.
        Certificate = "certificate",
        /// 参会（听课）证明.
        ProofOfAttendance = "proof_of_attendance",
        /// 会议日程、课程表.
        Programme = "programme",
        /// 论文、论著原文及收录证明.
        PublishedWork = "published_work",
        /// 专利证书.
        PatentCertificate = "patent_certificate",
        /// 学历、学位证书.
        Diploma = "diploma",
        /// 单位证明.
        EmployerStatement = "employer_statement",
        /// 课题、项目验收材料.
        ProjectAcceptance = "project_acceptance",
        /// 其他材料.
        Other = "other",
    }
}

/// The days on which something was learned, both included, all in one calendar year (H2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct LearningSpan {
    #[serde(with = "crate::instant::iso_date")]
    start: Date,
    #[serde(with = "crate::instant::iso_date")]
    end: Date,
}

impl LearningSpan {
    /// A span from its first to its last day.
    ///
    /// # Errors
    /// [`Refusal::LearningDatesInverted`] when it ends before it starts, [`Refusal::SpansTwoYears`] when New Year lies within
    /// it (H2: it must be split).
    pub fn new(start: Date, end: Date) -> Result<Self, Refusal> {
        if end < start {
            Err(Refusal::LearningDatesInverted { start, end })
        } else if start.year() != end.year() {
            Err(Refusal::SpansTwoYears { start, end })
        } else {
            Ok(Self { start, end })
        }
    }

    /// The first day.
    #[must_use]
    pub const fn start(self) -> Date {
        self.start
    }

    /// The last day.
    #[must_use]
    pub const fn end(self) -> Date {
        self.end
    }

    /// The year that the hours belong to: the one in which the learning ended (H2).
    #[must_use]
    pub const fn year(self) -> i32 {
        self.end.year()
    }

    /// How many days it covers: 1 to 366.
    #[must_use]
    pub fn days(self) -> u32 {
        u32::from(self.end.ordinal().saturating_sub(self.start.ordinal())) + 1
    }

    /// Whether the two spans have a day in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

impl<'de> Deserialize<'de> for LearningSpan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Days {
            #[serde(with = "crate::instant::iso_date")]
            start: Date,
            #[serde(with = "crate::instant::iso_date")]
            end: Date,
        }

        let days = Days::deserialize(deserializer)?;
        Self::new(days.start, days.end).map_err(|refusal| serde::de::Error::custom(refusal.code()))
    }
}
