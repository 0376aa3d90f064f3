//! What a key or a piece of news makes of the state, and what is asked of the edge then. Pure: the same input always comes to the same.

use super::row::{Place, Row, rows};
use super::state::{Answer, Dialog, LOG_LINES, State, TaskView};
use crate::core::text::pages::QuestionView;
use crate::core::text::top;
use crate::http::types::{LogAnswer, OverviewAnswer, QuestionLine, TaskAnswer};

/// A key, as far as it means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Enter,
    Escape,
    Tab,
    Backspace,
    /// Ctrl-c, which leaves whatever is being done.
    Interrupt,
    Char(char),
}

/// Something that happened.
#[derive(Debug)]
pub(super) enum Input {
    Key(Key),
    /// Time went by: the moment, by the clock of the skep.
    Tick(i64),
    Overview(Box<OverviewAnswer>),
    /// No answer came.
    Away,
    /// It answered that it will not; why.
    Refused(String),
    /// What is known of a task.
    Task(Place, Box<TaskAnswer>),
    /// It cannot be read; why.
    NoTask(Place, String),
    /// The next lines of a session's log.
    Log(String, LogAnswer),
    /// What came of an order.
    Told(String),
}

/// What is asked of the edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    /// Nothing but to draw.
    Nothing,
    /// Leave.
    Quit,
    /// Give an order for an issue, in the words of a command.
    Order(Place, String),
}

/// The longest answer or filter that can be typed, characters.
const TYPED: usize = 2_000;
/// Lines of a page key.
const PAGE: usize = 10;

/// The next state.
pub(super) fn step(state: &mut State, input: Input) -> Request {
    match input {
        Input::Key(key) => return pressed(state, key),
        Input::Tick(now) => state.now = now,
        Input::Overview(overview) => news(state, *overview),
        Input::Away => {
            let seen = state.overview.at;
            state.away.get_or_insert(seen);
        }
        Input::Refused(why) => state.refused = Some(why),
        Input::Task(place, task) => task_news(state, &place, *task),
        Input::NoTask(place, why) => {
            if let Some(view) = state.task.as_mut().filter(|view| view.place == place) {
                view.unread = Some(why);
            }
        }
        Input::Log(session, answer) => log_news(state, session, answer),
        Input::Told(result) => state.said = result,
    }
    Request::Nothing
}

/// A new overview: what is chosen stays the same issue, wherever it stands now.
fn news(state: &mut State, overview: OverviewAnswer) {
    let before = state.rows().into_iter().nth(state.chosen);
    if state.away.take().is_some() {
        state.said = top::BACK.to_owned();
    }
    state.refused = None;
    state.now = overview.at;
    state.overview = overview;
    let rows = rows(&state.overview, &state.filter);
    let same = before.as_ref().and_then(|row| found(&rows, row));
    let last = rows.len().saturating_sub(1);
    state.chosen = same.unwrap_or(state.chosen).min(last);
}

/// Where a line stands now: the same in its section, or else the issue in another.
fn found(rows: &[Row], row: &Row) -> Option<usize> {
    let same = |other: &Row| other.section == row.section && other.place == row.place;
    let exactly = rows
        .iter()
        .position(|other| same(other) && other.text == row.text);
    exactly
        .or_else(|| rows.iter().position(same))
        .or_else(|| rows.iter().position(|other| other.place == row.place))
}

fn task_news(state: &mut State, place: &Place, task: TaskAnswer) {
    let Some(view) = state.task.as_mut().filter(|view| view.place == *place) else {
        return;
    };
    if view.session != task.session {
        view.session.clone_from(&task.session);
        view.log.clear();
        view.back = 0;
    }
    view.unread = None;
    view.task = Some(task);
    if std::mem::take(&mut view.wants_answer) {
        open_answer(state);
        return;
    }
    // A question that somebody else has answered is no longer asked.
    let open = |number: u32| {
        state
            .task
            .as_ref()
            .is_some_and(|view| is_open(view, number))
    };
    if let Dialog::Answer(answer) = &state.dialog
        && !open(answer.question)
    {
        state.dialog = Dialog::None;
        state.said = top::no_question(&place.name());
    }
}

