//! Personal data: for what it may be shown whole, and when it is erased (U4a).

use crate::refusal::{ErasureGround, Refusal};

text_enum! {
    /// For what an id number or a phone number is shown whole (U4a). A fixed list: what somebody writes by hand would itself be
    /// personal data before long, in a log that keeps it.
    pub enum RevealPurpose {
        /// To check who someone is, by the document that they show.
        VerifyIdentity = "verify_identity",
        /// To reach the person.
        ContactPerson = "contact_person",
        /// To correct what is registered.
        CorrectRecord = "correct_record",
        /// To print or to give out a certificate.
        IssueCertificate = "issue_certificate",
        /// To decide on an appeal or a complaint.
        SettleDispute = "settle_dispute",
        /// Because a law or a court asks for it.
        LegalRequest = "legal_request",
        /// Because the person asked for it.
        RequestOfPerson = "request_of_person",
    }
}

text_enum! {
    /// What is shown whole.
    pub enum RevealField {
        /// The id number.
        IdNumber = "id_number",
        /// The phone number.
        Phone = "phone",
    }
}

text_enum! {
    /// Why a person is erased.
    pub enum ErasureReason {
        /// Their records need not be kept any more.
        RetentionOver = "retention_over",
        /// They asked for it, or those who may ask for them.
        RequestOfPerson = "request_of_person",
        /// A law or a court asks for it.
        LegalRequest = "legal_request",
    }
}

/// What decides whether a person may be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasureFacts {
    /// Whether they are employed, or looking for an employer (U3).
    pub active: bool,
    /// Cases of theirs that wait for a decision.
    pub open: u32,
    /// The last year of which something of theirs is recorded.
    pub last_year: Option<i32>,
    /// Years after that one in which it has to be kept.
    pub retention_years: i32,
    /// The year that it is in China.
    pub this_year: i32,
}

/// Whether a person's data may be erased: someone who retired or left, of whom nothing waits, and whose records have been kept as long
/// as they must be.
///
/// # Errors
/// [`Refusal::ErasureBarred`], with the first ground in this order.
pub fn admit_erasure(facts: &ErasureFacts) -> Result<(), Refusal> {
    let ErasureFacts { active, open, last_year, retention_years, this_year } = *facts;
    let not_before = last_year.map(|last| last.saturating_add(retention_years).saturating_add(1));
    let barred = |ground| Err(Refusal::ErasureBarred { ground, open, not_before });
    if active {
        barred(ErasureGround::Active)
    } else if open > 0 {
        barred(ErasureGround::OpenCases)
    } else if not_before.is_some_and(|year| this_year < year) {
        barred(ErasureGround::Retention)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u4a_erasure_waits_for_departure_cases_and_retention() {
        let facts = ErasureFacts {
            active: false,
            open: 0,
            last_year: Some(2023),
            retention_years: 10,
            this_year: 2034,
        };
        let ground = |facts: ErasureFacts| match admit_erasure(&facts) {
            Ok(()) => None,
            Err(Refusal::ErasureBarred { ground, not_before, .. }) => Some((ground, not_before)),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(ground(facts), None);
        let retention = Some((ErasureGround::Retention, Some(2034)));
        assert_eq!(ground(ErasureFacts { this_year: 2033, ..facts }), retention);
        let open = ErasureFacts { open: 1, this_year: 2023, ..facts };
        assert_eq!(ground(open), Some((ErasureGround::OpenCases, Some(2034))));
        let active = ErasureFacts { active: true, ..open };
        assert_eq!(ground(active), Some((ErasureGround::Active, Some(2034))));
        assert_eq!(ground(ErasureFacts { last_year: None, this_year: 2023, ..facts }), None);
        let none = ErasureFacts { retention_years: 0, this_year: 2024, ..facts };
        assert_eq!(ground(none), None);
    }
}
