//! Somebody who signed in with GitHub: who they are, and what they can read, asked again every few minutes.
//!
//! Their token lives here and nowhere else: in memory, for as long as they are signed in, and no longer than GitHub takes it. It is
//! never shown. What was noted is good for [`FRESH`]; where GitHub does not answer, for [`WORST`] and not a moment longer.

use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::core::actor::Account;
use crate::http::people::{NotKnown, People};
use crate::http::sight::{Readable, Sight};

/// How old a note may be before GitHub is asked again, milliseconds.
pub(super) const FRESH: i64 = 5 * 60_000;
/// How old it may be while GitHub does not answer.
pub(super) const WORST: i64 = 15 * 60_000;
/// Between two questions that GitHub did not answer.
const AGAIN: i64 = 30_000;

/// Somebody who signed in with GitHub.
pub(super) struct Member {
    /// Who.
    pub(super) account: Account,
    token: SecretString,
    noted: Mutex<Noted>,
}

/// What they can read, as of a moment.
struct Noted {
    at: i64,
    asked: i64,
    readable: Arc<Readable>,
}

/// Whether something is that old, or the clock was set back since.
fn is_older(at: i64, now: i64, than: i64) -> bool {
    now < at || now.saturating_sub(at) >= than
}

impl Member {
    /// Just signed in.
    pub(super) fn new(account: Account, token: SecretString, readable: Readable, now: i64) -> Self {
        Self {
            account,
            token,
            noted: Mutex::new(Noted {
                at: now,
                asked: now,
                readable: Arc::new(readable),
            }),
        }
    }

    /// They signed out: their token is good no more.
    pub(super) async fn leave(&self, people: &dyn People) {
        people.forget(&self.token).await;
    }

    /// What they may see now.
    ///
    /// # Errors
    /// They are not signed in any more, or nobody can tell at present.
    pub(super) async fn sight(&self, people: &dyn People, now: i64) -> Result<Sight, NotKnown> {
        // Held while GitHub is asked: whoever comes meanwhile waits for the same answer.
        let mut noted = self.noted.lock().await;
        let stale = is_older(noted.at, now, FRESH);
        if stale && (noted.asked == noted.at || is_older(noted.asked, now, AGAIN)) {
            noted.asked = now;
            match people.readable(&self.token).await {
                Ok(readable) => {
                    noted.at = now;
                    // The same value stays the same, so that what is drawn for it is shared.
                    if *noted.readable != readable {
                        noted.readable = Arc::new(readable);
                    }
                }
                Err(NotKnown::Withdrawn) => {
                    // Whoever waits for this answer sees nothing of the old note either.
                    noted.at = i64::MIN;
                    return Err(NotKnown::Withdrawn);
                }
                Err(NotKnown::Later) => {}
            }
        }
        match is_older(noted.at, now, WORST) {
            true => Err(NotKnown::Later),
            false => Ok(Sight::Only(Arc::clone(&noted.readable))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex as Plain;

    use futures::future::BoxFuture;

    use super::*;
    use crate::core::actor::AccountKind;
    use crate::core::ids::{RepositoryId, UserId};
    use crate::http::people::{Admitted, NotAdmitted, Way};

    /// Answers what it is told to, and counts how often it was asked.
    struct Told(Plain<(Result<Readable, NotKnown>, usize)>);

    impl Told {
        fn say(&self, answer: Result<Readable, NotKnown>) {
            self.0.lock().expect("a lock").0 = answer;
        }

        fn asked(&self) -> usize {
            self.0.lock().expect("a lock").1
        }
    }

    impl People for Told {
        fn page(&self, _: &Way) -> String {
            String::new()
        }

        fn admit<'a>(
            &'a self,
            _: &'a str,
            _: &'a Way,
        ) -> BoxFuture<'a, Result<Admitted, NotAdmitted>> {
            Box::pin(async { Err(NotAdmitted::Refused) })
        }

        fn forget<'a>(&'a self, _: &'a SecretString) -> BoxFuture<'a, ()> {
            Box::pin(async {})
        }

        fn readable<'a>(
            &'a self,
            _: &'a SecretString,
        ) -> BoxFuture<'a, Result<Readable, NotKnown>> {
            Box::pin(async {
                let mut told = self.0.lock().expect("a lock");
                told.1 += 1;
                told.0.clone()
            })
        }
    }

    fn readable() -> Readable {
        let name = "octo/hello".parse().expect("a name");
        [(RepositoryId(1), name, true)].into_iter().collect()
    }

    #[tokio::test]
    async fn what_was_lost_is_not_seen_after_five_minutes_and_fifteen_at_worst() {
        let told = Told(Plain::new((Ok(readable()), 0)));
        let account = Account {
            id: UserId(7),
            login: "ana".to_owned(),
            kind: AccountKind::User,
        };
        let member = Member::new(account, "ghu_x".into(), readable(), 1_000);
        let sees = async |now: i64| {
            let sight = member.sight(&told, now).await;
            sight.map(|sight| sight.sees(RepositoryId(1)))
        };
        told.say(Ok(Readable::default()));
        assert_eq!(sees(FRESH + 999).await, Ok(true));
        assert_eq!(told.asked(), 0, "the note is good still");
        assert_eq!(sees(FRESH + 1_000).await, Ok(false), "access was lost");
        told.say(Ok(readable()));
        assert_eq!(sees(999).await, Ok(true), "the clock was set back");
        told.say(Err(NotKnown::Later));
        let at = 999;
        let before = told.asked();
        assert_eq!(sees(at + FRESH).await, Ok(true));
        assert_eq!(sees(at + FRESH + 1).await, Ok(true));
        assert_eq!(told.asked(), before + 1, "not at each request");
        assert_eq!(sees(at + WORST - 1).await, Ok(true));
        assert_eq!(sees(at + WORST).await, Err(NotKnown::Later));
        told.say(Err(NotKnown::Withdrawn));
        assert_eq!(sees(at + WORST + AGAIN).await, Err(NotKnown::Withdrawn));
    }
}
