//! Who counts for a year is settled when its freeze begins: afterwards only the municipal bureau changes it (A3).

use time::Date;
use xueshi_domain::access::Permission;
use xueshi_domain::instant::china_date;
use xueshi_domain::people::{Post, require_in_scope};
use xueshi_domain::policy::Policy;
use xueshi_domain::settlement::SettlementState;
use xueshi_persistence::{Id, Professional, Reader, Writer};

use super::Asker;
use super::references::unfit;
use crate::problem::Problem;

/// The policy of the city whose freeze began last; `None` while none has begun.
fn frozen_last(reader: &mut Reader<'_>, city: Id) -> Result<Option<Policy>, Problem> {
    let now = reader.now();
    let rules = reader.city_rules(city)?;
    let begun = rules.policies().map(|(_, policy)| policy);
    let begun = begun.filter(|policy| policy.windows.freeze.opens <= now);
    Ok(begun.max_by_key(|policy| policy.windows.freeze.opens).cloned())
}

/// A3, U3: nobody leaves as of a day by which they would not have counted.
///
/// # Errors
/// 422 at `/ended_on` for everyone but the municipal bureau.
pub fn require_after_the_freeze(
    writer: &mut Writer<'_>,
    asker: &Asker,
    person: &Professional,
    day: Date,
) -> Result<(), Problem> {
    let last = frozen_last(writer, person.jurisdiction_id)?;
    // Who left on the very day on which the freeze began was not there any more: whoever counted stayed longer.
    let counted = last.is_some_and(|policy| day <= china_date(policy.windows.freeze.opens));
    if !counted || asker.actor.may(Permission::MergePeople) {
        return Ok(());
    }
    Err(unfit(
        "/ended_on",
        "before-the-freeze",
        "年终结转开始时的在职人员已经确定，离职日期须晚于结转开始之日；确有差错的，由市人社局更正",
        "who counted when the freeze began is settled: the day must lie after it; the municipal bureau corrects mistakes",
    ))
}

/// A3, U4b: from the beginning of a freeze until its year is settled, nobody gets a post that counts otherwise than theirs.
///
/// # Errors
/// 422 at `/post` for everyone but the municipal bureau.
pub fn require_same_scope(
    writer: &mut Writer<'_>,
    asker: &Asker,
    city: Id,
    (before, after): (Post, Post),
) -> Result<(), Problem> {
    if before == after || asker.actor.may(Permission::MergePeople) {
        return Ok(());
    }
    let Some(policy) = frozen_last(writer, city)? else { return Ok(()) };
    let settlement = writer.settlement(city, policy.year)?;
    if settlement.is_some_and(|settlement| settlement.state.0 == SettlementState::Finished) {
        return Ok(());
    }
    let counts = |post| require_in_scope(post, policy.include_management_posts).is_ok();
    if counts(before) == counts(after) {
        return Ok(());
    }
    Err(unfit(
        "/post",
        "before-the-freeze",
        "年终结转开始时的人员范围已经确定，结转完成前不能改为不同范围的岗位；确有差错的，由市人社局更正",
        "who counts was settled when the freeze began: until its year is settled the post cannot become one that counts otherwise; \
         the municipal bureau corrects mistakes",
    ))
}
