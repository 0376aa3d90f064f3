//! What is refused and why, what is made in which order, and that what such an issue waits for is read from its text again.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::dependency::{self, Home, Unknown};
use crate::graph::Graph;
use crate::ids::{IssueNumber, RepositoryId, RepositoryName, SessionId, TaskKey};
use crate::text::discovery as text;

const HERE: RepositoryId = RepositoryId(1);

fn repository() -> RepositoryName {
    "octo/hello".parse().expect("a name")
}

fn home(repository: &RepositoryName) -> Home<'_> {
    Home {
        repository,
        issue: IssueNumber(7),
        host: "github.com",
    }
}

fn proposal(title: &str, waits_for: &[&str]) -> Proposal {
    Proposal {
        title: title.into(),
        body: "Please.".into(),
        waits_for: waits_for.iter().map(|text| (*text).to_owned()).collect(),
        ..Proposal::default()
    }
}

fn known(issue: i64) -> Known {
    Known::To {
        key: TaskKey::new(HERE, IssueNumber(issue)),
        name: repository(),
        is_pull: issue == 9,
    }
}

fn facts() -> BatchFacts {
    let there = |number| Target::There(None, IssueNumber(number));
    let lib: RepositoryName = "octo/lib".parse().expect("a name");
    let other = Known::To {
        key: TaskKey::new(RepositoryId(2), IssueNumber(3)),
        name: lib.clone(),
        is_pull: false,
    };
    BatchFacts {
        roles: vec!["swe".into()],
        all_roles: vec!["swe".into(), "docs".into()],
        labels: vec!["Bug".into()],
        referred: BTreeMap::from([
            (there(7), known(7)),
            (there(9), known(9)),
            (there(99), Known::Nothing(Unknown::Missing)),
            (Target::There(Some(lib), IssueNumber(3)), other),
            (
                Target::There(Some("acme/x".parse().expect("a name")), IssueNumber(1)),
                Known::Nothing(Unknown::Unreadable),
            ),
        ]),
        titles: vec![(IssueNumber(4), "Taken".into())],
    }
}

fn judged(batch: &[Proposal]) -> Result<Batch, Vec<Mistake>> {
    let repository = repository();
    judge(drafts(batch, &home(&repository))?, &facts(), HERE)
}

