//! One request on its way through the services: who asks, how, and the one way to change something.

use std::future::Future;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use serde::Serialize;
use time::OffsetDateTime;
use xueshi_domain::access::{Actor, Grant, OrgPath, Permission};
use xueshi_persistence::{
    Concerns, Id, Keep, Moment, Position, Reader, Scope, Store, StoreError, StoredAnswer, Writer,
};

use super::act::Act;
use super::events::Happening;
use super::explanations::{keep_refusal, worth_keeping};
use super::in_flight::{Claim, InFlight};
use super::reply::Reply;
use crate::problem::{Code, Problem, Rendered};
use crate::request::RequestInfo;

/// Who asks: the actor of the rules, in a city.
#[derive(Debug, Clone)]
pub struct Asker {
    /// The actor.
    pub actor: Actor,
    /// The city.
    pub jurisdiction: Id,
    /// The session, for a person.
    pub session: Option<Id>,
    /// The learning platform that a machine client delivers for.
    pub platform: Option<String>,
    /// How far the database had been written when they were admitted: what only reads may be answered by a replica that has as much.
    pub position: Option<Position>,
}

impl Asker {
    /// What the asker may see under a permission: their own, and the subtrees of the grants that carry it.
    pub fn scope(&self, permission: Permission) -> Scope {
        Scope {
            jurisdiction: self.jurisdiction,
            own: self.actor.professional_id.map(Id),
            subtrees: self
                .actor
                .grants_for(permission)
                .map(|grant| grant.path.as_str().to_owned())
                .collect(),
        }
    }

    /// The grant under which the asker may do something to a unit (V10: it names the unit acted for).
    ///
    /// # Errors
    /// 403 `forbidden` when there is none.
    pub fn acting_for(&self, permission: Permission, path: &str) -> Result<&Grant, Problem> {
        let path = OrgPath::parse(path).map_err(Problem::internal)?;
        self.actor.acting_for(permission, &path).ok_or_else(|| Problem::new(Code::Forbidden))
    }

    /// The asker's own record as a professional.
    ///
    /// # Errors
    /// 403 `forbidden` for those who are none.
    pub fn professional(&self) -> Result<Id, Problem> {
        self.actor.professional_id.map(Id).ok_or_else(|| Problem::new(Code::Forbidden))
    }

    /// Whom a change to the asker's own record concerns.
    pub fn own_affairs(&self) -> Concerns {
        Concerns::Only(self.actor.professional_id.map(Id).into_iter().collect())
    }

    /// The same, to be answered where writes go: for whoever waits for news.
    #[must_use]
    pub fn at_the_source(mut self) -> Self {
        self.position = None;
        self
    }

    /// The account.
    pub fn account(&self) -> Id {
        Id(self.actor.account_id)
    }
}

/// The store, as handlers use it.
#[derive(Clone)]
pub struct Desk {
    store: Store,
    in_flight: Arc<InFlight>,
}

impl Desk {
    /// A desk in front of a store.
    pub fn new(store: Store) -> Self {
        Self { store, in_flight: Arc::default() }
    }

    /// The store behind it.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The present instant of the service's clock.
    pub fn now(&self) -> OffsetDateTime {
        self.store.now()
    }

    /// Lets a write in, if it is likely to be committed within a moment. Nobody gains by waiting longer: whoever is not let in knows that
    /// nothing was done. It is no failure, and nothing is written about it.
    ///
    /// # Errors
    /// 503 `overloaded` with `Retry-After`.
    pub(crate) fn let_in(&self) -> Result<(), Problem> {
        let later = || Problem::new(Code::Overloaded).retry_after(1);
        if self.store.is_free() { Ok(()) } else { Err(later()) }
    }

    /// Claims an `Idempotency-Key` in this process, where there is one.
    pub(super) async fn claim(
        &self,
        asker: &Asker,
        key: Option<&str>,
    ) -> Result<Option<Claim>, Problem> {
        match key {
            Some(key) => self.in_flight.claim(asker.actor.account_id, key).await.map(Some),
            None => Ok(None),
        }
    }

