//! Polling: where no webhook tells what happens, GitHub is asked again and again whether anything is new, repository by repository.
//!
//! One round asks of each installation what its share of a minute has room for: repositories with work on and what is followed there
//! first, the others by turns. What is new becomes facts like those of any other look, so that what a webhook tells as well
//! happens once. Where GitHub fails, has little left or wants a pause, a round is left out, and that is said.

mod changed;
mod coverage;
mod cursor;
mod known;
mod listing;
mod tell;
mod told;
mod turns;
mod view;

use futures::StreamExt;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

pub(super) use known::{Extent, Polling, SeenRow};
pub use view::PollView;

use super::compare::Look;
use super::found::Stated;
use super::sweeper::{Sweep, SweepError};
use super::tasks;
use crate::core::ids::{InstallationId, RepositoryId, TaskKey};
use crate::core::text::polling as text;
use crate::github::{At, GitHubError};
use turns::Turns;

/// Repositories of an installation that are asked at once: GitHub wants one call after the other rather than many at once.
const AT_ONCE: usize = 4;
/// So many repositories in one round that get no answer are a GitHub that fails.
const UNANSWERED: usize = 3;
/// A round is left out at most so often in a row, as a power of two.
const PATIENCE: u32 = 5;
/// Below this share of what an hour has, in hundredths, only what is worked on is asked; below the second one nothing is.
const LITTLE: u64 = 15;
const NOTHING: u64 = 5;

/// What the looks of one round share.
#[derive(Default)]
struct Course {
    stop: AtomicBool,
    unanswered: Mutex<usize>,
    /// Why the round of this installation ended early, if it did.
    trouble: Mutex<Option<GitHubError>>,
}

