//! One repository: which of its issues and pull requests were changed, and what of that nobody told us.
//!
//! What is listed is held against the tasks by the same comparison as in every other look. A list that is long is read some pages at a
//! time; how far it was read is kept behind what was found. One issue that cannot be read holds the others up for a while only.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::found::{Found, Stated};
use super::super::issue::{self, History};
use super::super::repository::BEFORE_US;
use super::super::sweeper::{FACTS_SINCE, Sweep, SweepError};
use super::super::{downtime, pull, tasks};
use super::cursor::Cursor;
use super::known::SeenRow;
use super::told::Told;
use crate::core::event::Event;
use crate::core::gated_pulls::GatedPulls;
use crate::core::ids::{RepositoryId, TaskKey};
use crate::core::label;
use crate::core::policy::SPRINT_LABEL;
use crate::core::task::Task;
use crate::github::{At, ChangedPage, Issue, IssueEvent, Row};
use crate::store::TaskRow;

/// So many pages of one repository are read in a round, as long as that leads on.
const PAGES: usize = 10;
/// So many at most.
const MOST_PAGES: usize = 100;
/// A window with more rows than this begins later the next time, and then has as many of these rows as that: what GitHub shows late
/// is still within it.
const WIDE: usize = 40;
const KEPT: usize = 20;
/// So often one issue is tried before the others go on without it; the comparison of tasks looks at it all the same.
const TRIES: u8 = 10;
/// Comments of a repository where nothing else changed are asked for as often, milliseconds: an edit moves nothing else.
const COMMENTS: i64 = 10 * 60_000;
/// So many rows are remembered as looked at.
const REMEMBERED: usize = 20_000;

/// A window over what was changed, as it was read so far.
struct Window {
    /// The last changes of its rows, in order.
    changes: Vec<i64>,
    /// The oldest change that could not be compared.
    held: Option<i64>,
    talked: bool,
}

impl Sweep {
    /// Looks whether anything is new in a repository. Whoever is at work there is heard by an edited comment as well.
    pub(super) async fn look_for_news(&self, at: &At, busy: bool) -> Result<Stated, SweepError> {
        let mut cursor = self.cursor(at).await?;
        let before = cursor.clone();
        let github = &self.services.github;
        let (mut stated, mut window) = (Stated::default(), Window::new());
        let page = github.changed_since(at, cursor.since, cursor.tag.as_deref());
        let mut next = page.await?;
        let mut pages = 0;
        while let Some(page) = next.take() {
            stated.add(self.take_page(at, &page, (&before, &mut window)).await);
            pages += 1;
            let moved = window.since(before.since);
            let goes_on = pages < PAGES || (moved == before.since && pages < MOST_PAGES);
            if let Some(address) = page.next.as_deref().filter(|_| goes_on) {
                next = Some(github.changed_after(at, address).await?);
                continue;
            }
            // The tag is of the question with the old moment, and holds while everything behind it was taken.
            let same = moved == before.since && window.held.is_none();
            cursor.since = moved;
            cursor.tag = page.tag.filter(|_| same && pages == 1);
        }
        if window.talked || busy || self.comments_are_due(at.repository) {
            let commented = self.commented(at).await;
            let heard = self.settle(&at.name, commented).await;
            if !heard.incomplete {
                self.comments_were_read(at.repository);
                cursor.comments = self.comments_since(at).unwrap_or(cursor.comments);
            }
            stated.add(heard);
        }
        if cursor != before {
            cursor.keep(&self.services.store, at.repository).await?;
        }
        if let Some(polling) = &self.polling {
            polling.known().cursors.insert(at.repository, cursor);
        }
        Ok(stated)
    }

    /// How far the repository was read; at first as far back as GitHub itself remembers what it did not deliver.
    async fn cursor(&self, at: &At) -> Result<Cursor, SweepError> {
        let known = self.polling.as_ref();
        let known = known.and_then(|polling| polling.known().cursors.get(&at.repository).cloned());
        if let Some(cursor) = known {
            return Ok(cursor);
        }
        let kept = Cursor::read(&self.services.store, at.repository).await?;
        let cursor = match kept {
            Some(cursor) => cursor,
            None => Cursor {
                since: self.now() - BEFORE_US,
                tag: None,
                comments: self.since(FACTS_SINCE).await,
            },
        };
        self.seen()
            .comments
            .entry(at.repository)
            .or_insert(cursor.comments);
        Ok(cursor)
    }

