//! Hears, outside of the sandbox, which calls of the kernel wait inside, answers them, and says what was asked for.
//!
//! A thread for each start does it: one that a process inside could hold up (its memory is read) holds up only what waits for the same
//! thread. What was denied stays denied whatever is read; what is only watched goes on. When the thread ends, the kernel answers what
//! waits, and all that comes after it, with "no such call".

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use seccomp_listener::{Listener, Notification};

use super::called::{Called, Process};
use super::filter::native;
use super::passed::{self, Word};
use super::syscalls::{DENIED, DENIED_BY_ARGUMENTS, FAMILIES};
use super::watched::WATCHED;

/// So many denied calls a second are answered at once; with more each waits for a moment.
const DENIED_AT_ONCE: u32 = 1_000;
/// The same of calls that go on: programs may connect often.
const WATCHED_AT_ONCE: u32 = 10_000;
/// How long a flood waits for each.
const MOMENT: Duration = Duration::from_millis(1);

/// What is heard.
pub enum Heard<'a> {
    /// The kernel (or what runs skep) has no listener: what it refuses stays unheard in this sandbox. Why.
    Nothing(String),
    /// A call that was denied.
    Denied(Called<'a>),
    /// A call that goes on, and is held back otherwise where it leads out.
    Watched(Called<'a>),
    /// More processes than there may be ended the sandbox; how many may be.
    TooManyProcesses(u64),
}

/// Hears until it is dropped.
#[derive(Debug)]
pub struct Refusals {
    /// Closed, it ends the thread.
    _end: UnixStream,
}

/// Hears from the inner half of a fence that is about to be started, which connects there before its program runs. Whoever connects
/// later is not taken for it.
///
/// # Errors
/// Where no thread can be started.
pub fn hear(
    listener: UnixListener,
    tell: impl FnMut(Heard<'_>) + Send + 'static,
) -> io::Result<Refusals> {
    let (end, ended) = UnixStream::pair()?;
    let thread = std::thread::Builder::new().name("refusals".to_owned());
    thread.spawn(move || {
        // Nothing to hear is no fault: the start failed, or is over.
        drop(serve(&listener, &ended, tell));
    })?;
    Ok(Refusals { _end: end })
}

/// Waits until one of them has something to say; false once it is over.
fn wait<'a>(ended: &'a UnixStream, others: &mut [PollFd<'a>]) -> io::Result<bool> {
    let mut all = vec![PollFd::new(ended, PollFlags::IN)];
    all.extend(others.iter().cloned());
    loop {
        match poll(&mut all, None) {
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => break,
        }
    }
    others.clone_from_slice(&all[1..]);
    Ok(all[0].revents().is_empty())
}

fn serve(
    listener: &UnixListener,
    ended: &UnixStream,
    mut tell: impl FnMut(Heard<'_>),
) -> io::Result<()> {
    let mut first = [PollFd::new(listener, PollFlags::IN)];
    if !wait(ended, &mut first)? {
        return Ok(());
    }
    let (mut inside, _) = listener.accept()?;
    inside.set_nonblocking(false)?;
    let mut first = [PollFd::new(&inside, PollFlags::IN)];
    if !wait(ended, &mut first)? {
        return Ok(());
    }
    let calls = match passed::take(&inside)? {
        passed::Passed::Listener(descriptor) => Some(Listener::from_passed(descriptor)?),
        passed::Passed::Nothing(why) => {
            tell(Heard::Nothing(why));
            None
        }
    };
    let mut paces = Paces {
        denied: Pace::new(DENIED_AT_ONCE),
        watched: Pace::new(WATCHED_AT_ONCE),
    };
    let mut speaks = true;
    loop {
        let nobody = ended.as_fd();
        let said = if speaks { inside.as_fd() } else { nobody };
        let asked = calls.as_ref().map_or(nobody, AsFd::as_fd);
        let polled = |file| PollFd::from_borrowed_fd(file, PollFlags::IN);
        let mut both = [said, asked].map(polled);
        if !wait(ended, &mut both)? {
            return Ok(());
        }
        let (said, asked) = (both[0].revents(), both[1].revents());
        if speaks && !said.is_empty() {
            speaks = false;
            let mut word = [0; Word::LONGEST];
            // An end that was torn off says nothing.
            let length = inside.read(&mut word).unwrap_or_default();
            if let Some(Word::TooManyProcesses(most)) = Word::read(&word[..length]) {
                tell(Heard::TooManyProcesses(most));
                Word::was_heard(&inside);
            }
        }
        match &calls {
            Some(calls) if asked.contains(PollFlags::IN) => one(calls, &mut paces, &mut tell),
            // Nobody is left who could call.
            Some(_) if !asked.is_empty() => return Ok(()),
            Some(_) => {}
            None if !speaks => return Ok(()),
            None => {}
        }
    }
}

/// Answers one call, and tells of it. What fails is given up with that call: whoever hears must go on, for without a listener even
/// connections are refused.
fn one(calls: &Listener, paces: &mut Paces, tell: &mut impl FnMut(Heard<'_>)) {
    let call = match calls.next() {
        Ok(Some(call)) => call,
        Ok(None) => return,
        // Such as a signal, or no memory.
        Err(_) => return std::thread::sleep(MOMENT),
    };
    let process = Process::new(call.thread, || calls.waits(call.id));
    let (number, is_denied) = (native(call.number.into()), is_denied(&call));
    let called = Called::new(name(number), call.arguments, &process);
    // Told before it is answered: until then it is certain whose name and memory are read.
    let answered = if is_denied {
        tell(Heard::Denied(called));
        paces.denied.wait();
        calls.refuse(call.id, libc::EPERM)
    } else {
        tell(Heard::Watched(called));
        paces.watched.wait();
        calls.let_go_on(call.id)
    };
    if answered.is_err() {
        // Nobody may wait for ever.
        drop(calls.refuse(call.id, libc::ENOSYS));
    }
}

/// Whatever is not known to be watched only.
fn is_denied(call: &Notification) -> bool {
    let number = native(call.number.into());
    let is_watched = WATCHED.iter().any(|(watched, _)| *watched == number);
    let family = call.arguments[0] & 0xffff_ffff;
    let is_foreign = || {
        !FAMILIES
            .iter()
            .any(|known| u64::from(known.unsigned_abs()) == family)
    };
    !is_watched || (number == libc::SYS_socket && is_foreign())
}

fn name(number: i64) -> &'static str {
    let mut all = DENIED.iter().chain(DENIED_BY_ARGUMENTS).chain(WATCHED);
    let found = all.find(|(known, _)| *known == number);
    let name = found.map_or("SYS_?", |(_, name)| name);
    name.trim_start_matches("SYS_")
}

/// How fast each kind comes.
struct Paces {
    denied: Pace,
    watched: Pace,
}

/// Slows a flood down: it waits for itself, and costs skep little.
struct Pace {
    at_once: u32,
    since: Instant,
    answered: u32,
}

impl Pace {
    fn new(at_once: u32) -> Self {
        Self {
            at_once,
            since: Instant::now(),
            answered: 0,
        }
    }

    fn wait(&mut self) {
        if self.since.elapsed() >= Duration::from_secs(1) {
            *self = Self::new(self.at_once);
        }
        self.answered += 1;
        if self.answered > self.at_once {
            std::thread::sleep(MOMENT);
        }
    }
}
