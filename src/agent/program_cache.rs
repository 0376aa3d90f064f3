//! What an agent's program unpacks for itself at its first start and never changes: made once, and shown to every session
//! read-only instead of being made again in each session's home.
//!
//! The program makes it itself, in the fence, by a handshake with nothing to read: no repository, no prompt, no key of the
//! operator's. No session may ever write it, since what one wrote another would run; so without a fence that makes it
//! read-only there is none. A session never fails for the lack of it.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::error::AgentError;
use super::executable;
use super::launch::{Launch, LaunchContext};
use super::running_agent::{Live, Starts};
use super::trial_launch::trial_launch;
use crate::core::agent::AgentSpec;

/// Where all of them are, below the data folder.
const FOLDER: &str = "caches";
/// One that was not used for so long goes at the next start: its program was replaced, most likely.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3_600);
/// Unpacking takes so many times longer than a start may.
const PATIENCE: u32 = 4;

/// The caches of all programs. Whoever fills one holds the lock meanwhile, so that others wait for it.
#[derive(Debug, Default)]
pub(super) struct ProgramCaches {
    /// By program: where its cache is, or that it cannot have one until skep starts again.
    known: Mutex<HashMap<String, Option<PathBuf>>>,
}

/// A start that is shown a cache.
pub(super) struct Cached {
    pub(super) launch: Launch,
    /// The program's.
    pub(super) key: String,
}

impl ProgramCaches {
    /// The start with the cache of the agent's program, which is made now if it is the first; `None` where it has none.
    pub(super) async fn show(
        &self,
        ground: &LaunchContext,
        launch: &Launch,
        patience: Duration,
    ) -> Option<Cached> {
        let agent = &launch.agent;
        let variable = agent.cache.as_ref()?;
        let fenced = ground.fence.now().holds();
        // A home of the operator's keeps it already.
        if !fenced || agent.home.is_some() || agent.environment.contains_key(variable) {
            return None;
        }
        let key = key(agent, &ground.path)?;
        let mut known = self.known.lock().await;
        let place = Place::of(&ground.data_dir, &key);
        let cache = match known.get(&key) {
            Some(cache) => cache.clone(),
            None => obtain(ground, agent, &place, patience).await,
        };
        known.insert(key.clone(), cache.clone());
        let cache = cache?;
        let mut launch = launch.clone();
        let value = cache.to_string_lossy().into_owned();
        launch.agent.environment.insert(variable.clone(), value);
        launch.visible.push(cache);
        Some(Cached { launch, key })
    }

    /// From here on the program's sessions do without; at the next start of skep it is filled anew.
    pub(super) async fn give_up(&self, data_dir: &Path, key: &str) {
        self.known.lock().await.insert(key.to_owned(), None);
        Place::of(data_dir, key).unmark();
    }
}

async fn obtain(
    ground: &LaunchContext,
    agent: &AgentSpec,
    place: &Place,
    patience: Duration,
) -> Option<PathBuf> {
    if !place.is_filled()
        && let Err(error) = fill(ground, agent, place, patience).await
    {
        tracing::warn!(agent = agent.name, %error, "no cache for the agent's program: each session makes its own");
        return None;
    }
    place.note_use();
    Some(place.cache())
}

async fn fill(
    ground: &LaunchContext,
    agent: &AgentSpec,
    place: &Place,
    patience: Duration,
) -> Result<(), AgentError> {
    let failed = |error: std::io::Error| AgentError::Spawn {
        what: place.folder.display().to_string(),
        why: error.to_string(),
    };
    place.clear();
    for made in [place.cache(), place.work()] {
        std::fs::create_dir_all(made).map_err(failed)?;
    }
    tracing::info!(
        agent = agent.name,
        "the agent's program unpacks itself, once"
    );
    let starts = Starts {
        in_process: false,
        tools: None,
        patience: patience * PATIENCE,
    };
    let live = Live::start(ground, &place.launch(agent), &starts).await?;
    live.end_gently().await?;
    let mut entries = std::fs::read_dir(place.cache()).map_err(failed)?;
    if entries.next().is_none() {
        let why = "the program kept nothing there";
        return Err(failed(std::io::Error::other(why)));
    }
    // What the mark vouches for must be on the disk before it: a power cut would leave names without content.
    let whole = std::fs::File::open(place.cache()).map_err(failed)?;
    let synced = tokio::task::spawn_blocking(move || rustix::fs::syncfs(&whole)).await;
    let synced = synced.map_err(std::io::Error::other).map_err(failed)?;
    synced.map_err(|error| failed(error.into()))?;
    std::fs::write(&place.mark, "").map_err(failed)
}

/// Removes what no program has used for long, and what was not finished. No agent may be running.
pub(super) fn tidy(data_dir: &Path) {
    let entries = std::fs::read_dir(data_dir.join(FOLDER));
    for entry in entries.into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let place = Place::of(data_dir, name.trim_end_matches(FILLED));
        let used = std::fs::metadata(&place.mark).and_then(|mark| mark.modified());
        let old = |time: SystemTime| time.elapsed().is_ok_and(|passed| passed > UNUSED);
        if used.map_or(true, old) {
            place.clear();
        }
    }
}

/// The ending of the file that says that a cache is whole. It lies where no agent writes.
const FILLED: &str = ".filled";