    fn comments_since(&self, at: &At) -> Option<i64> {
        self.seen().comments.get(&at.repository).copied()
    }

    fn comments_are_due(&self, repository: RepositoryId) -> bool {
        let Some(polling) = &self.polling else {
            return false;
        };
        let read = polling.known().comments.get(&repository).copied();
        read.is_none_or(|read| self.now() - read >= COMMENTS)
    }

    fn comments_were_read(&self, repository: RepositoryId) {
        if let Some(polling) = &self.polling {
            polling.known().comments.insert(repository, self.now());
        }
    }

    async fn take_page(
        &self,
        at: &At,
        page: &ChangedPage,
        (before, window): (&Cursor, &mut Window),
    ) -> Stated {
        let mut stated = Stated::default();
        for row in &page.rows {
            window.changes.push(row.issue.updated_at);
            let place = (at.repository, row.issue.number);
            let known = self.seen().rows.get(&place).copied().unwrap_or_default();
            let digest = digest(row);
            if known.digest == digest {
                continue;
            }
            window.talked |= row.issue.comments != known.comments;
            let news = self.news_of(at, row, before.since).await;
            let mut incomplete = news.incomplete;
            if incomplete && known.failed >= TRIES {
                tracing::error!(repository = %at.name, number = %row.issue.number, "could not be compared again and again; what comes behind it goes on");
                incomplete = false;
            }
            if incomplete {
                window.held = window.held.or(Some(row.issue.updated_at));
            }
            self.looked_at_row(at, row, (incomplete, known.failed));
            stated.add(news);
        }
        stated
    }

    fn looked_at_row(&self, at: &At, row: &Row, (incomplete, failed): (bool, u8)) {
        let mut seen = self.seen();
        if seen.rows.len() >= REMEMBERED {
            // What is looked at twice happens once.
            seen.rows.clear();
        }
        let now = match incomplete {
            true => SeenRow {
                failed: failed.saturating_add(1),
                ..SeenRow::default()
            },
            false => SeenRow {
                digest: digest(row),
                comments: row.issue.comments,
                failed: 0,
            },
        };
        seen.rows.insert((at.repository, row.issue.number), now);
    }

    /// States what of a row is news.
    async fn news_of(&self, at: &At, row: &Row, since: i64) -> Stated {
        let place = at.place(row.issue.number);
        let found = match row.issue.is_pull_request {
            true => self.of_pull(at, row, since).await,
            false => self.of_issue(at, row, since).await,
        };
        match found {
            Ok((found, told)) => {
                let mut stated = self.settle(place.task(), Ok(found)).await;
                stated.add(self.tell(place.task(), told).await);
                stated
            }
            Err(error) => self.settle(place.task(), Err(error)).await,
        }
    }

    /// The task somebody may still say something to, as it is stored.
    async fn watched(&self, key: TaskKey) -> Result<Option<(TaskRow, Task)>, SweepError> {
        let read = tasks::read(&self.services.store, key).await?;
        Ok(read.filter(|(_, task)| tasks::is_watched(task, self.now())))
    }

    async fn of_issue(
        &self,
        at: &At,
        row: &Row,
        since: i64,
    ) -> Result<(Vec<Found>, Vec<Told>), SweepError> {
        let issue = &row.issue;
        let key = TaskKey::new(at.repository, issue.number);
        let (mut found, mut told) = (Vec::new(), Vec::new());
        let known = self.watched(key).await?;
        if let Some((stored, task)) = &known {
            found.extend(match tasks::may_be_reopened(task, self.now()) {
                true => pull::reopened(self, task).await?,
                false => issue::held_against(self, (stored, task), issue.clone()).await?,
            });
        }
        // Others may wait for it, whether it is anybody's here or not.
        if let Some(closed) = row.closed_at.filter(|closed| *closed >= since) {
            told.push(Told::issue_closed(at, row, closed));
        }
        if issue.open && issue.state_reason.as_deref() == Some("reopened") {
            told.push(Told::issue_reopened(at, row));
        }
        if issue.open {
            found.extend(self.unheard_label(at, issue).await?);
            if issue
                .labels
                .iter()
                .any(|name| label::same(name, SPRINT_LABEL))
            {
                found.extend(self.unheard_sprint(at, issue).await?);
            }
            if known.is_none() {
                self.begins_by_itself(at, row, (&mut found, &mut told))
                    .await?;
            }
        }
        Ok((found, told))
    }

