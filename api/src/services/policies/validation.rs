//! What publishing a draft would meet and change, asked before it is done (W3).

use xueshi_domain::access::Permission;
use xueshi_domain::policy::{Policy, changes};
use xueshi_persistence::{Id, Reader};

use super::{drafts, problems};
use crate::dto::policies::{
    PolicyChangeDto, PolicyProblemDto, PolicyValidationDto, PolicyWarningDto,
};
use crate::problem::{Language, Place, Problem, Text};
use crate::services::Asker;
use crate::services::cities::whole_city;

/// Validates a draft as publication would, without publishing it.
///
/// # Errors
/// 403 for those who neither make nor audit the city's policy, 404 when that version is not a draft.
pub fn validate(
    reader: &mut Reader<'_>,
    asker: &Asker,
    year: i32,
    version: i32,
    language: Language,
) -> Result<PolicyValidationDto, Problem> {
    whole_city(reader, asker, Permission::ReadAudit)?;
    let city = asker.jurisdiction;
    let draft = drafts::find(reader, asker, year, version)?;
    let policy = Policy::from_json(&draft.document).map_err(Problem::internal)?;
    let found = drafts::before_publication(reader, city, &policy)?;
    let problems: Vec<PolicyProblemDto> = found
        .iter()
        .map(|problem| {
            let entry = problems::entry(problem);
            let pointer = match entry.place {
                Place::Pointer(_) => problem.pointer.clone(),
                Place::Parameter(name) => name,
                Place::Header(name) => name.to_owned(),
            };
            let detail = entry.detail.text(language).to_owned();
            PolicyProblemDto { pointer, code: entry.code.into_owned(), detail }
        })
        .collect();
    let in_force = reader.published_policy(city, year)?;
    let before = in_force
        .as_ref()
        .map(|stored| Policy::from_json(&stored.document).map_err(Problem::internal))
        .transpose()?;
    let changes = before.map(|before| changes(&before, &policy)).unwrap_or_default();
    Ok(PolicyValidationDto {
        version,
        valid: problems.is_empty(),
        problems,
        warnings: warnings(reader, city, &policy, language)?,
        replaces: in_force.map(|stored| stored.version),
        changes: changes
            .into_iter()
            .map(|change| PolicyChangeDto {
                pointer: change.pointer,
                before: change.before,
                after: change.after,
            })
            .collect(),
    })
}

/// V2: a year without an arrangement of working days counts Monday to Friday, and its due dates stay provisional.
fn warnings(
    reader: &mut Reader<'_>,
    city: Id,
    policy: &Policy,
    language: Language,
) -> Result<Vec<PolicyWarningDto>, Problem> {
    let loaded = reader.arrangements(city)?.iter().any(|stored| stored.year == policy.year);
    let mut warnings = Vec::new();
    let mut warn = |code: &str, text: Text| {
        warnings.push(PolicyWarningDto {
            code: code.to_owned(),
            detail: text.text(language).to_owned(),
        });
    };
    if !loaded {
        warn(
            "working-days-not-loaded",
            Text::new(
                format!("{} 年的放假调休安排尚未导入，审核期限按周一至周五暂算", policy.year),
                format!(
                    "the arrangement of working days of {} is not loaded: due dates count Monday to Friday and are provisional",
                    policy.year
                ),
            ),
        );
    }
    if policy.platforms.is_empty() {
        warn(
            "no-platforms",
            Text::new(
                "名单内没有学习平台，公需学时将无法取得",
                "no platform is listed: public-required hours cannot be earned",
            ),
        );
    }
    Ok(warnings)
}
