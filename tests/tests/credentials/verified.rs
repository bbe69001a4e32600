//! What is signed, and that nothing else verifies.

use jsonwebtoken::{Algorithm, decode_header};
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both};

use super::{credential, issuer, key_of, path, verify};

on_both!(
    a1_a_credential_states_what_the_certificate_states,
    no_changed_byte_verifies,
    tokens_and_credentials_are_not_taken_for_each_other,
);

/// A1: an outside library verifies it with the published keys alone; in it is what the certificate states.
async fn a1_a_credential_states_what_the_certificate_states(server: &Server) {
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let answer = credential(&doctor, &person.number).await;
    assert_eq!(answer.header("content-type"), "application/vc+jwt");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    let token = answer.text();
    let header = decode_header(&token).unwrap();
    assert_eq!(
        (header.alg, header.typ.as_deref(), header.cty.as_deref()),
        (Algorithm::EdDSA, Some("vc+jwt"), Some("vc"))
    );
    let issuer = issuer(server);
    let said = verify(&token, &key_of(server, &token).await, &issuer).unwrap();

    let shown = doctor.get(&format!("/v1/certificates/{}", person.number)).await.is(200);
    let subject = &said["credentialSubject"];
    for member in [
        "number",
        "verification_code",
        "name",
        "masked_id_number",
        "employer",
        "year",
        "hours",
        "issuing_body",
        "completed",
    ] {
        assert_eq!(subject[member], shown[member], "{member}");
    }
    assert_eq!((&subject["name"], &subject["issued_on"]), (&json!("林知远"), &json!("2023-10-16")));
    let id = format!("{issuer}/v1/certificates/{}", person.number);
    assert_eq!((&said["id"], &said["jti"], &said["iss"]), (&json!(id), &json!(id), &json!(issuer)));
    assert_eq!(said["issuer"], json!({"id": issuer, "name": shown["issuing_body"]}));
    assert_eq!(said["@context"][0], "https://www.w3.org/ns/credentials/v2");
    assert_eq!(said["type"], json!(["VerifiableCredential", "ContinuingEducationCertificate"]));
    assert_eq!(said["validFrom"], shown["issued_at"]);
    assert!(said["nbf"].is_i64(), "{said:#}");
    for absent in ["vc", "sub", "exp", "iat", "proof"] {
        assert!(said.get(absent).is_none(), "{absent}: {said:#}");
    }
    let status = &said["credentialStatus"];
    assert_eq!(
        (&status["type"], &status["statusPurpose"]),
        (&json!("BitstringStatusListEntry"), &json!("revocation"))
    );
    assert!(!said.to_string().contains("410199198507129015"), "U4a masks the id number: {said:#}");
}

/// Every byte counts: a changed one, one less, one more.
async fn no_changed_byte_verifies(server: &Server) {
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let token = credential(&doctor, &person.number).await.text();
    let (key, issuer) = (key_of(server, &token).await, issuer(server));
    verify(&token, &key, &issuer).unwrap();
    let refused = |changed: &[u8], what: &str| {
        let changed = String::from_utf8(changed.to_vec()).unwrap();
        assert!(verify(&changed, &key, &issuer).is_err(), "{what}");
    };
    for place in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        refused(&bytes, &format!("byte {place} is another one"));
    }
    // 64 bytes leave four bits of the last character unused: they count too.
    let last = token.len() - 1;
    for other in b'A'..=b'z' {
        let mut bytes = token.clone().into_bytes();
        if other.is_ascii_alphanumeric() && other != bytes[last] {
            bytes[last] = other;
            refused(&bytes, &format!("the last byte is {other}"));
        }
    }
    refused(&token.as_bytes()[..last], "one less");
    refused(format!("{token}A").as_bytes(), "one more");
}

/// A token of one purpose is none of the other, whatever key it was signed with.
async fn tokens_and_credentials_are_not_taken_for_each_other(server: &Server) {
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let token = credential(&doctor, &person.number).await.text();
    server.nobody().with_token(&token).get("/v1/me").await.refused(401, "invalid-token");
    let call = server.nobody().with_token(&token).get(&path(&person.number));
    call.await.refused(401, "invalid-token");

    let names = |token: &str| decode_header(token).unwrap().kid.unwrap();
    assert_ne!(names(&token), names(doctor.token()));
    let keys = server.nobody().get("/.well-known/jwks.json").await.is(200);
    let published: Vec<&Value> =
        keys["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
    for token in [token.as_str(), doctor.token()] {
        assert!(published.contains(&&json!(names(token))), "{keys:#}");
    }
    // The key of access tokens is published beside, and verifies no credential.
    let issuer = issuer(server);
    assert!(verify(&token, &key_of(server, doctor.token()).await, &issuer).is_err());
    assert_eq!(decode_header(doctor.token()).unwrap().typ.as_deref(), Some("at+jwt"));
    let kids: Vec<String> =
        keys["keys"].as_array().unwrap().iter().map(|key| text(key, "kid")).collect();
    assert_eq!(kids.len(), 2, "{keys:#}");
}
