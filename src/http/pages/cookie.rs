//! The two cookies: who is signed in, and the colors. Both are for this host alone and out of reach of scripts.

use axum::http::{HeaderMap, header};

/// Who is signed in.
pub(super) const SIGNED_IN: &str = "skep_session";
/// The colors.
pub(super) const THEME: &str = "skep_theme";

/// The value of a cookie, where there is one.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// A cookie to be set for so many seconds; 0 takes it away. `secure`: only ever over TLS.
pub(super) fn set(name: &str, value: &str, seconds: u64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}
