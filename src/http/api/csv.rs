//! Tables as CSV, by RFC 4180: a line for each pull request or session, under a line of names.

use super::types::{FigureLine, OutcomeLine, ResultLine};

const OUTCOME: [&str; 16] = [
    "repository",
    "issue",
    "pull",
    "session",
    "role",
    "agent",
    "became",
    "rounds",
    "tokens",
    "tokens_exactness",
    "cost_micro_usd",
    "cost_exactness",
    "worked_ms",
    "queued_at",
    "opened_at",
    "over_at",
];

/// All of it. What is unknown is an empty cell beside the word.
pub(super) fn outcomes(pulls: &[OutcomeLine]) -> String {
    let mut text = line(&OUTCOME.map(str::to_owned));
    for pull in pulls {
        text.push_str(&line(&outcome(pull)));
    }
    text
}

fn outcome(pull: &OutcomeLine) -> [String; 16] {
    let [tokens, sure_of_tokens] = figure(&pull.tokens);
    let [cost, sure_of_cost] = figure(&pull.cost_micro_usd);
    [
        pull.repository.clone(),
        pull.issue.to_string(),
        pull.pull.to_string(),
        pull.session.clone(),
        pull.role.clone(),
        pull.agent.clone(),
        pull.became.clone(),
        pull.rounds.to_string(),
        tokens,
        sure_of_tokens,
        cost,
        sure_of_cost,
        pull.worked_ms.to_string(),
        pull.queued_at.to_string(),
        pull.opened_at.to_string(),
        pull.over_at.map_or_else(String::new, |at| at.to_string()),
    ]
}

const RESULT: [&str; 18] = [
    "session",
    "repository",
    "issue",
    "state",
    "stop",
    "role",
    "agent",
    "pull",
    "queued_at",
    "started_at",
    "ended_at",
    "waited_ms",
    "took_ms",
    "worked_ms",
    "tokens",
    "tokens_exactness",
    "cost_micro_usd",
    "cost_exactness",
];

/// All sessions. What is unknown is an empty cell.
pub(super) fn results(sessions: &[ResultLine]) -> String {
    let mut text = line(&RESULT.map(str::to_owned));
    for session in sessions {
        text.push_str(&line(&result(session)));
    }
    text
}

fn result(session: &ResultLine) -> [String; 18] {
    let number = |number: Option<i64>| number.map_or_else(String::new, |it| it.to_string());
    let [tokens, sure_of_tokens] = figure(&session.tokens);
    let [cost, sure_of_cost] = figure(&session.cost_micro_usd);
    [
        session.session.clone(),
        session.repository.clone().unwrap_or_default(),
        number(session.issue),
        session.state.clone(),
        session.stop.clone().unwrap_or_default(),
        session.role.clone(),
        session.agent.clone(),
        number(session.pull),
        session.queued_at.to_string(),
        number(session.started_at),
        number(session.ended_at),
        number(session.waited_ms),
        number(session.took_ms),
        session.worked_ms.to_string(),
        tokens,
        sure_of_tokens,
        cost,
        sure_of_cost,
    ]
}

fn figure(figure: &FigureLine) -> [String; 2] {
    let amount = figure.amount.map(|amount| amount.to_string());
    [
        amount.unwrap_or_default(),
        figure.exactness.name().to_owned(),
    ]
}

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

fn quoted(cell: &str) -> String {
    match cell.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::usage::Figure;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let cells = ["plain", "a,b", "say \"x\"", "two\nlines", "", "-1"].map(str::to_owned);
        assert_eq!(
            line(&cells),
            "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",,-1\r\n"
        );
    }

    #[test]
    fn a_pull_request_is_a_line() {
        let pull = OutcomeLine {
            repository: "octo/hello".into(),
            issue: 1,
            pull: 2,
            session: "7-1-1".into(),
            role: "swe".into(),
            agent: "goose".into(),
            became: "merged".into(),
            tokens: Figure::exact(900).into(),
            opened_at: 5,
            ..OutcomeLine::default()
        };
        insta::assert_snapshot!(outcomes(&[pull]).replace("\r\n", "|\n"), @"
        repository,issue,pull,session,role,agent,became,rounds,tokens,tokens_exactness,cost_micro_usd,cost_exactness,worked_ms,queued_at,opened_at,over_at|
        octo/hello,1,2,7-1-1,swe,goose,merged,0,900,exact,,unknown,0,0,5,|
        ");
        assert!(outcomes(&[]).starts_with("repository,"));
    }
}
