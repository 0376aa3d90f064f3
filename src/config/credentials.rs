//! The App's private key and webhook secrets.
//!
//! The key is proved to be one here, so that a wrong file is found at the start and not at the first webhook; what it is
//! instead is said, for there are many ways to copy the wrong thing. It must never repeat what it was given.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::SecretString;

use super::resolver::Resolver;
use super::sources::{Found, is_shared};
use crate::core::text::mistakes::{
    self,
    credential::{self, instead as what},
};

/// Shorter webhook secrets can be guessed.
const SHORT: usize = 20;
/// Shorter RSA keys are not taken.
const LEAST_BITS: usize = 2048;

/// Reads a webhook secret, and warns where it looks like a mistake.
pub(super) fn webhook_secret(
    resolver: &mut Resolver<'_>,
    key: &'static str,
) -> Option<SecretString> {
    let found = resolver.found(key)?;
    let secret = found.text.trim().to_owned();
    if secret.is_empty() {
        resolver.mistakes.push(found.wrong(mistakes::EMPTY));
        return None;
    }
    if let Some(doubt) = doubt(&found.text) {
        let at = &found.at;
        resolver.warnings.push(credential::doubtful(at, &doubt));
    }
    Some(SecretString::from(secret))
}

/// Why a secret is hardly the one that was meant.
fn doubt(text: &str) -> Option<String> {
    let secret = text.trim();
    let quoted =
        |quote: char| secret.len() > 1 && secret.starts_with(quote) && secret.ends_with(quote);
    if secret.contains('…') || secret.contains("...") {
        Some(credential::ELLIPSIS.to_owned())
    } else if quoted('"') || quoted('\'') {
        Some(credential::QUOTES.to_owned())
    } else if secret != text || secret.contains(char::is_whitespace) {
        Some(credential::WHITE_SPACE.to_owned())
    } else if secret.chars().count() < SHORT {
        Some(credential::short(SHORT))
    } else {
        None
    }
}

/// The key itself or a file of it; the higher source wins, and two of the same source contradict each other.
pub(super) fn private_key(resolver: &mut Resolver<'_>) -> Option<SecretString> {
    let (inline, file) = (
        resolver.found("private_key"),
        resolver.found("private_key_file"),
    );
    let of_file = match (&inline, &file) {
        (Some(inline), Some(file)) if inline.rank == file.rank => {
            let what = mistakes::twice(&file.at);
            resolver.mistakes.push(inline.wrong(what));
            return None;
        }
        (Some(inline), Some(file)) => file.rank < inline.rank,
        (_, file) => file.is_some(),
    };
    resolver.origins.remove(if of_file {
        "private_key"
    } else {
        "private_key_file"
    });
    let (found, pem) = if of_file {
        let file = file?;
        let read = std::fs::read_to_string(file.path());
        let path = file.path().display().to_string();
        let what =
            |error: std::io::Error| file.wrong(mistakes::unreadable(&path, &error.to_string()));
        let pem = read.map_err(what);
        let pem = resolver.noted(pem)?;
        warn_if_shared(resolver, &file);
        (file, pem)
    } else {
        let inline = inline?;
        let pem = inline.text.replace("\\n", "\n");
        (inline, pem)
    };
    let key = usable_key(&pem).map_err(|what| found.wrong(what));
    resolver.noted(key)
}

fn warn_if_shared(resolver: &mut Resolver<'_>, file: &Found) {
    let path = file.path();
    if is_shared(&path) {
        let path = path.display().to_string();
        let warning = mistakes::source::shared_key(&file.at, &path);
        resolver.warnings.push(warning);
    }
}

/// Signs once with the key, which proves more than its frame.
pub(super) fn usable_key(pem: &str) -> Result<SecretString, String> {
    let pem = pem.trim();
    let key = EncodingKey::from_rsa_pem(pem.as_bytes());
    let signed =
        key.and_then(|key| encode(&Header::new(Algorithm::RS256), &serde_json::json!({}), &key));
    signed
        .map(|_| SecretString::from(pem))
        .map_err(|_| credential::no_key(&instead(pem)))
}

/// What it is instead of a usable key.
fn instead(text: &str) -> String {
    let frame = |name: &str| text.contains(&format!("-----BEGIN {name}"));
    let known = match () {
        () if text.is_empty() => what::EMPTY,
        () if frame("CERTIFICATE") => what::CERTIFICATE,
        () if frame("PUBLIC KEY") || frame("RSA PUBLIC KEY") => what::PUBLIC,
        () if frame("OPENSSH") => what::SSH,
        () if text.contains("ENCRYPTED") => what::ENCRYPTED,
        () if frame("EC PRIVATE KEY") => what::EC,
        () if !text.contains("-----BEGIN") && is_wrapped(text) => what::WRAPPED,
        () if !text.contains("-----BEGIN") => what::NO_PEM,
        () if !text.contains("-----END") => what::CUT_OFF,
        () => return inside(text),
    };
    known.to_owned()
}

