//! Hosts that a session asked for and that nobody listed: people are asked about each once, in one comment of the issue, while the
//! agent goes on without them.
//!
//! A yes opens exactly that host and port, for this issue; whoever wants it for every issue has it proposed to the repository besides. The list never grows beyond what people can look through, whatever an
//! agent asks for.

use serde::{Deserialize, Serialize};

use crate::ids::{CommentId, IssueNumber};
use crate::question::{Answer, By, Question};

/// So many hosts are asked about on one issue.
pub const MOST: usize = 8;

/// The key of their comment.
pub const KEY: &str = "blocked";

/// What can be chosen.
pub const OPTIONS: [Ruling; 3] = [Ruling::Allowed, Ruling::Closed, Ruling::Proposed];

/// All that was asked about on an issue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// In the order in which they were met.
    pub hosts: Vec<BlockedHost>,
    /// Further refusals about which nobody is asked.
    #[serde(default)]
    pub more: u64,
    /// Their comment, once it is known.
    #[serde(default)]
    pub comment: Option<CommentId>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedHost {
    /// Its number among the questions of the issue.
    pub question: u32,
    /// `host:port`.
    pub host: String,
    /// What the agent was doing, in its own words; empty where nobody knows.
    #[serde(default)]
    pub doing: String,
    /// What was decided, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruled: Option<(Ruling, String)>,
    /// What became of it where it was proposed for every issue, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
}

/// What became of hosts that were proposed for the repository's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposal {
    /// A pull request proposes them.
    Pull {
        /// Its number.
        number: IssueNumber,
    },
    /// The policy names them already.
    There,
    /// The policy has mistakes, or would have one.
    Unreadable,
    /// GitHub would not have it.
    Failed,
}

/// What is decided about a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// Sessions of this issue may reach it.
    Allowed,
    /// It stays closed.
    Closed,
    /// Sessions of this issue may reach it, and it is proposed to the repository for all of its issues.
    Proposed,
}

impl Ruling {
    /// Whether sessions of the issue may reach it.
    pub fn opens(self) -> bool {
        matches!(self, Self::Allowed | Self::Proposed)
    }
}

