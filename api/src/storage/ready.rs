//! Whether the store can be asked.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use xueshi_persistence::{Reader, Store, StoreError};

use crate::state::ReadyCheck;

/// A store that takes longer is not ready.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the store something small.
#[derive(Clone)]
pub struct StoreCheck(pub Store);

impl ReadyCheck for StoreCheck {
    fn name(&self) -> &'static str {
        "store"
    }

    fn check(&self) -> BoxFuture<'static, Result<(), String>> {
        let store = self.0.clone();
        async move {
            let asked = store.read::<_, StoreError, _>(|reader: &mut Reader<'_>| reader.purpose());
            match tokio::time::timeout(PATIENCE, asked).await {
                Ok(Ok(Some(_))) => Ok(()),
                Ok(Ok(None)) => Err("the database is empty".to_owned()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("no answer".to_owned()),
            }
        }
        .boxed()
    }
}
