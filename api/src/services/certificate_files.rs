//! Certificates as files (A1): drawn beside the requests, a few at a time, and kept for a while under all that they say.
//!
//! What is kept is found by the [`Fingerprint`] of the certificate as it is now, so a changed one is never answered with an old
//! page. Memory is bounded: by the pages that are drawn at a time, by those that wait, and by the bytes that are kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use tokio::sync::Semaphore;

use crate::certificate_pdf::{self, CertificateFields, Fingerprint, FontFiles, PdfError};
use crate::middleware::metrics;
use crate::problem::{Code, Problem};

/// Pages that are drawn at a time; each takes a core for some milliseconds and some megabytes.
const AT_ONCE: usize = 2;
/// Requests that may wait for their turn; whoever comes later is asked to come again.
const WAITING: usize = 64;
/// How long one waits.
const PATIENCE: Duration = Duration::from_secs(10);
/// Seconds after which whoever was refused may come again.
const RETRY_AFTER: u64 = 2;
/// Bytes that are kept, some 800 pages.
const MOST_BYTES: usize = 16 << 20;
/// How long a page is kept that nobody asks for: it bears a name.
const LIFE: Duration = Duration::from_secs(600);

/// The one who draws certificates and keeps the pages.
pub struct CertificateFiles {
    fonts: FontFiles,
    /// Those who are drawn and those who wait.
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    kept: Arc<Mutex<Kept>>,
}

impl CertificateFiles {
    /// With these fonts, and nothing kept.
    #[must_use]
    pub fn new(fonts: FontFiles) -> Self {
        Self::with(fonts, AT_ONCE, WAITING)
    }

    fn with(fonts: FontFiles, at_once: usize, waiting: usize) -> Self {
        Self {
            fonts,
            places: Arc::new(Semaphore::new(at_once + waiting)),
            turns: Arc::new(Semaphore::new(at_once)),
            kept: Arc::default(),
        }
    }

    /// By what the page of these fields is known.
    #[must_use]
    pub fn fingerprint(&self, fields: &CertificateFields) -> Fingerprint {
        Fingerprint::of(fields, &self.fonts)
    }

    /// The page, kept or drawn now.
    ///
    /// # Errors
    /// 503 `overloaded` when too many wait, 503 `typeface-missing` when the installation has no typeface for it, 500 when a field
    /// cannot be set.
    pub async fn page(
        &self,
        fingerprint: Fingerprint,
        fields: CertificateFields,
    ) -> Result<Bytes, Problem> {
        if let Some(kept) = self.find(fingerprint) {
            return Ok(kept);
        }
        let busy = || {
            Problem::unavailable(Code::Overloaded, RETRY_AFTER, "too many certificates at a time")
        };
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| busy())?;
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(Problem::internal)?;
        // Those who came before may have waited for the same page.
        if let Some(kept) = self.find(fingerprint) {
            return Ok(kept);
        }
        let (fonts, kept) = (self.fonts.clone(), Arc::clone(&self.kept));
        // Place and turn end with the work: whoever hangs up and asks again does not get a third thread.
        let work = move || {
            let drawn = draw(&fields, &fonts);
            if let Ok(page) = &drawn {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.put(fingerprint, page.clone(), Instant::now(), MOST_BYTES);
            }
            drop((turn, place));
            drawn
        };
        tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
    }

    /// Forgets pages that nobody asks for.
    pub fn upkeep(&self) {
        if let Some(oldest) = Instant::now().checked_sub(LIFE) {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).forget(oldest);
        }
    }

    fn find(&self, fingerprint: Fingerprint) -> Option<Bytes> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.find(fingerprint, Instant::now())
    }
}

fn draw(fields: &CertificateFields, fonts: &FontFiles) -> Result<Bytes, Problem> {
    let begun = Instant::now();
    let page = certificate_pdf::render(fields, fonts).map_err(|error| match error {
        PdfError::FontMissing { .. }
        | PdfError::FontUnreadable { .. }
        | PdfError::GlyphsMissing { .. } => {
            Problem::unavailable(Code::TypefaceMissing, 3600, error)
        }
        PdfError::TextTooLong { .. } | PdfError::Refused(_) => Problem::internal(error),
    })?;
    metrics::record_page(begun.elapsed());
    Ok(Bytes::from(page))
}

/// The pages that are kept, and how large they are together.
#[derive(Default)]
struct Kept {
    pages: HashMap<Fingerprint, Page>,
    bytes: usize,
}

struct Page {
    bytes: Bytes,
    used: Instant,
}

impl Kept {
    fn find(&mut self, fingerprint: Fingerprint, now: Instant) -> Option<Bytes> {
        let page = self.pages.get_mut(&fingerprint)?;
        page.used = now;
        Some(page.bytes.clone())
    }

