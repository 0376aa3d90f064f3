//! Pictures, at a usual size, a large one and a small one.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::json;

use super::super::canvas::Theme;
use super::super::step::{Input, Key, step};
use super::*;
use crate::http::types::OverviewAnswer;

const NOW: i64 = 1_700_000_000_000;
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

fn busy() -> State {
    let ago = |minutes: i64| NOW - minutes * 60_000;
    let overview = json!({
        "at": NOW, "more_needs": 0, "in_review": 1,
        "troubles": [],
        "needs": [
            { "repository": "octo/garden", "issue": 7, "title": "Paint the gate \u{1b}[31mred", "session": "7-7-1",
              "kind": "question", "what": "Which colour should the gate have: the old green, or the red of the house next to it?",
              "who": "ana", "since": ago(95) },
            { "repository": "octo/garden", "issue": 8, "title": "Move the fence", "kind": "plan",
              "what": "Its plan waits for approval.", "who": "ana", "since": ago(5) },
        ],
        "working": [
            { "repository": "octo/garden", "issue": 9, "title": "花園の門を直す", "session": "7-9-1", "role": "swe",
              "agent": "demo-agent", "doing": "running the tests of the whole garden", "spent": "", "since": ago(3) },
            { "repository": "a-very-long-organisation/with-a-very-long-repository", "issue": 1234, "title": "Mend the roof",
              "session": "8-1234-1", "role": "researcher", "agent": "demo-agent", "doing": "reading", "spent": "", "since": ago(600) },
        ],
        "queue": { "at_work": 2, "slots": 2, "waiting": 1, "held": 1, "queue": [
            { "repository": "octo/garden", "issue": 12, "title": "Water the roses", "role": "swe", "queued_at": ago(2),
              "place": 1, "state": "ready", "reason": "waiting for a free slot" },
            { "repository": "octo/garden", "issue": 13, "title": "Cut the hedge", "role": "swe", "queued_at": ago(30),
              "place": null, "state": "held", "reason": "waiting for #12" },
        ] },
        "review": [{ "repository": "octo/garden", "issue": 3, "title": "Plant a tree", "pull": 14, "draft": true,
                     "checks": "green", "since": ago(4_000) }],
        "failed": [{ "repository": "octo/garden", "issue": 2, "title": "Dig a well", "why": "The agent ended without a word.", "at": ago(12) }],
        "figures": {
            "day": { "completed": 5, "failed": 1, "cancelled": 0, "pulls": 4, "merged": 3, "tokens": "1.2M", "cost": "$3.10" },
            "meters": [
                { "name": "Created in a minute (installation 1)", "used": 3, "of": 60, "waits": "" },
                { "name": "Created in an hour (installation 1)", "used": 400, "of": 500, "waits": "2 comments until 22:20" },
                { "name": "Points in a minute (installation 1)", "used": 90, "of": 900, "waits": "" },
            ],
        },
    });
    let overview: OverviewAnswer = serde_json::from_value(overview).expect("an overview");
    State::new("http://127.0.0.1:3001".into(), overview)
}

/// Looks at the first task, which has a question and a log.
fn looked_at() -> State {
    let mut state = busy();
    step(&mut state, Input::Key(Key::Enter));
    let task = json!({
        "task": "7#7", "repository": "octo/garden", "issue": 7, "title": "Paint the gate", "state": "needs-you",
        "stands": "It waits for an answer.", "waits": "", "role": "swe", "agent": "demo-agent", "session": "7-7-1",
        "pull": null, "story": [], "timeline": [], "orders": ["pause", "stop"],
        "questions": [{ "number": 1, "text": "Which colour should the gate have?\n\nThe old one was green.",
                        "options": ["green", "red \u{1b}]0;owned\u{7}as the house"], "default": "green",
                        "until": NOW + 3_600_000, "since": NOW - 300_000 }],
    });
    let place = state.place().expect("a line");
    let task = serde_json::from_value(task).expect("a task");
    step(&mut state, Input::Task(place, Box::new(task)));
    let line = |seq: i64, body: serde_json::Value| json!({ "seq": seq, "time": NOW - 60_000 + seq * 1_000, "kind": body["kind"], "body": body });
    let lines = [
        line(
            1,
            json!({ "kind": "started", "agent_session": "s", "agent_name": "demo", "version": "1", "resumed": false }),
        ),
        line(2, json!({ "kind": "message", "id": "1", "text": "I look" })),
        line(
            3,
            json!({ "kind": "message", "id": "1", "text": "I look at the gate first, and at the paint that is left in the shed behind the house." }),
        ),
        line(
            4,
            json!({ "kind": "tool", "id": "2", "title": "cat gate.md", "tool": "execute", "status": "completed" }),
        ),
    ];
    let log = serde_json::from_value(json!({ "lines": lines, "next": 4 })).expect("a log");
    step(&mut state, Input::Log("7-7-1".into(), log));
    state
}

