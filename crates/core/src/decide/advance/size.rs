//! A change that is much to read: before its pull request opens, people are asked once whether it shall be split.

use super::state::{Advance, Fired};
use super::turn_over;
use crate::event::Work;
use crate::pull_size::too_large;
use crate::task::Job;
use crate::text::pull_size;

/// Asks, unless it was asked in this session already, the pull request is there, or no more may be asked.
pub(super) fn offer(on: &mut Advance<'_>, job: &Job, work: &Work) -> Option<Fired> {
    let policy = on.cx.policy;
    let size = too_large(&work.files, policy)?;
    let mut questions = on.task.conversation.questions.iter();
    let is_new = job.round == 0 && on.task.pull.is_none();
    let asked = questions.any(|question| question.options == pull_size::options());
    if asked || !is_new {
        return None;
    }
    let question = pull_size::question(size, policy.limits.pull_lines);
    if !turn_over::put(on, &[question]) {
        return None;
    }
    turn_over::wait(on)
}
