//! Throw-away services of a session's tests: what its agent is told of them, and what people are told where one does not come up.

use std::collections::BTreeMap;

use crate::repository_policy::{PATH, Service};
use crate::sanitise;

/// For the agent; empty where there are none.
pub fn told(services: &BTreeMap<String, Service>) -> String {
    if services.is_empty() {
        return String::new();
    }
    let each = services
        .iter()
        .map(|(name, service)| format!("`{name}` at 127.0.0.1:{}", service.port));
    format!(
        "- Services for tests run beside you, for this session alone, and are ready: {}. They are thrown away with it: each starts with nothing in it, and \
         again so if it ends.\n",
        each.collect::<Vec<_>>().join(", ")
    )
}

/// Its program cannot be started: the system's words.
pub fn missing(why: &str) -> String {
    format!("it could not be started ({})", sanitise::inline(why, 120))
}

/// Something else listens on its port.
pub fn taken(port: u16) -> String {
    format!("something else listens on its port {port}")
}

/// It ended.
pub fn ended(code: u8) -> String {
    format!("it ended by itself with exit code {code}")
}

/// It was not ready in time.
pub fn late(seconds: u64) -> String {
    format!("it was not ready within {seconds} s")
}

/// A line for people: which service, why, how to mend it.
pub fn trouble(name: &str, why: &str) -> String {
    format!(
        "the service {} of {PATH} did not come up or stay: {why}. Mend it on the default branch",
        sanitise::inline(name, 40)
    )
}

/// The same with the end of what the service wrote.
pub fn with_words(line: &str, said: &[String]) -> String {
    if said.is_empty() {
        return format!("{line}; it wrote nothing");
    }
    let said = sanitise::inline(&said.join(" | "), 600);
    format!("{line}; it wrote last: {said}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_told_where_they_are() {
        let service = |port| Service {
            command: vec!["x".into()],
            port,
            ready: None,
        };
        let services = BTreeMap::from([
            ("cache".to_owned(), service(6379)),
            ("db".to_owned(), service(5432)),
        ]);
        let told_of = told(&services);
        let each = "`cache` at 127.0.0.1:6379, `db` at 127.0.0.1:5432";
        assert!(told_of.contains(each), "{told_of}");
        assert!(
            told_of.starts_with("- ") && told_of.ends_with('\n'),
            "{told_of}"
        );
        assert_eq!(told(&BTreeMap::new()), "");
    }

    #[test]
    fn what_is_wrong_is_one_line() {
        let all = [
            missing("postgres: No such file or directory"),
            taken(5432),
            ended(1),
            late(120),
        ];
        let lines: Vec<String> = all.iter().map(|why| trouble("db", why)).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        the service db of .github/skep.toml did not come up or stay: it could not be started (postgres: No such file or directory). Mend it on the default branch
        the service db of .github/skep.toml did not come up or stay: something else listens on its port 5432. Mend it on the default branch
        the service db of .github/skep.toml did not come up or stay: it ended by itself with exit code 1. Mend it on the default branch
        the service db of .github/skep.toml did not come up or stay: it was not ready within 120 s. Mend it on the default branch
        ");
        let said = ["FATAL: no\u{1b}[31m".to_owned(), "end".to_owned()];
        let line = with_words(&trouble("db", &ended(1)), &said);
        assert!(line.contains("; it wrote last: FATAL: no"), "{line}");
        assert!(
            line.ends_with("| end") && !line.contains('\u{1b}'),
            "{line}"
        );
        assert!(with_words("x", &[]).ends_with("it wrote nothing"));
    }
}