fn is_open(view: &TaskView, number: u32) -> bool {
    view.questions().iter().any(|one| one.number == number)
}

fn log_news(state: &mut State, session: String, answer: LogAnswer) {
    let Some(view) = state.task.as_mut() else {
        return;
    };
    if view.session.as_deref() != Some(session.as_str()) {
        return;
    }
    view.log.extend(answer.lines);
    view.log.sort_by_key(|line| line.seq);
    view.log.dedup_by_key(|line| line.seq);
    let over = view.log.len().saturating_sub(LOG_LINES);
    view.log.drain(..over);
}

fn pressed(state: &mut State, key: Key) -> Request {
    if key == Key::Interrupt {
        return Request::Quit;
    }
    match std::mem::take(&mut state.dialog) {
        Dialog::None => {
            state.said.clear();
            plain(state, key)
        }
        Dialog::Help => Request::Nothing,
        Dialog::Stop(place) => stop(state, key, place),
        Dialog::Filter => filter(state, key),
        Dialog::Answer(answer) => answering(state, key, answer),
    }
}

/// A key where nothing is asked.
fn plain(state: &mut State, key: Key) -> Request {
    match key {
        Key::Char('q') => return Request::Quit,
        Key::Char('?') => state.dialog = Dialog::Help,
        Key::Char('/') => {
            state.task = None;
            state.dialog = Dialog::Filter;
        }
        Key::Char('s') => match state.place() {
            Some(place) => state.dialog = Dialog::Stop(place),
            None => state.said = top::NOTHING_CHOSEN.to_owned(),
        },
        Key::Char('p') => {
            let word = pause_or_resume(state);
            return order(state, word);
        }
        Key::Char('o') => return order(state, "approve"),
        Key::Char('r') => return order(state, "retry"),
        Key::Char('a') => answer(state),
        Key::Escape => {
            if state.task.take().is_none() {
                state.filter.clear();
                state.chosen = 0;
            }
        }
        Key::Enter if state.task.is_none() => state.task = state.place().map(TaskView::new),
        _ => moved(state, key),
    }
    Request::Nothing
}

fn moved(state: &mut State, key: Key) {
    if let Some(view) = &mut state.task {
        let furthest = LOG_LINES * 100;
        view.back = match key {
            Key::Up | Key::Char('k') => view.back + 1,
            Key::Down | Key::Char('j') => view.back.saturating_sub(1),
            Key::PageUp => view.back + PAGE,
            Key::PageDown => view.back.saturating_sub(PAGE),
            Key::First | Key::Char('g') => furthest,
            Key::Last | Key::Char('G') => 0,
            _ => view.back,
        }
        .min(furthest);
        return;
    }
    let last = state.rows().len().saturating_sub(1);
    let at = state.chosen.min(last);
    state.chosen = match key {
        Key::Up | Key::Char('k') => at.saturating_sub(1),
        Key::Down | Key::Char('j') => at + 1,
        Key::PageUp => at.saturating_sub(PAGE),
        Key::PageDown => at + PAGE,
        Key::First | Key::Char('g') => 0,
        Key::Last | Key::Char('G') => last,
        _ => at,
    }
    .min(last);
}

/// The order of the key that does both.
fn pause_or_resume(state: &State) -> &'static str {
    let task = state.task.as_ref().and_then(|view| view.task.as_ref());
    let resumes = match task {
        Some(task) => task.orders.iter().any(|order| order == "resume"),
        None => {
            let rows = state.rows();
            rows.get(state.chosen).is_some_and(|row| row.paused)
        }
    };
    if resumes { "resume" } else { "pause" }
}

