//! The fence around an agent, outer half: in which namespaces it lives and which files it sees. (The inner half is
//! [`crate::fence`], which gives up rights from within.)
//!
//! With bubblewrap (<https://github.com/containers/bubblewrap>): an empty root into which the system's programs are put
//! read-only, the working copy and the session's home; namespaces of its own, no capabilities. Where it is wanted and does not
//! work nothing is started. The environment must be empty before bubblewrap starts: what it is given stays readable in
//! `/proc/1/environ`.

mod container;
mod mounts;
mod system;
mod trying;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{PoisonError, RwLock};

use crate::core::agent::SandboxChoice;
use crate::core::text::sandbox as text;
use crate::fence;

use super::ways::INSIDE;
pub use container::Container;
pub(super) use container::Told;
pub(super) use mounts::Enclosure;
pub use mounts::Places;
use mounts::{Mount, SCRATCH_BYTES, SHARED_BYTES, canonical, laid, mounts, mounts_over_nothing};
use trying::run;

/// How agents are fenced in on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confinement {
    /// By bubblewrap.
    Bubblewrap(Bubblewrap),
    /// By a container of an image.
    Container(Container),
    /// By a process group only, as the operator wants it: an agent can read what skep can read.
    None {
        /// What the operator and the people on the issue should know.
        warning: String,
    },
    /// Not at all, so that no agent may be started.
    Broken {
        /// What does not work, and what to do.
        why: String,
    },
}

/// What the operator wants, and what was found.
#[derive(Debug)]
pub(super) struct Fence {
    choice: SandboxChoice,
    path: String,
    inner: PathBuf,
    found: RwLock<Confinement>,
}

impl Fence {
    /// Tries it out: blocks for some milliseconds.
    pub(super) fn probe(choice: SandboxChoice, path: &str, inner: PathBuf) -> Self {
        Self {
            path: path.to_owned(),
            found: RwLock::new(Confinement::probe(&choice, path, &inner)),
            choice,
            inner,
        }
    }

    /// The program of skep itself, which is the fence's inner half.
    pub(super) fn inner(&self) -> &Path {
        &self.inner
    }

    /// How agents are fenced in now. What does not work is tried again: the operator may have mended it.
    pub(super) fn now(&self) -> Confinement {
        let found = || self.found.read().unwrap_or_else(PoisonError::into_inner);
        let found = found().clone();
        if !matches!(found, Confinement::Broken { .. }) {
            return found;
        }
        let again = Confinement::probe(&self.choice, &self.path, &self.inner);
        let mut kept = self.found.write().unwrap_or_else(PoisonError::into_inner);
        kept.clone_from(&again);
        again
    }
}

/// A bubblewrap that was tried and works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubblewrap {
    program: PathBuf,
    limits_tmpfs: bool,
    own_user_namespace: bool,
}

/// What in `/proc` is the machine's, and not of one process or namespace.
const MACHINE: [&str; 7] = [
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/irq",
    "/proc/bus",
    "/proc/fs",
    "/proc/acpi",
    "/proc/scsi",
];

impl Confinement {
    /// Finds out what works here, with skep's own program as what is started. Blocks for some milliseconds, with containers for a second:
    /// it starts one or two.
    pub fn probe(choice: &SandboxChoice, path: &str, inner: &Path) -> Self {
        match choice {
            SandboxChoice::None => Self::None {
                warning: text::OFF.to_owned(),
            },
            SandboxChoice::Bubblewrap => match Bubblewrap::probe(path, inner) {
                Ok(bubblewrap) => Self::Bubblewrap(bubblewrap),
                Err(why) => Self::Broken { why },
            },
            SandboxChoice::Container(choice) => match Container::probe(choice, path, inner) {
                Ok(container) => Self::Container(container),
                Err(why) => Self::Broken { why },
            },
        }
    }

    /// Whether there is one that holds.
    pub fn holds(&self) -> bool {
        matches!(self, Self::Bubblewrap(_) | Self::Container(_))
    }

    /// Which it is, in a word or a few.
    pub fn name(&self) -> String {
        match self {
            Self::Bubblewrap(_) => "bubblewrap".to_owned(),
            Self::Container(container) => container.name(),
            Self::None { .. } | Self::Broken { .. } => "none".to_owned(),
        }
    }

    /// Whether what is started comes from an image, and not from this machine.
    pub(super) fn brings_programs(&self) -> bool {
        matches!(self, Self::Container(_))
    }

    /// The command line that runs `argv` inside the fence.
    pub(super) fn wrap(&self, enclosure: &Enclosure, argv: Vec<OsString>) -> Vec<OsString> {
        match self {
            Self::None { .. } | Self::Broken { .. } | Self::Container(_) => argv,
            Self::Bubblewrap(bubblewrap) => {
                let mut line = bubblewrap.arguments(enclosure);
                line.push("--".into());
                line.extend(argv);
                line
            }
        }
    }

