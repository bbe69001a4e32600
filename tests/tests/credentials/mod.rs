//! The certificate as a credential (A1, A2, ADR 0029), verified by libraries that know nothing of this service.

mod evidence;
mod national;
mod rights;
mod status;
mod verified;

use std::io::Read as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::read::GzDecoder;
use jsonwebtoken::errors::Error;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;
use xueshi_tests::steps::text;
use xueshi_tests::{Answer, Client, Server};

/// The entries of a status list.
const ENTRIES: usize = 131_072;

/// The address of a certificate's credential.
fn path(number: &str) -> String {
    format!("/v1/certificates/{number}/credential")
}

/// The credential of a certificate, once the log has sealed its issue.
async fn credential(client: &Client, number: &str) -> Answer {
    for _ in 0..400 {
        let answer = client.get(&path(number)).await;
        if answer.status != 503 {
            assert_eq!(answer.status, 200, "{answer:?}");
            return answer;
        }
        answer.refused(503, "not-sealed-yet");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{number} is not sealed");
}

/// Who signs.
fn issuer(server: &Server) -> String {
    format!("http://{}", server.address())
}

/// The published key that a token names.
async fn key_of(server: &Server, token: &str) -> DecodingKey {
    let keys = server.nobody().get("/.well-known/jwks.json").await.is(200);
    let keys: JwkSet = serde_json::from_value(keys).unwrap();
    let kid = decode_header(token).unwrap().kid.unwrap();
    DecodingKey::from_jwk(keys.find(&kid).expect("the key is published")).unwrap()
}

/// What a token says, if it verifies.
fn verify(token: &str, key: &DecodingKey, issuer: &str) -> Result<Value, Error> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["iss"]);
    validation.set_issuer(&[issuer]);
    validation.validate_exp = false;
    validation.validate_aud = false;
    decode::<Value>(token, key, &validation).map(|token| token.claims)
}

/// What a token says, without looking at its signature.
fn payload(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The address of a credential's status list, here.
fn list_path(server: &Server, credential: &Value) -> String {
    let address = text(&credential["credentialStatus"], "statusListCredential");
    address.strip_prefix(&issuer(server)).expect("the list is here").to_owned()
}

/// The bits of a list.
fn bits(list: &Value) -> Vec<bool> {
    let text = text(&list["credentialSubject"], "encodedList");
    let packed = URL_SAFE_NO_PAD.decode(text.strip_prefix('u').expect("base64url")).unwrap();
    let mut bytes = Vec::new();
    GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
    bytes.iter().flat_map(|byte| (0..8).map(move |bit| *byte & (0x80_u8 >> bit) != 0)).collect()
}

/// Whether the list says that the certificate of a credential stands no more.
async fn is_ended(server: &Server, credential: &Value) -> bool {
    let token = server.nobody().get(&list_path(server, credential)).await.text();
    let list = verify(&token, &key_of(server, &token).await, &issuer(server)).unwrap();
    let bits = bits(&list);
    assert_eq!(bits.len(), ENTRIES);
    let index = text(&credential["credentialStatus"], "statusListIndex");
    bits[index.parse::<usize>().unwrap()]
}
