//! The three sources of settings, brought to one form: a list of `--name=value` that the flags' own parser reads.

use std::path::{Path, PathBuf};

use clap::{Args, Command, FromArgMatches};

use super::{Settings, SettingsArgs};

/// The file that is read when none is named, if it exists.
pub const DEFAULT_FILE: &str = "xueshi.toml";

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The settings file cannot be read.
    #[error("cannot read the settings file {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The settings file is not TOML.
    #[error("{path} is not valid TOML: {source}")]
    Toml {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: Box<toml::de::Error>,
    },
    /// The settings file has a name that is no setting.
    #[error("{path} has an unknown setting: {name}")]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// A value cannot be used.
    #[error("{place}: {message}")]
    Value {
        /// The source of the value.
        place: String,
        /// What is wrong with it.
        message: String,
    },
}

pub(super) fn load(
    flags: SettingsArgs,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Settings, SettingsError> {
    let set = flags.or(from_environment(environment)?);
    let file = match &set.config {
        Some(path) => from_file(path)?,
        None if Path::new(DEFAULT_FILE).exists() => from_file(Path::new(DEFAULT_FILE))?,
        None => SettingsArgs::default(),
    };
    Ok(Settings::from_args(set.or(file)))
}

/// The names of all settings, in kebab-case.
fn names() -> Vec<String> {
    let command = SettingsArgs::augment_args(Command::new("settings"));
    command.get_arguments().filter_map(|argument| argument.get_long().map(str::to_owned)).collect()
}

fn from_environment(
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<SettingsArgs, SettingsError> {
    let mut pairs = Vec::new();
    for name in names() {
        let variable = format!("XUESHI_{}", name.replace('-', "_").to_uppercase());
        if let Some(value) = environment(&variable).filter(|value| !value.is_empty()) {
            pairs.push((name, value));
        }
    }
    parse("environment", pairs)
}

fn from_file(path: &Path) -> Result<SettingsArgs, SettingsError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| SettingsError::Read { path: path.into(), source })?;
    from_toml(path, &text)
}

fn from_toml(path: &Path, text: &str) -> Result<SettingsArgs, SettingsError> {
    let table: toml::Table = text
        .parse()
        .map_err(|source| SettingsError::Toml { path: path.into(), source: Box::new(source) })?;
    let known = names();
    let mut pairs = Vec::new();
    for (key, value) in table {
        let name = key.replace('_', "-");
        if name == "config" || !known.contains(&name) {
            return Err(SettingsError::Unknown { path: path.into(), name: key });
        }
        pairs.push((name, plain(value)));
    }
    parse(&path.display().to_string(), pairs)
}

fn plain(value: toml::Value) -> String {
    match value {
        toml::Value::String(text) => text,
        toml::Value::Array(items) => items.into_iter().map(plain).collect::<Vec<_>>().join(","),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(value) => value.to_string(),
        // No setting is a date or a table; the flag's parser refuses what comes of it.
        toml::Value::Datetime(date) => date.to_string(),
        toml::Value::Table(_) => "{…}".to_owned(),
    }
}

fn parse(place: &str, pairs: Vec<(String, String)>) -> Result<SettingsArgs, SettingsError> {
    let words = pairs.into_iter().map(|(name, value)| format!("--{name}={value}"));
    let command = SettingsArgs::augment_args(
        Command::new("settings").no_binary_name(true).disable_help_flag(true),
    );
    let failed = |error: clap::Error| SettingsError::Value {
        place: place.to_owned(),
        message: error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned(),
    };
    let matches = command.try_get_matches_from(words).map_err(failed)?;
    SettingsArgs::from_arg_matches(&matches).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::super::{CredentialSuite, Rate};
    use super::*;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    fn toml(text: &str) -> Result<SettingsArgs, SettingsError> {
        from_toml(Path::new("xueshi.toml"), text)
    }

    #[test]
    fn flags_win_over_environment_and_that_over_the_file() {
        let environment = |name: &str| match name {
            "XUESHI_CHAOS" => Some("20".to_owned()),
            "XUESHI_WORKERS" => Some("2".to_owned()),
            "XUESHI_CORS_ORIGINS" => Some("https://a.example,https://b.example/".to_owned()),
            _ => None,
        };
        let file = toml("chaos = 30\nworkers = 3\njson_limit = 4\nsandbox = true\n").unwrap();
        let flags = SettingsArgs { chaos: Some(10), ..SettingsArgs::default() };
        let settings =
            Settings::from_args(flags.or(from_environment(&environment).unwrap()).or(file));
        assert_eq!(
            (settings.chaos, settings.workers, settings.json_limit, settings.sandbox),
            (10, 2, 4, true)
        );
        assert_eq!(settings.cors_origins, ["https://a.example", "https://b.example"]);
        assert_eq!(settings.rate_limit, None);
    }

    #[test]
    fn the_defaults_are_those_of_production() {
        let settings = Settings::from_args(from_environment(&nothing).unwrap());
        assert_eq!(settings.bind.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.rate_limit, Some(Rate::DEFAULT));
        assert_eq!(settings.verification_limit, Some(Rate::VERIFICATIONS));
        assert_eq!(settings.access_token_life.as_secs(), 900);
        assert_eq!(settings.credential_suite, CredentialSuite::Ed25519);
        assert!(!settings.sandbox);
    }

    #[test]
    fn the_file_is_read_strictly() {
        let args = toml("cors-origins = [\"https://a.example\"]\nrate_limit = \"5/10s\"").unwrap();
        assert_eq!(args.cors_origins.unwrap(), ["https://a.example"]);
        assert_eq!(args.rate_limit.unwrap().0.unwrap().to_string(), "5/10s");
        let suite = toml("credential_suite = \"sm2\"").unwrap().credential_suite;
        assert_eq!(suite, Some(CredentialSuite::Sm2));
        for (text, message) in [
            (
                "credential_suite = \"rsa\"",
                "xueshi.toml: invalid value 'rsa' for '--credential-suite <SUITE>'",
            ),
            ("colour = 1", "xueshi.toml has an unknown setting: colour"),
            ("config = \"x\"", "xueshi.toml has an unknown setting: config"),
            (
                "chaos = 101",
                "xueshi.toml: invalid value '101' for '--chaos <PERCENT>': 101 is not in 0..=100",
            ),
            (
                "rate_limit = \"fast\"",
                "xueshi.toml: invalid value 'fast' for '--rate-limit <RATE>': expected a rate such as 600/60s, or off",
            ),
        ] {
            assert_eq!(toml(text).unwrap_err().to_string(), message, "{text}");
        }
        assert!(matches!(toml("= ="), Err(SettingsError::Toml { .. })));
    }

    #[test]
    fn the_debug_form_hides_the_database_password() {
        let args = SettingsArgs {
            database_url: Some("postgres://u:secret@h/d".into()),
            ..SettingsArgs::default()
        };
        assert!(!format!("{:?}", Settings::from_args(args)).contains("secret"));
    }
}
