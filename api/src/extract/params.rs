//! Query parameters of one resource, as a struct.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};

use super::gate::Gate;
use super::json::{Fault, Kind};
use super::query::{Query, RESERVED, invalid_parameter, unknown_parameter};
use crate::problem::Code;
use crate::problem::{FieldError, Place, Problem, Text};

/// The query parameters named by the fields of `T`: numbers, booleans, texts, enums, options, and comma-separated lists.
///
/// Parameters that the frame reads elsewhere ([`RESERVED`]) are left alone unless `T` has a field of that name; any other one
/// is refused (400 `unknown-parameter`), as is a value that does not fit (400 `invalid-parameter`).
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Params<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let gate = Gate::of(request);
        let result = Query::of(request).and_then(|query| parse(&query)).map(Params);
        Box::pin(async move {
            gate.passed().await;
            result
        })
    }
}

impl FromRequest for Query {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Query::of(request))
    }
}

/// Decodes the parameters of a query.
pub(crate) fn parse<T: DeserializeOwned>(query: &Query) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Pairs(query)).map_err(|error| {
        let name = error.path().to_string();
        match &error.inner().kind {
            Kind::Unknown { name, .. } => unknown_parameter(name),
            Kind::Missing { name } => {
                let detail = Text::new("必须填写", "is required");
                Problem::new(Code::InvalidParameter)
                    .detail(format!("缺少参数 {name}"), format!("the parameter {name} is required"))
                    .error(FieldError {
                        place: Place::Parameter((*name).to_owned()),
                        code: "required".into(),
                        detail,
                    })
            }
            Kind::Malformed(_) | Kind::Duplicate | Kind::Type(_) | Kind::Value(_) => {
                let name = name.split(['[', '.']).next().unwrap_or_default().to_owned();
                invalid_parameter(&name, "invalid", error.inner().detail())
            }
        }
    })
}

struct Pairs<'q>(&'q Query);

impl<'de> Deserializer<'de> for Pairs<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let pairs: Vec<_> = self.0.iter().collect();
        visitor.visit_map(PairAccess { pairs: pairs.into_iter(), value: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let mut pairs = Vec::new();
        for (name, value) in self.0.iter() {
            if fields.contains(&name) {
                pairs.push((name, value));
            } else if !RESERVED.contains(&name) {
                return Err(de::Error::unknown_field(name, fields));
            }
        }
        visitor.visit_map(PairAccess { pairs: pairs.into_iter(), value: None })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct PairAccess<'q> {
    pairs: std::vec::IntoIter<(&'q str, &'q str)>,
    value: Option<&'q str>,
}

impl<'de> MapAccess<'de> for PairAccess<'_> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some((name, value)) = self.pairs.next() else { return Ok(None) };
        self.value = Some(value);
        let name: StrDeserializer<'_, Fault> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(Scalar(self.value.take().unwrap_or_default()))
    }
}

/// One value of a query, which is text until the type says otherwise.
struct Scalar<'q>(&'q str);

impl<'de> IntoDeserializer<'de, Fault> for Scalar<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $kind:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.0.parse::<$kind>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(Fault::value("应为整数", "expected an integer")),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Scalar<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(Fault::value("应为 true 或 false", "expected true or false")),
        }
    }

    integers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.parse::<f64>() {
            Ok(value) if value.is_finite() => visitor.visit_f64(value),
            _ => Err(Fault::value("应为数", "expected a number")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(Parts(self.0.split(',').filter(|part| !part.is_empty())))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let text: StrDeserializer<'_, Fault> = self.0.into_deserializer();
        text.deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

struct Parts<I>(I);

impl<'de, 'q, I: Iterator<Item = &'q str>> SeqAccess<'de> for Parts<I> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        self.0.next().map(|part| seed.deserialize(Scalar(part))).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Shade {
        Light,
        Dark,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Filter {
        year: Option<i32>,
        overdue: Option<bool>,
        #[serde(default)]
        shade: Vec<Shade>,
        title: String,
    }

    fn filter(text: &str) -> Result<Filter, Problem> {
        parse(&Query::parse(text)?)
    }

    #[test]
    fn values_are_typed() {
        let expected = Filter {
            year: Some(2023),
            overdue: Some(true),
            shade: vec![Shade::Light, Shade::Dark],
            title: "a b".into(),
        };
        assert_eq!(
            filter("title=a+b&year=2023&overdue=true&shade=light,dark&limit=5&dry_run=true")
                .unwrap(),
            expected
        );
        assert_eq!(filter("title=").unwrap().year, None);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (text, code, parameter) in [
            ("title=x&colour=red", Code::UnknownParameter, "colour"),
            ("title=x&year=two", Code::InvalidParameter, "year"),
            ("title=x&year=99999999999", Code::InvalidParameter, "year"),
            ("title=x&overdue=1", Code::InvalidParameter, "overdue"),
            ("title=x&shade=light,grey", Code::InvalidParameter, "shade"),
            ("year=2023", Code::InvalidParameter, "title"),
            ("title=x&title=y", Code::InvalidParameter, "title"),
        ] {
            let problem = filter(text).unwrap_err();
            assert_eq!(problem.code(), code, "{text}");
            assert_eq!(
                problem.field_errors()[0].place,
                Place::Parameter(parameter.to_owned()),
                "{text}"
            );
        }
    }
}
