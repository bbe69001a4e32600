//! One attempt at one delivery: what is sent, and what becomes of it.

use time::Duration;
use xueshi_domain::webhook::{
    AfterFailure, DeliveryKind, DeliveryState, DisabledBecause, LONGEST_ASKED, after_failure,
};
use xueshi_persistence::{
    Clock as _, Concerns, DueEndpoint, Keep, Moment, Reader, Saved, WebhookDelivery,
    WebhookEndpoint, Word, Writer,
};

use super::super::sender::{Outcome, Parcel};
use super::super::{disable, message, owner, signature};
use super::Round;
use crate::middleware::metrics;
use crate::problem::Problem;
use crate::sandbox::clock::SystemClock;

/// What there is to do for an endpoint.
enum Next {
    /// Nothing.
    Nothing,
    /// To send this.
    Send(Box<(WebhookDelivery, Parcel)>),
    /// To keep this back: its owner may not see the event any more, or nothing any more.
    Withhold(Box<WebhookDelivery>, Right),
}

/// Whether an owner may still follow what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    Stands,
    Lost,
}

impl Round {
    /// Tries what is due first; whether the receiver took it, or it was kept back.
    pub(super) async fn attempt(&self, due: DueEndpoint) -> Result<bool, Problem> {
        let out_of_order = self.by_chance();
        let next = self.store.read(move |reader| next(reader, due, out_of_order)).await?;
        let (delivery, parcel) = match next {
            Next::Nothing => return Ok(false),
            Next::Send(both) => *both,
            Next::Withhold(delivery, right) => {
                let keep = move |writer: &mut Writer<'_>| withhold(writer, &delivery, right);
                self.store.write_concerning(Concerns::one(due.id), Keep::Yes, keep).await?;
                return Ok(right == Right::Stands);
            }
        };
        let again = self.by_chance().then(|| parcel.clone());
        let outcome = self.sender.send(parcel).await;
        let told = outcome.failure.map_or("delivered", |failure| failure.as_str());
        metrics::record_attempt(told, outcome.took);
        log::debug!("webhook {}: delivery {}: {told}", due.id, delivery.id);
        let taken = outcome.failure.is_none();
        let early = rand::random_range(0..=100);
        let settled =
            move |writer: &mut Writer<'_>| settle(writer, delivery.clone(), &outcome, early);
        self.store.write_concerning(Concerns::one(due.id), Keep::Yes, settled).await?;
        if let Some(parcel) = again.filter(|_| taken) {
            self.sender.send(parcel).await;
        }
        Ok(taken)
    }

    /// Whether the sandbox's chaos strikes.
    fn by_chance(&self) -> bool {
        self.chaos > 0 && rand::random_range(0..100) < self.chaos
    }
}

fn next(reader: &mut Reader<'_>, due: DueEndpoint, out_of_order: bool) -> Result<Next, Problem> {
    let Some(endpoint) = reader.webhook_endpoint(due.city, due.id)? else {
        return Ok(Next::Nothing);
    };
    let mut waiting = reader.due_deliveries(&endpoint, if out_of_order { 2 } else { 1 })?;
    let Some(delivery) = waiting.pop() else { return Ok(Next::Nothing) };
    let Some(owner) = owner::of(reader, &endpoint)? else {
        return Ok(Next::Withhold(Box::new(delivery), Right::Lost));
    };
    let Some(body) = message::body(reader, &owner, &endpoint, &delivery)? else {
        return Ok(Next::Withhold(Box::new(delivery), Right::Stands));
    };
    let id = delivery.event_id.unwrap_or(delivery.id);
    // Receivers compare it with their own clock, so it is real time, in a sandbox too.
    let seconds = SystemClock.now().unix_timestamp();
    let secrets = reader.webhook_secrets(&endpoint)?;
    let signature = signature::sign(&secrets, &id, seconds, &body)?;
    let url = reader.webhook_url(&endpoint)?;
    let parcel = Parcel { url, id: id.to_string(), seconds, signature, body };
    Ok(Next::Send(Box::new((delivery, parcel))))
}

