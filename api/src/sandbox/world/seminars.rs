//! The demo world's advanced seminars and training funds (P6, U5): a seminar that is closed, one that is announced with its list,
//! one that waits for the municipal bureau; the funds of two employers for 2022.

use time::macros::{date, datetime as at};
use time::{Date, OffsetDateTime};
use xueshi_domain::funding::{Funds, check, measure};
use xueshi_domain::instant::china_date;
use xueshi_domain::learning::{LearningSpan, Subject, Way};
use xueshi_domain::policy::Policy;
use xueshi_domain::registry::LearningSource;
use xueshi_domain::seminar::{
    Event, PersonResult, Proposal, SeminarRoad, State, check_list, check_proposal, check_results,
    require_ended, require_not_begun,
};
use xueshi_domain::workflow::step;
use xueshi_persistence::{
    FundingReport, Id, LearningRecord, Moment, Seminar, SeminarAdmission, SeminarStep, StoreError,
    Tenths, Word,
};

use super::accounts::Accounts;
use super::classes::whole;
use super::people::{People, Who};
use super::units::{Unit, Units};
use super::{World, refused, wrong};

struct Row {
    host: Unit,
    /// Who acts for the host.
    by: &'static str,
    theme: &'static str,
    need: &'static str,
    audience: &'static str,
    venue: &'static str,
    starts_on: Date,
    ends_on: Date,
    hours: u32,
    places: u32,
    /// Who is on the list, with hours and result where there is a report.
    list: &'static [(Who, Option<(u32, bool)>)],
    began: OffsetDateTime,
    steps: &'static [(OffsetDateTime, Event, Option<&'static str>)],
}

const OFFICER: &str = "city.officer";

const SEMINARS: [Row; 3] = [
    Row {
        host: Unit::Health,
        by: "health.reviewer",
        theme: "突发公共卫生事件应急处置能力提升",
        need: "全市疾控与急救队伍急需掌握新的应急处置规程。",
        audience: "副高级以上卫生专业技术人员",
        venue: "郑州市金水区",
        starts_on: date!(2023 - 06 - 12),
        ends_on: date!(2023 - 06 - 16),
        hours: 40,
        places: 50,
        list: &[(Who::ZhouYiheng, Some((40, true))), (Who::HeYutong, Some((16, false)))],
        began: at!(2023-05-12 16:00 +8),
        steps: &[
            (at!(2023-05-15 09:30 +8), Event::Submit, None),
            (at!(2023-05-22 10:10 +8), Event::Approve, Some("选题符合我市急需")),
            (at!(2023-05-30 15:00 +8), Event::Admit, None),
            (
                at!(2023-06-16 17:30 +8),
                Event::Report,
                Some("完成全部课程与一次桌面演练，形成处置流程建议一份。"),
            ),
            (at!(2023-06-26 11:00 +8), Event::Close, None),
        ],
    },
    Row {
        host: Unit::Base,
        by: "base.admin",
        theme: "工业互联网与智能制造关键技术",
        need: "我市装备制造业数字化改造急需该领域骨干人才。",
        audience: "中级以上工程技术人员",
        venue: "基地报告厅",
        starts_on: date!(2023 - 11 - 20),
        ends_on: date!(2023 - 11 - 24),
        hours: 40,
        places: 40,
        list: &[(Who::DengSiyuan, None), (Who::PengYaning, None)],
        began: at!(2023-09-11 14:00 +8),
        steps: &[
            (at!(2023-09-12 09:00 +8), Event::Submit, None),
            (at!(2023-09-19 10:40 +8), Event::Approve, None),
            (at!(2023-10-09 16:20 +8), Event::Admit, None),
        ],
    },
    Row {
        host: Unit::Company,
        by: "company.admin",
        theme: "数据安全治理高级研修",
        need: "数据安全新规施行，企业急需能够落实治理要求的人才。",
        audience: "信息技术骨干",
        venue: "郑州市高新区",
        starts_on: date!(2023 - 12 - 04),
        ends_on: date!(2023 - 12 - 07),
        hours: 32,
        places: 30,
        list: &[],
        began: at!(2023-10-11 11:00 +8),
        steps: &[(at!(2023-10-12 17:00 +8), Event::Submit, None)],
    },
];

