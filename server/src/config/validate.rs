//! What has to hold between settings.

use super::{Config, ConfigError, cores};

/// Refuses what would be unsafe, and lowers what would only be slow.
pub(super) fn check(config: &mut Config) -> Result<(), ConfigError> {
    let guarded = config.tls.is_some() && config.tokens.is_some();
    let public = |key, address: std::net::SocketAddr, guarded: bool| {
        if address.ip().is_loopback() || guarded || config.insecure_public {
            Ok(())
        } else {
            Err(ConfigError::Public { key, address })
        }
    };
    public("listen", config.listen, guarded)?;
    if let Some(address) = config.metrics_listen {
        // This port never has TLS or tokens.
        public("metrics_listen", address, false)?;
        if address == config.listen && address.port() != 0 {
            return Err(ConfigError::Together("listen and metrics_listen must differ"));
        }
    }
    if config.slots > cores() {
        config.warnings.push(format!(
            "slots: {} recognisers would fight over {} cores; using {1}",
            config.slots,
            cores()
        ));
        config.slots = cores();
    }
    if config.insecure_public && !config.listen.ip().is_loopback() && !guarded {
        config.warnings.push(format!(
            "insecure_public: everybody who reaches {} may stream, watch and correct calls",
            config.listen
        ));
    }
    if config.tokens.is_some() && config.tls.is_none() {
        config.warnings.push("tokens without TLS travel in clear text".into());
    }
    Ok(())
}
