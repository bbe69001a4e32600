//! Who logs in to the demo world: the accounts and clients of the contract, all with the password `sandbox`.

use time::OffsetDateTime;
use time::macros::datetime;
use xueshi_domain::access::Role;
use xueshi_domain::registry::Standing;
use xueshi_persistence::{Account, Client, Grant, Id, Moment, StoreError, Word};

use super::World;
use super::people::{People, Who};
use super::units::{Unit, Units};

const OPENED: OffsetDateTime = datetime!(2021-12-22 09:00 +8);
/// When the hospital changed its administrator (U1).
const HANDOVER: OffsetDateTime = datetime!(2022-12-30 09:00 +8);

/// An account that decides in the demo world's past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decider {
    pub(super) account: Id,
    pub(super) unit: Id,
}

struct Row {
    username: &'static str,
    name: &'static str,
    roles: &'static [(Role, Unit)],
    person: Option<Who>,
}

const fn row(username: &'static str, name: &'static str, roles: &'static [(Role, Unit)]) -> Row {
    Row { username, name, roles, person: None }
}

/// The hospital's administrator until the handover: reviewed in 2022, can no longer log in.
const FORMER: &str = "hospital.former";

#[rustfmt::skip]
const ACCOUNTS: [Row; 14] = [
    Row {
        username: "professional", name: "林知远", person: Some(Who::LinZhiyuan),
        roles: &[(Role::Professional, Unit::Hospital)],
    },
    Row {
        username: "engineer", name: "梁子衡", person: Some(Who::LiangZiheng),
        roles: &[(Role::Professional, Unit::Company)],
    },
    // An administrator who is a professional too: nobody reviews their own declaration.
    Row {
        username: "hospital.admin", name: "苏晓岚", person: Some(Who::SuXiaolan),
        roles: &[(Role::EmployerAdministrator, Unit::Hospital), (Role::Professional, Unit::Hospital)],
    },
    row(FORMER, "陈清和", &[(Role::EmployerAdministrator, Unit::Hospital)]),
    row("company.admin", "孟书白", &[(Role::EmployerAdministrator, Unit::Company)]),
    row("school.admin", "秦若谷", &[(Role::EmployerAdministrator, Unit::School)]),
    row("health.reviewer", "白景明", &[(Role::Reviewer, Unit::Health)]),
    row("jinshui.reviewer", "江一帆", &[(Role::Reviewer, Unit::Jinshui)]),
    row("education.reviewer", "顾南星", &[(Role::Reviewer, Unit::Education)]),
    row("base.admin", "陆怀瑾", &[(Role::InstitutionAdministrator, Unit::Base)]),
    row("institute.admin", "夏之恒", &[(Role::InstitutionAdministrator, Unit::Institute)]),
    row("city.officer", "叶清秋", &[(Role::MunicipalOfficer, Unit::Bureau)]),
    row("city.admin", "莫云舒", &[(Role::MunicipalAdministrator, Unit::Bureau)]),
    row("auditor", "严守正", &[(Role::Auditor, Unit::Bureau)]),
];

/// The names that can log in.
pub(super) fn usernames() -> impl Iterator<Item = &'static str> {
    ACCOUNTS.iter().map(|row| row.username).filter(|name| *name != FORMER)
}

/// Client id, name, scopes, platform.
const CLIENTS: [(&str, &str, &str, Option<&str>); 2] = [
    ("province", "河南省专业技术人员继续教育公共服务平台", "sync:read sync:write", None),
    ("hnzjzx", "河南专技在线", "learning:write", Some("hnzjzx")),
];

/// The accounts that act in the past.
#[derive(Debug)]
pub(super) struct Accounts {
    ids: Vec<Id>,
}

impl Accounts {
    pub(super) fn load(
        world: &mut World<'_, '_>,
        units: &Units,
        people: &People,
        password_hash: &str,
    ) -> Result<Self, StoreError> {
        let mut ids = Vec::with_capacity(ACCOUNTS.len());
        for row in &ACCOUNTS {
            let opened = if row.username == "hospital.admin" { HANDOVER } else { OPENED };
            let id = world.ids.at(opened);
            let left = (row.username == FORMER).then_some(HANDOVER);
            world.writer.insert_account(&Account {
                id,
                jurisdiction_id: world.city,
                username: row.username.to_owned(),
                password_hash: password_hash.to_owned(),
                display_name: row.name.to_owned(),
                professional_id: row.person.map(|who| people.of(who).id),
                state: Word(if left.is_some() { Standing::Disabled } else { Standing::Active }),
                version: 1,
                created_at: Moment(opened),
                updated_at: Moment(left.unwrap_or(opened)),
            })?;
            for (role, unit) in row.roles {
                world.writer.insert_grant(&Grant {
                    id: world.ids.at(opened),
                    jurisdiction_id: world.city,
                    account_id: id,
                    role: Word(*role),
                    organization_id: units.of(*unit).id,
                    granted_at: Moment(opened),
                    granted_by: None,
                    ended_at: left.map(Moment),
                    ended_by: None,
                })?;
            }
            ids.push(id);
        }
        for (client_id, name, scopes, platform) in CLIENTS {
            world.writer.insert_client(&Client {
                id: world.ids.at(OPENED),
                jurisdiction_id: world.city,
                client_id: client_id.to_owned(),
                name: name.to_owned(),
                secret_hash: Some(password_hash.to_owned()),
                public_key: None,
                scopes: scopes.to_owned(),
                organization_id: units.of(Unit::Bureau).id,
                platform_code: platform.map(str::to_owned),
                state: Word(Standing::Active),
                created_at: Moment(OPENED),
            })?;
        }
        Ok(Self { ids })
    }

    /// The account with this name.
    pub(super) fn named(&self, username: &str) -> Result<Id, StoreError> {
        let mut named = ACCOUNTS.iter().zip(&self.ids).filter(|(row, _)| row.username == username);
        named.next().map(|(_, id)| *id).ok_or_else(|| super::wrong(username, "no such account"))
    }

    /// Who decided for a unit at an instant: its administrator or reviewer of that day.
    pub(super) fn decider(
        &self,
        units: &Units,
        unit: Unit,
        at: OffsetDateTime,
    ) -> Result<Decider, StoreError> {
        let former = unit == Unit::Hospital && at < HANDOVER;
        let decides = |row: &Row| {
            let acts = |(role, on): &(Role, Unit)| {
                let decides = matches!(
                    role,
                    Role::EmployerAdministrator | Role::Reviewer | Role::InstitutionAdministrator
                );
                *on == unit && decides
            };
            row.roles.iter().any(acts) && (row.username == FORMER) == former
        };
        let found = ACCOUNTS.iter().zip(&self.ids).find(|(row, _)| decides(row));
        let (_, account) =
            found.ok_or_else(|| super::wrong(units.of(unit).name, "nobody decides for it"))?;
        Ok(Decider { account: *account, unit: units.of(unit).id })
    }
}
