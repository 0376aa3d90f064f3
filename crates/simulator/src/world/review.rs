//! Reviews and the comments on lines.
//!
//! It exists so that feedback on a pull request reaches the App as GitHub sends it. It must never let an author approve
//! their own pull request.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::world::activity::Activity;
use crate::world::content::check_body;
use crate::world::facts::World;
use crate::world::issue::{Issue, PENDING, Review, ReviewComment};
use crate::world::webhook_event::WebhookEvent;

/// A comment on a line, to be made.
#[derive(Debug, Clone, Default)]
pub struct LineComment {
    /// The file.
    pub path: String,
    /// The line.
    pub line: i64,
    /// What it says.
    pub body: String,
    /// The part of the diff it is on; empty: a made-up one.
    pub hunk: String,
}

/// An answer to a comment on a line, to be made.
#[derive(Debug, Clone, Copy)]
pub struct LineReply<'a> {
    /// The id of the comment that is answered.
    pub to: i64,
    /// Who answers.
    pub by: &'a str,
    /// What it says.
    pub body: &'a str,
}

/// A review to be submitted.
#[derive(Debug, Clone, Default)]
pub struct ReviewDraft {
    /// `APPROVE`, `REQUEST_CHANGES` or `COMMENT`; empty: it stays pending, and only its author knows of it.
    pub event: String,
    /// What it says.
    pub body: String,
    /// Comments on lines.
    pub comments: Vec<LineComment>,
}

impl World {
    /// Submits a review and gives its id.
    pub fn submit_review(
        &mut self,
        home: i64,
        number: i64,
        by: &str,
        draft: &ReviewDraft,
    ) -> Result<i64, ApiError> {
        self.writable(home)?;
        check_body("PullRequestReview", &draft.body).map_err(ApiError::in_words)?;
        let (issue, pull) = self.pull(home, number)?;
        let own = issue.author.eq_ignore_ascii_case(by);
        let commit = pull.head_sha.clone();
        let state = match draft.event.as_str() {
            "APPROVE" if own && on(Rule::OwnApproval) => {
                return Err(ApiError::worded("Can not approve your own pull request"));
            }
            "REQUEST_CHANGES" if own && on(Rule::OwnChanges) => {
                return Err(ApiError::worded(
                    "Can not request changes on your own pull request",
                ));
            }
            "" if pull
                .reviews
                .iter()
                .any(|r| r.state == PENDING && r.author == by)
                && on(Rule::ReviewPendingOnce) =>
            {
                return Err(ApiError::worded(
                    "User can only have one pending review per pull request",
                ));
            }
            "" if on(Rule::ReviewPending) => PENDING,
            "APPROVE" => "APPROVED",
            "REQUEST_CHANGES" => "CHANGES_REQUESTED",
            "COMMENT" | "" => "COMMENTED",
            _ if !on(Rule::ReviewEvent) => "COMMENTED",
            _ => {
                return Err(ApiError::worded(
                    "Variable $event of type PullRequestReviewEvent was provided invalid value",
                ));
            }
        };
        let silent = draft.body.is_empty() && draft.comments.is_empty();
        if silent && ["COMMENTED", "CHANGES_REQUESTED"].contains(&state) && on(Rule::ReviewBlank) {
            return Err(ApiError::worded("Review Can not be blank"));
        }
        let (id, submitted_at) = (self.next_id(), self.now());
        let (author, body) = (by.to_owned(), draft.body.clone());
        let review = Review {
            id,
            author,
            state: state.to_owned(),
            body,
            commit,
            submitted_at,
        };
        self.pull_mut(home, number)?.reviews.push(review.clone());
        if state != PENDING {
            // Whoever reviewed is not asked any more.
            self.pull_mut(home, number)?
                .reviewers
                .retain(|asked| !asked.eq_ignore_ascii_case(by));
            self.note(
                home,
                number,
                Activity::new("reviewed", by).with(json!({ "review_id": id })),
            )?;
            self.tell_review(home, number, id, Activity::new("submitted", by))?;
        }
        for comment in &draft.comments {
            self.comment_line(home, number, &review, comment)?;
        }
        Ok(id)
    }

    fn comment_line(
        &mut self,
        h: i64,
        n: i64,
        review: &Review,
        comment: &LineComment,
    ) -> Result<i64, ApiError> {
        let (id, created_at) = (self.next_id(), self.now());
        let pull = self.pull_mut(h, n)?;
        pull.review_comments.push(ReviewComment {
            id,
            review: review.id,
            author: review.author.clone(),
            path: comment.path.clone(),
            line: comment.line,
            body: comment.body.clone(),
            in_reply_to: None,
            resolved: false,
            hunk: hunk(comment),
            reactions: Vec::new(),
            commit: pull.head_sha.clone(),
            created_at,
        });
        let (_, pull) = self.pull(h, n)?;
        if !pull
            .review_comments
            .last()
            .is_some_and(|line| pull.is_pending(line))
        {
            self.tell_line(h, n, id, &review.author)?;
        }
        Ok(id)
    }

