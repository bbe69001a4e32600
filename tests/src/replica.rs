//! A copy of what the service holds, kept by the snapshot and the feed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::client::Client;
use crate::feed::Follower;
use crate::steps::text;

/// Records by kind and id, as a follower has them.
#[derive(Debug, Clone)]
pub struct Replica {
    /// The records.
    pub records: BTreeMap<(String, String), Value>,
    follower: Follower,
}

impl Replica {
    /// Takes a snapshot.
    ///
    /// # Panics
    /// When it is none, or does not come to its end.
    pub async fn begin(client: &Client) -> Self {
        let body = client.get("/v1/sync/snapshot").await.text();
        let lines = body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut replica = Self { records: BTreeMap::new(), follower: Follower::default() };
        let mut ended = false;
        for line in lines {
            match line["kind"].as_str().unwrap() {
                "snapshot" => replica.follower.cursor = Some(text(&line, "cursor")),
                "end" => ended = true,
                kind => replica.put(kind, line["resource"].clone()),
            }
        }
        assert!(ended, "the snapshot came to its end");
        replica
    }

    /// Applies what was told since.
    ///
    /// # Panics
    /// When an event is not of the documented form.
    pub async fn catch_up(&mut self, client: &Client) {
        self.follower.catch_up(client, "limit=200").await;
        for event in std::mem::take(&mut self.follower.events) {
            for (name, value) in event["data"]["resources"].as_object().unwrap() {
                let Some(records) = value.as_array() else {
                    self.put(name, value.clone());
                    continue;
                };
                let kind = match name.as_str() {
                    "policies" => "policy",
                    "classes" => "class",
                    plural => plural.strip_suffix('s').unwrap(),
                };
                records.iter().for_each(|record| self.put(kind, record.clone()));
            }
        }
    }

    fn put(&mut self, kind: &str, record: Value) {
        let key = (kind.to_owned(), text(&record, "id"));
        if record["deleted"] == true {
            self.records.remove(&key);
        } else {
            self.records.insert(key, record);
        }
    }

    /// Compares with what the source says now, record by record.
    ///
    /// # Panics
    /// When anything differs.
    pub async fn assert_equals_source(&self, client: &Client) {
        let source = Self::begin(client).await;
        let mut differ = Vec::new();
        for (key, record) in &source.records {
            match self.records.get(key) {
                Some(copy) if copy == record => {}
                copy => differ.push(format!("{key:?}\n  copy   {copy:?}\n  source {record}")),
            }
        }
        let more = self.records.keys().filter(|key| !source.records.contains_key(*key));
        differ.extend(more.map(|key| format!("{key:?} is not in the source")));
        let shown: Vec<&String> = differ.iter().take(8).collect();
        assert!(differ.is_empty(), "{} records differ: {shown:#?}", differ.len());
    }
}