/// Unit, who reports, when; payroll, accrued and spent in fen.
const FUNDS: [(Unit, &str, OffsetDateTime, Funds); 2] = [
    (
        Unit::Hospital,
        "hospital.admin",
        at!(2023-02-14 10:00 +8),
        Funds { payroll: 18_640_000_000, accrued: 372_800_000, spent: 301_452_000 },
    ),
    // Below the floor of 1.5 %.
    (
        Unit::School,
        "school.admin",
        at!(2023-02-20 15:30 +8),
        Funds { payroll: 4_215_000_000, accrued: 58_000_000, spent: 49_300_000 },
    ),
];

/// Stores all of it.
pub(super) fn store(
    world: &mut World<'_, '_>,
    units: &Units,
    people: &People,
    accounts: &Accounts,
) -> Result<(), StoreError> {
    for row in &SEMINARS {
        Teller { row, units, people, accounts }.tell(world)?;
    }
    for (unit, by, at, funds) in FUNDS {
        let terms = policy(2022)?.funding;
        check(funds, 2022, china_date(at).year()).map_err(refused)?;
        let rate = |rate: u32| i32::try_from(rate).map_err(|error| wrong("funds", error));
        world.writer.save_funding_report(&FundingReport {
            jurisdiction_id: world.city,
            organization_id: units.of(unit).id,
            year: 2022,
            revision: 1,
            payroll: funds.payroll,
            accrued: funds.accrued,
            spent: funds.spent,
            floor_rate: rate(terms.floor_rate_basis_points)?,
            deductible_rate: rate(terms.deductible_rate_basis_points)?,
            below_floor: measure(funds, terms).is_below_floor(),
            note: None,
            policy_version: 1,
            account_id: accounts.named(by)?,
            unit_id: units.of(unit).id,
            reported_at: Moment(at),
        })?;
    }
    Ok(())
}

struct Teller<'a> {
    row: &'a Row,
    units: &'a Units,
    people: &'a People,
    accounts: &'a Accounts,
}

