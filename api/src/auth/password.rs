//! Passwords at rest: Argon2id, computed away from the threads that answer requests.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
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
        self.run(move || hash_now(&password)).await?.map_err(Problem::internal)
    }

    /// Whether a password is the one of this hash; without a hash it takes as long and says no.
    ///
    /// # Errors
    /// 503 when too many wait already; 500 when the stored hash is not readable.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        self.run(move || {
            let known = hash.is_some();
            verify_now(&password, hash.as_deref().unwrap_or(NOBODY)).map(|fits| fits && known)
        })
        .await?
        .map_err(Problem::internal)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned());
        let turn = turn.await.map_err(|_| {
            Problem::unavailable(Code::Overloaded, 5, "too many passwords to check")
        })?;
        let turn = turn.map_err(Problem::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        done.await.map_err(Problem::internal)
    }
}

/// The PHC string of a password, on this thread: for commands and for the demo world.
///
/// # Errors
/// When the system gives no random salt.
pub fn hash_now(password: &str) -> Result<String, Error> {
    Ok(hasher()?.hash_password(password.as_bytes())?.to_string())
}

/// Compares in constant time, with the parameters that stand in the hash.
fn verify_now(password: &str, hash: &str) -> Result<bool, Error> {
    let parsed = PasswordHash::new(hash)?;
    match hasher()?.verify_password(password.as_bytes(), &parsed) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
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