/// The picture, with what is reversed or coloured told apart below it where that is asked for.
fn picture(state: &State, (width, height): (u16, u16)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a backend");
    let drawn = terminal.draw(|frame| {
        let area = frame.area();
        let theme = Theme { colour: true };
        draw(state, &mut Canvas::new(frame.buffer_mut(), area, theme));
    });
    drawn.expect("a picture");
    let text = terminal.backend().to_string();
    assert!(
        !text.chars().any(|c| c.is_control() && c != '\n'),
        "{text:?}"
    );
    text
}

fn pictures(state: &State) -> String {
    SIZES.map(|size| picture(state, size)).join("\n")
}

#[test]
fn the_list_has_what_needs_a_person_first() {
    insta::assert_snapshot!(pictures(&busy()));
}

#[test]
fn a_task_has_its_question_and_its_log() {
    insta::assert_snapshot!(pictures(&looked_at()));
}

#[test]
fn an_answer_is_picked_or_typed() {
    let mut state = looked_at();
    step(&mut state, Input::Key(Key::Char('a')));
    step(&mut state, Input::Key(Key::Down));
    insta::assert_snapshot!(pictures(&state));
}

#[test]
fn the_keys_are_told() {
    let mut state = busy();
    step(&mut state, Input::Key(Key::Char('?')));
    insta::assert_snapshot!(pictures(&state));
}

#[test]
fn a_skep_that_does_not_answer_is_told_above_what_was_seen() {
    let mut state = busy();
    step(&mut state, Input::Away);
    step(&mut state, Input::Tick(NOW + 5_000));
    let text = picture(&state, (80, 24));
    assert!(
        text.contains("The skep at http://127.0.0.1:3001 does not answer."),
        "{text}"
    );
    assert!(text.contains("octo/garden#7"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_to_show_says_how_something_begins() {
    let state = State::new("http://127.0.0.1:3001".into(), OverviewAnswer::default());
    let text = picture(&state, (80, 24));
    assert!(text.contains("Nothing is at work"), "{text}");
    let mut state = busy();
    for key in "/zebra".chars() {
        step(&mut state, Input::Key(Key::Char(key)));
    }
    let text = picture(&state, (80, 24));
    assert!(text.contains("Nothing here fits \"zebra\"."), "{text}");
}

#[test]
fn every_size_has_a_picture_with_what_is_chosen_in_it() {
    let mut state = busy();
    step(&mut state, Input::Key(Key::Last));
    for (width, height) in [
        (1, 1),
        (19, 5),
        (20, 6),
        (21, 7),
        (80, 8),
        (300, 9),
        (33, 100),
    ] {
        let text = picture(&state, (width, height));
        if width >= 33 {
            assert!(text.contains("#2"), "{width}x{height}:\n{text}");
        }
        let mut state = looked_at();
        picture(&state, (width, height));
        step(&mut state, Input::Key(Key::Char('a')));
        picture(&state, (width, height));
        step(&mut state, Input::Key(Key::Escape));
        step(&mut state, Input::Key(Key::Char('?')));
        picture(&state, (width, height));
    }
}

#[test]
fn without_colours_what_is_chosen_is_seen_by_its_weight() {
    let state = busy();
    let area = ratatui::layout::Rect::new(0, 0, 80, 24);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    draw(
        &state,
        &mut Canvas::new(&mut buffer, area, Theme { colour: false }),
    );
    let plain = |cell: &ratatui::buffer::Cell| {
        cell.fg == ratatui::style::Color::Reset && cell.bg == ratatui::style::Color::Reset
    };
    assert!(buffer.content.iter().all(plain), "a colour");
    let reversed = |y: u16| {
        let cell = &buffer[(4, y)];
        cell.modifier.contains(ratatui::style::Modifier::REVERSED)
    };
    assert_eq!((0..24).filter(|y| reversed(*y)).count(), 1);
}

#[test]
fn one_plain_table_fits_eighty_columns() {
    let text = super::super::plain::text(&busy().overview, None);
    for line in text.lines() {
        assert!(
            line.chars().count() <= 80 && !line.contains('\u{1b}'),
            "{line:?}"
        );
    }
    insta::assert_snapshot!(text);
}
