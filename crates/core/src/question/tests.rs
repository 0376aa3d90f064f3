//! Proofs about questions: the grammar by table; `random` proves that no text makes it guess or fall.

use super::*;

mod random;

const NOW: i64 = 1_763_690_531_000;

fn question(id: u32, text: &str, options: &[&str]) -> Question {
    let options = options.iter().map(|option| (*option).to_owned()).collect();
    Question {
        id,
        text: text.into(),
        options,
        default: None,
        deadline_at: None,
        asked_at: NOW,
        answer: None,
    }
}

fn database() -> Question {
    question(
        1,
        "Which database should it use?",
        &["Use SQLite", "Use Postgres", "Ask the operator"],
    )
}

fn naming() -> Question {
    question(2, "What is the table called?", &["sessions", "runs"])
}

fn reason() -> Question {
    question(3, "Why was the old column kept?", &[])
}

/// `1b`, `1 "words"`, and what was unclear.
fn short(answers: &Answers) -> String {
    let given = answers.given.iter().map(|given| match given.option {
        Some(index) => format!(
            "{}{} {:?}",
            given.question,
            Question::label(index, false),
            given.text
        ),
        None => format!("{} {:?}", given.question, given.text),
    });
    let unclear = answers.unclear.iter().map(|unclear| format!("{unclear:?}"));
    let settled = answers
        .settled
        .iter()
        .map(|number| format!("{number} was answered"));
    let words = Some(format!("words {:?}", answers.words)).filter(|_| !answers.words.is_empty());
    let all: Vec<String> = given.chain(unclear).chain(settled).chain(words).collect();
    if all.is_empty() {
        "-".into()
    } else {
        all.join(" | ")
    }
}

