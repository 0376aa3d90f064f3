//! From the core's values to the store's rows.

use serde_json::json;

use super::error::EngineError;
use crate::core::actor::Actor;
use crate::core::command::Priority;
use crate::core::decide::{Noted, Planned};
use crate::core::effect::{self, Action, Effect, Reaction, Worth};
use crate::core::event_name::DomainEvent;
use crate::core::ids::InstallationId;
use crate::core::location::Place;
use crate::core::outcome::PullOutcome;
use crate::core::policy::Limits;
use crate::core::schedule::Standing;
use crate::core::session::SessionRecord;
use crate::core::task::{Stage, Task};
use crate::store::{InboxRow, NewEffect, NewEvent, OutcomeRow, SessionRow, TaskRow, Waits};

pub(super) fn text<T: serde::Serialize>(what: &str, value: &T) -> Result<String, EngineError> {
    serde_json::to_string(value).map_err(|source| EngineError::Unreadable {
        what: what.to_owned(),
        source,
    })
}

/// The task's row.
pub(super) fn task(task: &Task, now: i64) -> Result<TaskRow, EngineError> {
    let queued_at = match &task.stage {
        Stage::Queued { job, .. } => Some(job.queued_at),
        _ => None,
    };
    Ok(TaskRow {
        key: task.key(),
        version: 0,
        state: task.state().to_owned(),
        priority: match task.priority() {
            Priority::High => 1,
            Priority::Medium => 0,
            Priority::Low => -1,
        },
        queued_at,
        installation: task.place.installation,
        waits: waits(task)?,
        body: text("a task", task)?,
        updated_at: now,
    })
}

/// What the schedule is made of at the next start, while the task is queued.
fn waits(task: &Task) -> Result<Option<Waits>, EngineError> {
    Ok(match task.standing(task, 0) {
        Standing::Queued(queued) => Some(Waits {
            role: queued.role,
            agents: text("the agents of a task", &queued.agents)?,
            person: queued.person.map(|person| person.0),
            held: false,
        }),
        Standing::Held => Some(Waits {
            held: true,
            ..Waits::default()
        }),
        Standing::Live(_) | Standing::Away => None,
    })
}

/// The session's row.
pub(super) fn session(task: &Task, record: &SessionRecord) -> Result<SessionRow, EngineError> {
    let work = task.progress().and_then(|progress| progress.work.as_ref());
    let (base, head) = (work.map(|work| &work.base), work.map(|work| &work.head));
    let person = match task.job().map(|job| &job.actor) {
        Some(Actor::Person(account)) => Some(account.id),
        Some(Actor::Operator) | None => None,
    };
    let body = json!({
        "repository": task.place.name, "issue": task.place.issue, "pull": task.pull, "story": task.timeline, "base": base, "head": head,
        "worked_ms": task.job().map(|job| job.worked_ms),
        "usage": record.usage,
    });
    Ok(SessionRow {
        id: record.id.clone(),
        task: task.key(),
        number: i64::from(record.number),
        state: record.state.name().to_owned(),
        live: record.state.holds_slot(),
        role: record.role.clone(),
        agent: record.agent.clone(),
        stop: record.stop.clone(),
        branch: Some(record.branch.to_string()),
        pull: record.pull,
        created_at: record.created_at,
        started_at: record.started_at,
        ended_at: record.ended_at,
        person: person.map(|person| person.0),
        body: text("a session", &body)?,
    })
}

/// The ledger's row of a pull request.
pub(super) fn outcome(task: &Task, outcome: &PullOutcome) -> OutcomeRow {
    let most = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (tokens, cost) = (outcome.spent.all_tokens(), outcome.spent.cost);
    OutcomeRow {
        repository: task.place.repository,
        pull: outcome.pull,
        name: task.place.name.to_string(),
        issue: task.place.issue.0,
        session: outcome.session.to_string(),
        role: outcome.role.clone(),
        agent: outcome.agent.clone(),
        became: outcome.became().name().to_owned(),
        rounds: i64::from(outcome.rounds),
        tokens: (most(tokens.amount), tokens.more),
        cost: (most(cost.amount), cost.more, cost.less),
        worked_ms: outcome.spent.worked_ms,
        queued_at: outcome.queued_at,
        opened_at: outcome.opened_at,
        over_at: outcome.over_at,
    }
}

