//! What a task remembers of the conversation and of its pull request, whatever stage it is in.

use serde::{Deserialize, Serialize};

use crate::agent::ErrorClass;
use crate::command::Priority;
use crate::consent::{PathsApproved, PathsAsked};
use crate::event::ChecksState;
use crate::ids::{CommentId, Sha, TaskKey};
use crate::message::{AgentMessage, MessageKind, Thread};
use crate::question::Question;
use crate::verification::Verification;

/// What people and the agent have to say to each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// What the agent has not heard yet, oldest first.
    #[serde(rename = "words")]
    pub messages: Vec<AgentMessage>,
    /// The questions of the session in hand, oldest first.
    pub questions: Vec<Question>,
    /// How many questions there have been.
    pub asked: u32,
    /// The comments that hold the questions.
    pub batches: Vec<Batch>,
    /// People without write access who were allowed to speak here.
    pub delegates: Vec<String>,
    /// People who were told once that they may not.
    #[serde(rename = "told_off")]
    pub warned: Vec<String>,
    /// Comments that were taken, with GitHub's time of them: none is taken twice.
    #[serde(rename = "taken")]
    pub processed: Vec<(CommentId, i64)>,
    /// Reviews that were read, whatever they said: none is taken twice.
    #[serde(default)]
    pub reviews: Vec<i64>,
    /// How many comments of bots were taken in a row.
    pub bot_rounds: u32,
    /// Whom we assigned, because a question waits for them.
    pub assigned: Option<String>,
    /// The comments of plans that wait for approval.
    pub plan_comment: Option<CommentId>,
    /// The plan that waits for approval.
    #[serde(default)]
    pub plan: Option<Plan>,
    /// Protected paths that wait for somebody's word, or have it and are on their way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paths: Option<Box<PathsAsked>>,
    /// Comments that only led to a hint: an edit of theirs counts.
    #[serde(default, rename = "hinted")]
    pub hinted_comments: Vec<CommentId>,
    /// Whether people were reminded of the open questions.
    pub reminded: bool,
    /// Who was told how to be heard while nobody is at work here.
    #[serde(default)]
    pub told_rest: Vec<String>,
}

/// A plan that waits for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its comment's key.
    pub key: String,
    /// What it says, without how to approve it.
    pub text: String,
}

/// Questions in one comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The comment's key: `question:<first id>`.
    pub key: String,
    /// Their numbers.
    pub questions: Vec<u32>,
    /// The comment, once it is there.
    pub comment: Option<CommentId>,
    /// Who was told that their words decide nothing, and how a decision is written.
    #[serde(default)]
    pub told: Vec<String>,
}

/// What goes on about the pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewState {
    /// How many revisions for failed checks, since a person last spoke.
    #[serde(rename = "check_rounds")]
    pub fix_attempts: u32,
    /// How many revisions in all.
    pub rounds: u32,
    /// The head whose checks were judged last.
    pub judged: Option<Sha>,
    /// The base's head that was last found in conflict and handed to the agent.
    pub conflict: Option<Sha>,
    /// The head a person pushed last.
    pub theirs: Option<Sha>,
    /// What a person has to look at, when there is something.
    pub needs: Option<String>,
    /// Why the turn that made what is there did not finish, when it did not; the pull request stays a draft then.
    #[serde(default)]
    pub unfinished: Option<ErrorClass>,
    /// Threads that wait for an answer with the revision's end.
    pub threads: Vec<Thread>,
    /// What the checks came to, for people.
    pub checks: Option<ChecksState>,
    /// How many times it was looked at again for checks that were not over.
    pub looks: u32,
    /// When it is looked at again, epoch milliseconds.
    pub look_at: Option<i64>,
    /// A person switched the agent off: it mends nothing by itself until somebody sends it back to work.
    #[serde(default, rename = "resting")]
    pub auto_fix_off: bool,
    /// Whether the branch conflicts with its base, as it was last seen.
    #[serde(default)]
    pub conflicts: bool,
    /// Whether the issue is closed, as it was last seen: then the agent does not work on its pull request.
    #[serde(default)]
    pub issue_closed: bool,
    /// The owner took the repository away: nobody can be sent back to work on the pull request until GitHub tells of it again.
    #[serde(default)]
    pub taken_away: bool,
    /// What the revision in hand is for.
    #[serde(default)]
    pub heard: Heard,
    /// What the server itself saw of the head, or is about to see.
    #[serde(default)]
    pub verification: Option<Box<Verification>>,
    /// Who is asked for a review again once the head is verified.
    #[serde(default)]
    pub ask_again: Vec<String>,
    /// What the agent said of each piece of work on the branch, oldest first: the first work, then its revisions.
    #[serde(default)]
    pub told: Vec<Told>,
    /// Protected paths on the branch that somebody let through, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_paths: Vec<PathsApproved>,
}

