//! `attune.v1.Coaching`: goals that can be measured, what is due for them, how to lead by motive,
//! and early notice when notes fall out of use. For groups of calls, never for one person.

mod progress;
#[cfg(test)]
mod tests;
mod tips;

use std::sync::Arc;
use std::time::SystemTime;

use attune_proto::v1::coaching_server::Coaching;
use attune_proto::v1::{
    DeleteGoalRequest, DeleteGoalResponse, Goal, GoalProgress, ListGoalsRequest, ListGoalsResponse,
    ListLeadershipTipsRequest, ListLeadershipTipsResponse, ListNoticesRequest, ListNoticesResponse,
    SetGoalRequest,
};
use tonic::{Request, Response, Status};

use crate::app::App;
use crate::calls::store_failed;
use crate::convert;
use crate::day;
use crate::status::Reason;

/// Goals that are kept; more than that nobody looks after.
const MAX_GOALS: usize = 500;

/// `attune.v1.Coaching`.
#[derive(Debug, Clone)]
pub struct CoachingService {
    app: Arc<App>,
}

impl CoachingService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    async fn goals(&self) -> Result<Vec<Goal>, Status> {
        self.app.store.goals().await.map_err(|error| store_failed(&error))
    }
}

fn today() -> i64 {
    day::of(&SystemTime::now().into())
}

#[tonic::async_trait]
impl Coaching for CoachingService {
    async fn set_goal(&self, request: Request<SetGoalRequest>) -> Result<Response<Goal>, Status> {
        let today = today();
        let mut goal = convert::goal(request.into_inner().goal, today)?;
        let goals = self.goals().await?;
        let known = goals.iter().find(|known| known.goal_id == goal.goal_id);
        match known {
            // The way is measured from where it began, unless it leads elsewhere now.
            Some(known) if progress::same_way(known, &goal) => {
                goal.start.clone_from(&known.start);
                goal.start_date.clone_from(&known.start_date);
            }
            Some(_) => progress::begin(&self.app, &mut goal, today).await?,
            None if !goal.goal_id.is_empty() => return Err(not_found(&goal.goal_id)),
            None if goals.len() >= MAX_GOALS => {
                let message = format!("there are {MAX_GOALS} goals; delete one that is over");
                return Err(Reason::InvalidGoal.status(message));
            }
            None => progress::begin(&self.app, &mut goal, today).await?,
        }
        let kept = self.app.store.put_goal(goal).await;
        Ok(Response::new(kept.map_err(|error| store_failed(&error))?))
    }

    async fn list_goals(
        &self,
        request: Request<ListGoalsRequest>,
    ) -> Result<Response<ListGoalsResponse>, Status> {
        let lang = convert::names_language(&request.into_inner().language_code)?;
        let mut goals: Vec<GoalProgress> = Vec::new();
        for goal in self.goals().await? {
            goals.push(progress::progress(&self.app, goal, today(), lang).await?);
        }
        let due = |progress: &GoalProgress| {
            progress.goal.as_ref().map_or_else(String::new, |goal| goal.due_date.clone())
        };
        goals.sort_by_key(due);
        Ok(Response::new(ListGoalsResponse { goals }))
    }

    async fn delete_goal(
        &self,
        request: Request<DeleteGoalRequest>,
    ) -> Result<Response<DeleteGoalResponse>, Status> {
        let goal_id = request.into_inner().goal_id;
        let deleted = self.app.store.delete_goal(&goal_id).await;
        if deleted.map_err(|error| store_failed(&error))? {
            return Ok(Response::new(DeleteGoalResponse {}));
        }
        Err(not_found(&goal_id))
    }

    async fn list_leadership_tips(
        &self,
        request: Request<ListLeadershipTipsRequest>,
    ) -> Result<Response<ListLeadershipTipsResponse>, Status> {
        let lang = convert::names_language(&request.into_inner().language_code)?;
        Ok(Response::new(ListLeadershipTipsResponse { tips: tips::tips(lang) }))
    }

    async fn list_notices(
        &self,
        request: Request<ListNoticesRequest>,
    ) -> Result<Response<ListNoticesResponse>, Status> {
        let lang = convert::names_language(&request.into_inner().language_code)?;
        let notices = progress::notices(&self.app, today(), lang).await?;
        Ok(Response::new(ListNoticesResponse { notices }))
    }
}

fn not_found(goal_id: &str) -> Status {
    let shown: String = goal_id.chars().filter(|c| !c.is_control()).take(64).collect();
    Reason::GoalNotFound.status(format!("there is no goal {shown}"))
}
