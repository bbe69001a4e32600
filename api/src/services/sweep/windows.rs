//! Windows of the year that have opened or closed (W3, W5).

use serde_json::json;
use xueshi_domain::calendar::{Timetable, WindowKind};
use xueshi_domain::event::EventType;
use xueshi_domain::instant::{china_date, to_rfc3339};
use xueshi_persistence::{Id, Writer};

use crate::problem::Problem;
use crate::services::events::Happening;

/// Tells of each window of this year and of the last one, once, that it has opened and that it has closed. A bound that a new
/// version of the policy has moved is another bound.
pub(super) fn round(writer: &mut Writer<'_>, city: Id) -> Result<usize, Problem> {
    let now = writer.now();
    let this_year = china_date(now).year();
    let Some(bureau) = writer.municipal_bureau(city)? else { return Ok(0) };
    let rules = writer.city_rules(city)?;
    let mut told = 0;
    for (year, policy) in rules.policies() {
        if !(this_year - 1..=this_year).contains(&year) {
            continue;
        }
        let timetable = Timetable::new(policy, []);
        for kind in WindowKind::ALL {
            let Some(window) = timetable.window(*kind) else { continue };
            for (event, at) in
                [(EventType::WindowOpened, window.opens), (EventType::WindowClosed, window.closes)]
            {
                if now < at {
                    continue;
                }
                let at = to_rfc3339(at);
                let mark = format!("{event}:{kind}:{year}:{at}");
                if writer.is_told(city, &mark)? {
                    continue;
                }
                Happening::new(event)
                    .unit(bureau.id)
                    .year(year)
                    .data(json!({"window": kind, "at": at}))
                    .once(mark)
                    .tell(writer, city)?;
                told += 1;
            }
        }
    }
    Ok(told)
}
