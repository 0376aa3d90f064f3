//! Ways to GitHub and back that have begun: each belongs to one browser, is over after ten minutes, and is used once.
//!
//! Nothing is kept of a way while somebody is on it, so that however many are begun, none is lost for another: what belongs to it is in a
//! cookie of theirs, and what comes back from GitHub as its `state` is a MAC over that. Only what was used is remembered, until it would
//! be over anyway. The key is of this process: a restart ends all ways.
//! <https://datatracker.ietf.org/doc/html/rfc9700#section-4.7>

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::http::people::{People, Way};
use crate::random::{NoRandomness, hexadecimal};

/// How long somebody may take: as long as GitHub takes a code.
pub(super) const LASTS: Duration = Duration::from_secs(600);
/// So many used ways are remembered; of one that is forgotten GitHub does not take the code again either.
const MOST_USED: usize = 4_096;

/// So many codes are exchanged at once.
const EXCHANGES: usize = 8;

/// The door to GitHub, where people can sign in by it.
pub(super) struct Door {
    pub(super) people: Arc<dyn People>,
    pub(super) flows: Flows,
    pub(super) exchanges: Semaphore,
}

impl Door {
    /// No way leads through it where the system has no randomness.
    pub(super) fn to(people: Arc<dyn People>) -> Option<Self> {
        let flows = Flows::new();
        let flows =
            flows.inspect_err(|error| tracing::error!(%error, "nobody can sign in with GitHub"));
        Some(Self {
            people,
            flows: flows.ok()?,
            exchanges: Semaphore::new(EXCHANGES),
        })
    }
}

/// The ways of this process.
pub(super) struct Flows {
    key: String,
    began: Instant,
    used: Mutex<HashMap<String, Duration>>,
}

/// What is in the cookie: `nonce.until.back`, the last in hexadecimal digits.
struct Ticket {
    nonce: String,
    /// Since the process began.
    until: Duration,
    back: String,
}

/// Somebody came back.
pub(super) struct Returned {
    pub(super) way: Way,
    /// Where on the dashboard they wanted to go.
    pub(super) back: String,
}

impl Ticket {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (nonce, until, back) = (parts.next()?, parts.next()?, parts.next()?);
        let fits = nonce.len() == 64 && parts.next().is_none();
        let back = String::from_utf8(hex::decode(back).ok()?).ok()?;
        fits.then_some(Self {
            nonce: nonce.to_owned(),
            until: Duration::from_millis(until.parse().ok()?),
            back,
        })
    }

    fn text(&self) -> String {
        let (nonce, until) = (&self.nonce, self.until.as_millis());
        format!("{nonce}.{until}.{}", hex::encode(&self.back))
    }
}

impl Flows {
    /// None has begun.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub(super) fn new() -> Result<Self, NoRandomness> {
        Ok(Self {
            key: hexadecimal::<32>()?,
            began: Instant::now(),
            used: Mutex::default(),
        })
    }

    fn mac(&self, parts: [&str; 2]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_bytes())
            .expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(part.as_bytes());
            // No part holds it, so that none can be taken for a longer one.
            mac.update(b"\n");
        }
        mac
    }

    fn way(&self, ticket: &str, redirect: &str) -> Way {
        let digits = |mac: Hmac<Sha256>| hex::encode(mac.finalize().into_bytes());
        Way {
            redirect: redirect.to_owned(),
            state: digits(self.mac([ticket, redirect])),
            verifier: digits(self.mac(["verifier", ticket])).into(),
        }
    }

    /// Begins a way that leads back to `redirect` and then to `back`; answers it with what its cookie holds.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub(super) fn begin(&self, redirect: &str, back: &str) -> Result<(Way, String), NoRandomness> {
        let ticket = Ticket {
            nonce: hexadecimal::<32>()?,
            until: self.began.elapsed() + LASTS,
            back: back.to_owned(),
        };
        let cookie = ticket.text();
        Ok((self.way(&cookie, redirect), cookie))
    }

    /// Ends a way, once: the cookie is of the browser in which it began, and the state is the one that went to GitHub.
    pub(super) fn end(&self, cookie: &str, state: &str, redirect: &str) -> Option<Returned> {
        let ticket = Ticket::read(cookie)?;
        let given = hex::decode(state).ok()?;
        // Compared in constant time.
        self.mac([cookie, redirect]).verify_slice(&given).ok()?;
        let now = self.began.elapsed();
        if ticket.until < now || !self.first_use(ticket.nonce, ticket.until, now) {
            return None;
        }
        Some(Returned {
            way: self.way(cookie, redirect),
            back: ticket.back,
        })
    }

    fn first_use(&self, nonce: String, until: Duration, now: Duration) -> bool {
        // Every change is complete when the lock is released.
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, until| *until >= now);
        if used.len() >= MOST_USED {
            let oldest = used.iter().min_by_key(|(_, until)| **until);
            if let Some(oldest) = oldest.map(|(nonce, _)| nonce.clone()) {
                used.remove(&oldest);
            }
        }
        used.insert(nonce, until).is_none()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const HERE: &str = "http://127.0.0.1:3001/sign-in/callback";

    #[tokio::test(start_paused = true)]
    async fn a_way_is_good_once_in_its_browser_and_for_ten_minutes() {
        let flows = Flows::new().expect("randomness");
        let (way, cookie) = flows.begin(HERE, "/queue?a=1").expect("randomness");
        let (other, others) = flows.begin(HERE, "/").expect("randomness");
        assert_ne!(way.state, other.state);
        assert!(
            flows.end(&others, &way.state, HERE).is_none(),
            "another browser's"
        );
        assert!(flows.end(&cookie, "00", HERE).is_none(), "made up");
        assert!(
            flows
                .end(&cookie, &way.state, "http://127.0.0.1:1/")
                .is_none()
        );
        let moved = cookie.replace(&hex::encode("/queue?a=1"), &hex::encode("/elsewhere"));
        assert!(
            flows.end(&moved, &way.state, HERE).is_none(),
            "led elsewhere"
        );
        let came = flows.end(&cookie, &way.state, HERE).expect("back");
        assert_eq!(came.back, "/queue?a=1");
        assert_eq!(
            came.way.verifier.expose_secret(),
            way.verifier.expose_secret()
        );
        assert_eq!(
            way.verifier.expose_secret().len(),
            64,
            "RFC 7636: 43 to 128"
        );
        assert!(flows.end(&cookie, &way.state, HERE).is_none(), "once");
        tokio::time::advance(LASTS + Duration::from_millis(2)).await;
        assert!(flows.end(&others, &other.state, HERE).is_none(), "too late");
    }

    #[tokio::test]
    async fn another_process_knows_nothing_of_it() {
        let (flows, others) = (Flows::new().expect("one"), Flows::new().expect("two"));
        let (way, cookie) = flows.begin(HERE, "/").expect("randomness");
        assert!(others.end(&cookie, &way.state, HERE).is_none());
        for broken in ["", "..", "a.b.c", &format!("{}.9.zz", "0".repeat(64))] {
            assert!(flows.end(broken, &way.state, HERE).is_none(), "{broken}");
        }
    }
}
