//! Logging in: people by password (sessions with rotating refresh tokens), machines by client credentials.
//!
//! Answers that hold tokens are never kept for repeats, so an `Idempotency-Key` has no effect here.

mod clients;
mod lockout;
mod password_change;
mod refresh_token;
mod told;
mod turns;

use std::sync::Arc;

use time::Duration;
use xueshi_domain::registry::Standing;
use xueshi_persistence::{
    Account, Concerns, Id, Keep, Moment, Origin, Session, Store, StoreError, Writer,
};

use self::lockout::{Attempt, Subject};
use self::refresh_token::RefreshToken;
use self::turns::Turns;
use crate::auth::tokens::{AUDIENCE, Claims, sign};
use crate::auth::{Keys, Passwords, TokenAdmission};
use crate::dto::auth::{LoginRequest, Tokens};
use crate::problem::{Code, Problem};
use crate::request::RequestInfo;

pub use self::clients::{ClientTokenRequest, Credential, check_public_key, oauth_problem};
pub(crate) use self::password_change::check_new_password;
pub(in crate::services) use self::told::round as tell_failures;

/// Everything that logging in needs. Cheap to clone.
#[derive(Clone)]
pub struct Logins(Arc<Inner>);

struct Inner {
    store: Store,
    keys: Arc<Keys>,
    passwords: Passwords,
    issuer: Arc<str>,
    access_life: Duration,
    refresh_life: Duration,
    turns: Turns<Subject>,
}

/// How a refresh went; a reuse must commit, so it is no error inside the transaction.
enum Refreshed {
    Yes(Account),
    Refused(Code, &'static str),
}

impl Logins {
    /// Reads the signing keys and makes the first one in a new database. The issuer is the address under which callers know
    /// the service.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(
        store: Store,
        issuer: Arc<str>,
        access_life: std::time::Duration,
        refresh_life: std::time::Duration,
    ) -> Result<Self, StoreError> {
        let access_life = Duration::try_from(access_life).unwrap_or(Duration::minutes(15));
        let refresh_life = Duration::try_from(refresh_life).unwrap_or(Duration::days(14));
        let keys = Arc::new(Keys::open(store.clone(), access_life).await?);
        let passwords = Passwords::default();
        Ok(Self(Arc::new(Inner {
            store,
            keys,
            passwords,
            issuer,
            access_life,
            refresh_life,
            turns: Turns::default(),
        })))
    }

    /// The admission of callers by the tokens that are issued here.
    #[must_use]
    pub fn admission(&self) -> TokenAdmission {
        TokenAdmission::new(
            self.0.store.clone(),
            Arc::clone(&self.0.keys),
            Arc::clone(&self.0.issuer),
        )
    }

    /// The signing keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The password hasher.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// The address under which callers know the service.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Begins a session with a name and a password.
    ///
    /// Name, password, disabled account: the answer and the time that it takes are the same whichever of them is wrong.
    ///
    /// # Errors
    /// 401 `invalid-credentials`; 429 `too-many-attempts` after several failures of this name from this address.
    pub async fn login(
        &self,
        request: LoginRequest,
        info: &RequestInfo,
    ) -> Result<Tokens, Problem> {
        let LoginRequest { username, password } = request;
        let username = username.to_lowercase();
        let origin = info.origin();
        let subject = Subject::new("person", &username, info.address);
        let _turn = self.0.turns.take(&subject).await?;
        let asked = subject.clone();
        let account = self
            .0
            .store
            .read::<_, Problem, _>(move |reader| {
                lockout::check(reader, &asked)?;
                Ok(reader.account_by_username(&username)?)
            })
            .await?;
        let attempt =
            Attempt { account: account.as_ref().map(|account| account.id), origin: origin.clone() };
        let account = account.filter(|account| account.state.0 == Standing::Active);
        let hash = account.as_ref().map(|account| account.password_hash.clone());
        let fits = self.0.passwords.verify(password, hash).await?;
        let begun = match account.filter(|_| fits) {
            Some(account) => self.begin_session(account, subject.clone(), origin).await?,
            None => None,
        };
        let Some((session, account, refresh)) = begun else {
            self.note_failure(subject, attempt).await?;
            return Err(Problem::new(Code::InvalidCredentials));
        };
        self.tokens(session, &account, refresh).await
    }

    /// Counts a failure.
    async fn note_failure(&self, subject: Subject, attempt: Attempt) -> Result<(), StoreError> {
        let concerns = Concerns::one(subject.id());
        let note = move |writer: &mut Writer<'_>| lockout::note_failure(writer, &subject, &attempt);
        self.0.store.write_concerning(concerns, Keep::Yes, note).await
    }

