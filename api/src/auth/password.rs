//! Passwords at rest: Argon2id, computed away from the threads that answer requests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use argon2::password_hash::Error;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;

use crate::problem::{Code, Problem};

/// Memory of one hash, in KiB. With two passes it is the least that OWASP recommends.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Hashes computed at once: each takes [`MEMORY_KIB`] and a processor.
const AT_ONCE: usize = 2;
/// How long a hash may wait for its turn before the caller is sent away.
const PATIENCE: Duration = Duration::from_secs(10);

/// A hash with the present parameters that no password is known for: what is compared when there is no account, so that the
/// time of an answer does not tell whether there is one. The salt is arbitrary; the digest is random bytes.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGVzZQ$Xkq3T0m5m0nJ0kq7v2l0cV1d3Yb8rWc5tQx9uZs4hGE";

/// Hashes and checks passwords, a few at a time. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Passwords")
    }
}

impl Passwords {
    /// The PHC string of a password under a new salt.
    ///
    /// # Errors
    /// 503 when too many wait already.
    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        self.run(move |memory| hash_in(memory, &password)).await?.map_err(Problem::internal)
    }

    /// Whether a password is the one of this hash; without a hash it takes as long and says no.
    ///
    /// # Errors
    /// 503 when too many wait already; 500 when the stored hash is not readable.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        self.run(move |memory| {
            let known = hash.is_some();
            verify_in(memory, &password, hash.as_deref().unwrap_or(NOBODY))
                .map(|fits| fits && known)
        })
        .await?
        .map_err(Problem::internal)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned());
        let turn = turn.await.map_err(|_| {
            Problem::unavailable(Code::Overloaded, 5, "too many passwords to check")
        })?;
        let turn = turn.map_err(Problem::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let mut memory = kept().pop().unwrap_or_default();
            let result = work(&mut memory);
            let mut kept = kept();
            if kept.len() < AT_ONCE {
                kept.push(memory);
            }
            drop(turn);
            result
        });
        done.await.map_err(Problem::internal)
    }
}

/// Memory between two hashes, for the whole process.
///
/// Allocating it anew for each hash leaves holes that the allocator does not give back: a quarter of a gigabyte on two
/// processors, and more on more. What is kept here is used again, and there is never more than for [`AT_ONCE`] hashes.
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

fn kept() -> MutexGuard<'static, Vec<Vec<Block>>> {
    MEMORY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The PHC string of a password, on this thread: for commands and for the demo world.
///
/// # Errors
/// When a parameter is out of bounds, which none is.
pub fn hash_now(password: &str) -> Result<String, Error> {
    hash_in(&mut Vec::new(), password)
}

fn hash_in(memory: &mut Vec<Block>, password: &str) -> Result<String, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(Params::DEFAULT_OUTPUT_LEN))?;
    let salt = Salt::new(&rand::random::<[u8; Salt::RECOMMENDED_LENGTH]>())?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut digest = [0_u8; Params::DEFAULT_OUTPUT_LEN];
    compute(memory, &hasher, password, &salt, &mut digest)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(hasher.params())?,
        salt: Some(salt),
        hash: Some(Output::new(&digest)?),
    };
    Ok(hash.to_string())
}

/// Compares in constant time, with the parameters that stand in the hash.
fn verify_in(memory: &mut Vec<Block>, password: &str, hash: &str) -> Result<bool, Error> {
    let stored = PasswordHash::new(hash)?;
    let salt = stored.salt.as_ref().ok_or(Error::SaltInvalid)?;
    let expected = stored.hash.as_ref().ok_or(Error::OutputSize)?;
    let algorithm = Algorithm::try_from(stored.algorithm.as_str())?;
    let version = stored.version.map_or(Ok(Version::V0x13), Version::try_from)?;
    let hasher = Argon2::new(algorithm, version, Params::try_from(&stored)?);
    let mut buffer = [0_u8; Output::MAX_LENGTH];
    let digest = buffer.get_mut(..expected.len()).ok_or(Error::OutputSize)?;
    compute(memory, &hasher, password, salt, digest)?;
    Ok(Output::new(digest)? == *expected)
}

fn compute(
    memory: &mut Vec<Block>,
    hasher: &Argon2<'_>,
    password: &str,
    salt: &Salt,
    digest: &mut [u8],
) -> Result<(), Error> {
    memory.resize(memory.len().max(hasher.params().block_count()), Block::new());
    Ok(hasher.hash_password_into_with_memory(password.as_bytes(), salt, digest, memory)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn only_the_password_fits_its_hash() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        for (password, fits) in [
            ("correct horse", true),
            ("correct hors", false),
            ("Correct horse", false),
            ("", false),
        ] {
            assert_eq!(
                passwords.verify(password.to_owned(), Some(hash.clone())).await.unwrap(),
                fits,
                "{password}"
            );
        }
        let again = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert_ne!(again, hash, "every hash has its own salt");
    }

    #[actix_web::test]
    async fn without_an_account_the_same_work_is_done_and_nothing_fits() {
        let passwords = Passwords::default();
        for password in ["", "sandbox", "nobody has this"] {
            assert!(!passwords.verify(password.to_owned(), None).await.unwrap());
        }
        let (real, dummy) = (hash_now("sandbox").unwrap(), PasswordHash::new(NOBODY).unwrap());
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!(real.params.to_string(), dummy.params.to_string());
        let length = |hash: &PasswordHash| {
            (hash.salt.map(|salt| salt.len()), hash.hash.map(|hash| hash.len()))
        };
        assert_eq!(length(&real), length(&dummy));
    }

    #[test]
    fn the_hash_is_plain_argon2id() {
        use argon2::password_hash::PasswordVerifier as _;
        let hash = PasswordHash::new(&hash_now("correct horse").unwrap()).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse", &hash).is_ok());
        assert!(Argon2::default().verify_password(b"correct hors", &hash).is_err());
    }

    #[actix_web::test]
    async fn a_broken_hash_is_a_fault_and_not_an_answer() {
        let problem = Passwords::default()
            .verify("x".to_owned(), Some("plain".to_owned()))
            .await
            .unwrap_err();
        assert_eq!(problem.code(), Code::Internal);
        assert!(!format!("{problem}").contains("plain"));
    }
}