    /// What starts without the switch: by who opened it, or by a label of the operator's.
    async fn begins_by_itself(
        &self,
        at: &At,
        row: &Row,
        (found, told): (&mut Vec<Found>, &mut Vec<Told>),
    ) -> Result<(), SweepError> {
        let (rules, issue) = (&self.services.policy.issues.auto_start, &row.issue);
        let first = self.recall(downtime::FIRST).await.unwrap_or_default();
        if rules.by_user(&issue.author.login) && issue.created_at >= first {
            told.push(Told::issue_opened(at, row));
        }
        let mut named = issue.labels.clone();
        named.retain(|name| rules.by_label(name));
        for name in &named {
            let key = TaskKey::new(at.repository, issue.number);
            let nobody = Task::new(at.place(issue.number));
            let task = self.known(key).await?.unwrap_or(nobody);
            let put_on = |event: &IssueEvent| {
                let named = event
                    .label
                    .as_deref()
                    .is_some_and(|one| label::same(one, name));
                named && event.event == "labeled"
            };
            let Some(put) = History::new(self, &task).last(put_on).await? else {
                continue;
            };
            if put.at < first {
                continue;
            }
            let event = Event::Labeled {
                label: name.clone(),
                sender: put.actor.known(),
                snapshot: issue.words(),
            };
            found.push(Found {
                kind: "labels",
                id: format!("labeled:{key}:{name}:{}", put.at),
                place: at.place(issue.number),
                event,
            });
        }
        Ok(())
    }

    async fn of_pull(
        &self,
        at: &At,
        row: &Row,
        since: i64,
    ) -> Result<(Vec<Found>, Vec<Told>), SweepError> {
        let number = row.issue.number;
        let ours = self.services.store.task_of_pull(at.repository, number.0);
        if let Some(key) = ours.await? {
            let Some((stored, task)) = self.watched(key).await? else {
                return Ok(Default::default());
            };
            let found = match tasks::may_be_reopened(&task, self.now()) {
                true => pull::reopened(self, &task).await?,
                false => pull::differences(self, &stored, &task).await?,
            };
            return Ok((found, Vec::new()));
        }
        let mut told = Vec::new();
        if let Some(closed) = row.closed_at.filter(|closed| *closed >= since) {
            told.push(Told::pull_closed(at, row, closed));
        } else if self.services.policy.issues.pull_gate != GatedPulls::Off && row.issue.open {
            told.push(Told::pull_changed(at, row));
        }
        Ok((Vec::new(), told))
    }
}

impl Window {
    fn new() -> Self {
        Self {
            changes: Vec::new(),
            held: None,
            talked: false,
        }
    }

    /// From when on is asked the next time.
    fn since(&self, before: i64) -> i64 {
        let count = self.changes.len();
        let since = match count > WIDE {
            true => self.changes[count - KEPT],
            false => before,
        };
        self.held.map_or(since, |held| since.min(held)).max(before)
    }
}

/// Of everything in a row that may be news: GitHub's times have no finer grain than a second, in which much can happen.
fn digest(row: &Row) -> u64 {
    let Row {
        issue,
        closed_at,
        merged,
    } = row;
    let Issue {
        title,
        body,
        open,
        labels,
        updated_at,
        comments,
        ..
    } = issue;
    let mut hasher = DefaultHasher::new();
    (title, body, open, labels, updated_at, comments).hash(&mut hasher);
    (closed_at, merged).hash(&mut hasher);
    // Nought is for what was not looked at.
    hasher.finish().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_moves_on_when_it_is_wide_and_never_past_what_is_held_up() {
        let window = |count: i64, held| Window {
            changes: (0..count).map(|second| second * 1_000).collect(),
            held,
            talked: false,
        };
        assert_eq!(window(40, None).since(-5), -5);
        assert_eq!(window(100, None).since(-5), 80_000);
        assert_eq!(window(100, Some(3_000)).since(-5), 3_000);
        assert_eq!(window(100, Some(3_000)).since(4_000), 4_000);
    }
}
