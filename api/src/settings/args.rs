//! The settings as command-line flags. The environment and the file use the same names and the same parsers.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use xueshi_domain::TextEnum as _;
use xueshi_persistence::KeyAlgorithm;

use super::network::Network;
use super::rate::RateChoice;
use super::suite::CredentialSuite;
use super::witness::WitnessAddress;

/// Every setting, absent where nothing was said.
///
/// Each flag `--some-name` is also `XUESHI_SOME_NAME` in the environment and `some_name` in `xueshi.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(
    next_help_heading = "Settings (flag --NAME, environment XUESHI_NAME, or name in xueshi.toml; in this order)"
)]
pub struct SettingsArgs {
    /// Settings file [default: xueshi.toml, if there is one]
    #[arg(long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub bind: Option<SocketAddr>,
    /// sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME [default: SQLite in the data directory]
    #[arg(long, global = true, value_name = "URL", value_parser = database_url)]
    pub database_url: Option<String>,
    /// PgBouncer before the same PostgreSQL database, in transaction mode; the database's own address is still needed
    #[arg(long, global = true, value_name = "URL", value_parser = postgres_url)]
    pub pooler_url: Option<String>,
    /// Streaming replica of the same PostgreSQL database: reads go there as far as it has what was written
    #[arg(long, global = true, value_name = "URL", value_parser = postgres_url)]
    pub replica_url: Option<String>,
    /// Demo world with a test clock; refuses a database with production data
    #[arg(long, global = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub sandbox: Option<bool>,
    /// Per cent of requests that the sandbox answers with a 409, 429 or 503 [default: 0]
    #[arg(long, global = true, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub chaos: Option<u8>,
    /// Directory for attachments, keys and the SQLite file [default: data]
    #[arg(long, global = true, value_name = "PATH")]
    pub data_dir: Option<PathBuf>,
    /// Address under which callers know the service [default: http:// and the bound address]
    #[arg(long, global = true, value_name = "URL", value_parser = http_url)]
    pub public_url: Option<String>,
    /// Requests of one caller, such as 600/60s, or off [default: 600/60s, off in the sandbox]
    #[arg(long, global = true, value_name = "RATE")]
    pub rate_limit: Option<RateChoice>,
    /// Registrations from one address, such as 10/3600s, or off [default: 10/3600s, off in the sandbox]
    #[arg(long, global = true, value_name = "RATE")]
    pub registration_limit: Option<RateChoice>,
    /// Verifications of certificates by code from one address, such as 60/60s, or off [default: 60/60s, off in the sandbox]
    #[arg(long, global = true, value_name = "RATE")]
    pub verification_limit: Option<RateChoice>,
    /// Proxies whose X-Forwarded-For is believed: addresses or networks, separated by commas
    #[arg(long, global = true, value_name = "NETWORKS", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<Network>>,
    /// Origins of web pages that may call the service, separated by commas
    #[arg(long, global = true, value_name = "ORIGINS", value_delimiter = ',', value_parser = http_url)]
    pub cors_origins: Option<Vec<String>>,
    /// Log filter, such as info or xueshi_api=debug,warn [default: info]
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// Life of an access token in seconds [default: 900]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(30..=86_400))]
    pub access_token_seconds: Option<u64>,
    /// Life of an unused refresh token in days [default: 14]
    #[arg(long, global = true, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=365))]
    pub refresh_token_days: Option<u64>,
    /// Algorithms that credentials of certificates are signed with [default: ed25519]
    #[arg(long, global = true, value_name = "SUITE")]
    pub credential_suite: Option<CredentialSuite>,
    /// Largest JSON body in bytes [default: 1048576]
    #[arg(long, global = true, value_name = "BYTES")]
    pub json_limit: Option<usize>,
    /// Largest upload in bytes [default: 33554432]
    #[arg(long, global = true, value_name = "BYTES")]
    pub upload_limit: Option<usize>,
    /// Most rows of one file that is imported [default: 100000]
    #[arg(long, global = true, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub import_rows: Option<u32>,
    /// Name of the transparency log, for good [default: the host of the public address, and /log]
    #[arg(long, global = true, value_name = "NAME", value_parser = log_origin)]
    pub log_origin: Option<String>,
    /// Witnesses of the log, each as VERIFIER_KEY@URL, separated by commas
    #[arg(long, global = true, value_name = "WITNESSES", value_delimiter = ',')]
    pub witnesses: Option<Vec<WitnessAddress>>,
    /// Cipher of new keys for ids and phones: aes-256-gcm or sm4-gcm; `xueshi keys rotate` changes to it [default: aes-256-gcm]
    #[arg(long, global = true, value_name = "CIPHER", value_parser = field_cipher)]
    pub field_cipher: Option<KeyAlgorithm>,
    /// Years after the last one with a record of theirs in which a person cannot be erased [default: 10]
    #[arg(long, global = true, value_name = "YEARS", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub retention_years: Option<u8>,
    /// HTTP worker threads [default: one for each processor]
    #[arg(long, global = true, value_name = "NUMBER", value_parser = worker_count)]
    pub workers: Option<usize>,
}

