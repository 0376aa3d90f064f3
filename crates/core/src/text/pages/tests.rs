//! Pages made of values: what they look like, and that nothing foreign is markup in them.

use super::*;
use crate::agent::{PlanEntry, PlanStatus};
use crate::graph::Graph;
use crate::graph::draw::{Bounds, Class, Drawn, Picture};
use crate::ids::{IssueNumber, RepositoryId, TaskKey};
use crate::question::Question;

const NOW: i64 = 1_767_225_600_000;
const HOSTILE: &str = "<b onclick=\"x\">\u{1b}[31m&\u{202e}'</b>";

fn place(issue: i64) -> Place {
    Place {
        repository: "octo/hello".parse().expect("a name"),
        issue: IssueNumber(issue),
    }
}

fn ago(minutes: i64) -> Moment {
    Moment {
        at: NOW - minutes * 60_000,
        now: NOW,
    }
}

fn html(page: &dyn Page, reader: &Reader) -> String {
    let assets = Assets {
        style: "/assets/1.css".to_owned(),
        script: "/assets/2.js".to_owned(),
    };
    let frame = Frame {
        path: "/here?before=1",
        live: Some("/live?page=%2Fhere"),
        theme: Theme::Dark,
        reader,
        assets: &assets,
        version: "1.2.3",
    };
    let html = frame.around(page);
    for bad in ["<b ", "\u{1b}", "\u{202e}", " style=", "<script>"] {
        assert!(!html.contains(bad), "{bad:?} in\n{html}");
    }
    html
}

fn signed_in() -> Reader {
    Reader::SignedIn {
        csrf: "c0ffee".to_owned(),
        news: Some("answered".into()),
        login: None,
        orders: true,
    }
}

fn question() -> Question {
    Question {
        id: 3,
        text: format!("Which one?\n{HOSTILE}"),
        options: vec!["SQLite".to_owned(), HOSTILE.to_owned()],
        default: Some("SQLite".to_owned()),
        deadline_at: Some(NOW + 3_600_000),
        asked_at: NOW - 300_000,
        answer: None,
    }
}

fn acts() -> Acts {
    Acts {
        place: place(12),
        back: "/sessions/1-12-1".to_owned(),
        questions: vec![QuestionView::of(&question(), NOW)],
        orders: vec![Act::Pause, Act::Stop],
    }
}

fn overview() -> Overview {
    let session: crate::ids::SessionId = "1-12-1".parse().expect("an id");
    let title = Line::new(HOSTILE);
    Overview {
        web: "https://github.com".to_owned(),
        troubles: vec![HOSTILE.into()],
        needs: vec![Need {
            place: place(12),
            title: title.clone(),
            kind: "question",
            what: HOSTILE.into(),
            who: "ana".into(),
            session: Some(session.clone()),
            since: Some(ago(5)),
        }],
        more_needs: 2,
        working: vec![WorkRow {
            place: place(13),
            title: title.clone(),
            session,
            role: "swe".into(),
            agent: "goose".into(),
            doing: HOSTILE.into(),
            since: ago(90),
            spent: "12.3k tokens, $0.04, 5 m 1 s at work".into(),
        }],
        queue: QueueBrief {
            at_work: 1,
            slots: 4,
            waiting: 1,
            held: 0,
            paused: vec!["starts in octo/hello are paused".into()],
            rows: vec![QueueRow {
                place: place(14),
                role: "swe".into(),
                number: Some(1),
                reason: "waiting for a free slot".into(),
                since: ago(1),
                starts: None,
            }],
        },
        review: vec![ReviewRow {
            place: place(15),
            title,
            pull: 16,
            draft: true,
            checks: "green".into(),
            since: ago(60 * 50),
        }],
        in_review: 1,
        failed: vec![FailedRow {
            place: place(17),
            title: HOSTILE.into(),
            why: HOSTILE.into(),
            at: ago(2),
        }],
        figures: Some(Figures {
            meters: vec![Meter {
                name: "Created in an hour (installation 7)".into(),
                place: None,
                used: 311,
                of: 400,
                shown: "311 of 400".into(),
                waits: "1 comment until 2026-01-01".into(),
            }],
            budgets: vec![Meter {
                name: "tokens".into(),
                place: Some(place(12)),
                used: 12_300,
                of: 500_000,
                shown: "12.3k of 500k tokens".into(),
                waits: Line::default(),
            }],
            deliveries: "3 since the start".into(),
            ..Figures::default()
        }),
    }
}

#[test]
fn the_overview() {
    insta::assert_snapshot!(html(&overview(), &Reader::Looks));
}

