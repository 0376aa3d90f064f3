//! What is said of dependencies: what a drawing leaves out, and what is wrong with a batch of issues that an agent wants to
//! make. The agent reads the latter, so each says what would be right.

use super::count;
use super::discovery::capital;
use crate::graph::{BatchError, End};
use crate::ids::{IssueNumber, RepositoryName};

/// Most issues of a path that are named.
const PATH: usize = 20;

/// What stands in an issue's box: its repository where that is another one, its number, its title.
pub fn label(repository: Option<&RepositoryName>, number: IssueNumber, title: &str) -> String {
    let repository = repository.map_or_else(String::new, ToString::to_string);
    format!("{repository}#{number} {title}")
        .trim_end()
        .to_owned()
}

/// The same of an issue in a repository that whoever looks cannot see.
pub fn elsewhere(number: IssueNumber) -> String {
    format!("#{number} of another repository")
}

/// Behind an issue in a plain drawing: how it stands, and what it waits for besides what it is drawn under.
pub fn stands(class: &str, besides: &[&str]) -> String {
    let besides = match besides {
        [] => String::new(),
        all => format!(", after {} too", all.join(", ")),
    };
    format!(" · {class}{besides}")
}

/// What a drawing has no room for; `None` if it shows all.
pub fn left_out(nodes: usize, edges: usize) -> Option<String> {
    let edges = count(edges as u64, "dependency").replace("dependencys", "dependencies");
    match (nodes, edges.starts_with("0 ")) {
        (0, true) => None,
        (0, false) => Some(format!("… and {edges} more")),
        (nodes, true) => Some(format!("… and {nodes} more")),
        (nodes, false) => Some(format!("… and {nodes} more, {edges} more")),
    }
}

/// What is wrong with a batch. `name` says how an end is written: `#12` or `octo/lib#12` for an issue that is there, `task 2` for
/// one of the batch.
pub fn batch_error(error: &BatchError, name: &dyn Fn(End) -> String) -> String {
    let place = |at: usize| name(End::New(at));
    let said = match error {
        BatchError::TooMany { given, most } => format!(
            "There are {given} tasks in the batch, and at most {most} may be; leave some out or join them."
        ),
        BatchError::TooManyDependencies { at, given, most } => format!(
            "{} has {given} dependencies, and at most {most} may be; name only those it needs directly.",
            place(*at)
        ),
        BatchError::UnknownPlace { at, names, issues } => format!(
            "{} depends on {}, but the batch has {}, counted from 1.",
            place(*at),
            place(*names),
            count(*issues as u64, "task")
        ),
        BatchError::WaitsForItself { at } => format!(
            "{} depends on itself; leave that dependency out.",
            place(*at)
        ),
        BatchError::Cycle { path } => {
            let round = path.iter().chain(path.first());
            format!(
                "These would wait for each other for ever, each for the next: {}. Leave one of these dependencies out.",
                way(round.copied(), path.len().saturating_add(1), name)
            )
        }
        BatchError::TooDeep { path, depth, most } => format!(
            "{depth} tasks would have to be done one after the other, and at most {most} may be: {}. Join some, or let them be done side by side.",
            way(path.iter().copied(), path.len(), name)
        ),
    };
    capital(&said)
}

fn way(path: impl Iterator<Item = End>, length: usize, name: &dyn Fn(End) -> String) -> String {
    let mut named: Vec<String> = path.take(PATH).map(name).collect();
    if length > PATH {
        named.push(format!("… ({} more)", length - PATH));
    }
    named.join(" → ")
}
