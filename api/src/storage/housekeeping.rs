//! What has to be forgotten after its time. Only in production: a sandbox's clock may be set back.

use actix_web::rt::task::JoinHandle;
use time::Duration;
use xueshi_persistence::{Keep, Store, StoreError, Writer};

use crate::services::login::Logins;

/// How long the answer to an `Idempotency-Key` is kept.
const KEPT: Duration = Duration::days(7);
/// How long a refusal can be explained after it was given last (V7); decisions are explained for good.
const EXPLAINED: Duration = Duration::days(400);
/// How long the log of webhooks keeps what is finished.
const LOGGED: Duration = Duration::days(90);
/// Deliveries that one transaction forgets.
const AT_ONCE: i64 = 5_000;
/// Real time between two rounds.
const ROUND: std::time::Duration = std::time::Duration::from_secs(3600);

/// Runs beside a service; ends when it is dropped.
#[derive(Debug)]
pub struct Housekeeping(JoinHandle<()>);

impl Housekeeping {
    /// Starts it. Must be called inside an actix runtime.
    #[must_use]
    pub fn start(store: Store, logins: Logins) -> Self {
        Self(actix_web::rt::spawn(async move {
            loop {
                actix_web::rt::time::sleep(ROUND).await;
                let rounds = [
                    forget_answers(&store).await,
                    forget_refusals(&store).await,
                    forget_deliveries(&store).await,
                    logins.forget_old().await,
                ];
                for result in rounds {
                    if let Err(error) = result {
                        log::warn!("housekeeping: {error}");
                    }
                }
            }
        }))
    }
}

impl Drop for Housekeeping {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn forget_answers(store: &Store) -> Result<(), StoreError> {
    let work = |writer: &mut Writer<'_>| writer.forget_answers(writer.now().saturating_sub(KEPT));
    store.write(Keep::Yes, work).await.map(drop)
}

async fn forget_refusals(store: &Store) -> Result<(), StoreError> {
    let work =
        |writer: &mut Writer<'_>| writer.forget_refusals(writer.now().saturating_sub(EXPLAINED));
    store.write(Keep::Yes, work).await.map(drop)
}

async fn forget_deliveries(store: &Store) -> Result<(), StoreError> {
    let work = |writer: &mut Writer<'_>| {
        writer.forget_webhook_history(writer.now().saturating_sub(LOGGED), AT_ONCE)
    };
    loop {
        let forgotten = store.write::<_, StoreError, _>(Keep::Yes, work).await?;
        if forgotten < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use xueshi_persistence::{Moment, Reader, StoredAnswer};

    use super::*;
    use crate::auth::test_world::world;

    #[actix_web::test]
    async fn answers_are_forgotten_after_a_week() {
        let (store, clock, _directory) = world();
        let keep = |writer: &mut Writer<'_>| {
            writer.keep_answer(&StoredAnswer {
                caller: "caller".to_owned(),
                key: "key".to_owned(),
                fingerprint: Vec::new(),
                status: 201,
                headers: "[]".to_owned(),
                body: Vec::new(),
                created_at: Moment(writer.now()),
            })
        };
        store.write::<(), StoreError, _>(Keep::Yes, keep).await.unwrap();
        for (days, there) in [(6, true), (2, false)] {
            clock.advance(Duration::days(days));
            forget_answers(&store).await.unwrap();
            let find = |reader: &mut Reader<'_>| reader.stored_answer("caller", "key");
            assert_eq!(store.read::<_, StoreError, _>(find).await.unwrap().is_some(), there);
        }
    }
}
