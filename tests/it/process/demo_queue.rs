//! `skep demo --queue`: ten issues end as they should, in the order that they name, and each hold is told with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::{Value, json};

use super::demo::{command, interrupt, left, path, run, stage};
use super::running::{Told, skep};

/// The ten, with what each says it waits for and how it ends.
const TEN: [(i64, &[i64], &str); 10] = [
    (1, &[], "merged as #"),
    (2, &[1], "merged as #"),
    (3, &[], "merged as #"),
    (4, &[2, 3], "in review as #"),
    (8, &[], "merged as #"),
    (9, &[], "merged as #"),
    (10, &[], "merged as #"),
    (11, &[8, 9, 10], "merged as #"),
    (12, &[8, 9, 10], "merged as #"),
    (13, &[8, 9, 10], "merged as #"),
];
const LIMITED: i64 = 3;
const APPROVED: i64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn ten_issues_end_as_they_should_and_the_graph_is_drawn() {
    let stage = stage();
    let (code, out, err) = run(command(stage.path(), &["--queue"], &path())).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(
        out.contains("\n10 of 10 issues ended as they should, in "),
        "{out}"
    );
    let table = out.split_once("\nISSUE  TITLE").expect("a table").1;
    for (issue, _, end) in TEN {
        let row = table
            .lines()
            .find(|line| line.starts_with(&format!("#{issue} ")));
        assert!(row.is_some_and(|row| row.contains(end)), "#{issue}: {out}");
    }
    let happened = |issue: i64, words: &str| {
        let line = format!(" s  {:<4} {words}", format!("#{issue}"));
        assert!(
            out.lines().any(|shown| shown.contains(&line)),
            "{line}: {out}"
        );
    };
    happened(2, "held        waits for #1");
    happened(2, "released    it was waiting for #1");
    happened(APPROVED, "held        waits for #");
    happened(APPROVED, "held        its start has to be approved");
    happened(APPROVED, "ana         comments `/agent approve`");
    happened(APPROVED, "released    its start is approved");
    happened(LIMITED, "paused      by the provider's limit; goes on at ");
    happened(LIMITED, "resumed     the limit is over; ");
    happened(6, "phase       started");
    happened(7, "phase       waits for #6");
    happened(7, "phase       complete");
    happened(1, "ana         merges pull request #");
    happened(5, "ana         closes it as completed");
    let plan = "\n    **Sprint done** · ██████ 6 of 6\n    \n    - **#6 Sow** · 3 of 3 · complete\n    \
                - **#7 Plant out** · 3 of 3 · complete\n";
    assert!(out.contains(plan), "{out}");
    let drawn = "\n    #1 Count the beds · done\n    └─ #2 Measure the beds · done\n    #3 List the tools · done\n    \
                 └─ #4 Plan the week · review, after #2 too\n";
    assert!(out.contains(drawn), "{out}");
    let page = out
        .split_once("\n```mermaid\nflowchart LR\n")
        .expect("a graph")
        .1;
    let (page, next) = page
        .split_once("\n```\n\nNext:\n")
        .expect("what to do next");
    assert_eq!(next.lines().count(), 3, "{next}");
    for title in ["Count the beds", "Sow beans", "Plant out"] {
        assert!(page.contains(&format!(" {title}\"]:::done")), "{page}");
    }
    // Where this copy of skep lies is nobody's width.
    let shown = out.replace(env!("CARGO_BIN_EXE_skep"), "skep");
    let wide = shown.lines().filter(|line| !line.starts_with("    click "));
    let wide: Vec<&str> = wide.filter(|line| line.chars().count() > 100).collect();
    assert_eq!(wide, [""; 0]);
    assert_eq!(left(stage.path()), [""; 0]);
}

/// What `--json` says, by event.
struct Said {
    lines: Vec<Value>,
}

impl Said {
    fn of(out: &str) -> Self {
        let lines = out
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        Self {
            lines: lines.collect(),
        }
    }

