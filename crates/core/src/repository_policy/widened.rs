//! A repository's policy with further hosts in it, as it is proposed to the repository: all else of the file stays as it is, its comments
//! too. It must never be what holds: that is read from the default branch alone.

use toml_edit::{Array, DocumentMut, Item, Value};

use super::{PATH, RepositoryPolicy};
use crate::document::Mistake;
use crate::text::repository_policy as say;

/// The key.
const HOSTS: &str = "egress_allow";

/// The text of the file with these hosts (`host:port`) besides; `None` where it names all of them already. Text is `None` where there is
/// no file yet.
///
/// # Errors
/// What is wrong with the file as it is, or would be with it as it became; never empty.
pub fn widened(text: Option<&str>, hosts: &[String]) -> Result<Option<String>, Vec<Mistake>> {
    let text = text.unwrap_or_default();
    let now = RepositoryPolicy::read(text)?;
    let new = |host: &&String| !now.egress_allow.contains(host);
    let new: Vec<&String> = hosts.iter().filter(new).collect();
    if new.is_empty() {
        return Ok(None);
    }
    let unreadable = |_| vec![Mistake::new(PATH, say::unreadable())];
    let mut document: DocumentMut = text.parse().map_err(unreadable)?;
    let listed = document
        .entry(HOSTS)
        .or_insert(Item::Value(Value::Array(Array::new())));
    let Some(listed) = listed.as_array_mut() else {
        return Err(vec![Mistake::new(PATH, say::unreadable())]);
    };
    for host in new {
        listed.push(host.as_str());
    }
    let widened = document.to_string();
    RepositoryPolicy::read(&widened)?;
    Ok(Some(widened))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, hosts: &[&str]) -> Option<String> {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        widened(Some(text), &hosts).expect("a policy")
    }

    #[test]
    fn a_host_is_added_and_all_else_stays() {
        let text = "# Ours.\negress_allow = [\"npm\"] # more by request\n\n[verify]\ncommands = [\"make test\"]\n";
        let more = with(text, &["files.example.com:443", "a.example.com:80"]).expect("more");
        insta::assert_snapshot!(more, @r#"
        # Ours.
        egress_allow = ["npm", "files.example.com:443", "a.example.com:80"] # more by request

        [verify]
        commands = ["make test"]
        "#);
        assert_eq!(with(&more, &["a.example.com:80"]), None);
    }

    #[test]
    fn a_file_without_the_key_and_no_file_get_one() {
        let text = "[verify]\ncommands = [\"make test\"]\n";
        let more = with(text, &["a.example.com:80"]).expect("more");
        let read = RepositoryPolicy::read(&more).expect("a policy");
        assert_eq!(read.egress_allow, ["a.example.com:80"], "{more}");
        assert_eq!(read.verify.commands, ["make test"], "{more}");
        let first = widened(None, &["a.example.com:80".to_owned()]).expect("a policy");
        assert_eq!(
            first.as_deref(),
            Some("egress_allow = [\"a.example.com:80\"]\n")
        );
    }

    #[test]
    fn what_cannot_be_read_or_would_not_hold_is_not_written() {
        for (text, host) in [
            ("egress_allow = 3", "a.example.com:80"),
            ("nonsense = true", "a.example.com:80"),
            ("", "127.0.0.1:80"),
        ] {
            let wrong = widened(Some(text), &[host.to_owned()]);
            assert!(wrong.is_err_and(|wrong| !wrong.is_empty()), "{text} {host}");
        }
    }
}
