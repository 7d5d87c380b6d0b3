//! A line between client and server that can be cut: a connection that dies, not one that is
//! closed politely.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// Forwards TCP connections until it is cut or dropped.
pub struct Proxy {
    address: SocketAddr,
    forwarding: AbortHandle,
}

impl Proxy {
    /// A line to a server.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let forwarding = tokio::spawn(async move {
            // Ends with this task, and every connection with it.
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let Ok(mut server) = TcpStream::connect(server).await else { continue };
                connections
                    .spawn(async move { copy_bidirectional(&mut client, &mut server).await });
            }
        });
        Self { address, forwarding: forwarding.abort_handle() }
    }

    /// `http://127.0.0.1:…`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts every connection in the middle of whatever it carries.
    pub fn cut(&self) {
        self.forwarding.abort();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
    }
}