fn session() -> SessionPage {
    let lines = [
        r#"{"kind":"started","agent_session":"s","agent_name":"goose","version":"1","resumed":false}"#.to_owned(),
        line(&crate::agent::Update::Message {
            id: "1".to_owned(),
            text: format!("I look.\n{HOSTILE}"),
        }),
        line(&crate::agent::Update::Tool {
            id: "t".to_owned(),
            title: HOSTILE.to_owned(),
            tool: "edit".to_owned(),
            status: crate::agent::ToolStatus::Pending,
        }),
        line(&crate::agent::Update::Tool {
            id: "t".to_owned(),
            title: HOSTILE.to_owned(),
            tool: "edit".to_owned(),
            status: crate::agent::ToolStatus::Completed,
        }),
        "no JSON".to_owned(),
    ];
    let lines = lines
        .iter()
        .zip(1..)
        .map(|(line, seq)| (seq, NOW - 60_000, line.as_str()));
    let entry = PlanEntry {
        content: HOSTILE.to_owned(),
        status: PlanStatus::InProgress,
        priority: "high".to_owned(),
    };
    SessionPage {
        id: "1-12-1".parse().expect("an id"),
        place: place(12),
        web: "https://github.com".to_owned(),
        title: HOSTILE.into(),
        state: "parked".into(),
        stop: Line::default(),
        role: "swe".into(),
        agent: "goose".into(),
        branch: "agent/12-x".into(),
        pull: Some(13),
        created: ago(20),
        started: Some(ago(10)),
        ended: None,
        spent: "cost unknown".into(),
        plan: vec![PlanLine::of(&entry)],
        entries: entries(lines, NOW).entries,
        older: Some(400),
        newest: true,
        diff: Some(Diff::of(
            "diff --git a/x.rs b/x.rs\n--- a/x.rs\n+++ b/x.rs\n@@ -1 +1,2 @@\n-one\n+<b onclick>\n+two\n",
            true,
        )),
        acts: acts(),
    }
}

fn line(update: &crate::agent::Update) -> String {
    serde_json::to_string(update).expect("an update")
}

#[test]
fn a_session_with_its_forms() {
    insta::assert_snapshot!(html(&session(), &signed_in()));
}

#[test]
fn a_session_for_whoever_looks_has_no_form() {
    let html = html(&session(), &Reader::Looks);
    assert!(
        !html.contains("<textarea") && !html.contains("name=\"csrf\""),
        "{html}"
    );
    assert!(html.contains("Sign in</a> to answer"), "{html}");
}

#[test]
fn somebody_of_github_has_the_pages_of_repositories_and_orders_where_they_may() {
    let reader = |orders| Reader::SignedIn {
        csrf: "c0ffee".to_owned(),
        news: None,
        login: Some("ana".to_owned()),
        orders,
    };
    let looks = html(&session(), &reader(false));
    assert!(!looks.contains("<textarea"), "{looks}");
    assert!(looks.contains("Whoever has write access"), "{looks}");
    assert!(looks.contains("action=\"/sign-out\"") && looks.contains(">ana<"));
    assert!(!looks.contains("href=\"/deliveries\"") && !looks.contains("href=\"/agents\""));
    assert!(html(&session(), &reader(true)).contains("<textarea"));
    let narrow = Overview {
        figures: None,
        ..overview()
    };
    assert!(!html(&narrow, &reader(false)).contains("id=\"figures\""));
}

#[test]
fn github_is_offered_where_people_can_sign_in_by_it() {
    let page = |github| SignIn {
        back: "/queue?a=\"1\"".to_owned(),
        wrong: declined(),
        github,
    };
    let offered = html(&page(true), &Reader::Looks);
    assert!(
        offered.contains("href=\"/sign-in/github?back=%2Fqueue%3Fa%3D%221%22\""),
        "{offered}"
    );
    assert!(!html(&page(false), &Reader::Looks).contains("/sign-in/github"));
    assert_eq!(
        signed_in_as("ana", 28_800).to_string(),
        "You are signed in as ana for 8 hours."
    );
    assert_eq!(
        signed_in_as("ana", 3_600).to_string(),
        "You are signed in as ana for an hour."
    );
    assert_eq!(
        signed_in_as("ana", 1_800).to_string(),
        "You are signed in as ana for 30 minutes."
    );
}