/// An event's row.
pub(super) fn event(noted: &Noted, task: &Task, row: &InboxRow, now: i64) -> NewEvent {
    NewEvent {
        at: now,
        name: noted.happening.name().to_owned(),
        task: Some(task.key()),
        repository: Some(task.place.name.to_string()),
        issue: Some(task.place.issue.0),
        session: noted.session.clone(),
        delivery: Some(row.id.clone()),
        body: noted.details.to_string(),
    }
}

/// The event of a delivery.
pub(super) fn delivery(
    row: &InboxRow,
    happening: DomainEvent,
    place: Option<&Place>,
    reason: &str,
) -> NewEvent {
    let guid = row.id.strip_prefix("webhook:").unwrap_or(&row.id);
    NewEvent {
        at: row.received_at,
        name: happening.name().to_owned(),
        task: place.map(Place::task),
        repository: place.map(|place| place.name.to_string()),
        issue: place.map(|place| place.issue.0),
        session: None,
        delivery: Some(row.id.clone()),
        body: json!({ "delivery": guid, "webhook": row.name, "reason": reason }).to_string(),
    }
}

/// An effect's row.
pub(super) fn effect(
    planned: &Planned,
    id: String,
    limits: &Limits,
    now: i64,
) -> Result<NewEffect, EngineError> {
    let effect = &planned.effect;
    let task = effect.place.task();
    let (lane, serial, rank) = lane(effect);
    Ok(NewEffect {
        id,
        task: Some(task),
        session: effect.session.clone(),
        kind: effect.kind().name().to_owned(),
        lane,
        serial,
        rank,
        content: effect.action.creates().is_some(),
        coalesce: match &effect.action {
            Action::ShowStatus(_) => Some(format!("status:{task}")),
            Action::ShowLabel(_) => Some(format!("label:{task}")),
            Action::ShowCheck(effect::ShowCheck { head, .. }) => {
                Some(format!("check:{task}:{head}"))
            }
            Action::UpsertComment(effect::UpsertComment { key, .. }) => {
                Some(format!("say:{task}:{key}"))
            }
            Action::RefreshPullRequest(_) => Some(format!("look:{task}")),
            Action::ReadPullGate(_) => Some(format!("gate:{task}")),
            Action::ReportPullGate(_) => Some(format!("gate-report:{task}")),
            Action::Verify(_) => Some(format!("verify:{task}")),
            Action::ReportVerification(effect::ReportVerification { head, .. }) => {
                Some(format!("verify-report:{task}:{head}"))
            }
            Action::DescribePull(effect::DescribePull { pull, .. }) => {
                Some(format!("describe:{task}:{pull}"))
            }
            Action::CheckLanded(effect::CheckLanded { pull, .. }) => {
                Some(format!("landed:{task}:{pull}"))
            }
            Action::ReadDependencies(_) => Some(format!("depend:{task}")),
            Action::ReadOverlaps(_) => Some(format!("overlap:{task}")),
            Action::ReadApprovals(_) => Some(format!("approvals:{task}")),
            Action::ReadWithheld(_) => Some(format!("withheld:{task}")),
            Action::ReadProject(_) => Some(format!("project:{task}")),
            Action::ReadSprint(_) => Some(format!("sprint:{task}")),
            Action::JoinStack(effect::JoinStack { pull, .. }) => {
                Some(format!("stack:{task}:{pull}"))
            }
            Action::Forget(_) => Some(format!("forget:{}", effect.place.repository)),
            Action::SetGoLabel(_) => Some(format!("switch:{task}")),
            // Later news of a comment takes the place of earlier ones that had trouble; a receipt stays beside it.
            Action::ReactTo(effect::ReactTo {
                comment, reaction, ..
            }) => Some(format!(
                "react:{task}:{comment}:{}",
                *reaction == Reaction::ThumbsUp
            )),
            _ => None,
        },
        not_before: planned.not_before,
        max_attempts: attempts(effect, limits),
        body: text("an effect", effect)?,
        created_at: now,
    })
}

/// The lane of changes on GitHub begins so; the installation follows.
const GITHUB: &str = "github:";

/// The installation whose changes wait in a lane.
pub fn lane_installation(lane: &str) -> Option<InstallationId> {
    lane.strip_prefix(GITHUB)?.parse().ok().map(InstallationId)
}

