//! The application: everything that runs, from settings to a listening server.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{App, HttpServer, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_persistence::FeedSignal;

use crate::certificate_pdf::FontFiles;
use crate::middleware::rate_limit::Limits;
use crate::middleware::{chaos, cors, crowd, fallback, frame, metrics, problems, rate_limit};
use crate::services::batches::Intake;
use crate::services::certificate_files::CertificateFiles;
use crate::services::jobs::runner::{Bell, Tools, Worker};
use crate::services::login::Logins;
use crate::services::transparency::keeper::LogKeeper;
use crate::services::transparency::witness::Witnesses;
use crate::services::webhooks::{Courier, CourierTerms};
use crate::settings::{Settings, SettingsError};
use crate::state::AppState;
use crate::storage::{
    Digester, Folder, Housekeeping, Sequencer, Storage, StorageError, StoreCheck, Sweeper,
};
use crate::{openapi, routes, sockets};

/// How long a graceful stop waits for requests that are under way.
const SHUTDOWN_SECONDS: u64 = 30;
/// How long a connection without a request is kept: longer than the 60 seconds for which proxies keep theirs, since whoever closes
/// first may do so while the other is just sending.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long the head of a first request may take to come. It counts from when the connection is taken, and what came meanwhile is read only when
/// the thread has time: on a crowded machine actix's five seconds pass for callers who were quick, and are answered with 408.
const HEAD: Duration = Duration::from_secs(30);
/// Time between two rounds of housekeeping (histograms, forgotten callers).
const UPKEEP: Duration = Duration::from_secs(5);

/// Why the application could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The reason.
        source: io::Error,
    },
    /// A setting cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database, its key or a directory cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// There is no thread to be had.
    #[error("cannot start a thread: {0}")]
    Thread(#[source] io::Error),
}

/// A service that listens and is ready to run.
pub struct Application {
    address: SocketAddr,
    server: Server,
    _storage: Storage,
    _upkeep: Upkeep,
    _worker: Worker,
    _courier: Courier,
    _housekeeping: Option<Housekeeping>,
    _sweeper: Sweeper,
    _folder: Folder,
    _digester: Digester,
    _sequencer: Sequencer,
    keeper: LogKeeper,
}

/// Bounds what grows in memory, while the application is there.
struct Upkeep(actix_web::rt::task::JoinHandle<()>);

