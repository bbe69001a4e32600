//! What the rules want to know about a declaration, gathered from the store.

use std::collections::HashMap;

use serde_json::{Value, json};
use time::Date;
use xueshi_domain::declaration::{DeclarationFacts, LearningSource, Outcome, Step, explain};
use xueshi_domain::duplicate::{Standing, Trace, duplicate_of};
use xueshi_domain::explanation::{CheckName, Finding};
use xueshi_domain::instant::china_date;
use xueshi_domain::learning::LearningSpan;
use xueshi_domain::ledger::Bucket;
use xueshi_domain::merging::Declared;
use xueshi_domain::{Hours, Refusal};
use xueshi_persistence::{Attachment, Declaration, Id, LearningRecord, Professional, Reader};

use crate::dto::{Day, Timestamp};
use crate::problem::{Code, Grounds, Problem};
use crate::services::classes::class_facts;
use crate::services::explanations::{Basis, found, refused};
use crate::services::makeup::study_under;
use crate::services::rules::Rules;
use crate::services::seminars::seminar_facts;

/// A declaration with everything around it that the rules look at.
pub(super) struct Case {
    pub(super) person: Professional,
    pub(super) facts: DeclarationFacts,
    trace: Trace,
    others: Vec<Standing>,
}

impl Case {
    /// Gathers the facts about a declaration as it would be stored.
    pub(super) fn gather(
        reader: &mut Reader<'_>,
        declaration: &Declaration,
    ) -> Result<Self, Problem> {
        let today = china_date(reader.now());
        Self::gather_as_of(reader, declaration, today)
    }

    /// The same, with the person's employment as it was on a day.
    pub(super) fn gather_as_of(
        reader: &mut Reader<'_>,
        declaration: &Declaration,
        today: Date,
    ) -> Result<Self, Problem> {
        let (city, person_id) = (declaration.jurisdiction_id, declaration.professional_id);
        let person =
            reader.professional(city, person_id)?.ok_or_else(|| Problem::new(Code::NotFound))?;
        let mut evidence: HashMap<Id, Vec<Attachment>> = HashMap::new();
        // H7: what was learnt in the same calendar year may stand in a prior one, under a make-up grant, and the other way round.
        let near = (declaration.year, declaration.learning_end.year());
        for attachment in reader.attachments_near(city, person_id, near)? {
            evidence.entry(attachment.declaration_id).or_default().push(attachment);
        }
        let mut used_this_year = Hours::ZERO;
        let mut others = Vec::new();
        let near = reader.declarations_near(city, person_id, near)?;
        let records = Records::of(reader, near.iter().chain([declaration]))?;
        let record = records.behind(declaration)?;
        for other in near.into_iter().filter(|other| other.id != declaration.id) {
            let same_year = other.year == declaration.year;
            if same_year && other.way == declaration.way && Bucket::of(other.state.0).is_some() {
                used_this_year = used_this_year.saturating_add(other.hours.0);
            }
            let trace = trace(&other, records.behind(&other)?, evidence.get(&other.id))?;
            others.push(Standing { id: other.id.0, state: other.state.0, trace });
        }
        let own_evidence = evidence.get(&declaration.id);
        let trace = trace(declaration, record, own_evidence)?;
        let source = match record {
            None => LearningSource::SelfDeclared {
                evidence: own_evidence
                    .into_iter()
                    .flatten()
                    .map(|attachment| attachment.kind.0)
                    .collect(),
            },
            Some(record) => source(reader, record)?,
        };
        let employment = reader.employment_of_day(city, person_id, today)?;
        let facts = DeclarationFacts {
            year: declaration.year,
            subject: declaration.subject.0,
            way: declaration.way.0,
            title: declaration.title.clone(),
            span: trace.span,
            hours: declaration.hours.0,
            source,
            used_this_year,
            employment: employment.map(|job| job.days()),
            post: person.post.0,
            today,
            makeup: study_under(reader, declaration)?,
        };
        Ok(Self { person, facts, trace, others })
    }

    /// Everything that the rules ask of a step, with what each of them found (V7).
    ///
    /// # Errors
    /// The first rule that refuses; the problem carries all inputs and findings.
    pub(super) fn examine(&self, step: Step, id: Id, rules: &Rules) -> Result<Basis, Problem> {
        let checks = explain(step, &self.facts, &rules.policy);
        let mut findings: Vec<Finding> = checks.iter().map(found).collect();
        let mut refusal = checks.into_iter().find_map(|check| match check.outcome {
            Outcome::Refused(refusal) => Some(refusal),
            Outcome::Passed | Outcome::NotApplicable => None,
        });
        findings.push(match self.check_duplicates(id) {
            Ok(()) => Finding::passed(CheckName::CountedOnce),
            Err(duplicate) => {
                let found = refused(CheckName::CountedOnce, &duplicate);
                refusal.get_or_insert(duplicate);
                found
            }
        });
        let inputs = inputs(&self.facts, self.others.len());
        match refusal {
            None => Ok(Basis { inputs, findings, due: None }),
            Some(refusal) => Err(Problem::from(refusal).resting_on(Grounds {
                inputs,
                findings,
                year: Some(self.facts.year),
                policy_version: Some(rules.version),
            })),
        }
    }

    /// H7: whether the same learning stands already.
    pub(super) fn check_duplicates(&self, id: Id) -> Result<(), Refusal> {
        duplicate_of(id.0, &self.trace, &self.others)
    }
}

