//! The key that heads of the tree are signed with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signed_note::{StandardSigner, is_key_name_valid, key_id, new_ed25519_verifier_key};

use crate::error::StoreError;
use crate::keys::{KeyPurpose, SigningKey};
use crate::store::Writer;

/// The algorithm of a key in its encodings (C2SP signed-note): Ed25519.
const ED25519: u8 = 1;

/// The key of the log, with its name, which is the log's origin; made when there is none yet.
pub(super) fn signer(
    writer: &mut Writer<'_>,
    origin: &str,
) -> Result<(String, StandardSigner), StoreError> {
    if let Some(known) = known(writer)? {
        return Ok(known);
    }
    let key = generate(writer, origin)?;
    writer.keep_signing_key(KeyPurpose::Log, &key)?;
    signer_of(&key)
}

/// The key of the log, with its name; none before the first head.
pub(super) fn known(
    writer: &mut Writer<'_>,
) -> Result<Option<(String, StandardSigner)>, StoreError> {
    let key = writer.signing_keys_for(KeyPurpose::Log)?.into_iter().next();
    key.as_ref().map(signer_of).transpose()
}

fn signer_of(key: &SigningKey) -> Result<(String, StandardSigner), StoreError> {
    let signer = StandardSigner::new(&key.private_key)
        .map_err(|error| StoreError::Corrupt(format!("the log's key: {error}")))?;
    Ok((name_of(&key.public_key).to_owned(), signer))
}

/// The name in a verifier key.
pub(super) fn name_of(verifier_key: &str) -> &str {
    verifier_key.split('+').next().unwrap_or_default()
}

fn generate(writer: &Writer<'_>, origin: &str) -> Result<SigningKey, StoreError> {
    if !is_key_name_valid(origin) {
        return Err(StoreError::Corrupt(format!("{origin:?} cannot be the name of a log")));
    }
    let seed: [u8; 32] = rand::random();
    let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
    let id = key_id(origin, &[&[ED25519], public.as_bytes().as_slice()].concat());
    let private = STANDARD.encode([&[ED25519], seed.as_slice()].concat());
    Ok(SigningKey {
        kid: format!("log-{id:08x}"),
        private_key: format!("PRIVATE+KEY+{origin}+{id:08x}+{private}"),
        public_key: new_ed25519_verifier_key(origin, &public),
        created_at: writer.now(),
        retired_at: None,
        expires_at: None,
    })
}