/// What goes first among the changes of an installation: all of them wait in one lane, because GitHub wants one change after the
/// other, and content waits besides for its minute and its hour.
///
/// - Receipts cost no content, and without them nobody knows that they were seen.
/// - A question stops an agent until a person has read it, and a failure stops the work: each minute it waits is lost twice.
/// - An answer ends somebody's wait.
/// - A pull request is what all is for, but its review begins later in any case, and it must not be lost behind what is only
///   nice to have.
/// - The rest is upkeep. A first status comment goes before the edits of those that are there: it may be posted only now and
///   then, and those edits would never leave it a gap.
mod rank {
    pub(super) const RECEIPT: i64 = 0;
    pub(super) const NEEDED: i64 = 1;
    pub(super) const ANSWER: i64 = 2;
    pub(super) const PULL: i64 = 3;
    pub(super) const PULL_UPKEEP: i64 = 4;
    pub(super) const FIRST_STATUS: i64 = 5;
    pub(super) const STATUS: i64 = 6;
    pub(super) const TIDY: i64 = 7;
}

/// What a creation was worth, by its rank in the outbox.
pub fn worth_of_rank(rank: i64) -> Worth {
    match rank {
        rank::FIRST_STATUS => Worth::Low,
        _ => Worth::High,
    }
}

/// Where an effect waits its turn, whether its lane goes one by one, and its rank there. Reactions have a lane and a pace of their
/// own: a label is answered at once, whatever else waits for GitHub's limits.
fn lane(effect: &Effect) -> (String, bool, i64) {
    let installation = effect.place.installation;
    let github = |rank| (format!("{GITHUB}{installation}"), true, rank);
    let reactions = |rank| (format!("reactions:{installation}"), true, rank);
    match &effect.action {
        Action::React(effect::React {
            reaction: Reaction::Eyes,
            ..
        })
        | Action::ReactTo(_) => reactions(rank::RECEIPT),
        Action::React(_) => reactions(rank::TIDY),
        Action::ShowLabel(_) | Action::SetGoLabel(_) => github(rank::RECEIPT),
        // Whom it waits for is assigned beside each question: that is what GitHub's own list shows them.
        Action::UpsertComment(_) | Action::Assign(_) => github(rank::NEEDED),
        Action::PostAnswer(_) | Action::Reply(_) => github(rank::ANSWER),
        Action::OpenPull(_) | Action::MarkReady(_) | Action::RequestReview(_) => github(rank::PULL),
        Action::LabelPull(_)
        | Action::DescribePull(_)
        | Action::CreateIssue(_)
        | Action::ProposePolicy(_)
        | Action::ProposeOnboarding(_)
        | Action::Suggest(_)
        | Action::JoinStack(_)
        | Action::ReportPullGate(_)
        | Action::ReportVerification(_)
        | Action::ShowCheck(_) => github(rank::PULL_UPKEEP),
        Action::ShowStatus(_) => github(match effect.action.creates() {
            Some(Worth::High) => rank::NEEDED,
            Some(Worth::Low) => rank::FIRST_STATUS,
            None => rank::STATUS,
        }),
        Action::HideComment(_) => github(rank::TIDY),
        Action::CheckTrigger(_)
        | Action::CheckPublish(_)
        | Action::ReadReview(_)
        | Action::RefreshPullRequest(_)
        | Action::CheckLanded(_)
        | Action::CheckAccess(_)
        | Action::ReadDependencies(_)
        | Action::ReadApprovals(_)
        | Action::ReadWithheld(_)
        | Action::ReadProject(_)
        | Action::ReadOverlaps(_) => ("read".into(), false, 1),
        // The last reading has to be the last that is heard.
        Action::ReadSprint(_) => (format!("sprint:{}", effect.place.task()), true, 1),
        Action::ReadPullGate(_) => (format!("gate:{}", effect.place.task()), true, 1),
        // What people say of one issue counts in the order in which they said it.
        Action::AuthorizeComment(_) => (format!("heard:{}", effect.place.task()), true, 1),
        Action::PrepareWorkspace(_)
        | Action::Collect(_)
        | Action::Publish(_)
        | Action::PushEvidence(_)
        | Action::Restack(_) => ("git".into(), false, 1),
        Action::RunTurn(_) | Action::EndAgent(_) | Action::Steer(_) | Action::OpenHosts(_) => {
            ("agent".into(), false, 1)
        }
        // The next head of a task is looked at when nothing of the one before is left.
        Action::Verify(_) => (format!("verify:{}", effect.place.task()), true, 1),
        Action::SetTimer(_) => ("clock".into(), false, 1),
        Action::RemoveWorkspace(_) | Action::DeleteBranch(_) | Action::Forget(_) => {
            ("tidy".into(), false, 5)
        }
    }
}

