//! Order among extractors: first who calls, then what they send.
//!
//! actix polls the extractors of a handler together and answers with the first error. Without this gate a bad body would be
//! criticised before a missing right is noticed, because admission may wait for the store.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use actix_web::{HttpMessage, HttpRequest};

/// Opened when the caller has been admitted.
#[derive(Debug, Clone, Default)]
pub struct Gate(Rc<Cell<bool>>);

impl Gate {
    /// Puts a closed gate before the other extractors of this request.
    #[must_use]
    pub fn close(request: &HttpRequest) -> Self {
        let gate = Self::default();
        request.extensions_mut().insert(gate.clone());
        gate
    }

    /// Lets the other extractors run.
    pub fn open(&self) {
        self.0.set(true);
    }

    /// The gate of this request; open when nothing closed it.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        request
            .extensions()
            .get::<Gate>()
            .cloned()
            .unwrap_or_else(|| Self(Rc::new(Cell::new(true))))
    }

    /// Waits until the gate is open.
    ///
    /// No waker is needed: all extractors of a handler share one task, and `Caller` stands before the others in the argument
    /// list, so whatever wakes it has them polled after it.
    pub async fn passed(&self) {
        poll_fn(|_| if self.0.get() { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}
