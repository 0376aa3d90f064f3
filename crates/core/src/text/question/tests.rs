//! The comment that asks, in every stage of its life.

use super::*;
use crate::question::{Asked, number};

const NOW: i64 = 1_763_690_531_000;
const ASKING: Asking<'static> = Asking {
    requester: Some("ana"),
    now: NOW,
    expire_ms: 7 * 86_400_000,
};

fn asked(text: &str, options: &[&str], default: Option<&str>, hours: Option<i64>) -> Asked {
    let options = options.iter().map(|option| (*option).to_owned()).collect();
    Asked {
        text: text.into(),
        options,
        default: default.map(str::to_owned),
        deadline_ms: hours.map(|hours| hours * 3_600_000),
    }
    .tidy()
}

fn database() -> Asked {
    asked(
        "Which database should `store` use?",
        &["SQLite, *bundled*", "Postgres"],
        Some("1"),
        Some(4),
    )
}

fn batch() -> Vec<Question> {
    let long = "May I drop the column?\n\nIt is read by:\n- [ ] nobody\n# as far as I see\n```sql\n# not mine\nselect 1;\n```\n@carol wrote it.";
    let asked = vec![
        database(),
        asked(long, &["yes", "no"], Some("ask me tomorrow"), None),
        asked("Why was it kept?", &[], None, Some(50)),
    ];
    number(asked, 1, NOW)
}

fn answer(question: &mut Question, by: By, option: Option<usize>, text: &str) {
    question.answer = Some(Answer {
        by,
        text: text.into(),
        option,
        at: NOW,
        comment: None,
    });
}

