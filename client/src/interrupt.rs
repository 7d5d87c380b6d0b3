//! Ctrl-C, heard even between two waits.

use tokio::sync::watch;

/// Presses of Ctrl-C since it was made.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    presses: watch::Receiver<u32>,
}

impl Interrupt {
    /// From here on Ctrl-C no longer ends the program by itself.
    pub(crate) fn listen() -> Self {
        let (sender, presses) = watch::channel(0);
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                sender.send_modify(|presses| *presses += 1);
            }
        });
        Self { presses }
    }

    /// Waits for the next press that nobody waited for yet.
    pub(crate) async fn pressed(&mut self) {
        if self.presses.changed().await.is_err() {
            // No signals on this system: none will come.
            std::future::pending::<()>().await;
        }
    }
}
