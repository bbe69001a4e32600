//! What all handlers share.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use xueshi_persistence::BlobStore;

use crate::auth::Admission;
use crate::middleware::rate_limit::Limits;
use crate::openapi::Document;
use crate::sandbox::Sandbox;
use crate::services::Desk;
use crate::services::batches::Intake;
use crate::services::certificate_files::CertificateFiles;
use crate::services::jobs::runner::Bell;
use crate::services::login::Logins;
use crate::settings::Settings;

/// Something that has to work before the service takes requests.
pub trait ReadyCheck: Send + Sync {
    /// A short name, for instance `store`.
    fn name(&self) -> &'static str;
    /// Whether it works now; the error goes to the log.
    fn check(&self) -> BoxFuture<'static, Result<(), String>>;
}

/// Shared by all workers of one application.
pub struct AppState {
    /// The settings.
    pub settings: Settings,
    /// Address under which callers know the service, without a trailing slash.
    pub public_url: Arc<str>,
    /// The OpenAPI document.
    pub document: &'static Document,
    /// Verifies tokens and permissions.
    pub admission: Arc<dyn Admission>,
    /// Logging in.
    pub logins: Logins,
    /// The store, as handlers use it.
    pub desk: Desk,
    /// How many batches may be in work.
    pub intake: Intake,
    /// Wakes the worker that does jobs.
    pub bell: Bell,
    /// Wakes the courier that delivers to webhooks.
    pub courier: Bell,
    /// Evidence files.
    pub blobs: Arc<dyn BlobStore>,
    /// Demo world and test clock, where it is a sandbox.
    pub sandbox: Option<Arc<Sandbox>>,
    /// Certificates as files.
    pub certificate_files: CertificateFiles,
    /// What `/readyz` asks.
    pub ready: Vec<Arc<dyn ReadyCheck>>,
    /// The rate limits, if there are any.
    pub(crate) limits: Option<Limits>,
    /// The limit of registrations without a login, if there is one (U0).
    pub(crate) registration_limits: Option<Limits>,
    /// The limit of verifications, if there is one.
    pub(crate) verification_limits: Option<Limits>,
}

impl AppState {
    /// Counts a registration against the limit of its address (U0).
    ///
    /// # Errors
    /// 429 `rate-limited`.
    pub fn admit_newcomer(
        &self,
        request: &actix_web::HttpRequest,
    ) -> Result<(), crate::problem::Problem> {
        self.registration_limits.as_ref().map_or(Ok(()), |limits| limits.admit(request))
    }

    /// Counts a verification by a code against the limit of its address, before anything is looked up.
    ///
    /// # Errors
    /// 429 `rate-limited`.
    pub fn admit_verification(
        &self,
        request: &actix_web::HttpRequest,
    ) -> Result<(), crate::problem::Problem> {
        self.verification_limits.as_ref().map_or(Ok(()), |limits| limits.admit(request))
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AppState").field("settings", &self.settings).finish_non_exhaustive()
    }
}