impl ReviewState {
    /// A person's word counts anew what the agent may try by itself.
    pub fn a_person_spoke(&mut self) {
        self.fix_attempts = 0;
        self.conflict = None;
        self.needs = None;
        self.auto_fix_off = false;
        if let Some(verification) = &mut self.verification {
            verification.a_person_spoke();
        }
    }
}

impl Conversation {
    /// The questions nobody has answered yet, oldest first.
    pub fn open(&self) -> impl Iterator<Item = &Question> {
        self.questions
            .iter()
            .filter(|question| question.answer.is_none())
    }

    /// Whether the agent has something to hear that came since it last heard people; while questions are open, the answer
    /// to one of several is no news by itself.
    pub fn news(&self) -> impl Iterator<Item = &AgentMessage> {
        let open = self.open().next().is_some();
        self.messages.iter().filter(move |message| {
            let answers = matches!(message.kind, MessageKind::Answer { .. });
            !(message.heard || message.sending || open && answers)
        })
    }
}

/// What a revision is for: filled with what its agent hears, emptied at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Whose reviews.
    pub reviewers: Vec<String>,
    /// Who else said something.
    pub people: Vec<String>,
    /// A conflict with the base, and nothing else so far.
    pub conflict: bool,
}

impl Heard {
    /// Everybody it is for, each once.
    pub fn everybody(&self) -> Vec<String> {
        let mut all = self.reviewers.clone();
        all.extend(
            self.people
                .iter()
                .filter(|login| !self.reviewers.contains(login))
                .cloned(),
        );
        all
    }
}

/// What the agent said of its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The work's last commit.
    pub head: Sha,
    /// The words, bounded.
    pub text: String,
}

/// What people wish for by command, for the next session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOptions {
    /// A role, instead of the labels'.
    pub role: Option<String>,
    /// Roles that are looked for in the repository before one is wished for.
    #[serde(default)]
    pub looking_for: Vec<String>,
    /// An agent, instead of the role's.
    pub agent: Option<String>,
    /// A base branch, instead of what the issue says.
    #[serde(default)]
    pub base: Option<String>,
    /// Where in the queue.
    pub priority: Option<Priority>,
    /// A plan first.
    pub plan: bool,
    /// Only an answer to this, in words.
    pub answer: Option<String>,
    /// From what an earlier session left, instead of from the base.
    pub again: bool,
    /// Without anything that others did on our branch.
    #[serde(default)]
    pub fresh: bool,
    /// Who agreed to the next start, where somebody has to.
    #[serde(default)]
    pub approved_by: Option<String>,
    /// The sprint that asked for the next start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sprint: Option<TaskKey>,
}

impl RunOptions {
    /// What was wished for one start alone is over with it.
    pub fn drop_start(&mut self) {
        (self.plan, self.answer, self.again, self.fresh) = (false, None, false, false);
        self.approved_by = None;
        self.sprint = None;
    }
}
