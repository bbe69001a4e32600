//! A receiver of webhooks that behaves as a test wants it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

/// A request that came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The path.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// The status that it was answered with.
    pub status: u16,
}

impl Received {
    /// The body.
    ///
    /// # Panics
    /// When it is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// A header.
    ///
    /// # Panics
    /// When it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
    }
}

/// What a request is answered with.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    after: Duration,
}

impl Reply {
    /// At once, with this status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), after: Duration::ZERO }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// After a while.
    #[must_use]
    pub fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }
}

type Answer = Box<dyn FnMut(usize) -> Reply + Send>;

struct Shared {
    received: Mutex<Vec<Received>>,
    answer: Mutex<Answer>,
    over: AtomicBool,
}

/// Listens on a local port until it is dropped.
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Receiver {
    /// Answers the request with a number, from 1 on, as it is told to.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn start(answer: impl FnMut(usize) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            answer: Mutex::new(Box::new(answer)),
            over: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if accepting.over.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || {
                    let _ = serve(stream, &shared);
                });
            }
        });
        Self { address, shared }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Answers otherwise from now on.
    ///
    /// # Panics
    /// Never.
    pub fn answers(&self, answer: impl FnMut(usize) -> Reply + Send + 'static) {
        *self.shared.answer.lock().unwrap() = Box::new(answer);
    }

    /// All that came so far.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// What it answered with 2xx.
    #[must_use]
    pub fn taken(&self) -> Vec<Received> {
        let mut all = self.received();
        all.retain(|received| (200..300).contains(&received.status));
        all
    }

    /// Waits until so many requests came.
    ///
    /// # Panics
    /// When they do not come.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let begun = Instant::now();
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{} of {count} came: {received:#?}",
                received.len()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // The listener looks at it when someone comes.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut headers = HeaderMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            let name: Option<HeaderName> = name.parse().ok();
            if let Some((name, value)) = name.zip(HeaderValue::from_str(value.trim()).ok()) {
                headers.insert(name, value);
            }
        }
        let length = headers.get("content-length").and_then(|value| value.to_str().ok());
        let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or(0)];
        reader.read_exact(&mut body)?;
        let reply = {
            let mut received = shared.received.lock().unwrap_or_else(|error| error.into_inner());
            let mut answer = shared.answer.lock().unwrap_or_else(|error| error.into_inner());
            let reply = answer(received.len() + 1);
            received.push(Received { path, headers, body, status: reply.status });
            reply
        };
        std::thread::sleep(reply.after);
        let mut head = format!("HTTP/1.1 {} X\r\ncontent-length: 0\r\n", reply.status);
        for (name, value) in &reply.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        writer.write_all(head.as_bytes())?;
        writer.write_all(b"\r\n")?;
        writer.flush()?;
    }
}