/// An order for what is chosen. Whether it fits is known of a task that is looked at; of a line skep itself says it.
fn order(state: &mut State, order: &str) -> Request {
    let Some(place) = state.place() else {
        state.said = top::NOTHING_CHOSEN.to_owned();
        return Request::Nothing;
    };
    let task = state.task.as_ref().and_then(|view| view.task.as_ref());
    if let Some(task) = task
        && !task.orders.iter().any(|fits| fits == order)
    {
        state.said = top::does_not_fit(order, &place.name(), &task.state);
        return Request::Nothing;
    }
    give(state, place, order.to_owned())
}

fn give(state: &mut State, place: Place, order: String) -> Request {
    state.said = top::sent(&order, &place.name());
    Request::Order(place, order)
}

fn stop(state: &mut State, key: Key, place: Place) -> Request {
    match key {
        Key::Char('y' | 'Y') => give(state, place, "stop".to_owned()),
        Key::Char('n' | 'N' | 'q') | Key::Escape => {
            state.said = top::NOT_STOPPED.to_owned();
            Request::Nothing
        }
        _ => {
            state.dialog = Dialog::Stop(place);
            Request::Nothing
        }
    }
}

fn filter(state: &mut State, key: Key) -> Request {
    match key {
        Key::Enter => return Request::Nothing,
        Key::Escape => {
            state.filter.clear();
            state.chosen = 0;
            return Request::Nothing;
        }
        _ => typed(&mut state.filter, key),
    }
    state.chosen = 0;
    state.dialog = Dialog::Filter;
    Request::Nothing
}

/// One key more, or one less.
fn typed(text: &mut String, key: Key) {
    match key {
        Key::Backspace => drop(text.pop()),
        Key::Char(c) if text.chars().count() < TYPED && !c.is_control() => text.push(c),
        _ => {}
    }
}

/// Opens the task, and its question as soon as that is known.
fn answer(state: &mut State) {
    if state.task.as_ref().is_some_and(|view| view.task.is_some()) {
        return open_answer(state);
    }
    let Some(place) = state.place() else {
        state.said = top::NOTHING_CHOSEN.to_owned();
        return;
    };
    let view = state.task.get_or_insert_with(|| TaskView::new(place));
    view.wants_answer = true;
}

/// The oldest question is asked of the person.
fn open_answer(state: &mut State) {
    let Some(view) = &state.task else { return };
    match view.questions().first() {
        Some(question) => state.dialog = Dialog::Answer(first(question)),
        None => state.said = top::no_question(&view.place.name()),
    }
}

fn first(question: &QuestionLine) -> Answer {
    Answer {
        question: question.number,
        ..Answer::default()
    }
}

fn answering(state: &mut State, key: Key, mut answer: Answer) -> Request {
    let Some(view) = &state.task else {
        return Request::Nothing;
    };
    let questions = view.questions();
    let at = questions.iter().position(|q| q.number == answer.question);
    let Some(question) = at.and_then(|at| questions.get(at)) else {
        return Request::Nothing;
    };
    match key {
        Key::Escape => return Request::Nothing,
        Key::Enter => {
            if let Some(order) = in_words(&answer, question) {
                let place = view.place.clone();
                return give(state, place, order);
            }
            state.said = top::EMPTY_ANSWER.to_owned();
        }
        Key::Up => answer.option = answer.option.saturating_sub(1),
        Key::Down => {
            let last = question.options.len().saturating_sub(1);
            answer.option = (answer.option + 1).min(last);
        }
        Key::Tab => {
            let next = at.map_or(0, |at| (at + 1) % questions.len());
            answer = questions.get(next).map(first).unwrap_or_default();
        }
        _ => typed(&mut answer.words, key),
    }
    state.dialog = Dialog::Answer(answer);
    Request::Nothing
}

/// The command that answers: by the letter of an option, or in words where those were typed.
fn in_words(answer: &Answer, question: &QuestionLine) -> Option<String> {
    let letter = u8::try_from(answer.option)
        .ok()
        .filter(|_| answer.option < question.options.len())
        .map_or_else(String::new, |at| char::from(b'a' + at).to_string());
    QuestionView::answer(&question.number.to_string(), &letter, &answer.words)
}

#[cfg(test)]
mod tests;
