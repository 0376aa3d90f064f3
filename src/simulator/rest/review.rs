//! Reviews and comments on lines.
//!
//! It exists as the skin over the world's reviews; it records approvals and dismissals, which skep never makes.
//! <https://docs.github.com/rest/pulls/reviews>

use serde_json::{Value, json};

use super::super::refusal::Refusal;
use super::super::world::{LineComment, ReviewDraft, World};
use super::call::{Answer, Call, Reply};

fn shown(world: &World, call: &Call, number: i64, id: i64) -> Result<Value, Refusal> {
    let (issue, pull) = world.pull(call.repository, number)?;
    let review = pull.reviews.iter().find(|review| review.id == id).ok_or_else(Refusal::not_found)?;
    Ok(world.review_json(world.repository(call.repository)?, issue, review))
}

/// `GET /repos/{owner}/{repo}/pulls/{number}/reviews`
pub async fn list(call: Call) -> Answer {
    let number = call.number("number")?;
    let all: Vec<Value> = call.look(|world| {
        let home = world.repository(call.repository)?;
        let (issue, pull) = world.pull(call.repository, number)?;
        Ok::<_, Refusal>(pull.reviews.iter().map(|review| world.review_json(home, issue, review)).collect())
    })?;
    let (page, link) = call.slice(all);
    Reply::page(json!(page), link)
}

fn line(value: &Value) -> LineComment {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let line = value.get("line").or_else(|| value.get("position")).and_then(Value::as_i64).unwrap_or(1);
    LineComment { path: text("path"), line, body: text("body") }
}

/// `POST /repos/{owner}/{repo}/pulls/{number}/reviews`
pub async fn create(call: Call) -> Answer {
    let (number, actor) = (call.number("number")?, call.actor());
    let comments = call.body.get("comments").and_then(Value::as_array).map(|all| all.iter().map(line).collect());
    let draft = ReviewDraft {
        event: call.text("event").unwrap_or("COMMENT").to_owned(),
        body: call.owned("body").unwrap_or_default(),
        comments: comments.unwrap_or_default(),
    };
    if draft.event == "APPROVE" {
        call.violates(&format!("approved pull request #{number}"));
    }
    let made = call.change(|world| {
        let id = world.submit_review(call.repository, number, &actor, &draft)?;
        shown(world, &call, number, id)
    });
    Reply::ok(made?)
}

/// `PUT /repos/{owner}/{repo}/pulls/{number}/reviews/{review}/dismissals`: what a well-behaved skep never calls.
pub async fn dismiss(call: Call) -> Answer {
    let (number, id, actor) = (call.number("number")?, call.number("review")?, call.actor());
    call.violates(&format!("dismissed a review of pull request #{number}"));
    call.wanted("message")?;
    let changed = call.change(|world| {
        world.dismiss_review(call.repository, number, id, &actor)?;
        shown(world, &call, number, id)
    });
    Reply::ok(changed?)
}

/// `GET /repos/{owner}/{repo}/pulls/{number}/comments`
pub async fn comments(call: Call) -> Answer {
    let number = call.number("number")?;
    let all: Vec<Value> = call.look(|world| {
        let home = world.repository(call.repository)?;
        let (issue, pull) = world.pull(call.repository, number)?;
        let shown = pull.review_comments.iter().map(|comment| world.review_comment_json(home, issue, comment));
        Ok::<_, Refusal>(shown.collect())
    })?;
    let (page, link) = call.slice(all);
    Reply::page(json!(page), link)
}

/// `GET /repos/{owner}/{repo}/pulls/comments/{line}`
pub async fn comment(call: Call) -> Answer {
    let id = call.number("line")?;
    let found = call.look(|world| {
        let home = world.repository(call.repository)?;
        let pulls = home.issues.values().filter_map(|issue| Some((issue, issue.pull.as_ref()?)));
        let mut lines = pulls.flat_map(|(issue, pull)| pull.review_comments.iter().map(move |line| (issue, line)));
        let found = lines.find(|(_, line)| line.id == id).ok_or_else(Refusal::not_found)?;
        Ok::<_, Refusal>(world.review_comment_json(home, found.0, found.1))
    });
    Reply::ok(found?)
}

/// `POST /repos/{owner}/{repo}/pulls/{number}/comments/{line}/replies`
pub async fn reply(call: Call) -> Answer {
    let (number, to, actor) = (call.number("number")?, call.number("line")?, call.actor());
    let body = call.wanted("body")?.to_owned();
    let made = call.change(|world| {
        let id = world.reply_line(call.repository, number, to, &actor, &body)?;
        let (issue, pull) = world.pull(call.repository, number)?;
        let reply = pull.review_comments.iter().find(|c| c.id == id).ok_or_else(Refusal::not_found)?;
        Ok::<_, Refusal>(world.review_comment_json(world.repository(call.repository)?, issue, reply))
    });
    Reply::created(made?)
}
