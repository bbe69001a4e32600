//! How a change was asked for.

use std::sync::{Arc, OnceLock};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use sha2::{Digest, Sha256};
use xueshi_persistence::{Concerns, Keep};

use crate::extract::{DryRun, IdempotencyKey};
use crate::problem::Problem;
use crate::request::RequestInfo;

/// How a change was asked for: the arguments that every change has beside its own.
#[derive(Debug, Clone)]
pub struct Act {
    /// Language, id and path of the request.
    pub info: RequestInfo,
    /// `dry_run=true` keeps nothing.
    pub keep: Keep,
    /// The `Idempotency-Key`.
    pub key: Option<String>,
    /// Whom the change concerns; everything unless a handler says more.
    pub concerns: Concerns,
    target: Vec<u8>,
    body: BodyDigest,
}

impl Act {
    /// What the key stands for: method, path, parameters and body, hashed.
    pub fn fingerprint(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(&self.target);
        hash.update(self.body.0.get().map(Vec::as_slice).unwrap_or_default());
        hash.finalize().to_vec()
    }

    /// The same act as one that concerns some only, so that others can be done beside it.
    #[must_use]
    pub fn concerning(self, concerns: Concerns) -> Self {
        Self { concerns, ..self }
    }

    /// The same act as one that is kept, for a dry run that leaves something behind: its report.
    #[must_use]
    pub fn kept(self) -> Self {
        Self { keep: Keep::Yes, ..self }
    }

    /// The same act with its key left out, for answers that are not kept.
    #[must_use]
    pub fn without_key(self) -> Self {
        Self { key: None, ..self }
    }

    /// Lets the key stand for these texts instead of the body, which may hold a password: what is kept of it is a fast hash.
    #[must_use]
    pub fn standing_for(self, texts: &[&str]) -> Self {
        let body = BodyDigest::default();
        body.set(texts.join("\0").as_bytes());
        Self { body, ..self }
    }

    /// The digest of the body, for a handler that reads it by itself.
    pub fn body(&self) -> &BodyDigest {
        &self.body
    }
}

/// The digest of a request's body, written by whoever reads the body.
#[derive(Debug, Clone, Default)]
pub struct BodyDigest(Arc<OnceLock<Vec<u8>>>);

impl BodyDigest {
    /// The digest of this request's body; the same for all who ask.
    pub fn of(request: &HttpRequest) -> Self {
        let mut extensions = request.extensions_mut();
        if let Some(digest) = extensions.get::<Self>() {
            return digest.clone();
        }
        let digest = Self::default();
        extensions.insert(digest.clone());
        digest
    }

    /// Notes the body's content.
    pub fn set(&self, content: &[u8]) {
        let _ = self.0.set(Sha256::digest(content).to_vec());
    }
}

impl FromRequest for Act {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let info = RequestInfo::of(request);
        let target = format!("{} {}", request.method(), request.uri()).into_bytes();
        let body = BodyDigest::of(request);
        let dry_run = DryRun::from_request(request, payload);
        let key = IdempotencyKey::from_request(request, payload);
        Box::pin(async move {
            let keep = if dry_run.await?.0 { Keep::No } else { Keep::Yes };
            let key = key.await?.0;
            Ok(Self { info, keep, key, concerns: Concerns::Everything, target, body })
        })
    }
}
