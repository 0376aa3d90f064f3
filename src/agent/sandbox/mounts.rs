//! What one session sees and may write, as mounts in the order in which they are made.

use std::path::{Path, PathBuf};

use super::system;

/// What one session may see and write. All paths absolute.
#[derive(Debug, Clone)]
pub(in crate::agent) struct Enclosure {
    pub(in crate::agent) workspace: PathBuf,
    pub(in crate::agent) home: PathBuf,
    pub(in crate::agent) read_only: bool,
    pub(in crate::agent) visible: Vec<PathBuf>,
    pub(in crate::agent) hide: Vec<PathBuf>,
    /// The folder with the sockets that lead out; none where nothing does.
    pub(in crate::agent) ways: Option<PathBuf>,
    /// Files as they are called inside, and where links to them are to lie if nothing is there.
    pub(in crate::agent) decoys: Vec<(PathBuf, PathBuf)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mount {
    Read,
    Hidden,
    Masked,
    Scratch,
    Write,
}

/// How much of the machine's memory a scratch folder of a sandbox may take, bytes.
pub(super) const SCRATCH_BYTES: &str = "536870912";
/// The same of what its processes share by name (`shm_open(3)`): Python and databases need some.
pub(super) const SHARED_BYTES: &str = "67108864";

/// What one session sees, by what it may do there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Folders and files of this machine's system that may be read; none where an image brings its own.
    pub system: Vec<PathBuf>,
    /// What else may be read.
    pub reads: Vec<PathBuf>,
    /// What may be written.
    pub writes: Vec<PathBuf>,
    /// Folders in memory, empty at first, that may be written.
    pub memory: Vec<PathBuf>,
    /// What lies in one that may be read, and is kept out of sight.
    pub hidden: Vec<PathBuf>,
}

impl Places {
    pub(super) fn of(mounts: Vec<(PathBuf, Mount)>, system: Vec<PathBuf>) -> Self {
        let mut places = Self {
            system,
            ..Self::default()
        };
        for (path, mount) in mounts {
            let list = match mount {
                Mount::Read => &mut places.reads,
                Mount::Write => &mut places.writes,
                Mount::Scratch => &mut places.memory,
                Mount::Hidden | Mount::Masked => &mut places.hidden,
            };
            list.push(path);
        }
        places
    }
}

const SCRATCH: [&str; 2] = ["/tmp", "/var/tmp"];

impl Enclosure {
    /// Where may be written, without links: what is in memory only, the home, and the working copy.
    pub(in crate::agent) fn writable(&self) -> Vec<PathBuf> {
        let scratch = SCRATCH.iter().map(canonical);
        let own = [&self.home].into_iter();
        let own = own.chain((!self.read_only).then_some(&self.workspace));
        let own = own.map(canonical);
        scratch.chain(own).chain([PathBuf::from("/dev")]).collect()
    }
}

/// All mounts of what is there, in the order they are made: outer folders first, so that what is named most exactly wins; at one and the
/// same path hiding beats showing, and the session's own folders beat both.
pub(super) fn mounts(enclosure: &Enclosure) -> Vec<(PathBuf, Mount)> {
    ordered(wanted(enclosure), system::shows)
}

/// The same where nothing of this machine is in sight by itself.
pub(super) fn mounts_over_nothing(enclosure: &Enclosure) -> Vec<(PathBuf, Mount)> {
    ordered(wanted(enclosure), |_| false)
}

fn wanted(enclosure: &Enclosure) -> Vec<(PathBuf, Mount)> {
    let mut all: Vec<(PathBuf, Mount)> = vec![];
    all.extend(SCRATCH.iter().map(|path| (canonical(path), Mount::Scratch)));
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
    let workspace = if enclosure.read_only {
        Mount::Read
    } else {
        Mount::Write
    };
    all.push((canonical(&enclosure.workspace), workspace));
    all.push((canonical(&enclosure.home), Mount::Write));
    all.retain(|(path, _)| path.exists());
    all
}

/// `shows`: what is in sight whatever is mounted.
fn ordered(mut all: Vec<(PathBuf, Mount)>, shows: impl Fn(&Path) -> bool) -> Vec<(PathBuf, Mount)> {
    all.sort_by_key(|(path, mount)| (path.components().count(), *mount));
    all.dedup();
    let before = all.clone();
    all.retain(|(path, mount)| {
        !(matches!(mount, Mount::Hidden | Mount::Masked) && out_of_sight(path, &before, &shows))
    });
    all
}

/// True when nothing around `path` is mounted, or the nearest folder around it that is is an empty one.
fn out_of_sight(path: &Path, mounts: &[(PathBuf, Mount)], shows: impl Fn(&Path) -> bool) -> bool {
    let around = mounts
        .iter()
        .rfind(|(outer, _)| outer.as_path() != path && path.starts_with(outer));
    match around {
        Some((_, mount)) => matches!(mount, Mount::Hidden | Mount::Scratch),
        None => !shows(path),
    }
}

/// Which of the decoys lie where nothing is shown and nothing is mounted: they must not stand before anything.
pub(super) fn laid<'a>(
    enclosure: &'a Enclosure,
    mounts: &'a [(PathBuf, Mount)],
) -> impl Iterator<Item = &'a (PathBuf, PathBuf)> {
    enclosure.decoys.iter().filter(|(_, place)| {
        let below = mounts.iter().any(|(path, _)| path.starts_with(place));
        !below && out_of_sight(place, mounts, system::shows)
    })
}

/// The path without links; a path that is not there stays as it is.
pub(super) fn canonical(path: impl AsRef<Path>) -> PathBuf {
    path.as_ref()
        .canonicalize()
        .unwrap_or_else(|_| path.as_ref().to_owned())
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
            system::shows,
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
        ])
    }

    #[test]
    fn what_is_named_most_exactly_wins() {
        for (root, around) in [
            ("/usr/share/skep", Some("/usr/share/skep")),
            ("/tmp/clone/skep", Some("/tmp")),
            ("/home/skep", None),
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
                .position(|(path, _)| Some(path.as_str()) == around);
            assert_eq!(empty.is_some(), around.is_some(), "{order:?}");
            for shown in ["/ws", "/home", "/mirror", "/tools"] {
                assert!(empty < Some(place(shown)), "{shown} in {order:?}");
            }
            assert!(place("/tools") < place("/tools/secret"), "{order:?}");
            assert!(place("/tools") < place("/tools/key.pem"), "{order:?}");
            // What is out of sight already is not hidden once more.
            assert_eq!(
                order.iter().any(|(path, _)| path == root),
                Some(root) == around,
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
            ways: None,
            decoys: vec![],
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