#[test]
fn a_task_and_its_timeline() {
    let fact = |seq: i64, name: &str| Fact {
        id: format!("webhook:{seq}").into(),
        source: "webhook".into(),
        name: name.into(),
        at: ago(3),
        decision: HOSTILE.into(),
        events: vec![("session.queued".into(), HOSTILE.into())],
        effects: vec![],
    };
    let effect = |kind: &str, state: &str| EffectStep {
        kind: kind.into(),
        state: state.into(),
        why: HOSTILE.into(),
        closed: Some(ago(2)),
        tries: 2,
    };
    let timeline = Timeline::join(
        vec![(7, fact(7, "issues.labeled")), (9, fact(9, "outcome"))],
        vec![
            (7, effect("check_trigger", "done")),
            (9, effect("run_turn", "failed")),
            (8, effect("lost", "done")),
        ],
    );
    let page = TaskPage {
        place: place(12),
        web: "https://github.com".to_owned(),
        title: HOSTILE.into(),
        state: "needs-you".into(),
        stands: "Needs ana · 1 open question".into(),
        waits: HOSTILE.into(),
        asked_by: "ana".into(),
        role: "swe".into(),
        agent: "goose".into(),
        branch: "agent/12-x".into(),
        pull: Some((13, true)),
        sessions: vec![SessionRow {
            id: "1-12-1".parse().expect("an id"),
            state: "parked".into(),
            stop: Line::default(),
            agent: "goose".into(),
            spent: "cost unknown".into(),
            created: ago(4),
        }],
        dependencies: vec![DependencyRow {
            place: place(4),
            title: HOSTILE.into(),
            stands: "open",
        }],
        timeline,
        acts: acts(),
    };
    insta::assert_snapshot!(html(&page, &Reader::Looks));
}

#[test]
fn a_graph_drawn_and_told() {
    let key = |issue| TaskKey::new(RepositoryId(1), IssueNumber(issue));
    let drawn = |issue: i64, class| Drawn {
        key: key(issue),
        label: format!("#{issue} {HOSTILE}"),
        class,
        link: Some(format!("https://github.com/octo/hello/issues/{issue}")),
    };
    let issues = [
        drawn(1, Class::Done),
        drawn(2, Class::Working),
        drawn(3, Class::Cycle),
    ];
    let page = GraphPage {
        repository: "octo/hello".parse().expect("a name"),
        picture: Picture::of(&Graph::default(), issues, Bounds::default()),
    };
    insta::assert_snapshot!(html(&page, &Reader::Looks));
}

#[test]
fn an_answer_is_an_option_or_words() {
    let answer = QuestionView::answer;
    assert_eq!(answer("3", "b", " ").as_deref(), Some("answer 3b"));
    assert_eq!(
        answer("3", "b", " both ").as_deref(),
        Some("answer 3: both")
    );
    assert_eq!(answer("3", "", ""), None);
    assert_eq!(answer("3", "b c", ""), None);
    assert_eq!(answer("x", "b", ""), None);
}

#[test]
fn ages_are_told_in_their_greatest_unit() {
    let age = |ms: i64| {
        Moment {
            at: NOW - ms,
            now: NOW,
        }
        .age()
    };
    let ages = [0, 59_000, 61_000, 3_600_000, 172_800_000, -120_000].map(age);
    assert_eq!(
        ages,
        [
            "now",
            "59 s ago",
            "1 min ago",
            "1 h ago",
            "2 d ago",
            "in 2 min"
        ]
    );
}

#[test]
fn words_are_bounded() {
    assert_eq!(
        Line::new(&"é".repeat(100_000)).as_str().chars().count(),
        240
    );
    let block = Block::new(&"x\n".repeat(100_000));
    assert!(block.is_cut() && block.to_string().len() <= 24 * 1024);
    assert_eq!(Line::of_markdown("**Needs** `ana`").as_str(), "Needs ana");
}

#[test]
fn ids_are_an_agents_own_and_begin_anew_with_its_process() {
    let message = |text: &str| {
        line(&crate::agent::Update::Message {
            id: "1".to_owned(),
            text: text.to_owned(),
        })
    };
    let start = line(&crate::agent::Update::Started {
        agent_session: "s".to_owned(),
        agent_name: "goose".to_owned(),
        version: String::new(),
        resumed: true,
        queues: false,
    });
    let lines = [
        message("One"),
        message("One and two"),
        start,
        message("Three"),
    ];
    let lines = lines
        .iter()
        .zip(1..)
        .map(|(line, seq)| (seq, NOW, line.as_str()));
    let transcript = entries(lines, NOW);
    let kinds: Vec<&EntryKind> = transcript.entries.iter().map(|entry| &entry.kind).collect();
    assert_eq!(
        kinds,
        [
            &EntryKind::Message(Block::new("One and two")),
            &EntryKind::Started {
                agent: "goose".into(),
                resumed: true
            },
            &EntryKind::Message(Block::new("Three")),
        ]
    );
}
