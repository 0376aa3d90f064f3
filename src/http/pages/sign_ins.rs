//! Who is signed in, and the links by which somebody can: in memory only, few, and for a time.
//!
//! Keys are random and kept as digests, so that how long a comparison takes says nothing of them. A restart signs everybody out.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::core::text::pages::Line;
use crate::random::{NoRandomness, hexadecimal};

/// How long somebody stays signed in.
pub(super) const LASTS: Duration = Duration::from_secs(12 * 3_600);
/// How long a link can be used.
const LINK_LASTS: Duration = Duration::from_secs(5 * 60);
/// At most so many are signed in; the oldest goes.
const MOST: usize = 64;
/// At most so many links wait; the oldest goes.
const MOST_LINKS: usize = 16;

/// A key's digest.
pub(super) type Key = [u8; 32];

/// Who is signed in.
#[derive(Default)]
pub(super) struct SignIns {
    held: Mutex<HashMap<Key, SignedIn>>,
    links: Mutex<HashMap<Key, Instant>>,
}

struct SignedIn {
    csrf: String,
    ends: Instant,
    news: Option<Line>,
}

fn digest(text: &str) -> Key {
    Sha256::digest(text).into()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change is complete when the lock is released.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SignIns {
    /// Signs somebody in; answers the key for their cookie.
    pub(super) fn begin(&self, news: Line) -> Result<String, NoRandomness> {
        let (key, csrf) = (hexadecimal::<32>()?, hexadecimal::<32>()?);
        let now = Instant::now();
        let mut held = locked(&self.held);
        held.retain(|_, one| one.ends > now);
        drop_oldest(&mut held, MOST, |one| one.ends);
        let signed_in = SignedIn {
            csrf,
            ends: now + LASTS,
            news: Some(news),
        };
        held.insert(digest(&key), signed_in);
        Ok(key)
    }

    /// Whose key this is, if they are signed in still.
    pub(super) fn find(&self, key: &str) -> Option<Key> {
        let key = digest(key);
        let held = locked(&self.held);
        held.get(&key).filter(|one| one.ends > Instant::now())?;
        Some(key)
    }

    /// What has to come with each of their orders.
    pub(super) fn csrf(&self, key: &Key) -> Option<String> {
        locked(&self.held).get(key).map(|one| one.csrf.clone())
    }

    /// Whether this came with an order of theirs.
    pub(super) fn proves(&self, key: &Key, csrf: &str) -> bool {
        let held = locked(&self.held);
        held.get(key)
            .is_some_and(|one| digest(&one.csrf) == digest(csrf))
    }

    /// What came of an order, for the next page they see.
    pub(super) fn tell(&self, key: &Key, news: Line) {
        if let Some(one) = locked(&self.held).get_mut(key) {
            one.news = Some(news);
        }
    }

    /// That, once.
    pub(super) fn take_news(&self, key: &Key) -> Option<Line> {
        locked(&self.held).get_mut(key)?.news.take()
    }

    /// Signs somebody out.
    pub(super) fn end(&self, key: &Key) {
        locked(&self.held).remove(key);
    }

    /// A word for a link that signs in once.
    pub(super) fn link(&self) -> Result<String, NoRandomness> {
        let word = hexadecimal::<32>()?;
        let now = Instant::now();
        let mut links = locked(&self.links);
        links.retain(|_, ends| *ends > now);
        drop_oldest(&mut links, MOST_LINKS, |ends| *ends);
        links.insert(digest(&word), now + LINK_LASTS);
        Ok(word)
    }

    /// Uses a link up; whether it was good.
    pub(super) fn use_link(&self, word: &str) -> bool {
        let ends = locked(&self.links).remove(&digest(word));
        ends.is_some_and(|ends| ends > Instant::now())
    }
}

fn drop_oldest<T>(map: &mut HashMap<Key, T>, most: usize, ends: impl Fn(&T) -> Instant) {
    while map.len() >= most {
        let oldest = map.iter().min_by_key(|(_, one)| ends(one));
        let Some(key) = oldest.map(|(key, _)| *key) else {
            return;
        };
        map.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_lasts_twelve_hours_and_a_link_works_once() {
        let sign_ins = SignIns::default();
        let link = sign_ins.link().expect("randomness");
        assert!(!sign_ins.use_link("0"));
        assert!(sign_ins.use_link(&link));
        assert!(!sign_ins.use_link(&link), "it was used");
        let late = sign_ins.link().expect("randomness");
        tokio::time::advance(LINK_LASTS).await;
        assert!(!sign_ins.use_link(&late), "it is too old");
        let key = sign_ins.begin(Line::default()).expect("randomness");
        let held = sign_ins.find(&key).expect("signed in");
        let csrf = sign_ins.csrf(&held).expect("a word");
        assert!(sign_ins.proves(&held, &csrf) && !sign_ins.proves(&held, ""));
        tokio::time::advance(LASTS).await;
        assert!(sign_ins.find(&key).is_none(), "12 hours are over");
    }

    #[tokio::test]
    async fn there_are_never_more_than_so_many() {
        let sign_ins = SignIns::default();
        let keys: Vec<String> = (0..200)
            .map(|_| sign_ins.begin(Line::default()).expect("randomness"))
            .collect();
        assert_eq!(locked(&sign_ins.held).len(), MOST);
        assert!(sign_ins.find(&keys[199]).is_some());
        for _ in 0..100 {
            sign_ins.link().expect("randomness");
        }
        assert!(locked(&sign_ins.links).len() <= MOST_LINKS);
    }
}