impl SettingsArgs {
    /// These settings, and the other ones where these say nothing.
    #[must_use]
    pub(super) fn or(self, other: SettingsArgs) -> SettingsArgs {
        SettingsArgs {
            config: self.config.or(other.config),
            bind: self.bind.or(other.bind),
            database_url: self.database_url.or(other.database_url),
            pooler_url: self.pooler_url.or(other.pooler_url),
            replica_url: self.replica_url.or(other.replica_url),
            sandbox: self.sandbox.or(other.sandbox),
            chaos: self.chaos.or(other.chaos),
            data_dir: self.data_dir.or(other.data_dir),
            public_url: self.public_url.or(other.public_url),
            rate_limit: self.rate_limit.or(other.rate_limit),
            registration_limit: self.registration_limit.or(other.registration_limit),
            verification_limit: self.verification_limit.or(other.verification_limit),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            cors_origins: self.cors_origins.or(other.cors_origins),
            log: self.log.or(other.log),
            access_token_seconds: self.access_token_seconds.or(other.access_token_seconds),
            refresh_token_days: self.refresh_token_days.or(other.refresh_token_days),
            credential_suite: self.credential_suite.or(other.credential_suite),
            json_limit: self.json_limit.or(other.json_limit),
            upload_limit: self.upload_limit.or(other.upload_limit),
            import_rows: self.import_rows.or(other.import_rows),
            log_origin: self.log_origin.or(other.log_origin),
            witnesses: self.witnesses.or(other.witnesses),
            field_cipher: self.field_cipher.or(other.field_cipher),
            retention_years: self.retention_years.or(other.retention_years),
            workers: self.workers.or(other.workers),
        }
    }
}

fn database_url(text: &str) -> Result<String, String> {
    if ["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
        Ok(text.to_owned())
    } else {
        Err("expected sqlite://PATH or postgres://…".to_owned())
    }
}

fn postgres_url(text: &str) -> Result<String, String> {
    if ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
        Ok(text.to_owned())
    } else {
        Err("expected postgres://…".to_owned())
    }
}

fn http_url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.contains(char::is_whitespace) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("expected an address such as https://xueshi.example".to_owned()),
    }
}

fn log_origin(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains('+') || text.contains(char::is_whitespace) {
        Err("expected a name without spaces and plus signs, such as xueshi.example/log".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

fn field_cipher(text: &str) -> Result<KeyAlgorithm, String> {
    match KeyAlgorithm::from_text(text) {
        Some(cipher @ (KeyAlgorithm::Aes256Gcm | KeyAlgorithm::Sm4Gcm)) => Ok(cipher),
        Some(KeyAlgorithm::HmacSha256) | None => Err("expected aes-256-gcm or sm4-gcm".to_owned()),
    }
}

fn worker_count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if (1..=1024).contains(&count) => Ok(count),
        _ => Err("expected a number from 1 to 1024".to_owned()),
    }
}