fn said(batch: &[Proposal]) -> String {
    let mistakes = judged(batch).expect_err("it is wrong");
    let lines = mistakes.iter().map(|one| text::mistake(one, &text::task));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_shape_is_judged_as_a_whole() {
    let batch = [
        proposal("  ", &[]),
        Proposal {
            priority: Some("urgent".into()),
            labels: ["agent:go", "Autonomy:Override", "bug", "BUG", ""]
                .map(str::to_owned)
                .to_vec(),
            ..proposal("One", &["", "0", "x", "octo/lib", "#12a"])
        },
        proposal("one ", &[]),
        Proposal {
            body: "x".repeat(20_001),
            ..proposal(&"t".repeat(201), &["1", "#7"])
        },
    ];
    insta::assert_snapshot!(said(&batch), @r##"
    Task 1 has no title; give it one that says what is to be done.
    Task 2 has the priority "urgent"; there are high, medium and low.
    Task 2 has the label "agent:go", which says something to skep; say it by `role`, `priority` or `waits_for`, or leave it to people.
    Task 2 has the label "Autonomy:Override", which says something to skep; say it by `role`, `priority` or `waits_for`, or leave it to people.
    Task 2 waits for "", which names no issue; write the place of one in the batch ("1" is the first), "#12", or "owner/repo#3".
    Task 2 waits for "0", which names no issue; write the place of one in the batch ("1" is the first), "#12", or "owner/repo#3".
    Task 2 waits for "x", which names no issue; write the place of one in the batch ("1" is the first), "#12", or "owner/repo#3".
    Task 2 waits for "octo/lib", which names no issue; write the place of one in the batch ("1" is the first), "#12", or "owner/repo#3".
    Task 2 waits for "#12a", which names no issue; write the place of one in the batch ("1" is the first), "#12", or "owner/repo#3".
    Task 3 has the same title as task 2; join them, or say how they differ.
    Task 4 has a title of 201 characters, and at most 200 may be; say the rest in its text.
    Task 4 has a text of 20001 bytes, and at most 20000 may be; say it shorter, or make two of it.
    "##);
}

#[test]
fn what_was_read_is_held_against_it() {
    let batch = [
        proposal("Taken", &[]),
        Proposal {
            role: Some("wizard".into()),
            ..proposal("Two", &["#9", "#99", "acme/x#1"])
        },
    ];
    insta::assert_snapshot!(said(&batch), @r#"
    Task 1 is there already: #4 has this title; leave it out, or wait for #4 instead.
    Task 2 names the role "wizard", which is none. There are: `swe`, `docs`; and each `.github/agents/<role>.agent.md` on the default branch is one.
    Task 2 waits for #9, which is a pull request; wait for its issue instead.
    Task 2 waits for #99, and there is no such issue; leave it out, or name the right one.
    Task 2 waits for acme/x#1, which the App may not see; leave it out, and say it in the text.
    "#);
}

#[test]
fn a_right_batch_keeps_what_it_says() {
    let batch = [
        Proposal {
            role: Some("role:SWE".into()),
            priority: Some("High".into()),
            labels: vec!["bug".into(), "new".into(), "NEW".into()],
            ..proposal(
                "Mend @ana's #12",
                &["#7", "GH-7", "octo/hello#7", "octo/lib#3"],
            )
        },
        proposal("Two", &["1", "1"]),
    ];
    let batch = judged(&batch).expect("it is right");
    assert_eq!(batch.left_out, ["new"]);
    assert_eq!(batch.issues[0].title, "Mend @ ana's # 12");
    assert_eq!(batch.issues[0].labels, ["role:swe", "priority:high", "Bug"]);
    let name = |name: &str| Awaited::Known(name.into());
    assert_eq!(batch.issues[0].waits_for, [name("#7"), name("octo/lib#3")]);
    assert_eq!(batch.issues[1].waits_for, [Awaited::New(0)]);
    let graph = Graph::default();
    assert_eq!(graph.validate(&batch.provisional, limits(20)), Ok(()));
}

#[test]
fn a_session_promises_nothing_twice_and_no_more_than_it_may() {
    let session = SessionId::new(TaskKey::new(HERE, IssueNumber(7)), 1);
    let batch = judged(&[proposal("One", &[]), proposal("Two", &[])]).expect("it is right");
    let promised = |title: &str, number: Option<i64>, failed| Promised {
        session: Some(session.clone()),
        title: title.into(),
        number: number.map(IssueNumber),
        failed,
    };
    let fit = Fit {
        errors: vec![],
        promised: vec![
            promised("one", Some(14), false),
            promised("TWO", None, false),
            promised("Three", None, true),
        ],
    };
    let wrong = batch.against(&fit, Some(&session), 3);
    let said: Vec<String> = wrong
        .iter()
        .map(|one| text::mistake(one, &text::task))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @"
    Task 1 is there already: #14 has this title; leave it out, or wait for #14 instead.
    Task 2 is on its way already: an issue of this title is being made; leave it out.
    This session has found 2 issues before, and may find 3 in all; leave out what matters least.
    ");
    assert!(batch.against(&Fit::default(), Some(&session), 2).is_empty());
}

fn new(title: &str, waits_for: &[usize]) -> NewIssue {
    NewIssue {
        title: title.into(),
        body: "Please.".into(),
        labels: vec![],
        waits_for: waits_for.iter().map(|place| Awaited::New(*place)).collect(),
    }
}

/// Makes all; the ones at these places GitHub refuses.
fn played(issues: &[NewIssue], refused: &[usize]) -> Vec<String> {
    let mut all = Discovered::default();
    all.add(issues, &Origin::List, None);
    let mut course = Vec::new();
    while let Some(next) = all.next() {
        match next {
            Next::Make(at, names) => {
                course.push(format!("{} {}", all.issues[at].title, names.join(" ")));
                all.issues[at].state = match refused.contains(&at) {
                    true => FoundState::Failed {
                        say: "no".into(),
                        told: false,
                    },
                    false => FoundState::Made {
                        number: IssueNumber(10 + at as i64),
                        told: false,
                    },
                };
            }
            Next::GiveUp(at, other) => {
                course.push(format!(
                    "{} for {}",
                    all.issues[at].title, all.issues[other].title
                ));
                all.issues[at].state = FoundState::Failed {
                    say: "no".into(),
                    told: false,
                };
            }
            Next::Start(at) => {
                let number = all.issues[at].number().expect("it is there");
                all.issues[at].state = FoundState::Made { number, told: true };
            }
            Next::Tell(batch) => {
                course.push(format!("told of {batch}"));
                for one in &mut all.issues {
                    if let FoundState::Failed { told, .. } = &mut one.state {
                        *told = true;
                    }
                }
            }
        }
    }
    assert!(all.issues.iter().all(Found::is_over), "{all:?}");
    course
}

#[test]
fn what_others_wait_for_is_made_first() {
    let issues = [
        new("a", &[1, 2]),
        new("b", &[2]),
        new("c", &[]),
        new("d", &[]),
    ];
    assert_eq!(played(&issues, &[]), ["c ", "b #12", "a #11 #12", "d "]);
    assert_eq!(
        played(&issues, &[2]),
        ["c ", "b for c", "a for b", "d ", "told of 1"]
    );
}

#[test]
fn a_long_list_forgets_what_is_over() {
    let mut all = Discovered::default();
    for batch in 0..40 {
        let issues: Vec<NewIssue> = (0..10)
            .map(|at| new(&format!("{batch}.{at}"), &[]))
            .collect();
        all.add(&issues, &Origin::List, None);
        while let Some(next) = all.next() {
            let (Next::Make(at, _) | Next::Start(at)) = next else {
                panic!("{next:?}");
            };
            let number = IssueNumber(at as i64);
            let told = matches!(next, Next::Start(_));
            all.issues[at].state = FoundState::Made { number, told };
        }
    }
    assert_eq!(all.issues.len(), 300);
    assert_eq!(all.issues[299].key(), "40.10");
}

proptest! {
    /// Whatever an agent writes: an issue waits for what it was said to wait for and for nothing else.
    #[test]
    fn what_is_waited_for_is_read_from_the_text_again(
        words in "([a-zA-Z#0-9 .:>`*_\\[\\]()!<~|-]|\n|Depends on |Blocked by:|Requires: |#12|octo/lib#3|- |## |```|<!--|-->|<details>){0,40}",
        waits_for in proptest::sample::subsequence(vec!["#12", "octo/lib#3", "#5"], 0..=3),
        on in proptest::option::of(1_i64..3),
    ) {
        let issue = NewIssue { body: words, ..new("x", &[]) };
        let waits_for: Vec<String> = waits_for.into_iter().map(str::to_owned).collect();
        let from = on.map_or_else(|| text::from(&Origin::List, IssueNumber(1)), |on| {
            let session = SessionId::new(TaskKey::new(RepositoryId(1), IssueNumber(on)), 1);
            text::from(&Origin::Session(session), IssueNumber(on))
        });
        let body = text::body(&issue, &from, &waits_for);
        let repository = repository();
        let found = dependency::references::<&str>(&body, &[], &Home { issue: IssueNumber(50), ..home(&repository) });
        let mut found: Vec<String> = found.found.iter().map(|one| {
            let name = one.repository.as_ref().map(ToString::to_string);
            format!("{}#{}", name.unwrap_or_default(), one.number)
        }).collect();
        let mut wanted = waits_for.clone();
        found.sort();
        wanted.sort();
        prop_assert_eq!(found, wanted, "{}", body);
    }

    /// In whatever order they wait for each other: each once, and behind all that it waits for.
    #[test]
    fn each_is_made_once_and_behind_what_it_waits_for(edges in proptest::collection::vec((0..8_usize, 0..8_usize), 0..16)) {
        let issues: Vec<NewIssue> = (0..8).map(|at| {
            let waits: Vec<usize> = edges.iter().filter(|(from, to)| *from == at && to < from).map(|(_, to)| *to).collect();
            new(&at.to_string(), &waits)
        }).collect();
        let course = played(&issues, &[]);
        prop_assert_eq!(course.len(), 8);
        let place = |at: usize| course.iter().position(|line| line.starts_with(&format!("{at} ")));
        for (from, to) in edges.iter().filter(|(from, to)| to < from) {
            prop_assert!(place(*from) > place(*to), "{course:?}");
        }
    }
}
