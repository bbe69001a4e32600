//! SM2 with SM3, where the settings ask for them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};
use sm2::dsa::signature::Verifier as _;
use sm2::dsa::{Signature, VerifyingKey};
use xueshi_api::settings::CredentialSuite;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{bits, credential, issuer, key_of, list_path, payload, verify};

on_both!(sm2_signs_where_it_is_asked_for, another_suite_forgets_nothing);

/// The signer's id where nothing else is agreed upon (GM/T 0009).
const SIGNER: &str = "1234567812345678";

async fn national(server: &Server) -> Server {
    Server::with(server.database(), |settings| settings.credential_suite = CredentialSuite::Sm2)
        .await
}

fn header(token: &str) -> Value {
    let part = token.split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The published key that a token names.
async fn national_key(server: &Server, token: &str) -> VerifyingKey {
    let keys = server.nobody().get("/.well-known/jwks.json").await.is(200);
    let said = header(token);
    let mut keys = keys["keys"].as_array().unwrap().iter();
    let key = keys.find(|key| key["kid"] == said["kid"]).unwrap();
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
        (&json!("EC"), &json!("SM2"), &json!("SM2SM3"), &json!("sig"))
    );
    let mut point = vec![4];
    for coordinate in ["x", "y"] {
        point.extend(URL_SAFE_NO_PAD.decode(text(key, coordinate)).unwrap());
    }
    VerifyingKey::from_sec1_bytes(SIGNER, &point).unwrap()
}

fn verifies(token: &str, key: &VerifyingKey) -> bool {
    let Some((signed, signature)) = token.rsplit_once('.') else { return false };
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
    let Ok(signature) = Signature::from_slice(&signature) else { return false };
    key.verify(signed.as_bytes(), &signature).is_ok()
}

async fn sm2_signs_where_it_is_asked_for(server: &Server) {
    let server = &national(server).await;
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let token = credential(&doctor, &person.number).await.text();
    let said = header(&token);
    assert_eq!(
        (&said["alg"], &said["typ"], &said["cty"]),
        (&json!("SM2SM3"), &json!("vc+jwt"), &json!("vc"))
    );
    let key = national_key(server, &token).await;
    assert!(verifies(&token, &key));
    let other = VerifyingKey::new("another signer", (&key).into()).unwrap();
    assert!(!verifies(&token, &other), "the signer's id is signed too");
    // Every byte of the signature, and a part of what is signed: this arithmetic is slow.
    let signature = token.rfind('.').unwrap();
    for place in (0..signature).step_by(61).chain(signature..token.len()) {
        let mut bytes = token.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        assert!(!verifies(&String::from_utf8(bytes).unwrap(), &key), "byte {place}");
    }

    let credential = payload(&token);
    let list = server.nobody().get(&list_path(server, &credential)).await.text();
    assert_eq!(header(&list)["alg"], "SM2SM3", "signed alike");
    assert!(verifies(&list, &national_key(server, &list).await));
    assert!(bits(&payload(&list)).iter().all(|bit| !bit));
    // A library that does not know the curve goes on reading the others' keys.
    let keys = server.nobody().get("/.well-known/jwks.json").await.is(200);
    let keys: JwkSet = serde_json::from_value(keys).unwrap();
    let kid = jsonwebtoken::decode_header(doctor.token()).unwrap().kid.unwrap();
    assert!(keys.find(&kid).is_some());
}

/// Whoever changes the suite gets a new key; what was signed with the former one verifies with what is published then.
async fn another_suite_forgets_nothing(server: &Server) {
    let first = national(server).await;
    let person = steps::certified_person(&first).await;
    let doctor = first.login("professional").await;
    let old = credential(&doctor, &person.number).await.text();
    let second =
        first.restart(|settings| settings.credential_suite = CredentialSuite::Ed25519).unwrap();
    let doctor = second.login("professional").await;
    let new = credential(&doctor, &person.number).await.text();
    assert_eq!(jsonwebtoken::decode_header(&new).unwrap().alg, Algorithm::EdDSA);
    verify(&new, &key_of(&second, &new).await, &issuer(&second)).unwrap();
    assert!(verifies(&old, &national_key(&second, &old).await));
}
