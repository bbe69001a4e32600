//! Who acts for a unit: roles, and handing them over (U1).

use uuid::Uuid;
use xueshi_domain::access::{Permission, Role};
use xueshi_domain::event::EventType;
use xueshi_domain::registry::{OrganizationKind, Standing};
use xueshi_persistence::{Grant, Id, Moment, Organization, Reader, Word, Writer};

use super::references::{unfit, unknown};
use super::{Asker, Reply, offices, organizations};
use crate::dto::accounts::{GrantDto, NewGrant};
use crate::dto::organizations::{AdministratorDto, Administrators, Appointment};
use crate::problem::{Code, Problem};

/// Those who act for a unit now.
///
/// # Errors
/// 404 for a unit that the asker may not see.
pub fn list(reader: &mut Reader<'_>, asker: &Asker, unit: Uuid) -> Result<Administrators, Problem> {
    let unit = organizations::visible(reader, asker, unit)?;
    let holders = reader.administrators_of(unit.jurisdiction_id, unit.id)?;
    let offices = holders.iter().filter(|(grant, _)| grant.role.0 != Role::Professional);
    Ok(Administrators {
        data: offices.map(|(grant, account)| AdministratorDto::new(grant, account)).collect(),
    })
}

/// Makes someone a unit's administrator in a role. Whoever was it before loses it, and all their sessions end: it works on their
/// very next request (U1).
///
/// # Errors
/// 403 `own-rights`; 409 when they have the role already; 422 for a role that the unit does not have, or an account that does
/// not exist or may not log in.
pub fn appoint(
    writer: &mut Writer<'_>,
    asker: &Asker,
    unit: Uuid,
    appointment: &Appointment,
) -> Result<Reply<AdministratorDto>, Problem> {
    let unit = organizations::visible(writer, asker, unit)?;
    asker.acting_for(Permission::ManageAccounts, &unit.path)?;
    let role = appointment.role;
    if !is_single_office(role) {
        return Err(unfit(
            "/role",
            "not-an-office",
            "该角色不是单位管理员",
            "is no role of a unit's one administrator",
        ));
    }
    check_fits(role, &unit, "/role")?;
    let account = writer
        .account(Id(appointment.account_id))?
        .filter(|account| account.jurisdiction_id == asker.jurisdiction);
    let account = account.ok_or_else(|| unknown("/account_id"))?;
    if account.state.0 != Standing::Active {
        return Err(unfit(
            "/account_id",
            "account-disabled",
            "该账号已停用",
            "the account is disabled",
        ));
    }
    refuse_own(asker, account.id)?;
    let holders = writer.administrators_of(unit.jurisdiction_id, unit.id)?;
    if let Some((former, holder)) = holders.iter().find(|(grant, _)| grant.role.0 == role) {
        if holder.id == account.id {
            return Err(Problem::new(Code::AlreadyExists)
                .detail("该账号已是此单位的管理员", "the account has this role already"));
        }
        refuse_own(asker, holder.id)?;
        offices::end(writer, Some(asker.account()), former, "administrator-replaced")?;
    }
    let grant = give(writer, asker, account.id, role, &unit)?;
    let location = format!("/v1/organizations/{}/administrators", unit.id);
    Ok(Reply::created(&location, AdministratorDto::new(&grant, &account)))
}

/// Gives an account a role on a unit; it works on its very next request.
///
/// # Errors
/// 403 `own-rights`; 404 for an unknown account; 409 when it has the role, or someone else holds an office that only one can;
/// 422 for a role that does not fit the unit.
pub fn grant(
    writer: &mut Writer<'_>,
    asker: &Asker,
    account: Uuid,
    new: &NewGrant,
) -> Result<Reply<GrantDto>, Problem> {
    let account = super::accounts::of_city(writer, asker, Permission::ManageAccounts, account)?;
    refuse_own(asker, account.id)?;
    let unit = organizations::find(writer, asker, Permission::ManageAccounts, new.organization_id)?;
    let unit = unit.ok_or_else(|| unknown("/organization_id"))?;
    check_fits(new.role, &unit, "/role")?;
    let same = |grant: &Grant| {
        grant.role.0 == new.role && (is_single_office(new.role) || grant.account_id == account.id)
    };
    let holders = writer.administrators_of(unit.jurisdiction_id, unit.id)?;
    if let Some((held, _)) = holders.iter().find(|(grant, _)| same(grant)) {
        let problem = Problem::new(Code::AlreadyExists);
        return Err(if held.account_id == account.id {
            problem.detail("该账号已有此角色", "the account has this role already")
        } else {
            problem.detail(
                "该单位已有在任的管理员，请通过 administrators 接口更换",
                "the unit has an administrator; replace them through its administrators",
            )
        });
    }
    let grant = give(writer, asker, account.id, new.role, &unit)?;
    Ok(Reply::created(&format!("/v1/accounts/{}", account.id), GrantDto::from(&grant)))
}