fn table(open: &[Question], comments: &[&str]) -> String {
    let open: Vec<&Question> = open.iter().collect();
    let line = |body: &&str| {
        format!(
            "{body:?} => {}",
            short(&answers(&open, body, Saying::Plainly))
        )
    };
    comments.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_open_question_is_answered_in_many_ways() {
    let comments = [
        "1",
        "2.",
        "#2",
        "(2)",
        "**b**",
        "B",
        "option 3",
        "1b",
        "1: b",
        "q1 c",
        "use postgres",
        "  Ask the  OPERATOR. ",
        "ask",
        "Use",
        "use s",
        "2. Use Postgres",
        "- [x] 2. Use Postgres",
        "1: use sqlite",
        "@skep 2",
        "2\n\nbecause of the load",
        "4",
        "0",
        "z",
        "5b",
        "4h",
        "neither, drop it",
        "1b\n1c",
        "> Which database should it use?\n\n2",
        "> Which database should it use?\n2",
        "> 2",
        "```\n2\n```",
        "see\n```\n2\n```",
        "> something else\n\n2",
        "",
        "<!-- 2 -->",
        "1. keep it\n2. drop it",
        "\u{200b}2\u{202e}",
        "2\r\n",
        "use postgres, please. Thanks!",
        "Let's go with SQLite",
        "2️⃣",
        "2!!",
        "I will ask my boss and tell you tomorrow",
        "hm, what do you think is better?",
        "not postgres",
        "1: whatever ana says",
        "use postgres\n\n> Which database should it use?",
        "```\nuse x\n```",
    ];
    insta::assert_snapshot!(table(&[database()], &comments), @r##"
    "1" => 1a "Use SQLite"
    "2." => 1b "Use Postgres"
    "#2" => 1b "Use Postgres"
    "(2)" => 1b "Use Postgres"
    "**b**" => 1b "Use Postgres"
    "B" => 1b "Use Postgres"
    "option 3" => 1c "Ask the operator"
    "1b" => 1b "Use Postgres"
    "1: b" => 1b "Use Postgres"
    "q1 c" => 1c "Ask the operator"
    "use postgres" => 1b "Use Postgres"
    "  Ask the  OPERATOR. " => 1c "Ask the operator"
    "ask" => words "ask"
    "Use" => words "Use"
    "use s" => 1a "Use SQLite"
    "2. Use Postgres" => 1b "Use Postgres"
    "- [x] 2. Use Postgres" => 1b "Use Postgres"
    "1: use sqlite" => 1a "Use SQLite"
    "@skep 2" => 1b "Use Postgres"
    "2\n\nbecause of the load" => 1b "Use Postgres\nbecause of the load"
    "4" => NoSuchOption { question: 1, said: "4", options: 3 }
    "0" => NoSuchOption { question: 1, said: "0", options: 3 }
    "z" => NoSuchOption { question: 1, said: "z", options: 3 }
    "5b" => words "5b"
    "4h" => words "4h"
    "neither, drop it" => words "neither, drop it"
    "1b\n1c" => Twice { question: 1 }
    "> Which database should it use?\n\n2" => 1b "Use Postgres"
    "> Which database should it use?\n2" => 1b "Use Postgres"
    "> 2" => -
    "```\n2\n```" => words "```\n2\n```"
    "see\n```\n2\n```" => words "see\n```\n2\n```"
    "> something else\n\n2" => 1b "Use Postgres"
    "" => -
    "<!-- 2 -->" => -
    "1. keep it\n2. drop it" => words "1. keep it\n2. drop it"
    "\u{200b}2\u{202e}" => 1b "Use Postgres"
    "2\r\n" => 1b "Use Postgres"
    "use postgres, please. Thanks!" => 1b "Use Postgres"
    "Let's go with SQLite" => 1a "Use SQLite"
    "2\u{fe0f}\u{20e3}" => 1b "Use Postgres"
    "2!!" => 1b "Use Postgres"
    "I will ask my boss and tell you tomorrow" => words "I will ask my boss and tell you tomorrow"
    "hm, what do you think is better?" => words "hm, what do you think is better?"
    "not postgres" => words "not postgres"
    "1: whatever ana says" => 1 "whatever ana says"
    "use postgres\n\n> Which database should it use?" => 1b "Use Postgres"
    "```\nuse x\n```" => words "```\nuse x\n```"
    "##);
}

/// Said to be the answer, any words are it.
#[test]
fn what_is_said_to_be_the_answer_is_it() {
    let database = database();
    let said = |body: &str| short(&answers(&[&database], body, Saying::AsAnswer));
    assert_eq!(said("neither, drop it"), r#"1 "neither, drop it""#);
    assert_eq!(
        said("```toml\nhost = \"db\"\n```"),
        r#"1 "```toml\nhost = \"db\"\n```""#
    );
    assert_eq!(said("    indented"), r#"1 "indented""#);
    assert_eq!(said("2"), r#"1b "Use Postgres""#);
}

/// What is said to a question that was answered before goes to no other.
#[test]
fn a_numbered_line_belongs_to_its_number() {
    let answer = Answer {
        by: By::Default,
        text: "Use SQLite".into(),
        option: Some(0),
        at: 1,
        comment: None,
    };
    let (database, port) = (
        Question {
            answer: Some(answer),
            ..database()
        },
        question(2, "Which port?", &[]),
    );
    let said = |body: &str| {
        format!(
            "{body:?} => {}",
            short(&answers(&[&database, &port], body, Saying::Plainly))
        )
    };
    let comments = [
        "1. 2\n2. 8080",
        "1. 2 / 2. 8080",
        "1: b, 2: 8080",
        "8080",
        "2: 8080",
        "1. first\n3. third",
    ];
    insta::assert_snapshot!(comments.map(said).join("\n"), @r#"
    "1. 2\n2. 8080" => 2 "8080" | 1 was answered
    "1. 2 / 2. 8080" => 2 "8080" | 1 was answered
    "1: b, 2: 8080" => 2 "8080" | 1 was answered
    "8080" => 2 "8080"
    "2: 8080" => 2 "8080"
    "1. first\n3. third" => 2 "1. first\n3. third"
    "#);
}

#[test]
fn one_question_without_options_takes_words() {
    let comments = [
        "3",
        "3d",
        "because of the old client",
        "3: nobody dared",
        "1. first\n2. second",
        "> 3",
        "3b",
        "```\nx\n```",
        "    x",
        "```suggestion\ny\n```\n\n> Why was the old column kept?",
        "No idea\n\n> Why was the old column kept?",
    ];
    insta::assert_snapshot!(table(&[reason()], &comments), @r#"
    "3" => 3 "3"
    "3d" => 3 "3d"
    "because of the old client" => 3 "because of the old client"
    "3: nobody dared" => 3 "nobody dared"
    "1. first\n2. second" => 3 "1. first\n2. second"
    "> 3" => -
    "3b" => 3 "3b"
    "```\nx\n```" => 3 "```\nx\n```"
    "    x" => 3 "x"
    "```suggestion\ny\n```\n\n> Why was the old column kept?" => 3 "```suggestion\ny\n```"
    "No idea\n\n> Why was the old column kept?" => 3 "No idea"
    "#);
}

#[test]
fn several_open_questions_want_to_be_named() {
    let comments = [
        "1b 2a",
        "1b, 2a and 3",
        "1: b, 2: a",
        "1: 2, 2: 1",
        "1b\n2a",
        "#1b; #2a",
        "2",
        "b",
        "runs",
        "use sql\nruns",
        "Thanks!\n1b\nbut keep the file\n2a",
        "1: use sqlite\n3: nobody dared\nto touch it",
        "3: because",
        "4a 1a",
        "1f 2a",
        "1a 1b 2a",
        "1a 1a",
        "looks good to me",
        "> What is the table called?\n\nb",
        "> What is the table called?\n\njobs, please\n\n> Which database should it use?\n\n1",
        "> Why was the old column kept?\n\nNo idea",
        "> Use Postgres\n\nyes",
        "> 1b 2a",
        "    1b 2a",
        "```\n1b\n```",
        "> Which database should it use?\n> What is the table called?\n\n1a 2b",
        "3b",
        "1. b\n2. a",
    ];
    insta::assert_snapshot!(table(&[database(), naming(), reason()], &comments), @r##"
    "1b 2a" => 1b "Use Postgres" | 2a "sessions"
    "1b, 2a and 3" => words "1b, 2a and 3"
    "1: b, 2: a" => 1b "Use Postgres" | 2a "sessions"
    "1: 2, 2: 1" => 1b "Use Postgres" | 2a "sessions"
    "1b\n2a" => 1b "Use Postgres" | 2a "sessions"
    "#1b; #2a" => 1b "Use Postgres" | 2a "sessions"
    "2" => WhichQuestion
    "b" => WhichQuestion
    "runs" => 2b "runs"
    "use sql\nruns" => 1a "Use SQLite" | 2b "runs"
    "Thanks!\n1b\nbut keep the file\n2a" => 1b "Use Postgres\nbut keep the file\nThanks!" | 2a "sessions"
    "1: use sqlite\n3: nobody dared\nto touch it" => 1a "Use SQLite" | 3 "nobody dared\nto touch it"
    "3: because" => 3 "because"
    "4a 1a" => 1a "Use SQLite" | NoSuchQuestion { number: 4 }
    "1f 2a" => 2a "sessions" | NoSuchOption { question: 1, said: "f", options: 3 }
    "1a 1b 2a" => 2a "sessions" | Twice { question: 1 }
    "1a 1a" => 1a "Use SQLite"
    "looks good to me" => words "looks good to me"
    "> What is the table called?\n\nb" => 2b "runs"
    "> What is the table called?\n\njobs, please\n\n> Which database should it use?\n\n1" => 1a "Use SQLite" | words "jobs, please"
    "> Why was the old column kept?\n\nNo idea" => 3 "No idea"
    "> Use Postgres\n\nyes" => 1b "Use Postgres"
    "> 1b 2a" => -
    "    1b 2a" => words "1b 2a"
    "```\n1b\n```" => words "```\n1b\n```"
    "> Which database should it use?\n> What is the table called?\n\n1a 2b" => 1a "Use SQLite" | 2b "runs"
    "3b" => NoSuchOption { question: 3, said: "b", options: 0 }
    "1. b\n2. a" => 1b "Use Postgres" | 2a "sessions"
    "##);
}

#[test]
fn a_lone_number_is_clear_where_one_question_has_options() {
    let comments = ["2", "c", "a", "words"];
    insta::assert_snapshot!(table(&[naming(), reason()], &comments), @r#"
    "2" => 2b "runs"
    "c" => NoSuchOption { question: 2, said: "c", options: 2 }
    "a" => 2a "sessions"
    "words" => words "words"
    "#);
}

#[test]
fn numbers_as_options_are_asked_back_when_they_can_mean_two() {
    let comments = ["2", "4", "1", "8"];
    insta::assert_snapshot!(table(&[question(1, "How many?", &["2", "4"])], &comments), @r#"
    "2" => TwoReadings { question: 1, said: "2" }
    "4" => 1b "4"
    "1" => 1a "2"
    "8" => NoSuchOption { question: 1, said: "8", options: 2 }
    "#);
}

#[test]
fn nothing_open_is_nothing_answered() {
    assert_eq!(answers(&[], "1b 2a", Saying::Plainly), Answers::default());
    assert_eq!(ticked(&[], "- [x] 1. Use SQLite"), Answers::default());
}

fn asked(text: &str, options: &[&str], default: Option<&str>) -> Asked {
    let options = options.iter().map(|option| (*option).to_owned()).collect();
    Asked {
        text: text.into(),
        options,
        default: default.map(str::to_owned),
        deadline_ms: Some(1),
    }
}

#[test]
fn what_is_asked_is_tidied() {
    let defaults = [
        ("2", "Two"),
        ("b", "Two"),
        ("two", "Two"),
        ("thre", "Three"),
        ("4", "4"),
        ("own words", "own words"),
    ];
    for (said, meant) in defaults {
        assert_eq!(
            asked("x", &["One", "Two", "Three"], Some(said))
                .tidy()
                .default
                .as_deref(),
            Some(meant),
            "{said}"
        );
    }
    let long = "é".repeat(5_000);
    let many: Vec<String> = (0..20).map(|n| format!("{n} {long}")).collect();
    let many: Vec<&str> = many
        .iter()
        .map(String::as_str)
        .chain(["", " \u{200b} "])
        .collect();
    let tidy = asked(&long, &many, Some(" ")).tidy();
    assert_eq!(
        (tidy.text.chars().count(), tidy.options.len(), tidy.default),
        (4_000, 10, None)
    );
    assert!(
        tidy.options
            .iter()
            .all(|option| option.chars().count() <= 200 && option.ends_with('…'))
    );
    assert_eq!(tidy.deadline_ms, Some(60_000));
    let doubles = asked(" a\u{202e}b ", &["Yes", "yes ", "No\nway"], None).tidy();
    assert_eq!(
        (doubles.text.as_str(), doubles.options),
        ("ab", vec!["Yes".to_owned(), "No way".to_owned()])
    );
}

#[test]
fn questions_are_numbered_and_timed() {
    let tidy = asked("x", &["One", "Two"], Some("b")).tidy();
    let numbered = number(vec![tidy.clone(), tidy], 4, NOW);
    assert_eq!(
        numbered
            .iter()
            .map(|question| question.id)
            .collect::<Vec<_>>(),
        [4, 5]
    );
    assert_eq!(numbered[0].deadline_at, Some(NOW + 60_000));
    let answer = numbered[0].by_default(7).expect("a default");
    assert_eq!(
        (answer.by, answer.option, answer.text.as_str()),
        (By::Default, Some(1), "Two")
    );
}

#[test]
fn questions_stand_in_a_message() {
    let cases = [
        (
            "Done.\n\n```question\nWhich one?\nIt matters.\n- A\n- B\ndefault: 2\ndeadline: 4h\n```\nBye.",
            false,
        ),
        (
            "```question\nFirst?\n```\n\n~~~ Question\nSecond?\n1. A\n2. B\nDefault: whatever\ndeadline: soon\n~~~",
            false,
        ),
        ("```question\n```\n```rust\nIs it?\n```", true),
        ("I looked.\n\nShould I drop **it?**\n\n- yes\n* no\n", true),
        (
            "I looked. Should I\ndrop it?\n1. yes,\n   at once\n2. no",
            true,
        ),
        ("Should I drop it?", false),
        ("Should I?\n\nI will not.", true),
        ("- one?\n- two?", true),
        ("> Should I?", true),
        ("", true),
    ];
    let line = |(message, nothing): (&str, bool)| format!("{:?}", in_message(message, nothing));
    insta::assert_snapshot!(cases.map(line).join("\n"), @r#"
    [Asked { text: "Which one?\nIt matters.", options: ["A", "B"], default: Some("B"), deadline_ms: Some(14400000) }]
    [Asked { text: "First?", options: [], default: None, deadline_ms: None }, Asked { text: "Second?", options: ["A", "B"], default: Some("whatever"), deadline_ms: None }]
    []
    [Asked { text: "Should I drop **it?**", options: ["yes", "no"], default: None, deadline_ms: None }]
    [Asked { text: "I looked. Should I\ndrop it?", options: ["yes, at once", "no"], default: None, deadline_ms: None }]
    []
    []
    []
    []
    []
    "#);
}

#[test]
fn a_box_counts_where_it_stood() {
    let open = [database(), naming()];
    let open: Vec<&Question> = open.iter().collect();
    let head = "### 1 · Which database should it use?\n\n";
    let cases = [
        format!(
            "{head}- [x] b. Use Postgres\n- [ ] a. Use SQLite\n\n### 2 · What\n\n- [X] a. sessions"
        ),
        format!("{head}- [x] b. Use Postgres\n- [x] a. Use SQLite\n\n### 2 ·\n\n- [x] b. runs"),
        format!("{head}- [x] b. Use MySQL"),
        format!("{head}- [x] a. sessions"),
        "### 7 · Old\n\n- [x] a. sessions".to_owned(),
        format!(
            "{head}```\n- [x] a. Use SQLite\n```\n> - [x] a. Use SQLite\n  - [x] a. Use SQLite"
        ),
    ];
    let lines: Vec<String> = cases
        .iter()
        .map(|body| short(&ticked(&open, body)))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    1b "Use Postgres" | 2a "sessions"
    2b "runs" | TwoBoxes { question: 1 }
    BoxChanged
    BoxChanged
    -
    -
    "#);
    assert_eq!(
        short(&ticked(&open, "- [x] 2. Use Postgres\r\n")),
        r#"1b "Use Postgres""#
    );
}
