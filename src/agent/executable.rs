//! Where a command's program is, and which folders it needs to see of itself.
//!
//! It reads the file system only; nothing is started here.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::version_manager;

/// The absolute path of an executable: `name` itself when it is an absolute path, else the first hit in `path` (the
/// value of `PATH`); where that is a shim of a version manager's, what stands behind it. A relative path with folders in it is not looked for: it would depend on where skep was started.
pub fn find(name: &str, path: &str) -> Option<PathBuf> {
    if name.contains('/') {
        let program = PathBuf::from(name);
        let program = (program.is_absolute() && executable(&program)).then_some(program);
        return program.map(without_shim);
    }
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|program| executable(program))
        .map(without_shim)
}

fn without_shim(program: PathBuf) -> PathBuf {
    version_manager::behind(&program, executable).unwrap_or(program)
}

fn executable(program: &Path) -> bool {
    fs::metadata(program).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// What must be visible so that the program runs: its own install tree, and that of what interprets it. Nothing more: what
/// lies around may be a person's home.
pub(super) fn needs(program: &Path, path: &str) -> Vec<PathBuf> {
    let mut all = vec![tree(&real(program))];
    if let Some(interpreter) = interpreter(program, path) {
        all.push(tree(&interpreter));
        let program = real(&interpreter);
        all.extend(libraries(&program));
        all.push(program);
    }
    all
}

/// A file that an argument names by its whole path (the script of `node /srv/agent/cli.js`), with the package it belongs to; never a
/// folder, which may be anything.
pub(super) fn named(argument: &str) -> Option<PathBuf> {
    let path = Path::new(argument);
    if !path.is_absolute() || !path.is_file() {
        return None;
    }
    let real = real(path);
    let tree = tree(&real);
    let around = real.parent() == Some(&tree);
    Some(if around { real } else { tree })
}

/// What a script is interpreted by, by its first line: `#!/usr/bin/env node`, or a path.
pub(super) fn interpreter(program: &Path, path: &str) -> Option<PathBuf> {
    let mut start = Vec::new();
    fs::File::open(real(program))
        .and_then(|file| file.take(512).read_to_end(&mut start))
        .ok()?;
    let line = String::from_utf8_lossy(&start)
        .lines()
        .next()?
        .strip_prefix("#!")?
        .to_owned();
    let mut words = line.split_whitespace();
    let first = words.next()?;
    if !first.ends_with("/env") {
        return find(first, path);
    }
    words
        .find(|word| !word.starts_with('-') && !word.contains('='))
        .and_then(|name| find(name, path))
}

/// The path without links.
fn real(program: &Path) -> PathBuf {
    program
        .canonicalize()
        .unwrap_or_else(|_| program.to_owned())
}

/// The whole outermost `node_modules` for what npm installed, the whole environment for what Python did, the file alone for
/// a compiled program, the folder around it for any other script, the version manager for one of its shims.
fn tree(program: &Path) -> PathBuf {
    if let Some(packages) = program
        .ancestors()
        .filter(|folder| folder.ends_with("node_modules"))
        .last()
    {
        return packages.to_owned();
    }
    // An environment's `python` is a link, which is what makes it that environment's.
    if let Some(environment) = program
        .ancestors()
        .skip(1)
        .find(|folder| folder.join("pyvenv.cfg").is_file())
    {
        return environment.to_owned();
    }
    if compiled(program) {
        return program.to_owned();
    }
    let Some(folder) = program.parent() else {
        return program.to_owned();
    };
    // A version manager's `shims` start what lies beside their folder.
    let manager = folder.parent().filter(|_| folder.ends_with("shims"));
    manager.unwrap_or(folder).to_owned()
}

/// The libraries an interpreter was installed with (`…/lib` beside `…/bin`); none in a home itself, where that is a
/// person's folder.
fn libraries(interpreter: &Path) -> Option<PathBuf> {
    let prefix = interpreter
        .parent()
        .filter(|folder| folder.ends_with("bin"))?
        .parent()?;
    let home = prefix.parent() == Some(Path::new("/home")) || prefix == Path::new("/root");
    Some(prefix.join("lib")).filter(|folder| folder.is_dir() && !home)
}

fn compiled(program: &Path) -> bool {
    let mut magic = [0; 4];
    fs::File::open(program)
        .and_then(|mut file| file.read_exact(&mut magic))
        .is_ok()
        && magic == *b"\x7fELF"
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
        let shim = root.join(".pyenv/shims/python3");
        script(&shim);
        let shell = real(Path::new("/bin/sh"));
        let first = |program: &Path| needs(program, "/bin").swap_remove(0);
        assert_eq!(first(&inner), root.join("x/node_modules"));
        let plain = root.join("bin/agent");
        script(&plain);
        assert_eq!(first(&plain), root.join("bin"));
        assert_eq!(first(&shim), root.join(".pyenv"));
        assert_eq!(needs(Path::new("/bin/sh"), ""), [shell]);
    }

    /// As a version manager lays them out below a home: `…/v22/bin/agent` is a link into `…/v22/lib/node_modules`.
    #[test]
    fn what_interprets_a_script_is_needed_with_its_libraries() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
        let version = root.join("v22");
        let cli = version.join("lib/node_modules/a/cli.js");
        script(&cli);
        fs::write(&cli, "#!/usr/bin/env -S FLAG=1 node --flag\n").expect("written");
        fs::create_dir_all(version.join("bin")).expect("a folder");
        let node = version.join("bin/node");
        fs::copy(real(Path::new("/bin/sh")), &node).expect("a program");
        let agent = version.join("bin/agent");
        std::os::unix::fs::symlink(&cli, &agent).expect("a link");
        let path = version.join("bin").display().to_string();
        assert_eq!(interpreter(&agent, &path), Some(node.clone()));
        assert_eq!(
            needs(&agent, &path),
            [
                version.join("lib/node_modules"),
                node.clone(),
                version.join("lib"),
                node
            ]
        );
    }

    #[test]
    fn an_environment_of_python_is_needed_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
        let (python, link) = (
            root.join("cpython/bin/python3"),
            root.join("tools/x/bin/python"),
        );
        script(&root.join("tools/x/bin/agent"));
        script(&python);
        fs::copy(real(Path::new("/bin/sh")), &python).expect("a program");
        fs::create_dir_all(root.join("cpython/lib")).expect("a folder");
        fs::write(root.join("tools/x/pyvenv.cfg"), "").expect("written");
        std::os::unix::fs::symlink(&python, &link).expect("a link");
        let agent = root.join("tools/x/bin/agent");
        fs::write(&agent, format!("#!{}\n", link.display())).expect("written");
        let environment = root.join("tools/x");
        assert_eq!(
            needs(&agent, ""),
            [
                environment.clone(),
                environment,
                root.join("cpython/lib"),
                python
            ]
        );
    }

    #[test]
    fn a_home_is_never_shown_whole() {
        assert_eq!(libraries(Path::new("/root/bin/node")), None);
        assert_eq!(libraries(Path::new("/home/ana/bin/node")), None);
    }
}
