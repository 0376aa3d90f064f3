//! Where a command's program is, and which folders it needs to see of itself.
//!
//! It reads the file system only; nothing is started here.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The absolute path of an executable: `name` itself when it is an absolute path, else the first hit in `path` (the
/// value of `PATH`). A relative path with folders in it is not looked for: it would depend on where skep was started.
pub(super) fn find(name: &str, path: &str) -> Option<PathBuf> {
    if name.contains('/') {
        let program = PathBuf::from(name);
        return (program.is_absolute() && executable(&program)).then_some(program);
    }
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|program| executable(program))
}

fn executable(program: &Path) -> bool {
    fs::metadata(program).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// What must be visible so that the program runs: the file alone for a compiled program, the folder around it for a script,
/// the whole `node_modules` for what npm installed.
pub(super) fn needs(program: &Path) -> PathBuf {
    let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    let outermost = real.ancestors().filter(|folder| folder.ends_with("node_modules")).last();
    if let Some(packages) = outermost {
        return packages.to_owned();
    }
    if compiled(&real) {
        return real;
    }
    real.parent().map_or_else(|| real.clone(), Path::to_owned)
}

fn compiled(program: &Path) -> bool {
    let mut magic = [0; 4];
    fs::File::open(program).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == *b"\x7fELF"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(path: &Path) {
        fs::create_dir_all(path.parent().expect("below a folder")).expect("folders");
        fs::write(path, "#!/bin/sh\n").expect("written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("made executable");
    }

    #[test]
    fn programs_are_found_on_the_path_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let tool = folder.path().join("tool");
        script(&tool);
        fs::write(folder.path().join("plain"), "x").expect("written");
        let path = format!(".:{}", folder.path().display());
        assert_eq!(find("tool", &path), Some(tool.clone()));
        assert_eq!(find(&tool.to_string_lossy(), ""), Some(tool));
        assert_eq!(find("plain", &path), None);
        assert_eq!(find("./tool", &path), None);
    }

    #[test]
    fn what_npm_installed_needs_its_neighbours() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
        let inner = root.join("x/node_modules/a/node_modules/b/cli.js");
        script(&inner);
        assert_eq!(needs(&inner), root.join("x/node_modules"));
        let plain = root.join("bin/agent");
        script(&plain);
        assert_eq!(needs(&plain), root.join("bin"));
        let shell = Path::new("/bin/sh").canonicalize().expect("a shell");
        assert_eq!(needs(Path::new("/bin/sh")), shell);
    }
}
