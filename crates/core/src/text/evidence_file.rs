//! What is said of the files that an agent hands in as evidence: on the pull request, and to the agent.

use crate::evidence_file::{
    ALL_BYTES, EvidenceFile, EvidenceFiles, FILE_BYTES, FILES, Mistake, Pushed,
};
use crate::sanitise;

use super::disk::size;

/// The section of a pull request's text; empty where there is nothing to show.
pub fn section(evidence: &EvidenceFiles) -> String {
    let mut text = String::new();
    if let Some(pushed) = &evidence.pushed {
        for file in evidence.files.iter().take(pushed.files) {
            text.push_str(&shown(file, pushed));
        }
    }
    if let Some(why) = &evidence.failed {
        let why = sanitise::inline(why, 300);
        text.push_str(&format!(
            "\nWhat else the agent handed in could not be brought here: {why}\n"
        ));
    }
    match text.is_empty() {
        true => text,
        false => {
            format!("\n### Evidence\n\nHanded in by the agent, not verified by skep:\n{text}")
        }
    }
}

/// One file. Its name is of letters that mean nothing in Markdown; its caption is an agent's.
fn shown(file: &EvidenceFile, pushed: &Pushed) -> String {
    let (caption, page) = (caption(file), &pushed.page);
    let name = &file.name;
    if file.media.is_picture() {
        return format!("\n{caption}\n\n![{name}]({page}/{name}?raw=true)\n");
    }
    let mut text = format!(
        "\n{caption}: [{name}]({page}/{name}) ({})\n",
        size(file.bytes)
    );
    if let Some(excerpt) = &file.excerpt {
        text.push_str(&format!(
            "\n<details><summary>{name}</summary>\n{}\n</details>\n",
            fenced(excerpt)
        ));
    }
    text
}

fn caption(file: &EvidenceFile) -> String {
    let caption = sanitise::inline(&file.caption, crate::evidence_file::CAPTION);
    match caption.trim().is_empty() {
        true => "Without a caption".to_owned(),
        false => caption,
    }
}

/// Text in a fence that nothing in it can close; what nobody could see in it is spelled out.
fn fenced(text: &str) -> String {
    let text = sanitise::redact(&sanitise::spelled_out(text), &[]);
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n{fence}text\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// The message of its commit.
pub const COMMIT: &str = "Evidence that an agent handed in";
/// Somebody else wrote to its branch.
pub const MOVED: &str = "somebody else wrote to the branch of the evidence, or removed it.";

/// What the agent is told whose file is taken.
pub fn taken(name: &str) -> String {
    format!("{name} is taken: it will be shown on the pull request.")
}

/// What it is told whose file is not.
pub fn refused(mistake: Mistake) -> String {
    match mistake {
        Mistake::TooMany => format!(
            "This was not taken: at most {FILES} files are shown on a pull request. Hand in what shows most."
        ),
        Mistake::TooLarge => format!(
            "This was not taken: a file may have {}. Hand in a smaller picture, or the part of the log that matters.",
            size(FILE_BYTES as u64)
        ),
        Mistake::TooMuch => format!(
            "This was not taken: all files together may have {}.",
            size(ALL_BYTES)
        ),
        Mistake::Kind => {
            "This was not taken: only pictures (PNG, JPEG, GIF, WebP) and plain text in UTF-8 are.".to_owned()
        }
        Mistake::Broken => {
            "This was not taken: it begins like a picture and cannot be read to its end. Save it once more, whole.".to_owned()
        }
        Mistake::Markup => {
            "This was not taken: HTML, SVG and XML are not shown. Hand in a screenshot, or plain text.".to_owned()
        }
    }
}

/// There is no such file.
pub fn not_there(path: &str) -> String {
    format!(
        "This was not taken: there is no regular file {path} in the working copy or your home, or a symbolic link leads there."
    )
}

/// It holds something that looks like a secret.
pub const SECRET: &str = "This was not taken: it holds what looks like a secret (a token, a key, a password). Take that out and hand it in again.";
/// It could not be kept.
pub const NOT_KEPT: &str = "This could not be kept just now. Try once more, or go on without it.";

/// For the timeline.
pub fn told(name: &str) -> String {
    format!("the agent handed in evidence: {name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attachment::Media;

    fn file(name: &str, media: Media, excerpt: Option<&str>) -> EvidenceFile {
        EvidenceFile {
            session: "7-1-1".parse().expect("a session"),
            name: name.into(),
            blob: "a".repeat(40).parse().expect("forty digits"),
            media,
            bytes: 2_048,
            caption: "The page now; thanks @ben ![x](https://evil.example/p.png)".into(),
            excerpt: excerpt.map(str::to_owned),
        }
    }

    #[test]
    fn pictures_are_shown_logs_are_linked_and_no_word_of_the_agent_does_more() {
        let pushed = Pushed {
            commit: "b".repeat(40).parse().expect("forty digits"),
            page: "https://github.com/octo/hello/blob/bbbb".into(),
            files: 2,
        };
        let evidence = EvidenceFiles {
            files: vec![
                file("01-a.png", Media::Png, None),
                file("02-b.log", Media::Text, Some("one\n```\n<b>two</b>")),
                file("03-c.log", Media::Text, None),
            ],
            pushed: Some(pushed),
            ..EvidenceFiles::default()
        };
        let text = section(&evidence);
        assert!(
            text.contains("![01-a.png](https://github.com/octo/hello/blob/bbbb/01-a.png?raw=true)"),
            "{text}"
        );
        assert!(
            text.contains("[02-b.log](https://github.com/octo/hello/blob/bbbb/02-b.log)"),
            "{text}"
        );
        assert!(
            text.contains("````text\none\n```\n<b>two</b>\n````"),
            "{text}"
        );
        assert!(!text.contains("03-c.log"), "it is not there yet: {text}");
        assert!(text.contains("`@ben`") && !text.contains("![x]"), "{text}");
        assert_eq!(section(&EvidenceFiles::default()), "");
    }
}
