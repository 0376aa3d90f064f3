//! Proofs about commands: the grammar by table, hostile comments from `fixtures/comments`, and speed.
//!
//! `SKEP_BLESS=1 cargo test --lib command` writes the readings of the fixtures anew.

use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::question::{Question, Saying, answers};

const NAMES: Names<'static> = Names {
    slug: "skep",
    word: "/agent",
};

fn short(spoken: &Spoken) -> String {
    let line = |line: &Line| match line {
        Line::Command(command) => format!("{command:?}"),
        Line::Unknown {
            word,
            nearest,
            rest,
        } => format!("Unknown({} {nearest:?} {})", brief(word), brief(rest)),
        Line::Faulty { usage, rest, .. } => format!("Faulty({usage} {})", brief(rest)),
        Line::Sentence { command, words } => format!("Sentence({command} {})", brief(words)),
    };
    let lines: Vec<String> = spoken.lines.iter().map(line).collect();
    let more = if spoken.left_out > 0 {
        format!(" +{}", spoken.left_out)
    } else {
        String::new()
    };
    format!(
        "[{}]{more} {:?} {}",
        lines.join(", "),
        spoken.addressed,
        brief(&spoken.text)
    )
}

fn brief(text: &str) -> String {
    if text.chars().count() <= 250 && text.len() <= 400 {
        return format!("{text:?}");
    }
    let start: String = text.chars().take(60).collect();
    format!("{start:?} … of {} characters", text.chars().count())
}

