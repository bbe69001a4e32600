//! Following the change feed.

use serde_json::Value;

use crate::client::Client;

/// A follower of the change feed: where it stands, and what it read.
#[derive(Debug, Clone, Default)]
pub struct Follower {
    /// `next_cursor` of the page that was read last; none before the first.
    pub cursor: Option<String>,
    /// All events, in the order of the feed.
    pub events: Vec<Value>,
}

impl Follower {
    /// The address of the next page.
    #[must_use]
    pub fn path(&self, query: &str) -> String {
        let cursor = self.cursor.iter().map(|cursor| format!("&cursor={cursor}"));
        format!("/v1/sync/changes?{query}{}", cursor.collect::<String>())
    }

    /// Reads one page; whether there is more behind it.
    pub async fn read(&mut self, client: &Client, query: &str) -> bool {
        let page = client.get(&self.path(query)).await.is(200);
        self.take(&page)
    }

    /// Reads to the end.
    pub async fn catch_up(&mut self, client: &Client, query: &str) {
        while self.read(client, query).await {}
        // What is committed is numbered a moment later: an empty page that waited for it is the end.
        let last = format!("{query}&wait=1");
        loop {
            let known = self.events.len();
            self.read(client, &last).await;
            if self.events.len() == known {
                return;
            }
        }
    }

    /// Takes a page; whether there is more behind it.
    ///
    /// # Panics
    /// When it is no page.
    pub fn take(&mut self, page: &Value) -> bool {
        self.cursor = page["next_cursor"].as_str().map(str::to_owned);
        assert!(self.cursor.is_some(), "{page:#}");
        self.events.extend(page["data"].as_array().unwrap().iter().cloned());
        page["more"].as_bool().unwrap()
    }

    /// The types of what was read.
    #[must_use]
    pub fn types(&self) -> Vec<&str> {
        self.events.iter().filter_map(|event| event["type"].as_str()).collect()
    }
}
