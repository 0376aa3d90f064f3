//! How much of the disk skep's data takes: by session, and in all. Measured in the background at long intervals, and
//! remembered with the time of it; whoever asks costs nothing.
//!
//! Files count by the blocks they take. It follows no link, and believes nothing an agent says about its files.

use std::collections::{BTreeMap, HashMap};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::folders::Folders;
use crate::core::ids::SessionId;

/// What was found the last time everything was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// When that began, epoch milliseconds.
    pub at: i64,
    /// What each session takes, bytes: working copy, agent's home, what is left of them.
    pub sessions: BTreeMap<SessionId, u64>,
    /// What the mirrors take, bytes.
    pub mirrors: u64,
    /// The rest, bytes: the database, agents' programs, what is kept free of the database's own.
    pub other: u64,
}

impl Survey {
    /// What all sessions take together, bytes.
    pub fn of_sessions(&self) -> u64 {
        self.sessions.values().sum()
    }

    /// What everything takes together, bytes.
    pub fn total(&self) -> u64 {
        self.of_sessions() + self.mirrors + self.other
    }
}

/// What is known of it.
#[derive(Debug, Default)]
pub struct Usage {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The sessions whose agents work, as last seen.
    at_work: HashMap<SessionId, u64>,
    survey: Option<Survey>,
}

impl Usage {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what a session at work takes; answers whether no other one takes more.
    pub(super) fn is_largest(&self, session: &SessionId, bytes: u64) -> bool {
        let mut known = self.known();
        known.at_work.insert(session.clone(), bytes);
        if let Some(survey) = &mut known.survey {
            survey.sessions.insert(session.clone(), bytes);
        }
        known.at_work.values().all(|other| *other <= bytes)
    }

    /// Its agent does not work any more.
    pub(super) fn forget(&self, session: &SessionId) {
        self.known().at_work.remove(session);
    }

    /// What everything took the last time it was looked at; `None` before the first time.
    pub fn survey(&self) -> Option<Survey> {
        self.known().survey.clone()
    }

    /// What a session took when it was last looked at, bytes.
    pub fn of(&self, session: &SessionId) -> Option<u64> {
        let known = self.known();
        known.survey.as_ref()?.sessions.get(session).copied()
    }

    /// All that is taken, when it is more than `limit` (bytes; 0 for none).
    pub fn over(&self, limit: u64) -> Option<u64> {
        let total = self.known().survey.as_ref()?.total();
        (limit > 0 && total > limit).then_some(total)
    }

    /// Looks at everything now. It reads each file's size, so it takes seconds where there are millions; dropped, it ends at
    /// once.
    pub(super) async fn look(&self, folders: &Folders, now: i64) -> std::io::Result<()> {
        let (folders, dropped) = (folders.clone(), CancellationToken::new());
        let _guard = dropped.clone().drop_guard();
        let look = tokio::task::spawn_blocking(move || measure(&folders, now, &dropped));
        if let Some(survey) = look.await.map_err(std::io::Error::other)?? {
            self.known().survey = Some(survey);
        }
        Ok(())
    }
}

/// `None` when nobody wants to know any more.
fn measure(
    folders: &Folders,
    now: i64,
    dropped: &CancellationToken,
) -> std::io::Result<Option<Survey>> {
    let taken = |path: &Path| taken_while(path, || !dropped.is_cancelled());
    let mut survey = Survey {
        at: now,
        ..Survey::default()
    };
    for entry in std::fs::read_dir(folders.data())?.flatten() {
        let path = entry.path();
        if path == folders.sessions() {
            for session in std::fs::read_dir(&path)?.flatten() {
                let bytes = taken(&session.path());
                match session.file_name().to_string_lossy().parse() {
                    Ok(id) => drop(survey.sessions.insert(id, bytes)),
                    Err(_) => survey.other += bytes,
                }
            }
        } else if path == folders.mirrors() {
            survey.mirrors += taken(&path);
        } else {
            survey.other += taken(&path);
        }
    }
    Ok((!dropped.is_cancelled()).then_some(survey))
}

/// The bytes that a file takes, or everything below a folder. What goes away meanwhile takes nothing.
pub fn taken(path: &Path) -> u64 {
    taken_while(path, || true)
}

/// The same of what is looked at while `wanted` says so; it is asked before each folder.
fn taken_while(path: &Path, wanted: impl Fn() -> bool) -> u64 {
    let Ok(meta) = std::fs::symlink_metadata(path) else {
        return 0;
    };
    let mut bytes = meta.blocks() * 512;
    let mut folders = Vec::from_iter(meta.is_dir().then(|| path.to_owned()));
    while let Some(folder) = folders.pop().filter(|_| wanted()) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            bytes += meta.blocks() * 512;
            if meta.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_counted_by_blocks_and_links_are_not_followed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let empty = taken(folder.path());
        std::fs::create_dir(folder.path().join("a")).expect("made");
        std::fs::write(folder.path().join("a/b"), vec![1; 300_000]).expect("written");
        std::os::unix::fs::symlink("/usr", folder.path().join("link")).expect("linked");
        let full = taken(folder.path());
        assert!(
            (300_000..600_000).contains(&(full - empty)),
            "{empty} {full}"
        );
    }

    fn session(number: u32) -> SessionId {
        SessionId::new("7#12".parse().expect("a key"), number)
    }

    #[test]
    fn the_largest_is_known() {
        let usage = Usage::default();
        assert!(usage.is_largest(&session(1), 10));
        assert!(!usage.is_largest(&session(2), 5));
        assert!(usage.is_largest(&session(2), 11));
        usage.forget(&session(2));
        assert!(usage.is_largest(&session(1), 10));
    }

    #[tokio::test]
    async fn everything_is_measured_in_its_place() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let folders = Folders::new(data.path().to_owned());
        let put = |path: &str, bytes: usize| {
            let path = data.path().join(path);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
            std::fs::write(path, vec![1; bytes]).expect("written");
        };
        put("sessions/7-12-1/home/a", 300_000);
        put("sessions/7-12-2/work/a", 100_000);
        put("mirrors/7.git/objects/pack/p", 200_000);
        put("skep.db", 50_000);
        let nobody = CancellationToken::new();
        nobody.cancel();
        let unwanted = measure(&folders, 5, &nobody).expect("looked");
        assert_eq!(
            (
                unwanted,
                taken_while(&folders.sessions(), || false) < 100_000
            ),
            (None, true)
        );
        let usage = Usage::default();
        assert_eq!((usage.survey(), usage.over(1)), (None, None));
        usage.look(&folders, 5).await.expect("looked");
        let survey = usage.survey().expect("looked");
        let near = |bytes: u64, wanted: u64| (wanted..wanted + 60_000).contains(&bytes);
        assert_eq!(survey.at, 5);
        assert!(near(survey.sessions[&session(1)], 300_000), "{survey:?}");
        assert!(near(survey.sessions[&session(2)], 100_000), "{survey:?}");
        assert!(near(survey.mirrors, 200_000) && near(survey.other, 50_000));
        assert_eq!(usage.over(survey.total()), None);
        assert_eq!(usage.over(survey.total() - 1), Some(survey.total()));
        assert_eq!(usage.over(0), None, "no limit");
        usage.is_largest(&session(1), 7);
        assert_eq!(usage.of(&session(1)), Some(7), "what is newer counts");
    }
}
