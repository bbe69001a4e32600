//! What is read of the feed is what was committed, though the service is killed again and again: 64 writers with random delays and
//! rollbacks, and a reader that goes on wherever it was.
//!
//! 48 writers are sessions of their own, as other instances are, which hold their transactions for as long as they like. 16 are
//! clients of the service itself, who do not know whether what they were doing when it died was done, and look.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use xueshi_tests::steps::text;
use xueshi_tests::{Database, Server, on_both};

use super::sync_order::{Chance, Session};

on_both!(what_is_read_is_what_was_committed_though_the_service_is_killed);

const SESSIONS: usize = 48;
const CLIENTS: usize = 16;
const KILLS: usize = 20;
/// How long there is writing, at least.
const TIME: Duration = Duration::from_secs(30);
/// A unit that is not answered for this long is a failure of the test.
const PATIENCE: Duration = Duration::from_secs(60);

/// The service as a process of its own, on an address that stays.
struct Service {
    server: Command,
    child: Child,
    base: String,
}

impl Service {
    fn start(server: &Server) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_xueshi-under-test"));
        command
            .args(["serve", "--sandbox", "--log", "error", "--rate-limit", "off"])
            .args(["--bind", &free.to_string(), "--database-url", server.database_url()])
            .arg("--data-dir")
            .arg(server.directory())
            .env_clear()
            .current_dir(server.directory())
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let child = command.spawn().unwrap();
        Self { server: command, child, base: format!("http://{free}") }
    }

    /// SIGKILL, and another process in its place.
    fn kill_and_start_again(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = self.server.spawn().unwrap();
    }

    fn exited(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody who speaks to a service that may be gone.
#[derive(Clone)]
struct Caller {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Caller {
    fn new(base: &str) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        Self { http, base: base.to_owned(), token: String::new() }
    }

    /// Logs in: a token is of the address that it was asked for at.
    async fn admit(&mut self, ask: impl Fn(&Self) -> RequestBuilder) {
        let begun = Instant::now();
        while self.token.is_empty() {
            assert!(begun.elapsed() < PATIENCE, "nobody can log in");
            tokio::time::sleep(Duration::from_millis(50)).await;
            if let Some(answer) = Self::once(ask(self)).await {
                assert_eq!(answer.status(), 200);
                self.token = text(&answer.json().await.unwrap(), "access_token");
            }
        }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    /// The answer, if there is one that is not "later".
    async fn once(request: RequestBuilder) -> Option<Response> {
        let answer = request.send().await.ok()?;
        (!answer.status().is_server_error()).then_some(answer)
    }

    /// The JSON of a resource, asked for until it is answered.
    async fn read(&self, path: &str) -> Value {
        let begun = Instant::now();
        loop {
            if let Some(answer) = Self::once(self.get(path)).await {
                assert_eq!(answer.status(), 200, "{path}");
                if let Ok(body) = answer.json().await {
                    return body;
                }
            }
            assert!(begun.elapsed() < PATIENCE, "{path} is not answered");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A session's transactions: what each committed, in its order.
fn write_as_session(mut session: Session, writer: usize, over: &AtomicBool) -> Vec<u128> {
    let mut chance = Chance::new(writer as u64 + 101);
    let mut committed = Vec::new();
    let mut transaction: u128 = 0;
    while !over.load(Ordering::SeqCst) {
        transaction += 1;
        session.begin();
        let mut told = Vec::new();
        for event in 0..=chance.below(3) {
            let number = 0x018b_3b1e_7c00_7a10_8000_0000_0000_0000_u128
                + ((writer as u128) << 40)
                + (transaction << 20)
                + u128::from(event);
            session.tell(number, writer as u128);
            told.push(number);
            std::thread::sleep(Duration::from_millis(chance.below(8)));
        }
        if chance.below(4) == 0 {
            session.run("rollback");
        } else {
            session.run("commit");
            committed.append(&mut told);
        }
        std::thread::sleep(Duration::from_millis(chance.below(300)));
    }
    committed
}

/// Renames a unit again and again; how often it was done, by its version. Whether a change whose answer was lost was done is seen by
/// the unit itself.
async fn write_as_client(caller: Caller, unit: String, over: Arc<AtomicBool>) -> i64 {
    let path = format!("/v1/organizations/{unit}");
    let mut version = caller.read(&path).await["version"].as_i64().unwrap();
    let first = version;
    while !over.load(Ordering::SeqCst) {
        let change = caller
            .http
            .patch(format!("{}{path}", caller.base))
            .bearer_auth(&caller.token)
            .header("If-Match", format!("\"{version}\""))
            .json(&json!({"name": format!("第{version}次更名")}));
        match Caller::once(change).await {
            Some(answer) => {
                assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap_or_default());
                version += 1;
            }
            None => {
                let seen = caller.read(&path).await["version"].as_i64().unwrap();
                assert!(seen == version || seen == version + 1, "{seen} after {version}");
                version = seen;
            }
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    version - first
}

/// A reader that never stops where it was: what it has seen is kept before its cursor.
struct Tail {
    caller: Caller,
    cursor: Option<String>,
    seen: BTreeSet<String>,
    order: Vec<Value>,
    again: usize,
    chance: Chance,
}

impl Tail {
    async fn page(&mut self) -> bool {
        let cursor = self.cursor.iter().map(|cursor| format!("&cursor={cursor}"));
        let path = format!("/v1/sync/changes?limit=200&wait=1{}", cursor.collect::<String>());
        let page = self.caller.read(&path).await;
        let events = page["data"].as_array().unwrap();
        for event in events {
            if self.seen.insert(text(event, "id")) {
                self.order.push(event.clone());
            } else {
                self.again += 1;
            }
        }
        let news = !events.is_empty() || page["more"] == true;
        // Now and then it dies itself before it has kept the cursor, and reads the page again.
        if self.chance.below(10) > 0 {
            self.cursor = Some(text(&page, "next_cursor"));
        }
        news
    }
}

fn number(event: &Value) -> u128 {
    u128::from_str_radix(&text(event, "id").replace('-', ""), 16).unwrap()
}

/// What is told to auditors only has a place among all and is passed over.
const FOR_AUDITORS: &str = "kind in ('account.created', 'account.changed', 'account.logged_in', 'account.login_failed', 'client.registered', \
    'personal_data.revealed', 'personal_data.exported', 'professional.erased', 'export.asked', 'export.downloaded', 'snapshot.read', \
    'keys.rotated')";

/// The ids of all events of the city that everyone may know, by looking into the database.
fn all_committed(server: &Server) -> BTreeSet<String> {
    let of = match server.database() {
        Database::Sqlite => "lower(hex(id))",
        Database::Postgres => "replace(id::text, '-', '')",
    };
    let of = format!("select {of} as text from events where not {FOR_AUDITORS}");
    Session::open(server).texts(&of).into_iter().collect()
}

/// The positions that readers pass over.
fn passed_over(server: &Server) -> BTreeSet<u64> {
    let of = format!(
        "select cast(position as text) as text from events where {FOR_AUDITORS} and position is not null"
    );
    Session::open(server).texts(&of).iter().map(|text| text.parse().unwrap()).collect()
}

async fn what_is_read_is_what_was_committed_though_the_service_is_killed(server: &Server) {
    // The service of the test's frame is another one: this one is handed over to processes.
    let mut city = Server::start(server.database()).await;
    let server = &mut city;
    let admin = server.login("city.admin").await;
    let bureau = admin.get("/v1/me").await.is(200);
    let bureau = text(&bureau["grants"][0]["organization"], "id");
    let mut units = Vec::new();
    for number in 0..CLIENTS {
        let body = json!({"parent_id": bureau, "kind": "district_bureau", "name": format!("第{number}区")});
        units.push(text(&admin.post("/v1/organizations").json(body).await.is(201), "id"));
    }
    server.stop();
    let mut service = Service::start(server);
    let (mut admin, mut province) = (Caller::new(&service.base), Caller::new(&service.base));
    let login = json!({"username": "city.admin", "password": "sandbox"});
    admin.admit(|it| it.http.post(format!("{}/v1/auth/login", it.base)).json(&login)).await;
    let machine = [("grant_type", "client_credentials")];
    let ask = |it: &Caller| it.http.post(format!("{}/v1/oauth/token", it.base)).form(&machine);
    province.admit(|it| ask(it).basic_auth("province", Some("sandbox"))).await;

    let over = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let sessions: Vec<_> = (0..SESSIONS)
        .map(|writer| {
            let (session, over) = (Session::open(server), Arc::clone(&over));
            std::thread::spawn(move || write_as_session(session, writer, &over))
        })
        .collect();
    let clients: Vec<_> = units
        .iter()
        .map(|unit| {
            let caller = admin.clone();
            tokio::spawn(write_as_client(caller, unit.clone(), Arc::clone(&over)))
        })
        .collect();
    let pages = Arc::new(AtomicUsize::new(0));
    let tail = Tail {
        caller: province,
        cursor: None,
        seen: BTreeSet::new(),
        order: Vec::new(),
        again: 0,
        chance: Chance::new(7),
    };
    let written = Arc::new(AtomicBool::new(false));
    let tail = {
        let (written, pages) = (Arc::clone(&written), Arc::clone(&pages));
        tokio::spawn(async move {
            let mut tail = tail;
            let mut quiet = 0;
            while quiet < 3 {
                let news = tail.page().await;
                pages.fetch_add(1, Ordering::SeqCst);
                quiet = if news || !written.load(Ordering::SeqCst) { 0 } else { quiet + 1 };
            }
            tail
        })
    };

    let mut chance = Chance::new(3);
    for kill in 0..KILLS {
        // It has served somebody before it is killed: otherwise twenty kills are one.
        let before = pages.load(Ordering::SeqCst);
        let waited = Instant::now();
        while pages.load(Ordering::SeqCst) == before {
            assert!(!service.exited(), "it ended by itself before kill {kill}");
            assert!(waited.elapsed() < PATIENCE, "nobody is served before kill {kill}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(chance.below(1_000))).await;
        service.kill_and_start_again();
    }
    while begun.elapsed() < TIME {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    over.store(true, Ordering::SeqCst);
    let mut by_session = Vec::new();
    for session in sessions {
        by_session.push(tokio::task::spawn_blocking(|| session.join().unwrap()).await.unwrap());
    }
    let mut by_client = BTreeMap::new();
    for (unit, client) in units.iter().zip(clients) {
        by_client.insert(unit.clone(), client.await.unwrap());
    }
    written.store(true, Ordering::SeqCst);
    let tail = tail.await.unwrap();
    drop(service);

    // Set read = set committed, with what the writers know and with what the database holds.
    let read: BTreeSet<u128> = tail.order.iter().map(number).collect();
    assert_eq!(read.len(), tail.order.len(), "nothing is there twice");
    let committed: BTreeSet<u128> = by_session.iter().flatten().copied().collect();
    let lost: Vec<_> = committed.difference(&read).collect();
    assert!(lost.is_empty(), "{} of {} are lost: {lost:x?}", lost.len(), committed.len());
    let held = all_committed(server);
    let read_texts: BTreeSet<String> = read.iter().map(|id| format!("{id:032x}")).collect();
    assert_eq!(held, read_texts, "what is read is what the database holds");
    // No gap: positions follow each other.
    let positions: Vec<u64> =
        tail.order.iter().map(|event| text(event, "sequence").parse().unwrap()).collect();
    let passed_over = passed_over(server);
    let follows =
        |pair: &[u64]| (pair[0] + 1..pair[1]).all(|between| passed_over.contains(&between));
    assert!(positions.windows(2).all(|pair| pair[0] < pair[1] && follows(pair)), "no gap");
    // The order of each subject is that of its commits.
    for (writer, told) in by_session.iter().enumerate() {
        let own: BTreeSet<u128> = told.iter().copied().collect();
        let mine: Vec<u128> = tail.order.iter().map(number).filter(|id| own.contains(id)).collect();
        assert_eq!(&mine, told, "the order of session {writer}");
    }
    let mut changes = 0;
    for (unit, done) in &by_client {
        let subject = format!("organizations/{unit}");
        let of_unit = tail.order.iter().filter(|event| event["subject"] == subject.as_str());
        let (kinds, times): (Vec<&str>, Vec<String>) =
            of_unit.map(|event| (event["type"].as_str().unwrap(), text(event, "time"))).unzip();
        assert_eq!(kinds.first(), Some(&"organization.accepted"), "{kinds:?}");
        let changed = kinds.iter().filter(|kind| **kind == "organization.changed").count();
        assert_eq!(i64::try_from(changed).unwrap(), *done, "the changes of {unit}");
        assert!(times.is_sorted(), "the order of {unit}");
        changes += changed;
    }
    eprintln!(
        "{:?}: {} events of {SESSIONS} sessions and {changes} changes of {CLIENTS} clients in {:?}, {KILLS} kills, {} pages, {} events read again",
        server.database(),
        committed.len(),
        begun.elapsed(),
        pages.load(Ordering::SeqCst),
        tail.again
    );
    assert!(committed.len() > 500 && changes > 100, "{} {changes}", committed.len());
}
