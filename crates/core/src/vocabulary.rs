//! The words that belong to this skep: the prefix of its labels, and the word that commands begin with.
//!
//! Everything inside knows one set of names, `agent:…` and `/agent`; they become others in exactly three places: labels where
//! they come from GitHub and go to it, commands where a comment is read, sentences on their way out. Two skeps, or another
//! tool that uses the same prefix, can so share a repository.

use serde::{Deserialize, Serialize};

use super::label;

/// The prefix that is known inside, with its colon.
const PREFIX: &str = "agent:";
/// The command word that is known inside.
const COMMAND: &str = "/agent";
/// Stands before a label that looks like one of ours and is somebody else's.
const OTHERS: &str = "other's ";

/// The words. [`Vocabulary::default`] changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// The prefix of labels, without its colon.
    prefix: String,
    /// The word of commands, with its slash.
    command: String,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            prefix: "agent".to_owned(),
            command: COMMAND.to_owned(),
        }
    }
}

impl Vocabulary {
    /// These words; `None` where they cannot be used: a prefix is a word of small letters, digits and hyphens that no other
    /// label of skep begins with, a command word the same behind a slash; each has at most 20 characters.
    pub fn new(prefix: &str, command: &str) -> Option<Self> {
        const TAKEN: [&str; 3] = ["role", "priority", "base"];
        let word = |text: &str| {
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            let first = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
            first && text.len() <= 20 && text.bytes().all(fits)
        };
        let usable = word(prefix) && !TAKEN.contains(&prefix);
        let command_word = command.strip_prefix('/')?;
        (usable && word(command_word)).then(|| Self {
            prefix: prefix.to_owned(),
            command: command.to_owned(),
        })
    }

    /// The prefix of labels, without its colon.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The word of commands, with its slash.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// A label of GitHub as it is known inside.
    pub fn inward(&self, label: &str) -> String {
        if self.prefix == "agent" {
            return label.to_owned();
        }
        match label::behind(label, &format!("{}:", self.prefix)) {
            Some(rest) => format!("{PREFIX}{rest}"),
            None if label::behind(label, PREFIX).is_some() => format!("{OTHERS}{label}"),
            None => label.to_owned(),
        }
    }

    /// A label as it is known inside, for GitHub.
    pub fn outward(&self, label: &str) -> String {
        if self.prefix == "agent" {
            return label.to_owned();
        }
        match (label.strip_prefix(OTHERS), label::behind(label, PREFIX)) {
            (Some(others), _) if label::behind(others, PREFIX).is_some() => others.to_owned(),
            (_, Some(rest)) => format!("{}:{rest}", self.prefix),
            (_, None) => label.to_owned(),
        }
    }

    /// A text of ours with the words in place. They stand in code spans in all that we write (`` `/agent go` ``,
    /// `` `agent:go` ``), and in other people's text only where they are quoted from us.
    pub fn spoken(&self, text: &str) -> String {
        if *self == Self::default() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('`') {
            out.push_str(before);
            out.push('`');
            rest = behind;
            if let Some(more) = behind.strip_prefix(PREFIX) {
                out.push_str(&self.prefix);
                out.push(':');
                rest = more;
            } else if let Some(more) = behind.strip_prefix(COMMAND)
                && more.starts_with([' ', '`'])
            {
                out.push_str(&self.command);
                rest = more;
            }
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Vocabulary;

    fn bot() -> Vocabulary {
        Vocabulary::new("bot", "/bot").expect("usable")
    }

    #[test]
    fn labels_change_at_the_border_and_come_back() {
        let bot = bot();
        for (outside, inside) in [
            ("bot:go", "agent:go"),
            ("Bot:Needs-You", "agent:Needs-You"),
            ("agent:go", "other's agent:go"),
            ("role:swe", "role:swe"),
            ("robot:go", "robot:go"),
        ] {
            assert_eq!(bot.inward(outside), inside);
        }
        for outside in ["bot:go", "agent:go", "Agent:go", "role:swe", "robot:go", ""] {
            assert_eq!(bot.outward(&bot.inward(outside)), outside);
            assert_eq!(Vocabulary::default().inward(outside), outside);
            assert_eq!(Vocabulary::default().outward(outside), outside);
        }
    }

    #[test]
    fn sentences_name_the_words_that_work_here() {
        let say = "Comment `/agent go`, or add the label `agent:go`. `/agents` and /agent stay, `agent/3-x` too: `/agent`.";
        assert_eq!(
            bot().spoken(say),
            "Comment `/bot go`, or add the label `bot:go`. `/agents` and /agent stay, `agent/3-x` too: `/bot`."
        );
        assert_eq!(Vocabulary::default().spoken(say), say);
    }

    #[test]
    fn words_that_cannot_work_are_refused() {
        for (prefix, command) in [
            ("role", "/bot"),
            ("base", "/bot"),
            ("Bot", "/bot"),
            ("bot:", "/bot"),
            ("", "/bot"),
            ("bot", "bot"),
            ("bot", "/"),
            ("bot", "/b t"),
            ("bot", "/9"),
            ("a-word-that-is-too-long", "/bot"),
        ] {
            assert_eq!(Vocabulary::new(prefix, command), None, "{prefix} {command}");
        }
        assert_eq!(
            Vocabulary::new("agent", "/agent"),
            Some(Vocabulary::default())
        );
    }

    proptest! {
        #[test]
        fn every_label_comes_back(label in "(agent:|bot:|other's |x|:|é){0,6}") {
            let twice = label.starts_with("other's agent:") || label.to_lowercase().starts_with("other's agent:");
            let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
            let back = bot().outward(&bot().inward(&label));
            prop_assert!(twice || same(&back, &label), "{} {}", label, back);
            bot().spoken(&label);
        }
    }
}