impl Teller<'_> {
    /// Takes the seminar through its steps, each as the rules let it.
    fn tell(&self, world: &mut World<'_, '_>) -> Result<(), StoreError> {
        let row = self.row;
        let span = LearningSpan::new(row.starts_on, row.ends_on).map_err(refused)?;
        let proposal = Proposal { span, hours: whole(row.hours), places: row.places };
        check_proposal(proposal, &policy(span.year())?).map_err(refused)?;
        let number = |number: usize| i32::try_from(number).map_err(|error| wrong("list", error));
        let host = self.accounts.named(row.by)?;
        let mut seminar = Seminar {
            jurisdiction_id: world.city,
            id: world.ids.at(row.began),
            organization_id: self.units.of(row.host).id,
            year: span.year(),
            theme: row.theme.to_owned(),
            need: row.need.to_owned(),
            audience: row.audience.to_owned(),
            venue: row.venue.to_owned(),
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            hours: Tenths(whole(row.hours)),
            places: i32::try_from(row.places).map_err(|error| wrong("places", error))?,
            admitted: 0,
            state: Word(State::Draft),
            brought_by: host,
            approved_at: None,
            closed_at: None,
            version: 1,
            created_at: Moment(row.began),
            updated_at: Moment(row.began),
        };
        let mut taken = Vec::new();
        for (at, event, comment) in row.steps {
            let today = china_date(*at);
            let (mut account, mut unit) = (host, row.host);
            match event {
                Event::Submit => require_not_begun(span, today).map_err(refused)?,
                Event::Approve => {
                    require_not_begun(span, today).map_err(refused)?;
                    (account, unit) = (self.accounts.named(OFFICER)?, Unit::Bureau);
                    seminar.approved_at = Some(Moment(*at));
                }
                Event::Admit => {
                    require_not_begun(span, today).map_err(refused)?;
                    seminar.admitted = number(row.list.len())?;
                    let admitted = u32::try_from(row.list.len()).unwrap_or(u32::MAX);
                    check_list(admitted, row.places).map_err(refused)?;
                }
                Event::Report => {
                    require_ended(span, today).map_err(refused)?;
                    self.check_results(proposal)?;
                }
                Event::Close => {
                    (account, unit) = (self.accounts.named(OFFICER)?, Unit::Bureau);
                    seminar.closed_at = Some(Moment(*at));
                }
                Event::Edit
                | Event::Return
                | Event::Reject
                | Event::Withdraw
                | Event::ReturnReport => {
                    return Err(wrong(row.theme, "no such step is told"));
                }
            }
            let state = step::<SeminarRoad>(seminar.state.0, *event).map_err(refused)?;
            seminar.state = Word(state);
            seminar.version += 1;
            seminar.updated_at = Moment(*at);
            taken.push(SeminarStep {
                jurisdiction_id: world.city,
                seminar_id: seminar.id,
                version: seminar.version,
                event: Word(*event),
                state: Word(state),
                comment: comment.map(str::to_owned),
                account_id: account,
                unit_id: self.units.of(unit).id,
                policy_version: 1,
                taken_at: Moment(*at),
            });
        }
        world.writer.insert_seminar(&seminar)?;
        for step in &taken {
            world.writer.insert_seminar_step(step)?;
        }
        self.list(world, &seminar)
    }

    fn check_results(&self, proposal: Proposal) -> Result<(), StoreError> {
        let of = |who: Who| self.people.of(who).id.0;
        let admitted: Vec<_> = self.row.list.iter().map(|(who, _)| of(*who)).collect();
        let result = |(who, result): &(Who, Option<(u32, bool)>)| {
            let (hours, passed) = (*result)?;
            Some(PersonResult { person: of(*who), hours: whole(hours), passed })
        };
        let results: Vec<_> = self.row.list.iter().filter_map(result).collect();
        check_results(&admitted, &results, proposal.hours).map_err(|(refusal, _)| refused(refusal))
    }

    /// The list, and the learning records of those who passed.
    fn list(&self, world: &mut World<'_, '_>, seminar: &Seminar) -> Result<(), StoreError> {
        let of = |event: Event| self.row.steps.iter().find(|(_, taken, _)| *taken == event);
        let Some((admitted_at, ..)) = of(Event::Admit) else { return Ok(()) };
        let mut rows = Vec::new();
        for (who, result) in self.row.list {
            let person = self.people.of(*who);
            rows.push(SeminarAdmission {
                jurisdiction_id: world.city,
                professional_id: person.id,
                seminar_id: seminar.id,
                employer_id: Some(self.units.of(person.employer).id),
                admitted_at: Moment(*admitted_at),
                hours: result.map(|(hours, _)| Tenths(whole(hours))),
                passed: result.map(|(_, passed)| passed),
            });
            if let (Some(closed_at), Some((hours, true))) = (seminar.closed_at, *result) {
                deliver(world, seminar, person.id, hours, closed_at)?;
            }
        }
        world.writer.replace_seminar_list(world.city, seminar.id, &rows)
    }
}

/// The learning record of someone who passed.
fn deliver(
    world: &mut World<'_, '_>,
    seminar: &Seminar,
    person: Id,
    hours: u32,
    closed_at: Moment,
) -> Result<(), StoreError> {
    let id = world.ids.at(closed_at.0);
    world.writer.insert_learning_record(&LearningRecord {
        jurisdiction_id: world.city,
        professional_id: person,
        id,
        year: seminar.year,
        source: Word(LearningSource::Seminar),
        subject: Word(Subject::Professional),
        way: Word(Way::AdvancedSeminar),
        title: seminar.theme.clone(),
        hours: Tenths(whole(hours)),
        started_on: seminar.starts_on,
        completed_on: seminar.ends_on,
        passed: true,
        platform_code: None,
        course_code: None,
        class_id: None,
        seminar_id: Some(seminar.id),
        declared: false,
        corrected_hours: None,
        corrected_passed: None,
        created_at: closed_at,
    })
}

fn policy(year: i32) -> Result<Policy, StoreError> {
    let policy = Policy::zhengzhou(year).map_err(|error| wrong("policy", error))?;
    policy.ok_or_else(|| wrong("policy", year))
}