/// How often an effect is tried. A turn counts every restart of the service as a try, so it has more.
fn attempts(effect: &Effect, limits: &Limits) -> i64 {
    match &effect.action {
        Action::PrepareWorkspace(_) => limits.start_attempts,
        Action::RunTurn(_) => limits.start_attempts.max(20),
        _ => limits.effect_attempts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::effect::{React, ShowStatus};
    use crate::core::ids::{CommentId, IssueNumber, RepositoryId};
    use crate::core::location::Place;

    fn lane_of(action: impl Into<Action>) -> (String, bool, i64) {
        lane(&Effect {
            place: Place {
                installation: InstallationId(7),
                repository: RepositoryId(1),
                name: "octo/skep".parse().expect("a name"),
                issue: IssueNumber(1),
            },
            session: None,
            action: action.into(),
        })
    }

    fn status(comment: Option<CommentId>, worth: Worth) -> ShowStatus {
        ShowStatus {
            comment,
            body: String::new(),
            worth,
        }
    }

    fn react(reaction: Reaction) -> React {
        React {
            reaction,
            instead_of: None,
        }
    }

    /// A status comment that waits for a minute's limit holds its lane meanwhile.
    #[test]
    fn a_reaction_waits_behind_nothing_but_reactions() {
        let (receipt, later) = (
            lane_of(react(Reaction::Eyes)),
            lane_of(react(Reaction::Rocket)),
        );
        let status = lane_of(status(None, Worth::Low));
        assert_eq!((&receipt.0, receipt.1), (&later.0, true));
        assert!(receipt.2 < later.2, "in the order of an issue's life");
        assert_ne!(receipt.0, status.0);
        assert_eq!(
            lane_installation(&receipt.0),
            None,
            "they create no content"
        );
        assert_eq!(lane_installation(&status.0), Some(InstallationId(7)));
    }

    #[test]
    fn what_people_miss_most_goes_first() {
        let comment = |comment| effect::UpsertComment {
            on: IssueNumber(1),
            key: "question:1".into(),
            comment,
            body: String::new(),
        };
        let reply = effect::Reply {
            pull: 2,
            to: 3,
            key: "k".into(),
            body: String::new(),
            resolve: None,
        };
        let pull = effect::OpenPull {
            branch: "agent/1-x".parse().expect("a branch of ours"),
            base_branch: "main".into(),
            title: String::new(),
            body: String::new(),
            recorded: None,
        };
        let described = effect::DescribePull {
            pull: 2,
            part: String::new(),
            recorded: None,
        };
        let (posted, edited) = (Some(Worth::High), None);
        // In the order in which they go; what one row creates beside its rank.
        let table: [(&str, Action, Option<Worth>); 13] = [
            ("label", effect::ShowLabel { label: None }.into(), edited),
            ("switch", effect::SetGoLabel { on: true }.into(), edited),
            ("question", comment(None).into(), posted),
            (
                "edited question",
                comment(Some(CommentId(5))).into(),
                edited,
            ),
            (
                "assignee",
                effect::Assign {
                    login: "ana".into(),
                    on: true,
                }
                .into(),
                edited,
            ),
            (
                "status that tells of a failure",
                status(None, Worth::High).into(),
                posted,
            ),
            (
                "answer",
                effect::PostAnswer {
                    body: String::new(),
                }
                .into(),
                posted,
            ),
            ("reply", reply.into(), posted),
            ("pull request", pull.into(), posted),
            ("its text", described.into(), edited),
            (
                "first status",
                status(None, Worth::Low).into(),
                Some(Worth::Low),
            ),
            (
                "edited status",
                status(Some(CommentId(4)), Worth::Low).into(),
                edited,
            ),
            (
                "out of date",
                effect::HideComment {
                    comment: CommentId(4),
                }
                .into(),
                edited,
            ),
        ];
        let ranks: Vec<(&str, i64, Option<Worth>)> = table
            .into_iter()
            .map(|(name, action, creates)| {
                assert_eq!(action.creates(), creates, "{name}");
                let (lane, serial, rank) = lane_of(action);
                assert_eq!((lane.as_str(), serial), ("github:7", true), "{name}");
                (name, rank, creates)
            })
            .collect();
        assert!(ranks.is_sorted_by_key(|(_, rank, _)| *rank), "{ranks:?}");
        let distinct: std::collections::BTreeSet<i64> =
            ranks.iter().map(|(_, rank, _)| *rank).collect();
        assert_eq!(distinct.len(), 8, "{ranks:?}");
        for (name, rank, creates) in ranks
            .into_iter()
            .filter(|(_, _, creates)| creates.is_some())
        {
            assert_eq!(Some(worth_of_rank(rank)), creates, "{name}");
        }
    }
}
