//! Speaks to a service over connections that stay open.

use std::net::SocketAddr;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, IF_MATCH, LOCATION, RETRY_AFTER};
use serde_json::Value;

use crate::Failure;

/// A client of one service. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    address: SocketAddr,
}

/// A request that changes something.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Post<'a> {
    /// Whose token.
    pub(crate) token: Option<&'a str>,
    /// A machine's name and secret, in place of a token.
    pub(crate) basic: Option<(&'a str, &'a str)>,
    /// Media type and body.
    pub(crate) body: Option<(&'a str, &'a str)>,
    /// The version that it is about.
    pub(crate) if_match: Option<&'a str>,
    /// Its `Idempotency-Key`.
    pub(crate) key: Option<&'a str>,
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Client {
    /// A client that keeps so many connections.
    pub(crate) fn new(address: SocketAddr, connections: usize) -> Result<Client, Failure> {
        let http = reqwest::Client::builder().pool_max_idle_per_host(connections).build()?;
        Ok(Client { http, address })
    }

    /// Sends it.
    ///
    /// # Errors
    /// Whatever is not answered with success: nothing of the kind belongs in a measurement.
    pub(crate) async fn post(&self, path: &str, post: Post<'_>) -> Result<Answer, Failure> {
        let answer = self.try_post(path, post).await?;
        if !answer.status.is_success() {
            return Err(format!("POST {path} answers {answer}").into());
        }
        Ok(answer)
    }

    /// Sends it, whatever is answered.
    ///
    /// # Errors
    /// When there is no answer.
    pub(crate) async fn try_post(&self, path: &str, post: Post<'_>) -> Result<Answer, Failure> {
        let mut request = self.http.post(format!("http://{}{path}", self.address));
        if let Some(token) = post.token {
            request = request.bearer_auth(token);
        }
        if let Some((name, secret)) = post.basic {
            request = request.basic_auth(name, Some(secret));
        }
        if let Some((kind, body)) = post.body {
            request = request.header(CONTENT_TYPE, kind).body(body.to_owned());
        }
        if let Some(tag) = post.if_match {
            request = request.header(IF_MATCH, tag);
        }
        if let Some(key) = post.key {
            request = request.header("idempotency-key", key);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        Ok(Answer { status, headers, body })
    }

    /// Asks for something; what is answered.
    ///
    /// # Errors
    /// Whatever is not answered with success.
    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> Result<Vec<u8>, Failure> {
        let mut request = self.http.get(format!("http://{}{path}", self.address));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?;
        let status = response.status();
        let body = response.bytes().await?.to_vec();
        if !status.is_success() {
            let text = String::from_utf8_lossy(&body);
            return Err(format!("GET {path} answers {status}: {text}").into());
        }
        Ok(body)
    }

    /// Sends JSON, and reads it.
    pub(crate) async fn ask(
        &self,
        token: Option<&str>,
        path: &str,
        body: &Value,
    ) -> Result<Value, Failure> {
        let body = body.to_string();
        let post =
            Post { token, body: Some(("application/json", body.as_str())), ..Post::default() };
        self.post(path, post).await?.json()
    }

    /// The access token of someone who logs in.
    pub(crate) async fn login(&self, username: &str, password: &str) -> Result<String, Failure> {
        let body = serde_json::json!({"username": username, "password": password});
        let tokens = self.ask(None, "/v1/auth/login", &body).await?;
        text(&tokens, "access_token")
    }
}

impl Answer {
    /// Whether it was done.
    pub(crate) fn is_done(&self) -> bool {
        self.status.is_success()
    }

    /// Whether it was refused for now, and the answer says when to come again.
    pub(crate) fn says_later(&self) -> bool {
        let busy = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS];
        busy.contains(&self.status) && self.headers.contains_key(RETRY_AFTER)
    }

    /// Its body as JSON.
    pub(crate) fn json(&self) -> Result<Value, Failure> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The path of what was made.
    pub(crate) fn location(&self) -> Result<&str, Failure> {
        Ok(self.headers.get(LOCATION).ok_or("an answer without Location")?.to_str()?)
    }

    /// The version of what was made or changed.
    pub(crate) fn tag(&self) -> Result<&str, Failure> {
        Ok(self.headers.get(ETAG).ok_or("an answer without ETag")?.to_str()?)
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

/// A member that is a string.
pub(crate) fn text(value: &Value, member: &str) -> Result<String, Failure> {
    let found = value[member].as_str().ok_or_else(|| format!("no `{member}` in {value}"))?;
    Ok(found.to_owned())
}
