//! What the host reports when a seminar is over (P6).

use std::collections::HashMap;

use serde_json::json;
use uuid::Uuid;
use xueshi_domain::event::EventType;
use xueshi_domain::explanation::CheckName;
use xueshi_domain::instant::china_date;
use xueshi_domain::seminar::{Event, PersonResult, SeminarRoad, check_results, require_ended};
use xueshi_persistence::{Id, Tenths, Writer};

use super::{Taken, hosted, rules_now, shown, span, take};
use crate::dto::seminars::{SeminarDto, SeminarReport, SeminarResult};
use crate::extract::RequiredIfMatch;
use crate::problem::Problem;
use crate::services::explanations::Trail;
use crate::services::{Asker, Reply};

/// Reports the outcome, with a result for everyone on the list.
///
/// # Errors
/// 403, 404, 409, 412, `year-end-freeze`; `seminar-not-ended`, and results that are not those of the list.
pub fn report(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Id,
    condition: &RequiredIfMatch,
    new: &SeminarReport,
) -> Result<Reply<SeminarDto>, Problem> {
    let mut held = hosted(writer, asker, id)?;
    condition.check(held.seminar.version.into())?;
    let mut trail = Trail::acting_for(held.acting_for).saying(Some(&new.summary));
    let to = trail.step::<SeminarRoad>(held.seminar.state.0, Event::Report)?;
    let rules = rules_now(writer, &held.seminar, &mut trail)?;
    let ended = require_ended(span(&held.seminar)?, china_date(writer.now()));
    trail.ask_one(CheckName::HasEnded, ended)?;
    let list = writer.seminar_list(held.seminar.jurisdiction_id, held.seminar.id)?;
    let admitted: Vec<Uuid> = list.iter().map(|row| row.professional_id.0).collect();
    let results: Vec<PersonResult> = new
        .results
        .iter()
        .map(|result| PersonResult {
            person: result.professional_id,
            hours: result.hours.0,
            passed: result.passed,
        })
        .collect();
    let fit = check_results(&admitted, &results, held.seminar.hours.0);
    let fit = fit.map_err(|(refusal, place)| {
        let problem = Problem::from(refusal);
        match place {
            Some(place) => problem.moved("/hours", &format!("/results/{place}/hours")),
            None => problem,
        }
    });
    trail.ask_one(CheckName::ResultsFitList, fit)?;
    let by_person: HashMap<Uuid, SeminarResult> =
        new.results.iter().map(|result| (result.professional_id, *result)).collect();
    for mut row in list {
        let result = by_person.get(&row.professional_id.0);
        row.hours = result.map(|result| Tenths(result.hours.0));
        row.passed = result.map(|result| result.passed);
        writer.save_seminar_result(&row)?;
    }
    held.seminar.brought_by = asker.account();
    let taken = Taken {
        event: Event::Report,
        to,
        rules: &rules,
        tells: EventType::SeminarReported,
        data: json!({"passed": new.results.iter().filter(|result| result.passed).count()}),
        trail,
    };
    take(writer, asker, &mut held, taken)?;
    Ok(shown(held))
}