    /// Keeps a page; those that were used longest ago make room for it.
    fn put(&mut self, fingerprint: Fingerprint, bytes: Bytes, now: Instant, most: usize) {
        self.remove(fingerprint);
        if bytes.len() > most {
            return;
        }
        while self.bytes + bytes.len() > most {
            let oldest = self.pages.iter().min_by_key(|(_, page)| page.used);
            let Some(oldest) = oldest.map(|(fingerprint, _)| *fingerprint) else { break };
            self.remove(oldest);
        }
        self.bytes += bytes.len();
        self.pages.insert(fingerprint, Page { bytes, used: now });
    }

    fn remove(&mut self, fingerprint: Fingerprint) {
        if let Some(page) = self.pages.remove(&fingerprint) {
            self.bytes -= page.bytes.len();
        }
    }

    fn forget(&mut self, oldest: Instant) {
        self.pages.retain(|_, page| page.used >= oldest);
        self.bytes = self.pages.values().map(|page| page.bytes.len()).sum();
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::certificate_pdf::{Completion, PrintedState};

    fn fields(number: &str) -> CertificateFields {
        CertificateFields {
            name: "林知远".to_owned(),
            masked_id: "410199********9015".to_owned(),
            employer: "郑州市示范医院".to_owned(),
            year: 2023,
            public_hours: "30".to_owned(),
            professional_hours: "60".to_owned(),
            total_hours: "90".to_owned(),
            issuing_body: "郑州市人力资源和社会保障局".to_owned(),
            city: "郑州市".to_owned(),
            number: number.to_owned(),
            issued_on: date!(2023 - 10 - 18),
            completed: Completion::InYear,
            verification_code: "CQ92KDKBSR30W88HQ8YG".to_owned(),
            verification_url: "https://xueshi.example/v1/verify/CQ92KDKBSR30W88HQ8YG".to_owned(),
            state: PrintedState::Valid,
        }
    }

    fn key(files: &CertificateFiles, number: &str) -> Fingerprint {
        files.fingerprint(&fields(number))
    }

    #[tokio::test]
    async fn a_page_is_drawn_once_and_given_again() {
        let files = CertificateFiles::new(FontFiles::new(None));
        let first = files.page(key(&files, "1"), fields("1")).await.unwrap();
        let again = files.page(key(&files, "1"), fields("1")).await.unwrap();
        assert_eq!(first.as_ptr(), again.as_ptr(), "the same bytes, not others like them");
        let other = files.page(key(&files, "2"), fields("2")).await.unwrap();
        assert_ne!(first, other);
        files.upkeep();
        assert!(files.find(key(&files, "1")).is_some(), "used a moment ago");
    }

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_asked_to_come_again() {
        let files = CertificateFiles::with(FontFiles::new(None), 1, 1);
        let kept = files.page(key(&files, "1"), fields("1")).await.unwrap();
        let drawing = Arc::clone(&files.turns).acquire_owned().await.unwrap();
        let places: Vec<_> =
            (0..2).map(|_| Arc::clone(&files.places).try_acquire_owned().unwrap()).collect();
        let refused = files.page(key(&files, "2"), fields("2")).await.unwrap_err();
        assert_eq!(refused.code(), Code::Overloaded);
        // What is kept needs no turn.
        assert_eq!(files.page(key(&files, "1"), fields("1")).await.unwrap(), kept);
        drop((drawing, places));
        files.page(key(&files, "2"), fields("2")).await.unwrap();
        assert_eq!((files.turns.available_permits(), files.places.available_permits()), (1, 2));
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let files = CertificateFiles::new(FontFiles::new(None));
        let [a, b, c, d] = ["1", "2", "3", "4"].map(|number| key(&files, number));
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let page = |length| Bytes::from(vec![0_u8; length]);
        let mut kept = Kept::default();
        kept.put(a, page(40), at(0), 100);
        kept.put(b, page(40), at(1), 100);
        assert!(kept.find(a, at(2)).is_some());
        kept.put(c, page(40), at(3), 100);
        assert_eq!((kept.bytes, kept.pages.len()), (80, 2));
        assert!(kept.find(b, at(4)).is_none() && kept.find(a, at(4)).is_some());
        kept.put(a, page(50), at(5), 100);
        assert_eq!(kept.bytes, 90, "replaced, not counted twice");
        kept.put(d, page(101), at(6), 100);
        assert_eq!((kept.bytes, kept.find(d, at(6))), (90, None), "larger than all that is kept");
        kept.forget(at(4));
        assert_eq!((kept.bytes, kept.find(c, at(7))), (50, None));
    }
}
