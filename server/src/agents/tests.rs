#![expect(clippy::unwrap_used, reason = "tests")]

use attune_proto::v1::{
    AgentProfile, Colour, DeleteAgentRequest, FreeAgent, GetAgentRequest, ListAgentsRequest,
    MatchFactor, Motive, PutAgentRequest, RecommendAgentsRequest,
};
use tonic::Code;

use crate::testing::{Setup, refusal};

fn agent(id: &str, skills: &[&str], years: u32) -> AgentProfile {
    AgentProfile {
        agent_id: id.into(),
        motive: Motive::Vision.into(),
        languages: vec!["en".into()],
        skills: skills.iter().map(|skill| (*skill).into()).collect(),
        experience_years: years,
        ..AgentProfile::default()
    }
}

fn put(agent: AgentProfile) -> PutAgentRequest {
    PutAgentRequest { agent: Some(agent) }
}

fn free(ids: &[&str]) -> Vec<FreeAgent> {
    ids.iter().map(|id| FreeAgent { agent_id: (*id).into(), load: 0.0 }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_are_kept_replaced_and_deleted() {
    let bench = Setup::default().start().await;
    let mut agents = bench.agents();
    for years in [1, 2] {
        agents.put_agent(put(agent("anna", &["bill"], years))).await.unwrap();
    }
    agents.put_agent(put(agent("ben", &[], 0))).await.unwrap();
    let get = |id: &str| GetAgentRequest { agent_id: id.into() };
    let kept = agents.get_agent(get("anna")).await.unwrap().into_inner();
    assert_eq!((kept.experience_years, kept.motive()), (2, Motive::Vision));
    assert!(kept.update_time.is_some());
    agents.delete_agent(DeleteAgentRequest { agent_id: "anna".into() }).await.unwrap();
    let status = agents.get_agent(get("anna")).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "AGENT_UNKNOWN".into()));
    let left = agents.list_agents(ListAgentsRequest {}).await.unwrap().into_inner().agents;
    assert_eq!(left.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused() {
    let bench = Setup::default().start().await;
    let wrong = [
        AgentProfile { agent_id: String::new(), ..agent("a", &[], 0) },
        agent("a", &[], 99),
        agent("a", &["two words"], 0),
        AgentProfile { languages: vec!["tlh".into()], ..agent("a", &[], 0) },
        AgentProfile { colour: Colour::Blue as i32 + 10, ..agent("a", &[], 0) },
    ];
    for profile in wrong {
        let status = bench.agents().put_agent(put(profile.clone())).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{profile:?}");
    }
    let nobody = RecommendAgentsRequest::default();
    let status = bench.agents().recommend_agents(nobody).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "INVALID_PROFILE".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_skilled_come_first_with_their_reasons_and_it_is_noted() {
    let bench = Setup::default().start().await;
    for one in [agent("old", &[], 20), agent("skilled", &["bill"], 0)] {
        bench.agents().put_agent(put(one)).await.unwrap();
    }
    let request = RecommendAgentsRequest {
        language: "en".into(),
        issue: "bill".into(),
        customer_tier: "A".into(),
        free: free(&["stranger", "old", "skilled"]),
        ..RecommendAgentsRequest::default()
    };
    let told = bench.agents().recommend_agents(request).await.unwrap().into_inner();
    let ids: Vec<_> = told.recommendations.iter().map(|one| one.agent_id.as_str()).collect();
    assert_eq!(ids, ["skilled", "old", "stranger"]);
    let first = &told.recommendations[0].reasons[0];
    assert_eq!((first.factor(), first.detail.as_str()), (MatchFactor::Skill, "is good at bill"));
    assert!(told.recommendations.iter().all(|one| {
        let sum: f32 = one.reasons.iter().map(|reason| reason.points).sum();
        (sum - one.score).abs() < 1e-5
    }));
    let noted = bench.app.store.people(|store| store.recommendations()).await.unwrap();
    assert_eq!(noted, [told]);
}