impl Course {
    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether what failed will fail for everything else in this round.
    fn note(&self, error: &SweepError) {
        use GitHubError as E;
        let SweepError::GitHub(error) = error else {
            return;
        };
        let of_all = match error {
            E::Unanswered { .. } | E::Unreachable { .. } => {
                let mut unanswered = locked(&self.unanswered);
                *unanswered += 1;
                *unanswered >= UNANSWERED
            }
            E::Limited { .. }
            | E::Paced { .. }
            | E::Suspended
            | E::Uninstalled
            | E::AppRefused { .. }
            | E::TokenRefused { .. } => true,
            _ => false,
        };
        if of_all {
            self.stop.store(true, Ordering::Relaxed);
            locked(&self.trouble).get_or_insert_with(|| error.clone());
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sweep {
    /// Asks at each interval until cancelled, once what happened before is found.
    pub async fn keep_polling(self, cancel: CancellationToken) {
        let Some(every) = self.polling.as_ref().map(|polling| polling.every) else {
            return;
        };
        tokio::select! {
            () = cancel.cancelled() => return,
            () = self.caught_up.cancelled() => {}
        }
        loop {
            let next = Instant::now() + every;
            tokio::select! {
                () = cancel.cancelled() => return,
                _ = self.poll() => {}
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = sleep_until(next) => {}
            }
        }
    }

    /// One round.
    pub async fn poll(&self) -> Stated {
        self.poll_as_far_as(Extent::Round).await
    }

    /// How polling goes; `None` where nothing is polled.
    pub fn poll_view(&self) -> Option<&PollView> {
        self.polling.as_ref().map(|polling| &polling.view)
    }

    pub(super) async fn poll_as_far_as(&self, extent: Extent) -> Stated {
        let Some(polling) = &self.polling else {
            return Stated::default();
        };
        let _alone = polling.one_at_a_time.lock().await;
        let (from, mut stated) = (self.now(), Stated::default());
        let watched = tasks::watched(&self.services.store).await;
        let watched = match watched {
            Ok(watched) => watched,
            Err(error) => {
                polling.view.failed(&error.to_string());
                return self.settle("the tasks", Err(error.into())).await;
            }
        };
        match self.look_over_coverage(&watched).await {
            Ok(news) => stated.add(news),
            Err(error) => {
                polling.view.failed(&error.to_string());
                stated.add(self.settle("the installations", Err(error)).await);
            }
        }
        let covered = polling.known().coverage.repositories();
        let mut wrong = Vec::new();
        for (installation, repositories) in covered {
            let found = self.poll_installation((installation, repositories), &watched, extent);
            let (news, trouble) = found.await;
            stated.add(news);
            wrong.extend(trouble);
        }
        polling.view.over(from, wrong, stated.incomplete);
        stated
    }

    /// One round of an installation, and what is wrong there.
    async fn poll_installation(
        &self,
        (installation, repositories): (InstallationId, Vec<At>),
        watched: &[TaskKey],
        extent: Extent,
    ) -> (Stated, Option<String>) {
        let mut stated = Stated::default();
        let Some(polling) = &self.polling else {
            return (stated, None);
        };
        let now = self.now();
        let rests = polling.known().resting.get(&installation).copied();
        if let Some((_, until)) = rests.filter(|(_, until)| *until > now) {
            stated.incomplete = true;
            return (stated, Some(text::rests(until - now)));
        }
        let left = self.services.github.rate_seen(installation);
        let share = left.map_or(100, |left| left.remaining * 100 / left.limit.max(1));
        if share < NOTHING {
            stated.incomplete = true;
            return (
                stated,
                left.map(|left| text::used_up(left.remaining, left.limit)),
            );
        }
        let here: BTreeSet<RepositoryId> = repositories.iter().map(|at| at.repository).collect();
        let followed = watched.iter().filter(|key| here.contains(&key.repository));
        let mut turns = Turns::of(repositories, followed.copied().collect(), polling.every);
        if extent == Extent::Whole {
            turns = turns.without_bounds();
        }
        if share < LITTLE {
            turns = turns.only_busy();
        }
        let chosen = turns.choose(&mut polling.known().asked, now);
        let course = Course::default();
        let (shared, tasks) = (&course, chosen.tasks);
        let looks = futures::stream::iter(chosen.repositories)
            .map(|(at, busy)| async move { self.look_into(&at, busy, shared).await });
        let mut looks = looks.buffer_unordered(AT_ONCE);
        while let Some(news) = looks.next().await {
            stated.add(news);
        }
        if !course.is_over() {
            stated.add(self.compare(tasks, Look::All).await);
        }
        let trouble = locked(&course.trouble).take();
        self.rest_or_go_on(installation, trouble.as_ref());
        let little = || {
            let left = left.filter(|_| share < LITTLE)?;
            Some(text::little(left.remaining, left.limit))
        };
        let trouble = trouble.map(|error| error.to_string()).or_else(little);
        (stated, trouble)
    }

    async fn look_into(&self, at: &At, busy: bool, course: &Course) -> Stated {
        if course.is_over() {
            return Stated {
                incomplete: true,
                ..Stated::default()
            };
        }
        let looked = self.look_for_news(at, busy).await;
        looked.unwrap_or_else(|error| {
            course.note(&error);
            let gone = matches!(&error, SweepError::GitHub(GitHubError::NotFound { .. }));
            if let Some(polling) = self.polling.as_ref().filter(|_| gone) {
                // Removed, or renamed beyond recognition: the list tells.
                polling.known().coverage.doubt(self.now());
            }
            match course.is_over() {
                true => tracing::debug!(repository = %at.name, %error, "not asked whether there is news"),
                false => {
                    tracing::warn!(repository = %at.name, %error, "could not be asked whether there is news; the next round tries again");
                }
            }
            Stated {
                incomplete: true,
                ..Stated::default()
            }
        })
    }

    /// After a round that failed the next ones are left out, twice as many each time.
    fn rest_or_go_on(&self, installation: InstallationId, trouble: Option<&GitHubError>) {
        let Some(polling) = &self.polling else {
            return;
        };
        let (now, mut known) = (self.now(), polling.known());
        let Some(error) = trouble else {
            known.resting.remove(&installation);
            return;
        };
        let (failed, until) = known.resting.entry(installation).or_default();
        let every = i64::try_from(polling.every.as_millis()).unwrap_or(i64::MAX);
        let pause = match error {
            GitHubError::Limited { after } | GitHubError::Paced { after, .. } => {
                i64::try_from(after.as_millis()).unwrap_or(i64::MAX)
            }
            _ => every.saturating_mul(1 << (*failed).min(PATIENCE)),
        };
        *failed = failed.saturating_add(1);
        *until = now.saturating_add(pause);
        tracing::warn!(%installation, %error, seconds = pause / 1000, "polling rests");
    }
}
