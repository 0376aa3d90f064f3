//! Where the work of a session is that ended badly or was stopped, and how people get at it.

use super::count;
use crate::task::Task;

/// Where the work is; `None` when nothing was made.
pub fn kept(task: &Task) -> Option<String> {
    let work = task
        .progress()?
        .work
        .as_ref()
        .filter(|work| !work.is_empty())?;
    let job = task.job()?;
    let session = &job.session;
    if work.is_refused() {
        return Some(format!(
            "What it had done could not be taken by git. It is kept on the server, in the working copy of session \
             `{session}`: its operator can look there."
        ));
    }
    let files = count(work.files.len() as u64, "changed file");
    if task.branch_head.as_ref() == Some(&work.head) {
        let branch = &job.branch;
        return Some(format!(
            "What it had done ({files}) is on the branch [`{branch}`](../tree/{branch})."
        ));
    }
    Some(format!(
        "What it had done ({files}) is kept on the server as `{}`: its operator gets it with `skep session {session} \
         --patch`.",
        work.head.short()
    ))
}