    /// Stores a session, unless the account has changed since its password was checked.
    async fn begin_session(
        &self,
        account: Account,
        subject: Subject,
        origin: Origin,
    ) -> Result<Option<(Id, Account, RefreshToken)>, Problem> {
        let life = self.0.refresh_life;
        let concerns = Concerns::Only(vec![account.id, subject.id()]);
        self.0
            .store
            .write_concerning(concerns, Keep::Yes, move |writer| {
                let now = writer.now();
                let unchanged = writer.account(account.id)?.filter(|present| {
                    present.state.0 == Standing::Active
                        && present.password_hash == account.password_hash
                });
                let Some(account) = unchanged else { return Ok(None) };
                let id = writer.new_id();
                let refresh = RefreshToken::generate(id, 0);
                writer.insert_session(&Session {
                    id,
                    account_id: account.id,
                    refresh_hash: refresh.hash(),
                    generation: 0,
                    created_at: Moment(now),
                    expires_at: Moment(now.saturating_add(life)),
                    ended_at: None,
                    end_reason: None,
                })?;
                told::success(writer, &account, (id, &subject), &origin)?;
                lockout::forget(writer, &subject)?;
                Ok(Some((id, account, refresh)))
            })
            .await
    }

    /// Exchanges a refresh token for the next one and a new access token. Each is good once: an old one that comes back may
    /// have been stolen, so it ends the session.
    ///
    /// # Errors
    /// 401 `invalid-token` or `token-expired`.
    pub async fn refresh(&self, token: &str) -> Result<Tokens, Problem> {
        let refused = |code, cause: &str| Problem::new(code).because(cause);
        let token = RefreshToken::decode(token)
            .ok_or_else(|| refused(Code::InvalidToken, "not a refresh token"))?;
        let session = token.session;
        let next = RefreshToken::generate(session, token.generation.wrapping_add(1));
        let (next_hash, life) = (next.hash(), self.0.refresh_life);
        let rotate = move |writer: &mut Writer<'_>| rotate(writer, &token, &next_hash, life);
        let concerns = Concerns::one(session);
        let refreshed =
            self.0.store.write_concerning::<_, StoreError, _>(concerns, Keep::Yes, rotate);
        match refreshed.await? {
            Refreshed::Yes(account) => self.tokens(session, &account, next).await,
            Refreshed::Refused(code, cause) => Err(refused(code, cause)),
        }
    }

    async fn tokens(
        &self,
        session: Id,
        account: &Account,
        refresh: RefreshToken,
    ) -> Result<Tokens, Problem> {
        let claims = Claims { sid: Some(session.0), ..self.claims(account.id.to_string()) };
        let access_token = self.sign(&claims).await?;
        let expires_in = self.0.access_life.whole_seconds();
        Ok(Tokens {
            access_token,
            token_type: "Bearer",
            expires_in,
            refresh_token: refresh.encode(),
        })
    }

    /// Claims for a subject, from now on.
    fn claims(&self, subject: String) -> Claims {
        let now = self.0.store.now();
        Claims {
            iss: self.0.issuer.to_string(),
            aud: AUDIENCE.to_owned(),
            sub: subject,
            sid: None,
            client_id: None,
            iat: now.unix_timestamp(),
            exp: now.unix_timestamp() + self.0.access_life.whole_seconds(),
            jti: self.0.store.new_id().0,
            scope: None,
        }
    }

    async fn sign(&self, claims: &Claims) -> Result<String, Problem> {
        let key = self.0.keys.signing().await?;
        sign(claims, &key)
    }

    /// Forgets failed logins of the day before and sessions that have run out. For regular housekeeping in production; a sandbox
    /// keeps them, since its clock may be set back.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_old(&self) -> Result<(), StoreError> {
        let write = self.0.store.write(Keep::Yes, |writer| {
            let before = writer.now().saturating_sub(Duration::days(1));
            writer.forget_old_logins(before)
        });
        write.await
    }
}

fn rotate(
    writer: &mut Writer<'_>,
    token: &RefreshToken,
    next_hash: &[u8],
    life: Duration,
) -> Result<Refreshed, StoreError> {
    let now = writer.now();
    let Some(identity) = writer.session_identity(token.session)? else {
        return Ok(Refreshed::Refused(Code::InvalidToken, "no such session"));
    };
    let session = identity.session;
    if session.ended_at.is_some() {
        return Ok(Refreshed::Refused(Code::InvalidToken, "the session has ended"));
    }
    if token.generation < session.generation {
        writer.end_session(session.id, "refresh-token-reused")?;
        return Ok(Refreshed::Refused(Code::InvalidToken, "an old refresh token came back"));
    }
    if token.generation > session.generation || !token.fits(&session.refresh_hash) {
        return Ok(Refreshed::Refused(Code::InvalidToken, "the secret does not fit"));
    }
    if session.expires_at.0 <= now {
        return Ok(Refreshed::Refused(Code::TokenExpired, "the refresh token has expired"));
    }
    if identity.account.state.0 != Standing::Active {
        return Ok(Refreshed::Refused(Code::InvalidToken, "the account is disabled"));
    }
    match writer.rotate_session(
        session.id,
        session.generation,
        next_hash,
        now.saturating_add(life),
    )? {
        true => Ok(Refreshed::Yes(identity.account)),
        false => Err(StoreError::Conflict),
    }
}

#[cfg(test)]
mod tests;