    /// What a session sees in the fence, as it is mounted.
    pub(super) fn places(&self, enclosure: &Enclosure) -> Places {
        match self {
            Self::Bubblewrap(_) => Places::of(mounts(enclosure), system::shown()),
            Self::Container(_) => Places::of(mounts_over_nothing(enclosure), vec![]),
            Self::None { .. } | Self::Broken { .. } => Places::default(),
        }
    }

    /// True where a path is out of sight in the fence unless it is shown expressly.
    pub(super) fn hides(&self, path: &Path, hide: &[PathBuf]) -> bool {
        let hidden = || hide.iter().any(|hidden| path.starts_with(hidden));
        self.holds() && (!system::shows(path) || hidden())
    }
}

impl Bubblewrap {
    fn probe(path: &str, inner: &Path) -> Result<Self, String> {
        let program = super::executable::find("bwrap", path).ok_or(text::NOT_INSTALLED)?;
        let help = run(Command::new(&program).arg("--help"), &[])?;
        let mut bubblewrap = Self {
            program,
            limits_tmpfs: help.contains("--size"),
            own_user_namespace: true,
        };
        let Err(first) = bubblewrap.try_out(inner) else {
            return Ok(bubblewrap);
        };
        // A container's root may do without, where user namespaces or a fresh `/proc` in one are not to be had.
        bubblewrap.own_user_namespace = false;
        bubblewrap
            .try_out(inner)
            .map_err(|_| text::does_not_work(&first))?;
        Ok(bubblewrap)
    }

    /// Puts both halves of the fence up around skep itself, which only tells its version.
    fn try_out(&self, inner: &Path) -> Result<(), String> {
        let mut line = self.base();
        if !system::shows(inner) {
            line.extend(["--ro-bind".into(), inner.into(), inner.into()]);
        }
        line.extend(["--".into(), inner.into(), fence::WORD.into()]);
        line.extend(["--confine", "--"].map(OsString::from));
        line.extend([inner.into(), "--version".into()]);
        run(Command::new(&line[0]).args(&line[1..]), &[]).map(drop)
    }

    fn base(&self) -> Vec<OsString> {
        let mut line: Vec<OsString> = vec![self.program.clone().into()];
        if self.own_user_namespace {
            line.push("--unshare-user".into());
        }
        let rest = "--unshare-net --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --die-with-parent --new-session --cap-drop ALL";
        line.extend(rest.split_whitespace().map(OsString::from));
        line.extend(system::arguments());
        line.extend(["--dev", "/dev", "--proc", "/proc"].map(OsString::from));
        // Whoever owns these may write them without any right besides: where skep is root, that is whoever is root inside.
        let settings = MACHINE.iter().filter(|path| Path::new(path).exists());
        line.extend(
            settings
                .flat_map(|path| ["--ro-bind", path, path])
                .map(OsString::from),
        );
        self.scratch(&mut line, Path::new("/dev/shm"), SHARED_BYTES);
        line
    }

    fn arguments(&self, enclosure: &Enclosure) -> Vec<OsString> {
        let mut line = self.base();
        let mounts = mounts(enclosure);
        for (path, mount) in &mounts {
            self.mount(&mut line, path, *mount);
        }
        for (file, place) in laid(enclosure, &mounts) {
            line.extend(["--symlink".into(), file.into(), place.into()]);
        }
        for (path, _) in mounts.iter().filter(|(_, mount)| *mount == Mount::Hidden) {
            line.extend(["--remount-ro".into(), path.into()]);
        }
        if let Some(ways) = &enclosure.ways {
            line.extend(["--ro-bind".into(), ways.into(), INSIDE.into()]);
        }
        line.extend(["--remount-ro", "/"].map(OsString::from));
        line.extend(["--chdir".into(), canonical(&enclosure.workspace).into()]);
        line
    }

    fn mount(&self, line: &mut Vec<OsString>, path: &Path, mount: Mount) {
        let path_too: OsString = path.into();
        match mount {
            Mount::Read => line.extend(["--ro-bind".into(), path.into(), path_too]),
            Mount::Write => line.extend(["--bind".into(), path.into(), path_too]),
            Mount::Masked => line.extend(["--ro-bind".into(), "/dev/null".into(), path_too]),
            Mount::Hidden => line.extend(["--tmpfs".into(), path_too]),
            Mount::Scratch => self.scratch(line, path, SCRATCH_BYTES),
        }
    }

    /// An empty folder in memory that may be written.
    fn scratch(&self, line: &mut Vec<OsString>, path: &Path, bytes: &str) {
        if self.limits_tmpfs {
            line.extend(["--size", bytes].map(OsString::from));
        }
        line.extend(["--tmpfs".into(), path.into()]);
    }
}
