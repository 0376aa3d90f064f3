#!/usr/bin/env bash
# Surprise: petgraph's Acyclic keeps the nodes of a graph in a topological order
#   while edges come. Over a plain DiGraph it loses that order as soon as a node
#   is removed that is not the last one: a DiGraph moves its last node to the
#   free index, and the order is not told. It then names an index that is not
#   there and leaves the node that was moved out; later edges are judged by that
#   order. Over a StableDiGraph, which moves nothing, it stays right. The
#   method's description says that it updates the order.
# Good guess that was wrong: the order after a removal is that of the nodes
#   that are left, whichever of the two kinds of graph is inside.
# Package: petgraph 0.8.3 (crates.io)
# Date: 2026-11-29
# Source: found by running a random sequence of changes against a whole check
#   (docs.rs/petgraph/0.8.3/petgraph/acyclic/struct.Acyclic.html)
set -eu
command -v cargo >/dev/null || { echo "cargo is needed"; exit 2; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
mkdir "$T/src"
cat >"$T/Cargo.toml" <<'TOML'
[package]
name = "removed"
version = "0.0.0"
edition = "2021"
[dependencies]
petgraph = "=0.8.3"
TOML
cat >"$T/src/main.rs" <<'RUST'
use petgraph::acyclic::Acyclic;
use petgraph::data::Build;
use petgraph::graph::DiGraph;
use petgraph::stable_graph::StableDiGraph;

/// Three nodes, of which c comes before b; then a goes. The order that is kept, and the nodes that are there.
macro_rules! without_the_first {
    ($graph:ty) => {{
        let mut kept: Acyclic<$graph> = Acyclic::new();
        let (a, b, c) = (kept.add_node("a"), kept.add_node("b"), kept.add_node("c"));
        kept.try_add_edge(c, b, ()).expect("no cycle");
        kept.remove_node(a);
        let name = |node| kept.inner().node_weight(node).copied().unwrap_or("(no such node)");
        let order: Vec<&str> = kept.nodes_iter().map(name).collect();
        let there: Vec<&str> = kept.inner().node_weights().copied().collect();
        (order, there)
    }};
}

fn main() {
    println!("petgraph 0.8.3");
    let (order, there) = without_the_first!(DiGraph<&str, ()>);
    println!("  over a DiGraph: nodes {there:?}, in the order {order:?}");
    let (stable, left) = without_the_first!(StableDiGraph<&str, ()>);
    println!("  over a StableDiGraph: nodes {left:?}, in the order {stable:?}");
    let as_described = order == ["(no such node)", "b"] && there == ["c", "b"] && stable == ["c", "b"];
    println!("{}", if as_described { "as described: the order over a DiGraph is lost" } else { "CHANGED: not as described" });
    std::process::exit(i32::from(!as_described));
}
RUST
CARGO_TARGET_DIR="$T/target" cargo fetch --quiet --manifest-path "$T/Cargo.toml" || { echo "petgraph cannot be fetched"; exit 2; }
CARGO_TARGET_DIR="$T/target" cargo run --quiet --manifest-path "$T/Cargo.toml"
