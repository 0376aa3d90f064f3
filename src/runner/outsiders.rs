//! Text of people without write access as it is read for the core: who wrote it, and who let it in by a thumbs up. Whether that counts
//! is the core's to say.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};

use crate::core::actor::{Account, AccountKind, Actor, Permission};
use crate::core::ids::{CommentId, IssueNumber, UserId};
use crate::core::outsider::{Outsider, ThumbsUp};
use crate::github::{At, Comment, GitHub, GitHubError, Reacted};
use crate::runner::permission::permission;

/// Of so many people who write, and of so many who react, it is asked what they may do, for one reading. The rest may do nothing: their words are withheld, and their thumbs
/// up lets nothing in.
const PEOPLE: usize = 30;
/// The thumbs up of so many comments are read, the newest comments first.
const COMMENTS: usize = 20;
/// So many calls are under way at once.
const AT_ONCE: usize = 5;

/// What people may do in one repository, each asked once.
pub(super) struct Rights<'a> {
    github: &'a GitHub,
    at: &'a At,
    known: HashMap<UserId, Permission>,
    /// So many are known at most.
    most: usize,
}

impl<'a> Rights<'a> {
    pub(super) fn new(github: &'a GitHub, at: &'a At) -> Self {
        Self {
            github,
            at,
            known: HashMap::new(),
            most: PEOPLE,
        }
    }

    /// Where that is.
    pub(super) fn at(&self) -> &'a At {
        self.at
    }

    /// It is known what somebody may do.
    pub(super) fn know(&mut self, actor: &Actor, permission: Option<Permission>) {
        if let (Actor::Person(account), Some(permission)) = (actor, permission) {
            self.known.insert(account.id, permission);
        }
    }

    /// Asks what these people may do, the first ones first.
    pub(super) async fn ask(
        &mut self,
        people: impl Iterator<Item = Account>,
    ) -> Result<(), GitHubError> {
        let mut asked: Vec<Account> = Vec::new();
        for one in people.filter(|one| one.kind == AccountKind::User) {
            let is_known =
                self.known.contains_key(&one.id) || asked.iter().any(|other| other.id == one.id);
            if !is_known && self.known.len() + asked.len() < self.most {
                asked.push(one);
            }
        }
        let (github, at) = (self.github, self.at);
        let found = stream::iter(asked)
            .map(|one| async move {
                let id = one.id;
                let found = permission(github, at, &Actor::Person(one)).await?;
                Ok::<_, GitHubError>((id, found.unwrap_or(Permission::None)))
            })
            .buffered(AT_ONCE)
            .try_collect::<Vec<_>>()
            .await?;
        self.known.extend(found);
        Ok(())
    }

    /// What somebody may do, as far as it was asked.
    pub(super) fn of(&self, id: UserId) -> Permission {
        self.known.get(&id).copied().unwrap_or(Permission::None)
    }

    /// Thumbs up with what those who gave them may do; what a bot thinks is not asked for. The last ones go first, so that a crowd
    /// before them keeps nobody out.
    pub(super) async fn thumbs(
        &mut self,
        reacted: Vec<Reacted>,
    ) -> Result<Vec<ThumbsUp>, GitHubError> {
        let people: Vec<(Account, i64)> = reacted
            .into_iter()
            .rev()
            .map(|one| (one.by.known(), one.at))
            .filter(|(who, _)| who.kind == AccountKind::User)
            .collect();
        // Many who write must not leave those unasked who let something in.
        self.most = 2 * PEOPLE;
        self.ask(people.iter().map(|(who, _)| who.clone())).await?;
        let thumb = |(actor, at): (Account, i64)| ThumbsUp {
            permission: self.of(actor.id),
            actor,
            at,
        };
        Ok(people.into_iter().map(thumb).collect())
    }

    /// Those who gave words in a thread of a review a thumbs up.
    pub(super) async fn thumbs_in_thread(
        &mut self,
        comment: i64,
    ) -> Result<Vec<ThumbsUp>, GitHubError> {
        let reacted = match self.github.thumbs_up_in_thread(self.at, comment).await {
            Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => Vec::new(),
            other => other?,
        };
        self.thumbs(reacted).await
    }

    /// Comments with those who gave them a thumbs up. Where somebody did, the words are read once more, after that: a change between the
    /// two readings is younger than the thumbs up, and tells so.
    pub(super) async fn outsiders(
        &mut self,
        on: IssueNumber,
        comments: Vec<Comment>,
    ) -> Result<Vec<Outsider>, GitHubError> {
        let mut outsiders = Vec::new();
        let mut left = COMMENTS;
        for comment in comments.into_iter().rev() {
            if comment.thumbs_up == 0 || left == 0 {
                outsiders.push(outsider(on, comment, Vec::new()));
                continue;
            }
            left -= 1;
            let reacted = thumbs_up(self.github, self.at, comment.id).await?;
            let thumbs = self.thumbs(reacted).await?;
            let now = self.github.comment(self.at, comment.id).await?;
            outsiders.extend(now.map(|now| outsider(on, now, thumbs)));
        }
        outsiders.reverse();
        Ok(outsiders)
    }
}

/// A comment that is gone has no reactions.
async fn thumbs_up(
    github: &GitHub,
    at: &At,
    comment: CommentId,
) -> Result<Vec<Reacted>, GitHubError> {
    match github.thumbs_up(at, comment).await {
        Err(GitHubError::NotFound { .. } | GitHubError::Gone { .. }) => Ok(Vec::new()),
        other => other,
    }
}

fn outsider(on: IssueNumber, comment: Comment, thumbs: Vec<ThumbsUp>) -> Outsider {
    Outsider {
        comment: comment.id,
        on,
        author: comment.author.known(),
        changed_at: comment.updated_at,
        sha256: hex::encode(Sha256::digest(comment.body.as_bytes())),
        body: comment.body,
        thumbs,
    }
}
