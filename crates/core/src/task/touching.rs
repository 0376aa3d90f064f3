//! Which files a task has changed or will: what git found, and what its words and its repository's history make probable.

use super::Task;
use crate::overlap::{Forecast, History, Request, Touched, Tree, forecast};

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

    /// What its issue's words make probable.
    pub fn forecast(&self, tree: &Tree, history: &History) -> Forecast {
        let Some(job) = self.job() else {
            return Forecast::default();
        };
        let request = Request {
            title: &job.snapshot.title,
            body: &job.snapshot.body,
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
