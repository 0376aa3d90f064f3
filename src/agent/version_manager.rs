//! What stands behind a shim of mise or asdf: the program of the version that its owner uses. Inside a sandbox a shim finds nothing: it
//! looks in a home, and a session has its own. (nvm puts programs themselves on the `PATH`, and a shim of pyenv names its manager by the
//! whole path, so that neither needs this.)
//!
//! Both lay out `shims/NAME` beside `installs/TOOL/VERSION/`. Which version is meant stands in `~/.tool-versions`
//! (<https://asdf-vm.com/manage/configuration.html>) or in `[tools]` of `~/.config/mise/config.toml`
//! (<https://mise.jdx.dev/configuration.html>); a shim of asdf's names those that have the program. Files are read here; nothing is started.

use std::fs;
use std::path::{Path, PathBuf};

use crate::core::document::Table;

/// Where an installed version has its programs: its own folder for what is one file, the last for what npm installs with asdf's node.
const PROGRAMS: [&str; 3] = ["bin", "", ".npm/bin"];
/// A line of asdf's shims: a tool and a version.
const NAMED: &str = "# asdf-plugin:";
/// Where mise is told which versions are in use, below a home.
const CONFIG: &str = ".config/mise/config.toml";
/// A longer shim is none.
const LONGEST: u64 = 64 * 1024;

/// One version of a tool that has the program.
struct Installed {
    tool: String,
    version: String,
    program: PathBuf,
}

/// The program behind a shim; `None` where it is no shim, or nothing is installed behind it. `runs`: whether a file is a program.
pub(super) fn behind(shim: &Path, runs: fn(&Path) -> bool) -> Option<PathBuf> {
    let name = shim.file_name()?.to_str()?;
    let manager = shim.parent().filter(|folder| folder.ends_with("shims"))?;
    let manager = manager.parent()?;
    let installs = manager.join("installs");
    let mut all = installed(&installs, name, runs);
    let named = named(shim);
    if !named.is_empty() {
        let is_named = |one: &Installed| {
            let mut named = named.iter();
            named.any(|(tool, version)| *tool == one.tool && *version == one.version)
        };
        all.retain(is_named);
    }
    let wished = wished(manager);
    let mut wished = wished.iter();
    let chosen = wished.find_map(|(tool, version)| {
        let fitting = all.iter().filter(|one| tool_name(&one.tool) == *tool);
        let fitting = fitting.filter(|one| is_of(one, version, &installs));
        fitting.max_by_key(|one| numbers(&one.version))
    });
    let chosen = chosen.or_else(|| all.iter().max_by_key(|one| numbers(&one.version)));
    chosen.map(|one| one.program.clone())
}

/// Every version of every tool that has a program of that name. Links are other names of the same.
fn installed(installs: &Path, name: &str, runs: fn(&Path) -> bool) -> Vec<Installed> {
    let mut all = Vec::new();
    for tool in entries(installs) {
        for version in entries(&tool) {
            let folders = PROGRAMS
                .iter()
                .map(|folder| version.join(folder).join(name));
            if let Some(program) = folders.into_iter().find(|program| runs(program)) {
                all.push(Installed {
                    tool: last(&tool),
                    version: last(&version),
                    program,
                });
            }
        }
    }
    all
}

/// The folders in a folder, in the order of their names.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut all: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
    all.sort();
    all
}

fn last(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The tools and versions that a shim of asdf's names.
fn named(shim: &Path) -> Vec<(String, String)> {
    if !fs::metadata(shim).is_ok_and(|data| data.len() <= LONGEST) {
        return vec![];
    }
    let bytes = fs::read(shim).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().filter_map(|line| line.strip_prefix(NAMED));
    let pairs = lines.filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    });
    pairs.collect()
}

/// The tools and versions that the owner of a manager's folder uses, the most wished for first.
fn wished(manager: &Path) -> Vec<(String, String)> {
    // `~/.asdf`, `~/.local/share/mise`.
    let at = if manager.ends_with(".local/share/mise") {
        3
    } else {
        1
    };
    let Some(home) = manager.ancestors().nth(at) else {
        return vec![];
    };
    let read = |name: &str| fs::read_to_string(home.join(name)).unwrap_or_default();
    let mut all = of_config(&read(CONFIG));
    for line in read(".tool-versions").lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(tool) = words.next() else { continue };
        all.extend(words.map(|version| (tool_name(tool), version.to_owned())));
    }
    all
}

/// What stands below `[tools]`: a version, several, or a table with one. What is none of these is left out.
fn of_config(text: &str) -> Vec<(String, String)> {
    let (mut root, mut wrong) = Table::parse(CONFIG, text);
    let mut all = Vec::new();
    for (tool, wish) in root.take_table("tools", &mut wrong).drain() {
        let several = wish.clone().list().unwrap_or_else(|_| vec![wish]);
        let versions = several.into_iter().filter_map(|wish| {
            let table = wish.clone().table().ok();
            let version = table.and_then(|mut table| table.take("version"));
            version.unwrap_or(wish).text().ok()
        });
        all.extend(versions.map(|version| (tool_name(&tool), version)));
    }
    all
}

