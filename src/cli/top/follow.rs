//! Asks the running skep, again and again, and passes on what it says; carries orders to it, one after another.
//!
//! It waits longer where answers take long, goes on while nobody answers, and never asks twice at once.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

use super::super::admin_client::{Admin, AdminError};
use super::super::output::one_line;
use super::row::Place;
use super::step::Input;
use crate::core::text::top;
use crate::http::types::{LogAnswer, TaskAnswer};

/// How often it asks, …
const EACH: Duration = Duration::from_secs(1);
/// … where an answer takes no more than a part of that.
const SHARE: u32 = 4;
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(15);
/// After so long without an answer there is none.
const PATIENCE: Duration = Duration::from_secs(10);
/// Lines of a log that are asked for at once.
const LINES: u32 = 400;

/// The task that is looked at, and how often one was opened before: each opening begins with the end of the log.
pub(super) type Watched = Option<(Place, u64)>;

/// How far a log has been read.
#[derive(Default)]
struct Reading {
    watched: Watched,
    session: Option<String>,
    next: i64,
}

/// Follows what goes on, until nobody wants to know.
pub(super) async fn follow(
    admin: &Admin,
    mut watched: watch::Receiver<Watched>,
    news: mpsc::Sender<Input>,
) {
    let mut reading = Reading::default();
    loop {
        let began = Instant::now();
        let wanted = watched.borrow_and_update().clone();
        if reading.watched != wanted {
            reading = Reading {
                watched: wanted,
                ..Reading::default()
            };
        }
        for input in look(admin, &mut reading).await {
            if news.send(input).await.is_err() {
                return;
            }
        }
        let pause = EACH.max(began.elapsed() * SHARE).min(LONGEST);
        if let Ok(Err(_)) = timeout(pause, watched.changed()).await {
            return;
        }
    }
}

/// One look: the overview, and of the task that is looked at how it stands and what is new in its log.
async fn look(admin: &Admin, reading: &mut Reading) -> Vec<Input> {
    let overview = get(admin, "/api/v1/overview", &[]).await;
    let overview = overview.and_then(|answer| admin.read(&answer));
    let mut news = match overview {
        Ok(overview) => vec![Input::Overview(Box::new(overview))],
        Err(error) => return vec![missed(&error)],
    };
    let Some((place, _)) = reading.watched.clone() else {
        return news;
    };
    let task = get(admin, &place.path(), &[]).await;
    let task = task.and_then(|answer| admin.read::<TaskAnswer>(&answer));
    match task {
        Ok(task) => {
            if reading.session != task.session {
                reading.session.clone_from(&task.session);
                reading.next = 0;
            }
            news.push(Input::Task(place, Box::new(task)));
        }
        Err(error @ AdminError::Refused { .. }) => {
            news.push(Input::NoTask(place, one_line(&error.to_string())));
            return news;
        }
        Err(error) => {
            news.push(missed(&error));
            return news;
        }
    }
    news.extend(log(admin, reading).await);
    news
}

/// What is new in the log; at first its end. A session that has not begun has none.
async fn log(admin: &Admin, reading: &mut Reading) -> Option<Input> {
    let session = reading.session.clone()?;
    let mut query = vec![
        ("after", reading.next.to_string()),
        ("limit", LINES.to_string()),
    ];
    if reading.next == 0 {
        query.push(("end", "true".to_owned()));
    }
    let path = format!("/api/v1/sessions/{session}/log");
    let answer = get(admin, &path, &query).await.ok()?;
    let answer: LogAnswer = admin.read(&answer).ok()?;
    reading.next = answer.next;
    Some(Input::Log(session, answer))
}

async fn get(admin: &Admin, path: &str, query: &[(&str, String)]) -> Result<Value, AdminError> {
    let answer = timeout(PATIENCE, admin.get(path, query)).await;
    answer.unwrap_or_else(|_| Err(AdminError::Slow { url: admin.shown() }))
}

/// Nobody there, or somebody who will not say.
fn missed(error: &AdminError) -> Input {
    match error {
        AdminError::Refused { .. } | AdminError::Foreign { .. } => {
            Input::Refused(one_line(&error.to_string()))
        }
        AdminError::NotRunning(_) | AdminError::Slow { .. } | AdminError::Lost { .. } => {
            Input::Away
        }
    }
}

/// Carries orders, one after another, until nobody gives any.
pub(super) async fn carry(
    admin: &Admin,
    mut orders: mpsc::Receiver<(Place, String)>,
    news: mpsc::Sender<Input>,
) {
    while let Some((place, order)) = orders.recv().await {
        let path = format!("{}/orders", place.path());
        let answer = admin.post(&path, &json!({ "order": order })).await;
        let told = match answer {
            Ok(answer) => {
                let result = answer["result"].as_str().unwrap_or_default();
                top::done(&place.name(), &one_line(result))
            }
            Err(error) => top::done(&place.name(), &one_line(&error.to_string())),
        };
        if news.send(Input::Told(told)).await.is_err() {
            return;
        }
    }
}
