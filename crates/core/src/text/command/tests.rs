//! The sentences as people read them, and that none of them pings a stranger.

use crate::command::{LINES, Line, Names, read};
use crate::question::{Answer, By, Given, Question, Unclear};
use crate::sanitise::{self, Allow};
use crate::text::{answer_replies, command};

fn question(id: u32, text: &str, options: &[&str]) -> Question {
    let options = options.iter().map(|option| (*option).to_owned()).collect();
    Question {
        id,
        text: text.into(),
        options,
        default: None,
        deadline_at: None,
        asked_at: 0,
        answer: None,
    }
}

#[test]
fn the_list_of_commands() {
    let (roles, agents) = (
        ["swe".to_owned(), "triage".to_owned()],
        ["codex".to_owned(), "goose".to_owned()],
    );
    insta::assert_snapshot!(command::help(&roles, &agents), @r#"
    A command stands at the start of a line; upper and lower case are the same, and one comment may hold several. People with write access give them. 👍 means it was taken.

    | Command | What it does |
    | --- | --- |
    | `/agent go` | start work on this issue, as the label `agent:go` does |
    | `/agent stop` | stop for good; the branch stays if there is work on it |
    | `/agent pause` | rest now and keep everything |
    | `/agent resume` | go on after a pause |
    | `/agent retry [fresh]` | run again; `fresh` begins without what the last session left |
    | `/agent status` | say how it stands |
    | `/agent role <name>` | work in this role |
    | `/agent agent <name>` | work with this agent |
    | `/agent base <branch>` | start from this branch; the pull request goes there |
    | `/agent priority high\|medium\|low` | say how soon |
    | `/agent ask <question>` | ask the agent something; it answers and changes nothing |
    | `/agent answer <text>` | answer the agent's open question in your own words |
    | `/agent plan` | let the agent plan first and wait for your approval |
    | `/agent approve` | approve the plan; the agent begins |
    | `/agent approve-paths <hash>` | publish exactly the changes of protected paths that were shown with this hash |
    | `/agent drop-paths` | publish the result without its changes of protected paths |
    | `/agent budget [+n]` | show what the issue has cost; `+500k tokens`, `+$5`, `+2 attempts` or `+30m` raises what it may cost |
    | `/agent delegate @user` | let one more person command here, on this issue only |
    | `/agent logs` | show the end of the session's log |
    | `/agent help` | show this list |

    **Roles.** There are: `swe`, `triage`; and each `.github/agents/<role>.agent.md` on the default branch is one.

    **Agents.** There are: `codex`, `goose`.
    "#);
}

#[test]
fn hints_about_commands() {
    let mut said = Vec::new();
    for line in read("/agent stpo\n/agent @everyone\n/agent role\n/agent priority soon\n/agent stop using tabs\n/agent retry the test", Names { slug: "skep", word: "/agent" }).lines {
        said.push(match line {
            Line::Command(_) => continue,
            Line::Unknown { word, nearest, .. } => command::unknown(&word, nearest),
            Line::Faulty { command, usage, .. } => command::faulty(command, usage),
            Line::Sentence { command, .. } => command::sentence(command),
        });
    }
    said.push(command::too_many(LINES, 1));
    said.push(command::too_many(LINES, 3));
    said.push(command::not_permitted("bob"));
    insta::assert_snapshot!(said.join("\n"), @r#"
    *Hint*: `stpo` is no command. Did you mean `/agent stop`?
    *Hint*: `@ everyone` is no command. `/agent help` shows them all. To tell the agent something, write it without `/agent`.
    *Hint*: `/agent role` was not understood. It is written `/agent role <name>`.
    *Hint*: `/agent priority` was not understood. It is written `/agent priority high|medium|low`.
    *Hint*: `/agent stop` stands alone on its line, so nothing was done. To tell the agent something, write it without `/agent`; for the command, write only `/agent stop`.
    *Hint*: `/agent retry` stands alone on its line, so nothing was done. To tell the agent something, write it without `/agent`; for the command, write only `/agent retry [fresh]`.
    *Hint*: a comment may hold 10 commands; 1 more was left out.
    *Hint*: a comment may hold 10 commands; 3 more were left out.
    @bob thank you, but only people with write access can give commands here, so nothing was done. One of them can do it for you, or write `/agent delegate @bob` to let you do it on this issue.
    "#);
}

#[test]
fn sentences_about_answers() {
    let (first, second, third) = (
        question(1, "Which?", &["SQLite", "Postgres"]),
        question(2, "Name?", &["a", "b"]),
        question(3, "Why?", &[]),
    );
    let open = [&second, &third];
    let by = |by| Answer {
        by,
        text: "Postgres\nbecause @carol said so".into(),
        option: Some(1),
        at: 0,
        comment: None,
    };
    let given = |option, text: &str| Given {
        question: 1,
        option,
        text: text.into(),
    };
    let said = [
        answer_replies::noted(
            &[given(Some(1), "Postgres")],
            &[&first, &second, &third],
            &open,
        ),
        answer_replies::noted(&[given(None, "Neither, says @carol.")], &[&first], &[]),
        answer_replies::late("bob", &first, &by(By::Person("ana".into()))),
        answer_replies::late("ana", &first, &by(By::Person("Ana".into()))),
        answer_replies::late("bob", &first, &by(By::Default)),
        answer_replies::over("bob"),
        answer_replies::nothing_open("bob"),
        answer_replies::stranger("bob", Some("ana")),
        answer_replies::stranger("bob", None),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    Noted: 1 → b. Postgres. Still open: 2, 3.
    Noted: 1 → “Neither, says `@carol.`”.
    @bob that question was answered already by `@ana`: 2. Postgres (“because `@carol` said so”)
    @ana you have answered that question already: 2. Postgres (“because `@carol` said so”)
    @bob nobody had answered that question in time, so its default applied: 2. Postgres (“because `@carol` said so”)
    @bob the session that asked is over, so your answer reaches nobody. Write `/agent retry` to run it again; the new session reads this issue with your comment.
    @bob no question is open, so there is nothing to answer. `/agent ask <question>` talks to the agent.
    @bob thank you. Here only people with write access answer the agent, so it was not told. `@ana` was asked. Somebody with write access can take your answer over, or write `/agent delegate @bob`.
    @bob thank you. Here only people with write access answer the agent, so it was not told. Somebody with write access can take your answer over, or write `/agent delegate @bob`.
    "#);
}

#[test]
fn hints_about_answers() {
    let (first, second, third) = (
        question(1, "Which?", &["SQLite", "Postgres"]),
        question(2, "Name?", &["a", "b"]),
        question(3, "Why?", &[]),
    );
    let whys = [
        Unclear::NoSuchOption {
            question: 1,
            said: "c`@carol".into(),
            options: 2,
        },
        Unclear::NoSuchOption {
            question: 3,
            said: "a".into(),
            options: 0,
        },
        Unclear::NoSuchQuestion { number: 9 },
        Unclear::WhichQuestion,
        Unclear::Twice { question: 1 },
        Unclear::TwoReadings {
            question: 2,
            said: "2".into(),
        },
        Unclear::TwoBoxes { question: 1 },
        Unclear::BoxChanged,
    ];
    let all: Vec<String> = whys
        .iter()
        .map(|why| answer_replies::unclear(why, &[&first, &second, &third]))
        .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    *Hint*: `c'@ carol` is no option of question 1. There are `a` to `b`: reply `1a 2a`, or answer in your own words with `1: …`.
    *Hint*: question 3 has no options. Reply `3: your words`.
    *Hint*: question 9 is not open. Open now: 1, 2, 3. Reply `1a 2a`.
    *Hint*: 3 questions are open. Say which one you answer: `1a 2a`.
    *Hint*: that comment answers question 1 in two ways, so neither was taken. Reply `1a 2a`.
    *Hint*: `2` is the label of one option of question 2 and the text of another. Tick its box, please.
    *Hint*: two boxes of question 1 are ticked, so neither was taken. Leave one.
    *Hint*: a ticked box is not as it was asked, so it was not taken. Reply `1a 2a`, or answer in your own words with `1: …`.
    "#);
    assert!(answer_replies::unclear(&Unclear::BoxChanged, &[&first]).contains("Reply `1`"));
    assert!(answer_replies::unclear(&Unclear::BoxChanged, &[&third]).contains("in your own words"));
    for text in all {
        assert_eq!(
            sanitise::outbound(&text, &Allow::nothing()),
            text,
            "is live somewhere"
        );
    }
}
