//! Witnesses put their names to heads of the log (C2SP tlog-witness, tlog-cosignature): whoever trusts one of them knows that the log
//! did not go back on what it said before.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use sha2::{Digest as _, Sha256};
use ureq::Agent;
use xueshi_persistence::{
    Checkpoint, Cosignature, Keep, Moment, Reader, Store, StoreError, Writer,
};

use crate::settings::WitnessAddress;

/// Real time between two looks at whether there is a new head to be signed.
const ROUND: Duration = Duration::from_secs(1);
/// A witness that failed is left alone for as long.
const REST: Duration = Duration::from_secs(10);
/// Longest that one asking takes.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer that are looked at.
const ANSWER: u64 = 16 * 1024;
/// The type of a key that signs cosignatures.
const COSIGNATURE: u8 = 4;

/// The witnesses of a log.
#[derive(Debug)]
pub struct Witnesses(Vec<Witness>);

/// One of them.
#[derive(Debug, Clone)]
struct Witness {
    name: String,
    key_id: [u8; 4],
    key: VerifyingKey,
    url: String,
}

/// Why a witness did not sign.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("it answers {0}")]
    Status(u16),
    #[error(
        "it has signed {known} entries, more than the {ours} that there are: was an older copy of the database restored?"
    )]
    Older { known: u64, ours: i64 },
    #[error("what it answers is not its signature under this head")]
    Unsigned,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of asking.
enum Answer {
    /// Signed: the line of the note.
    Signed(String),
    /// The witness knows the log by a tree of this size.
    Knows(u64),
}

impl Witnesses {
    /// The witnesses of the settings; those whose key is none are named in the log and left out.
    #[must_use]
    pub fn new(addresses: &[WitnessAddress]) -> Self {
        let known = addresses.iter().filter_map(|address| {
            let witness = Witness::new(address);
            if witness.is_none() {
                log::error!("{} is no key for cosignatures: not asked", address.verifier_key);
            }
            witness
        });
        Self(known.collect())
    }

    /// Asks them for every new head, one after the other.
    pub(super) async fn ask_for_ever(&self, store: &Store) {
        if self.0.is_empty() {
            return std::future::pending().await;
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(PATIENCE))
            .build();
        let agent = Agent::new_with_config(config);
        loop {
            let mut failed = false;
            for witness in &self.0 {
                if let Err(error) = witness.ask(store, &agent).await {
                    log::error!("the witness {} of the transparency log: {error}", witness.name);
                    failed = true;
                }
            }
            tokio::time::sleep(if failed { REST } else { ROUND }).await;
        }
    }
}

impl Witness {
    fn new(address: &WitnessAddress) -> Option<Self> {
        let mut parts = address.verifier_key.splitn(3, '+');
        let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = STANDARD.decode(key).ok()?;
        let (kind, key) = bytes.split_first()?;
        let hash = Sha256::digest([name.as_bytes(), b"\n", bytes.as_slice()].concat());
        let key_id: [u8; 4] = hash[..4].try_into().ok()?;
        let written: String = key_id.iter().map(|byte| format!("{byte:02x}")).collect();
        if *kind != COSIGNATURE || written != id {
            return None;
        }
        let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
        Some(Self { name: name.to_owned(), key_id, key, url: address.url.clone() })
    }

    /// Asks it for its signature under the newest head, if it has not given it.
    async fn ask(&self, store: &Store, agent: &Agent) -> Result<(), Refused> {
        let mut behind = None;
        // A witness that knows another size than we do tells so; another instance may have shown it a newer head.
        for turn in 0..3 {
            let Some((body, head)) = self.what_to_show(store, behind).await? else {
                return Ok(());
            };
            let tree_size = head.tree_size;
            match self.send(agent, body).await? {
                Answer::Knows(known)
                    if i64::try_from(known).is_ok_and(|known| known <= tree_size) =>
                {
                    behind = Some(known);
                }
                Answer::Knows(known) if turn == 0 => behind = Some(known),
                Answer::Knows(known) => return Err(Refused::Older { known, ours: tree_size }),
                Answer::Signed(text) => {
                    let line = text.lines().find(|line| self.has_signed(&head.note, line));
                    let line = line.ok_or(Refused::Unsigned)?.to_owned();
                    return Ok(self.keep(store, head, line).await?);
                }
            }
        }
        Err(Refused::Status(409))
    }

