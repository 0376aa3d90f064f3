//! What of a story is kept for the audit: each decision of weight, on whose word, and nothing that only ticks on.

use super::*;
use crate::audit as kept_for;
use crate::command::{Command, Priority};
use crate::containment::{Attempt, Contained, Weight};

/// One line an event: who, why, told and begun.
fn kept(events: &[Event]) -> Vec<String> {
    let mut task = Task::new(place());
    let mut lines = vec![];
    for (step, event) in events.iter().enumerate() {
        let decision = decide(&task, event, &policy(), 1_000 + step as i64 * 1_000);
        lines.push(match kept_for::of(event, &decision) {
            Some(entry) => {
                let mut facts = entry.facts;
                let told = facts["told"].as_array().cloned().unwrap_or_default();
                let told: Vec<&str> = told
                    .iter()
                    .filter_map(|told| told["event"].as_str())
                    .collect();
                if !told.is_empty() {
                    facts["told"] = told.join(" ").into();
                }
                facts.as_object_mut().expect("an object").remove("why");
                format!("{} {facts}", entry.who.as_deref().unwrap_or("-"))
            }
            None => "nothing".to_owned(),
        });
        task = decision.task;
    }
    lines
}

#[test]
fn a_story_is_kept_with_who_may_what_and_what_was_begun() {
    let what = "evil.example:443".into();
    let attempt = Attempt::new(what, "it is not listed", Weight::Odd);
    let lines = kept(&[
        labeled(10),
        facts(|_| ()),
        Event::SlotGranted { agent: None },
        ready(1),
        Event::Contained(Box::new(Contained {
            leak: false,
            doing: String::new(),
            session: session(1),
            attempt,
            count: 1,
        })),
        Event::Reported {
            session: session(1),
            text: "half of it".into(),
        },
        turn("Done.", None),
        work(|_| ()),
        may_publish(|_| ()),
        Event::Published {
            session: session(1),
            head: sha('b'),
        },
        Event::Ordered {
            command: Command::Priority(Priority::High),
            by: None,
        },
    ]);
    insta::assert_snapshot!(lines.join("\n"), @r#"
    @ana {"who_id":5,"told":"task.received"}
    @ana {"who_id":5,"told":"task.queued","permission":"write","open":true,"for":"@ana"}
    - {"for":"@ana","told":"session.dispatched","begun":["prepare_workspace"]}
    - {"for":"@ana","told":"workspace.ready","begun":["run_turn"]}
    - {"for":"@ana","told":"session.attempt_refused","what":"evil.example:443","refused":"it is not listed","count":1}
    nothing
    - {"for":"@ana","told":"session.idle"}
    - {"for":"@ana","told":"session.collected","begun":["check_publish"],"head":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","base":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
    - {"for":"@ana","begun":["publish"],"permission":"write","open":true,"labeled":true,"archived":false}
    - {"for":"@ana","told":"branch.pushed change.risk","begun":["open_pull"],"head":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}
    operator {"for":"@ana","command":{"priority":"high"}}
    "#);
}

#[test]
fn whoever_may_not_is_kept_as_well() {
    let refused = facts(|facts| facts.permission = Some(Permission::Read));
    let lines = kept(&[labeled(10), refused]);
    let last = lines.last().expect("a line");
    assert!(
        last.starts_with("@ana ")
            && last.contains("\"permission\":\"read\"")
            && last.contains("task.refused"),
        "{last}"
    );
}

#[test]
fn nobody_passes_for_the_operator() {
    let by = |event: &Event| {
        let decision = decide(&Task::new(place()), event, &policy(), 1_000);
        kept_for::of(event, &decision).and_then(|entry| entry.who)
    };
    let called = facts(|facts| facts.actor = crate::actor::Actor::Person(account("operator")));
    assert_eq!(by(&called).as_deref(), Some("@operator"));
    let stop = Event::StopAsked { why: "x".into() };
    assert_eq!(by(&stop).as_deref(), Some(kept_for::OPERATOR));
}