#[test]
fn one_question() {
    let batch = number(vec![database()], 1, NOW);
    insta::assert_snapshot!(render(&batch, 1, &ASKING), @r#"
    @ana **I need a decision** · without an answer in 4 h (2025-11-21 06:02 UTC) I take option 1

    Which database should `store` use?

    - [ ] 1. SQLite, \*bundled\*
    - [ ] 2. Postgres

    Tick a box, or reply `1`. In your own words: `/agent answer …`.
    "#);
}

#[test]
fn one_question_without_options() {
    let batch = number(vec![asked("How is it called?", &[], None, None)], 1, NOW);
    insta::assert_snapshot!(render(&batch, 1, &Asking { requester: None, now: NOW, expire_ms: 7 * 86_400_000 }), @r#"
    **I need a decision** · without an answer in 7 days I stop

    How is it called?

    Reply in your own words.
    "#);
}

#[test]
fn one_question_while_another_is_open_elsewhere() {
    let batch = number(vec![database()], 4, NOW);
    insta::assert_snapshot!(render(&batch, 2, &ASKING), @r#"
    @ana **I need a decision**

    ### 4 · Which database should `store` use?

    - [ ] a. SQLite, \*bundled\*
    - [ ] b. Postgres

    *Without an answer in 4 h (2025-11-21 06:02 UTC) I take option a*

    Tick a box, or reply `4b`, or `4: your words`.
    "#);
}

#[test]
fn several_questions() {
    insta::assert_snapshot!(render(&batch(), 3, &ASKING), @r#"
    @ana **I need 3 decisions**

    ### 1 · Which database should `store` use?

    - [ ] a. SQLite, \*bundled\*
    - [ ] b. Postgres

    *Without an answer in 4 h (2025-11-21 06:02 UTC) I take option a*

    ### 2 · May I drop the column?

    It is read by:
    - ☐ nobody
    \# as far as I see
    ```sql
    # not mine
    select 1;
    ```
    `@carol` wrote it.

    - [ ] a. yes
    - [ ] b. no

    *Without an answer in 7 days I take “ask me tomorrow”*

    ### 3 · Why was it kept?

    *Answer wanted in 2 days (2025-11-23 04:02 UTC)*

    Tick a box each, or reply `1b 2a`, or `1: your words`.
    "#);
}

#[test]
fn several_questions_partly_answered() {
    let mut batch = batch();
    answer(
        &mut batch[0],
        By::Person("bob".into()),
        Some(1),
        "Postgres\nbut @carol should know",
    );
    answer(
        &mut batch[2],
        By::Person("ana".into()),
        None,
        "nobody dared",
    );
    insta::assert_snapshot!(render(&batch, 1, &ASKING), @r#"
    @ana **I need a decision**

    ### 1 · Which database should `store` use?

    - ☐ a. SQLite, \*bundled\*
    - ☑ b. Postgres

    Answered by `@bob`: b. Postgres (“but `@carol` should know”)

    ### 2 · May I drop the column?

    It is read by:
    - ☐ nobody
    \# as far as I see
    ```sql
    # not mine
    select 1;
    ```
    `@carol` wrote it.

    - [ ] a. yes
    - [ ] b. no

    *Without an answer in 7 days I take “ask me tomorrow”*

    ### 3 · Why was it kept?

    Answered by `@ana`: “nobody dared”

    Tick a box, or reply `2b`, or `2: your words`.
    "#);
}

#[test]
fn all_answered() {
    let mut batch = number(vec![database()], 1, NOW);
    answer(&mut batch[0], By::Person("bob".into()), Some(1), "Postgres");
    insta::assert_snapshot!(render_answered(&batch), @r#"
    **Answered**

    Which database should `store` use?

    - ☐ 1. SQLite, \*bundled\*
    - ☑ 2. Postgres

    Answered by `@bob`: 2. Postgres
    "#);
    assert_eq!(render(&batch, 0, &ASKING), render_answered(&batch));
    batch[0].answer = batch[0].by_default(NOW);
    insta::assert_snapshot!(render_answered(&batch), @r#"
    **Answered**

    Which database should `store` use?

    - ☑ 1. SQLite, \*bundled\*
    - ☐ 2. Postgres

    No answer came by 2025-11-21 06:02 UTC, so the default applies: 1. SQLite, \*bundled\*
    "#);
}

#[test]
fn never_answered() {
    let mut batch = batch();
    answer(
        &mut batch[0],
        By::Person("bob".into()),
        Some(0),
        "SQLite, *bundled*",
    );
    insta::assert_snapshot!(render_expired(&batch[..2], 7 * 86_400_000), @r#"
    **No answer came**

    ### 1 · Which database should `store` use?

    - ☑ a. SQLite, \*bundled\*
    - ☐ b. Postgres

    Answered by `@bob`: a. SQLite, \*bundled\*

    ### 2 · May I drop the column?

    It is read by:
    - ☐ nobody
    \# as far as I see
    ```sql
    # not mine
    select 1;
    ```
    `@carol` wrote it.

    - ☐ a. yes
    - ☐ b. no

    No answer came within 7 days.
    "#);
    insta::assert_snapshot!(render_answered(&batch[2..]), @r#"
    **No longer asked**

    Why was it kept?

    Not answered, and no longer asked.
    "#);
}

#[test]
fn nothing_can_be_ticked_in_a_frozen_comment_and_nobody_is_pinged() {
    for page in [
        render_answered(&batch()),
        render_expired(&batch(), 7 * 86_400_000),
    ] {
        assert!(!page.contains("[ ]") && !page.contains("[x]"), "{page}");
        assert_eq!(
            sanitise::outbound(&page, &Allow::nothing()),
            page,
            "something is live"
        );
    }
}

#[test]
fn the_longest_batch_fits_and_keeps_its_boxes() {
    let options: Vec<String> = (0..10).map(|n| format!("{n}{}", "<".repeat(300))).collect();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let one = asked(&"<@ana> ".repeat(900), &options, None, None);
    let page = render(&number(vec![one; 10], 1, NOW), 10, &ASKING);
    assert!(page.chars().count() <= LIMIT);
    assert_eq!(page.matches("\n- [ ] ").count(), 100);
    assert!(
        page.ends_with("`1: your words`."),
        "{}",
        &page[page.len() - 100..]
    );
}

#[test]
fn spans_are_said_as_people_plan() {
    let said: Vec<String> = [
        -1,
        29_000,
        60_000,
        3_600_000,
        5_400_000,
        14_400_000,
        172_800_000,
    ]
    .into_iter()
    .map(about)
    .collect();
    assert_eq!(
        said,
        [
            "less than a minute",
            "less than a minute",
            "1 min",
            "1 h",
            "90 min",
            "4 h",
            "2 days"
        ]
    );
}
