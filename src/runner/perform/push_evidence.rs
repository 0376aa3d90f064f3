//! Brings what an agent handed in to its branch. It is made anew each time and is the same each time; what is there already is done.

use crate::core::effect::PushEvidence;
use crate::core::event::Event;
use crate::core::evidence_file::{EvidenceNews, Pushed};
use crate::core::failure::Failure;
use crate::core::text::evidence_file as says;
use crate::git::{Published, Push};
use crate::github::Purpose;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::remote::AuthenticatedRemote;
use crate::runner::scope::Remotes;

/// Somebody else's branch of that name is left alone.
pub(super) async fn perform(
    action: &PushEvidence,
    lease: &Lease,
    remotes: Remotes<'_>,
) -> Result<Performed, Failure> {
    let (git, place) = (remotes.git, lease.place());
    let commit = git.evidence_commit(place.repository, action).await?;
    let push = &Push {
        branch: action.branch.clone(),
        head: commit.clone(),
        expected: action.expected.clone(),
    };
    let mut remote = AuthenticatedRemote::open(remotes.github, place, Purpose::Push).await?;
    let published = remote
        .ask(|remote| async move { git.publish(&remote, push).await })
        .await;
    remote.hang_up().await;
    match published? {
        Published::Pushed | Published::Already => {}
        Published::Moved { .. } => return Err(Failure::refused(says::MOVED)),
    }
    let (web, name) = (remotes.github.web_page(), &place.name);
    Ok(Performed::known(Event::Evidence(Box::new(
        EvidenceNews::Pushed(Pushed {
            page: format!("{web}/{name}/blob/{commit}"),
            commit,
            files: action.files.len(),
        }),
    ))))
}
