//! A request whose body is held back (W2).

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Client;
use crate::server::Server;

/// A POST of which the head and a part of the body have been sent.
#[derive(Debug)]
pub struct HeldRequest {
    stream: TcpStream,
    rest: String,
}

impl HeldRequest {
    /// Sends the head and the first half of the body, in a chunk.
    ///
    /// # Panics
    /// When the server does not take it.
    pub async fn begin(
        server: &Server,
        client: &Client,
        path: &str,
        body: &Value,
        headers: &str,
    ) -> Self {
        let body = body.to_string();
        let half = body.len() / 2;
        let half =
            (half..body.len()).find(|place| body.is_char_boundary(*place)).unwrap_or(body.len());
        let (first, rest) = body.split_at(half);
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Transfer-Encoding: chunked\r\nConnection: close\r\n{headers}\r\n{:x}\r\n{first}\r\n",
            server.address(),
            client.token(),
            first.len(),
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        Self { stream, rest: rest.to_owned() }
    }

    /// Sends the rest and reads the answer: status and JSON body.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn finish(mut self) -> (u16, Value) {
        let rest = format!("{:x}\r\n{}\r\n0\r\n\r\n", self.rest.len(), self.rest);
        self.stream.write_all(rest.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        self.stream.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) =
            text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
        let status =
            head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        // Whole or in chunks: the document is what stands between the outermost braces.
        let json = body.find('{').zip(body.rfind('}')).map_or("", |(from, to)| &body[from..=to]);
        (status, serde_json::from_str(json).unwrap_or(Value::Null))
    }
}