    /// Answers a comment on a line; the answer of an answer belongs to the first. The answer is a review of its own.
    pub fn reply_line(
        &mut self,
        home: i64,
        number: i64,
        reply: LineReply<'_>,
    ) -> Result<i64, ApiError> {
        let LineReply { to, by, body } = reply;
        self.writable(home)?;
        check_body("PullRequestReviewComment", body)?;
        let (_, pull) = self.pull(home, number)?;
        let parent = pull
            .review_comments
            .iter()
            .find(|c| c.id == to)
            .ok_or_else(ApiError::not_found)?
            .clone();
        let (id, review, created_at) = (self.next_id(), self.next_id(), self.now());
        let root = parent.in_reply_to.unwrap_or(parent.id);
        self.check_line(body)?;
        let (author, commit) = (by.to_owned(), parent.commit.clone());
        let around = Review {
            id: review,
            author,
            state: "COMMENTED".to_owned(),
            body: String::new(),
            commit,
            submitted_at: created_at,
        };
        self.pull_mut(home, number)?.reviews.push(around);
        let reply = ReviewComment {
            id,
            review,
            author: by.to_owned(),
            body: body.to_owned(),
            in_reply_to: Some(root),
            resolved: false,
            reactions: Vec::new(),
            created_at,
            ..parent
        };
        self.pull_mut(home, number)?.review_comments.push(reply);
        self.tell_review(home, number, review, Activity::new("submitted", by))?;
        self.tell_line(home, number, id, by)?;
        Ok(id)
    }

    fn check_line(&self, body: &str) -> Result<(), ApiError> {
        if body.trim().is_empty() && on(Rule::ReplyBlank) {
            return Err(ApiError::invalid(
                "PullRequestReviewComment",
                "body",
                "missing_field",
            ));
        }
        Ok(())
    }

    /// Marks the thread that begins with a comment as resolved.
    pub fn resolve_thread(&mut self, home: i64, first: i64) -> Result<(), ApiError> {
        self.line_mut(home, first)?.resolved = true;
        Ok(())
    }

    /// The comment on a line with that id, and what it is on.
    pub fn line(&self, home: i64, id: i64) -> Result<(&Issue, &ReviewComment), ApiError> {
        let pulls = self
            .repository(home)?
            .issues
            .values()
            .filter_map(|issue| Some((issue, issue.pull.as_ref()?)));
        let mut lines = pulls
            .flat_map(|(issue, pull)| pull.review_comments.iter().map(move |line| (issue, line)));
        lines
            .find(|(_, line)| line.id == id)
            .ok_or_else(ApiError::not_found)
    }

    /// The same, to be changed.
    pub fn line_mut(&mut self, home: i64, id: i64) -> Result<&mut ReviewComment, ApiError> {
        let issues = self.repository_mut(home)?.issues.values_mut();
        let mut lines = issues
            .filter_map(|i| i.pull.as_mut())
            .flat_map(|p| p.review_comments.iter_mut());
        lines
            .find(|line| line.id == id)
            .ok_or_else(ApiError::not_found)
    }

    /// Takes a review's verdict away.
    pub fn dismiss_review(
        &mut self,
        home: i64,
        number: i64,
        id: i64,
        by: &str,
    ) -> Result<(), ApiError> {
        let pull = self.pull_mut(home, number)?;
        let review = pull
            .reviews
            .iter_mut()
            .find(|review| review.id == id)
            .ok_or_else(ApiError::not_found)?;
        review.state = "DISMISSED".to_owned();
        self.tell_review(home, number, id, Activity::new("dismissed", by))
    }

    fn tell_review(
        &mut self,
        h: i64,
        n: i64,
        id: i64,
        activity: Activity<'_>,
    ) -> Result<(), ApiError> {
        let home = self.repository(h)?;
        let (issue, pull) = self.pull(h, n)?;
        let review = pull
            .reviews
            .iter()
            .find(|review| review.id == id)
            .ok_or_else(ApiError::not_found)?;
        let mut shown = self.review_json(home, issue, review);
        // The webhook spells the state in lower case, REST in upper case.
        shown["state"] = json!(review.state.to_ascii_lowercase());
        if review.body.is_empty() {
            shown["body"] = Value::Null;
        }
        let activity = activity.with(json!({ "review": shown }));
        self.tell_about(h, n, "pull_request_review", activity)
    }

    fn tell_line(&mut self, h: i64, n: i64, id: i64, by: &str) -> Result<(), ApiError> {
        let home = self.repository(h)?;
        let (issue, pull) = self.pull(h, n)?;
        let comment = pull
            .review_comments
            .iter()
            .find(|c| c.id == id)
            .ok_or_else(ApiError::not_found)?;
        let shown = json!({ "comment": self.review_comment_json(home, issue, comment) });
        let activity = Activity::new("created", by).with(shown);
        self.tell_about(h, n, "pull_request_review_comment", activity)
    }

    fn tell_about(
        &mut self,
        h: i64,
        n: i64,
        event: &str,
        activity: Activity<'_>,
    ) -> Result<(), ApiError> {
        // A review is one mail, with all that it says on lines.
        if event == "pull_request_review" {
            self.notify((h, n), event, &activity);
        }
        let mut body = activity.details;
        body["pull_request"] = self.pull_json(self.repository(h)?, self.issue(h, n)?);
        self.emit(WebhookEvent {
            name: event,
            action: Some(activity.action),
            repository: Some(h),
            installation: None,
            sender: activity.by,
            body,
        });
        Ok(())
    }
}

/// The part of the diff a comment is on.
fn hunk(comment: &LineComment) -> String {
    if comment.hunk.is_empty() {
        format!("@@ -{0},1 +{0},1 @@", comment.line)
    } else {
        comment.hunk.clone()
    }
}
