//! The token that gives orders at the admin address: the operator's, or one made at the first start and kept in the data
//! folder, where only the service's own user can read it.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use secrecy::SecretString;

use super::random_name::random_name;
use crate::config::ADMIN_TOKEN_FILE;

/// The token in the folder, made if there is none.
pub(super) fn in_folder(folder: &Path) -> anyhow::Result<SecretString> {
    let path = folder.join(ADMIN_TOKEN_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => return Ok(text.trim().into()),
        Ok(_) => std::fs::remove_file(&path)
            .with_context(|| format!("remove the empty {}", path.display()))?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
    }
    let token = random_name("admin")?;
    let made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    let mut file = made.with_context(|| format!("make {}", path.display()))?;
    writeln!(file, "{token}").with_context(|| format!("write {}", path.display()))?;
    Ok(token.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn it_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = in_folder(folder.path()).expect("made");
        assert!(first.expose_secret().len() > 40);
        let mode = std::fs::metadata(folder.path().join(ADMIN_TOKEN_FILE))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            in_folder(folder.path()).expect("read").expose_secret(),
            first.expose_secret()
        );
    }
}
