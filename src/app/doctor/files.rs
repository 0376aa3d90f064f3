//! Who can read the files that hold secrets, and whether the data folder is there.

use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::repair::Repair;
use crate::app::finding::Finding;
use crate::config::{ADMIN_TOKEN_FILE, APP_FILE, Config};
use crate::core::text::doctor as text;

/// Looks at modes alone, and changes none.
pub(super) fn look(config: &Config) -> (Vec<Finding>, Vec<Repair>) {
    let (mut findings, mut repairs) = (Vec::new(), Vec::new());
    if !config.data_dir.exists() {
        let folder = config.data_dir.display().to_string();
        findings.push(Finding::odd("files", text::no_folder(&folder)));
        repairs.push(Repair::Folder(config.data_dir.clone()));
    }
    let open: Vec<PathBuf> = secret_files(config).into_iter().filter(is_open).collect();
    for path in &open {
        findings.push(Finding::wrong(
            "files",
            text::open_file(&path.display().to_string()),
        ));
        repairs.push(Repair::Mode(path.clone()));
    }
    if open.is_empty() {
        findings.push(Finding::right("files", text::FILES_CLOSED));
    }
    (findings, repairs)
}

/// Those that hold a secret, or may.
fn secret_files(config: &Config) -> Vec<PathBuf> {
    let of_folder = [APP_FILE, ADMIN_TOKEN_FILE, "setup.json", "skep.db"];
    let in_folder = of_folder.into_iter().map(|name| config.data_dir.join(name));
    in_folder.chain(config.hide.iter().cloned()).collect()
}

fn is_open(path: &PathBuf) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o077 != 0)
}
