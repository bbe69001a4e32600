//! What entries commit to.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
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

/// A value in the one form that it is hashed in (RFC 8785).
pub(super) fn canonical(value: &Value) -> Result<Vec<u8>, StoreError> {
    serde_jcs::to_vec(value).map_err(|error| StoreError::Corrupt(error.to_string()))
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
        let digest = STANDARD.encode(salted(salt, &canonical(&event.disclosed())?));
        Ok(leaf["id"] == event.id.to_string() && leaf["digest"] == digest)
    }
}

impl Event {
    /// What its entry commits to: the canonical form (RFC 8785) of this, behind the entry's salt. Members that it has not are left out,
    /// and of the address there is a digest only, so that the address can be erased.
    #[must_use]
    pub fn disclosed(&self) -> Value {
        let id = |id: Option<Id>| id.map(|id| id.to_string());
        let data = serde_json::from_str(&self.data).unwrap_or_else(|_| json!(self.data));
        let members = [
            ("id", json!(self.id.to_string())),
            ("jurisdiction_id", json!(self.jurisdiction_id.to_string())),
            ("kind", json!(self.kind.0)),
            ("occurred_at", json!(written(self.occurred_at.0))),
            ("subject", json!(self.subject)),
            ("subject_id", json!(id(self.subject_id))),
            ("person_id", json!(id(self.person_id))),
            ("unit_id", json!(id(self.unit_id))),
            ("authority_id", json!(id(self.authority_id))),
            ("account_id", json!(id(self.account_id))),
            ("year", json!(self.year)),
            ("once", json!(self.once)),
            ("request_id", json!(self.request_id)),
            ("address_digest", json!(self.address_digest.as_deref().map(hex))),
            ("data", data),
        ];
        let kept = members.into_iter().filter(|(_, value)| !value.is_null());
        Value::Object(kept.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
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
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // infallible: a text takes everything.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
