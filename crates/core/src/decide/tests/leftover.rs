//! Single decisions that no story shows as exactly.

use super::events::*;
use super::pulls::looked;
use super::{decide, stages, walk};
use crate::actor::Permission;
use crate::agent::ErrorClass;
use crate::effect::{self, Action, EffectKind};
use crate::event::{Asking, Event, Wait};
use crate::ids::CommentId;
use crate::question::{Asked, By};
use crate::task::{BlockReason, End, Stage, Task};

fn stage(name: &str) -> Task {
    stages()
        .into_iter()
        .find(|(other, _)| *other == name)
        .expect("a stage")
        .1
}

/// An agent that finishes although its question is open has taken it back; what it asks anew in the same turn stays.
#[test]
fn only_what_it_was_told_is_open_is_taken_back_by_finishing() {
    let ended = decide(
        &stage("finished while it asks"),
        &turn("Done.", None),
        &policy(),
        60_000,
    );
    assert_eq!(
        ended.task.conversation.questions[0]
            .answer
            .as_ref()
            .map(|answer| &answer.by),
        Some(&By::Agent)
    );
    assert_eq!(
        (ended.task.state(), ended.reason.as_str()),
        ("working", "the turn is over; git decides")
    );
    // Whoever answers now hears that it is too late.
    let late = decide(
        &ended.task,
        &weighed(501, "2", Permission::Write),
        &policy(),
        61_000,
    );
    let told = |planned: &super::super::Planned| match &planned.effect.action {
        Action::UpsertComment(effect::UpsertComment { body, .. }) => {
            body.contains("went on without an answer to that question")
        }
        _ => false,
    };
    assert!(late.effects.iter().any(told), "{late:?}");
    let another = Asked {
        text: "Which side?".into(),
        options: vec![],
        default: None,
        deadline_ms: None,
    };
    let again = Event::Asked {
        session: session(1),
        asked: vec![another],
    };
    let asked = decide(&stage("finished while it asks"), &again, &policy(), 60_000).task;
    let ended = decide(&asked, &turn("Done.", None), &policy(), 61_000).task;
    let open: Vec<&str> = ended
        .open_questions()
        .map(|question| question.text.as_str())
        .collect();
    assert_eq!((ended.state(), open), ("needs-you", vec!["Which side?"]));
    // The same question in other spacing is the same question.
    let asked = decide(
        &stage("told what decides nothing"),
        &asks(),
        &policy(),
        60_000,
    )
    .task;
    assert_eq!(asked.conversation.questions.len(), 1);
}

/// Whoever finishes in the turn in which it asks wants to hear the answer; so does an agent that merely ends its turn.
#[test]
fn what_was_just_asked_is_not_taken_back() {
    let finished = Event::Finished {
        session: session(1),
        finished: Default::default(),
    };
    let asking = decide(&stage("asking"), &finished, &policy(), 60_000).task;
    assert_eq!(
        decide(&asking, &turn("Asked.", None), &policy(), 61_000)
            .task
            .state(),
        "needs-you"
    );
    let told = stage("told what decides nothing");
    assert_eq!(
        decide(&told, &turn("I wait.", None), &policy(), 61_000)
            .task
            .state(),
        "needs-you"
    );
}

/// The session is over before its question was posted: the comment that is still on its way asks nobody any more.
#[test]
fn a_question_on_its_way_at_the_end_is_no_longer_asked() {
    let crashed = Event::TurnFailed {
        session: session(1),
        class: ErrorClass::Crash,
        say: "the agent crashed.".into(),
        tail: vec![],
        usage: Default::default(),
    };
    let over = decide(&stage("asking"), &crashed, &policy(), 60_000);
    let said = over
        .effects
        .iter()
        .filter_map(|planned| match &planned.effect.action {
            Action::UpsertComment(effect::UpsertComment { key, body, .. })
                if key == "question:1" =>
            {
                Some(body.as_str())
            }
            _ => None,
        });
    let said: Vec<&str> = said.collect();
    assert!(
        matches!(said[..], [body] if body.starts_with("**No longer asked**")),
        "{said:?}"
    );
}

#[test]
fn a_draft_whose_last_turn_did_not_finish_stays_one_however_green() {
    let mut review = stage("in review");
    let ready = |task: &Task| {
        let decision = decide(task, &looked(|_| ()), &policy(), 60_000);
        decision
            .effects
            .iter()
            .any(|planned| planned.effect.kind() == EffectKind::MarkReady)
    };
    assert!(ready(&review));
    review.review.unfinished = Some(ErrorClass::MaxTokens);
    assert!(!ready(&review));
}

