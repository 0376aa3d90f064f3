//! The last thing before an effect leaves: what it says to people names the labels and commands that work here.

use crate::effect::Action;
use crate::vocabulary::Vocabulary;

/// Puts the words of this skep into what people will read. Prompts are left alone: they name neither.
pub(super) fn put(action: &mut Action, words: &Vocabulary) {
    let text = match action {
        Action::ShowStatus(show) => &mut show.body,
        Action::UpsertComment(comment) => &mut comment.body,
        Action::Reply(reply) => &mut reply.body,
        Action::PostAnswer(answer) => &mut answer.body,
        Action::OpenPull(pull) => &mut pull.body,
        Action::DescribePull(pull) => &mut pull.part,
        Action::ReportPullGate(report) => &mut report.summary,
        Action::ReportVerification(report) => &mut report.summary,
        Action::ShowCheck(check) => &mut check.summary,
        Action::React(_)
        | Action::CheckTrigger(_)
        | Action::ShowLabel(_)
        | Action::PrepareWorkspace(_)
        | Action::RunTurn(_)
        | Action::Collect(_)
        | Action::CheckPublish(_)
        | Action::Publish(_)
        | Action::PushEvidence(_)
        | Action::LabelPull(_)
        | Action::RequestReview(_)
        | Action::ReactTo(_)
        | Action::AuthorizeComment(_)
        | Action::Assign(_)
        | Action::SetGoLabel(_)
        | Action::HideComment(_)
        | Action::ReadReview(_)
        | Action::ReadDependencies(_)
        | Action::ReadApprovals(_)
        | Action::ReadWithheld(_)
        | Action::ReadProject(_)
        | Action::ReadOverlaps(_)
        | Action::ReadSprint(_)
        | Action::ReadPullGate(_)
        | Action::Verify(_)
        | Action::RefreshPullRequest(_)
        | Action::CreateIssue(_)
        | Action::Suggest(_)
        | Action::CheckLanded(_)
        | Action::MarkReady(_)
        | Action::DeleteBranch(_)
        | Action::Restack(_)
        | Action::JoinStack(_)
        | Action::Steer(_)
        | Action::OpenHosts(_)
        | Action::ProposePolicy(_)
        | Action::ProposeOnboarding(_)
        | Action::SetTimer(_)
        | Action::CheckAccess(_)
        | Action::Forget(_)
        | Action::EndAgent(_)
        | Action::RemoveWorkspace(_) => return,
    };
    *text = words.spoken(text);
}
