//! Counters as published figures, and as columns of a table.

use xueshi_domain::figures::formula::{completion_rate, not_started, people, ratio};
use xueshi_domain::figures::part::way_counter;
use xueshi_domain::figures::{Counts, Figure, Histogram};
use xueshi_domain::learning::{Subject, Way};
use xueshi_domain::review::Stage;
use xueshi_persistence::UnitCounts;

use crate::dto::statistics::{
    CompletionFigures, FilingFigures, FundingFigures, HoursByWay, Hundredths, Rate, StageFigures,
    TimelinessFigures, TotalHours,
};
use crate::export::{Cell, Column, column};
use crate::problem::terms::Term;

/// The figures of one family.
pub trait Figures: Sized {
    /// From counters.
    fn of(counts: &UnitCounts) -> Self;
    /// The heads of the columns of a table.
    fn columns() -> Vec<Column>;
    /// One row of the table.
    fn cells(&self) -> Vec<Cell>;
}

fn figure(counts: &Counts, figure: Figure) -> i64 {
    counts.get(figure.as_str())
}

fn rate(part: i64, whole: i64) -> Option<Rate> {
    ratio(part, whole).map(Rate)
}

impl Figures for CompletionFigures {
    fn of(counts: &UnitCounts) -> Self {
        let year = &counts.year;
        let people = people(&counts.standing, counts.include_management);
        let hours = |which| TotalHours(figure(year, which));
        let ways = Subject::ALL.iter().flat_map(|subject| {
            Way::ALL.iter().map(move |way| HoursByWay {
                subject: *subject,
                way: *way,
                hours: TotalHours(year.get(&way_counter(*subject, *way))),
            })
        });
        Self {
            people,
            not_started: not_started(people, year),
            in_progress: figure(year, Figure::InProgress),
            completed_in_year: figure(year, Figure::CompletedInYear),
            completed_by_makeup: figure(year, Figure::CompletedByMakeup),
            incomplete: figure(year, Figure::Incomplete),
            exempt: figure(year, Figure::Exempt),
            completion_rate: completion_rate(people, year).map(Rate),
            certified: figure(year, Figure::Certified),
            exceptional_makeup: figure(year, Figure::ExceptionalMakeup),
            hours: TotalHours(
                figure(year, Figure::HoursPublic) + figure(year, Figure::HoursProfessional),
            ),
            hours_public: hours(Figure::HoursPublic),
            hours_professional: hours(Figure::HoursProfessional),
            hours_makeup: hours(Figure::HoursMakeup),
            hours_by_way: ways.filter(|way| way.hours.0 != 0).collect(),
        }
    }

    fn columns() -> Vec<Column> {
        let mut columns = vec![
            column("people", "应计人数"),
            column("not_started", "未开始"),
            column("in_progress", "进行中"),
            column("completed_in_year", "当年完成"),
            column("completed_by_makeup", "补学完成"),
            column("incomplete", "未完成"),
            column("exempt", "免修"),
            column("completion_rate", "完成率"),
            column("certified", "已发证"),
            column("exceptional_makeup", "特殊补学"),
            column("hours", "学时合计"),
            column("hours_public", "公需科目学时"),
            column("hours_professional", "专业科目学时"),
            column("hours_makeup", "补学学时"),
        ];
        for subject in Subject::ALL {
            for way in Way::ALL {
                let subject_zh = match subject {
                    Subject::Public => "公需",
                    Subject::Professional => "专业",
                };
                let zh = format!("{subject_zh}学时：{}", way.term().zh);
                columns.push(column(&way_counter(*subject, *way), &zh));
            }
        }
        columns
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells = vec![
            Cell::Whole(self.people),
            Cell::Whole(self.not_started),
            Cell::Whole(self.in_progress),
            Cell::Whole(self.completed_in_year),
            Cell::Whole(self.completed_by_makeup),
            Cell::Whole(self.incomplete),
            Cell::Whole(self.exempt),
            Cell::number(self.completion_rate.map(Rate::value)),
            Cell::Whole(self.certified),
            Cell::Whole(self.exceptional_makeup),
            Cell::Number(self.hours.value()),
            Cell::Number(self.hours_public.value()),
            Cell::Number(self.hours_professional.value()),
            Cell::Number(self.hours_makeup.value()),
        ];
        for subject in Subject::ALL {
            for way in Way::ALL {
                let found = self
                    .hours_by_way
                    .iter()
                    .find(|hours| hours.subject == *subject && hours.way == *way);
                cells.push(Cell::Number(found.map_or(0.0, |hours| hours.hours.value())));
            }
        }
        cells
    }
}

impl Figures for TimelinessFigures {
    fn of(counts: &UnitCounts) -> Self {
        let year = &counts.year;
        let stages = Stage::ALL.iter().map(|stage| {
            let value = |what: &str| year.get(&format!("{stage}_{what}"));
            let histogram = Histogram::of(year, *stage);
            StageFigures {
                stage: *stage,
                waiting: value("waiting"),
                overdue: value("overdue"),
                done: value("done"),
                on_time: value("on_time"),
                late: value("late"),
                lapsed_late: value("lapsed_late"),
                on_time_rate: rate(value("on_time"), value("done")),
                mean_working_days: histogram
                    .mean()
                    .map(|mean| Hundredths(i64::try_from(mean).unwrap_or(i64::MAX))),
                p90_working_days: histogram.percentile(90),
            }
        });
        Self { stages: stages.collect() }
    }

