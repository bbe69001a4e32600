//! Which certificates stand no more, as one signed list for many (A2; W3C Bitstring Status List v1.0).

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use xueshi_domain::certificate::{CertificateNumber, StatusList};
use xueshi_persistence::Reader;

use super::{CONTEXT, claims, list_address};
use crate::dto::Timestamp;
use crate::problem::{Code, Problem};

/// For so long a list that was kept may be believed: whoever holds back a newer one gains a day at most.
const BELIEVED: Duration = Duration::DAY;
/// After so many milliseconds a newer list is worth asking for; the answer may be kept for as long.
const MILLISECONDS: u32 = 60_000;

/// What the list of this name says now.
///
/// # Errors
/// 404 for a list on which no certificate stands.
pub fn status_list(
    reader: &mut Reader<'_>,
    name: &str,
    public_url: &str,
) -> Result<Value, Problem> {
    let not_found = || Problem::new(Code::NotFound);
    let list = StatusList::parse(name).ok_or_else(not_found)?;
    let ended = reader.ended_certificates(list)?.ok_or_else(not_found)?;
    let from = hour(reader.now())?;
    let until = from.saturating_add(BELIEVED);
    let id = list_address(public_url, list);
    let mut credential = json!({
        "@context": [CONTEXT],
        "id": id,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": public_url},
        "validFrom": Timestamp::from(from),
        "validUntil": Timestamp::from(until),
        "credentialSubject": {
            "id": format!("{id}#list"),
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(&ended)?,
            "ttl": MILLISECONDS,
        },
    });
    claims(&mut credential, public_url, from.unix_timestamp());
    // So that a library that knows JWTs only does not believe an old list either.
    credential["exp"] = json!(until.unix_timestamp());
    Ok(credential)
}

/// The beginning of the hour: a list that has not changed is the same text for as long.
fn hour(now: OffsetDateTime) -> Result<OffsetDateTime, Problem> {
    let seconds = now.unix_timestamp();
    OffsetDateTime::from_unix_timestamp(seconds - seconds.rem_euclid(3600))
        .map_err(Problem::internal)
}

/// A bit for each entry, the first one leftmost, set for those given; compressed, and marked (`u`) as base64url without padding
/// (Multibase).
fn encoded(ended: &[CertificateNumber]) -> Result<String, Problem> {
    let mut bits = vec![0_u8; StatusList::ENTRIES as usize / 8];
    for number in ended {
        let index = StatusList::index(*number) as usize;
        bits[index / 8] |= 0x80_u8 >> (index % 8);
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&bits).map_err(Problem::internal)?;
    let packed = packed.finish().map_err(Problem::internal)?;
    Ok(format!("u{}", URL_SAFE_NO_PAD.encode(packed)))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    fn bits(sequences: &[u32]) -> Vec<u8> {
        let number = |sequence: &u32| CertificateNumber::new("410100", 2023, *sequence).unwrap();
        let numbers: Vec<_> = sequences.iter().map(number).collect();
        let text = encoded(&numbers).unwrap();
        assert_eq!(text, encoded(&numbers).unwrap(), "the same list has the same text");
        let packed = URL_SAFE_NO_PAD.decode(text.strip_prefix('u').unwrap()).unwrap();
        let mut bits = Vec::new();
        GzDecoder::new(packed.as_slice()).read_to_end(&mut bits).unwrap();
        bits
    }

    #[test]
    fn the_first_certificate_is_the_leftmost_bit() {
        for (sequences, place, byte) in [
            (vec![1], 0, 0b1000_0000),
            (vec![1, 8], 0, 0b1000_0001),
            (vec![10], 1, 0b0100_0000),
            (vec![131_072], 16_383, 0b0000_0001),
            (vec![131_073], 0, 0b1000_0000),
        ] {
            let bits = bits(&sequences);
            assert_eq!((bits.len(), bits[place]), (16_384, byte), "{sequences:?}");
            let others = bits.iter().enumerate().filter(|(at, _)| *at != place);
            assert!(others.map(|(_, byte)| *byte).all(|byte| byte == 0), "{sequences:?}");
        }
        assert!(bits(&[]).iter().all(|byte| *byte == 0));
    }

    #[test]
    fn the_hour_begins_also_before_1970() {
        use time::macros::datetime;
        for (now, begin) in [
            (datetime!(2023-10-16 09:59:59.9 +8), datetime!(2023-10-16 09:00 +8)),
            (datetime!(1969-12-31 23:30 UTC), datetime!(1969-12-31 23:00 UTC)),
            (datetime!(0000-01-01 00:00 +8), datetime!(0000-01-01 00:00 +8)),
        ] {
            assert_eq!(hour(now).unwrap(), begin);
        }
    }
}