/// A tool as its folder is called: `npm:@scope/tool` is in `npm-scope-tool`.
fn tool_name(tool: &str) -> String {
    let parts = tool.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.');
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("-").to_lowercase()
}

/// Whether a version is the one that is wished for: by its name, by the beginning of it, or by a link of that name.
fn is_of(one: &Installed, wish: &str, installs: &Path) -> bool {
    let begins = one.version.strip_prefix(wish);
    let begins = begins.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let folder = installs.join(&one.tool);
    let link = || folder.join(wish).canonicalize().ok();
    begins
        || link().is_some_and(|link| {
            folder
                .join(&one.version)
                .canonicalize()
                .is_ok_and(|own| own == link)
        })
}

/// The numbers in a version, by which the newest is found.
fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split(|c: char| !c.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Path, PathBuf, fs};
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn behind(shim: &Path) -> Option<PathBuf> {
        super::behind(shim, Path::is_file)
    }

    fn put(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("below a folder")).expect("folders");
        fs::write(path, text).expect("written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("made executable");
    }

    fn link(from: &Path, to: &Path) {
        fs::create_dir_all(from.parent().expect("below a folder")).expect("folders");
        symlink(to, from).expect("linked");
    }

    /// As mise lays them out: shims are links to mise itself, short versions are links to long ones.
    #[test]
    fn a_shim_of_mise_is_the_version_that_is_in_use() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path();
        let mise = home.join(".local/bin/mise");
        put(&mise, "\u{7f}ELF");
        let data = home.join(".local/share/mise");
        let installs = data.join("installs");
        for version in ["20.19.1", "22.9.0", "22.14.0"] {
            put(&installs.join(format!("node/{version}/bin/node")), "");
        }
        link(&installs.join("node/lts"), Path::new("./22.9.0"));
        put(&installs.join("npm-scope-agent/1.2.0/bin/agent"), "");
        put(&installs.join("ripgrep/14.1.1/rg"), "");
        for name in ["node", "agent", "rg", "gone"] {
            link(&data.join("shims").join(name), &mise);
        }
        let shim = |name: &str| behind(&data.join("shims").join(name));
        let node = |version: &str| Some(installs.join(format!("node/{version}/bin/node")));
        // Nobody says which: the newest.
        assert_eq!(shim("node"), node("22.14.0"));
        let config = home.join(".config/mise/config.toml");
        for (wish, version) in [
            ("node = \"20\"", "20.19.1"),
            ("node = [\"lts\", \"20\"]", "22.9.0"),
            ("node = { version = \"22.9\" }", "22.9.0"),
            ("node = \"latest\"", "22.14.0"),
            ("node = 7", "22.14.0"),
        ] {
            put(
                &config,
                &format!("[tools]\n\"npm:@scope/agent\" = \"1\"\n{wish}\n"),
            );
            assert_eq!(shim("node"), node(version), "{wish}");
        }
        let agent = installs.join("npm-scope-agent/1.2.0/bin/agent");
        assert_eq!(shim("agent"), Some(agent));
        assert_eq!(shim("rg"), Some(installs.join("ripgrep/14.1.1/rg")));
        assert_eq!(shim("gone"), None);
        assert_eq!(behind(&mise), None);
    }

    /// As asdf lays them out: a shim is a script that names the versions that have the program.
    #[test]
    fn a_shim_of_asdf_is_the_version_that_is_in_use() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path();
        let asdf = home.join(".asdf");
        for version in ["18.20.0", "20.11.0", "9.1.0"] {
            put(
                &asdf.join(format!("installs/nodejs/{version}/bin/node")),
                "",
            );
        }
        let npm = asdf.join("installs/nodejs/20.11.0/.npm/bin/agent");
        put(&npm, "");
        let script = |plugins: &str, name: &str| {
            let shim = asdf.join("shims").join(name);
            put(
                &shim,
                &format!("#!/usr/bin/env bash\n{plugins}exec asdf exec \"{name}\" \"$@\"\n"),
            );
            shim
        };
        let node = script(
            "# asdf-plugin: nodejs 18.20.0\n# asdf-plugin: nodejs 9.1.0\n",
            "node",
        );
        let agent = script("# asdf-plugin: nodejs 20.11.0\n", "agent");
        let of = |version: &str| Some(asdf.join(format!("installs/nodejs/{version}/bin/node")));
        // 20.11.0 is not one of those that the shim names.
        assert_eq!(behind(&node), of("18.20.0"));
        assert_eq!(behind(&agent), Some(npm));
        put(
            &home.join(".tool-versions"),
            "# mine\nnodejs 20.11.0 9.1.0 # two\n",
        );
        assert_eq!(behind(&node), of("9.1.0"));
    }

    /// A folder that is called so and is no manager's, and the shims that find their manager by themselves.
    #[test]
    fn what_is_no_shim_of_theirs_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let plain = folder.path().join("shims/tool");
        let pyenv = folder.path().join(".pyenv/shims/python3");
        let real = folder.path().join(".pyenv/versions/3.12.1/bin/python3");
        for path in [&plain, &pyenv, &real] {
            put(path, "#!/bin/sh\n");
        }
        for path in [&plain, &pyenv, &real] {
            assert_eq!(behind(path), None, "{}", path.display());
        }
    }
}
