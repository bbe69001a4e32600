//! What the demo world's institutions offer: filings, plans, classes (P1–P3, H5).

use time::macros::{date, datetime};
use time::{Date, OffsetDateTime};
use xueshi_domain::Hours;
use xueshi_domain::class::ClassState;
use xueshi_domain::declaration::ClassFacts;
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::registry::{FilingState, PlanState};
use xueshi_persistence::{
    Class, Filing, Id, Moment, PlanItem, StoreError, Tenths, TrainingPlan, Word,
};

use super::super::clock::START;
use super::World;
use super::units::{Unit, Units};

/// A class that somebody attended, as the other files name it: its place in [`CLASSES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// 60 hours in July 2022.
    Of2022,
    /// 60 hours in March 2023.
    Spring,
    /// 60 hours in August 2023.
    Summer,
    /// E10: it began on 10 May 2023, the day before its plan was approved.
    BeforeApproval,
    /// Of the institution that is not filed.
    NotFiled,
}

struct PlanRow {
    title: &'static str,
    year: i32,
    approved_at: OffsetDateTime,
}

const PLANS: [PlanRow; 3] = [
    PlanRow {
        title: "2022年度培训计划", year: 2022, approved_at: datetime!(2022-03-01 11:00 +8)
    },
    PlanRow {
        title: "2023年度培训计划", year: 2023, approved_at: datetime!(2023-02-20 10:30 +8)
    },
    PlanRow {
        title: "2023年度培训计划（增补）",
        year: 2023,
        approved_at: datetime!(2023-05-11 15:20 +8),
    },
];

struct Row {
    unit: Unit,
    /// Which of [`PLANS`] its item stands in.
    plan: Option<usize>,
    title: &'static str,
    starts_on: Date,
    ends_on: Date,
    hours: u32,
    place: &'static str,
}

const CLASSES: [Row; 6] = [
    Row {
        unit: Unit::Base,
        plan: Some(0),
        title: "2022年专业技术人员知识更新研修班",
        starts_on: date!(2022 - 07 - 11),
        ends_on: date!(2022 - 07 - 22),
        hours: 60,
        place: "基地一号教室",
    },
    Row {
        unit: Unit::Base,
        plan: Some(1),
        title: "2023年专业技术人员知识更新研修班（春季）",
        starts_on: date!(2023 - 03 - 13),
        ends_on: date!(2023 - 03 - 24),
        hours: 60,
        place: "基地一号教室",
    },
    Row {
        unit: Unit::Base,
        plan: Some(1),
        title: "2023年专业技术人员知识更新研修班（夏季）",
        starts_on: date!(2023 - 08 - 07),
        ends_on: date!(2023 - 08 - 18),
        hours: 60,
        place: "基地报告厅",
    },
    Row {
        unit: Unit::Base,
        plan: Some(2),
        title: "网络安全专题班",
        starts_on: date!(2023 - 05 - 10),
        ends_on: date!(2023 - 05 - 12),
        hours: 24,
        place: "基地二号教室",
    },
    Row {
        unit: Unit::Institute,
        plan: None,
        title: "数据分析实训营",
        starts_on: date!(2023 - 07 - 10),
        ends_on: date!(2023 - 07 - 14),
        hours: 40,
        place: "示范职业培训学校机房",
    },
    // Announced: nobody has learnt there yet.
    Row {
        unit: Unit::Base,
        plan: Some(1),
        title: "2023年专业技术人员知识更新研修班（秋季）",
        starts_on: date!(2023 - 11 - 06),
        ends_on: date!(2023 - 11 - 17),
        hours: 60,
        place: "基地报告厅",
    },
];

/// Who may train in which year. The institute is missing on purpose.
const FILINGS: [(Unit, i32, OffsetDateTime); 2] = [
    (Unit::Base, 2022, datetime!(2022-01-20 10:00 +8)),
    (Unit::Base, 2023, datetime!(2023-01-16 10:00 +8)),
];

/// A class in its place.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: Id,
    pub(super) unit: Unit,
    pub(super) title: &'static str,
    pub(super) starts_on: Date,
    pub(super) ends_on: Date,
    pub(super) hours: Hours,
    /// What H5 wants to know about it.
    pub(super) facts: ClassFacts,
}

/// All of them, in the order of [`Course`].
#[derive(Debug, Default)]
pub(super) struct Classes(Vec<Held>);

