//! A picture as JSON, for programs.
//!
//! It must never leave out silently: what the bounds cut off is counted.

use serde::Serialize;

use super::Picture;
use crate::ids::TaskKey;

#[derive(Serialize)]
struct Document<'a> {
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge>,
    left_out: LeftOut,
}

#[derive(Serialize)]
struct Node<'a> {
    id: TaskKey,
    label: &'a str,
    class: &'static str,
    link: Option<&'a str>,
}

#[derive(Serialize)]
struct Edge {
    blocker: TaskKey,
    dependent: TaskKey,
    waived: bool,
    holds: bool,
}

#[derive(Serialize)]
struct LeftOut {
    nodes: usize,
    edges: usize,
}

/// `{"nodes": [{"id": "1296269#12", "label", "class", "link"}], "edges": [{"blocker", "dependent", "waived", "holds"}],
/// "left_out": {"nodes", "edges"}}`. `holds` says that the dependent cannot start because of the blocker.
pub fn json(picture: &Picture) -> String {
    let key = |place: usize| picture.nodes.get(place).map(|node| node.key);
    let nodes = picture.nodes.iter().map(|node| Node {
        id: node.key,
        label: &node.label,
        class: node.class.name(),
        link: node.link.as_deref(),
    });
    let edges = picture.lines().filter_map(|line| {
        Some(Edge {
            blocker: key(line.blocker)?,
            dependent: key(line.dependent)?,
            waived: line.is_waived,
            holds: line.holds,
        })
    });
    let document = Document {
        nodes: nodes.collect(),
        edges: edges.collect(),
        left_out: LeftOut {
            nodes: picture.more,
            edges: picture.more_edges(),
        },
    };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}
