//! The fence around an agent: which files it sees and in which namespaces it lives.
//!
//! With bubblewrap (<https://github.com/containers/bubblewrap>): everything read-only, homes, runtime sockets and skep's
//! data folder hidden, the working copy and the session's home writable, own process namespace, no capabilities. Without
//! it an agent runs in a process group only, and that is said aloud. The network is shared: the agent must reach its
//! model. The environment must be empty before bubblewrap starts: what it is given stays readable in `/proc/1/environ`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::core::agent::SandboxChoice;
use crate::core::text::sandbox as text;

/// How agents are fenced in on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confinement {
    /// By bubblewrap.
    Bubblewrap(Bubblewrap),
    /// By a process group only: an agent can read what skep can read.
    ProcessGroup {
        /// What the operator and the people on the issue should know.
        warning: String,
    },
}

/// A bubblewrap that was tried and works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubblewrap {
    program: PathBuf,
    limits_tmpfs: bool,
    own_user_namespace: bool,
}

/// What one session may see and write. All paths absolute.
#[derive(Debug, Clone)]
pub(super) struct Enclosure {
    pub(super) workspace: PathBuf,
    pub(super) home: PathBuf,
    pub(super) read_only: bool,
    pub(super) visible: Vec<PathBuf>,
    pub(super) hide: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mount {
    Read,
    Hidden,
    Masked,
    Scratch,
    Write,
}

const SCRATCH: [&str; 2] = ["/tmp", "/var/tmp"];
const HIDDEN: [&str; 3] = ["/home", "/root", "/run"];
const SCRATCH_BYTES: &str = "536870912";

impl Confinement {
    /// Finds out what works here. Blocks for some milliseconds: it starts bubblewrap once or twice.
    pub(super) fn probe(choice: SandboxChoice, path: &str) -> Self {
        let warning = match choice {
            SandboxChoice::Off => text::OFF.to_owned(),
            SandboxChoice::Auto => match Bubblewrap::probe(path) {
                Ok(bubblewrap) => return Self::Bubblewrap(bubblewrap),
                Err(why) => text::none(&why.to_string()),
            },
        };
        Self::ProcessGroup { warning }
    }

    /// The command line that runs `argv` inside the fence.
    pub(super) fn wrap(&self, enclosure: &Enclosure, argv: Vec<OsString>) -> Vec<OsString> {
        match self {
            Self::ProcessGroup { .. } => argv,
            Self::Bubblewrap(bubblewrap) => {
                let mut line = bubblewrap.arguments(enclosure);
                line.extend(["--".into()]);
                line.extend(argv);
                line
            }
        }
    }

    /// True where a path is out of sight in the fence unless it is shown expressly.
    pub(super) fn hides(&self, path: &Path, hide: &[PathBuf]) -> bool {
        let standard = HIDDEN.iter().chain(&SCRATCH).map(Path::new);
        matches!(self, Self::Bubblewrap(_))
            && standard
                .chain(hide.iter().map(PathBuf::as_path))
                .any(|hidden| path.starts_with(hidden))
    }
}

impl Bubblewrap {
    fn probe(path: &str) -> Result<Self, String> {
        let program =
            super::executable::find("bwrap", path).ok_or("bubblewrap is not installed")?;
        let help = run(Command::new(&program).arg("--help"))?;
        let mut bubblewrap = Self {
            program,
            limits_tmpfs: help.contains("--size"),
            own_user_namespace: false,
        };
        let Err(first) = bubblewrap.try_out(path) else {
            return Ok(bubblewrap);
        };
        bubblewrap.own_user_namespace = true;
        bubblewrap
            .try_out(path)
            .map_err(|_| format!("bubblewrap does not work here: {first}"))?;
        Ok(bubblewrap)
    }

    fn try_out(&self, path: &str) -> Result<(), String> {
        let command =
            super::executable::find("true", path).ok_or("the program `true` is missing")?;
        let mut line = self.base();
        line.extend(["--".into(), command.into()]);
        run(Command::new(&line[0]).args(&line[1..])).map(drop)
    }

    fn base(&self) -> Vec<OsString> {
        let mut line: Vec<OsString> = vec![self.program.clone().into()];
        if self.own_user_namespace {
            line.push("--unshare-user".into());
        }
        let rest = "--unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --die-with-parent --new-session \
                    --cap-drop ALL --ro-bind / / --dev /dev --proc /proc";
        line.extend(rest.split_whitespace().map(OsString::from));
        line
    }

    fn arguments(&self, enclosure: &Enclosure) -> Vec<OsString> {
        let mut line = self.base();
        let mounts = mounts(enclosure);
        for (path, mount) in &mounts {
            self.mount(&mut line, path, *mount);
        }
        for (path, _) in mounts.iter().filter(|(_, mount)| *mount == Mount::Hidden) {
            line.extend(["--remount-ro".into(), path.into()]);
        }
        line.extend(["--chdir".into(), canonical(&enclosure.workspace).into()]);
        line
    }

