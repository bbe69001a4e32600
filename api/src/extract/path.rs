//! Parts of the path. What cannot be one is answered like something that does not exist.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use uuid::Uuid;

use super::gate::Gate;
use crate::problem::{Code, Problem};

/// First year that a path may name.
pub(super) const FIRST_YEAR: i32 = 1990;
/// Last year that a path may name.
pub(super) const LAST_YEAR: i32 = 2100;

/// The `{id}` of the path. Anything but a UUID is 404 `not-found`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathId(pub Uuid);

/// The `{year}` of the path, 1990 to 2100; anything else is 404 `not-found`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathYear(pub i32);

/// All parts of the path by name, percent-decoded; for paths with other parts than `{id}` and `{year}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathText(Vec<(String, String)>);

impl PathText {
    /// A part by its name in the template; empty if the template has none of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// A part that is a UUID.
    ///
    /// # Errors
    /// 404 `not-found` for anything else.
    pub fn id(&self, name: &str) -> Result<Uuid, Problem> {
        id(self.get(name))
    }

    /// A part that is a year.
    ///
    /// # Errors
    /// 404 `not-found` for anything else.
    pub fn year(&self, name: &str) -> Result<i32, Problem> {
        year(self.get(name))
    }
}

fn id(text: &str) -> Result<Uuid, Problem> {
    // Only the hyphenated form: one thing has one address.
    if text.len() != 36 {
        return Err(Problem::new(Code::NotFound));
    }
    Uuid::try_parse(text).map_err(|_| Problem::new(Code::NotFound))
}

fn year(text: &str) -> Result<i32, Problem> {
    let plain = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = if plain { text.parse().ok() } else { None };
    year.filter(|year| (FIRST_YEAR..=LAST_YEAR).contains(year))
        .ok_or_else(|| Problem::new(Code::NotFound))
}

fn decoded(request: &HttpRequest, name: &str) -> String {
    let raw = request.match_info().get(name).unwrap_or_default();
    percent_encoding::percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

macro_rules! after_admission {
    ($name:ident, $request:ident => $value:expr) => {
        impl FromRequest for $name {
            type Error = Problem;
            type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

            fn from_request($request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let gate = Gate::of($request);
                let value = $value;
                Box::pin(async move {
                    gate.passed().await;
                    value.map($name)
                })
            }
        }
    };
}

after_admission!(PathId, request => id(&decoded(request, "id")));
after_admission!(PathYear, request => year(&decoded(request, "year")));

impl FromRequest for PathText {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let names: Vec<String> =
            request.match_info().iter().map(|(name, _)| name.to_owned()).collect();
        ready(Ok(Self(
            names.into_iter().map(|name| (name.clone(), decoded(request, &name))).collect(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_exist_is_looked_for() {
        assert!(id("0190a8f0-7c1e-7d3a-b1c2-000000000001").is_ok());
        for bad in [
            "",
            "1",
            "0190a8f07c1e7d3ab1c2000000000001",
            "{0190a8f0-7c1e-7d3a-b1c2-00000000000}",
            "g190a8f0-7c1e-7d3a-b1c2-000000000001",
        ] {
            assert_eq!(id(bad).unwrap_err().code(), Code::NotFound, "{bad}");
        }
        assert_eq!(year("2023").unwrap(), 2023);
        for bad in ["", "0", "1989", "2101", "02023", "+202", "9999", "２０２３"] {
            assert_eq!(year(bad).unwrap_err().code(), Code::NotFound, "{bad}");
        }
    }
}
