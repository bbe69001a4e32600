//! A client of the service, as somebody.

use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{self, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Method, multipart};
use serde_json::Value;

use crate::answer::Answer;
use crate::contract;

/// Speaks to a server as somebody. Every answer is held against the OpenAPI document.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    address: SocketAddr,
    token: Option<String>,
    name: String,
}

impl Client {
    /// A client of whatever listens there, without a token. It follows no redirection: an answer is that of the operation.
    ///
    /// # Panics
    /// When there is no HTTP here.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        // Connections go before the server would close them under a request.
        let http = reqwest::Client::builder().pool_max_idle_per_host(64);
        let http = http.pool_idle_timeout(Duration::from_secs(30)).redirect(Policy::none());
        let http = http.build().unwrap();
        Self { http, address, token: None, name: "nobody".to_owned() }
    }

    /// The same caller at another service, which knows the token.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    /// The same client with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same client under a name that failures show.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// The access token.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("the client is logged in")
    }

    /// GET.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// POST.
    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    /// PUT.
    pub fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    /// PATCH.
    pub fn patch(&self, path: &str) -> Call {
        self.call(Method::PATCH, path)
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// Any method by its name.
    ///
    /// # Panics
    /// When it is not a method.
    pub fn method(&self, method: &str, path: &str) -> Call {
        self.call(method.to_uppercase().parse().unwrap(), path)
    }

    fn call(&self, method: Method, path: &str) -> Call {
        let mut request =
            self.http.request(method.clone(), format!("http://{}{path}", self.address));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        Call { request, method, path: path.to_owned(), who: self.name.clone(), documented: true }
    }
}

/// A request on its way; `.await` sends it.
#[derive(Debug)]
pub struct Call {
    request: reqwest::RequestBuilder,
    method: Method,
    path: String,
    who: String,
    documented: bool,
}

impl Call {
    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: Value) -> Self {
        self.text("application/json", body.to_string())
    }

    /// With a body as it is written here.
    #[must_use]
    pub fn text(self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        let request = self.request.header(header::CONTENT_TYPE, content_type).body(body);
        Self { request, ..self }
    }

    /// With a form.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        self.text("application/x-www-form-urlencoded", form(fields))
    }

    /// With an evidence file.
    ///
    /// # Panics
    /// Never: the media type is a constant.
    #[must_use]
    pub fn file(self, kind: &str, name: &str, bytes: &[u8]) -> Self {
        let part = multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let part = part.mime_str("application/octet-stream").unwrap();
        let form = multipart::Form::new().text("kind", kind.to_owned()).part("file", part);
        Self { request: self.request.multipart(form), ..self }
    }

    /// With a form of several parts, the last one a file.
    ///
    /// # Panics
    /// Never: the media type is a constant.
    #[must_use]
    pub fn parts(self, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Self {
        let part = multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let part = part.mime_str("application/octet-stream").unwrap();
        let mut form = multipart::Form::new();
        for (field, value) in fields {
            form = form.text((*field).to_owned(), (*value).to_owned());
        }
        Self { request: self.request.multipart(form.part("file", part)), ..self }
    }

    /// With `If-Match`.
    #[must_use]
    pub fn if_match(self, tag: &str) -> Self {
        self.header("if-match", tag)
    }

    /// With `Idempotency-Key`.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// In English.
    #[must_use]
    pub fn english(self) -> Self {
        self.header("accept-language", "en")
    }

    /// With HTTP Basic instead of a token.
    #[must_use]
    pub fn basic(self, user: &str, password: &str) -> Self {
        Self { request: self.request.basic_auth(user, Some(password)), ..self }
    }

    /// With a header.
    ///
    /// # Panics
    /// When it is not one.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().unwrap();
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        Self { request: self.request.header(name, value), ..self }
    }

    /// Without holding the answer against the document: for requests that no operation is about.
    #[must_use]
    pub fn undocumented(self) -> Self {
        Self { documented: false, ..self }
    }

    async fn send(self) -> Answer {
        let what = format!("{} {} by {}", self.method, self.path, self.who);
        let response =
            self.request.send().await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let method = self.method.to_string();
        let answer = Answer {
            who: self.who,
            method,
            path: self.path,
            status,
            headers,
            bytes: bytes.to_vec(),
        };
        if self.documented {
            contract::check(&answer);
        }
        answer
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Fields as a form or a query.
#[must_use]
pub fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}