/// The facts about a declaration as they are kept (V7). A title and an institution's name are no personal data.
fn inputs(facts: &DeclarationFacts, others: usize) -> Value {
    let source = match &facts.source {
        LearningSource::SelfDeclared { evidence } => {
            json!({"kind": "self_declared", "evidence": evidence})
        }
        LearningSource::PlatformCompletion { platform } => {
            json!({"kind": "platform", "platform": platform})
        }
        LearningSource::Roster(class) => json!({
            "kind": "roster", "class": class.title, "institution": class.institution,
            "institution_filed": class.institution_filed,
            "plan_approved_at": class.plan_approved_at.map(Timestamp),
            "class_began": Day(class.began), "item_hours": class.item_hours, "passed": class.passed,
        }),
        LearningSource::Seminar(seminar) => json!({"kind": "seminar", "seminar": seminar}),
    };
    json!({
        "year": facts.year, "subject": facts.subject, "way": facts.way, "hours": facts.hours,
        "learning_start": Day(facts.span.start()), "learning_end": Day(facts.span.end()),
        "source": source, "used_this_year": facts.used_this_year, "post": facts.post,
        "employed_from": facts.employment.map(|job| Day(job.from)),
        "employed_until": facts.employment.and_then(|job| job.until).map(Day),
        "today": Day(facts.today), "other_declarations": others,
        "makeup": facts.makeup.as_ref().map(|study| json!({
            "study_from": Day(study.from), "study_until": Timestamp(study.until), "missing": study.missing,
        })),
    })
}

/// Everything that a person has declared, in whatever year, as a merge compares it (U4, H7, H8).
///
/// # Errors
/// On a database failure.
pub(in crate::services) fn all_declared(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
) -> Result<Vec<Declared>, Problem> {
    let mut evidence: HashMap<Id, Vec<Attachment>> = HashMap::new();
    for attachment in reader.all_attachments_of(city, person)? {
        evidence.entry(attachment.declaration_id).or_default().push(attachment);
    }
    let mut all = Vec::new();
    let declarations = reader.all_declarations_of(city, person)?;
    let records = Records::of(reader, declarations.iter())?;
    for declaration in declarations {
        let trace =
            trace(&declaration, records.behind(&declaration)?, evidence.get(&declaration.id))?;
        all.push(Declared {
            standing: Standing { id: declaration.id.0, state: declaration.state.0, trace },
            year: declaration.year,
            subject: declaration.subject.0,
            way: declaration.way.0,
            hours: declaration.hours.0,
        });
    }
    Ok(all)
}

/// The learning records behind declarations of one person.
struct Records(HashMap<Id, LearningRecord>);

impl Records {
    fn of<'d>(
        reader: &mut Reader<'_>,
        declarations: impl Iterator<Item = &'d Declaration>,
    ) -> Result<Self, Problem> {
        let mut person = None;
        let mut ids = Vec::new();
        for declaration in declarations {
            if let Some(id) = declaration.learning_record_id {
                person = Some((declaration.jurisdiction_id, declaration.professional_id));
                ids.push(id);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let Some((city, person)) = person else { return Ok(Self(HashMap::new())) };
        Ok(Self(reader.learning_records_by_id(city, person, &ids)?))
    }

    /// The one behind a declaration, if it has one.
    fn behind(&self, declaration: &Declaration) -> Result<Option<&LearningRecord>, Problem> {
        let Some(id) = declaration.learning_record_id else { return Ok(None) };
        let found = self.0.get(&id);
        found.map(Some).ok_or_else(|| missing(id))
    }
}

fn missing(id: Id) -> Problem {
    Problem::internal(format!("learning record {id} is missing"))
}

pub(super) fn learning_record(
    reader: &mut Reader<'_>,
    city: Id,
    person: Id,
    id: Id,
) -> Result<LearningRecord, Problem> {
    reader.learning_record(city, person, id)?.ok_or_else(|| missing(id))
}

fn trace(
    declaration: &Declaration,
    record: Option<&LearningRecord>,
    evidence: Option<&Vec<Attachment>>,
) -> Result<Trace, Refusal> {
    let course =
        record.and_then(|record| record.platform_code.clone().zip(record.course_code.clone()));
    Ok(Trace {
        learning_record: declaration.learning_record_id.map(|id| id.0),
        class: record.and_then(|record| record.class_id).map(|id| id.0),
        seminar: record.and_then(|record| record.seminar_id).map(|id| id.0),
        platform_course: course,
        content_hashes: evidence
            .into_iter()
            .flatten()
            .map(|attachment| attachment.content_hash.clone())
            .collect(),
        span: LearningSpan::new(declaration.learning_start, declaration.learning_end)?,
    })
}

/// Where delivered learning comes from: a platform (H6), an advanced seminar (P6), or a class with the filing behind it (H5).
fn source(reader: &mut Reader<'_>, record: &LearningRecord) -> Result<LearningSource, Problem> {
    let missing =
        |what: &str| Problem::internal(format!("learning record {}: {what} is missing", record.id));
    if let Some(seminar) = record.seminar_id {
        return Ok(LearningSource::Seminar(seminar_facts(reader, record, seminar)?));
    }
    let Some(class) = record.class_id else {
        let platform = record.platform_code.clone().ok_or_else(|| missing("platform"))?;
        return Ok(LearningSource::PlatformCompletion { platform });
    };
    let city = record.jurisdiction_id;
    let filing = reader.class_filing(city, class)?.ok_or_else(|| missing("class"))?;
    let institution = reader
        .organization(city, filing.class.organization_id)?
        .ok_or_else(|| missing("institution"))?;
    Ok(LearningSource::Roster(class_facts(&filing, &institution.name, record.passed)))
}
