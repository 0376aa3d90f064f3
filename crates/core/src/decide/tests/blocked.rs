//! A host that was refused: asked about once, opened by whoever may write and by nobody else, and never a reason to wait.

use super::events::{facts, labeled, policy, refused, session, weighed};
use super::{decide, stages, walk};
use crate::actor::Permission;
use crate::blocked::{KEY, Proposal};
use crate::effect::{Action, OpenHosts, ProposePolicy, UpsertComment};
use crate::event::{Event, Looked, PolicyProposed};
use crate::ids::IssueNumber;
use crate::repository_policy::{Found, RepositoryPolicy, Wrong};
use crate::task::{Stage, Task};

const HOST: &str = "files.example.com:443";

fn running() -> Task {
    let running = stages().into_iter().find(|(name, _)| *name == "running");
    running.expect("a stage").1
}

/// What a task does about hosts with an event: the comment, and what is opened.
fn hear(task: &mut Task, event: &Event) -> (Vec<String>, Vec<String>) {
    let decision = decide(task, event, &policy(), 50_000);
    let (mut said, mut opened) = (vec![], vec![]);
    for effect in decision.effects {
        match effect.effect.action {
            Action::UpsertComment(UpsertComment { key, body, .. }) if key == KEY => said.push(body),
            Action::OpenHosts(OpenHosts { hosts }) => {
                assert_eq!(effect.effect.session, Some(session(1)));
                opened.extend(hosts);
            }
            _ => {}
        }
    }
    *task = decision.task;
    (said, opened)
}

#[test]
fn people_are_asked_once_and_the_session_goes_on() {
    let mut task = running();
    let (said, _) = hear(&mut task, &refused(false));
    assert!(said[0].contains("### 1 · `files.example.com:443` while at `npm install`"));
    assert!(matches!(task.stage, Stage::Working { .. }));
    assert_eq!(hear(&mut task, &refused(false)).0, Vec::<String>::new());
    // What nobody does by mistake is no question.
    assert_eq!(hear(&mut task, &refused(true)).0, Vec::<String>::new());
    let stored = serde_json::to_string(&task).expect("json");
    let mut again: Task = serde_json::from_str(&stored).expect("a task");
    assert_eq!(hear(&mut again, &refused(false)).0, Vec::<String>::new());
}

#[test]
fn only_whoever_may_write_opens_it() {
    let mut task = running();
    hear(&mut task, &refused(false));
    for permission in [Permission::None, Permission::Read, Permission::Triage] {
        assert_eq!(
            hear(&mut task, &weighed(700, "1", permission)).1,
            Vec::<String>::new()
        );
        assert!(task.grants().is_empty(), "{permission:?}");
    }
    let (said, opened) = hear(&mut task, &weighed(701, "1a", Permission::Write));
    assert_eq!(opened, [HOST]);
    assert!(said[0].contains("Decided by `ana`."), "{}", said[0]);
    assert_eq!(task.grants().egress, [HOST]);
}