impl Blocked {
    /// Nobody was asked about anything.
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }

    /// Those that nobody has decided on.
    pub fn open(&self) -> impl Iterator<Item = &BlockedHost> {
        self.hosts.iter().filter(|host| host.ruled.is_none())
    }

    /// What people opened.
    pub fn allowed(&self) -> impl Iterator<Item = &str> {
        let is_open = |host: &&BlockedHost| {
            let ruling = host.ruled.as_ref();
            ruling.is_some_and(|(ruling, _)| ruling.opens())
        };
        self.hosts
            .iter()
            .filter(is_open)
            .map(|host| host.host.as_str())
    }

    /// Takes one in under a number; false where it is known, or where there are too many.
    pub fn add(&mut self, question: u32, host: &str, doing: &str) -> bool {
        if self.hosts.iter().any(|known| known.host == host) {
            return false;
        }
        if self.hosts.len() >= MOST {
            self.more = self.more.saturating_add(1);
            return false;
        }
        self.hosts.push(BlockedHost {
            question,
            host: host.to_owned(),
            doing: doing.chars().take(200).collect(),
            ruled: None,
            proposal: None,
        });
        true
    }

    /// Decides on one that is open; answers its host.
    pub fn rule(&mut self, question: u32, ruling: Ruling, by: &str) -> Option<String> {
        let mut hosts = self.hosts.iter_mut();
        let host = hosts.find(|host| host.question == question && host.ruled.is_none())?;
        host.ruled = Some((ruling, by.to_owned()));
        Some(host.host.clone())
    }

    /// It is known what became of hosts that were proposed.
    pub fn proposed(&mut self, hosts: &[String], came: Proposal) {
        let waits = |one: &&mut BlockedHost| {
            let ruled = one.ruled.as_ref().map(|(ruling, _)| *ruling);
            ruled == Some(Ruling::Proposed) && hosts.contains(&one.host)
        };
        for one in self.hosts.iter_mut().filter(waits) {
            one.proposal = Some(came);
        }
    }

    /// What a comment decides that says nothing else: `5a`, `5b 6a`; where `alone`, and one is open, also `1` or `a`.
    pub fn said(&self, text: &str, alone: bool) -> Option<Vec<(u32, Ruling)>> {
        let words: Vec<&str> = text
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
            .filter(|word| !word.is_empty())
            .collect();
        if words.is_empty() || words.len() > MOST {
            return None;
        }
        if let ([word], true) = (words.as_slice(), alone) {
            let mut open = self.open();
            let only = open.next().filter(|_| open.next().is_none());
            let ruling = match word.to_ascii_lowercase().as_str() {
                "1" | "a" => Some(Ruling::Allowed),
                "2" | "b" => Some(Ruling::Closed),
                "3" | "c" => Some(Ruling::Proposed),
                _ => None,
            };
            if let (Some(only), Some(ruling)) = (only, ruling) {
                return Some(vec![(only.question, ruling)]);
            }
        }
        words.into_iter().map(|word| self.numbered(word)).collect()
    }

    /// `5a`.
    fn numbered(&self, word: &str) -> Option<(u32, Ruling)> {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = word.get(..digits)?.parse().ok()?;
        let known = self.hosts.iter().any(|host| host.question == number);
        let ruling = match word.get(digits..)?.to_ascii_lowercase().as_str() {
            "a" => Ruling::Allowed,
            "b" => Ruling::Closed,
            "c" => Ruling::Proposed,
            _ => return None,
        };
        known.then_some((number, ruling))
    }

    /// As questions, for whoever reads boxes. `option` says how each choice is called.
    pub fn questions(&self, option: fn(Ruling) -> &'static str) -> Vec<Question> {
        let all = self.hosts.iter().map(|host| Question {
            id: host.question,
            text: host.host.clone(),
            options: OPTIONS
                .iter()
                .map(|ruling| option(*ruling).to_owned())
                .collect(),
            default: None,
            deadline_at: None,
            asked_at: 0,
            answer: host.ruled.as_ref().map(|(ruling, by)| Answer {
                by: By::Person(by.clone()),
                text: option(*ruling).to_owned(),
                option: OPTIONS.iter().position(|one| one == ruling),
                at: 0,
                comment: None,
            }),
        });
        all.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Blocked {
        let mut blocked = Blocked::default();
        assert!(blocked.add(5, "a.example.com:443", ""));
        assert!(blocked.add(6, "b.example.com:443", ""));
        blocked
    }

    #[test]
    fn each_host_is_asked_about_once_and_there_is_an_end() {
        let mut blocked = two();
        assert!(!blocked.add(7, "a.example.com:443", ""));
        for number in 0..20 {
            blocked.add(10 + number, &format!("{number}.example.com:443"), "");
        }
        assert_eq!((blocked.hosts.len(), blocked.more), (MOST, 14));
        blocked.rule(5, Ruling::Closed, "ana");
        assert!(
            !blocked.add(50, "a.example.com:443", ""),
            "a no is for good"
        );
    }

    #[test]
    fn a_reply_counts_only_where_it_says_nothing_else() {
        let blocked = two();
        let (allowed, closed) = (Ruling::Allowed, Ruling::Closed);
        assert_eq!(
            blocked.said("5a, 6B", false),
            Some(vec![(5, allowed), (6, closed)])
        );
        for words in [
            "",
            "5a please",
            "4a",
            "5d",
            "a",
            "1",
            "5",
            "yes",
            "99999999999a",
        ] {
            assert_eq!(blocked.said(words, true), None, "{words}");
        }
        let mut one = blocked;
        one.rule(6, closed, "ana");
        assert_eq!(one.said("1", true), Some(vec![(5, allowed)]));
        assert_eq!(one.said("b", true), Some(vec![(5, closed)]));
        assert_eq!(one.said("5c", false), Some(vec![(5, Ruling::Proposed)]));
        assert_eq!(
            one.said("1", false),
            None,
            "a question of the agent's is open"
        );
    }

    #[test]
    fn what_is_proposed_is_open_here_and_what_became_of_it_is_remembered() {
        let mut blocked = two();
        blocked.rule(5, Ruling::Proposed, "ana");
        blocked.rule(6, Ruling::Allowed, "ana");
        assert_eq!(blocked.allowed().count(), 2);
        let both = [
            "a.example.com:443".to_owned(),
            "b.example.com:443".to_owned(),
        ];
        blocked.proposed(&both, Proposal::There);
        let known: Vec<_> = blocked.hosts.iter().map(|host| host.proposal).collect();
        assert_eq!(known, [Some(Proposal::There), None]);
    }

    #[test]
    fn a_decision_stands() {
        let mut blocked = two();
        assert_eq!(
            blocked.rule(5, Ruling::Allowed, "ana").as_deref(),
            Some("a.example.com:443")
        );
        assert_eq!(blocked.rule(5, Ruling::Closed, "bob"), None);
        assert_eq!(blocked.allowed().collect::<Vec<_>>(), ["a.example.com:443"]);
    }
}
