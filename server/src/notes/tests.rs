#![expect(clippy::unwrap_used, reason = "tests")]

use attune_proto::v1::{
    AgentWishes, GetAgentWishesRequest, ReportNotesRequest, SetAgentWishesRequest,
};

use crate::testing::Setup;

#[tokio::test]
async fn an_agents_wishes_are_kept_and_given_to_nobody_else() {
    let server = Setup::default().start().await;
    let mut client = server.playbooks();
    let get = |agent: &str| GetAgentWishesRequest { agent_id: agent.into() };
    let wishes = AgentWishes { cards_per_call: Some(4), muted: vec!["offer".into(), "red".into()] };
    let set = SetAgentWishesRequest { agent_id: "a-7".into(), wishes: Some(wishes.clone()) };
    assert_eq!(client.set_agent_wishes(set).await.unwrap().into_inner(), wishes);
    assert_eq!(client.get_agent_wishes(get("a-7")).await.unwrap().into_inner(), wishes);
    let other = client.get_agent_wishes(get("a-8")).await.unwrap().into_inner();
    assert_eq!(other, AgentWishes::default());
    assert!(client.get_agent_wishes(get("")).await.is_err());
    let bad = AgentWishes { muted: vec!["two words".into()], ..AgentWishes::default() };
    let bad = SetAgentWishesRequest { agent_id: "a-7".into(), wishes: Some(bad) };
    assert!(client.set_agent_wishes(bad).await.is_err());
    let report = client.report_notes(ReportNotesRequest::default()).await.unwrap().into_inner();
    assert!(report.notes.is_empty() && report.caution.contains("not for appraising"));
}
