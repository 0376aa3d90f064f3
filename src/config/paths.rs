//! Where skep listens and where it keeps things: addresses, the data folder, the database.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use url::Url;

use super::error::{ConfigError, Mistake};
use super::github::fixed;
use super::resolver::Resolver;
use super::sources::Found;
use crate::core::text::mistakes::{credential, place, source};

pub(super) const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);
pub(super) const ADMIN_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3001);
/// Others may enter and see; what skep keeps is for its own user.
const PRIVATE: u32 = 0o700;
const STICKY: u32 = 0o1000;

pub(super) fn addresses(resolver: &mut Resolver<'_>) -> (SocketAddr, SocketAddr) {
    let listen = resolver.meant("listen", socket).unwrap_or(LISTEN);
    let admin = resolver
        .meant("admin_listen", socket)
        .unwrap_or(ADMIN_LISTEN);
    let key = if resolver.origins.contains_key("admin_listen") {
        "admin_listen"
    } else {
        "listen"
    };
    let at = resolver.at(key);
    if listen == admin && listen.port() != 0 {
        resolver
            .mistakes
            .push(Mistake::new(at, place::same(&listen.to_string())));
    } else if !admin.ip().is_loopback() {
        resolver.warnings.push(place::exposed(&at));
    }
    (listen, admin)
}

/// An address with a port.
pub(super) fn socket(found: &Found) -> Result<SocketAddr, String> {
    let text = found.text.trim();
    let numeric = text
        .strip_prefix("localhost:")
        .map(|port| format!("127.0.0.1:{port}"));
    let wrong = |_| match lone_port(text) {
        // What other programs read as "all addresses" is too much to be meant by saying little.
        Some(port) => place::lone_port(text, port),
        None => place::socket(text),
    };
    numeric.as_deref().unwrap_or(text).parse().map_err(wrong)
}

/// The port of `:3000`, `*:3000` or `3000`.
fn lone_port(text: &str) -> Option<u16> {
    let digits = text.strip_prefix('*').unwrap_or(text);
    digits.strip_prefix(':').unwrap_or(digits).parse().ok()
}

/// The address under which a command on this machine finds the admin address.
pub fn admin_url(listen: SocketAddr) -> Url {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    fixed(&format!("http://{}", SocketAddr::new(ip, listen.port())))
}

/// The file in the data folder with the token that gives orders.
pub const ADMIN_TOKEN_FILE: &str = "admin-token";

/// Reads the admin token, where the operator gives one.
pub(super) fn admin_token(resolver: &mut Resolver<'_>) -> Option<SecretString> {
    resolver.meant("admin_token", |found| {
        let token = found.text.trim();
        let good = token.len() >= 20 && token.bytes().all(|byte| byte.is_ascii_graphic());
        let wrong = || credential::ADMIN_TOKEN.to_owned();
        good.then(|| SecretString::from(token)).ok_or_else(wrong)
    })
}

/// Reads the data folder; always absolute.
pub(super) fn data_dir(resolver: &mut Resolver<'_>) -> Option<PathBuf> {
    let named = resolver.meant("data_dir", |found| {
        let path = std::path::absolute(found.path()).map_err(|error| error.to_string())?;
        let is_file = path.exists() && !path.is_dir();
        if is_file {
            Err(place::no_folder(&path.display().to_string()))
        } else {
            Ok(path)
        }
    });
    if named.is_some() || resolver.origins.contains_key("data_dir") {
        return named;
    }
    let default = resolver.sources.default_data_dir();
    if default.is_none() {
        let mistake = Mistake::new("SKEP_DATA_DIR", place::NO_DATA_DIR);
        resolver.mistakes.push(mistake);
    }
    default
}

/// Reads where the database is; may hold a password.
pub(super) fn database_url(
    resolver: &mut Resolver<'_>,
    data_dir: Option<&Path>,
) -> Option<SecretString> {
    let named = resolver.meant("database_url", |found| {
        let text = found.text.trim();
        let sqlite = text
            .strip_prefix("sqlite://")
            .is_some_and(|path| path.starts_with('/'));
        let postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
        let good = sqlite || (postgres && Url::parse(text).is_ok_and(|url| url.host().is_some()));
        let wrong = || place::DATABASE.to_owned();
        good.then(|| SecretString::from(text)).ok_or_else(wrong)
    });
    if named.is_some() || resolver.origins.contains_key("database_url") {
        return named;
    }
    sqlite_in(data_dir?)
}

/// The database in a data folder, which must be absolute.
pub(super) fn sqlite_in(data_dir: &Path) -> Option<SecretString> {
    let file = Url::from_file_path(data_dir.join("skep.db")).ok()?;
    Some(SecretString::from(format!("sqlite://{}", file.path())))
}

/// Makes the data folder, for its owner alone. One that is there already is closed to others; the answer says so, or that it
/// cannot be.
pub(super) fn make_private(folder: &Path) -> Result<Option<String>, ConfigError> {
    let wrong = |what: String| {
        ConfigError(vec![Mistake::new(
            "SKEP_DATA_DIR",
            format!("{}: {what}", folder.display()),
        )])
    };
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(PRIVATE)
        .create(folder);
    made.map_err(|error| wrong(place::cannot_be_made(&error.to_string())))?;
    let mode = mode_of_own(folder).map_err(wrong)?;
    if mode & 0o077 == 0 {
        return Ok(None);
    }
    let closed = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(PRIVATE));
    let folder = folder.display().to_string();
    Ok(Some(match closed {
        Ok(()) => place::closed(&folder, mode & 0o777),
        Err(error) => place::open(&folder, &error.to_string()),
    }))
}

/// Tries the data folder out and leaves everything as it was: a folder that is not there is made and removed again.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn try_data_dir(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        mode_of_own(folder).map_err(|what| format!("{} {what}", folder.display()))?;
        let probe = folder.join(format!(".skep-check-{}", std::process::id()));
        let tried = std::fs::write(&probe, "").and_then(|()| std::fs::remove_file(&probe));
        let shown = folder.display().to_string();
        return tried.map_err(|error| place::cannot_be_written(&shown, &error.to_string()));
    }
    let there = folder
        .ancestors()
        .find(|above| above.exists())
        .unwrap_or(Path::new("/"));
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(PRIVATE)
        .create(folder);
    for made in folder.ancestors().take_while(|above| *above != there) {
        // What could not be made cannot be removed either.
        let _ = std::fs::remove_dir(made);
    }
    made.map_err(|error| {
        let what = place::cannot_be_made(&error.to_string());
        format!("{} {what}", folder.display())
    })
}

/// The mode of a folder that is meant for one; others are refused.
fn mode_of_own(folder: &Path) -> Result<u32, String> {
    let metadata =
        std::fs::metadata(folder).map_err(|error| source::unreadable(&error.to_string()))?;
    if metadata.mode() & STICKY != 0 {
        return Err(place::SHARED_FOLDER.to_owned());
    }
    Ok(metadata.mode())
}
