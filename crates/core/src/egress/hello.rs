//! The first bytes inside a tunnel: TLS with the name of a host (RFC 8446, 4.1.2; RFC 6066, 3), or a plain HTTP request.
//!
//! Nothing is decrypted. A server looks at this name to choose whom it plays, so a name that differs from the one that was judged
//! would reach somebody who was not. Encrypted names (RFC 9849) cannot be judged, and are told as hidden.

use super::list::Denied;
use super::target::Host;

/// Longest beginning that is looked at.
pub const HELLO_MAX: usize = 16 * 1024;

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const RECORD_MAX: usize = (1 << 14) + 256;
const SERVER_NAME: u16 = 0;
const ENCRYPTED_HELLO: u16 = 0xfe0d;
const METHOD_MAX: usize = 32;
const NAME_MAX: usize = 255;

/// What the bytes so far say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstBytes {
    /// Too few to tell.
    More,
    /// TLS for that host, lower case; none is named where it is `None`.
    Tls(Option<String>),
    /// TLS that hides the name of its host.
    Hidden,
    /// A plain HTTP/1 request.
    Http,
    /// Anything else, and TLS that is broken.
    Other,
}

/// Reads the beginning of what a client sends.
pub fn read(bytes: &[u8]) -> FirstBytes {
    match bytes.first() {
        None => FirstBytes::More,
        Some(&HANDSHAKE) => match message(bytes) {
            Ok(Some(hello)) => client_hello(&hello).unwrap_or(FirstBytes::Other),
            Ok(None) if bytes.len() < HELLO_MAX => FirstBytes::More,
            Ok(None) | Err(Broken) => FirstBytes::Other,
        },
        Some(_) => request(bytes),
    }
}

/// A method in capital letters and a space: hyper reads the rest. A longer one is none, in however many pieces it comes.
fn request(bytes: &[u8]) -> FirstBytes {
    let method = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase())
        .count();
    match bytes.get(method) {
        Some(b' ') if (1..=METHOD_MAX).contains(&method) => FirstBytes::Http,
        None if method <= METHOD_MAX => FirstBytes::More,
        _ => FirstBytes::Other,
    }
}

/// What a tunnel carries whose first bytes were let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// TLS for the very host that was judged.
    Tls,
    /// Plain HTTP/1 requests, each of which is judged.
    Http,
}

/// Compares the first bytes with the host that the tunnel was made for; nothing: there are too few.
pub fn compare(bytes: &[u8], host: &Host) -> Result<Option<Inside>, Denied> {
    match (read(bytes), host) {
        (FirstBytes::More, _) => Ok(None),
        (FirstBytes::Http, _) => Ok(Some(Inside::Http)),
        (FirstBytes::Other, _) => Err(Denied::NotHttp),
        (FirstBytes::Hidden, _) => Err(Denied::HiddenName),
        (FirstBytes::Tls(None), Host::Name(_)) => Err(Denied::NoName),
        // Addresses are not named in TLS (RFC 6066, 3); some programs do, as it stands.
        (FirstBytes::Tls(None), Host::Address(_)) => Ok(Some(Inside::Tls)),
        (FirstBytes::Tls(Some(name)), host) if name == bare(host) => Ok(Some(Inside::Tls)),
        (FirstBytes::Tls(Some(name)), _) => Err(Denied::OtherName(name)),
    }
}

fn bare(host: &Host) -> String {
    match host {
        Host::Name(name) => name.clone(),
        Host::Address(address) => address.to_string(),
    }
}

struct Broken;

/// The first handshake message, put together from the records it may be spread over.
fn message(mut bytes: &[u8]) -> Result<Option<Vec<u8>>, Broken> {
    let mut message = Vec::new();
    loop {
        let Some((header, rest)) = bytes.split_first_chunk::<5>() else {
            return Ok(None);
        };
        let &[kind, major, _, high, low] = header;
        let length = usize::from(u16::from_be_bytes([high, low]));
        if kind != HANDSHAKE || major != 3 || length == 0 || length > RECORD_MAX {
            return Err(Broken);
        }
        message.extend_from_slice(&rest[..length.min(rest.len())]);
        if message.first().is_some_and(|kind| *kind != CLIENT_HELLO) {
            return Err(Broken);
        }
        if let [_, a, b, c, ..] = message[..] {
            let whole = 4 + u32::from_be_bytes([0, a, b, c]) as usize;
            if whole > HELLO_MAX {
                return Err(Broken);
            }
            if message.len() >= whole {
                message.truncate(whole);
                return Ok(Some(message.split_off(4)));
            }
        }
        if rest.len() < length {
            return Ok(None);
        }
        bytes = &rest[length..];
    }
}

/// None: it is broken.
fn client_hello(bytes: &[u8]) -> Option<FirstBytes> {
    let mut reader = Reader(bytes);
    // Version and random.
    reader.take(2 + 32)?;
    reader.short()?;
    reader.long()?;
    reader.short()?;
    if reader.0.is_empty() {
        // A hello without extensions names nobody.
        return Some(FirstBytes::Tls(None));
    }
    let mut extensions = Reader(reader.long()?);
    let (mut name, mut hidden) = (None, false);
    while !extensions.0.is_empty() {
        let kind = extensions.number()?;
        let value = extensions.long()?;
        match kind {
            // Twice, and two programs could read two names.
            SERVER_NAME if name.is_some() => return None,
            SERVER_NAME => name = Some(server_name(value)?),
            ENCRYPTED_HELLO => hidden = true,
            _ => {}
        }
    }
    if !reader.0.is_empty() {
        return None;
    }
    Some(if hidden {
        FirstBytes::Hidden
    } else {
        FirstBytes::Tls(name)
    })
}

/// Exactly one name, of the one kind there is.
fn server_name(value: &[u8]) -> Option<String> {
    let mut reader = Reader(value);
    let mut names = Reader(reader.long()?);
    let kind = names.take(1)?;
    let name = names.long()?;
    let fits = (1..=NAME_MAX).contains(&name.len());
    if kind != [0] || !names.0.is_empty() || !reader.0.is_empty() || !fits {
        return None;
    }
    let text = std::str::from_utf8(name).ok()?;
    // What is no host's (or address's) is shown nowhere.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    text.bytes().all(plain).then(|| text.to_ascii_lowercase())
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u16> {
        let bytes = self.take(2)?;
        Some(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// Bytes after their length in one byte.
    fn short(&mut self) -> Option<&'a [u8]> {
        let length = self.take(1)?[0];
        self.take(length.into())
    }

    /// Bytes after their length in two bytes.
    fn long(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length.into())
    }
}
