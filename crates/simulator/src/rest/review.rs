//! Reviews and comments on lines.
//!
//! It exists as the skin over the world's reviews; it records approvals and dismissals, which skep never makes.
//! <https://docs.github.com/rest/pulls/reviews>

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::rest::call::{Answer, Call, Reply};
use crate::time::parse_iso;
use crate::world::facts::World;
use crate::world::issue::{PENDING, Pull, ReviewComment};
use crate::world::review::{LineComment, LineReply, ReviewDraft};

fn shown(world: &World, call: &Call, number: i64, id: i64) -> Result<Value, ApiError> {
    let (issue, pull) = world.pull(call.repository, number)?;
    let review = pull
        .reviews
        .iter()
        .find(|review| review.id == id)
        .ok_or_else(ApiError::not_found)?;
    Ok(world.review_json(world.repository(call.repository)?, issue, review))
}

/// `GET /repos/{owner}/{repo}/pulls/{number}/reviews`
pub(super) async fn list(call: Call) -> Answer {
    let number = call.number("number")?;
    let all: Vec<Value> = call.read(|world| {
        let home = world.repository(call.repository)?;
        let (issue, pull) = world.pull(call.repository, number)?;
        let actor = world.app.bot();
        let seen = pull
            .reviews
            .iter()
            .filter(|review| review.state != PENDING || review.author == actor);
        Ok::<_, ApiError>(
            seen.map(|review| world.review_json(home, issue, review))
                .collect(),
        )
    })?;
    let (page, link) = call.slice(all);
    Reply::page(json!(page), link)
}

fn line(value: &Value) -> LineComment {
    let text = |name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let line = value
        .get("line")
        .or_else(|| value.get("position"))
        .and_then(Value::as_i64)
        .unwrap_or(1);
    LineComment {
        path: text("path"),
        line,
        body: text("body"),
        hunk: String::new(),
    }
}

/// `POST /repos/{owner}/{repo}/pulls/{number}/reviews`
pub(super) async fn create(call: Call) -> Answer {
    let (number, actor) = (call.number("number")?, call.actor());
    let comments = call
        .body
        .get("comments")
        .and_then(Value::as_array)
        .map(|all| all.iter().map(line).collect());
    let draft = ReviewDraft {
        event: call.text("event").unwrap_or_default().to_owned(),
        body: call.owned("body").unwrap_or_default(),
        comments: comments.unwrap_or_default(),
    };
    if draft.event == "APPROVE" && on(Rule::SelfApproval) {
        call.violates(&format!("approved pull request #{number}"));
    }
    let made = call.change(|world| {
        let id = world.submit_review(call.repository, number, &actor, &draft)?;
        shown(world, &call, number, id)
    });
    Reply::ok(made?)
}

/// `PUT /repos/{owner}/{repo}/pulls/{number}/reviews/{review}/dismissals`: what a well-behaved skep never calls.
pub(super) async fn dismiss(call: Call) -> Answer {
    let (number, id, actor) = (call.number("number")?, call.number("review")?, call.actor());
    if on(Rule::SelfDismissal) {
        call.violates(&format!("dismissed a review of pull request #{number}"));
    }
    call.wanted("message")?;
    let changed = call.change(|world| {
        world.dismiss_review(call.repository, number, id, &actor)?;
        shown(world, &call, number, id)
    });
    Reply::ok(changed?)
}

/// `GET /repos/{owner}/{repo}/pulls/{number}/reviews/{review}`
pub(super) async fn get(call: Call) -> Answer {
    let (number, id) = (call.number("number")?, call.number("review")?);
    Reply::ok(call.read(|world| shown(world, &call, number, id))?)
}

/// `GET /repos/{owner}/{repo}/pulls/{number}/reviews/{review}/comments`
pub(super) async fn comments_of(call: Call) -> Answer {
    let (number, id) = (call.number("number")?, call.number("review")?);
    call.read(|world| shown(world, &call, number, id))?;
    lines(&call, number, |line, _| line.review == id)
}

/// `GET /repos/{owner}/{repo}/pulls/{number}/comments`
pub(super) async fn comments(call: Call) -> Answer {
    let since = call.query("since").and_then(parse_iso);
    lines(&call, call.number("number")?, |line, pull| {
        since.is_none_or(|since| line.created_at >= since) && !pull.is_pending(line)
    })
}

fn lines(call: &Call, number: i64, fits: impl Fn(&ReviewComment, &Pull) -> bool) -> Answer {
    let all: Vec<Value> = call.read(|world| {
        let home = world.repository(call.repository)?;
        let (issue, pull) = world.pull(call.repository, number)?;
        let found = pull.review_comments.iter().filter(|line| fits(line, pull));
        Ok::<_, ApiError>(
            found
                .map(|comment| world.review_comment_json(home, issue, comment))
                .collect(),
        )
    })?;
    let (page, link) = call.slice(all);
    Reply::page(json!(page), link)
}

/// `GET /repos/{owner}/{repo}/pulls/comments/{line}`
pub(super) async fn comment(call: Call) -> Answer {
    let id = call.number("line")?;
    let found = call.read(|world| {
        let (issue, line) = world.line(call.repository, id)?;
        Ok::<_, ApiError>(world.review_comment_json(
            world.repository(call.repository)?,
            issue,
            line,
        ))
    });
    Reply::ok(found?)
}

/// `POST /repos/{owner}/{repo}/pulls/{number}/comments/{line}/replies`: only to the first comment of a thread.
pub(super) async fn reply(call: Call) -> Answer {
    let (number, to, actor) = (call.number("number")?, call.number("line")?, call.actor());
    let body = call.wanted("body")?.to_owned();
    let made = call.change(|world| {
        if world.line(call.repository, to)?.1.in_reply_to.is_some() && on(Rule::ReplyToFirst) {
            return Err(ApiError::invalid(
                "PullRequestReviewComment",
                "in_reply_to",
                "invalid",
            ));
        }
        let id = {
            let (by, body) = (actor.as_str(), body.as_str());
            world.reply_line(call.repository, number, LineReply { to, by, body })?
        };
        let (issue, pull) = world.pull(call.repository, number)?;
        let reply = pull
            .review_comments
            .iter()
            .find(|c| c.id == id)
            .ok_or_else(ApiError::not_found)?;
        Ok::<_, ApiError>(world.review_comment_json(
            world.repository(call.repository)?,
            issue,
            reply,
        ))
    });
    Reply::created(made?)
}
