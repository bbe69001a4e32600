//! What an operator can set. Flags win over `XUESHI_*` environment variables, those over `xueshi.toml`.

mod args;
mod network;
mod rate;
mod sources;
mod suite;
mod witness;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;
use xueshi_persistence::{KeyAlgorithm, Transparency};

pub use args::SettingsArgs;
pub use network::Network;
pub use rate::{Rate, RateChoice};
pub use sources::{DEFAULT_FILE, SettingsError};
pub use suite::CredentialSuite;
pub use witness::WitnessAddress;

/// The settings of one running service.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// Address to listen on; port 0 takes a free one.
    pub bind: SocketAddr,
    /// `sqlite://PATH` or `postgres://…`; none means SQLite in [`Settings::data_dir`].
    pub database_url: Option<String>,
    /// A pooler before that database, which lends its sessions for a transaction at a time.
    pub pooler_url: Option<String>,
    /// A streaming replica of that database.
    pub replica_url: Option<String>,
    /// Demo world, test clock and no production data.
    pub sandbox: bool,
    /// Per cent of requests that the sandbox answers with a made-up 409, 429 or 503.
    pub chaos: u8,
    /// Directory for attachments, signing keys and, by default, the SQLite file.
    pub data_dir: PathBuf,
    /// Address under which callers know the service, without a trailing slash; also the issuer of tokens and credentials, and printed on
    /// certificates. None means `http://` and the bound address, in a sandbox only ([`Settings::check_public_url`]).
    pub public_url: Option<String>,
    /// Requests that one caller may make in a time; none means no limit.
    pub rate_limit: Option<Rate>,
    /// Registrations without a login that one address may make in a time (U0); none means no limit.
    pub registration_limit: Option<Rate>,
    /// Verifications by code that one address may ask for in a time; none means no limit.
    pub verification_limit: Option<Rate>,
    /// Proxies whose `X-Forwarded-For` is believed: what stands before it is the caller's address.
    pub trusted_proxies: Vec<Network>,
    /// Origins of web pages that may call this service (CORS).
    pub cors_origins: Vec<String>,
    /// Filter of the log, in the syntax of `env_logger`.
    pub log: String,
    /// Life of an access token.
    pub access_token_life: Duration,
    /// Life of a refresh token that is not used.
    pub refresh_token_life: Duration,
    /// With which algorithms credentials are signed.
    pub credential_suite: CredentialSuite,
    /// Largest JSON body, in bytes.
    pub json_limit: usize,
    /// Largest upload, in bytes.
    pub upload_limit: usize,
    /// Most rows of one file that is imported.
    pub import_rows: u32,
    /// Name of the transparency log, given when its first entry is sealed; none means the host of the public address and `/log`.
    pub log_origin: Option<String>,
    /// Who is asked to put their name to the log's heads.
    pub witnesses: Vec<WitnessAddress>,
    /// How new keys for ids and phones encrypt (U4a).
    pub field_cipher: KeyAlgorithm,
    /// Years after the last one with a record of theirs in which a person cannot be erased (U4a).
    pub retention_years: u8,
    /// HTTP worker threads.
    pub workers: usize,
    /// Whether the transparency log is kept; for measuring what it costs, in a sandbox. No flag sets it.
    pub transparency: Transparency,
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

    /// Whether the public address can stand on certificates for as long as their owners live. A sandbox may have any, or none.
    ///
    /// # Errors
    /// Outside a sandbox none, and one that is more or less than scheme, host and port.
    pub fn check_public_url(&self) -> Result<(), SettingsError> {
        if self.sandbox {
            return Ok(());
        }
        let wrong =
            |message: String| SettingsError::Value { place: "--public-url".to_owned(), message };
        let Some(given) = &self.public_url else {
            let message = "it is needed outside a sandbox: certificates, credentials and tokens bear it; \
                           give the address under which callers know the service, such as https://xueshi.example";
            return Err(wrong(message.to_owned()));
        };
        let unfit =
            || wrong(format!("{given:?} is not http:// or https://, a host and at most a port"));
        let url = Url::parse(given).map_err(|_| unfit())?;
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_nobodys = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !has_host || !is_bare || !is_nobodys {
            return Err(unfit());
        }
        // Issuers are compared byte for byte: one address has one form.
        let plain = url.as_str().trim_end_matches('/');
        if plain != given {
            return Err(wrong(format!("write {given:?} as {plain}")));
        }
        Ok(())
    }

    /// Fills in the defaults; some depend on whether it is a sandbox.
    pub(crate) fn from_args(args: SettingsArgs) -> Settings {
        let sandbox = args.sandbox.unwrap_or(false);
        let default_rate = if sandbox { None } else { Some(Rate::DEFAULT) };
        Settings {
            bind: args.bind.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            database_url: args.database_url,
            pooler_url: args.pooler_url,
            replica_url: args.replica_url,
            sandbox,
            chaos: args.chaos.unwrap_or(0),
            data_dir: args.data_dir.unwrap_or_else(|| PathBuf::from("data")),
            public_url: args.public_url.map(|url| url.trim_end_matches('/').to_owned()),
            rate_limit: args.rate_limit.map_or(default_rate, |choice| choice.0),
            registration_limit: args
                .registration_limit
                .map_or(default_rate.map(|_| Rate::REGISTRATIONS), |choice| choice.0),
            verification_limit: args
                .verification_limit
                .map_or(default_rate.map(|_| Rate::VERIFICATIONS), |choice| choice.0),
            trusted_proxies: args.trusted_proxies.unwrap_or_default(),
            cors_origins: args.cors_origins.unwrap_or_default(),
            log: args.log.unwrap_or_else(|| "info".to_owned()),
            access_token_life: Duration::from_secs(args.access_token_seconds.unwrap_or(900)),
            refresh_token_life: Duration::from_secs(args.refresh_token_days.unwrap_or(14) * 86_400),
            credential_suite: args.credential_suite.unwrap_or_default(),
            json_limit: args.json_limit.unwrap_or(1024 * 1024),
            upload_limit: args.upload_limit.unwrap_or(32 * 1024 * 1024),
            import_rows: args.import_rows.unwrap_or(100_000),
            log_origin: args.log_origin,
            witnesses: args.witnesses.unwrap_or_default(),
            transparency: Transparency::Kept,
            field_cipher: args.field_cipher.unwrap_or(KeyAlgorithm::Aes256Gcm),
            retention_years: args.retention_years.unwrap_or(10),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn with(sandbox: bool, public_url: Option<&str>) -> Result<(), String> {
        let public_url = public_url.map(str::to_owned);
        let settings = Settings { sandbox, public_url, ..Settings::for_tests("unused".into()) };
        settings.check_public_url().map_err(|error| error.to_string())
    }

    #[test]
    fn production_has_an_address_that_certificates_can_bear() {
        for good in ["https://xueshi.example", "http://10.0.0.7:8080", "https://[2001:db8::1]"] {
            assert_eq!(with(false, Some(good)), Ok(()));
        }
        let missing = with(false, None).unwrap_err();
        assert!(missing.starts_with("--public-url: it is needed"), "{missing}");
        for bad in [
            "",
            "xueshi.example",
            "//xueshi.example",
            "ftp://xueshi.example",
            "file:///srv",
            "https://",
            "https://xueshi.example/hours",
            "https://xueshi.example?a=1",
            "https://xueshi.example#top",
            "https://admin@xueshi.example",
        ] {
            let refused = with(false, Some(bad)).unwrap_err();
            assert!(refused.contains("is not http"), "{bad}: {refused}");
        }
        for (other, plain) in [
            ("https:xueshi.example", "https://xueshi.example"),
            ("HTTPS://Xueshi.Example", "https://xueshi.example"),
            ("https://xueshi.example:443", "https://xueshi.example"),
        ] {
            let refused = with(false, Some(other)).unwrap_err();
            assert!(refused.ends_with(&format!("as {plain}")), "{other}: {refused}");
        }
        for any in [None, Some("nonsense")] {
            assert_eq!(with(true, any), Ok(()));
        }
    }
}
