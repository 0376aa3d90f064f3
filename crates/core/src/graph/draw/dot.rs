//! A picture in the language of Graphviz. Syntax: <https://graphviz.org/doc/info/lang.html>; what counts in a label:
//! <https://graphviz.org/docs/attr-types/escString/>.
//!
//! It must never write a quote, a backslash or an ampersand of a label as it is: the first would end it, and Graphviz puts
//! something else in place of the others.

use super::Picture;

/// The graph. Blockers point to what waits for them, dashed where the dependency was waived.
pub fn dot(picture: &Picture) -> String {
    let mut lines = vec![
        "digraph skep {".to_owned(),
        "    rankdir=LR;".to_owned(),
        "    node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];".to_owned(),
    ];
    for (place, node) in picture.nodes.iter().enumerate() {
        let [fill, stroke, color] = node.class.colors();
        let link = node.link.as_ref();
        let link = link.map_or(String::new(), |link| format!(", URL=\"{link}\""));
        lines.push(format!(
            "    n{place} [label=\"{}\", fillcolor=\"{fill}\", color=\"{stroke}\", fontcolor=\"{color}\"{link}];",
            escaped(&node.label)
        ));
    }
    if let Some(more) = picture.left_out() {
        lines.push(format!(
            "    more [label=\"{}\", style=dashed];",
            escaped(&more)
        ));
    }
    for line in picture.lines() {
        let style = if line.is_waived {
            " [style=dashed]"
        } else {
            ""
        };
        lines.push(format!(
            "    n{} -> n{}{style};",
            line.blocker, line.dependent
        ));
    }
    lines.push("}".to_owned());
    lines.join("\n") + "\n"
}

fn escaped(label: &str) -> String {
    let mut out = String::with_capacity(label.len());
    for c in label.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}
