//! The service as a process of its own, whose log can be read.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use tokio::net::TcpStream;
use xueshi_tests::steps::text;
use xueshi_tests::{Client, Server};

use super::ADDRESS;

/// A process that serves the database of a server that has been stopped. It ends when it is dropped.
pub(super) struct Process {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Process {
    /// Starts it, known under [`ADDRESS`], and waits until it listens.
    pub(super) async fn start(server: &Server, log: &str) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let path = server.directory().join("process.log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_xueshi-under-test"));
        command
            .args(["serve", "--sandbox", "--log", log, "--public-url", ADDRESS])
            .args(["--bind", &address.to_string(), "--database-url", server.database_url()])
            .arg("--data-dir")
            .arg(server.directory())
            .env_clear()
            .current_dir(server.directory())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&path).unwrap());
        let process = Self { child: command.spawn().unwrap(), address, log: path };
        for _ in 0..1_200 {
            if TcpStream::connect(address).await.is_ok() {
                return process;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it does not listen:\n{}", process.log());
    }

    pub(super) fn nobody(&self) -> Client {
        Client::new(self.address)
    }

    pub(super) async fn login(&self, username: &str) -> Client {
        let nobody = self.nobody();
        let body = json!({"username": username, "password": "sandbox"});
        let tokens = nobody.post("/v1/auth/login").json(body).await.is(200);
        nobody.with_token(&text(&tokens, "access_token")).named(username)
    }

    /// What it has written so far.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