impl Upkeep {
    fn start(state: web::Data<AppState>) -> Self {
        Self(actix_web::rt::spawn(async move {
            loop {
                actix_web::rt::time::sleep(UPKEEP).await;
                metrics::upkeep();
                let limits =
                    [&state.limits, &state.registration_limits, &state.verification_limits];
                limits.into_iter().flatten().for_each(Limits::upkeep);
                state.certificate_files.upkeep();
            }
        }))
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The name of a log when none was set: unique, as the address is, and easy to recognise.
fn name_of_log(public_url: &str) -> String {
    let host = public_url.split_once("://").map_or(public_url, |(_, host)| host);
    format!("{host}/log")
}

/// Stops a running application from elsewhere.
#[derive(Debug, Clone)]
pub struct StopHandle(ServerHandle, FeedSignal);

impl StopHandle {
    /// Stops it; a graceful stop first finishes what is under way.
    pub async fn stop(&self, graceful: bool) {
        // Who waits for news would wait on.
        self.1.close();
        self.0.stop(graceful).await;
    }
}

impl std::fmt::Debug for Application {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Application")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Application {
    /// Opens the store, binds the address and prepares the workers. Several may run in one process.
    ///
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// The address is taken, a production service does not say under which it is known, or the database, its key or a directory cannot
    /// be used.
    pub async fn start(settings: Settings) -> Result<Application, StartError> {
        settings.check_public_url()?;
        metrics::install();
        let room = sockets::make_room();
        let bind_failed = |source| StartError::Bind { address: settings.bind, source };
        let listener = sockets::listen(settings.bind).map_err(bind_failed)?;
        let address = listener.local_addr().map_err(bind_failed)?;
        let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let public_url: Arc<str> = public_url.into();
        let workers = settings.workers;
        let storage = Storage::open(&settings).await?;
        let store = storage.desk.store().clone();
        let lives = (settings.access_token_life, settings.refresh_token_life);
        let logins = Logins::open(store.clone(), public_url.clone(), lives.0, lives.1);
        let logins = logins.await.map_err(StorageError::of_keys)?;
        let (bell, courier_bell) = (Bell::default(), Bell::default());
        let terms = CourierTerms { sandbox: settings.sandbox, chaos: settings.chaos };
        let state = web::Data::new(AppState {
            public_url,
            document: openapi::document(),
            admission: Arc::new(logins.admission()),
            logins: logins.clone(),
            desk: storage.desk.clone(),
            intake: Intake::default(),
            bell: bell.clone(),
            courier: courier_bell.clone(),
            blobs: storage.blobs.clone(),
            sandbox: storage.sandbox.clone(),
            certificate_files: CertificateFiles::new(FontFiles::new(None)),
            ready: vec![Arc::new(StoreCheck(store.clone()))],
            limits: settings.rate_limit.map(Limits::new),
            registration_limits: settings.registration_limit.map(Limits::new),
            verification_limits: settings.verification_limit.map(Limits::new),
            settings,
        });
        let upkeep = Upkeep::start(state.clone());
        let origin = state.settings.log_origin.clone();
        let origin = origin.unwrap_or_else(|| name_of_log(&state.public_url));
        let witnesses = Witnesses::new(&state.settings.witnesses);
        let tools = Tools {
            store: store.clone(),
            blobs: storage.blobs.clone(),
            sources: routes::exports::source,
        };
        let worker = Worker::start(tools, bell);
        let courier = Courier::start(store.clone(), courier_bell, terms);
        let sweeper = Sweeper::start(store.clone());
        let folder = Folder::start(store.clone());
        let digester = Digester::start(store.clone());
        let sequencer = Sequencer::start(store.clone());
        let keeper =
            LogKeeper::start(store.clone(), origin, witnesses).map_err(StartError::Thread)?;
        let housekeeping = storage.sandbox.is_none().then(|| Housekeeping::start(store, logins));
        let server = HttpServer::new(move || {
            let origins = state.settings.cors_origins.as_slice();
            App::new()
                .app_data(state.clone())
                .configure(|config| {
                    let config = &mut ServiceConfig::new(config);
                    routes::routes(config);
                    if state.settings.sandbox {
                        routes::sandbox_routes(config);
                    }
                })
                .default_service(web::to(fallback::fallback))
                .wrap(from_fn(chaos::chaos))
                .wrap(from_fn(rate_limit::rate_limit))
                .wrap(from_fn(crowd::crowd))
                .wrap(Condition::new(!origins.is_empty(), cors::cors(origins)))
                .wrap(from_fn(problems::problems))
                .wrap(Compress::default())
                .wrap(from_fn(frame::frame))
        })
        .workers(workers)
        .max_connections(room.div_ceil(workers.max(1)))
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEAD)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .listen(listener)
        .map_err(|source| StartError::Bind { address, source })?
        .run();
        Ok(Application {
            address,
            server,
            _storage: storage,
            _upkeep: upkeep,
            _worker: worker,
            _courier: courier,
            _housekeeping: housekeeping,
            _sweeper: sweeper,
            _folder: folder,
            _digester: digester,
            _sequencer: sequencer,
            keeper,
        })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A handle with which another task can stop it.
    #[must_use]
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle(self.server.handle(), self._storage.desk.store().feed_signal().clone())
    }

    /// Serves until it is stopped.
    ///
    /// # Errors
    /// A failure of the listening socket.
    pub async fn run(self) -> io::Result<()> {
        self.server.await?;
        self.keeper.seal_the_rest().await;
        Ok(())
    }
}
