//! Who is signed in, and the links by which somebody can: in memory only, few, and for a time.
//!
//! Keys are random and kept as digests, so that how long a comparison takes says nothing of them. A restart signs everybody out. Operators
//! and people of GitHub do not take each other's places, and nobody takes more than a few.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::member::Member;
use crate::core::ids::UserId;
use crate::core::text::pages::Line;
use crate::random::{NoRandomness, hexadecimal};

/// How long an operator stays signed in.
pub(super) const LASTS: Duration = Duration::from_secs(12 * 3_600);
/// How long somebody of GitHub does, at most: as long as GitHub takes their token.
pub(super) const PERSON_LASTS: Duration = Duration::from_secs(8 * 3_600);
/// How long a link can be used.
const LINK_LASTS: Duration = Duration::from_secs(5 * 60);
/// At most so many operators are signed in; the oldest goes.
const MOST: usize = 64;
/// At most so many people of GitHub, …
const MOST_PEOPLE: usize = 1_024;
/// … and each of them at most so many times.
const MOST_TIMES: usize = 8;
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

/// Who signed in.
#[derive(Clone)]
pub(super) enum Who {
    /// Somebody with the admin token.
    Operator,
    /// Somebody of GitHub.
    Person(Arc<Member>),
}

impl Who {
    fn id(&self) -> Option<UserId> {
        match self {
            Self::Operator => None,
            Self::Person(member) => Some(member.account.id),
        }
    }
}

struct SignedIn {
    who: Who,
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
    /// Signs somebody in for so long; answers the key for their cookie.
    pub(super) fn begin(
        &self,
        who: Who,
        lasts: Duration,
        news: Line,
    ) -> Result<String, NoRandomness> {
        let (key, csrf) = (hexadecimal::<32>()?, hexadecimal::<32>()?);
        let now = Instant::now();
        let mut held = locked(&self.held);
        held.retain(|_, one| one.ends > now);
        let id = who.id();
        let ends = |one: &SignedIn| one.ends;
        match id {
            None => drop_oldest(
                &mut held,
                MOST,
                (|one: &SignedIn| one.who.id().is_none(), ends),
            ),
            Some(_) => {
                drop_oldest(
                    &mut held,
                    MOST_TIMES,
                    (|one: &SignedIn| one.who.id() == id, ends),
                );
                drop_oldest(
                    &mut held,
                    MOST_PEOPLE,
                    (|one: &SignedIn| one.who.id().is_some(), ends),
                );
            }
        }
        let signed_in = SignedIn {
            who,
            csrf,
            ends: now + lasts,
            news: Some(news),
        };
        held.insert(digest(&key), signed_in);
        Ok(key)
    }

    /// Whose key this is, if they are signed in still.
    pub(super) fn find(&self, key: &str) -> Option<(Key, Who)> {
        let key = digest(key);
        let held = locked(&self.held);
        let one = held.get(&key).filter(|one| one.ends > Instant::now())?;
        Some((key, one.who.clone()))
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

    /// Signs somebody out; answers who it was.
    pub(super) fn end(&self, key: &Key) -> Option<Who> {
        locked(&self.held).remove(key).map(|one| one.who)
    }

    /// A word for a link that signs in once.
    pub(super) fn link(&self) -> Result<String, NoRandomness> {
        let word = hexadecimal::<32>()?;
        let now = Instant::now();
        let mut links = locked(&self.links);
        links.retain(|_, ends| *ends > now);
        drop_oldest(
            &mut links,
            MOST_LINKS,
            (|_: &Instant| true, |ends: &Instant| *ends),
        );
        links.insert(digest(&word), now + LINK_LASTS);
        Ok(word)
    }

    /// Uses a link up; whether it was good.
    pub(super) fn use_link(&self, word: &str) -> bool {
        let ends = locked(&self.links).remove(&digest(word));
        ends.is_some_and(|ends| ends > Instant::now())
    }
}

/// Makes room for one more of those that count.
fn drop_oldest<T>(
    map: &mut HashMap<Key, T>,
    most: usize,
    (counts, ends): (impl Fn(&T) -> bool, impl Fn(&T) -> Instant),
) {
    let of_them = |map: &HashMap<Key, T>| map.values().filter(|one| counts(one)).count();
    while of_them(map) >= most {
        let those = map.iter().filter(|(_, one)| counts(one));
        let oldest = those.min_by_key(|(_, one)| ends(one));
        let Some(key) = oldest.map(|(key, _)| *key) else {
            return;
        };
        map.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::actor::{Account, AccountKind};
    use crate::http::sight::Readable;

    fn begin(sign_ins: &SignIns, who: Who) -> String {
        let begun = sign_ins.begin(who, LASTS, Line::default());
        begun.expect("randomness")
    }

    fn person(id: i64) -> Who {
        let account = Account {
            id: UserId(id),
            login: format!("p{id}"),
            kind: AccountKind::User,
        };
        let member = Member::new(account, "ghu_x".into(), Readable::default(), 0);
        Who::Person(Arc::new(member))
    }

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
        let key = begin(&sign_ins, Who::Operator);
        let (held, _) = sign_ins.find(&key).expect("signed in");
        let csrf = sign_ins.csrf(&held).expect("a word");
        assert!(sign_ins.proves(&held, &csrf) && !sign_ins.proves(&held, ""));
        tokio::time::advance(LASTS).await;
        assert!(sign_ins.find(&key).is_none(), "12 hours are over");
    }

    #[tokio::test]
    async fn there_are_never_more_than_so_many() {
        let sign_ins = SignIns::default();
        let keys: Vec<String> = (0..200).map(|_| begin(&sign_ins, Who::Operator)).collect();
        assert_eq!(locked(&sign_ins.held).len(), MOST);
        assert!(sign_ins.find(&keys[199]).is_some());
        for _ in 0..100 {
            begin(&sign_ins, person(1));
        }
        assert_eq!(locked(&sign_ins.held).len(), MOST + MOST_TIMES);
        for id in 0..2_000 {
            begin(&sign_ins, person(id));
        }
        assert_eq!(locked(&sign_ins.held).len(), MOST + MOST_PEOPLE);
        assert!(sign_ins.find(&keys[199]).is_some(), "operators keep theirs");
        for _ in 0..100 {
            sign_ins.link().expect("randomness");
        }
        assert!(locked(&sign_ins.links).len() <= MOST_LINKS);
    }
}
