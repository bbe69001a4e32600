//! Whatever happens to the service, nothing is lost.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Follower, Receiver, Reply, Server, on_both};

use super::{hook, ids};

on_both!(
    a_killed_service_loses_nothing,
    a_restart_goes_on_where_it_was,
    chaos_repeats_and_loses_nothing,
);

/// Everything that happened behind a webhook's beginning, but its own making.
async fn expected(server: &Server, cursor: String) -> BTreeSet<String> {
    let province = server.machine("province").await;
    let mut follower = Follower { cursor: Some(cursor), ..Follower::default() };
    follower.catch_up(&province, "limit=200").await;
    let others = follower.events.iter().filter(|event| event["type"] != "webhook.created");
    others.map(|event| text(event, "id")).collect()
}

async fn all_came(receiver: &Receiver, all: &BTreeSet<String>) {
    for _ in 0..1_200 {
        let taken: BTreeSet<String> = ids(&receiver.taken()).into_iter().collect();
        if taken == *all {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let taken: BTreeSet<String> = ids(&receiver.taken()).into_iter().collect();
    let missing: Vec<_> = all.difference(&taken).collect();
    panic!("{} of {} came; missing {missing:?}", taken.len(), all.len());
}

fn serve(server: &Server) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xueshi-under-test"));
    command.args(["serve", "--sandbox", "--bind", "127.0.0.1:0", "--log", "warn"]);
    command.args(["--database-url", server.database_url()]);
    command.arg("--data-dir").arg(server.directory());
    command.env_clear().current_dir(server.directory());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// SIGKILL, again and again, while deliveries are on their way to a receiver that takes its time.
async fn a_killed_service_loses_nothing(server: &Server) {
    let mut own = Server::start(server.database()).await;
    let receiver = Receiver::start(|_| Reply::status(503));
    let province = own.machine("province").await;
    let hook = hook(&province, &receiver, json!({"content": "hint"})).await;
    steps::certified_person(&own).await;
    let all = expected(&own, text(&hook, "cursor")).await;
    own.stop();
    receiver.answers(|_| Reply::status(200).after(Duration::from_millis(150)));
    for round in 0..6 {
        let mut child = serve(&own);
        tokio::time::sleep(Duration::from_millis(1_500 + 170 * round)).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    own.start_again();
    all_came(&receiver, &all).await;
}

async fn a_restart_goes_on_where_it_was(server: &Server) {
    let mut own = Server::start(server.database()).await;
    let receiver = Receiver::start(|_| Reply::status(200).after(Duration::from_millis(300)));
    let province = own.machine("province").await;
    let hook = hook(&province, &receiver, json!({"content": "hint"})).await;
    steps::certified_person(&own).await;
    let all = expected(&own, text(&hook, "cursor")).await;
    own.stop();
    assert!(receiver.received().len() < all.len(), "it was on its way");
    own.start_again();
    all_came(&receiver, &all).await;
}

async fn chaos_repeats_and_loses_nothing(server: &Server) {
    let mut own = Server::start(server.database()).await;
    let receiver = Receiver::start(|_| Reply::status(503));
    let province = own.machine("province").await;
    let hook = hook(&province, &receiver, json!({"content": "hint"})).await;
    steps::certified_person(&own).await;
    let all = expected(&own, text(&hook, "cursor")).await;
    own.stop();
    // An attempt may be on its way still.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let before = receiver.received().len();
    receiver.answers(|_| Reply::status(200));
    let wild = own.restart(|settings| settings.chaos = 100).unwrap();
    wild.set_clock("2023-10-16T12:00:00+08:00").await;
    all_came(&receiver, &all).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let came = ids(&receiver.received()[before..]);
    assert_eq!(came.len(), 2 * all.len(), "each twice");
    let order: Vec<&String> = all.iter().collect();
    let first: Vec<&String> = came.iter().step_by(2).collect();
    assert_ne!(order, first, "and out of order");
}
