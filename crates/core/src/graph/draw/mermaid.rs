//! A picture as a Mermaid flowchart, for a code block on GitHub. Syntax: <https://mermaid.js.org/syntax/flowchart.html>.
//!
//! Labels stand in quotes, and every mark in them is written as an entity code (`#34;`): a quote or backtick cannot end or
//! begin anything then, `%%{` is no directive, `1.` no list and `<` no tag. It must never write a label's mark as it is.

use std::fmt::Write;

use super::{Class, Picture};

/// The flowchart, without the code fence around it. Blockers point to what waits for them, dotted where the dependency was
/// waived. If it is too long, fewer of the last nodes are drawn.
pub fn mermaid(picture: &Picture) -> String {
    let mut nodes = picture.nodes.len();
    loop {
        let text = written(&picture.cut(nodes));
        if text.len() <= picture.bounds.bytes || nodes == 0 {
            return text;
        }
        let share = nodes.saturating_mul(picture.bounds.bytes) / text.len();
        nodes = share.min(nodes - 1);
    }
}

fn written(picture: &Picture) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    for (place, node) in picture.nodes.iter().enumerate() {
        let label = escaped(&node.label);
        lines.push(format!("    n{place}[\"{label}\"]:::{}", node.class.name()));
    }
    if let Some(more) = picture.left_out() {
        lines.push(format!("    more[\"{}\"]", escaped(&more)));
    }
    for line in picture.lines() {
        let arrow = if line.is_waived { "-.->" } else { "-->" };
        lines.push(format!("    n{} {arrow} n{}", line.blocker, line.dependent));
    }
    for (place, node) in picture.nodes.iter().enumerate() {
        if let Some(link) = &node.link {
            lines.push(format!("    click n{place} href \"{link}\" _blank"));
        }
    }
    lines.extend(picture.classes().map(class));
    lines.join("\n") + "\n"
}

fn class(class: Class) -> String {
    let [fill, stroke, color] = class.colors();
    format!(
        "    classDef {} fill:{fill},stroke:{stroke},color:{color}",
        class.name()
    )
}

/// Mermaid reads `#NUMBER;` as the character of that number. The four letters are those with which it writes entity codes
/// down for itself while it parses (`ﬂ°°34¶ß`).
fn escaped(label: &str) -> String {
    let mut out = String::with_capacity(label.len());
    for c in label.chars() {
        if c.is_ascii_punctuation() || matches!(c, 'ﬂ' | '°' | '¶' | 'ß') {
            // Writing to a text cannot fail.
            let _ = write!(out, "#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    // A box without any text would be no box.
    match out.trim().is_empty() {
        true => "#32;".to_owned(),
        false => out,
    }
}
