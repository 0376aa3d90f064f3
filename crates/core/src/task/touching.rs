//! Which files a task has changed or will: what git found, and what its words, its agent's plan and its repository's history make
//! probable.

use super::Task;
use crate::overlap::{Forecast, History, Request, Touched, Tree, forecast};

/// So much of a plan is read, bytes.
const PLAN: usize = 4 * 1024;

impl Task {
    /// The paths that git found changed when its last turn was over.
    pub fn changed_paths(&self) -> impl Iterator<Item = &str> {
        let work = self.progress().and_then(|progress| progress.work.as_ref());
        let whole = work
            .and_then(|work| work.whole.as_ref())
            .map(|whole| &whole.files);
        let files = whole.or(work.map(|work| &work.files)).into_iter().flatten();
        files.map(|file| file.path.as_str())
    }

    /// Whether its agent has a plan, for itself or for people.
    pub fn is_planned(&self) -> bool {
        let steps = self.progress().map(|progress| &progress.plan);
        steps.is_some_and(|steps| !steps.is_empty()) || self.conversation.plan.is_some()
    }

    /// The steps of its agent's plan, a line each, or the plan that waits for people; at most 4 KiB, an agent's words.
    fn planned(&self) -> String {
        let steps = self.progress().map(|progress| &progress.plan[..]);
        let steps = steps.unwrap_or_default().iter();
        let posted = self.conversation.plan.as_ref().map(|plan| &plan.text);
        let lines = steps.map(|step| &step.content).chain(posted);
        let mut text = String::new();
        for line in lines {
            if text.len() + line.len() > PLAN {
                break;
            }
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// What its issue's words and its plan make probable.
    pub fn forecast(&self, tree: &Tree, history: &History) -> Forecast {
        let Some(job) = self.job() else {
            return Forecast::default();
        };
        let request = Request {
            title: &job.snapshot.title,
            body: &job.snapshot.body,
            plan: &self.planned(),
            role: job.role.name.as_str(),
        };
        forecast(&request, tree, history)
    }

    /// What it touches: what is probable, and what it has changed.
    pub fn touches(&self, tree: &Tree, history: &History) -> Touched {
        let expected = Touched::expected(&self.forecast(tree, history), history);
        expected.with(Touched::changed(self.changed_paths(), history))
    }
}
