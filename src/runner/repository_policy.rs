//! Reads a repository's own policy as it stands on its default branch now: never from a working copy, never from another branch. Of a
//! file with mistakes the last good state holds.

use crate::core::document::Mistake;
use crate::core::failure::Failure;
use crate::core::ids::{IssueNumber, RepositoryId};
use crate::core::repository_policy::{Found, PATH, RepositoryPolicy, Wrong};
use crate::core::text::repository_policy as text;
use crate::github::{At, GitHub, StandingFile};
use crate::store::Store;

/// What reads it.
#[derive(Clone, Copy)]
pub(super) struct Policies<'a> {
    pub(super) github: &'a GitHub,
    pub(super) store: &'a Store,
}

impl Policies<'_> {
    /// What holds in the repository now. Mistakes are told on `met_on`, if that is the first issue that meets them.
    pub(super) async fn read(
        &self,
        at: &At,
        met_on: Option<IssueNumber>,
    ) -> Result<Found, Failure> {
        let file = self.file(at).await?;
        self.judge(at.repository, file, met_on).await
    }

    /// The file as it stands; `None` where there is none.
    pub(super) async fn file(&self, at: &At) -> Result<Option<StandingFile>, Failure> {
        Ok(self.github.standing_file(at, PATH).await?)
    }

    /// What would hold in the repository now. Nothing of it is kept, and mistakes are told on no issue.
    pub(super) async fn look(&self, at: &At) -> Result<Found, Failure> {
        let Some(file) = self.file(at).await? else {
            return Ok(Found::default());
        };
        let mistakes = match parsed(&file) {
            Ok(holds) => return Ok(Found { holds, wrong: None }),
            Err(mistakes) => mistakes,
        };
        let good = self.store.good_policy(at.repository).await?;
        let wrong = Wrong {
            earlier: good.is_some(),
            ..Wrong::new(&file.state, &mistakes)
        };
        Ok(Found {
            holds: good.unwrap_or_default(),
            wrong: Some(wrong),
        })
    }

    /// What follows from it, and from what is known of the repository.
    pub(super) async fn judge(
        &self,
        repository: RepositoryId,
        file: Option<StandingFile>,
        met_on: Option<IssueNumber>,
    ) -> Result<Found, Failure> {
        let Some(file) = file else {
            self.store.drop_policy(repository).await?;
            return Ok(Found::default());
        };
        let mistakes = match parsed(&file) {
            Ok(holds) => {
                self.store.keep_policy(repository, &holds).await?;
                return Ok(Found { holds, wrong: None });
            }
            Err(mistakes) => mistakes,
        };
        let state = &file.state;
        let known = self.store.wrong_policy(repository, state, met_on).await?;
        let wrong = Wrong {
            earlier: known.good.is_some(),
            tell: met_on.is_some() && known.told_on == met_on,
            ..Wrong::new(state, &mistakes)
        };
        Ok(Found {
            holds: known.good.unwrap_or_default(),
            wrong: Some(wrong),
        })
    }
}

fn parsed(file: &StandingFile) -> Result<RepositoryPolicy, Vec<Mistake>> {
    match &file.text {
        Some(text) => RepositoryPolicy::read(text),
        None => Err(vec![Mistake::new(PATH, text::unreadable())]),
    }
}
