//! What people without write access wrote that no agent reads, and what of it somebody with write access let in.

use serde::{Deserialize, Serialize};

use crate::ids::CommentId;
use crate::outsider::{self, HeldBack, Outsider, ThumbsUp};

/// So many comments are remembered, of either sort.
const REMEMBERED: usize = 50;
/// After how long it is looked for thumbs up first, milliseconds.
const FIRST_LOOK: i64 = 60_000;

/// What no agent reads, and what was let in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Comments that no agent reads as they are, the oldest first.
    #[serde(default)]
    pub comments: Vec<HeldBack>,
    /// So many older ones that are not remembered.
    #[serde(default)]
    pub more: u32,
    /// What was let in, the last one last.
    #[serde(default)]
    pub let_in: Vec<LetIn>,
    /// When it is looked for thumbs up next, epoch milliseconds.
    #[serde(default)]
    pub look_at: i64,
    /// How often it was looked since something new was held back.
    #[serde(default)]
    pub looked: u32,
}

/// Words that were let in. The thumbs up was for these and for no others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetIn {
    /// Which comment.
    pub comment: CommentId,
    /// By whom.
    pub by: String,
    /// GitHub's time of the thumbs up, epoch milliseconds.
    pub given_at: i64,
    /// The words' SHA-256.
    pub sha256: String,
}

impl Withheld {
    /// Nothing is held back, and nothing was let in.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Holds a comment back; of one that is held back already, its last change counts.
    pub fn hold(&mut self, comment: HeldBack, now: i64) {
        self.forget(comment.comment);
        self.comments.push(comment);
        while self.comments.len() > REMEMBERED {
            self.comments.remove(0);
            self.more = self.more.saturating_add(1);
        }
        self.looked = 0;
        let first = now + FIRST_LOOK;
        self.look_at = match self.look_at > now {
            true => self.look_at.min(first),
            false => first,
        };
    }

    /// A comment is gone, or is held back no more.
    pub fn forget(&mut self, comment: CommentId) {
        self.comments.retain(|one| one.comment != comment);
    }

    /// Work is asked for: what was written before that is read anew.
    pub fn begin_anew(&mut self, trigger: i64) {
        self.comments.retain(|one| one.at > trigger);
        self.more = 0;
    }

    /// Whether a comment is held back.
    pub fn holds(&self, comment: CommentId) -> bool {
        self.comments.iter().any(|one| one.comment == comment)
    }

    /// Whether these words are those that are held back, or newer ones: what was read before a change says nothing of it.
    pub fn holds_words(&self, said: &Outsider) -> bool {
        let mut comments = self.comments.iter();
        comments.any(|one| one.comment == said.comment && one.at <= said.changed_at)
    }

    /// The thumbs up that lets these words in. One that has let other words of the same comment in does not let these in as well.
    pub fn key_to<'o>(&self, said: &'o Outsider) -> Option<&'o ThumbsUp> {
        let before = self.let_in.iter().find(|one| one.comment == said.comment);
        let is_new = |thumb: &ThumbsUp| {
            before.is_none_or(|before| before.sha256 == said.sha256 || thumb.at > before.given_at)
        };
        let counts = |thumb: &&ThumbsUp| outsider::counts(thumb, said.changed_at) && is_new(thumb);
        said.thumbs.iter().find(counts)
    }

    /// Somebody let these words in.
    pub fn let_in(&mut self, said: &Outsider, thumb: &ThumbsUp) {
        self.forget(said.comment);
        self.let_in.retain(|one| one.comment != said.comment);
        self.let_in.push(LetIn {
            comment: said.comment,
            by: thumb.actor.login.clone(),
            given_at: thumb.at,
            sha256: said.sha256.clone(),
        });
        let surplus = self.let_in.len().saturating_sub(REMEMBERED);
        self.let_in.drain(..surplus);
    }

    /// Somebody with a right to speak is here, who may have let something in: it is looked at once.
    pub fn hurry(&mut self, now: i64) {
        self.look_at = self.look_at.min(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::{Account, AccountKind, Permission};
    use crate::ids::{IssueNumber, UserId};

    fn thumb(permission: Permission, at: i64) -> ThumbsUp {
        ThumbsUp {
            actor: Account {
                id: UserId(1),
                login: "ana".into(),
                kind: AccountKind::User,
            },
            permission,
            at,
        }
    }

    fn said(changed_at: i64, sha256: &str, thumbs: Vec<ThumbsUp>) -> Outsider {
        Outsider {
            comment: CommentId(5),
            on: IssueNumber(1),
            author: Account {
                id: UserId(2),
                login: "eve".into(),
                kind: AccountKind::User,
            },
            changed_at,
            body: "words".into(),
            sha256: sha256.into(),
            thumbs,
        }
    }

    #[test]
    fn only_a_writers_thumbs_up_to_these_very_words_is_a_key() {
        let key = |said: &Outsider| Withheld::default().key_to(said).is_some();
        let write = Permission::Write;
        assert!(key(&said(1_000, "a", vec![thumb(write, 2_000)])));
        for none in [Permission::None, Permission::Read, Permission::Triage] {
            assert!(!key(&said(1_000, "a", vec![thumb(none, 2_000)])));
        }
        assert!(!key(&said(1_000, "a", vec![])));
        // Changed after it, or in the same second, in which nobody knows what came first.
        assert!(!key(&said(3_000, "a", vec![thumb(write, 2_000)])));
        assert!(!key(&said(2_000, "a", vec![thumb(write, 2_000)])));
        // Whoever may not is passed over, not in the way.
        let both = vec![thumb(Permission::None, 2_000), thumb(write, 2_500)];
        assert!(key(&said(1_000, "a", both)));
    }

    #[test]
    fn a_thumbs_up_that_let_words_in_lets_no_others_in() {
        let mut withheld = Withheld::default();
        let first = said(1_000, "a", vec![thumb(Permission::Admin, 2_000)]);
        let key = withheld.key_to(&first).expect("a key").clone();
        withheld.let_in(&first, &key);
        assert!(
            withheld.key_to(&first).is_some(),
            "the same words, read again"
        );
        let other = Outsider {
            sha256: "b".into(),
            ..first
        };
        assert!(
            withheld.key_to(&other).is_none(),
            "whatever GitHub says of its time"
        );
        let anew = said(3_000, "b", vec![thumb(Permission::Admin, 4_000)]);
        assert!(withheld.key_to(&anew).is_some());
    }

    #[test]
    fn what_is_held_back_is_bounded_and_counted() {
        let mut withheld = Withheld::default();
        for number in 0..120 {
            let comment = HeldBack {
                comment: CommentId(number),
                ..said(number, "a", vec![]).held_back()
            };
            withheld.hold(comment, 10);
        }
        assert_eq!((withheld.comments.len(), withheld.more), (50, 70));
        withheld.hold(withheld.comments[3].clone(), 10);
        assert_eq!((withheld.comments.len(), withheld.more), (50, 70));
        withheld.begin_anew(110);
        assert_eq!((withheld.comments.len(), withheld.more), (9, 0));
    }
}
