//! Which request goes through: a method and a path of the provider's own list, with the word of this session for a key, for the
//! gateway itself. Anything else is refused, and what nobody asks by mistake is told as such.

use super::not_served::NotServed;
use super::provider::GOOGLE_METHODS;
use super::served::{Served, Serving};
use crate::containment::{Attempt, Weight};
use crate::text;

/// The longest path and query, bytes.
const LONGEST: usize = 2_048;

/// A request's head as the gateway read it. Header names are lower case.
#[derive(Debug, Clone, Copy)]
pub struct Ours<'a> {
    /// `POST` …
    pub method: &'a str,
    /// Path and query as they came; a whole address where somebody asks a proxy.
    pub target: &'a str,
    /// All headers that name a host or carry a credential, each as often as it came; a value that is no text is empty.
    pub headers: &'a [(&'a str, &'a str)],
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way<'a> {
    /// To the provider: which one, and what is put behind its address.
    On {
        /// Whose it is.
        served: &'a Served,
        /// Path and query at the provider, without any key.
        target: String,
        /// It asks for a model's words, which cost.
        costs: bool,
    },
    /// Nowhere: whether somebody is there is answered here.
    Here,
    /// Nowhere: it is to become a WebSocket, and programs that ask so ask by a request of their own when there is none.
    NoSocket,
}

impl NotServed {
    /// As what the session tried. Another key, another host and a path with a double meaning nobody sends by mistake.
    pub fn attempt(self, asked: &Ours<'_>) -> Attempt {
        let path = asked.target.split('?').next().unwrap_or_default();
        let shown = |c: char| c.is_ascii_graphic() && c != '`';
        let path: String = path.chars().filter(|c| shown(*c)).take(120).collect();
        let method: String = asked.method.chars().take(10).collect();
        let weight = match self {
            Self::Odd | Self::OtherHost | Self::OtherKey => Weight::Grave,
            _ => Weight::Odd,
        };
        let what = format!("its model's gateway: {method} {path}");
        Attempt::new(what, text::gateway::reason(self), weight)
    }
}

/// Headers in which a key may come.
pub(super) const KEY_HEADERS: [&str; 4] =
    ["authorization", "x-api-key", "x-goog-api-key", "api-key"];

/// Judges a request.
pub fn admit<'a>(serving: &'a Serving, asked: &Ours<'_>) -> Result<Way<'a>, NotServed> {
    let named = |name: &'static str| {
        let all = asked.headers.iter();
        all.filter(move |(header, _)| *header == name)
            .map(|(_, value)| *value)
    };
    let hosts: Vec<&str> = named("host").collect();
    let ours = |host: &str| {
        let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
        matches!(name, "127.0.0.1" | "localhost") && port == serving.port.to_string()
    };
    let is_ours = matches!(hosts[..], [host] if ours(host));
    if asked.method == "CONNECT" || !asked.target.starts_with('/') || !is_ours {
        return Err(NotServed::OtherHost);
    }
    let (path, query) = asked.target.split_once('?').unwrap_or((asked.target, ""));
    if asked.target.len() > LONGEST || !is_plain(path) {
        return Err(NotServed::Odd);
    }
    let (name, path) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let served = serving
        .all
        .iter()
        .find(|served| served.provider.name == name)
        .ok_or(NotServed::Path)?;
    // Several agents look whether somebody is there, without a key.
    if asked.method == "HEAD" && path.is_empty() {
        return Ok(Way::Here);
    }
    let path = format!("/{path}");
    let pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    let (keys, others): (Vec<&str>, Vec<&str>) = pairs.into_iter().partition(|pair| is_a_key(pair));
    let in_query = keys
        .iter()
        .map(|pair| pair.split_once('=').map_or("", |(_, value)| value));
    let in_headers = KEY_HEADERS.iter().flat_map(|name| {
        let bare = |value| strip_scheme(value);
        named(name).map(bare)
    });
    let words: Vec<&str> = in_headers.chain(in_query).collect();
    if words.iter().any(|word| !same(word, &serving.word)) {
        return Err(NotServed::OtherKey);
    }
    if words.is_empty() {
        return Err(NotServed::NoWord);
    }
    if !served.allows(asked.method, &path) {
        if asked.method == "GET" && served.allows("POST", &path) {
            return Ok(Way::NoSocket);
        }
        return Err(NotServed::Path);
    }
    let mut target = served.behind(&path).ok_or(NotServed::Path)?;
    if !others.is_empty() {
        target = format!("{target}?{}", others.join("&"));
    }
    let costs = asked.method == "POST" && !path.ends_with("count_tokens");
    let costs = costs && !path.ends_with(":countTokens") && !path.ends_with("input_tokens");
    Ok(Way::On {
        served,
        target,
        costs,
    })
}

/// In constant time: how much of the word is right is nobody's to find out.
fn same(one: &str, other: &str) -> bool {
    let differ = one.bytes().zip(other.bytes());
    one.len() == other.len() && differ.fold(0, |all, (one, other)| all | (one ^ other)) == 0
}

fn strip_scheme(value: &str) -> &str {
    let scheme = value.get(..7);
    let bearer = scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "));
    if bearer { value[7..].trim() } else { value }
}

/// As Google takes one; by a percent code it would be the same name for some.
fn is_a_key(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    name.eq_ignore_ascii_case("key") || name.contains('%') || name.eq_ignore_ascii_case("api_key")
}

/// Parts of letters, digits and a few signs, none of them empty or only dots.
fn is_plain(path: &str) -> bool {
    let sign = |c: char| c.is_ascii_alphanumeric() || "._:-@".contains(c);
    let mut parts = path[1..].split('/').peekable();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        if !part.chars().all(sign) || part.is_empty() && !last || matches!(part, "." | "..") {
            return false;
        }
    }
    true
}

impl Served {
    fn allows(&self, method: &str, path: &str) -> bool {
        let own = self.own_path.as_deref() == Some(path) && method == "POST";
        let listed = |(allowed, pattern): &(&str, &str)| *allowed == method && fits(pattern, path);
        own || self.provider.paths.iter().any(listed)
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("*"), Some(part)) if !part.is_empty() && !part.contains(':') => {}
            (Some("{m}"), Some(part)) => {
                let method = part.split_once(':').map(|(_, method)| method);
                if !method.is_some_and(|method| GOOGLE_METHODS.contains(&method)) {
                    return false;
                }
            }
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests;
