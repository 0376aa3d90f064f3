//! What a start needs that is no fixed variable: settings as files in the session's own home, and passwords that hold for one start.
//!
//! It must never write into a home that belongs to the operator, nor over a file that is there.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Component, Path};

use super::error::AgentError;
use super::launch::Launch;
use crate::random;

/// Lays the files, and answers with the start that has its passwords.
pub(super) fn prepare(launch: &Launch) -> Result<Launch, AgentError> {
    let mut launch = launch.clone();
    if launch.agent.home.is_none() {
        for (path, text) in &launch.agent.files {
            let failed = |error: std::io::Error| AgentError::Spawn {
                what: path.clone(),
                why: error.to_string(),
            };
            lay(&launch.home, path, text).map_err(failed)?;
        }
    }
    for name in std::mem::take(&mut launch.agent.passwords) {
        let password = random::hexadecimal::<16>().map_err(|error| AgentError::Spawn {
            what: name.clone(),
            why: error.to_string(),
        })?;
        let environment = &mut launch.agent.environment;
        environment.entry(name).or_insert(password);
    }
    Ok(launch)
}

/// An agent had this home before: what it may have put there as a link is not followed.
fn lay(home: &Path, path: &str, text: &str) -> std::io::Result<()> {
    let path = Path::new(path);
    let mut at = home.to_owned();
    for part in path.parent().into_iter().flat_map(Path::components) {
        let Component::Normal(part) = part else {
            return Err(ErrorKind::InvalidInput.into());
        };
        at.push(part);
        match fs::create_dir(&at) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        if !fs::symlink_metadata(&at)?.is_dir() {
            return Ok(());
        }
    }
    let file = home.join(path);
    match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(mut file) => file.write_all(text.as_bytes()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::presets::preset;
    use crate::agent::trial_launch::trial_launch;

    #[test]
    fn settings_are_laid_once_and_into_the_sessions_own_home_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("home");
        fs::create_dir(&home).expect("made");
        let codex = preset("codex").expect("listed");
        let file = home.join(".codex/config.toml");
        let start = |agent| prepare(&trial_launch(agent, home.clone(), home.clone()));
        let theirs = crate::core::agent::AgentSpec {
            home: Some("/nowhere".into()),
            ..codex.clone()
        };
        start(theirs).expect("prepared");
        assert!(!file.exists(), "a home of the operator's is left alone");
        start(codex.clone()).expect("prepared");
        assert!(
            fs::read_to_string(&file)
                .expect("laid")
                .contains("plugins = false")
        );
        fs::write(&file, "mine").expect("written");
        start(codex.clone()).expect("prepared");
        assert_eq!(fs::read_to_string(&file).expect("there"), "mine");
        fs::remove_dir_all(home.join(".codex")).expect("removed");
        std::os::unix::fs::symlink(folder.path(), home.join(".codex")).expect("linked");
        start(codex).expect("prepared");
        assert!(
            !folder.path().join("config.toml").exists(),
            "no link is followed"
        );
    }

    #[test]
    fn each_start_has_a_password_of_its_own_unless_the_operator_has_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut opencode = preset("opencode").expect("listed");
        let name = "OPENCODE_SERVER_PASSWORD";
        let password = |agent: &crate::core::agent::AgentSpec| {
            let home = folder.path().to_owned();
            let launch = prepare(&trial_launch(agent.clone(), home.clone(), home));
            launch.expect("prepared").agent.environment[name].clone()
        };
        let (one, other) = (password(&opencode), password(&opencode));
        assert!(one.len() == 32 && one != other);
        opencode.environment.insert(name.into(), "theirs".into());
        assert_eq!(password(&opencode), "theirs");
    }
}
