//! Stacks of pull requests: made, added to, dissolved.
//!
//! It exists so that a pull request that goes to another one's branch can be shown as one of a stack, by GitHub's rules. It must
//! never make a stack whose pull requests do not lead to each other. <https://docs.github.com/rest/pulls/stacks>

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::world::facts::World;
use crate::world::stack::Stack;

fn refused(message: &str) -> ApiError {
    ApiError::new(422, message)
}

impl World {
    /// The stack a pull request is in.
    pub fn stack_of(&self, home: i64, pull: i64) -> Option<&Stack> {
        let all = self.stacks.all.iter().filter(|_| self.stacks.offered);
        let mut all = all.filter(|stack| stack.home == home);
        all.find(|stack| stack.pulls.contains(&pull))
    }

    /// The stack of that number; 404 where there is none.
    pub fn stack(&self, home: i64, number: i64) -> Result<&Stack, ApiError> {
        let mut all = self.stacks.all.iter().filter(|_| self.stacks.offered);
        all.find(|stack| stack.home == home && stack.number == number)
            .ok_or_else(ApiError::not_found)
    }

    /// Makes a stack of pull requests, given from the bottom to the top.
    pub fn make_stack(&mut self, home: i64, pulls: &[i64]) -> Result<i64, ApiError> {
        if pulls.len() < 2 {
            return Err(refused("A stack has at least two pull requests"));
        }
        self.check_stack(home, None, pulls)?;
        let own = self.stacks.all.iter().filter(|stack| stack.home == home);
        let number = own.map(|stack| stack.number).max().unwrap_or(0) + 1;
        let stack = Stack {
            id: self.next_id(),
            home,
            number,
            created_at: self.now(),
            pulls: pulls.to_vec(),
        };
        self.stacks.all.push(stack);
        Ok(number)
    }

    /// Puts pull requests on top of a stack.
    pub fn add_to_stack(&mut self, home: i64, number: i64, pulls: &[i64]) -> Result<(), ApiError> {
        let top = self.stack(home, number)?.pulls.last().copied();
        self.check_stack(home, top, pulls)?;
        let stack = self.stacks.all.iter_mut();
        let mut stack = stack.filter(|stack| stack.home == home && stack.number == number);
        if let Some(stack) = stack.next() {
            stack.pulls.extend(pulls);
        }
        Ok(())
    }

    /// Takes what is not merged out of a stack; whether anything is left.
    pub fn unstack(&mut self, home: i64, number: i64) -> Result<bool, ApiError> {
        let pulls = self.stack(home, number)?.pulls.clone();
        let merged = |pull: &i64| {
            self.pull(home, *pull)
                .is_ok_and(|(_, pull)| pull.merged.is_some())
        };
        let left: Vec<i64> = pulls.into_iter().filter(merged).collect();
        let rest = !left.is_empty();
        self.stacks.all.retain_mut(|stack| {
            if stack.home == home && stack.number == number {
                stack.pulls.clone_from(&left);
            }
            !stack.pulls.is_empty()
        });
        Ok(rest)
    }

    /// Each goes to the branch of the one below, and is in no stack yet.
    fn check_stack(&self, home: i64, top: Option<i64>, pulls: &[i64]) -> Result<(), ApiError> {
        let mut below = top.and_then(|top| Some(self.pull(home, top).ok()?.1.head.clone()));
        for number in pulls {
            let missing = |_| ApiError::invalid("Stack", "pull_requests", "missing");
            let (_, pull) = self.pull(home, *number).map_err(missing)?;
            let leads =
                below.is_none_or(|below| below == pull.base) && pull.head_repository == home;
            if !leads && on(Rule::StackOrder) {
                let message = "Pull requests must form a stack, where each PR's base ref is the previous PR's head ref";
                return Err(refused(message));
            }
            if self.stack_of(home, *number).is_some() && on(Rule::StackTaken) {
                return Err(refused("Pull requests can only be part of one stack"));
            }
            below = Some(pull.head.clone());
        }
        Ok(())
    }
}
