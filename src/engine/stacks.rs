//! Pull requests that others may stand on: whoever waits for an issue hears how skep's pull request for it stands.
//!
//! It decides nothing, and tells how things stand when it tells: each hears a fact of their own, like any other.

use super::Engine;
use super::error::EngineError;
use super::open::Open;
use super::relation::{News, Relation};
use super::relations::WAITING;
use super::settle::read_stored;
use crate::core::dependency::{BlockerNews, RelatedNews};
use crate::core::event::Event;
use crate::core::ids::TaskKey;
use crate::core::task::{Reading, Task};

impl Open<'_> {
    /// A task was decided on: whoever waits for it hears how its pull request stands, and it hears how those stand that it waits
    /// for once that is known.
    pub(super) fn pull_moved(&mut self, before: &Task, after: &Task, cause: i64) {
        let key = after.key();
        let now = after.as_pull_below();
        if now.is_some() && now != before.as_pull_below() {
            for task in self.slots.graph.dependents(key) {
                let news = News::Pull(key);
                self.relations.push_back(Relation { cause, task, news });
            }
        }
        let was_read =
            before.gates.reading != Reading::Done && after.gates.reading == Reading::Done;
        let same = before.dependencies.blockers == after.dependencies.blockers;
        if was_read || !same {
            for blocker in after.dependencies.open() {
                let news = News::Pull(blocker.issue.key);
                let task = key;
                self.relations.push_back(Relation { cause, task, news });
            }
        }
    }
}

impl Engine {
    /// Tells an issue that waits for another one, or stands on its pull request, how that stands.
    pub(super) async fn tell_pull(
        &self,
        open: &mut Open<'_>,
        (task, issue): (TaskKey, TaskKey),
        name: &str,
    ) -> Result<(), EngineError> {
        if task.repository != issue.repository {
            return Ok(());
        }
        let (Some(row), Some(below)) = (open.task(task).await?, open.task(issue).await?) else {
            return Ok(());
        };
        let stack = read_stored(&row)?.stack;
        let stands = stack.on.as_ref().is_some_and(|on| on.issue == issue.issue);
        let waits = WAITING.contains(&row.state.as_str()) || row.state == "paused";
        let Some(pull) = read_stored(&below)?.as_pull_below() else {
            return Ok(());
        };
        if !(stands || waits) || stack.pull_of(issue) == Some(&pull) {
            return Ok(());
        }
        let news = BlockerNews::Pull(pull);
        let news = RelatedNews::Blocker { issue, news };
        self.tell(open, &row, Event::Related { news }, name).await
    }
}
