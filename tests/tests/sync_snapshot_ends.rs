//! A snapshot that takes long: its reader loses the right to it on the way, or only takes it slowly, which needs no memory.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use xueshi_tests::{Client, Server, on_both};

use super::reconciliation::fill;

on_both!(a_snapshot_breaks_off_where_the_right_ends,);

/// A snapshot over a connection that takes little at a time: the rest waits at the service.
struct Slow {
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Slow {
    async fn begin(server: &Server, client: &Client) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(128 * 1024).unwrap();
        let mut stream = socket.connect(server.address()).await.unwrap();
        let (address, token) = (server.address(), client.token());
        let head = format!(
            "GET /v1/sync/snapshot HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut bytes = vec![0; 1024];
        let read = stream.read(&mut bytes).await.unwrap();
        bytes.truncate(read);
        assert!(bytes.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&bytes));
        Self { stream, bytes }
    }

    /// All that comes, and whether it came to its end: with its last line, and as a whole answer.
    async fn finish(mut self) -> (usize, bool) {
        // A connection that breaks off may do so in either way.
        let _ = self.stream.read_to_end(&mut self.bytes).await;
        let text = String::from_utf8_lossy(&self.bytes);
        let (line, whole) = (text.contains("\"kind\":\"end\""), text.ends_with("\r\n0\r\n\r\n"));
        assert_eq!(line, whole, "{}", text.lines().next_back().unwrap_or_default());
        (text.len(), whole)
    }
}

/// The right is looked at again every 15 seconds, as in a stream of changes.
async fn a_snapshot_breaks_off_where_the_right_ends(server: &Server) {
    // More than the two ends of a connection hold.
    fill(server, 3, 2_500);
    let (province, officer) =
        (server.machine("province").await, server.login("city.officer").await);
    let disabled = Slow::begin(server, &province).await;
    let kept = Slow::begin(server, &officer).await;
    server.sql("update clients set state = 'disabled' where client_id = 'province'");
    tokio::time::sleep(Duration::from_secs(16)).await;
    let (length, whole) = disabled.finish().await;
    assert!(!whole, "{length} bytes as if they were all");
    assert!(kept.finish().await.1, "who keeps the right gets all of it");
    province.get("/v1/sync/snapshot").await.refused(401, "invalid-token");
}

/// Readers that held whole snapshots would take more than 100 MiB. What the service may take is what its connections keep of the database,
/// 4 MiB each, and some pages, and next to nothing more because readers are slow. At the size of a city it is measured by `tests/clients/snapshot_memory.py target/release/xueshi`.
#[test]
fn a_snapshot_is_read_slowly_by_many_in_the_memory_of_a_page() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/snapshot_memory.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(env!("CARGO_BIN_EXE_xueshi-under-test"));
    command.args(["--people", "1000", "--completions", "8", "--batch", "500", "--readers", "24"]);
    command.args(["--slow-seconds", "20", "--most-mib", "48", "--most-slow-mib", "24"]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stdout));
    let measured: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(measured["lines"].as_i64().unwrap() > 9_000, "{measured:#}");
}
