//! The system's part of what a sandbox sees: programs, libraries and what they read of `/etc`, by a list. What is not on it is not
//! there: no home, no service's state, no key, no socket of another program, nothing below `/sys`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Folders of programs and libraries; the second line is other distributions' (NixOS, Guix, Homebrew for Linux keeps to homes).
const FOLDERS: [&str; 9] = [
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", //
    "/nix", "/gnu",
];

/// What programs read of `/etc`: names, certificates, where libraries are, how a shell begins. None of these holds a secret; keys of the
/// machine, passwords and the configuration of services lie elsewhere in `/etc` and are not there.
#[rustfmt::skip]
const ETC: &[&str] = &[
    "alternatives", "bash.bashrc", "bashrc", "ca-certificates", "ca-certificates.conf", "crypto-policies", "debian_version", "fonts",
    "gai.conf", "group", "host.conf", "hostname", "hosts", "inputrc", "java-17-openjdk", "java-21-openjdk", "ld.so.cache", "ld.so.conf",
    "ld.so.conf.d", "locale.conf", "localtime", "lsb-release", "magic", "mime.types", "nsswitch.conf", "os-release",
    "passwd", "pki/ca-trust", "pki/tls/cert.pem", "pki/tls/certs", "profile", "profile.d", "protocols", "rpc", "services", "shells",
    "ssl/cert.pem", "ssl/certs", "ssl/openssl.cnf", "terminfo", "timezone", "xattr.conf",
];

/// Empty folders that programs expect.
const EMPTY: [&str; 4] = ["/home", "/root", "/run", "/var"];

/// Whether a path is among them.
pub(super) fn shows(path: &Path) -> bool {
    let etc = || {
        ETC.iter()
            .any(|name| path.starts_with(Path::new("/etc").join(name)))
    };
    FOLDERS.iter().any(|folder| path.starts_with(folder)) || etc()
}

/// Those of them that are there, folders first.
pub(super) fn shown() -> Vec<PathBuf> {
    let folders = FOLDERS.iter().map(PathBuf::from);
    let etc = ETC.iter().map(|name| Path::new("/etc").join(name));
    folders.chain(etc).filter(|path| path.exists()).collect()
}

/// The arguments of bubblewrap that put them there, read-only. A folder that is a link on the machine is one there.
pub(super) fn arguments() -> Vec<OsString> {
    let mut line: Vec<OsString> = Vec::new();
    for folder in FOLDERS {
        match std::fs::read_link(folder) {
            Ok(target) => line.extend(["--symlink".into(), target.into(), folder.into()]),
            Err(_) if Path::new(folder).is_dir() => {
                line.extend(["--ro-bind", folder, folder].map(OsString::from));
            }
            Err(_) => {}
        }
    }
    for name in ETC {
        let path: PathBuf = Path::new("/etc").join(name);
        if path.exists() {
            line.extend(["--ro-bind".into(), path.clone().into(), path.into()]);
        }
    }
    line.extend(
        EMPTY
            .iter()
            .flat_map(|folder| ["--dir", folder])
            .map(OsString::from),
    );
    line
}
