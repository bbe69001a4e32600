//! A certificate as a credential that is verified without us: what is signed (A1, ADR 0029).
//!
//! W3C Verifiable Credentials Data Model 2.0; `auth::credential_keys` makes a JWT of it.

mod status_list;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use xueshi_domain::certificate::StatusList;
use xueshi_persistence::{Certificate, Reader};

use super::certificates::{Issued, content_digest, visible};
use super::{Asker, transparency};
use crate::dto::Timestamp;
use crate::problem::{Code, Problem};

pub use self::status_list::status_list;

/// The context of the data model.
const CONTEXT: &str = "https://www.w3.org/ns/credentials/v2";

/// Where credentials are signed.
#[derive(Debug, Clone, Copy)]
pub struct Installation<'a> {
    /// Its address, which is the issuer.
    pub public_url: &'a str,
    /// Whether it is a sandbox: there certificates of the demo world, of whose issue no event told, are signed without evidence.
    pub is_sandbox: bool,
}

/// What the credential of a certificate says, for those who may read the certificate. One that stands no more has its
/// credential too: its status tells.
///
/// # Errors
/// 404 as for the certificate; 410 `certificate-erased` for one whose person was erased; 409 `certificate-altered` when it, its event or
/// its entry is not what was logged as it was issued, and outside a sandbox also when there is none of them; 503 `not-sealed-yet`
/// within a second of its issue.
pub fn of_certificate(
    reader: &mut Reader<'_>,
    asker: &Asker,
    number: &str,
    installation: Installation<'_>,
) -> Result<Value, Problem> {
    let issued = visible(reader, asker, number)?;
    if issued.content.is_erased() {
        return Err(Problem::new(Code::CertificateErased));
    }
    let Installation { public_url, is_sandbox } = installation;
    let evidence = evidence(reader, &issued, is_sandbox)?;
    let Issued { certificate, content } = issued;
    let id = format!("{public_url}/v1/certificates/{}", certificate.number);
    let list = list_address(public_url, StatusList::of(content.number));
    let index = StatusList::index(content.number);
    let mut credential = json!({
        // What the standard does not name is described where the service is.
        "@context": [CONTEXT, {"@vocab": format!("{public_url}/docs/#")}],
        "id": id,
        "type": ["VerifiableCredential", "ContinuingEducationCertificate"],
        "issuer": {"id": public_url, "name": content.issuing_body},
        "validFrom": Timestamp::from(certificate.issued_at),
        "credentialSubject": content,
        "credentialStatus": {
            "id": format!("{list}#{index}"),
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": index.to_string(),
            "statusListCredential": list,
        },
    });
    if let Some(evidence) = evidence {
        credential["evidence"] = json!([evidence]);
    }
    claims(&mut credential, public_url, certificate.issued_at.0.unix_timestamp());
    Ok(credential)
}

/// Adds the claims by which a library that knows JWTs (RFC 7519, 4.1) and no credentials tells the same: `iss` is `issuer.id`, `jti`
/// is `id`, `nbf` is `validFrom`.
///
/// VC-JOSE-COSE lets `iat` and `exp` speak of the signature. There is none of either: the signature is made anew for whoever asks,
/// so that an `iat` would make another text each time, and a certificate does not run out; a status list does, and has an `exp`. Nor is
/// there a `sub`: the subject is known by name and masked id number (A1).
fn claims(credential: &mut Value, public_url: &str, valid_from: i64) {
    credential["iss"] = json!(public_url);
    credential["jti"] = credential["id"].clone();
    credential["nbf"] = json!(valid_from);
}

fn list_address(public_url: &str, list: StatusList) -> String {
    format!("{public_url}/v1/status-lists/{list}")
}

/// That the certificate stands in the transparency log: the event of its issue, which bears the salted digest of what it states, and
/// the way from it to a checkpoint. None in a sandbox, for certificates of the demo world, and while the log is left out to measure.
///
/// Nothing is signed that was not said then. So all has to fit that a row changed behind the service's back could be told by.
fn evidence(
    reader: &mut Reader<'_>,
    issued: &Issued,
    is_sandbox: bool,
) -> Result<Option<Value>, Problem> {
    let Issued { certificate, content } = issued;
    let columns = (certificate.number.as_str(), certificate.verification_code.as_str());
    if columns != (&*content.number.to_string(), content.verification_code.as_str())
        || certificate.year != content.year
    {
        return Err(altered(certificate, "its columns are not what it states"));
    }
    let Some(event) = reader.issue_of_certificate(certificate)? else {
        return without_evidence(certificate, is_sandbox, "no event tells of its issue");
    };
    if event.occurred_at.0 != certificate.issued_at.0 {
        return Err(altered(certificate, "its event tells of another instant"));
    }
    let told: Value = serde_json::from_str(&event.data).map_err(Problem::internal)?;
    let digest = content_digest(certificate);
    if digest.is_none() || told["content_sha256"].as_str() != digest.as_deref() {
        return Err(altered(certificate, "its event tells of another content"));
    }
    let Some(entry) = reader.log_entry(event.id)? else {
        return without_evidence(certificate, is_sandbox, "its event has no entry in the log");
    };
    if !entry.commits_to(&event)? {
        return Err(altered(certificate, "the log's entry is not about its event as it is now"));
    }
    let inclusion = transparency::inclusion(reader, event.id)?.ok_or_else(|| {
        Problem::unavailable(Code::NotSealedYet, 1, format!("event {} waits", event.id))
    })?;
    Ok(Some(json!({
        "type": ["TransparencyLogInclusion"],
        // The text whose digest, behind the salt, the event bears; as JSON it is the credential's subject.
        "content": certificate.content,
        "content_salt": certificate.content_salt.as_deref().map(|salt| STANDARD.encode(salt)),
        "event": transparency::disclosed(&event),
        "salt": inclusion.salt,
        "leaf": inclusion.leaf,
        "leaf_index": inclusion.leaf_index,
        "tree_size": inclusion.tree_size,
        "path": inclusion.path,
        "checkpoint": inclusion.checkpoint,
    })))
}

/// A sandbox signs without evidence: its demo world came about without events. Elsewhere everything that was issued was told.
fn without_evidence(
    certificate: &Certificate,
    is_sandbox: bool,
    what: &'static str,
) -> Result<Option<Value>, Problem> {
    if is_sandbox { Ok(None) } else { Err(altered(certificate, what)) }
}

/// Somebody has to look into it, so that it is in the log of the service, and not only in an answer.
fn altered(certificate: &Certificate, what: &'static str) -> Problem {
    let cause = format!("certificate {} was altered: {what}", certificate.id);
    log::error!("{cause}");
    Problem::new(Code::CertificateAltered).because(cause)
}
