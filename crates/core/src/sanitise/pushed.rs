//! What only looks like a secret in files: code, documentation and minified bundles are full of placeholders and of
//! expressions that stand where a secret would.
//!
//! Of a secret that we hold nothing is ever doubtful.

use super::kind::SecretKind;

/// The fewest different characters in something that was made at random.
const DIFFERENT: usize = 4;
/// The shortest run of letters and digits in a key behind a common word.
const RUN: usize = 16;
/// A value that is shorter is no token.
const TOKEN: usize = 20;
/// Letters and digits in the shortest private key; one that is broken off behind its first line is none.
const SHORTEST_KEY: usize = 48;

/// Whether `secret`, which looks like one of that kind, is more likely an example or an expression than a secret.
pub fn is_doubtful(kind: SecretKind, secret: &str) -> bool {
    let lower = secret.to_ascii_lowercase();
    let example = ["example", "placeholder", "changeme", "redacted", "xxxxxx"]
        .iter()
        .any(|word| lower.contains(word));
    match kind {
        SecretKind::Live => false,
        SecretKind::PrivateKey => key_length(secret) < SHORTEST_KEY,
        SecretKind::Authorization => {
            let value = secret.split_whitespace().last().unwrap_or_default();
            example || value.len() < TOKEN || !is_random(value)
        }
        SecretKind::UrlPassword => example || secret.len() < 12 || !is_random(secret),
        SecretKind::OpenaiKey => example || longest_run(secret) < RUN || is_monotonous(secret),
        _ => example || is_monotonous(secret),
    }
}

/// Letters and digits mixed, as in something made at random, and not as in `request.headers[0]`.
fn is_random(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    digits >= 2 && letters >= 2 && longest_run(value) >= 8 && !is_monotonous(value)
}

/// Letters and digits between the lines that bound a key.
fn key_length(pem: &str) -> usize {
    let body = pem.split("-----").nth(2).unwrap_or_default();
    body.bytes().filter(u8::is_ascii_alphanumeric).count()
}

fn is_monotonous(secret: &str) -> bool {
    let behind = secret.rsplit('_').next().unwrap_or(secret);
    let mut seen: Vec<char> = behind.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len() < DIFFERENT
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c: char| !c.is_ascii_alphanumeric());
    runs.map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::find_secrets;
    use super::*;

    fn doubtful(text: &str) -> Vec<bool> {
        let found = find_secrets(text, &[]);
        found
            .into_iter()
            .map(|finding| is_doubtful(finding.kind, &text[finding.at]))
            .collect()
    }

    #[test]
    fn code_examples_and_minified_files_are_no_secrets() {
        for text in [
            r#"headers:{authorization:e.getHeader("x"),accept:t}"#,
            "authorization = request.headers.authorization",
            "Authorization: Bearer your-token-goes-here-please",
            "DATABASE_URL=postgres://user:password@localhost:5432/test",
            ".sk-folding-cube-item-22-animated-slowly{}",
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "if text.starts_with(\"-----BEGIN RSA PRIVATE KEY-----\") {",
        ] {
            assert!(doubtful(text).iter().all(|doubt| *doubt), "{text}");
        }
    }

    #[test]
    fn what_is_one_stays_one() {
        let key = format!("-----BEGIN PRIVATE KEY-----\n{}", "MIIEvQx9".repeat(40));
        for text in [
            "Authorization: Bearer 9f8e7d6c5b4a39281706f5e4d3c2b1a0",
            "https://deploy:h7Kq92mZpX4t@host.corp/x",
            "OPENAI=sk-proj-Ab12Cd34Ef56Gh78Ij90Kl",
            "AKIAQ3EGZ7JTMKFL2WXY",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            key.as_str(),
        ] {
            assert_eq!(doubtful(text), [false], "{text}");
        }
    }
}
