//! What an order to start work came to, told from the task before and after it: never from the words of a reason.

use super::Task;
use crate::ids::SessionId;

/// What began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// A session began, or a paused one goes on.
    Session(SessionId),
    /// The session of the open pull request goes on with it.
    Revision(SessionId),
    /// Nothing did.
    Nothing,
}

impl Begun {
    /// What began between two looks at a task.
    pub fn between(before: Option<&Task>, after: &Task) -> Self {
        let Some(job) = after.job() else {
            return Self::Nothing;
        };
        let session = job.session.clone();
        let earlier = before.and_then(Task::job);
        match earlier.filter(|earlier| earlier.session == session) {
            None => Self::Session(session),
            Some(earlier) if job.round > earlier.round => Self::Revision(session),
            Some(_) if before.is_some_and(Task::is_paused) && !after.is_paused() => {
                Self::Session(session)
            }
            Some(_) => Self::Nothing,
        }
    }
}
