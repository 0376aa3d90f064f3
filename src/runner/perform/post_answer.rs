//! Posts the agent's answer, once.

use crate::core::effect::{PostAnswer, Worth};
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::runner::lease::Lease;
use crate::runner::own_comment::OwnComment;
use crate::runner::performed::Performed;
use crate::runner::scope::Comments;

/// A session answers once, so that its answer is known by the session's name.
pub(super) async fn perform(
    action: &PostAnswer,
    lease: &Lease,
    comments: &Comments<'_>,
) -> Result<Performed, Failure> {
    let (session, issue) = (lease.session()?, lease.place().issue);
    let mark = comments.marker.mark(&format!("answer:{session}"));
    let answer = OwnComment {
        on: issue,
        known: None,
        worth: Worth::High,
        mark: &mark,
        body: &action.body,
    };
    comments.put(lease, &answer).await?;
    Ok(Performed::known(Event::Answered {
        session: session.clone(),
    }))
}
