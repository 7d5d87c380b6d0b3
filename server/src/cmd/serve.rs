//! `attune-server serve`.

use std::time::Duration;

use clap::Args;

use crate::cli::{Failure, ServeSettings, configure};
use crate::serve;

/// How long leftover threads may take once everything has ended.
const LEFTOVERS: Duration = Duration::from_millis(200);

/// Serve the gRPC API.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) settings: ServeSettings,
}

impl Serve {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let config = configure(self.settings.given())?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let served = runtime.block_on(serve::serve(config));
        // After a second signal there may be a decode or a write that nobody waits for.
        runtime.shutdown_timeout(LEFTOVERS);
        served.map_err(Failure::failed)
    }
}
