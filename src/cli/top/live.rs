//! The loop of `skep top`: keys, news and time in, pictures and orders out, until a key or a signal ends it.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior};

use super::super::admin_client::Admin;
use super::super::command_error::CommandResult;
use super::canvas::Theme;
use super::follow::{Watched, carry, follow};
use super::row::Place;
use super::screen::{Screen, Touched};
use super::state::State;
use super::step::{Input, Request, step};
use crate::app::Signals;
use crate::core::text::top;
use crate::http::types::OverviewAnswer;

/// So much news waits, at most.
const NEWS: usize = 16;
/// So many orders wait, at most.
const ORDERS: usize = 8;
/// Ages move on so often.
const TICK: Duration = Duration::from_secs(1);

/// Shows what goes on until somebody leaves.
pub(super) async fn watch(admin: Admin, overview: OverviewAnswer, theme: Theme) -> CommandResult {
    let mut signals = Signals::listen()?;
    let mut screen = Screen::open(theme)?;
    let (news, heard) = mpsc::channel(NEWS);
    let (orders, to_carry) = mpsc::channel(ORDERS);
    let (watched, to_follow) = watch::channel(None);
    let mut desk = Desk {
        state: State::new(admin.shown(), overview),
        read: Instant::now(),
        orders,
        watched,
    };
    // Whoever ends first ends the others: nothing goes on after the picture is gone.
    let ended = tokio::select! {
        () = follow(&admin, to_follow, news.clone()) => Ok(()),
        () = carry(&admin, to_carry, news) => Ok(()),
        () = signals.any() => Ok(()),
        ended = desk.serve(&mut screen, heard) => ended,
    };
    drop(screen);
    Ok(ended?)
}

/// What stands between the person, the picture and the skep.
struct Desk {
    state: State,
    /// When the last overview came.
    read: Instant,
    orders: mpsc::Sender<(Place, String)>,
    watched: watch::Sender<Watched>,
}

impl Desk {
    async fn serve(
        &mut self,
        screen: &mut Screen,
        mut heard: mpsc::Receiver<Input>,
    ) -> std::io::Result<()> {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut opened = 0;
        loop {
            screen.show(&self.state)?;
            let input = tokio::select! {
                touched = screen.touched() => match touched {
                    Touched::Key(key) => Input::Key(key),
                    Touched::Size => continue,
                    Touched::Gone => return Ok(()),
                },
                Some(input) = heard.recv() => input,
                _ = ticks.tick() => Input::Tick(self.now()),
            };
            if matches!(input, Input::Overview(_)) {
                self.read = Instant::now();
            }
            let before = self.state.watched();
            match step(&mut self.state, input) {
                Request::Nothing => {}
                Request::Quit => return Ok(()),
                Request::Order(place, order) => {
                    if self.orders.try_send((place, order)).is_err() {
                        self.state.said = top::BUSY.to_owned();
                    }
                }
            }
            let now = self.state.watched();
            if now != before {
                opened += 1;
                self.watched.send_replace(now.map(|place| (place, opened)));
            }
        }
    }

    /// The moment, by the clock of the skep.
    fn now(&self) -> i64 {
        let since = i64::try_from(self.read.elapsed().as_millis()).unwrap_or(0);
        self.state.overview.at.saturating_add(since)
    }
}