    fn all(&self, event: &str, issue: i64) -> impl Iterator<Item = &Value> {
        let of = move |line: &&Value| line["event"] == event && line["issue"] == issue;
        self.lines.iter().filter(of)
    }

    fn first(&self, event: &str, issue: i64) -> &Value {
        let mut all = self.all(event, issue);
        all.next()
            .unwrap_or_else(|| panic!("no {event} of #{issue}: {:?}", self.lines))
    }

    fn time(&self, event: &str, issue: i64) -> i64 {
        self.first(event, issue)["time"].as_i64().expect("a time")
    }

    fn last(&self) -> &Value {
        self.lines.last().expect("lines")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_each_is_true() {
    let stage = stage();
    let (code, out, err) = run(command(stage.path(), &["--queue", "--json"], &path())).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let said = Said::of(&out);
    for (issue, after, _) in TEN {
        let began = said.time("session.dispatched", issue);
        for blocker in after {
            // Of what is closed others may hear before its own task does.
            let merged = said.time("demo.person", *blocker);
            assert!(
                merged <= began,
                "#{issue} began before #{blocker} was merged"
            );
        }
        // Each is worked on in one session: no try is burnt.
        let sessions = said.all("session.dispatched", issue);
        let sessions: BTreeSet<&str> = sessions
            .filter_map(|line| line["session"].as_str())
            .collect();
        assert_eq!(sessions.len(), 1, "#{issue}: {out}");
    }
    // What holds an issue is what it says, and it is let go once that is there.
    for (issue, after) in [(2, &[1][..]), (APPROVED, &[2, 3])] {
        let mut named: BTreeMap<String, i64> = BTreeMap::new();
        for held in said.all("task.held", issue) {
            let time = held["time"].as_i64().expect("a time");
            for one in held["details"]["issues"].as_array().expect("issues") {
                named.insert(one.as_str().expect("a text").to_owned(), time);
            }
        }
        let expected: Vec<String> = after.iter().map(|one| format!("#{one}")).collect();
        let names: Vec<&String> = named.keys().collect();
        assert_eq!(
            names,
            expected.iter().collect::<Vec<_>>(),
            "#{issue}: {out}"
        );
        let released = said.time("task.released", issue);
        assert!(named.values().all(|held| *held <= released), "{out}");
    }
    let held = said.all("task.held", APPROVED).last().expect("held");
    assert_eq!(held["details"]["gate"], "approval", "{out}");
    nothing_starts_during_the_limit(&said);
    let last = said.last();
    assert_eq!(
        (&last["event"], &last["ok"]),
        (&json!("demo.finished"), &json!(true)),
        "{last}"
    );
    let issues = last["details"]["issues"].as_array().expect("issues");
    assert_eq!(issues.len(), TEN.len(), "{last}");
    for (line, (issue, _, end)) in issues.iter().zip(TEN) {
        let ended = line["ended"].as_str().expect("an end");
        assert!(line["issue"] == issue && ended.starts_with(end), "{line}");
    }
    let graph = last["details"]["graph"].as_str().expect("a graph");
    assert!(graph.starts_with("flowchart LR\n"), "{last}");
}

/// The provider is not asked before the moment it named, unless it lets another session in meanwhile; the session that it stopped
/// goes on at that moment.
fn nothing_starts_during_the_limit(said: &Said) {
    let paused = said.first("session.paused", LIMITED);
    let from = paused["time"].as_i64().expect("a time");
    let until = paused["details"]["until"].as_i64().expect("a time");
    assert!(
        paused["details"]["why"] == "rate_limit" && until > from,
        "{paused}"
    );
    let times = |event: &str| -> Vec<i64> {
        let lines = said.lines.iter().filter(|line| line["event"] == event);
        lines.filter_map(|line| line["time"].as_i64()).collect()
    };
    // A session that was dispatched before, whose turn begins only now and is answered, shows that the limit is over.
    let shown = times("workspace.ready")
        .into_iter()
        .filter(|at| *at > from)
        .min();
    let shut = from + 1..until.min(shown.unwrap_or(i64::MAX));
    let mut early = times("session.dispatched");
    early.retain(|at| shut.contains(at));
    assert_eq!(early, [0; 0], "{paused}");
    let again = said
        .all("session.dispatched", LIMITED)
        .nth(1)
        .expect("it goes on");
    assert_eq!(again["session"], paused["session"]);
    assert!(again["time"].as_i64() >= Some(until), "{again}");
}

/// The program is removed before it runs, so that there is no agent to start.
#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_end_as_it_should_is_named() {
    let stage = stage();
    let bin = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    std::fs::hard_link(env!("CARGO_BIN_EXE_skep"), bin.path().join("skep"))
        .expect("the same file system");
    let mut shell = Command::new("sh");
    let script = "exec 3<\"$SKEP\"; rm \"$SKEP\"; exec /proc/self/fd/3 demo --queue --json";
    shell
        .args(["-c", script])
        .env_clear()
        .env("PATH", path())
        .env("TMPDIR", stage.path())
        .env("SKEP", bin.path().join("skep"));
    let (code, out, err) = run(shell).await;
    let said = Said::of(&out);
    let last = said.last();
    assert_eq!(
        (&last["event"], &last["ok"]),
        (&json!("demo.finished"), &json!(false)),
        "{last}"
    );
    assert_eq!(code, Some(1), "{out}");
    let words = err.lines().last().expect("a last word");
    for part in [
        "skep: #1 was not merged (",
        "#2 was not merged (it is held: something it waits for will not come by itself)",
        "#4 is not in review (it is held: ",
        "#10 was not merged (the command ",
        "#11 was not merged (skep never took it up)",
        "the plan #5 is not done; the lines above say how far it came",
    ] {
        assert!(words.contains(part), "{part}: {err}");
    }
    assert_eq!(left(stage.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_in_the_middle_leaves_nothing() {
    let stage = stage();
    let mut told = Told::start(command(stage.path(), &["--queue"], &path()));
    told.until("held  ");
    interrupt(&told);
    assert_eq!(told.end(), Some(1), "{}", told.said);
    assert_eq!(left(stage.path()), [""; 0]);
}

/// The drawing is what `skep graph` makes of it while all of it is still running.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_can_be_asked_for_its_graph() {
    let stage = stage();
    let command = command(stage.path(), &["--queue", "--keep"], &path());
    let told = tokio::task::spawn_blocking(move || {
        let mut told = Told::start(command);
        told.until("And look: ");
        told
    });
    let mut told = told.await.expect("told");
    let look = told
        .said
        .lines()
        .last()
        .and_then(|line| line.split_once("--admin "));
    let admin = look.expect("an address").1;
    for (format, indent) in [("text", "    "), ("mermaid", "")] {
        let asked = format!("graph octo/garden --format {format} --admin {admin}");
        let (code, drawn, err) = skep(&asked, &[]).await;
        assert_eq!((code, err.as_str()), (Some(0), ""), "{drawn}");
        let shown: String = drawn
            .lines()
            .map(|line| format!("{indent}{line}\n"))
            .collect();
        assert!(told.said.contains(&shown), "{shown}: {}", told.said);
    }
    assert!(told.said.contains("\"path\":\"week.md\""), "{}", told.said);
    interrupt(&told);
    assert_eq!(told.end(), Some(0), "{}", told.said);
    assert_eq!(left(stage.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_played_by_the_scripted_agent_only() {
    let stage = stage();
    let arguments = ["--queue", "--agent", "goose"];
    let (code, _, err) = run(command(stage.path(), &arguments, &path())).await;
    assert!(code == Some(2) && err.contains("--agent"), "{err}");
    assert_eq!(left(stage.path()), [""; 0]);
}
