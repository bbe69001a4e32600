//! The years of two records become those of one (H1, A1, A2, A3).

use std::collections::BTreeMap;

use xueshi_domain::certificate::CertificateState;
use xueshi_domain::event::EventType;
use xueshi_domain::ledger::RecordState;
use xueshi_domain::settlement::AddendumCause;
use xueshi_persistence::{AnnualRecord, Id, Pair, Reader, Tenths, Word, Writer};

use crate::problem::Problem;
use crate::services::appraisals::Change;
use crate::services::certifying::{Certifying, certificate_follows, tell_certificate};
use crate::services::rules::Rules;
use crate::services::year::{Year, standing_certificate, totals};
use crate::services::{Asker, makeup};

/// The years of both records as they were before the merge.
pub(super) struct Before {
    kept: BTreeMap<i32, AnnualRecord>,
    merged: BTreeMap<i32, AnnualRecord>,
}

impl Before {
    pub(super) fn of(reader: &mut Reader<'_>, pair: Pair) -> Result<Self, Problem> {
        let mut years = |person: Id| -> Result<BTreeMap<i32, AnnualRecord>, Problem> {
            let records = reader.annual_records_of(pair.jurisdiction, person)?;
            Ok(records.into_iter().map(|record| (record.year, record)).collect())
        };
        Ok(Self { kept: years(pair.kept)?, merged: years(pair.merged)? })
    }
}

/// A year of the merge, with what stood before, for those that have to follow it; `None` where nothing changed but whose it is.
type Added = (i32, Option<Box<AnnualRecord>>);

/// Adds the years of the merged record to those of the one that stands. Those that change are given with what stood before, beside
/// whose seal the change is added (A3); those that there was nothing to add to move as they are.
pub(super) fn add_years(
    writer: &mut Writer<'_>,
    asker: &Asker,
    pair: Pair,
    mut before: Before,
) -> Result<Vec<Added>, Problem> {
    let city = pair.jurisdiction;
    let mut years = Vec::new();
    for mut copy in writer.annual_records_of(city, pair.merged)? {
        let stood = before.merged.remove(&copy.year).unwrap_or_else(|| copy.clone());
        let sealed_as = copy.settled_at.map(|_| copy.sealed_as.unwrap_or(pair.merged));
        let Some(mut own) = writer.annual_record(city, pair.kept, copy.year)? else {
            copy.sealed_as = sealed_as;
            writer.save_annual_record(&mut copy)?;
            // A declaration of the same learning may have ended in it.
            let changed = totals(&stood) != totals(&copy);
            years.push((copy.year, changed.then(|| Box::new(stood))));
            continue;
        };
        let own_stood = before.kept.remove(&copy.year).unwrap_or_else(|| own.clone());
        let only_copy_settled = own.settled_at.is_none() && copy.settled_at.is_some();
        years.push((copy.year, Some(Box::new(if only_copy_settled { stood } else { own_stood }))));
        let certificates = writer.certificates_of_year(city, pair.kept, copy.year)?;
        writer.renumber_certificates(
            pair,
            copy.year,
            i32::try_from(certificates.len()).map_err(Problem::internal)?,
        )?;
        let certified = [&own, &copy].iter().any(|year| year.state.0 == RecordState::Certified);
        if own.certificate_id.is_some()
            && let Some(old) = standing_certificate(writer, &copy)?
        {
            writer.end_certificate(&old, CertificateState::Superseded, "corrected")?;
            tell_certificate(writer, asker, EventType::CertificateSuperseded, &copy, &old)?;
        }
        own.certificate_id = own.certificate_id.or(copy.certificate_id);
        add_hours(&mut own, &copy)?;
        if only_copy_settled {
            own.settled_at = copy.settled_at;
            own.sealed_as = sealed_as;
            own.outcome = copy.outcome;
            // The units of the freeze answer for a settled year.
            (own.employer_id, own.authority_id) = (copy.employer_id, copy.authority_id);
        }
        if certified {
            own.state = Word(RecordState::Certified);
        } else if copy.state.0 == RecordState::Exempt {
            own.state = copy.state;
        }
        empty(&mut copy);
        writer.save_annual_record(&mut copy)?;
        writer.save_annual_record(&mut own)?;
    }
    // Years that only the record that stands has, where a declaration of the same learning ended.
    for (year, stood) in before.kept {
        let now = writer.annual_record(city, pair.kept, year)?;
        if now.is_some_and(|now| totals(&now) != totals(&stood)) {
            years.push((year, Some(Box::new(stood))));
        }
    }
    Ok(years)
}

fn add_hours(own: &mut AnnualRecord, copy: &AnnualRecord) -> Result<(), Problem> {
    let add = |one: &mut Tenths, other: Tenths| match one.0.checked_add(other.0) {
        Some(sum) => {
            one.0 = sum;
            Ok(())
        }
        None => Err(Problem::internal("a year's total would overflow")),
    };
    add(&mut own.approved_public, copy.approved_public)?;
    add(&mut own.approved_professional, copy.approved_professional)?;
    add(&mut own.pending_public, copy.pending_public)?;
    add(&mut own.pending_professional, copy.pending_professional)?;
    add(&mut own.makeup_public, copy.makeup_public)?;
    add(&mut own.makeup_professional, copy.makeup_professional)
}

/// A year of the shell: nothing is left in it.
fn empty(copy: &mut AnnualRecord) {
    let none = Tenths(xueshi_domain::Hours::ZERO);
    copy.approved_public = none;
    copy.approved_professional = none;
    copy.pending_public = none;
    copy.pending_professional = none;
    copy.makeup_public = none;
    copy.makeup_professional = none;
    copy.state = Word(RecordState::InProgress);
    copy.satisfied_at = None;
    copy.certificate_id = None;
}

/// H1, A1, A2: the state of an added-up year follows its hours; a certified one gets a new certificate in place of the old one, and
/// one that is complete now, and can be verified no more, is certified with the merge.
pub(super) fn follow_year(
    writer: &mut Writer<'_>,
    asker: &Asker,
    pair: Pair,
    before: AnnualRecord,
    (unit, reason): (Id, &str),
) -> Result<(), Problem> {
    let year = before.year;
    let rules = Rules::of(writer, pair.jurisdiction, year)?;
    let record = writer.annual_record(pair.jurisdiction, pair.kept, year)?;
    let record = record.ok_or_else(|| Problem::internal("an added-up year is missing"))?;
    let change = Change {
        cause: AddendumCause::Correction,
        declaration: None,
        reason: Some(reason),
        by: Some(asker.account()),
        unit: Some(unit),
    };
    let year = (pair.jurisdiction, pair.kept, year);
    let following = Year::changed(record, before);
    following.follow(writer, rules.policy.floors, "hours_revoked", change)?;
    let decision = Certifying { unit, cause: AddendumCause::Correction, reason: Some(reason) };
    certificate_follows(writer, asker, &rules, year, decision)?;
    makeup::follow_year(writer, year, None)
}