impl Classes {
    /// One of them.
    pub(super) fn of(&self, course: Course) -> &Held {
        &self.0[course as usize]
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Held> {
        self.0.iter()
    }

    pub(super) fn load(world: &mut World<'_, '_>, units: &Units) -> Result<Self, StoreError> {
        for (unit, year, granted_at) in FILINGS {
            let applied = granted_at.saturating_sub(time::Duration::days(5));
            let id = world.ids.at(applied);
            world.writer.insert_filing(&Filing {
                jurisdiction_id: world.city,
                id,
                organization_id: units.of(unit).id,
                year,
                state: Word(FilingState::Granted),
                decided_at: Moment(granted_at),
                statement: "市级继续教育基地，承担全市专业科目培训".to_owned(),
                applied_by: None,
                stopped_at: None,
                version: 1,
                created_at: Moment(applied),
            })?;
        }
        let items = plans(world, units)?;
        let mut classes = Self::default();
        for (row, item) in CLASSES.iter().zip(items) {
            let plan = row.plan.map(|plan| &PLANS[plan]);
            let announced = time::OffsetDateTime::new_in_offset(
                row.starts_on,
                time::Time::MIDNIGHT,
                xueshi_domain::CHINA,
            )
            .saturating_sub(time::Duration::days(12));
            let id = world.ids.at(announced);
            let hours = whole(row.hours);
            // The rosters of all that have ended are in.
            let has_ended = row.ends_on < START.date();
            world.writer.insert_class(&Class {
                jurisdiction_id: world.city,
                id,
                organization_id: units.of(row.unit).id,
                plan_item_id: item,
                title: row.title.to_owned(),
                subject: Word(Subject::Professional),
                way: Word(Way::TrainingClass),
                starts_on: row.starts_on,
                ends_on: row.ends_on,
                hours: Tenths(hours),
                place: row.place.to_owned(),
                state: Word(if has_ended { ClassState::Held } else { ClassState::Announced }),
                cancel_reason: None,
                roster_revision: i32::from(has_ended),
                version: 1,
                created_at: Moment(announced),
            })?;
            let year = row.ends_on.year();
            let facts = ClassFacts {
                title: row.title.to_owned(),
                institution: units.of(row.unit).name.to_owned(),
                institution_filed: FILINGS
                    .iter()
                    .any(|(unit, filed, _)| (*unit, *filed) == (row.unit, year)),
                plan_approved_at: plan.map(|plan| plan.approved_at),
                began: row.starts_on,
                item_hours: plan.map(|_| hours),
                passed: true,
                class_id: Some(id.0),
                institution_id: Some(units.of(row.unit).id.0),
                filing: Some(FilingState::Granted),
                plan: plan.map(|_| PlanState::Approved),
            };
            let (title, starts_on, ends_on) = (row.title, row.starts_on, row.ends_on);
            let unit = row.unit;
            classes.0.push(Held { id, unit, title, starts_on, ends_on, hours, facts });
        }
        Ok(classes)
    }
}

/// The plans, with an item for each class that stands on one. Returns the items by class.
fn plans(world: &mut World<'_, '_>, units: &Units) -> Result<Vec<Option<Id>>, StoreError> {
    let mut items = vec![None; CLASSES.len()];
    for (index, row) in PLANS.iter().enumerate() {
        let written = row.approved_at.saturating_sub(time::Duration::days(8));
        let plan = TrainingPlan {
            jurisdiction_id: world.city,
            id: world.ids.at(written),
            organization_id: units.of(Unit::Base).id,
            year: row.year,
            title: row.title.to_owned(),
            state: Word(PlanState::Approved),
            approved_at: Some(Moment(row.approved_at)),
            submitted_by: None,
            version: 1,
            created_at: Moment(written),
        };
        let mut rows = Vec::new();
        for (class, item) in
            CLASSES.iter().zip(&mut items).filter(|(class, _)| class.plan == Some(index))
        {
            let id = world.ids.at(written);
            *item = Some(id);
            rows.push(PlanItem {
                jurisdiction_id: world.city,
                id,
                plan_id: plan.id,
                subject: Word(Subject::Professional),
                theme: class.title.to_owned(),
                hours: Tenths(whole(class.hours)),
                starts_on: class.starts_on,
                ends_on: class.ends_on,
                places: 60,
                audience: "全市专业技术人员".to_owned(),
                removed: false,
            });
        }
        world.writer.insert_training_plan(&plan, &rows)?;
    }
    Ok(items)
}

/// Whole hours.
pub(super) fn whole(hours: u32) -> Hours {
    Hours::from_tenths(hours.saturating_mul(10))
}
