//! Every judgement about a proposal: what is refused and in which words, and what becomes of what is right.

use super::*;
use crate::dependency::Home;
use crate::ids::IssueNumber;
use crate::text;

fn part(what: &str) -> Proposed {
    Proposed {
        what: what.into(),
        rationale: "It crashes on save.".into(),
        confidence: "high".into(),
    }
}

fn known(shown: &str) -> KnownLabel {
    KnownLabel {
        name: shown.into(),
        shown: shown.into(),
    }
}

/// A repository with some labels, two types, and an operator who starts issues by the label `nightly`.
fn facts() -> Facts {
    let bot = KnownLabel {
        name: "agent:go".into(),
        shown: "bot:go".into(),
    };
    let labels = ["bug", "Area: UI", "checkpoint", "role:swe", "nightly"];
    Facts {
        labels: labels.into_iter().map(known).chain([bot]).collect(),
        types: vec!["Bug".into(), "Feature".into()],
        steering: vec!["Nightly".into()],
        duplicate: None,
    }
}

fn labels(names: &[&str]) -> Proposal {
    Proposal {
        labels: names.iter().map(|name| part(name)).collect(),
        ..Proposal::default()
    }
}

fn kind(name: &str) -> Proposal {
    Proposal {
        kind: Some(part(name)),
        ..Proposal::default()
    }
}

fn duplicate() -> Proposal {
    Proposal {
        duplicate_of: Some(part("#9")),
        ..Proposal::default()
    }
}

fn with(rationale: &str, confidence: &str) -> Proposal {
    let bug = Proposed {
        what: "bug".into(),
        rationale: rationale.into(),
        confidence: confidence.into(),
    };
    Proposal {
        labels: vec![bug],
        ..Proposal::default()
    }
}

fn repeats(duplicate: Duplicate) -> Facts {
    Facts {
        duplicate: Some(duplicate),
        ..facts()
    }
}

fn told(proposal: &Proposal, facts: &Facts) -> String {
    match judge(proposal, facts) {
        Ok(all) => {
            let one = |one: &Suggestion| {
                format!(
                    "{:?} {} ({})",
                    one.change,
                    one.confidence.name(),
                    one.rationale
                )
            };
            let all: Vec<String> = all.iter().map(one).collect();
            format!("takes {}", all.join("; "))
        }
        Err(wrong) => {
            let all: Vec<String> = wrong.iter().map(text::suggestion::mistake).collect();
            all.join("\n    ")
        }
    }
}

