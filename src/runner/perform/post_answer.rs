//! Posts the agent's answer, once.

use crate::core::effect::PostAnswer;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::github::At;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Comments;

/// Looks for it first, unless nobody can have posted it yet.
pub(super) async fn perform(
    action: &PostAnswer,
    lease: &Lease,
    comments: &Comments<'_>,
) -> Result<Performed, Failure> {
    let (session, issue) = (lease.session()?, lease.place().issue);
    let mark = comments
        .marker
        .mark(&format!("answer:{session}:{}", lease.id()));
    let there = match lease.is_first_try() {
        true => None,
        false => comments.find(lease, issue, &mark).await?,
    };
    if there.is_none() {
        let text = format!("{}\n{mark}", action.body);
        comments
            .github
            .create_comment(&At::of(lease.place()), issue, &text)
            .await?;
    }
    Ok(Performed::known(Event::Answered {
        session: session.clone(),
    }))
}