    /// Answers from one reading transaction.
    ///
    /// # Errors
    /// Whatever `work` refuses.
    pub async fn read<T, F>(&self, asker: &Asker, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut Reader<'_>, &Asker) -> Result<T, Problem> + Send + 'static,
    {
        let asker = asker.clone();
        self.store.read_from(asker.position.clone(), move |reader| work(reader, &asker)).await
    }

    /// Answers from one writing transaction, in which the `Idempotency-Key` is kept with the change.
    ///
    /// # Errors
    /// Whatever `work` refuses; 409 while the same key is being worked on; 422 when the key stands
    /// for another request.
    pub fn write<T, F>(
        &self,
        asker: &Asker,
        act: Act,
        work: F,
    ) -> impl Future<Output = Result<HttpResponse, Problem>>
    where
        T: Serialize,
        F: Fn(&mut Writer<'_>, &Asker) -> Result<Reply<T>, Problem> + Send + 'static,
    {
        self.write_rendered(asker, act, move |writer, asker| work(writer, asker)?.render())
    }

    /// Like [`Self::write`], for answers without a body.
    ///
    /// # Errors
    /// As there.
    pub fn write_nothing<F>(
        &self,
        asker: &Asker,
        act: Act,
        work: F,
    ) -> impl Future<Output = Result<HttpResponse, Problem>>
    where
        F: Fn(&mut Writer<'_>, &Asker) -> Result<(), Problem> + Send + 'static,
    {
        self.write_rendered(asker, act, move |writer, asker| {
            work(writer, asker)?;
            Reply::nothing().render_empty()
        })
    }

    /// Tells auditors of something that was only read: who took it, and from where. It is kept before anything is handed over; of the
    /// head of an answer there is nothing to tell.
    ///
    /// # Errors
    /// Failures of the store.
    pub async fn tell<F>(&self, asker: &Asker, info: &RequestInfo, what: F) -> Result<(), Problem>
    where
        F: Fn(&mut Writer<'_>, &Asker) -> Result<Happening, Problem> + Send + 'static,
    {
        if info.is_head {
            return Ok(());
        }
        let (asker, origin) = (asker.clone(), info.origin());
        let tell = move |writer: &mut Writer<'_>| {
            writer.comes_from(origin.clone());
            what(writer, &asker)?.by(&asker).tell(writer, asker.jurisdiction)
        };
        self.store.write_concerning(Concerns::nobody(), Keep::Yes, tell).await
    }

    fn write_rendered<F>(
        &self,
        asker: &Asker,
        act: Act,
        work: F,
    ) -> impl Future<Output = Result<HttpResponse, Problem>>
    where
        F: Fn(&mut Writer<'_>, &Asker) -> Result<Rendered, Problem> + Send + 'static,
    {
        let asker = asker.clone();
        let desk = self.clone();
        async move {
            // A dry run has no effect that a repeat could double.
            let key = act.key.clone().filter(|_| act.keep == Keep::Yes);
            let _claim = desk.claim(&asker, key.as_deref()).await?;
            let (keep, concerns) = (act.keep, act.concerns.clone());
            let whose = asker.clone();
            let asked = Asked { keep, request: act.info.instance.clone() };
            let answer = desk
                .store
                .write_concerning(concerns, keep, move |writer| {
                    writer.comes_from(act.info.origin());
                    match &key {
                        None => work(writer, &asker).map(|answer| (answer, false)),
                        Some(key) => once(writer, &asker, key, &act, |writer| work(writer, &asker)),
                    }
                })
                .await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(problem) => return Err(desk.explained(&whose, &asked, problem).await),
            };
            Ok(match answer {
                (answer, false) => answer.into_response(),
                (mut answer, true) => {
                    answer.headers.push((REPLAYED, HeaderValue::from_static("true")));
                    answer.into_response()
                }
            })
        }
    }
}

impl Desk {
    /// Keeps a refusal by a rule, so that it can be explained, and names the address (V7). A dry run keeps nothing; and if the
    /// store is too busy to keep it, the refusal is given without.
    async fn explained(&self, asker: &Asker, act: &Asked, problem: Problem) -> Problem {
        if act.keep == Keep::No {
            return problem;
        }
        let as_of = (self.store.new_id(), self.now());
        let refusal = match worth_keeping(asker, &act.request, &problem, as_of) {
            Ok(Some(refusal)) => refusal,
            Ok(None) => return problem,
            Err(error) => {
                log::warn!("a refusal was not kept: {error}");
                return problem;
            }
        };
        let concerns = Concerns::one(asker.account());
        let keep = move |writer: &mut Writer<'_>| keep_refusal(writer, &refusal);
        let kept = self.store.write_concerning(concerns, Keep::Yes, keep);
        match kept.await {
            Ok(address) => problem.explained_at(Some(address)),
            Err(error) => {
                log::warn!("a refusal was not kept: {error}");
                problem
            }
        }
    }
}

/// What is left of an act once it was carried out.
struct Asked {
    keep: Keep,
    request: Arc<str>,
}

pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The answer under a key: the first one again (`true`), or a new one that is kept with its effect.
fn once(
    writer: &mut Writer<'_>,
    asker: &Asker,
    key: &str,
    act: &Act,
    work: impl Fn(&mut Writer<'_>) -> Result<Rendered, Problem>,
) -> Result<(Rendered, bool), Problem> {
    if let Some(answer) = stored(writer, asker, key, act)? {
        return Ok((answer, true));
    }
    let answer = match writer.attempt(&work) {
        Ok(answer) => answer,
        // A refusal is an answer too: a repeat must not succeed behind the caller's back.
        Err(problem) if problem.status().is_client_error() => {
            let as_of = (writer.new_id(), writer.now());
            let refusal = worth_keeping(asker, &act.info.instance, &problem, as_of)?;
            let address = refusal.map(|refusal| keep_refusal(writer, &refusal)).transpose()?;
            problem.explained_at(address).render(&act.info)
        }
        Err(problem) => return Err(problem),
    };
    keep_answer(writer, asker, key, act, &answer)?;
    Ok((answer, false))
}

/// The answer that stands under a key, if there is one.
///
/// # Errors
/// 422 when the key stands for another request.
pub(super) fn stored(
    reader: &mut Reader<'_>,
    asker: &Asker,
    key: &str,
    act: &Act,
) -> Result<Option<Rendered>, Problem> {
    let Some(stored) = reader.stored_answer(&asker.actor.account_id.to_string(), key)? else {
        return Ok(None);
    };
    if stored.fingerprint != act.fingerprint() {
        return Err(Problem::new(Code::IdempotencyKeyReused));
    }
    restore(stored).map(Some)
}

/// Keeps an answer under its key, in the transaction of its effect.
pub(super) fn keep_answer(
    writer: &mut Writer<'_>,
    asker: &Asker,
    key: &str,
    act: &Act,
    answer: &Rendered,
) -> Result<(), Problem> {
    let headers: Vec<(&str, &str)> = answer
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let kept = StoredAnswer {
        caller: asker.actor.account_id.to_string(),
        key: key.to_owned(),
        fingerprint: act.fingerprint(),
        status: i32::from(answer.status.as_u16()),
        headers: serde_json::to_string(&headers).map_err(Problem::internal)?,
        body: answer.body.clone(),
        created_at: Moment(writer.now()),
    };
    Ok(writer.keep_answer(&kept)?)
}

fn restore(stored: StoredAnswer) -> Result<Rendered, Problem> {
    let unreadable =
        |cause: &dyn std::fmt::Display| Problem::internal(format!("stored answer: {cause}"));
    let headers: Vec<(String, String)> =
        serde_json::from_str(&stored.headers).map_err(|error| unreadable(&error))?;
    let headers = headers
        .iter()
        .filter_map(|(name, value)| Some((name.parse().ok()?, HeaderValue::from_str(value).ok()?)))
        .collect();
    let status =
        u16::try_from(stored.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| unreadable(&"status"))?;
    Ok(Rendered { status, headers, body: stored.body })
}

/// What goes wrong in the store, as callers see it.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Conflict => Problem::unavailable(Code::Overloaded, 1, &error).retriable(),
            StoreError::Busy => Problem::unavailable(Code::Overloaded, 1, &error),
            StoreError::Unreachable(_) => Problem::unavailable(Code::Unavailable, 5, &error),
            StoreError::Taken(_) => Problem::new(Code::AlreadyExists).because(&error),
            StoreError::Unfinished(_)
            | StoreError::WrongPurpose(_)
            | StoreError::Corrupt(_)
            | StoreError::Database(_) => Problem::internal(&error),
        }
    }
}

impl xueshi_persistence::StoreFailure for Problem {
    fn store_error(&self) -> Option<&StoreError> {
        static CONFLICT: StoreError = StoreError::Conflict;
        self.is_retriable().then_some(&CONFLICT)
    }
}
