//! A sandbox on paper: what a start may read, write and reach, told without starting anything.
//!
//! It must be told from what a start is really made of, never from a second list.

use std::sync::Arc;

use super::Agents;
use super::error::AgentError;
use super::launch::Launch;
use super::sandbox::{Confinement, Places};

/// What one start comes to. Paths as they are on this machine, without links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// What confines it.
    pub confinement: Confinement,
    /// What it sees.
    pub places: Places,
    /// What may be reached, as it is written in a list; nothing by a command of skep's own, and no list where nothing holds back.
    pub reaches: Vec<String>,
    /// The names of the variables it is given.
    pub variables: Vec<String>,
    /// Its whole command line.
    pub line: Vec<String>,
}

impl Agents {
    /// What a command in the session's sandbox, or (without one) the agent itself, may read, write and reach.
    ///
    /// # Errors
    /// [`AgentError::NotFound`] where its program is not there, [`AgentError::Sandbox`] where none works.
    pub fn sight(&self, launch: &Launch, argv: &[String]) -> Result<Sight, AgentError> {
        let ground = &self.inner.ground;
        // What leads out is opened as for a start, and closed again: a socket that nobody connects to.
        let ways = ground.ways(launch, None, Arc::new(|_| {}))?;
        let prepared = match argv.is_empty() {
            true => ground.agent(launch, ways.as_ref())?,
            false => ground.command(launch, argv)?,
        };
        let confinement = ground.fence.now();
        let places = confinement.places(&prepared.enclosure);
        let reaches = match ways {
            Some(_) if argv.is_empty() => ground
                .outside
                .allowed(&launch.agent, &launch.grants)?
                .texts(),
            Some(_) | None => vec![],
        };
        let mut variables = prepared.variables;
        variables.sort();
        let line = prepared.order.argv.into_iter();
        Ok(Sight {
            places,
            reaches,
            variables,
            line: line
                .map(|word| word.to_string_lossy().into_owned())
                .collect(),
            confinement,
        })
    }
}