fn table(comments: &[&str]) -> String {
    let line = |body: &&str| format!("{body:?} => {}", short(&read(body, NAMES)));
    comments.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_command_is_read() {
    let comments = [
        "/agent go",
        "/AGENT Stop!",
        "  /agent\tpause",
        "/agent resume please",
        "/agent retry",
        "/agent retry fresh",
        "/agent retry Fresh, and smaller",
        "/agent status",
        "/agent role SWE",
        "/agent role role:qa",
        "/agent agent `goose`",
        "/agent priority high",
        "/agent priority: LOW.",
        "/agent ask why  so slow?",
        "/agent answer 1b 2a",
        "/agent answer\n1b\n\n2a\n/agent go",
        "/agent plan",
        "/agent approve",
        "/agent delegate @some-one",
        "/agent delegate bob",
        "/agent logs",
        "/agent help",
        "/agent",
        "/agent stop now, please!",
        "/agent stop using tabs",
        "/agent go on and add a test",
        "/agent plan B is better",
        "/agent retry the failing test",
        "/agent retry fresh air",
        "/agent approve of this, but rename it",
        "/agent help me with the tests",
        "/agent logs are missing a time",
        "/agent status quo is fine",
        "/agent - stop it",
        "/agent stop\n\nusing tabs",
    ];
    insta::assert_snapshot!(table(&comments), @r#"
    "/agent go" => [Go] Nobody ""
    "/AGENT Stop!" => [Stop] Nobody ""
    "  /agent\tpause" => [Pause] Nobody ""
    "/agent resume please" => [Resume] Nobody ""
    "/agent retry" => [Retry { fresh: false }] Nobody ""
    "/agent retry fresh" => [Retry { fresh: true }] Nobody ""
    "/agent retry Fresh, and smaller" => [Sentence(retry "retry Fresh, and smaller")] Nobody ""
    "/agent status" => [Status] Nobody ""
    "/agent role SWE" => [Role("swe")] Nobody ""
    "/agent role role:qa" => [Role("qa")] Nobody ""
    "/agent agent `goose`" => [Agent("goose")] Nobody ""
    "/agent priority high" => [Priority(High)] Nobody ""
    "/agent priority: LOW." => [Priority(Low)] Nobody ""
    "/agent ask why  so slow?" => [Ask("why  so slow?")] Nobody ""
    "/agent answer 1b 2a" => [Answer("1b 2a")] Nobody ""
    "/agent answer\n1b\n\n2a\n/agent go" => [Answer("1b\n\n2a"), Go] Nobody ""
    "/agent plan" => [Plan] Nobody ""
    "/agent approve" => [Approve] Nobody ""
    "/agent delegate @some-one" => [Delegate("some-one")] Nobody ""
    "/agent delegate bob" => [Delegate("bob")] Nobody ""
    "/agent logs" => [Logs] Nobody ""
    "/agent help" => [Help] Nobody ""
    "/agent" => [Help] Nobody ""
    "/agent stop now, please!" => [Stop] Nobody ""
    "/agent stop using tabs" => [Sentence(stop "stop using tabs")] Nobody ""
    "/agent go on and add a test" => [Sentence(go "go on and add a test")] Nobody ""
    "/agent plan B is better" => [Sentence(plan "plan B is better")] Nobody ""
    "/agent retry the failing test" => [Sentence(retry "retry the failing test")] Nobody ""
    "/agent retry fresh air" => [Sentence(retry "retry fresh air")] Nobody ""
    "/agent approve of this, but rename it" => [Sentence(approve "approve of this, but rename it")] Nobody ""
    "/agent help me with the tests" => [Sentence(help "help me with the tests")] Nobody ""
    "/agent logs are missing a time" => [Sentence(logs "logs are missing a time")] Nobody ""
    "/agent status quo is fine" => [Sentence(status "status quo is fine")] Nobody ""
    "/agent - stop it" => [Unknown("-" None "stop it")] Nobody ""
    "/agent stop\n\nusing tabs" => [Stop] Nobody "using tabs"
    "#);
}

#[test]
fn what_is_wrong_is_said() {
    let comments = [
        "/agent stpo now",
        "/agent fix the tests too",
        "/agent role",
        "/agent role two words",
        "/agent role ../x",
        "/agent agent",
        "/agent priority",
        "/agent priority urgent",
        "/agent ask",
        "/agent answer",
        "/agent answer\n/agent go",
        "/agent delegate",
        "/agent delegate @a/b",
        "/agents go",
        "/agent/go",
        "please /agent go",
        "\\/agent go",
    ];
    insta::assert_snapshot!(table(&comments), @r#"
    "/agent stpo now" => [Unknown("stpo" Some("stop") "now")] Nobody ""
    "/agent fix the tests too" => [Unknown("fix" None "the tests too")] Nobody ""
    "/agent role" => [Faulty(/agent role <name> "")] Nobody ""
    "/agent role two words" => [Faulty(/agent role <name> "two words")] Nobody ""
    "/agent role ../x" => [Faulty(/agent role <name> "../x")] Nobody ""
    "/agent agent" => [Faulty(/agent agent <name> "")] Nobody ""
    "/agent priority" => [Faulty(/agent priority high|medium|low "")] Nobody ""
    "/agent priority urgent" => [Faulty(/agent priority high|medium|low "urgent")] Nobody ""
    "/agent ask" => [Faulty(/agent ask <question> "")] Nobody ""
    "/agent answer" => [Faulty(/agent answer <text> "")] Nobody ""
    "/agent answer\n/agent go" => [Faulty(/agent answer <text> ""), Go] Nobody ""
    "/agent delegate" => [Faulty(/agent delegate @user "")] Nobody ""
    "/agent delegate @a/b" => [Faulty(/agent delegate @user "@a/b")] Nobody ""
    "/agents go" => [] Nobody "/agents go"
    "/agent/go" => [] Nobody "/agent/go"
    "please /agent go" => [] Nobody "please /agent go"
    "\\/agent go" => [] Nobody "\\/agent go"
    "#);
}

#[test]
fn code_quotes_and_hidden_text_command_nothing() {
    let comments = [
        "```\n/agent stop\n```",
        "~~~\n/agent stop",
        "    /agent stop",
        "words\n\n\t/agent stop",
        "> /agent stop",
        "<!-- \n/agent stop\n-->",
        "<pre>\n/agent stop\n</pre>",
        "- x\n  ```\n  /agent stop\n  ```",
        "\u{200b}/agent \u{202e}go",
        "/agent go<!-- fresh -->",
        "> quoted\n/agent go",
        "```\r\n/agent stop\r\n```\r\n/agent go\r\n",
        "<details>\n\n/agent go",
    ];
    insta::assert_snapshot!(table(&comments), @r#"
    "```\n/agent stop\n```" => [] Nobody "```\n/agent stop\n```"
    "~~~\n/agent stop" => [] Nobody "~~~\n/agent stop"
    "    /agent stop" => [] Nobody "    /agent stop"
    "words\n\n\t/agent stop" => [] Nobody "words\n\n\t/agent stop"
    "> /agent stop" => [] Nobody "> /agent stop"
    "<!-- \n/agent stop\n-->" => [] Nobody ""
    "<pre>\n/agent stop\n</pre>" => [] Nobody "<pre>\n/agent stop\n</pre>"
    "- x\n  ```\n  /agent stop\n  ```" => [] Nobody "- x\n  ```\n  /agent stop\n  ```"
    "\u{200b}/agent \u{202e}go" => [Go] Nobody ""
    "/agent go<!-- fresh -->" => [Go] Nobody ""
    "> quoted\n/agent go" => [Go] Nobody "> quoted"
    "```\r\n/agent stop\r\n```\r\n/agent go\r\n" => [Go] Nobody "```\n/agent stop\n```"
    "<details>\n\n/agent go" => [Go] Nobody "<details>"
    "#);
}

#[test]
fn names_say_who_is_meant() {
    let comments = [
        "@skep what now?",
        "@bob what now?",
        "  \n@bob see @Skep[bot]",
        "@bob see `@skep`",
        "@bob run `hello @skep now`",
        "> @skep\n\n@bob no",
        "```\n@skep\n```",
        "@skep-dev hi",
        "@skeptic hi",
        "mail me@skep",
        "hello @bob",
        "hello @skep, go on",
        "/agent go\n@bob I started it",
        "@octo/team hi",
        "@ bob",
    ];
    insta::assert_snapshot!(table(&comments), @r#"
    "@skep what now?" => [] Us "@skep what now?"
    "@bob what now?" => [] Others "@bob what now?"
    "  \n@bob see @Skep[bot]" => [] Us "@bob see @Skep[bot]"
    "@bob see `@skep`" => [] Others "@bob see `@skep`"
    "@bob run `hello @skep now`" => [] Others "@bob run `hello @skep now`"
    "> @skep\n\n@bob no" => [] Others "> @skep\n\n@bob no"
    "```\n@skep\n```" => [] Nobody "```\n@skep\n```"
    "@skep-dev hi" => [] Others "@skep-dev hi"
    "@skeptic hi" => [] Others "@skeptic hi"
    "mail me@skep" => [] Nobody "mail me@skep"
    "hello @bob" => [] Nobody "hello @bob"
    "hello @skep, go on" => [] Us "hello @skep, go on"
    "/agent go\n@bob I started it" => [Go] Others "@bob I started it"
    "@octo/team hi" => [] Others "@octo/team hi"
    "@ bob" => [] Nobody "@ bob"
    "#);
}

#[test]
fn words_stay_for_the_agent_and_commands_go() {
    let body = "Please do this.\n\n/agent priority high\nAnd:\n```\n/agent stop\n```\n> said\n/agent go and be quick\n";
    insta::assert_snapshot!(read(body, NAMES).text, @r#"
    Please do this.

    And:
    ```
    /agent stop
    ```
    > said
    "#);
    let many = "/agent go\n".repeat(13);
    let spoken = read(&many, NAMES);
    assert_eq!(
        (spoken.lines.len(), spoken.left_out, spoken.text.as_str()),
        (LINES, 3, "")
    );
}

#[test]
fn the_list_and_the_parser_know_the_same_words() {
    for usage in table::ALL {
        let spoken = read(
            &usage
                .usage
                .replace("<name>", "swe")
                .replace("<hash>", "0123456789abcdef")
                .replace("high|medium|low", "low")
                .replace("[fresh]", "fresh")
                .replace("[+n]", "+$5"),
            NAMES,
        );
        assert!(
            matches!(spoken.lines.as_slice(), [Line::Command(_)]),
            "{}: {spoken:?}",
            usage.usage
        );
        assert!(usage.usage.starts_with(&format!("/agent {}", usage.word)));
        let Line::Unknown { .. } = &read(&format!("/agent {}zzz", usage.word), NAMES).lines[0]
        else {
            panic!("{}", usage.word)
        };
    }
}

fn open() -> Vec<Question> {
    let question = |id, text: &str, options: &[&str]| Question {
        id,
        text: text.into(),
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        default: None,
        deadline_at: None,
        asked_at: 0,
        answer: None,
    };
    vec![
        question(1, "Which database?", &["Use SQLite", "Use Postgres"]),
        question(2, "May the column go?", &["yes", "no"]),
    ]
}

#[test]
fn hostile_comments_are_read_as_written_down() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/comments");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the fixtures")
        .map(|entry| entry.expect("a file").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    assert!(paths.len() >= 15, "{} fixtures", paths.len());
    let questions = open();
    let all: Vec<&Question> = questions.iter().collect();
    let mut now = String::new();
    for path in &paths {
        let body = std::fs::read_to_string(path).expect("a text");
        let name = path.file_name().expect("a name").to_string_lossy();
        let said = read(&body, NAMES);
        let heard = |open: &[&Question]| {
            let found = answers(open, &said.text, Saying::Plainly);
            let given = found.given.iter().map(|given| {
                format!(
                    "{} {:?} {}",
                    given.question,
                    given.option,
                    brief(&given.text)
                )
            });
            format!(
                "{} {:?} {}",
                given.collect::<Vec<_>>().join("; "),
                found.unclear,
                brief(&found.words)
            )
        };
        writeln!(
            now,
            "{name}\n  read: {}\n  one open: {}\n  two open: {}",
            short(&said),
            heard(&all[..1]),
            heard(&all)
        )
        .expect("room");
    }
    let path = format!("{folder}/readings.txt");
    if std::env::var_os("SKEP_BLESS").is_some() {
        std::fs::write(&path, &now).expect("written");
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = now
        .lines()
        .zip(stored.lines().chain(std::iter::repeat("")))
        .find(|(a, b)| a != b);
    assert!(
        now == stored,
        "fixtures/comments/readings.txt differs, first at (now, stored): {differs:?}"
    );
}

#[test]
fn the_largest_comments_are_read() {
    let pieces = [
        "/agent go\n",
        "`",
        "``` ",
        "> ",
        "- ",
        "](",
        "[",
        "<",
        "<!-- ",
        "&",
        "![",
        "1b ",
        "@skep",
        "\\",
        "<a b=\"",
        "\n",
        "é",
        "|-",
    ];
    for piece in pieces {
        let body = piece.repeat(65_536 / piece.chars().count());
        let spoken = read(&body, NAMES);
        assert!(spoken.lines.len() <= LINES);
    }
}

proptest! {
    #[test]
    fn no_comment_breaks_it(body in "(/agent |/AGENT|go|stop|answer|retry|\n|\r\n|```|> |    |<!--|-->|@skep|@bob| |`|é|\u{202e}|<pre>|</pre>|x){0,40}") {
        let spoken = read(&body, NAMES);
        prop_assert!(spoken.lines.len() <= LINES);
        // What is left commands nothing, but for words behind a command that takes none.
        if !body.to_ascii_lowercase().contains("go/agent") && !body.contains("/agent go/") {
            let again = read(&spoken.text, NAMES);
            prop_assert!(again.lines.len() <= spoken.lines.len(), "{:?}", again);
        }
    }

    #[test]
    fn any_text_is_read(body in "\\PC{0,200}", slug in "[a-z]{0,8}") {
        read(&body, Names { slug: &slug, ..NAMES });
    }

    #[test]
    fn a_fence_keeps_every_command_in(lines in prop::collection::vec("/agent (go|stop|retry fresh|x)", 1..8)) {
        let spoken = read(&format!("````\n{}\n````", lines.join("\n")), NAMES);
        prop_assert!(spoken.lines.is_empty());
        prop_assert_eq!(spoken.text.matches("/agent").count(), lines.len());
    }
}
