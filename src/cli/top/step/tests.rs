//! What keys and news come to.

use serde_json::json;

use super::super::row::Section;
use super::*;
use crate::http::types::{NeedLine, QueueLine, WorkingLine};

fn overview() -> OverviewAnswer {
    let mut overview = OverviewAnswer {
        at: 1_700_000_000_000,
        needs: vec![need(7, "question", "Which colour?")],
        working: vec![working(9), working(11)],
        ..OverviewAnswer::default()
    };
    overview.queue.queue = vec![QueueLine {
        repository: Some("octo/garden".into()),
        issue: Some(12),
        title: "Water the roses".into(),
        reason: "waiting for a free slot".into(),
        place: Some(1),
        ..QueueLine::default()
    }];
    overview
}

fn need(issue: i64, kind: &str, what: &str) -> NeedLine {
    NeedLine {
        repository: "octo/garden".into(),
        issue,
        kind: kind.into(),
        what: what.into(),
        ..NeedLine::default()
    }
}

fn working(issue: i64) -> WorkingLine {
    WorkingLine {
        repository: "octo/garden".into(),
        issue,
        title: format!("Issue {issue}"),
        role: "swe".into(),
        ..WorkingLine::default()
    }
}

fn state() -> State {
    State::new("http://127.0.0.1:3001".into(), overview())
}

fn press(state: &mut State, keys: impl IntoIterator<Item = Key>) -> Request {
    let all = keys.into_iter().map(|key| step(state, Input::Key(key)));
    all.last().expect("a key")
}

fn text(state: &mut State, text: &str) -> Request {
    press(state, text.chars().map(Key::Char))
}

fn place(issue: i64) -> Place {
    Place {
        repository: "octo/garden".into(),
        issue,
    }
}

fn task(issue: i64, orders: &[&str], questions: serde_json::Value) -> Input {
    let task = json!({
        "task": format!("7#{issue}"), "repository": "octo/garden", "issue": issue, "state": "needs-you",
        "session": format!("7-{issue}-1"), "pull": null, "story": [], "timeline": [],
        "orders": orders, "questions": questions,
    });
    let task = serde_json::from_value(task).expect("a task");
    Input::Task(place(issue), Box::new(task))
}

fn question(number: u32) -> serde_json::Value {
    json!({ "number": number, "text": "Which colour?", "options": ["green", "red"] })
}

#[test]
fn what_needs_a_person_is_first_and_the_arrows_choose() {
    let mut state = state();
    let sections: Vec<Section> = state.rows().iter().map(|row| row.section).collect();
    assert_eq!(
        sections,
        [
            Section::Needs,
            Section::Working,
            Section::Working,
            Section::Queued
        ]
    );
    assert_eq!(state.place(), Some(place(7)));
    press(&mut state, [Key::Down, Key::Char('j')]);
    assert_eq!(state.place(), Some(place(11)));
    press(&mut state, [Key::Last, Key::Down, Key::PageDown]);
    assert_eq!(state.place(), Some(place(12)));
    press(&mut state, [Key::Up, Key::First, Key::Char('k')]);
    assert_eq!(state.place(), Some(place(7)));
}

#[test]
fn what_is_chosen_stays_chosen_wherever_it_goes() {
    let mut state = state();
    press(&mut state, [Key::Down]);
    assert_eq!(state.place(), Some(place(9)));
    // Another question comes above it, and it is paused itself.
    let mut news = overview();
    news.needs
        .push(need(8, "plan", "Its plan waits for approval."));
    news.needs.push(need(9, "paused", "Paused."));
    news.working.remove(0);
    step(&mut state, Input::Overview(Box::new(news)));
    assert_eq!(state.place(), Some(place(9)));
    // It is gone: something is chosen all the same, and an order is about what is shown.
    let mut news = overview();
    news.needs.clear();
    news.queue.queue.clear();
    news.working.remove(0);
    step(&mut state, Input::Overview(Box::new(news)));
    assert_eq!(state.place(), Some(place(11)));
}

#[test]
fn a_session_is_stopped_after_a_yes_and_by_nothing_else() {
    let mut state = state();
    press(&mut state, [Key::Down]);
    assert_eq!(text(&mut state, "s"), Request::Nothing);
    assert_eq!(state.dialog, Dialog::Stop(place(9)));
    // The question is about the issue that was chosen then.
    press(&mut state, [Key::Down, Key::Enter, Key::Char('x')]);
    assert_eq!(state.dialog, Dialog::Stop(place(9)));
    assert_eq!(text(&mut state, "n"), Request::Nothing);
    assert_eq!(
        (&state.dialog, state.said.as_str()),
        (&Dialog::None, "Not stopped.")
    );
    assert_eq!(
        text(&mut state, "sy"),
        Request::Order(place(9), "stop".into())
    );
    step(&mut state, Input::Told("octo/garden#9: stopped".into()));
    assert_eq!(state.said, "octo/garden#9: stopped");
}

#[test]
fn what_is_paused_goes_on_by_the_same_key() {
    let mut state = state();
    press(&mut state, [Key::Down]);
    let paused = text(&mut state, "p");
    assert_eq!(paused, Request::Order(place(9), "pause".into()));
    let mut news = overview();
    news.needs = vec![need(9, "paused", "Paused.")];
    step(&mut state, Input::Overview(Box::new(news)));
    press(&mut state, [Key::First]);
    let resumed = text(&mut state, "p");
    assert_eq!(resumed, Request::Order(place(9), "resume".into()));
    // Of a task that is looked at it is known.
    press(&mut state, [Key::Enter]);
    step(&mut state, task(9, &["retry"], json!([])));
    assert_eq!(text(&mut state, "p"), Request::Nothing);
    assert_eq!(
        state.said,
        "octo/garden#9 is needs-you: there is nothing to pause."
    );
    assert_eq!(
        text(&mut state, "r"),
        Request::Order(place(9), "retry".into())
    );
}

