//! The cookies: who is signed in, who is on the way to GitHub and back, and the colors. All are for this host alone and out of reach of
//! scripts.

use axum::http::{HeaderMap, header};

/// Who is signed in.
pub(super) const SIGNED_IN: &str = "skep_session";
/// The colors.
pub(super) const THEME: &str = "skep_theme";

/// Who is on the way to GitHub and back. Over TLS the prefix keeps neighbours in the same domain from setting it (RFC 6265bis, 4.1.3.2).
pub(super) fn on_the_way(secure: bool) -> &'static str {
    match secure {
        true => "__Host-skep_way",
        false => "skep_way",
    }
}

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
    let pair = format!("{name}={value}; Path=/; Max-Age={seconds}");
    with_site(&pair, "Strict", secure)
}

/// The same, sent along as well when somebody follows a link to us from elsewhere, as back from GitHub. Whatever changes anything is a
/// form, and a form counts from our own pages only.
pub(super) fn set_for_links(name: &str, value: &str, seconds: u64, secure: bool) -> String {
    let pair = format!("{name}={value}; Path=/; Max-Age={seconds}");
    with_site(&pair, "Lax", secure)
}

fn with_site(pair: &str, site: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{pair}; HttpOnly; SameSite={site}{secure}")
}
