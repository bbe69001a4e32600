//! The status list: what becomes of a certificate shows there (A2).

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode};
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use super::{ENTRIES, bits, credential, is_ended, issuer, key_of, list_path, payload, verify};

on_both!(
    a2_supersession_and_revocation_set_the_bit,
    a_list_tells_nothing_else,
    lists_are_kept_and_asked_again,
    an_old_list_is_not_believed,
);

async fn revoke(officer: &Client, declaration: &str) {
    let call = officer.post(&format!("/v1/declarations/{declaration}/revocation")).if_match("*");
    call.json(json!({"reason": "核查不符"})).await.is(200);
}

/// 98 hours are certified; without the 8 of a conference a corrected certificate takes the place of the first; without the public
/// hours that one is revoked. Each step sets one bit, and each credential goes on verifying.
async fn a2_supersession_and_revocation_set_the_bit(server: &Server) {
    let doctor = server.login("professional").await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let conference =
        steps::conference_with_evidence(&doctor, "学术年会", "05-08", "05-09", 8).await;
    steps::approve_fully(&doctor, &conference, &employer, &authority).await;
    let person = steps::certified_person(server).await;
    let first = payload(&credential(&doctor, &person.number).await.text());
    assert!(!is_ended(server, &first).await);

    let officer = server.login("city.officer").await;
    revoke(&officer, &text(&conference, "id")).await;
    let year = doctor.get("/v1/me/years/2023").await.is(200);
    let second = text(&year["certificate"], "number");
    let second = payload(&credential(&doctor, &second).await.text());
    assert!(is_ended(server, &first).await, "superseded");
    assert!(!is_ended(server, &second).await);

    revoke(&officer, &person.public).await;
    assert!(is_ended(server, &first).await);
    assert!(is_ended(server, &second).await, "revoked");
    let again = credential(&doctor, &person.number).await.text();
    let said = verify(&again, &key_of(server, &again).await, &issuer(server)).unwrap();
    assert_eq!(said["credentialSubject"]["hours"]["total"], 98, "it still shows what it said");
}

/// Its length, and every bit but those that are set, are the same for few certificates and for many.
async fn a_list_tells_nothing_else(server: &Server) {
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let said = payload(&credential(&doctor, &person.number).await.text());
    let path = list_path(server, &said);
    let none = async || {
        let answer = server.nobody().get(&path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/vc+jwt"));
        let list = payload(&answer.text());
        (bits(&list).iter().filter(|bit| **bit).count(), list)
    };
    let (ended, list) = none().await;
    assert_eq!((ended, bits(&list).len()), (0, ENTRIES));
    assert_eq!(
        list["type"],
        json!(["VerifiableCredential", "BitstringStatusListCredential"]),
        "{list:#}"
    );
    let subject = &list["credentialSubject"];
    assert_eq!(
        (&subject["type"], &subject["statusPurpose"]),
        (&json!("BitstringStatusList"), &json!("revocation"))
    );
    assert_eq!(list["id"], said["credentialStatus"]["statusListCredential"]);
    assert_eq!(list["issuer"]["id"], said["issuer"]["id"], "who signs the one signs the other");
    let bounds: Vec<&Value> = vec![&list["validFrom"], &list["validUntil"]];
    assert_eq!(bounds, [&json!("2023-10-16T09:00:00+08:00"), &json!("2023-10-17T09:00:00+08:00")]);

    revoke(&server.login("city.officer").await, &person.public).await;
    assert_eq!(none().await.0, 1);
    for unknown in [
        "410100-2023-2",
        "410100-2021-1",
        "410200-2023-1",
        "410100-2023-0",
        "410100-2023-01",
        "410100-2023",
        "x",
        "%00",
    ] {
        let path = format!("/v1/status-lists/{unknown}");
        server.nobody().get(&path).await.refused(404, "not-found");
    }
}

/// A library that knows JWTs and no credentials refuses a list that was held back: its clock is the real one, and the service's is set.
async fn an_old_list_is_not_believed(server: &Server) {
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let path = list_path(server, &payload(&credential(&doctor, &person.number).await.text()));
    let issuer = issuer(server);
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["iss", "exp"]);
    validation.set_issuer(&[issuer]);
    validation.validate_aud = false;
    let believed = async |list: &str| {
        let key = key_of(server, list).await;
        decode::<Value>(list, &key, &validation).map(|token| token.claims)
    };
    let old = server.nobody().get(&path).await.text();
    let refused = believed(&old).await.unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::ExpiredSignature), "{refused:?}");
    server.set_clock("2040-01-02T09:30:00+08:00").await;
    let list = believed(&server.nobody().get(&path).await.text()).await.unwrap();
    let until = time::macros::datetime!(2040-01-03 09:00 +8);
    assert_eq!(list["exp"], until.unix_timestamp());
    assert_eq!(list["validUntil"], "2040-01-03T09:00:00+08:00");
}

async fn lists_are_kept_and_asked_again(server: &Server) {
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let first = credential(&doctor, &person.number).await;
    let path = list_path(server, &payload(&first.text()));
    let list = server.nobody().get(&path).await;
    assert_eq!(list.header("cache-control"), "public, max-age=60");
    for client in [&server.nobody(), &doctor] {
        let again = client.get(&path).header("if-none-match", &list.etag()).await;
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{again:?}");
        let whole = client.get(&path).header("accept-encoding", "gzip, br, zstd").await;
        assert_eq!((whole.etag(), whole.bytes), (list.etag(), list.bytes.clone()), "a strong tag");
    }
    revoke(&server.login("city.officer").await, &person.public).await;
    let changed = server.nobody().get(&path).header("if-none-match", &list.etag()).await;
    assert_eq!(changed.status, 200, "{changed:?}");
}