#[test]
fn a_question_is_answered_by_an_option_or_in_words() {
    let mut state = state();
    assert_eq!(text(&mut state, "a"), Request::Nothing);
    assert_eq!(state.watched(), Some(place(7)));
    assert_eq!(state.dialog, Dialog::None);
    let both = json!([question(1), question(2)]);
    step(&mut state, task(7, &["stop"], both.clone()));
    assert!(matches!(&state.dialog, Dialog::Answer(answer) if answer.question == 1));
    let second = press(&mut state, [Key::Down, Key::Down, Key::Enter]);
    assert_eq!(second, Request::Order(place(7), "answer 1b".into()));
    // The next one, in words; a key that is an order elsewhere is a letter here.
    text(&mut state, "a");
    press(&mut state, [Key::Tab]);
    text(&mut state, "aqsx");
    let order = press(&mut state, [Key::Backspace, Key::Enter]);
    assert_eq!(order, Request::Order(place(7), "answer 2: aqs".into()));
    // Somebody else answered meanwhile.
    text(&mut state, "a");
    step(&mut state, task(7, &["stop"], json!([question(2)])));
    assert_eq!(state.dialog, Dialog::None);
    assert_eq!(state.said, "octo/garden#7 has no open question.");
    // Nothing to choose from and nothing typed is no answer.
    let open = json!([{ "number": 3, "text": "How?", "options": [] }]);
    step(&mut state, task(7, &["stop"], open));
    text(&mut state, "a");
    assert_eq!(press(&mut state, [Key::Enter]), Request::Nothing);
    assert!(matches!(state.dialog, Dialog::Answer(_)));
    assert!(state.said.starts_with("Type an answer"), "{}", state.said);
}

#[test]
fn a_filter_is_typed_and_taken_away() {
    let mut state = state();
    assert_eq!(text(&mut state, "/ROSES garden"), Request::Nothing);
    assert_eq!(state.rows().len(), 1);
    assert_eq!(state.place(), Some(place(12)));
    press(&mut state, [Key::Enter]);
    assert_eq!(state.dialog, Dialog::None);
    assert_eq!(state.rows().len(), 1);
    press(&mut state, [Key::Escape]);
    assert_eq!(state.rows().len(), 4);
    text(&mut state, "/nothing like it");
    press(&mut state, [Key::Enter]);
    assert_eq!(text(&mut state, "p"), Request::Nothing);
    assert_eq!(state.said, "Choose a line first, with the arrow keys.");
}

#[test]
fn a_log_is_of_its_session_and_has_a_bound() {
    let mut state = state();
    press(&mut state, [Key::Enter]);
    let lines = |from: i64, number: i64| {
        let lines: Vec<_> = (from..from + number)
            .map(|seq| json!({ "seq": seq, "time": 0, "kind": "said", "body": "x" }))
            .collect();
        serde_json::from_value(json!({ "lines": lines, "next": from + number - 1 })).expect("a log")
    };
    let log = |state: &mut State, session: &str, answer| {
        step(state, Input::Log(session.to_owned(), answer));
        state.task.as_ref().expect("looked at").log.len()
    };
    // Before it is known whose it is, and of another session.
    assert_eq!(log(&mut state, "7-7-1", lines(1, 3)), 0);
    step(&mut state, task(7, &[], json!([])));
    assert_eq!(log(&mut state, "7-7-2", lines(1, 3)), 0);
    assert_eq!(log(&mut state, "7-7-1", lines(1, 3)), 3);
    assert_eq!(log(&mut state, "7-7-1", lines(2, 3)), 4);
    assert_eq!(log(&mut state, "7-7-1", lines(5, 5_000)), LOG_LINES);
    // The task of another issue comes too late to be of any use.
    step(&mut state, task(9, &[], json!([])));
    assert_eq!(
        state.task.as_ref().and_then(|view| view.session.as_deref()),
        Some("7-7-1")
    );
}

#[test]
fn it_says_that_the_skep_is_away_and_that_it_is_back() {
    let mut state = state();
    step(&mut state, Input::Away);
    step(&mut state, Input::Tick(1_700_000_012_000));
    step(&mut state, Input::Away);
    assert_eq!(
        state.troubles(),
        [
            "The skep at http://127.0.0.1:3001 does not answer. This was seen 12 s ago; it is asked again each second."
        ]
    );
    assert_eq!(state.rows().len(), 4);
    step(&mut state, Input::Overview(Box::new(overview())));
    assert_eq!(state.troubles(), [""; 0]);
    assert_eq!(state.said, "skep answers again.");
    step(&mut state, Input::Refused("no".into()));
    assert_eq!(state.troubles(), ["no"]);
}

#[test]
fn q_and_ctrl_c_leave_from_where_they_mean_that() {
    let mut state = state();
    assert_eq!(text(&mut state, "?"), Request::Nothing);
    // Any key takes the help away.
    assert_eq!(text(&mut state, "q"), Request::Nothing);
    assert_eq!(text(&mut state, "q"), Request::Quit);
    text(&mut state, "/q");
    assert_eq!(state.filter, "q");
    assert_eq!(press(&mut state, [Key::Interrupt]), Request::Quit);
}