/// Keeps one delivery back; where its owner may follow nothing any more, the endpoint is disabled and what waits rests.
fn withhold(
    writer: &mut Writer<'_>,
    delivery: &WebhookDelivery,
    right: Right,
) -> Result<(), Problem> {
    let lost = match writer.webhook_endpoint(delivery.jurisdiction_id, delivery.endpoint_id)? {
        Some(endpoint) => right == Right::Lost && owner::of(writer, &endpoint)?.is_none(),
        None => return Ok(()),
    };
    if lost {
        let (city, id) = (delivery.jurisdiction_id, delivery.endpoint_id);
        disable(writer, city, id, DisabledBecause::NoRight)?;
    }
    if right == Right::Stands || (lost && delivery.kind.0 == DeliveryKind::Test) {
        let mut delivery = delivery.clone();
        finish(&mut delivery, DeliveryState::Withheld, Moment(writer.now()));
        // Overtaken: another process has done something about it.
        let (Saved::Yes | Saved::Overtaken) = writer.save_delivery(delivery.attempts, &delivery)?;
    }
    Ok(())
}

fn finish(delivery: &mut WebhookDelivery, state: DeliveryState, now: Moment) {
    delivery.state = Word(state);
    delivery.next_attempt_at = None;
    delivery.finished_at = Some(now);
}

/// Stores what became of an attempt, and what follows from it for the endpoint, in one transaction.
fn settle(
    writer: &mut Writer<'_>,
    mut delivery: WebhookDelivery,
    outcome: &Outcome,
    early: u16,
) -> Result<(), Problem> {
    let (city, id) = (delivery.jurisdiction_id, delivery.endpoint_id);
    // A sandbox may have been reset, or the endpoint deleted.
    let Some(endpoint) = writer.webhook_endpoint(city, id)? else { return Ok(()) };
    // What waits may have been given a new time or a new count since.
    let Some(stored) = writer.webhook_delivery(city, id, delivery.id)? else { return Ok(()) };
    let before = delivery.attempts;
    delivery.strikes = stored.strikes;
    let now = Moment(writer.now());
    delivery.attempts += 1;
    delivery.last_attempt_at = Some(now);
    delivery.last_status = outcome.status.map(i32::from);
    delivery.last_failure = outcome.failure.map(Word);
    delivery.last_duration_ms = i32::try_from(outcome.took.as_millis()).ok();
    let test = delivery.kind.0 == DeliveryKind::Test;
    let asked = outcome
        .retry_after
        .map(|asked| Duration::seconds(i64::try_from(asked.as_secs()).unwrap_or(i64::MAX)));
    let mut because = None;
    match outcome.failure {
        None => finish(&mut delivery, DeliveryState::Delivered, now),
        // A test is tried once, and says nothing of the endpoint.
        Some(_) if test => finish(&mut delivery, DeliveryState::Failed, now),
        Some(failure) => {
            delivery.strikes += 1;
            match after_failure(delivery.attempts, delivery.strikes, failure, asked, early) {
                AfterFailure::Again(wait) => {
                    let at = Moment(now.saturating_add(wait));
                    delivery.next_attempt_at = endpoint.enabled.then_some(at);
                }
                AfterFailure::GiveUp => finish(&mut delivery, DeliveryState::Failed, now),
                AfterFailure::Disable(reason) => {
                    finish(&mut delivery, DeliveryState::Failed, now);
                    because = Some(reason);
                }
            }
        }
    }
    if writer.save_delivery(before, &delivery)? == Saved::Overtaken || test {
        return Ok(());
    }
    mark(writer, &endpoint, outcome.failure.is_some(), asked, now)?;
    because.map_or(Ok(()), |because| disable(writer, city, id, because))
}

/// Notes at an endpoint that its receiver takes nothing, and for how long it asked to be left alone; or that it takes things again:
/// then what waits is tried at once.
fn mark(
    writer: &mut Writer<'_>,
    endpoint: &WebhookEndpoint,
    failed: bool,
    asked: Option<Duration>,
    now: Moment,
) -> Result<(), Problem> {
    let (city, id) = (endpoint.jurisdiction_id, endpoint.id);
    if failed {
        let since = endpoint.failing_since.or(Some(now));
        let until = asked.map(|asked| Moment(now.saturating_add(asked.min(LONGEST_ASKED))));
        writer.note_webhook_receiver(city, id, since, until)?;
    } else if endpoint.failing_since.is_some() {
        writer.note_webhook_receiver(city, id, None, None)?;
        if endpoint.enabled {
            writer.hearten_deliveries(endpoint)?;
        }
    }
    Ok(())
}
