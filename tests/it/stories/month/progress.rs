//! Where a long month stands, and where its time goes: a line for each day of it, and each minute, to the person who waits for
//! its end. It only looks: nothing of the month depends on it.

use std::fmt;
use std::time::{Duration, Instant};

/// What the time is spent on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// The engine takes facts and gives out slots.
    Engine,
    /// Effects are claimed.
    Claim,
    /// Effects are closed with what came of them.
    Close,
    /// Deliveries and other facts of the world are stored.
    Accept,
    /// The next moment is asked for.
    Due,
    /// What must be so is asked.
    Ask,
    /// The order of the starts is looked at.
    Order,
    /// Killed, and started again.
    Kill,
}

const PARTS: usize = Part::Kill as usize + 1;
const NAMES: [&str; PARTS] = [
    "engine", "claim", "close", "accept", "due", "ask", "order", "kill",
];

/// How far it is.
pub(super) struct Progress {
    tells: bool,
    begun: Instant,
    spent: [(Duration, usize); PARTS],
    day: i64,
    told: Instant,
}

impl Progress {
    pub(super) fn new(tells: bool) -> Self {
        Self {
            tells,
            begun: Instant::now(),
            spent: [(Duration::ZERO, 0); PARTS],
            day: -1,
            told: Instant::now(),
        }
    }

    /// So long was spent on a part.
    pub(super) fn spent(&mut self, part: Part, since: Instant) {
        let (time, times) = &mut self.spent[part as usize];
        *time += since.elapsed();
        *times += 1;
    }

    /// Says where it stands, once a day of the month, and once a minute.
    pub(super) fn tell(&mut self, day: i64, counts: &dyn fmt::Debug) {
        let is_late = self.told.elapsed() > Duration::from_secs(60);
        if self.tells && (day > self.day || is_late) {
            (self.day, self.told) = (day, Instant::now());
            eprintln!("day {day}: {self}; {counts:?}");
        }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} s", self.begun.elapsed().as_secs_f64())?;
        if let Some(ticks) = processor_ticks() {
            write!(f, " ({:.1} s of processors)", ticks as f64 / 100.0)?;
        }
        for (name, (time, times)) in NAMES.iter().zip(&self.spent) {
            write!(f, ", {name} {:.1} s in {times}", time.as_secs_f64())?;
        }
        Ok(())
    }
}

/// What the process took of the processors so far, hundredths of a second, where the system says so.
fn processor_ticks() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut times = rest.split_whitespace().skip(11);
    let (user, system) = (times.next()?, times.next()?);
    Some(user.parse::<u64>().ok()? + system.parse::<u64>().ok()?)
}
