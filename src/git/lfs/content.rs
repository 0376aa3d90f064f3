//! Where the content of pointers waits, and how it gets into the mirror's store.

use std::path::{Path, PathBuf};

/// The folder of a quarantine where content waits.
pub(crate) const WAITING: &str = "lfs";

/// Moves what waits in a quarantine into the mirror's store.
pub(crate) fn move_content(waiting: &Path, mirror: &Path) -> std::io::Result<()> {
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(waiting.join(&below)) else {
            continue;
        };
        for entry in entries {
            let entry = entry?;
            let name = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(name);
            } else {
                let target = mirror.join("lfs/objects").join(&name);
                target.parent().map_or(Ok(()), std::fs::create_dir_all)?;
                std::fs::rename(entry.path(), target)?;
            }
        }
    }
    Ok(())
}
