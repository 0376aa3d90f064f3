//! Hands a token to one git process through `GIT_ASKPASS` and a one-shot FIFO.
//!
//! The arguments and the environment of a process are readable to every process of the same user, a file stays on the disk
//! after a crash, and a configuration file is read by the next call too. A FIFO has none of these: the token lies in a
//! kernel buffer, is read once, and is gone with the call. The FIFO is 0600 in a 0700 folder that no agent's sandbox shows.
//! (Without a sandbox an agent of the same user could open it first; such an agent could also attach a debugger to us.)
//! It must never put the token in an argument, the environment, a file, a log line or an error.

use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{CWD, Mode, StatVfsMountFlags};
use secrecy::{ExposeSecret, SecretString};

use super::error::GitError;
use super::process::Call;

/// What git and git-lfs run when they want a name or a password: tells the one name there is, or reads one line from the FIFO
/// and takes the FIFO away, so that a second question has no answer. It must never wait: were this service killed, nobody would
/// ever fill the FIFO. So it opens both ends, which waits for nobody, and puts an empty line behind what is there: with nobody
/// on the other side that line is the answer.
const SCRIPT: &str = r#"#!/bin/sh
case "$1" in Username*) echo x-access-token; exit ;; esac
test -p "$SKEP_ASKPASS" || exit 1
exec 3<>"$SKEP_ASKPASS"
printf '\n' >&3
IFS= read -r answer <&3
rm -f -- "$SKEP_ASKPASS"
test -n "$answer" || exit 1
printf '%s\n' "$answer"
"#;

/// Longer tokens might not fit the buffer of a pipe with two line ends, and writing would wait for a reader. GitHub's stay under
/// 4 KiB.
const LONGEST: usize = 4094;

/// The folder with the script and the FIFOs.
#[derive(Debug)]
pub(super) struct Askpass {
    folder: PathBuf,
    next: AtomicU64,
}

impl Askpass {
    /// Makes the folder anew. Errors: the disk.
    pub(super) fn open(folder: PathBuf) -> Result<Self, GitError> {
        let made = || -> std::io::Result<()> {
            match std::fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            std::fs::create_dir_all(&folder)?;
            std::fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
            let script = folder.join("askpass");
            std::fs::write(&script, SCRIPT)?;
            std::fs::set_permissions(&script, Permissions::from_mode(0o700))
        };
        made().map_err(|error| GitError::disk("make the askpass folder", error))?;
        let flags = rustix::fs::statvfs(&folder).map(|found| found.f_flag);
        if flags.is_ok_and(|flags| flags.contains(StatVfsMountFlags::NOEXEC)) {
            let why = format!(
                "{} is mounted noexec; name a data folder on another disk",
                folder.display()
            );
            return Err(GitError::Disk {
                verb: "hand a token to git".to_owned(),
                why,
            });
        }
        Ok(Self {
            folder,
            next: AtomicU64::new(0),
        })
    }

    /// Makes the token available to one call; it is gone when the returned offer is dropped.
    pub(super) fn offer(&self, token: &SecretString) -> Result<Offer, GitError> {
        let token = token.expose_secret();
        if token.is_empty() || token.len() > LONGEST || token.bytes().any(|b| b.is_ascii_control())
        {
            return Err(GitError::BadToken);
        }
        let fifo = self.folder.join(format!(
            "token-{}",
            self.next.fetch_add(1, Ordering::Relaxed)
        ));
        let offer = Offer {
            script: self.folder.join("askpass"),
            pipe: Self::fill(&fifo, token),
            fifo,
        };
        match offer.pipe {
            Ok(_) => Ok(offer),
            Err(ref error) => Err(GitError::Disk {
                verb: "hand over the token".into(),
                why: error.to_string(),
            }),
        }
    }

    /// Opened for both directions, which neither waits for a reader nor breaks without one.
    fn fill(fifo: &Path, token: &str) -> std::io::Result<File> {
        rustix::fs::mkfifoat(CWD, fifo, Mode::RUSR | Mode::WUSR)?;
        let mut pipe = File::options().read(true).write(true).open(fifo)?;
        pipe.write_all(format!("{token}\n").as_bytes())?;
        Ok(pipe)
    }
}

/// A token waiting to be read once.
#[derive(Debug)]
pub(super) struct Offer {
    script: PathBuf,
    fifo: PathBuf,
    /// Keeps the kernel's buffer alive.
    pipe: std::io::Result<File>,
}

impl Offer {
    /// Tells a call where to ask.
    pub(super) fn to(&self, call: Call) -> Call {
        call.env("GIT_ASKPASS", &self.script)
            .env("SKEP_ASKPASS", &self.fifo)
            .config("credential.username=x-access-token")
            .config("http.proactiveAuth=basic")
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        // Usually the script has taken it away already.
        let _ = std::fs::remove_file(&self.fifo);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(offer: &Offer) -> std::process::Output {
        let mut script = std::process::Command::new(&offer.script);
        script
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("SKEP_ASKPASS", &offer.fifo);
        script.output().expect("a shell is there")
    }

    #[test]
    fn a_token_is_told_once_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let askpass = Askpass::open(folder.path().join("askpass")).expect("made");
        for token in ["ghs_short", &"long.".repeat(700)] {
            let offer = askpass.offer(&SecretString::from(token)).expect("offered");
            assert_eq!(
                String::from_utf8_lossy(&ask(&offer).stdout),
                format!("{token}\n")
            );
            let second = ask(&offer);
            assert!(!second.status.success() && second.stdout.is_empty());
        }
        let left: Vec<_> = std::fs::read_dir(folder.path().join("askpass"))
            .expect("listed")
            .collect();
        assert_eq!(left.len(), 1, "only the script stays");
    }

    #[test]
    fn with_the_service_gone_nobody_waits_for_an_answer() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let askpass = Askpass::open(folder.path().join("askpass")).expect("made");
        let mut offer = askpass
            .offer(&SecretString::from("ghs_short"))
            .expect("offered");
        // As after a `kill -9`: the FIFO is there, and nobody has it open.
        offer.pipe = Err(std::io::Error::other("killed"));
        let mut script = std::process::Command::new(&offer.script);
        let script = script
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("SKEP_ASKPASS", &offer.fifo);
        let mut waiting = script.spawn().expect("a shell is there");
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(20);
        let ended = loop {
            match waiting.try_wait().expect("looked") {
                Some(status) => break Some(status),
                None if std::time::Instant::now() > patience => break None,
                None => std::thread::yield_now(),
            }
        };
        let _ = waiting.kill();
        assert!(ended.is_some_and(|status| !status.success()), "{ended:?}");
    }

    #[test]
    fn a_token_that_could_break_the_line_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let askpass = Askpass::open(folder.path().join("askpass")).expect("made");
        for token in ["", "a\nb", "a\rb", &"x".repeat(LONGEST + 1)] {
            assert_eq!(
                askpass.offer(&SecretString::from(token)).err(),
                Some(GitError::BadToken)
            );
        }
    }
}
