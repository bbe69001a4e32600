//! Which database to use.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A parsed database URL: `sqlite://PATH` or `postgres://…`.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// Embedded SQLite in one file.
    Sqlite(PathBuf),
    /// A PostgreSQL server, as a libpq URL.
    Postgres(String),
}

/// The text is not a database URL that xueshi knows.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a database URL starts with sqlite://, postgres:// or postgresql://")]
pub struct UnknownDatabase;

impl FromStr for DatabaseUrl {
    type Err = UnknownDatabase;

    fn from_str(text: &str) -> Result<Self, UnknownDatabase> {
        if let Some(path) = text.strip_prefix("sqlite://").filter(|path| !path.is_empty()) {
            Ok(Self::Sqlite(PathBuf::from(path)))
        } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self::Postgres(text.to_owned()))
        } else {
            Err(UnknownDatabase)
        }
    }
}

/// The password of a server is left out: URLs end up in logs.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => match (url.find("://"), url.rfind('@')) {
                (Some(scheme), Some(at)) => write!(f, "{}://…{}", &url[..scheme], &url[at..]),
                _ => f.write_str(url.split('?').next().unwrap_or_default()),
            },
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_parsed_and_passwords_never_shown() {
        let url: DatabaseUrl = "postgres://me:secret@db/xueshi".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://…@db/xueshi");
        assert_eq!(
            "sqlite:///var/x.db".parse::<DatabaseUrl>().unwrap().to_string(),
            "sqlite:///var/x.db"
        );
        assert_eq!("mysql://x".parse::<DatabaseUrl>(), Err(UnknownDatabase));
        assert_eq!("sqlite://".parse::<DatabaseUrl>(), Err(UnknownDatabase));
    }
}
