//! Changed rows as an entry of the log keeps them: for each the number of its table, the length of its key and the key, and 1 with
//! its digest, or 0 when it is gone.

use super::changes::{Change, Digest};
use crate::error::StoreError;

/// Rows in one entry at most.
pub(super) const AT_ONCE: usize = 500;

/// A row that an entry speaks of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spoken<'a> {
    pub(super) table: u8,
    pub(super) key: &'a str,
    pub(super) digest: Option<Digest>,
}

pub(super) fn encode(changes: &[Change]) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::with_capacity(changes.len() * 160);
    for Change { table, key, digest } in changes {
        let length = u16::try_from(key.len())
            .map_err(|_| StoreError::Corrupt(format!("a change of {key}: too long a key")))?;
        bytes.push(*table);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(key.as_bytes());
        match digest {
            Some(digest) => {
                bytes.push(1);
                bytes.extend_from_slice(digest);
            }
            None => bytes.push(0),
        }
    }
    Ok(bytes)
}

/// Reads them back; `None` when that is not what the bytes are.
pub(super) fn decode(mut bytes: &[u8]) -> Option<Vec<Spoken<'_>>> {
    let mut rows = Vec::new();
    while let Some((&table, rest)) = bytes.split_first() {
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (key, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let (&there, rest) = rest.split_first()?;
        let (digest, rest) = match there {
            0 => (None, rest),
            1 => {
                let (digest, rest) = rest.split_first_chunk::<32>()?;
                (Some(*digest), rest)
            }
            2.. => return None,
        };
        rows.push(Spoken { table, key: std::str::from_utf8(key).ok()?, digest });
        bytes = rest;
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(table: u8, key: &str, digest: Option<Digest>) -> Change {
        Change { table, key: key.to_owned(), digest }
    }

    #[test]
    fn changes_read_back_and_nothing_else_does() {
        let changes = [
            change(0, "a", Some([7; 32])),
            change(10, "城/二/三", None),
            change(35, "", Some([0; 32])),
        ];
        let bytes = encode(&changes).unwrap();
        let rows = decode(&bytes).unwrap();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1].key, "城/二/三");
        assert_eq!(rows[1].digest, None);
        assert_eq!(rows[2].digest, Some([0; 32]));
        for length in 1..bytes.len() {
            let whole = decode(&bytes[..length]).is_none_or(|rows| rows.len() < 3);
            assert!(whole, "{length}");
        }
        assert!(encode(&[change(0, &"a".repeat(70_000), None)]).is_err());
    }
}
