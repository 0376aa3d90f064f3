//! The ledger added up, by role and agent. What is unknown stays so in every sum.

use std::collections::BTreeMap;

use super::Became;
use crate::usage::Figure;

/// What the ledger says of one pull request, as far as it is added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The role's name.
    pub role: String,
    /// The agent's name.
    pub agent: String,
    /// What became of it.
    pub became: Became,
    /// Money, in millionths of a dollar.
    pub cost: Figure,
    /// Tokens.
    pub tokens: Figure,
}

/// The pull requests of one role and agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// The role's name.
    pub role: String,
    /// The agent's name.
    pub agent: String,
    /// How many became what.
    pub counts: BTreeMap<Became, u64>,
    /// What all of them cost, in millionths of a dollar.
    pub cost: Figure,
    /// Their tokens.
    pub tokens: Figure,
}

/// One group for each role and agent, by name.
pub fn groups(entries: &[Entry]) -> Vec<Group> {
    let mut groups: BTreeMap<(&str, &str), Group> = BTreeMap::new();
    for entry in entries {
        let group = groups.entry((&entry.role, &entry.agent)).or_default();
        *group.counts.entry(entry.became).or_default() += 1;
        group.cost = group.cost.plus(entry.cost);
        group.tokens = group.tokens.plus(entry.tokens);
    }
    let named = |((role, agent), group): ((&str, &str), Group)| Group {
        role: role.to_owned(),
        agent: agent.to_owned(),
        ..group
    };
    groups.into_iter().map(named).collect()
}

impl Group {
    /// How many became that.
    pub fn count(&self, became: Became) -> u64 {
        self.counts.get(&became).copied().unwrap_or_default()
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Those that people took and still have.
    pub fn accepted(&self) -> u64 {
        let all = Became::ALL.into_iter();
        all.filter(|became| became.is_accepted())
            .map(|became| self.count(became))
            .sum()
    }

    /// Of a hundred that are over, so many were accepted; `None` while none is over.
    pub fn percent_accepted(&self) -> Option<u64> {
        let over = self.total() - self.count(Became::Open);
        (self.accepted() * 100).checked_div(over)
    }

    /// What an accepted one cost, what was spent on the others included; `None` where none was accepted.
    pub fn cost_per_accepted(&self) -> Option<Figure> {
        let amount = self.cost.amount.checked_div(self.accepted())?;
        Some(Figure {
            amount,
            ..self.cost
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Exactness;

    fn entry(agent: &str, became: Became, cost: Figure) -> Entry {
        Entry {
            role: "swe".into(),
            agent: agent.into(),
            became,
            cost,
            tokens: Figure::exact(1_000),
        }
    }

    #[test]
    fn an_accepted_one_carries_what_the_others_cost() {
        let entries = [
            entry("goose", Became::Merged, Figure::exact(40)),
            entry("goose", Became::Reworked, Figure::exact(50)),
            entry("goose", Became::Reverted, Figure::exact(20)),
            entry("goose", Became::Closed, Figure::exact(10)),
            entry("goose", Became::Open, Figure::exact(30)),
            entry("codex", Became::Closed, Figure::UNKNOWN),
            entry("pi", Became::Merged, Figure::exact(7)),
            entry("pi", Became::NotLanded, Figure::UNKNOWN),
        ];
        let shown: Vec<String> = groups(&entries)
            .iter()
            .map(|group| {
                let cost = group.cost_per_accepted();
                format!(
                    "{}/{}: {} of {}, {:?} %, {:?} {:?}",
                    group.role,
                    group.agent,
                    group.accepted(),
                    group.total(),
                    group.percent_accepted(),
                    cost.map(|cost| cost.amount),
                    cost.map(Figure::exactness),
                )
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        swe/codex: 0 of 1, Some(0) %, None None
        swe/goose: 2 of 5, Some(50) %, Some(75) Some(Exact)
        swe/pi: 1 of 2, Some(50) %, Some(7) Some(AtLeast)
        ");
        let open = groups(&[entry("goose", Became::Open, Figure::UNKNOWN)]);
        assert_eq!(open[0].percent_accepted(), None);
        let unknown = groups(&[entry("goose", Became::Merged, Figure::UNKNOWN)]);
        let cost = unknown[0].cost_per_accepted().map(Figure::exactness);
        assert_eq!(cost, Some(Exactness::Unknown));
    }
}
