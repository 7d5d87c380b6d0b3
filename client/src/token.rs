//! `attune token`: one for minutes, for a page in a browser.

use attune_proto::v1::{LendTokenRequest, TokenScope};
use prost_types::Duration;

use crate::args::{Global, TokenArgs, TokenFor};
use crate::connect::Link;
use crate::error::Error;
use crate::print::line;

/// Asks for it and prints it, alone on its line: scripts take it from there.
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn run(global: &Global, args: TokenArgs) -> Result<(), Error> {
    let link = Link::open(global).await?;
    let scope = match args.scope {
        TokenFor::Stream => TokenScope::Stream,
        TokenFor::Watch => TokenScope::Watch,
        TokenFor::Coach => TokenScope::Coach,
        TokenFor::Admin => TokenScope::Admin,
    };
    let lifetime = Duration { seconds: args.minutes.saturating_mul(60), nanos: 0 };
    let request = LendTokenRequest { scope: scope.into(), lifetime: Some(lifetime) };
    line(&link.access().lend_token(request).await?.into_inner().token)
}
