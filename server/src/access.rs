//! `attune.v1.Access`: tokens for minutes.

use std::time::{Duration, SystemTime};

use attune_proto::v1::access_server::Access;
use attune_proto::v1::{LendTokenRequest, LendTokenResponse, TokenScope};
use prost_types::Timestamp;
use tonic::{Request, Response, Status};

use crate::auth::lent::LONGEST;
use crate::auth::{Holder, Scope, Tokens};

/// For how long a token is lent if nothing else is said.
const USUAL: Duration = Duration::from_secs(15 * 60);

/// `attune.v1.Access`.
#[derive(Debug, Clone)]
pub struct AccessService {
    tokens: Option<Tokens>,
}

impl AccessService {
    /// Of these tokens; `None`: the server asks for none.
    pub fn new(tokens: Option<Tokens>) -> Self {
        Self { tokens }
    }
}

#[tonic::async_trait]
impl Access for AccessService {
    async fn lend_token(
        &self,
        request: Request<LendTokenRequest>,
    ) -> Result<Response<LendTokenResponse>, Status> {
        let holder = request.extensions().get::<Holder>().cloned();
        let (Some(tokens), Some(holder)) = (&self.tokens, holder) else {
            return Err(Status::failed_precondition("this server asks for no tokens"));
        };
        let LendTokenRequest { scope, lifetime } = request.into_inner();
        let lifetime = lifetime.map_or(Ok(USUAL), Duration::try_from);
        let lifetime =
            lifetime.ok().filter(|wanted| (Duration::from_secs(1)..=LONGEST).contains(wanted));
        let lifetime = lifetime
            .ok_or_else(|| Status::invalid_argument("lifetime: from 1 second to 24 hours"))?;
        let scope = match TokenScope::try_from(scope) {
            Ok(TokenScope::Unspecified | TokenScope::Watch) => Scope::Watch,
            Ok(TokenScope::Stream) => Scope::Stream,
            Ok(TokenScope::Coach) => Scope::Coach,
            Ok(TokenScope::Admin) => Scope::Admin,
            Err(unknown) => return Err(Status::invalid_argument(format!("scope: {unknown}"))),
        };
        let (token, until) = tokens.lend(&holder, scope, SystemTime::now() + lifetime)?;
        let expire_time = Timestamp { seconds: i64::try_from(until).unwrap_or(i64::MAX), nanos: 0 };
        Ok(Response::new(LendTokenResponse { token, expire_time: Some(expire_time) }))
    }
}
