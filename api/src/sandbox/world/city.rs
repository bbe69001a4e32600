//! The city of the demo world: its policies, working days and platforms.

use std::fmt::Write as _;

use time::OffsetDateTime;
use time::macros::datetime;
use xueshi_domain::calendar::Arrangement;
use xueshi_domain::policy::{ZHENGZHOU, ZHENGZHOU_YEARS, zhengzhou_document};
use xueshi_domain::registry::PolicyState;
use xueshi_persistence::{
    Jurisdiction, Moment, Platform, StoreError, StoredArrangement, StoredPolicy, Word,
};

use super::World;

/// When the city was set up.
pub(super) const FOUNDED: OffsetDateTime = datetime!(2021-11-15 09:00 +8);

/// The version under which every policy was published.
pub(super) const POLICY_VERSION: i32 = 1;

/// Code, name and address. The last one is on no year's list (H6).
const PLATFORMS: [(&str, &str, &str); 3] = [
    ("hnzjzx", "河南专技在线", "https://hnzjzx.example"),
    ("zzjxjy", "郑州市专业技术人员继续教育网", "https://zzjxjy.example"),
    ("qtpx", "其他培训网（未列入名单）", "https://qtpx.example"),
];

pub(super) fn load(world: &mut World<'_, '_>) -> Result<(), StoreError> {
    world.writer.insert_jurisdiction(&Jurisdiction {
        id: world.city,
        code: ZHENGZHOU.to_owned(),
        name: "郑州市".to_owned(),
        is_default: true,
        created_at: Moment(FOUNDED),
    })?;
    policies(world)?;
    for arrangement in Arrangement::official() {
        world.writer.replace_arrangement(&StoredArrangement {
            jurisdiction_id: world.city,
            year: arrangement.year(),
            days: csv(&arrangement),
            version: 1,
            loaded_by: None,
            loaded_at: Moment(FOUNDED),
        })?;
    }
    for (code, name, url) in PLATFORMS {
        world.writer.insert_platform(&Platform {
            jurisdiction_id: world.city,
            code: code.to_owned(),
            name: name.to_owned(),
            url: Some(url.to_owned()),
            version: 1,
            created_at: Moment(FOUNDED),
        })?;
    }
    Ok(())
}

/// The policies that come with the project, each published before its year began; that of 2024 already, so that the next year
/// can be tried by setting the clock.
fn policies(world: &mut World<'_, '_>) -> Result<(), StoreError> {
    for year in ZHENGZHOU_YEARS {
        let Some(document) = zhengzhou_document(*year) else { continue };
        let published = match year {
            2022 => datetime!(2021-12-10 10:00 +8),
            2023 => datetime!(2022-12-12 10:00 +8),
            _ => datetime!(2023-10-09 10:00 +8),
        };
        world.writer.insert_policy(&StoredPolicy {
            jurisdiction_id: world.city,
            year: *year,
            version: POLICY_VERSION,
            state: Word(PolicyState::Published),
            document: document.to_owned(),
            reason: None,
            revision: 1,
            created_by: None,
            created_at: Moment(published),
            published_at: Some(Moment(published)),
        })?;
    }
    Ok(())
}

/// An arrangement as an officer would load it.
fn csv(arrangement: &Arrangement) -> String {
    let mut text = String::from("date,kind\n");
    for (date, kind) in arrangement.days() {
        let _ = writeln!(text, "{date},{kind}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_official_working_days_read_back_from_what_is_stored() {
        for arrangement in Arrangement::official() {
            assert_eq!(Arrangement::parse_csv(&csv(&arrangement)).unwrap(), [arrangement]);
        }
    }
}