/// Whether it is base64 of a PEM file, as Kubernetes keeps secrets.
fn is_wrapped(text: &str) -> bool {
    let code: String = text.split_whitespace().collect();
    STANDARD
        .decode(code)
        .is_ok_and(|bytes| bytes.starts_with(b"-----BEGIN"))
}

/// What a private key of a good frame is. Only its first bytes are looked at: its kind, and how long its modulus is.
fn inside(pem: &str) -> String {
    let code: String = pem
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let Ok(der) = STANDARD.decode(code) else {
        return what::DAMAGED.to_owned();
    };
    let head = &der[..der.len().min(40)];
    let holds = |kind: &[u8]| head.windows(kind.len()).any(|part| part == kind);
    match modulus_bits(&der) {
        _ if holds(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]) => what::EC.to_owned(),
        _ if holds(&[0x06, 0x03, 0x2b, 0x65, 0x70]) => what::ED25519.to_owned(),
        Some(bits) if bits < LEAST_BITS => what::short(bits, LEAST_BITS),
        _ => what::UNUSABLE.to_owned(),
    }
}

/// How many bits the modulus of an RSA key has, by the length its DER states: PKCS#1 is a sequence of version and modulus, and
/// PKCS#8 has the same inside (RFC 8017, A.1.2; RFC 5958, 2).
fn modulus_bits(der: &[u8]) -> Option<usize> {
    let version = der
        .windows(4)
        .position(|part| part[..3] == [0x02, 0x01, 0x00] && part[3] == 0x02)?;
    let length = der.get(version + 4..)?;
    let bytes = match *length.first()? {
        short @ 0..=0x7f => usize::from(short),
        0x81 => usize::from(*length.get(1)?),
        0x82 => usize::from(u16::from_be_bytes([*length.get(1)?, *length.get(2)?])),
        _ => return None,
    };
    // A leading zero keeps the number positive.
    Some(bytes.saturating_sub(1) * 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that exists for tests only.
    fn read(name: &str) -> String {
        std::fs::read_to_string(format!(
            "{}/fixtures/keys/{name}",
            env!("CARGO_MANIFEST_DIR")
        ))
        .expect("readable")
    }

    #[test]
    fn doubtful_secrets_are_named_without_being_shown() {
        for (secret, why) in [
            ("…", "ellipsis"),
            ("change-me-please-to-something...", "ellipsis"),
            ("\"0123456789abcdef0123456789\"", "quotes"),
            ("0123456789abcdef0123456789\n", "white space"),
            ("x", "less than 20"),
        ] {
            let doubt = doubt(secret).unwrap_or_default();
            assert!(doubt.contains(why), "{secret:?}: {doubt}");
        }
        assert_eq!(doubt("0123456789abcdef0123456789"), None);
    }

    #[test]
    fn what_was_given_instead_of_the_key_is_named() {
        let frame = |name: &str| format!("-----BEGIN {name}-----\nAAAA\n-----END {name}-----");
        for (text, what) in [
            (String::new(), "is empty"),
            (frame("CERTIFICATE"), "certificate"),
            (frame("PUBLIC KEY"), "public key"),
            (frame("OPENSSH PRIVATE KEY"), "SSH"),
            (frame("ENCRYPTED PRIVATE KEY"), "passphrase"),
            (frame("EC PRIVATE KEY"), "elliptic-curve"),
            ("TUlJ".to_owned(), "no PEM"),
            (
                STANDARD.encode(frame("RSA PRIVATE KEY")),
                "base64 once more",
            ),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA".to_owned(),
                "cut off",
            ),
            (frame("RSA PRIVATE KEY"), "not a usable private key"),
            (frame("RSA PRIVATE KEY").replace("AAAA", "AA!AA"), "damaged"),
            (read("wrong/ec.pem"), "elliptic-curve key (EC)"),
            (read("wrong/ed25519.pem"), "Ed25519"),
            (read("wrong/rsa-512.pem"), "of 512 bits"),
            (read("wrong/rsa-1024.pem"), "of 1024 bits"),
            (read("wrong/rsa-1024-pkcs1.pem"), "of 1024 bits"),
        ] {
            let said = usable_key(&text).expect_err("no key");
            assert!(
                said.starts_with(&instead(&text)) && said.contains(what),
                "{what}: {said}"
            );
        }
    }
}
