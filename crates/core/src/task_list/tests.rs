//! What a list says, and what is wrong with one, by line.

use proptest::prelude::*;

use super::*;
use crate::text::task_list::mistake;

const LIST: &str = "# Tasks

Some words.

## Task: Mend the parser, at last
<!-- AUTO-ISSUE: role:swe priority:high labels:bug,later -->
It drops `#12`.

### Why
```md
## Task: no task
Depends on: nothing
```
- Depends on: #12, octo/lib#3

## Task: Test it
<!-- auto-issue -->
Depends on: mend the parser, at last
Depends on #4
It depends on the weather.

## Notes
Depends on: what is outside
## Task: Only a thought
Depends on: Test it
";

#[test]
fn a_list_is_read_with_all_it_says() {
    let tasks = parse(LIST).expect("it is right");
    let titles: Vec<(usize, &str, bool)> = tasks
        .iter()
        .map(|one| (one.line, one.title.as_str(), one.marked))
        .collect();
    assert_eq!(
        titles,
        [
            (5, "Mend the parser, at last", true),
            (16, "Test it", true),
            (24, "Only a thought", false)
        ]
    );
    let first = &tasks[0];
    assert_eq!(
        (first.role.as_deref(), first.priority.as_deref()),
        (Some("swe"), Some("high"))
    );
    assert_eq!(first.labels, ["bug", "later"]);
    assert_eq!(
        first.body,
        "It drops `#12`.\n\n### Why\n```md\n## Task: no task\nDepends on: nothing\n```"
    );
    assert_eq!(
        awaited(&tasks, 0),
        [
            Waits::Issue("#12".into()),
            Waits::Issue("octo/lib#3".into())
        ]
    );
    assert_eq!(
        awaited(&tasks, 1),
        [Waits::Task(0), Waits::Issue("#4".into())]
    );
    assert_eq!(tasks[1].body, "It depends on the weather.");
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let said = |list: &str| {
        let wrong = parse(list).expect_err("it is wrong");
        wrong.iter().map(mistake).collect::<Vec<_>>().join("\n")
    };
    let list = "<!-- AUTO-ISSUE -->
## Task:
<!-- AUTO-ISSUE: role:swe
## Task: One
<!-- AUTO-ISSUE: role: wizard size:xl -->
<!-- AUTO-ISSUE -->
Depends on:
Depends on: Two
Depends on: Nobody, #4
## task: ONE
## Task: Two
";
    insta::assert_snapshot!(said(list), @r#"
    line 1: a marker outside of any task: it belongs below a `## Task:` heading
    line 2: a task without a title: write it behind `## Task:`
    line 3: a marker that does not end on its line: close it with `-->`
    line 5: the marker says "role:", which is nothing known: there are `role:NAME`, `priority:high|medium|low` and `labels:A,B`
    line 5: the marker says "wizard", which is nothing known: there are `role:NAME`, `priority:high|medium|low` and `labels:A,B`
    line 5: the marker says "size:xl", which is nothing known: there are `role:NAME`, `priority:high|medium|low` and `labels:A,B`
    line 6: a second marker of the same task: leave one
    line 7: nothing stands behind `Depends on:`: name a task's title or an issue
    line 8: the task "Two" has no marker, so that no issue is made of it: mark it, or do not wait for it
    line 9: no task is called "Nobody", and it is no issue such as `#12` either
    line 10: the task on line 4 has the same title: give one of them another
    "#);
    insta::assert_snapshot!(said(""), @"line 1: no task has a marker `<!-- AUTO-ISSUE -->`, so there is nothing to make");
    let many: String = (0..201)
        .map(|at| format!("## Task: {at}\n<!-- AUTO-ISSUE -->\n"))
        .collect();
    insta::assert_snapshot!(said(&many), @"line 402: 201 tasks are marked, and at most 200 may be: split the list");
}

proptest! {
    /// Any text is read or refused, with lines that are there.
    #[test]
    fn any_text_is_read_or_refused(list in "(## Task: [a-c]?\n|<!-- AUTO-ISSUE: role:x -->\n|<!-- AUTO-ISSUE\n|Depends on: [a-d, #1]*\n|```\n|## x\n|[ -~]{0,10}\n){0,20}") {
        match parse(&list) {
            Ok(tasks) => prop_assert!(tasks.iter().any(|task| task.marked)),
            Err(wrong) => {
                let last = list.lines().count().max(1);
                prop_assert!(!wrong.is_empty() && wrong.iter().all(|one| (1..=last).contains(&one.line)));
            }
        }
    }
}