    /// The body of the asking, and the head that it is about.
    async fn what_to_show(
        &self,
        store: &Store,
        behind: Option<u64>,
    ) -> Result<Option<(String, Checkpoint)>, StoreError> {
        let name = self.name.clone();
        let read = move |reader: &mut Reader<'_>| {
            let Some(next) = reader.for_witness(&name)? else { return Ok(None) };
            let size = next.checkpoint.tree_size;
            let old = behind.unwrap_or_else(|| u64::try_from(next.signed).unwrap_or_default());
            let proof = match (old, u64::try_from(size)) {
                (1.., Ok(new)) if old < new => reader.log_consistency(old, new)?,
                _ => Vec::new(),
            };
            let lines: String =
                proof.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
            let body = format!("old {old}\n{lines}\n{}", next.checkpoint.note);
            Ok(Some((body, next.checkpoint)))
        };
        store.read::<_, StoreError, _>(read).await
    }

    async fn send(&self, agent: &Agent, body: String) -> Result<Answer, Refused> {
        let (agent, url) = (agent.clone(), Arc::from(format!("{}/add-checkpoint", self.url)));
        let sent = tokio::task::spawn_blocking(move || {
            let url: Arc<str> = url;
            let mut answer = agent.post(&*url).send(body)?;
            let status = answer.status().as_u16();
            let text = answer.body_mut().with_config().limit(ANSWER).read_to_string()?;
            Ok::<_, ureq::Error>((status, text))
        });
        let sent = sent.await.map_err(|error| Refused::Unreachable(error.to_string()))?;
        match sent.map_err(|error| Refused::Unreachable(error.to_string()))? {
            (200, text) => Ok(Answer::Signed(text)),
            (409, text) => {
                let known = text.trim().parse().map_err(|_| Refused::Status(409))?;
                Ok(Answer::Knows(known))
            }
            (status, _) => Err(Refused::Status(status)),
        }
    }

    /// Whether a line is this witness's signature under a note.
    fn has_signed(&self, note: &str, line: &str) -> bool {
        let signed = || {
            let (name, value) = line.strip_prefix("— ")?.split_once(' ')?;
            let bytes = STANDARD.decode(value).ok()?;
            let (id, rest) = bytes.split_first_chunk::<4>()?;
            let (time, signature) = rest.split_first_chunk::<8>()?;
            let signature = Signature::from_slice(signature).ok()?;
            let text = note.split_once("\n\n")?.0;
            let message = format!("cosignature/v1\ntime {}\n{text}\n", u64::from_be_bytes(*time));
            (name == self.name && *id == self.key_id)
                .then(|| self.key.verify(message.as_bytes(), &signature).ok())
                .flatten()
        };
        signed().is_some()
    }

    async fn keep(&self, store: &Store, head: Checkpoint, line: String) -> Result<(), StoreError> {
        let witness = self.name.clone();
        let keep = move |writer: &mut Writer<'_>| {
            let Checkpoint { tree_size, root, note, .. } = head.clone();
            writer.keep_cosignature(&Cosignature {
                witness: witness.clone(),
                tree_size,
                root,
                note,
                line: line.clone(),
                signed_at: Moment(writer.now()),
            })
        };
        store.write::<_, StoreError, _>(Keep::Yes, keep).await
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;

    #[test]
    fn a_cosignature_is_of_its_witness_under_its_head_only() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let bytes = [&[COSIGNATURE], key.verifying_key().as_bytes().as_slice()].concat();
        let id = &Sha256::digest([b"w.example\n", bytes.as_slice()].concat())[..4];
        let written: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let address = |key: String| WitnessAddress { verifier_key: key, url: String::new() };
        let vkey = format!("w.example+{written}+{}", STANDARD.encode(&bytes));
        let witness = Witness::new(&address(vkey.clone())).unwrap();
        assert!(Witness::new(&address(vkey.replace(&written, "00000000"))).is_none());
        assert!(Witness::new(&address("w.example+00000000".to_owned())).is_none());

        let note = "log\n7\ncm9vdA==\n\n— log AAAA\n";
        let message = "cosignature/v1\ntime 1700000000\nlog\n7\ncm9vdA==\n";
        let signature = key.sign(message.as_bytes()).to_bytes();
        let value = [id, &1_700_000_000_u64.to_be_bytes(), &signature].concat();
        let line = format!("— w.example {}", STANDARD.encode(&value));
        assert!(witness.has_signed(note, &line));
        assert!(!witness.has_signed(&note.replace('7', "8"), &line));
        assert!(!witness.has_signed(note, &line.replace("w.example", "v.example")));
        for place in 0..value.len() {
            let mut value = value.clone();
            value[place] ^= 1;
            assert!(!witness.has_signed(note, &format!("— w.example {}", STANDARD.encode(&value))));
        }
        assert!(!witness.has_signed(note, "— w.example"));
    }
}
