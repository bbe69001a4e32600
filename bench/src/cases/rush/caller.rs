//! One of the many who send at the same time.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::Failure;
use crate::client::{Answer, Client, Post};

/// Somebody who makes drafts of what they learnt and submits them, as often as the pace says, whatever is answered.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) client: Client,
    /// Whose place among the world's people.
    pub(super) person: usize,
    pub(super) token: String,
    /// What is to be declared, the last first.
    pub(super) records: Vec<String>,
}

/// When a caller sends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) first: Instant,
    pub(super) every: Duration,
    pub(super) until: Instant,
}

/// A declaration that the service said it has.
#[derive(Debug)]
pub(super) struct Made {
    /// Whose.
    pub(super) person: usize,
    pub(super) id: String,
    /// Whether the service said that it is submitted.
    pub(super) submitted: bool,
}

/// What became of the requests of a caller, or of all.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// How long those took that were done.
    pub(super) done: Vec<Duration>,
    /// How long those took that were refused for now.
    pub(super) refused: Vec<Duration>,
    /// What else was answered, and what broke off.
    pub(super) unfit: Vec<String>,
    /// What was made, and what of it was submitted.
    pub(super) made: Vec<Made>,
    /// Whether a caller had nothing left to declare before the end.
    pub(super) ran_out: bool,
}

impl Told {
    pub(super) fn add(&mut self, other: Told) {
        self.done.extend(other.done);
        self.refused.extend(other.refused);
        self.unfit.extend(other.unfit);
        self.made.extend(other.made);
        self.ran_out |= other.ran_out;
    }

    /// Notes how a request went; its answer if it was done.
    async fn note(
        &mut self,
        sent: impl Future<Output = Result<Answer, Failure>>,
    ) -> Option<Answer> {
        let began = Instant::now();
        let answer = sent.await;
        let took = began.elapsed();
        match answer {
            Ok(answer) if answer.is_done() => {
                self.done.push(took);
                return Some(answer);
            }
            Ok(answer) if answer.says_later() => self.refused.push(took),
            Ok(answer) => self.unfit.push(answer.to_string()),
            Err(error) => self.unfit.push(error.to_string()),
        }
        None
    }
}

/// A draft that is not submitted yet: its path and version, and the key of the request that submits it.
#[derive(Debug)]
pub(super) struct Draft {
    path: String,
    tag: String,
    key: String,
}

impl Caller {
    /// Sends until the time is over. What is refused for now is sent again with its key, without the pause that was asked for.
    pub(super) async fn call(mut self, pace: Pace) -> Told {
        let mut told = Told::default();
        let mut ticks = interval_at(pace.first, pace.every);
        // Who waits for an answer sends nothing meanwhile.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut draft: Option<Draft> = None;
        while ticks.tick().await < pace.until {
            if let Some(drafted) = &draft {
                if self.submit(drafted, &mut told).await {
                    draft = None;
                }
            } else if self.records.is_empty() {
                told.ran_out = true;
                break;
            } else {
                draft = self.declare(&mut told).await;
            }
        }
        told
    }

    /// Makes a draft of the last record, once.
    pub(super) async fn declare(&mut self, told: &mut Told) -> Option<Draft> {
        let record = self.records.last()?;
        let body = format!(r#"{{"year":2023,"learning_record_id":"{record}"}}"#);
        let post = Post {
            token: Some(&self.token),
            body: Some(("application/json", &body)),
            key: Some(record),
            ..Post::default()
        };
        let answer = told.note(self.client.try_post("/v1/declarations", post)).await?;
        let record = self.records.pop()?;
        let (Ok(path), Ok(tag)) = (answer.location(), answer.tag()) else {
            told.unfit.push(format!("a draft without its address: {answer}"));
            return None;
        };
        let id = path.rsplit('/').next().unwrap_or_default().to_owned();
        told.made.push(Made { person: self.person, id, submitted: false });
        let key = format!("{record}-submission");
        Some(Draft { path: path.to_owned(), tag: tag.to_owned(), key })
    }

    /// Submits the draft that was made last, once; whether it is submitted.
    async fn submit(&self, draft: &Draft, told: &mut Told) -> bool {
        let post = Post {
            token: Some(&self.token),
            if_match: Some(&draft.tag),
            key: Some(&draft.key),
            ..Post::default()
        };
        let path = format!("{}/submission", draft.path);
        let submitted = told.note(self.client.try_post(&path, post)).await.is_some();
        if submitted && let Some(made) = told.made.last_mut() {
            made.submitted = true;
        }
        submitted
    }
}