    fn mount(&self, line: &mut Vec<OsString>, path: &Path, mount: Mount) {
        let path: OsString = path.into();
        match mount {
            Mount::Read => line.extend(["--ro-bind".into(), path.clone(), path]),
            Mount::Write => line.extend(["--bind".into(), path.clone(), path]),
            Mount::Masked => line.extend(["--ro-bind".into(), "/dev/null".into(), path]),
            Mount::Hidden => line.extend(["--tmpfs".into(), path]),
            Mount::Scratch if self.limits_tmpfs => {
                line.extend([
                    "--size".into(),
                    SCRATCH_BYTES.into(),
                    "--tmpfs".into(),
                    path,
                ]);
            }
            Mount::Scratch => line.extend(["--tmpfs".into(), path]),
        }
    }
}

/// All mounts of what is there, in the order they are made: outer folders first, so that what is named most exactly wins; at one and the
/// same path hiding beats showing, and the session's own folders beat both.
fn mounts(enclosure: &Enclosure) -> Vec<(PathBuf, Mount)> {
    let mut all: Vec<(PathBuf, Mount)> = vec![];
    all.extend(SCRATCH.iter().map(|path| (canonical(path), Mount::Scratch)));
    all.extend(HIDDEN.iter().map(|path| (canonical(path), Mount::Hidden)));
    for path in enclosure.hide.iter().map(canonical) {
        let mount = if path.is_dir() {
            Mount::Hidden
        } else {
            Mount::Masked
        };
        all.push((path, mount));
    }
    all.extend(
        enclosure
            .visible
            .iter()
            .map(|path| (canonical(path), Mount::Read)),
    );
    // Names are looked up through this file, which may be a link into a runtime folder.
    all.push((canonical("/etc/resolv.conf"), Mount::Read));
    let workspace = if enclosure.read_only {
        Mount::Read
    } else {
        Mount::Write
    };
    all.push((canonical(&enclosure.workspace), workspace));
    all.push((canonical(&enclosure.home), Mount::Write));
    all.retain(|(path, _)| path.exists());
    ordered(all)
}

fn ordered(mut all: Vec<(PathBuf, Mount)>) -> Vec<(PathBuf, Mount)> {
    all.sort_by_key(|(path, mount)| (path.components().count(), *mount));
    all.dedup();
    let before = all.clone();
    all.retain(|(path, mount)| {
        !(matches!(mount, Mount::Hidden | Mount::Masked) && out_of_sight(path, &before))
    });
    all
}

/// True when the nearest folder around `path` that is mounted at all is an empty one.
fn out_of_sight(path: &Path, mounts: &[(PathBuf, Mount)]) -> bool {
    let around = mounts
        .iter()
        .rfind(|(outer, _)| outer.as_path() != path && path.starts_with(outer));
    around.is_some_and(|(_, mount)| matches!(mount, Mount::Hidden | Mount::Scratch))
}

/// The path without links; a path that is not there stays as it is.
fn canonical(path: impl AsRef<Path>) -> PathBuf {
    path.as_ref()
        .canonicalize()
        .unwrap_or_else(|_| path.as_ref().to_owned())
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(wanted: &[(&str, Mount)]) -> Vec<(String, Mount)> {
        let all = ordered(
            wanted
                .iter()
                .map(|(path, mount)| (PathBuf::from(path), *mount))
                .collect(),
        );
        all.into_iter()
            .map(|(path, mount)| (path.display().to_string(), mount))
            .collect()
    }

    /// A session below a folder: its own places, what it is shown, and what is kept from it.
    fn session(root: &str) -> Vec<(String, Mount)> {
        let below = |path: &str| format!("{root}{path}");
        let (ws, home, mirror, tools) = (
            below("/ws"),
            below("/home"),
            below("/mirror"),
            below("/tools"),
        );
        let (secret, key) = (below("/tools/secret"), below("/tools/key.pem"));
        order(&[
            (&key, Mount::Masked),
            (&secret, Mount::Hidden),
            (&ws, Mount::Write),
            (&home, Mount::Write),
            (&mirror, Mount::Read),
            (&tools, Mount::Read),
            (root, Mount::Hidden),
            ("/tmp", Mount::Scratch),
            ("/home", Mount::Hidden),
        ])
    }

    #[test]
    fn what_is_named_most_exactly_wins() {
        for (root, around) in [
            ("/srv/skep", "/srv/skep"),
            ("/tmp/clone/skep", "/tmp"),
            ("/home/skep", "/home"),
        ] {
            let order = session(root);
            let place = |path: &str| {
                let found = order
                    .iter()
                    .position(|(other, _)| *other == format!("{root}{path}"));
                found.unwrap_or_else(|| panic!("{path} is not in {order:?}"))
            };
            let empty = order
                .iter()
                .position(|(path, _)| path == around)
                .expect("an empty folder around it");
            for shown in ["/ws", "/home", "/mirror", "/tools"] {
                assert!(empty < place(shown), "{shown} in {order:?}");
            }
            assert!(place("/tools") < place("/tools/secret"), "{order:?}");
            assert!(place("/tools") < place("/tools/key.pem"), "{order:?}");
            // What is out of sight already is not hidden once more.
            assert_eq!(
                order.iter().any(|(path, _)| path == root),
                root == around,
                "{order:?}"
            );
        }
    }

    #[test]
    fn only_what_is_there_is_mounted_and_read_only_is_read_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
        for name in ["ws", "home"] {
            std::fs::create_dir(root.join(name)).expect("a folder");
        }
        let enclosure = Enclosure {
            workspace: root.join("ws"),
            home: root.join("home"),
            read_only: true,
            visible: vec![root.join("none")],
            hide: vec![root.join("nothing")],
        };
        let below: Vec<_> = mounts(&enclosure)
            .into_iter()
            .filter(|(path, _)| path.starts_with(&root))
            .collect();
        assert_eq!(
            below,
            [
                (root.join("ws"), Mount::Read),
                (root.join("home"), Mount::Write)
            ]
        );
    }
}
