//! What an operator can set. Flags win over `XUESHI_*` environment variables, those over `xueshi.toml`.

mod args;
mod rate;
mod sources;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use args::SettingsArgs;
pub use rate::{Rate, RateChoice};
pub use sources::{DEFAULT_FILE, SettingsError};

/// The settings of one running service.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// Address to listen on; port 0 takes a free one.
    pub bind: SocketAddr,
    /// `sqlite://PATH` or `postgres://…`; none means SQLite in [`Settings::data_dir`].
    pub database_url: Option<String>,
    /// Demo world, test clock and no production data.
    pub sandbox: bool,
    /// Per cent of requests that the sandbox answers with a made-up 409, 429 or 503.
    pub chaos: u8,
    /// Directory for attachments, signing keys and, by default, the SQLite file.
    pub data_dir: PathBuf,
    /// Address under which callers know the service, without a trailing slash; also the issuer of tokens.
    /// None means `http://` and the bound address.
    pub public_url: Option<String>,
    /// Requests that one caller may make in a time; none means no limit.
    pub rate_limit: Option<Rate>,
    /// Registrations without a login that one address may make in a time (U0); none means no limit.
    pub registration_limit: Option<Rate>,
    /// Origins of web pages that may call this service (CORS).
    pub cors_origins: Vec<String>,
    /// Filter of the log, in the syntax of `env_logger`.
    pub log: String,
    /// Life of an access token.
    pub access_token_life: Duration,
    /// Life of a refresh token that is not used.
    pub refresh_token_life: Duration,
    /// Largest JSON body, in bytes.
    pub json_limit: usize,
    /// Largest upload, in bytes.
    pub upload_limit: usize,
    /// Most rows of one file that is imported.
    pub import_rows: u32,
    /// HTTP worker threads.
    pub workers: usize,
}

impl Settings {
    /// The settings of the given flags, the process environment and the settings file.
    ///
    /// # Errors
    /// An unknown setting, a value that cannot be read, or a named file that cannot be opened.
    pub fn load(flags: SettingsArgs) -> Result<Settings, SettingsError> {
        sources::load(flags, &|name| std::env::var(name).ok())
    }

    /// Settings for a sandbox on a free local port, without limits: for tests.
    #[must_use]
    pub fn for_tests(data_dir: PathBuf) -> Settings {
        let bind = SocketAddr::from(([127, 0, 0, 1], 0));
        let args = SettingsArgs {
            bind: Some(bind),
            sandbox: Some(true),
            data_dir: Some(data_dir),
            workers: Some(1),
            ..SettingsArgs::default()
        };
        Settings::from_args(args)
    }

    /// Fills in the defaults; some depend on whether it is a sandbox.
    pub(crate) fn from_args(args: SettingsArgs) -> Settings {
        let sandbox = args.sandbox.unwrap_or(false);
        let default_rate = if sandbox { None } else { Some(Rate::DEFAULT) };
        Settings {
            bind: args.bind.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            database_url: args.database_url,
            sandbox,
            chaos: args.chaos.unwrap_or(0),
            data_dir: args.data_dir.unwrap_or_else(|| PathBuf::from("data")),
            public_url: args.public_url.map(|url| url.trim_end_matches('/').to_owned()),
            rate_limit: args.rate_limit.map_or(default_rate, |choice| choice.0),
            registration_limit: args
                .registration_limit
                .map_or(default_rate.map(|_| Rate::REGISTRATIONS), |choice| choice.0),
            cors_origins: args.cors_origins.unwrap_or_default(),
            log: args.log.unwrap_or_else(|| "info".to_owned()),
            access_token_life: Duration::from_secs(args.access_token_seconds.unwrap_or(900)),
            refresh_token_life: Duration::from_secs(args.refresh_token_days.unwrap_or(14) * 86_400),
            json_limit: args.json_limit.unwrap_or(1024 * 1024),
            upload_limit: args.upload_limit.unwrap_or(32 * 1024 * 1024),
            import_rows: args.import_rows.unwrap_or(100_000),
            workers: args
                .workers
                .unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from)),
        }
    }
}

/// Without the database's URL, which may hold a password.
impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("bind", &self.bind)
            .field("sandbox", &self.sandbox)
            .field("chaos", &self.chaos)
            .field("data_dir", &self.data_dir)
            .field("public_url", &self.public_url)
            .field("rate_limit", &self.rate_limit)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}
