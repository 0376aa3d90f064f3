//! What is told of a repository's first pull request.

use super::recording::Recording;
use crate::event_name::DomainEvent;
use crate::ids::IssueNumber;
use crate::onboarding::{Onboarding, OnboardingNews};
use crate::task::Task;
use serde_json::json;

/// There is news of it.
pub(super) fn told(on: &mut Recording<'_>, task: &mut Task, news: &OnboardingNews) -> String {
    if task.place.issue != IssueNumber::REPOSITORY {
        return "the first pull request is the repository's own matter".into();
    }
    match (news, &task.onboarding) {
        (OnboardingNews::Wanted, None) if on.cx.policy.issues.is_off(&task.place.name) => {
            "switched off here".into()
        }
        (OnboardingNews::Wanted, None) => {
            task.onboarding = Some(Onboarding::Wanted);
            "the first pull request is to be proposed".into()
        }
        (OnboardingNews::Wanted, Some(_)) => "it was proposed before".into(),
        (OnboardingNews::Done { pull }, Some(Onboarding::Asked)) => {
            let Some(pull) = *pull else {
                task.onboarding = Some(Onboarding::NotNeeded);
                return "the repository has what would be proposed".into();
            };
            task.onboarding = Some(Onboarding::Proposed { pull });
            let details = json!({ "pull": pull });
            on.notes.note(DomainEvent::OnboardingProposed, details);
            "the first pull request is proposed".into()
        }
        (OnboardingNews::Empty, Some(Onboarding::Asked)) => {
            // Whoever pushes makes it be looked at again.
            task.onboarding = None;
            "the repository is empty yet".into()
        }
        (OnboardingNews::Done { .. } | OnboardingNews::Empty, _) => {
            "stale: nobody waits for that pull request".into()
        }
    }
}

/// GitHub did not take it. It is not tried again by itself: nothing depends on it.
pub(super) fn failed(task: &mut Task, say: &str) -> String {
    let say = say.to_owned();
    let reason = format!("the first pull request could not be proposed: {say}");
    task.onboarding = Some(Onboarding::Failed { say });
    reason
}