/// Where one program's is.
struct Place {
    /// The program's home while it fills the cache.
    folder: PathBuf,
    mark: PathBuf,
}

impl Place {
    fn of(data_dir: &Path, key: &str) -> Self {
        let all = data_dir.join(FOLDER);
        Self {
            folder: all.join(key),
            mark: all.join(format!("{key}{FILLED}")),
        }
    }

    /// It must stay where it was filled: programs note where they are.
    fn cache(&self) -> PathBuf {
        self.folder.join("cache")
    }

    fn work(&self) -> PathBuf {
        self.folder.join("work")
    }

    fn is_filled(&self) -> bool {
        self.mark.exists() && self.cache().is_dir()
    }

    fn note_use(&self) {
        let file = std::fs::File::options().write(true).open(&self.mark);
        if let Err(error) = file.and_then(|file| file.set_modified(SystemTime::now())) {
            tracing::debug!(%error, "when a program's cache was used could not be noted");
        }
    }

    fn clear(&self) {
        // The mark first: what is half removed must not count.
        self.unmark();
        say(std::fs::remove_dir_all(&self.folder));
    }

    fn unmark(&self) {
        say(std::fs::remove_file(&self.mark));
    }

    /// A start of the program with nothing to read and no key.
    fn launch(&self, agent: &AgentSpec) -> Launch {
        let mut agent = agent.clone();
        let inherit = std::mem::take(&mut agent.inherit);
        agent
            .environment
            .retain(|name, _| !is_key(name) && !inherit.iter().any(|wanted| names(wanted, name)));
        let cache = self.cache().to_string_lossy().into_owned();
        agent
            .environment
            .extend(agent.cache.clone().map(|variable| (variable, cache)));
        trial_launch(agent, self.work(), self.folder.clone())
    }
}

fn say(removed: std::io::Result<()>) {
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "a program's cache could not be removed");
        }
        _ => {}
    }
}

/// Rather one too many: the start needs none of them.
fn is_key(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    [
        "KEY",
        "TOKEN",
        "SECRET",
        "PASS",
        "CREDENTIAL",
        "AUTH",
        "PAT_",
        "_PAT",
        "PROXY",
    ]
    .iter()
    .any(|word| name.contains(word) && name != "PATH")
}

/// Whether a name to inherit, which may end in `*`, stands for a variable.
fn names(wanted: &str, name: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => wanted == name,
    }
}

/// Tells one installation of a program from the next: whatever replaces it has another inode or another time of change.
fn key(agent: &AgentSpec, path: &str) -> Option<String> {
    let program = executable::find(agent.command.first()?, path)?
        .canonicalize()
        .ok()?;
    let seen = std::fs::metadata(&program).ok()?;
    let mut hash = Sha256::new();
    let told = [seen.dev(), seen.ino(), seen.size()];
    hash.update(format!("{program:?} {:?} {told:?}", agent.command));
    hash.update(format!("{} {}", seen.ctime(), seen.ctime_nsec()));
    let hash = hash.finalize();
    Some(
        hash[..12]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_program_has_another_cache() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("agent");
        let install = |text: &str| {
            use std::os::unix::fs::PermissionsExt;
            let fresh = folder.path().join("fresh");
            std::fs::write(&fresh, text).expect("written");
            std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o755)).expect("set");
            std::fs::rename(&fresh, &program).expect("installed");
        };
        let agent = AgentSpec::new("odd", vec![program.display().to_string()]);
        assert_eq!(key(&agent, "/bin"), None, "it is not installed");
        install("one");
        let first = key(&agent, "/bin");
        assert!(first.is_some());
        assert_eq!(key(&agent, "/bin"), first);
        install("two");
        assert_ne!(key(&agent, "/bin"), first);
    }

    #[test]
    fn what_is_half_made_or_long_unused_goes() {
        let data = tempfile::tempdir().expect("a folder");
        let [half, fresh, old] = ["half", "fresh", "old"].map(|key| Place::of(data.path(), key));
        for place in [&half, &fresh, &old] {
            std::fs::create_dir_all(place.cache()).expect("made");
        }
        for place in [&fresh, &old] {
            std::fs::write(&place.mark, "").expect("written");
        }
        let long_ago = SystemTime::now() - UNUSED - Duration::from_secs(60);
        std::fs::File::options()
            .write(true)
            .open(&old.mark)
            .and_then(|file| file.set_modified(long_ago))
            .expect("set");
        tidy(data.path());
        assert!(fresh.is_filled());
        assert!(!half.folder.exists() && !old.folder.exists() && !old.mark.exists());
    }

    #[test]
    fn no_key_goes_into_it() {
        let mut agent = AgentSpec::new("odd", vec!["odd".into()]);
        agent.cache = Some("ODD_CACHE".into());
        agent.inherit = vec!["ODD_*".into(), "MODEL".into()];
        let variables = ["ODD_LOGIN", "MODEL", "OTHER_KEY", "QUIET"];
        agent.environment = variables
            .map(|name| (name.to_owned(), "x".to_owned()))
            .into();
        let launch = Place::of(Path::new("/data"), "k").launch(&agent);
        let names: Vec<&String> = launch.agent.environment.keys().collect();
        assert_eq!(names, ["ODD_CACHE", "QUIET"]);
    }
}
