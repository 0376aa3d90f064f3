//! Lays decoys for one start of an agent, and sees which are opened (`inotify(7)`: by any mount of theirs).
//!
//! They lie in a folder of the start's own, which the sandbox shows; links lead to them. Who opened one cannot be seen.

use std::fs::OpenOptions;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

use super::refusals::Teller;
use crate::core::decoy::{DECOYS, Opened, opened};

/// The folder's name.
const NAME: &str = "decoys";
/// So long after the first, what is opened belongs to it: a search opens many.
const MOMENT: Duration = Duration::from_millis(250);
/// A search that opened nothing for so long is over.
const SEARCH: Duration = Duration::from_secs(5);
/// How often is looked while somebody opens and opens.
const PAUSE: Duration = Duration::from_millis(50);
/// Most that is read at once.
const MOST: usize = 1_024;

/// The decoys of one start.
pub(super) struct Decoys {
    /// Each file as it is called inside, and where a link to it is to lie.
    pub(super) links: Vec<(PathBuf, PathBuf)>,
    watch: Arc<Watch>,
    /// Closed, it ends the thread that watches.
    _end: UnixStream,
}

struct Watch {
    files: OwnedFd,
    state: Mutex<State>,
}

struct State {
    teller: Teller,
    /// When the first of those that are not judged yet was opened.
    since: Option<Instant>,
    seen: Vec<usize>,
    searched: Option<Instant>,
}

impl Decoys {
    /// Makes them in the folder that the sandbox shows as `shown`, and watches them by a thread of their own.
    pub(super) fn lay(
        (folder, shown): (&Path, &Path),
        data_folder: &Path,
        teller: Teller,
    ) -> io::Result<Self> {
        let (folder, shown) = (folder.join(NAME), shown.join(NAME));
        std::fs::create_dir_all(&folder)?;
        let mut links = Vec::new();
        for (number, decoy) in DECOYS.iter().enumerate() {
            let name = number.to_string();
            // As keys are: a client of ssh complains of one that others may read.
            let mut file = OpenOptions::new();
            file.write(true).create(true).mode(0o600);
            file.open(folder.join(&name))?;
            let place = decoy.path(data_folder);
            links.extend(place.map(|place| (shown.join(&name), place)));
        }
        let files = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        inotify::add_watch(&files, &folder, WatchFlags::OPEN)?;
        let state = State {
            teller,
            since: None,
            seen: vec![],
            searched: None,
        };
        let watch = Arc::new(Watch {
            files,
            state: Mutex::new(state),
        });
        let (end, ended) = UnixStream::pair()?;
        let watched = watch.clone();
        let thread = std::thread::Builder::new().name("decoys".to_owned());
        thread.spawn(move || watched.follow(&ended))?;
        Ok(Self {
            links,
            watch,
            _end: end,
        })
    }

    /// Judges what was opened until now at once: a turn is over.
    pub(super) fn look(&self) {
        self.watch.look(Duration::ZERO);
    }
}

impl Watch {
    /// Until the other end is closed.
    fn follow(&self, ended: &UnixStream) {
        loop {
            let mut both = [
                PollFd::new(&self.files, PollFlags::IN),
                PollFd::new(ended, PollFlags::IN),
            ];
            match poll(&mut both, None) {
                Ok(_) if both[1].revents().is_empty() => {}
                Err(Errno::INTR) => {}
                Ok(_) | Err(_) => return,
            }
            while self.look(MOMENT) {
                std::thread::sleep(PAUSE);
            }
        }
    }

    /// Takes in what was opened, and judges it once the first of it is that old. Whether something is left to be judged.
    fn look(&self, age: Duration) -> bool {
        let mut state = self.state();
        let (files, folder) = self.opened();
        // Links lead past the folder: who opens that looks at everything, and what it opens next is no theft.
        if folder {
            state.searched = Some(Instant::now());
        }
        state.seen.extend(files);
        if state.seen.is_empty() {
            return false;
        }
        let since = *state.since.get_or_insert_with(Instant::now);
        if since.elapsed() < age {
            return true;
        }
        state.judge();
        false
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which files were opened, and whether their folder was.
    fn opened(&self) -> (Vec<usize>, bool) {
        let mut room = [MaybeUninit::uninit(); 4_096];
        let mut reader = inotify::Reader::new(&self.files, &mut room);
        let (mut places, mut folder) = (Vec::new(), false);
        // What is more than is kept will be read the next time.
        for _ in 0..MOST {
            let Ok(event) = reader.next() else { break };
            folder |= event.events().contains(ReadFlags::ISDIR);
            let name = event.file_name().and_then(|name| name.to_str().ok());
            places.extend(name.and_then(|name| name.parse::<usize>().ok()));
        }
        (places, folder)
    }
}

impl State {
    fn judge(&mut self) {
        self.since = None;
        let seen = std::mem::take(&mut self.seen);
        let search = self.searched.is_some_and(|at| at.elapsed() < SEARCH);
        let root = rustix::process::getuid().is_root();
        match opened(&seen, search, root) {
            Opened::Nothing => {}
            Opened::Search(attempt) => {
                self.searched = Some(Instant::now());
                self.teller.note(attempt, String::new);
            }
            Opened::These(attempts) => {
                for attempt in attempts {
                    self.teller.note(attempt, String::new);
                }
            }
        }
    }
}