/// Takes a role away; it works on the owner's very next request.
///
/// # Errors
/// 403 `own-rights`; 404 for a grant that the account does not have.
pub fn revoke(
    writer: &mut Writer<'_>,
    asker: &Asker,
    account: Uuid,
    grant: Uuid,
) -> Result<(), Problem> {
    let account = super::accounts::of_city(writer, asker, Permission::ManageAccounts, account)?;
    let grant = writer.grant(Id(grant))?.filter(|grant| grant.account_id == account.id);
    let grant = grant.ok_or_else(|| Problem::new(Code::NotFound))?;
    refuse_own(asker, account.id)?;
    let by = Some(asker.account());
    writer.end_grant(grant.id, by)?;
    offices::tell(writer, by, EventType::AdministratorEnded, &grant, Some("role-revoked"))?;
    match writer.organization(grant.jurisdiction_id, grant.organization_id)? {
        Some(unit) => offices::tell_if_missing(writer, by, &unit),
        None => Ok(()),
    }
}

/// Nobody changes their own rights, nor those of one who has taken their place.
///
/// # Errors
/// 403 `own-rights`.
pub fn refuse_own(asker: &Asker, account: Id) -> Result<(), Problem> {
    if asker.account() == account { Err(Problem::new(Code::OwnRights)) } else { Ok(()) }
}

fn give(
    writer: &mut Writer<'_>,
    asker: &Asker,
    account: Id,
    role: Role,
    unit: &Organization,
) -> Result<Grant, Problem> {
    let now = writer.now();
    let grant = Grant {
        id: writer.new_id(),
        jurisdiction_id: unit.jurisdiction_id,
        account_id: account,
        role: Word(role),
        organization_id: unit.id,
        granted_at: Moment(now),
        granted_by: Some(asker.account()),
        ended_at: None,
        ended_by: None,
    };
    writer.insert_grant(&grant)?;
    let by = Some(asker.account());
    offices::tell(writer, by, EventType::AdministratorAppointed, &grant, None)?;
    Ok(grant)
}

/// Whether one person at a time has the role at a unit (rulebook, "Who": the certificate administrator).
const fn is_single_office(role: Role) -> bool {
    match role {
        Role::EmployerAdministrator | Role::Reviewer | Role::InstitutionAdministrator => true,
        Role::Professional
        | Role::MunicipalOfficer
        | Role::MunicipalAdministrator
        | Role::Auditor => false,
    }
}

/// Which units have which roles: reviewers belong to those that review, offices of the city to its bureau; any unit may have
/// staff, and any but an ordinary employer may train (P1).
const fn fits(role: Role, kind: OrganizationKind) -> bool {
    match role {
        Role::Professional => false,
        Role::EmployerAdministrator | Role::Auditor => true,
        Role::Reviewer => kind.reviews(),
        Role::InstitutionAdministrator => !matches!(kind, OrganizationKind::Employer),
        Role::MunicipalOfficer | Role::MunicipalAdministrator => {
            matches!(kind, OrganizationKind::MunicipalBureau)
        }
    }
}

fn check_fits(role: Role, unit: &Organization, pointer: &str) -> Result<(), Problem> {
    if fits(role, unit.kind.0) {
        return Ok(());
    }
    Err(unfit(
        pointer,
        "role-does-not-fit",
        "该类单位没有这个角色",
        "a unit of this kind does not have this role",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_of_units() {
        use OrganizationKind::{
            CeBase, DistrictBureau, Employer, IndustryAuthority, MunicipalBureau,
            TrainingInstitution,
        };
        let reviewing = vec![MunicipalBureau, DistrictBureau, IndustryAuthority];
        let training =
            vec![MunicipalBureau, DistrictBureau, IndustryAuthority, CeBase, TrainingInstitution];
        for (role, kinds) in [
            (Role::Professional, vec![]),
            (Role::EmployerAdministrator, OrganizationKind::ALL.to_vec()),
            (Role::Reviewer, reviewing),
            (Role::InstitutionAdministrator, training),
            (Role::MunicipalOfficer, vec![MunicipalBureau]),
            (Role::MunicipalAdministrator, vec![MunicipalBureau]),
            (Role::Auditor, OrganizationKind::ALL.to_vec()),
        ] {
            for kind in OrganizationKind::ALL {
                assert_eq!(fits(role, *kind), kinds.contains(kind), "{role} at {kind}");
            }
        }
        assert!(!fits(Role::InstitutionAdministrator, Employer));
    }
}