#[test]
fn what_is_wanted_for_every_issue_is_open_here_and_proposed_once() {
    let mut task = running();
    hear(&mut task, &refused(false));
    let planned = |task: &Task, event: &Event| -> Vec<ProposePolicy> {
        let decision = decide(task, event, &policy(), 50_000);
        let actions = decision.effects.into_iter().map(|one| one.effect.action);
        let proposals = actions.filter_map(|action| match action {
            Action::ProposePolicy(action) => Some(action),
            _ => None,
        });
        proposals.collect()
    };
    for permission in [Permission::None, Permission::Read, Permission::Triage] {
        let asked = weighed(700, "1c", permission);
        assert!(planned(&task, &asked).is_empty(), "{permission:?}");
    }
    assert!(planned(&task, &weighed(700, "1a", Permission::Write)).is_empty());
    let wanted = weighed(701, "1c", Permission::Write);
    let proposals = planned(&task, &wanted);
    let [proposal] = &proposals[..] else {
        panic!("{proposals:?}");
    };
    assert_eq!(proposal.hosts, [HOST]);
    assert_eq!(proposal.title, "Let agents reach files.example.com:443");
    insta::assert_snapshot!(proposal.body, @r"
    Every session in this repository could reach these, whoever labels its issue:

    - `files.example.com:443`, asked for while at `npm install`, proposed by `ana`

    This changes `egress_allow` in `.github/skep.toml` and nothing else. Merge it if all agents here may send and fetch what they like there; close it if not. For #12 they are open in any case.
    ");
    let (said, opened) = hear(&mut task, &wanted);
    assert_eq!((opened, said.len()), (vec![HOST.to_owned()], 1));
    assert!(planned(&task, &weighed(702, "1c", Permission::Write)).is_empty());
    let told = |came| {
        let hosts = vec![HOST.to_owned()];
        Event::Looked(Looked::Policy(PolicyProposed { hosts, came }))
    };
    let number = IssueNumber(30);
    for (came, line) in [
        (
            Proposal::Pull { number },
            "Proposed for every issue by #30.",
        ),
        (Proposal::There, "opens it for every issue already."),
        (Proposal::Unreadable, "Mend it, and add the host"),
        (
            Proposal::Failed,
            "To do it yourself, add it to `egress_allow`",
        ),
    ] {
        let (said, _) = hear(&mut task.clone(), &told(came));
        assert!(said[0].contains(line), "{}", said[0]);
    }
}

#[test]
fn a_no_is_for_good_and_opens_nothing() {
    let mut task = running();
    hear(&mut task, &refused(false));
    let (_, opened) = hear(&mut task, &weighed(700, "2", Permission::Write));
    assert!(opened.is_empty() && task.grants().is_empty());
    hear(&mut task, &weighed(701, "1a", Permission::Write));
    assert!(task.grants().is_empty());
    assert_eq!(hear(&mut task, &refused(false)).0, Vec::<String>::new());
}

#[test]
fn a_session_that_is_over_is_not_begun_by_an_answer() {
    for (name, mut task) in stages() {
        hear(&mut task, &refused(false));
        let number = task.blocked.hosts[0].question;
        let before = std::mem::discriminant(&task.stage);
        let over = matches!(task.stage, Stage::Ended { .. } | Stage::Idle);
        hear(
            &mut task,
            &weighed(700, &format!("{number}a"), Permission::Write),
        );
        assert!(task.blocked.allowed().eq([HOST]), "{name}");
        assert!(
            !over || std::mem::discriminant(&task.stage) == before,
            "{name}"
        );
    }
}

/// What a repository's policy says is recorded with the trigger, and its mistakes are told once.
#[test]
fn a_policy_is_recorded_and_its_mistakes_are_told_once() {
    let found = |state: &str| {
        let mut wrong = Wrong::new(state, &[]);
        wrong.mistakes = vec![".github/skep.toml:1: x: there is no such key.".into()];
        wrong.tell = true;
        let holds = RepositoryPolicy {
            protected: vec!["infra/**".into()],
            ..RepositoryPolicy::default()
        };
        Some(Box::new(Found {
            holds,
            wrong: Some(wrong),
        }))
    };
    let told = |task: &Task, event: &Event| {
        let decision = decide(task, event, &policy(), 50_000);
        let keys = decision
            .effects
            .into_iter()
            .filter_map(|effect| match effect.effect.action {
                Action::UpsertComment(UpsertComment { key, .. }) if key.starts_with("policy:") => {
                    Some(key)
                }
                _ => None,
            });
        (keys.collect::<Vec<_>>(), decision.task)
    };
    let checking = walk(&[labeled(10)]);
    let (keys, task) = told(&checking, &facts(|facts| facts.policy = found("one")));
    assert_eq!(keys, ["policy:one"]);
    assert!(task.policy.protects("infra/x"));
    let (keys, task) = told(&task, &facts(|facts| facts.policy = found("one")));
    assert_eq!(keys, Vec::<String>::new());
    let (keys, _) = told(&task, &facts(|facts| facts.policy = found("two")));
    assert_eq!(keys, ["policy:two"]);
}
