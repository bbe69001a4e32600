//! What people of the demo world learnt, and the records of it that platforms and institutions delivered.

use time::{Date, Duration, OffsetDateTime, Time};
use xueshi_domain::declaration::LearningSource as Source;
use xueshi_domain::learning::{EvidenceKind, Subject, Way};
use xueshi_domain::registry::LearningSource;
use xueshi_domain::{CHINA, Hours};
use xueshi_persistence::{Id, LearningRecord, Moment, StoreError, Tenths, Word};

use super::World;
use super::classes::{Classes, Course, whole};

/// One thing that somebody learnt.
#[derive(Debug, Clone, Copy)]
pub(super) enum Learned {
    /// The year's public-required course of a platform (H6).
    Public { platform: &'static str, start: Date, end: Date, hours: u32 },
    /// A class, by its roster (P4).
    Class { course: Course, passed: bool },
    /// Professional learning on the person's own word, with evidence (H10).
    Own {
        way: Way,
        title: &'static str,
        start: Date,
        end: Date,
        hours: u32,
        evidence: EvidenceKind,
    },
}

/// The same in the words of a declaration.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) subject: Subject,
    pub(super) way: Way,
    pub(super) title: String,
    pub(super) hours: Hours,
    pub(super) start: Date,
    pub(super) end: Date,
    pub(super) source: Source,
}

impl Learned {
    pub(super) fn content(self, classes: &Classes) -> Content {
        match self {
            Self::Public { platform, start, end, hours } => Content {
                subject: Subject::Public,
                way: Way::DistanceCourse,
                title: format!("{}年度专业技术人员公需科目", end.year()),
                hours: whole(hours),
                start,
                end,
                source: Source::PlatformCompletion { platform: platform.to_owned() },
            },
            Self::Class { course, passed } => {
                let class = classes.of(course);
                let mut facts = class.facts.clone();
                facts.passed = passed;
                Content {
                    subject: Subject::Professional,
                    way: Way::TrainingClass,
                    title: class.title.to_owned(),
                    hours: class.hours,
                    start: class.starts_on,
                    end: class.ends_on,
                    source: Source::Roster(facts),
                }
            }
            Self::Own { way, title, start, end, hours, evidence } => Content {
                subject: Subject::Professional,
                way,
                title: title.to_owned(),
                hours: whole(hours),
                start,
                end,
                source: Source::SelfDeclared { evidence: vec![evidence] },
            },
        }
    }

    /// Stores the record that a platform or an institution delivered, three days after the learning ended.
    pub(super) fn deliver(
        self,
        world: &mut World<'_, '_>,
        person: Id,
        classes: &Classes,
        declared: bool,
    ) -> Result<Option<Id>, StoreError> {
        let (source, passed, platform, class) = match self {
            Self::Public { platform, .. } => (LearningSource::Platform, true, Some(platform), None),
            Self::Class { course, passed } => {
                (LearningSource::Roster, passed, None, Some(classes.of(course).id))
            }
            Self::Own { .. } => return Ok(None),
        };
        let content = self.content(classes);
        let morning =
            OffsetDateTime::new_in_offset(content.end, Time::MIDNIGHT, CHINA) + Duration::hours(9);
        let delivered = morning.saturating_add(Duration::days(3));
        let id = world.ids.at(delivered);
        world.writer.insert_learning_record(&LearningRecord {
            jurisdiction_id: world.city,
            professional_id: person,
            id,
            year: content.end.year(),
            source: Word(source),
            subject: Word(content.subject),
            way: Word(content.way),
            title: content.title,
            hours: Tenths(content.hours),
            started_on: content.start,
            completed_on: content.end,
            passed,
            platform_code: platform.map(str::to_owned),
            course_code: platform.map(|_| format!("gx-{}", content.end.year())),
            class_id: class,
            seminar_id: None,
            declared,
            corrected_hours: None,
            corrected_passed: None,
            created_at: Moment(delivered),
        })?;
        Ok(Some(id))
    }
}
