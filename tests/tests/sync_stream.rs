//! The change feed as server-sent events: the same cursor, a heartbeat, and an end where the right to follow ends.

use std::time::Duration;

use serde_json::Value;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Follower, Server, on_both};

on_both!(a_stream_tells_what_pages_tell, a_quiet_stream_has_a_heartbeat_and_ends_with_the_right,);

/// A server-sent event.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    id: String,
    event: String,
    data: Value,
}

/// A stream that is being read.
struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(server: &Server, client: &Client, last: Option<&str>) -> Self {
        let url = format!("http://{}/v1/sync/changes", server.address());
        let mut request = reqwest::Client::new().get(url).bearer_auth(client.token());
        request = request.header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event; none at the end.
    async fn next(&mut self, patience: Duration) -> Option<Told> {
        let read = async {
            loop {
                if let Some((event, rest)) = self.text.split_once("\n\n") {
                    let line = |name: &str| {
                        let mut lines = event.lines();
                        lines.find_map(|line| line.strip_prefix(name)).unwrap().to_owned()
                    };
                    let data = serde_json::from_str(&line("data: ")).unwrap();
                    let told = Told { id: line("id: "), event: line("event: "), data };
                    self.text = rest.to_owned();
                    return Some(told);
                }
                let chunk = self.response.chunk().await.unwrap()?;
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        tokio::time::timeout(patience, read).await.expect("the stream says something in time")
    }
}

async fn a_stream_tells_what_pages_tell(server: &Server) {
    let province = server.machine("province").await;
    let mut follower = Follower::default();
    follower.catch_up(&province, "limit=200").await;
    follower.events.clear();
    let cursor = follower.cursor.clone();
    let mut stream = Stream::open(server, &province, cursor.as_deref()).await;
    steps::certified_person(server).await;
    follower.catch_up(&province, "limit=200").await;
    let mut told = Vec::new();
    while told.len() < follower.events.len() {
        told.push(stream.next(Duration::from_secs(5)).await.unwrap());
    }
    let ids = |events: &[Told]| -> Vec<String> {
        events.iter().map(|told| text(&told.data, "id")).collect()
    };
    let paged: Vec<String> = follower.events.iter().map(|event| text(event, "id")).collect();
    assert_eq!(ids(&told), paged);
    assert!(told.iter().all(|told| told.event == "change"));
    // Who comes back with the id of an event goes on behind it, as does a page with it as its cursor.
    let mut again = Stream::open(server, &province, Some(&told[2].id)).await;
    assert_eq!(text(&again.next(Duration::from_secs(5)).await.unwrap().data, "id"), paged[3]);
    let mut page = Follower { cursor: Some(told[2].id.clone()), events: Vec::new() };
    page.read(&province, "limit=1").await;
    assert_eq!(text(&page.events[0], "id"), paged[3]);
}

async fn a_quiet_stream_has_a_heartbeat_and_ends_with_the_right(server: &Server) {
    let province = server.machine("province").await;
    let mut follower = Follower::default();
    follower.catch_up(&province, "limit=200").await;
    let admin = server.login("school.admin").await;
    let mut stream = Stream::open(server, &admin, follower.cursor.as_deref()).await;
    let beat = stream.next(Duration::from_secs(18)).await.unwrap();
    assert_eq!(beat.event, "heartbeat", "{beat:?}");
    assert_eq!(beat.data["cursor"], beat.id.as_str());
    let last = follower.events.last().unwrap();
    // Behind it may stand what is for auditors only, such as the login.
    assert!(text(&beat.data, "position") >= text(last, "sequence"), "{beat:?} {last:#}");
    admin.post("/v1/auth/logout").await.is(204);
    let end = stream.next(Duration::from_secs(18)).await;
    assert_eq!(end, None, "who is logged out follows no more");
}
