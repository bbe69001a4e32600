//! What entries commit to.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use xueshi_domain::instant::in_china;

use super::LogEntry;
use crate::columns::Id;
use crate::error::StoreError;
use crate::events::Event;

/// RFC 3339 to the microsecond that the database keeps.
const AT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]+08:00");

/// An instant as entries write it.
pub(super) fn written(instant: OffsetDateTime) -> String {
    let instant = in_china(instant);
    instant.format(AT).unwrap_or_else(|_| instant.to_string())
}

/// SHA-256 of a salt and what follows it.
pub(super) fn salted(salt: &[u8], text: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(text);
    hash.finalize().into()
}

/// Something in the one form that it is hashed in (RFC 8785).
pub(super) fn canonical(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_jcs::to_vec(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Whether serde_json writes a value in its canonical form by itself: it writes strings as RFC 8785 has them, whole numbers too as
/// long as every reader takes them for the same, broken ones (hours) where neither writes an exponent, and sorts members by their bytes,
/// which for ASCII is the same order.
fn is_plain(value: &Value) -> bool {
    const LARGEST: u64 = 1 << 53;
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.unsigned_abs() <= LARGEST,
            None => number
                .as_f64()
                .is_some_and(|broken| broken.fract() != 0.0 && (1e-3..1e9).contains(&broken.abs())),
        },
        Value::Array(values) => values.iter().all(is_plain),
        Value::Object(members) => {
            members.iter().all(|(name, value)| name.is_ascii() && is_plain(value))
        }
    }
}

/// A fresh salt.
pub(super) fn new_salt() -> [u8; 16] {
    rand::random()
}

impl LogEntry {
    /// Whether it is the entry of this event as it is now: its leaf bears the event's id, and the digest of what it discloses.
    ///
    /// # Errors
    /// When the event has no canonical form.
    pub fn commits_to(&self, event: &Event) -> Result<bool, StoreError> {
        let Some(salt) = &self.salt else { return Ok(false) };
        let Ok(leaf) = serde_json::from_str::<Value>(&self.leaf) else { return Ok(false) };
        let digest = STANDARD.encode(salted(salt, &event.canonical()?));
        Ok(leaf["id"] == event.id.to_string() && leaf["digest"] == digest)
    }
}

/// What an event's entry commits to. The members stand in their canonical order; those that it has not are left out.
#[derive(Serialize)]
struct Disclosed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority_id: Option<Id>,
    #[serde(skip_serializing_if = "Value::is_null")]
    data: Value,
    id: Id,
    jurisdiction_id: Id,
    kind: &'a str,
    occurred_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    once: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person_id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
}

impl Event {
    /// What its entry commits to: the canonical form (RFC 8785) of this, behind the entry's salt. Members that it has not are left out,
    /// and of the address there is a digest only, so that the address can be erased.
    #[must_use]
    pub fn disclosed(&self) -> Value {
        // infallible: every member has a form, and every name is a text.
        serde_json::to_value(self.to_disclose()).unwrap_or_default()
    }

    /// The canonical form of [`Self::disclosed`].
    pub(super) fn canonical(&self) -> Result<Vec<u8>, StoreError> {
        let disclosed = self.to_disclose();
        if is_plain(&disclosed.data) {
            serde_json::to_vec(&disclosed).map_err(|error| StoreError::Corrupt(error.to_string()))
        } else {
            canonical(&disclosed)
        }
    }

    fn to_disclose(&self) -> Disclosed<'_> {
        Disclosed {
            account_id: self.account_id,
            address_digest: self.address_digest.as_deref().map(hex),
            authority_id: self.authority_id,
            data: serde_json::from_str(&self.data).unwrap_or_else(|_| json!(self.data)),
            id: self.id,
            jurisdiction_id: self.jurisdiction_id,
            kind: self.kind.0.as_str(),
            occurred_at: written(self.occurred_at.0),
            once: self.once.as_deref(),
            person_id: self.person_id,
            request_id: self.request_id.as_deref(),
            subject: &self.subject,
            subject_id: self.subject_id,
            unit_id: self.unit_id,
            year: self.year,
        }
    }

    /// Whether the address is the one that the event commits to, or is gone with somebody's data.
    #[must_use]
    pub(super) fn address_fits(&self, erased: &HashSet<Id>) -> bool {
        match (&self.address, &self.address_salt, &self.address_digest) {
            (Some(address), Some(salt), Some(digest)) => {
                salted(salt, address.as_bytes()) == digest.as_slice()
            }
            (None, None, None) => true,
            (None, None, Some(_)) => [self.account_id, self.subject_id]
                .into_iter()
                .flatten()
                .any(|id| erased.contains(&id)),
            (Some(_), _, _) | (None, Some(_), _) => false,
        }
    }
}

/// Small hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xueshi_domain::event::EventType;

    use super::*;
    use crate::columns::{Moment, Word};

    fn event(data: String) -> Event {
        Event {
            jurisdiction_id: Id(uuid::Uuid::from_u128(1)),
            id: Id(uuid::Uuid::from_u128(2)),
            kind: Word(EventType::ALL[0]),
            person_id: Some(Id(uuid::Uuid::from_u128(3))),
            unit_id: None,
            authority_id: Some(Id(uuid::Uuid::from_u128(4))),
            subject: "declaration".to_owned(),
            subject_id: None,
            year: Some(2023),
            account_id: None,
            data,
            once: Some("一次\n\"\u{7f}\u{1}".to_owned()),
            occurred_at: Moment(OffsetDateTime::UNIX_EPOCH),
            request_id: None,
            address: None,
            address_salt: None,
            address_digest: Some(vec![0, 255]),
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            (-1e10..1e10).prop_map(Value::from),
            (-1.0..1.0).prop_map(Value::from),
            (-100_000..100_000).prop_map(|tenths| Value::from(f64::from(tenths) / 10.0)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-zA-Zé-ö\u{10000}_]{0,4}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_short_way_gives_the_canonical_form(data in any_json()) {
            let event = event(data.to_string());
            prop_assert_eq!(
                String::from_utf8(event.canonical().unwrap()).unwrap(),
                String::from_utf8(canonical(&event.disclosed()).unwrap()).unwrap()
            );
        }
    }
}