#[test]
fn a_proposal_is_taken_as_a_whole_or_refused_in_exact_words() {
    let no_types = Facts {
        types: vec![],
        ..facts()
    };
    let number = IssueNumber(9);
    let eleven: Vec<String> = (0..11).map(|n| format!("x{n}")).collect();
    let eleven: Vec<&str> = eleven.iter().map(String::as_str).collect();
    let many = Facts {
        labels: eleven.iter().map(|name| known(name)).collect(),
        ..Facts::default()
    };
    let table = [
        (
            "labels in any case",
            labels(&["BUG", " area: ui "]),
            facts(),
        ),
        ("a type", kind("bug"), facts()),
        (
            "a duplicate",
            duplicate(),
            repeats(Duplicate::Issue(number)),
        ),
        (
            "a label that is not there",
            labels(&["crash", "bug"]),
            facts(),
        ),
        ("a label twice", labels(&["bug", "Bug"]), facts()),
        ("no name", labels(&[" "]), facts()),
        ("eleven labels", labels(&eleven), many),
        ("the switch", labels(&["agent:go"]), facts()),
        (
            "the switch under another prefix",
            labels(&["Bot:Go"]),
            facts(),
        ),
        ("a role", labels(&["role:swe"]), facts()),
        (
            "a role that is not there",
            labels(&["ROLE:wizard"]),
            facts(),
        ),
        ("a checkpoint", labels(&["Checkpoint"]), facts()),
        ("a tier", labels(&["tier:auto"]), facts()),
        (
            "a label that starts issues here",
            labels(&["nightly"]),
            facts(),
        ),
        ("an unknown type", kind("Epic"), facts()),
        ("a type where there are none", kind("Bug"), no_types),
        (
            "nothing is named",
            duplicate(),
            repeats(Duplicate::NoReference("that one".into())),
        ),
        (
            "another repository",
            duplicate(),
            repeats(Duplicate::Elsewhere("octo/lib#3".into())),
        ),
        ("itself", duplicate(), repeats(Duplicate::Itself)),
        (
            "a missing issue",
            duplicate(),
            repeats(Duplicate::Missing(number)),
        ),
        (
            "a pull request",
            duplicate(),
            repeats(Duplicate::Pull(number)),
        ),
        ("no reason", with(" \u{200b} ", "low"), facts()),
        (
            "a reason that fits",
            with(&"é".repeat(280), "Medium"),
            facts(),
        ),
        ("a long reason", with(&"é".repeat(281), "low"), facts()),
        ("no confidence", with("It crashes.", ""), facts()),
        (
            "a live reason",
            with("@ana said in #7: closes #3\n/agent go", "LOW"),
            facts(),
        ),
    ];
    let lines = table.iter().map(|(name, proposal, facts)| {
        let told = told(proposal, facts).replace(&"é".repeat(280), "é×280");
        format!("{name}:\n    {told}")
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r##"
    labels in any case:
        takes Label { name: "bug" } high (It crashes on save.); Label { name: "Area: UI" } high (It crashes on save.)
    a type:
        takes Type { name: "Bug" } high (It crashes on save.)
    a duplicate:
        takes Duplicate { of: IssueNumber(9) } high (It crashes on save.)
    a label that is not there:
        The repository has no label "crash". It has: "bug", "Area: UI".
    a label twice:
        The label "Bug" is there twice; leave one out.
    no name:
        A label has no name; give it one that the repository has.
    eleven labels:
        There are 11 labels, and at most 10 may be; keep those that say most.
    the switch:
        The label "agent:go" starts or steers skep itself, and only a person puts it on; leave it out, and say in your last message what you recommend.
    the switch under another prefix:
        The label "Bot:Go" starts or steers skep itself, and only a person puts it on; leave it out, and say in your last message what you recommend.
    a role:
        The label "role:swe" starts or steers skep itself, and only a person puts it on; leave it out, and say in your last message what you recommend.
    a role that is not there:
        The label "ROLE:wizard" starts or steers skep itself, and only a person puts it on; leave it out, and say in your last message what you recommend.
    a checkpoint:
        The label "Checkpoint" starts or steers skep itself, and only a person puts it on; leave it out, and say in your last message what you recommend.
    a tier:
        The label "tier:auto" starts or steers skep itself, and only a person puts it on; leave it out, and say in your last message what you recommend.
    a label that starts issues here:
        The label "nightly" starts or steers skep itself, and only a person puts it on; leave it out, and say in your last message what you recommend.
    an unknown type:
        There is no type "Epic". There are: "Bug", "Feature".
    a type where there are none:
        Issues have no types here, so "Bug" cannot be one; leave `type` out.
    nothing is named:
        "that one" names no issue; write "#12" into `duplicate_of`, or leave it out.
    another repository:
        "octo/lib#3" is in another repository; name an issue of this one, and say the other in your last message.
    itself:
        `duplicate_of` names this very issue; name the other one.
    a missing issue:
        There is no issue #9 here; leave `duplicate_of` out, or name the right one.
    a pull request:
        #9 is a pull request; name the issue that this one repeats.
    no reason:
        "bug" has no `rationale`; say in one sentence what in the issue speaks for it.
    a reason that fits:
        takes Label { name: "bug" } medium (é×280)
    a long reason:
        "bug" has a `rationale` of 281 characters, and at most 280 may be; say it shorter.
    no confidence:
        "bug" has the `confidence` ""; there are low, medium and high.
    a live reason:
        takes Label { name: "bug" } low (@ ana said in # 7: closes # 3 /agent go)
    "##);
}

#[test]
fn a_reference_is_read_in_every_way_it_is_written() {
    let name = "octo/hello".parse().expect("a name");
    let home = Home {
        repository: &name,
        issue: IssueNumber(12),
        host: "github.com",
    };
    let issue = Duplicate::Issue(IssueNumber(9));
    for (text, wanted) in [
        ("9", issue.clone()),
        (" #9 ", issue.clone()),
        ("octo/hello#9", issue.clone()),
        ("https://github.com/octo/hello/issues/9", issue),
        ("12", Duplicate::Itself),
        ("octo/lib#9", Duplicate::Elsewhere("octo/lib#9".into())),
        ("the crash", Duplicate::NoReference("the crash".into())),
        ("", Duplicate::NoReference(String::new())),
    ] {
        assert_eq!(named(text, &home), wanted, "{text:?}");
    }
}

fn bug() -> Suggestion {
    Suggestion {
        change: Change::Label { name: "bug".into() },
        rationale: "It crashes.".into(),
        confidence: Confidence::High,
    }
}

/// An open issue that has nothing, where suggestions are taken.
fn bare() -> Seen {
    Seen {
        open: true,
        known_labels: vec!["bug".into()],
        held: Some(vec![]),
        ..Seen::default()
    }
}

fn held(state: &str) -> Seen {
    let one = |name: &str, state| Held {
        change: Change::Label { name: name.into() },
        state: HeldState::of(state),
    };
    Seen {
        held: Some(vec![one("docs", "dismissed"), one("Bug", state)]),
        ..bare()
    }
}

#[test]
fn what_is_there_waits_or_was_refused_is_not_sent() {
    let on = Seen {
        labels: vec!["Bug".into()],
        ..bare()
    };
    let closed = Seen {
        open: false,
        ..bare()
    };
    let gone = Seen {
        known_labels: vec![],
        ..bare()
    };
    let elsewhere = Seen {
        held: None,
        ..bare()
    };
    let on_elsewhere = Seen {
        held: None,
        ..on.clone()
    };
    let on_now = |state: &str| Seen {
        labels: vec!["bug".into()],
        ..held(state)
    };
    for (name, seen, wanted) in [
        ("nothing is there", bare(), None),
        ("the issue has it", on, Some(Fate::There)),
        (
            "the issue has it, on an old server",
            on_elsewhere,
            Some(Fate::There),
        ),
        (
            "a person approved it",
            on_now("approved"),
            Some(Fate::There),
        ),
        ("it was done at once", on_now("applied"), Some(Fate::Done)),
        ("the issue is closed", closed, Some(Fate::Closed)),
        ("the label is gone", gone, Some(Fate::Words(Why::Unknown))),
        (
            "no suggestions",
            elsewhere,
            Some(Fate::Words(Why::NoSuggestions)),
        ),
        ("it waits", held("pending"), Some(Fate::Pending)),
        ("dismissed", held("dismissed"), Some(Fate::Dismissed)),
        (
            "approved, and taken off again",
            held("approved"),
            Some(Fate::Dismissed),
        ),
        (
            "applied, and taken off again",
            held("applied"),
            Some(Fate::Dismissed),
        ),
        ("replaced", held("replaced"), None),
        ("invalidated", held("invalidated"), None),
        (
            "a state of tomorrow",
            held("snoozed"),
            Some(Fate::Dismissed),
        ),
    ] {
        assert_eq!(before(&bug(), &seen), wanted, "{name}");
    }
    let duplicate = Suggestion {
        change: Change::Duplicate { of: IssueNumber(9) },
        ..bug()
    };
    assert_eq!(
        before(&duplicate, &bare()),
        Some(Fate::Words(Why::OnlyPeople))
    );
}

#[test]
fn what_was_sent_is_believed_when_it_is_seen() {
    let on = |seen: Seen| Seen {
        labels: vec!["bug".into()],
        ..seen
    };
    let refused = Sent::Refused("no".into());
    let say = Why::Refused { say: "no".into() };
    for (name, sent, seen, wanted) in [
        (
            "it waits",
            Sent::Taken,
            held("pending"),
            Some(Fate::Pending),
        ),
        (
            "a person put it on meanwhile",
            Sent::Taken,
            on(held("pending")),
            Some(Fate::Pending),
        ),
        (
            "it was done at once",
            Sent::Done,
            on(held("applied")),
            Some(Fate::Done),
        ),
        (
            "an old server did it",
            Sent::Done,
            on(bare()),
            Some(Fate::Done),
        ),
        ("somebody took it off", Sent::Done, bare(), Some(Fate::Done)),
        (
            "a person was quick to say yes",
            Sent::Taken,
            on(held("approved")),
            Some(Fate::Done),
        ),
        (
            "a person was quick to say no",
            Sent::Taken,
            held("dismissed"),
            Some(Fate::Dismissed),
        ),
        ("it was there", Sent::Ignored, on(bare()), Some(Fate::There)),
        ("it was refused", refused, bare(), Some(Fate::Words(say))),
        ("nothing is to be seen", Sent::Taken, bare(), None),
    ] {
        assert_eq!(after(&bug(), &sent, &seen), wanted, "{name}");
    }
}