/// A time that the error names counts; one that is more than a week away is no wait but an end.
#[test]
fn a_failed_model_is_asked_again_when_its_error_says() {
    let running = stage("running");
    let after = |error: &str| {
        decide(
            &running,
            &turn(error, Some(ErrorClass::RateLimit)),
            &policy(),
            60_000,
        )
        .task
    };
    let until = |task: &Task| match task.stage {
        Stage::Blocked {
            reason: BlockReason::Later { until, .. },
            ..
        } => Some(until - 60_000),
        _ => None,
    };
    assert_eq!(
        until(&after("Error: 429, please try again in 20s")),
        Some(21_000)
    );
    // Each a little later than the other: up to a fifth.
    let pause = policy().limits.model_retry_ms;
    let ours = until(&after("Error: 429"));
    assert!(
        ours.is_some_and(|ours| (pause + 1..pause * 6 / 5).contains(&ours)),
        "{ours:?}"
    );
    let failed = Event::TurnFailed {
        session: session(1),
        class: ErrorClass::RateLimit,
        say: "429: retry after 120 seconds.".into(),
        tail: vec![],
        usage: Default::default(),
    };
    assert_eq!(
        until(&decide(&running, &failed, &policy(), 60_000).task),
        Some(121_000)
    );
    let later = Event::TurnFailed {
        session: session(1),
        class: ErrorClass::RateLimit,
        say: "429: retry after 3600000 seconds.".into(),
        tail: vec![],
        usage: Default::default(),
    };
    let task = decide(&running, &later, &policy(), 60_000).task;
    assert!(
        matches!(&task.stage, Stage::Ended { end: End::Failed { class, .. }, .. } if class.as_str() == "rate_limit")
    );
}

/// A limit that ended while its error was on its way is tried at once; but whoever names such a moment again and again is not asked
/// for ever.
#[test]
fn a_limit_that_is_just_over_is_tried_at_once_and_each_try_counts() {
    let tries = |error: &str| {
        let event = turn(error, Some(ErrorClass::RateLimit));
        let task = decide(&stage("running"), &event, &policy(), 60_000).task;
        let until = match task.stage {
            Stage::Blocked {
                reason: BlockReason::Later { until, .. },
                ..
            } => until - 60_000,
            ref other => panic!("{other:?}"),
        };
        let outage = task.job().and_then(|job| job.outage);
        (until, outage.map(|outage| outage.tries))
    };
    assert_eq!(
        tries("Error: 429, resets at 1970-01-01T00:00:58Z"),
        (1_000, Some(1))
    );
    assert_eq!(
        tries("Error: 429, resets at 1970-01-01T00:01:20Z"),
        (21_000, Some(0))
    );
}

/// Each of two roles that do not exist is answered for itself, in whatever order GitHub is read.
#[test]
fn two_unknown_roles_have_two_answers() {
    let asked = walk(&[command("/agent role wizard\n/agent role druid")]);
    let checked = |role: &str| {
        let role = role.to_owned();
        facts(|facts| (facts.asking, facts.role) = (Asking::Role, Some(role)))
    };
    let mut said: Vec<(String, String)> = vec![];
    let mut task = asked;
    for role in ["druid", "wizard"] {
        let decision = decide(&task, &checked(role), &policy(), 60_000);
        said.extend(decision.effects.into_iter().filter_map(
            |planned| match planned.effect.action {
                Action::UpsertComment(effect::UpsertComment { key, body, .. }) => Some((key, body)),
                _ => None,
            },
        ));
        task = decision.task;
    }
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].1.contains("no role `druid`") && said[1].1.contains("no role `wizard`"),
        "{said:?}"
    );
    assert_ne!(said[0].0, said[1].0, "each is a comment of its own");
}

#[test]
fn of_several_role_labels_people_see_which_one_counts() {
    let labels = ["agent:go", "role:testing", "role:spec"]
        .map(str::to_owned)
        .to_vec();
    let checking = walk(&[labeled(10)]);
    let accepted = decide(
        &checking,
        &facts(|facts| facts.snapshot.labels = labels),
        &policy(),
        60_000,
    );
    let first = Event::Waiting(Wait {
        position: 1,
        total: 1,
        reason: crate::schedule::Reason::Turn,
        within: None,
    });
    let shown = decide(&accepted.task, &first, &policy(), 60_000)
        .effects
        .into_iter()
        .find_map(|planned| match planned.effect.action {
            Action::ShowStatus(effect::ShowStatus { body, .. }) => Some(body),
            _ => None,
        });
    let shown = shown.expect("a status");
    let line = "2 role labels: `role:spec` counts. To have `role:testing`, remove `role:spec` before the next session starts.";
    assert!(shown.contains(line), "{shown}");
}

/// A comment that is deleted or changed while its words are on their way counts as it is by the time they come back.
#[test]
fn what_is_taken_back_on_its_way_is_not_told_later() {
    let told = |meanwhile: &[Event]| {
        let mut task = stage("running");
        let offered = weighed(500, "Use red.", Permission::Write);
        let back = Event::Steered {
            session: task.job().expect("a session").session.clone(),
            offered: vec!["comment:500".into()],
            taken: false,
        };
        for event in [&[offered], meanwhile, &[back]].concat() {
            task = decide(&task, &event, &policy(), 60_000).task;
        }
        let words = task.conversation.messages.into_iter();
        words.map(|message| message.text).collect::<Vec<_>>()
    };
    let deleted = Event::CommentDeleted {
        comment: CommentId(500),
        sender: account("ana"),
    };
    let Event::CommentAuthorized { mut found } = weighed(500, "Use blue.", Permission::Write)
    else {
        panic!("it is weighed")
    };
    found.at += 1;
    let changed = Event::CommentAuthorized { found };
    assert_eq!(told(&[]), ["Use red."]);
    assert_eq!(told(std::slice::from_ref(&deleted)), [""; 0]);
    assert_eq!(told(std::slice::from_ref(&changed)), ["Use blue."]);
    assert_eq!(told(&[changed, deleted]), [""; 0]);
}
