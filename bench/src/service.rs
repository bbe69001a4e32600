//! A service in a process of its own, and what it takes.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::Failure;
use crate::cpu;
use crate::load::Done;
use crate::place::Place;
use crate::report::Round;
use crate::stats::percentile;

/// Whether a service keeps the transparency log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Log {
    /// As every service does.
    Kept,
    /// Neither entries nor digests of rows: only here.
    Left,
}

/// A running service. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    address: SocketAddr,
    postmaster: Option<u32>,
}

/// Processor time since some beginning, in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    /// By the service; with SQLite the database is in it.
    pub(crate) service: f64,
    /// By the PostgreSQL server.
    pub(crate) database: Option<f64>,
}

impl Service {
    /// Starts it and waits until it listens.
    pub(crate) fn start(place: &Place, log: Log) -> Result<Service, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("serve").arg("--database-url").arg(place.url());
        command.arg("--data-dir").arg(place.directory().join("files"));
        if log == Log::Left {
            command.arg("--without-log");
        }
        Service::launch(place, command)
    }

    /// Starts the bare handler on the same database; `key` is that of the service's tokens, as a JWK.
    pub(crate) fn start_bare(place: &Place, key: &str) -> Result<Service, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare").arg("--database-url").arg(place.url()).arg("--key").arg(key);
        Service::launch(place, command)
    }

    fn launch(place: &Place, mut command: Command) -> Result<Service, Failure> {
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        match line.trim().parse() {
            Ok(address) => Ok(Service { child, address, postmaster: place.postmaster()? }),
            Err(_) => {
                let _ = child.kill();
                Err(format!("the service does not start ({})", child.wait()?).into())
            }
        }
    }

    /// The address that it listens on.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// The processor time that was spent until now.
    pub(crate) fn spent(&self) -> Result<Spent, Failure> {
        let database = self.postmaster.map(cpu::of_family).transpose()?;
        Ok(Spent { service: cpu::of_process(self.child.id())?, database })
    }

    /// What was done since then, and what it took.
    pub(crate) fn round(
        &self,
        before: Spent,
        operations: usize,
        done: &Done,
    ) -> Result<Round, Failure> {
        let after = self.spent()?;
        let database = after.database.zip(before.database).map(|(after, before)| after - before);
        Ok(Round {
            operations,
            seconds: done.seconds,
            p50_ms: percentile(&done.requests, 500),
            p99_ms: percentile(&done.requests, 990),
            service_cpu_seconds: after.service - before.service,
            database_cpu_seconds: database,
            resident_mib: self.resident()?,
        })
    }

    /// Its resident memory, in MiB.
    fn resident(&self) -> Result<f64, Failure> {
        cpu::resident(self.child.id())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
