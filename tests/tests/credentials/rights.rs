//! Who gets a credential: whoever may read the certificate, and nobody by its code.

use xueshi_tests::steps;
use xueshi_tests::{Server, on_both};

use super::{credential, path};

on_both!(a_credential_is_for_whoever_reads_the_certificate, a_kept_credential_is_asked_again);

/// The name stands whole in it, so that the verification code does not open it.
async fn a_credential_is_for_whoever_reads_the_certificate(server: &Server) {
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    credential(&doctor, &person.number).await;
    let certificate = format!("/v1/certificates/{}", person.number);
    let mut readers = 0;
    for account in steps::ACCOUNTS {
        let client = server.login(account).await;
        let (one, other) =
            (client.get(&certificate).await, client.get(&path(&person.number)).await);
        assert_eq!(one.status, other.status, "{account}");
        assert_eq!(one.json()["code"], other.json()["code"], "{account}");
        readers += usize::from(other.status == 200);
    }
    assert!(readers >= 5, "the owner, the hospital, its authority and the city");
    for machine in ["province", "hnzjzx"] {
        let machine = server.machine(machine).await;
        assert_eq!(machine.get(&path(&person.number)).await.status, 403);
    }
    server.nobody().get(&path(&person.number)).await.refused(401, "unauthenticated");
    doctor.get(&path(&person.code)).await.refused(404, "not-found");
    for number in ["410100-2023-00000001-0", "x", "%00", "410100-2023-99999999-8"] {
        doctor.get(&path(number)).await.refused(404, "not-found");
    }
}

/// While the log has not grown the answer is the same, byte for byte, and need not be sent twice.
async fn a_kept_credential_is_asked_again(server: &Server) {
    let hospital = server.login("hospital.admin").await;
    let years = hospital.get("/v1/annual-records?year=2023&state=certified").await.is(200);
    let person = steps::text(&years["data"][0], "professional_id");
    let year = format!("/v1/professionals/{person}/annual-records/2023");
    let number = steps::text(&hospital.get(&year).await.is(200)["certificate"], "number");
    let first = credential(&hospital, &number).await;
    assert!(!first.etag().starts_with("W/"), "a strong tag: {first:?}");
    let second = credential(&hospital, &number).await;
    assert_eq!((first.etag(), &first.bytes), (second.etag(), &second.bytes));
    let again = hospital.get(&path(&number)).header("if-none-match", &first.etag()).await;
    assert_eq!((again.status, again.bytes.len()), (304, 0), "{again:?}");
}