    fn columns() -> Vec<Column> {
        let mut columns = Vec::new();
        for (stage, zh) in [(Stage::Employer, "单位审核"), (Stage::Authority, "主管部门审核")]
        {
            for (what, text) in [
                ("waiting", "待审"),
                ("overdue", "超期未审"),
                ("done", "已审"),
                ("on_time", "按时"),
                ("late", "逾期"),
                ("lapsed_late", "超期失效"),
                ("on_time_rate", "按时率"),
                ("mean_working_days", "平均工作日"),
                ("p90_working_days", "九成工作日"),
            ] {
                columns.push(column(&format!("{stage}_{what}"), &format!("{zh}：{text}")));
            }
        }
        columns
    }

    fn cells(&self) -> Vec<Cell> {
        let cells = self.stages.iter().flat_map(|stage| {
            [
                Cell::Whole(stage.waiting),
                Cell::Whole(stage.overdue),
                Cell::Whole(stage.done),
                Cell::Whole(stage.on_time),
                Cell::Whole(stage.late),
                Cell::Whole(stage.lapsed_late),
                Cell::number(stage.on_time_rate.map(Rate::value)),
                Cell::number(stage.mean_working_days.map(Hundredths::value)),
                stage.p90_working_days.map_or(Cell::Empty, |days| Cell::Whole(i64::from(days))),
            ]
        });
        cells.collect()
    }
}

impl Figures for FilingFigures {
    fn of(counts: &UnitCounts) -> Self {
        let (year, standing) = (&counts.year, &counts.standing);
        let (classes, held) = (figure(year, Figure::Classes), figure(year, Figure::ClassesHeld));
        Self {
            filings_granted: figure(year, Figure::FilingsGranted),
            filings_stopped: figure(year, Figure::FilingsStopped),
            plans_filed: figure(year, Figure::PlansFiled),
            plans_approved: figure(year, Figure::PlansApproved),
            plans_held: figure(year, Figure::PlansHeld),
            classes,
            classes_held: held,
            held_rate: rate(held, classes),
            attendees: figure(year, Figure::Attendees),
            seminars_approved: figure(year, Figure::SeminarsApproved),
            seminars_closed: figure(year, Figure::SeminarsClosed),
            units: figure(standing, Figure::Units),
            units_without_administrator: figure(standing, Figure::UnitsWithoutAdministrator),
        }
    }

    fn columns() -> Vec<Column> {
        vec![
            column("filings_granted", "有效备案"),
            column("filings_stopped", "暂停或撤销备案"),
            column("plans_filed", "报送计划"),
            column("plans_approved", "批准计划"),
            column("plans_held", "已实施计划"),
            column("classes", "班次"),
            column("classes_held", "已举办班次"),
            column("held_rate", "举办率"),
            column("attendees", "参训人次"),
            column("seminars_approved", "批准高级研修"),
            column("seminars_closed", "结项高级研修"),
            column("units", "单位数"),
            column("units_without_administrator", "无管理员单位"),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::Whole(self.filings_granted),
            Cell::Whole(self.filings_stopped),
            Cell::Whole(self.plans_filed),
            Cell::Whole(self.plans_approved),
            Cell::Whole(self.plans_held),
            Cell::Whole(self.classes),
            Cell::Whole(self.classes_held),
            Cell::number(self.held_rate.map(Rate::value)),
            Cell::Whole(self.attendees),
            Cell::Whole(self.seminars_approved),
            Cell::Whole(self.seminars_closed),
            Cell::Whole(self.units),
            Cell::Whole(self.units_without_administrator),
        ]
    }
}

impl Figures for FundingFigures {
    fn of(counts: &UnitCounts) -> Self {
        let year = &counts.year;
        let value = |which| figure(year, which);
        Self {
            funding_reports: value(Figure::FundingReports),
            payroll: value(Figure::Payroll),
            accrued: value(Figure::Accrued),
            spent: value(Figure::Spent),
            accrual_rate: rate(value(Figure::Accrued), value(Figure::Payroll)),
            spending_rate: rate(value(Figure::Spent), value(Figure::Accrued)),
            below_floor: value(Figure::BelowFloor),
        }
    }

    fn columns() -> Vec<Column> {
        vec![
            column("funding_reports", "经费报告"),
            column("payroll", "工资总额（分）"),
            column("accrued", "计提经费（分）"),
            column("spent", "支出经费（分）"),
            column("accrual_rate", "计提率"),
            column("spending_rate", "支出率"),
            column("below_floor", "低于规定比例"),
        ]
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::Whole(self.funding_reports),
            Cell::Whole(self.payroll),
            Cell::Whole(self.accrued),
            Cell::Whole(self.spent),
            Cell::number(self.accrual_rate.map(Rate::value)),
            Cell::number(self.spending_rate.map(Rate::value)),
            Cell::Whole(self.below_floor),
        ]
    }
}
