//! Tells a client's address from what trusted proxies say of it.

use std::net::IpAddr;

pub use ipnet::IpNet;

/// Addresses and networks of the proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Trusts these networks; a single address is a network of its own.
    #[must_use]
    pub const fn of(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether no proxy is trusted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the address is a trusted proxy's.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        // A socket of both families shows IPv4 as ::ffff:10.0.0.1.
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Returns the client's address. `forwarded` are the addresses in `X-Forwarded-For`, in order: each proxy
    /// appends whom it was asked by, so the last one that is no trusted proxy is the client. Whoever is not a
    /// trusted proxy is the client, whatever it says.
    #[must_use]
    pub fn client<'a>(&self, peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        let mut client = peer.to_canonical();
        for said in forwarded.rev() {
            if !self.trusts(client) {
                break;
            }
            let Ok(said) = said.trim().parse::<IpAddr>() else { break };
            client = said.to_canonical();
        }
        client
    }
}

/// Reads an address or a network, such as `10.0.0.5` or `10.0.0.0/24`.
///
/// # Errors
/// When the text is neither.
pub fn network(text: &str) -> Result<IpNet, String> {
    let parsed = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    parsed.map_err(|_| "write an address such as 10.0.0.5, or a network such as 10.0.0.0/24".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &str) -> String {
        let proxies = Proxies::of(trusted.iter().map(|text| network(text).unwrap()).collect());
        proxies.client(peer.parse().unwrap(), forwarded.split(',')).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_who_asks() {
        assert_eq!(client(&["10.0.0.5"], "10.0.0.5", "203.0.113.7"), "203.0.113.7");
        assert_eq!(client(&["10.0.0.5"], "10.0.0.6", "203.0.113.7"), "10.0.0.6");
        assert_eq!(client(&[], "10.0.0.5", "203.0.113.7"), "10.0.0.5");
    }

    #[test]
    fn what_the_client_wrote_itself_is_not_believed() {
        assert_eq!(client(&["10.0.0.0/24"], "10.0.0.5", "1.2.3.4, 203.0.113.7"), "203.0.113.7");
        assert_eq!(client(&["10.0.0.0/24"], "10.0.0.5", "1.2.3.4, 203.0.113.7, 10.0.0.9"), "203.0.113.7");
    }

    #[test]
    fn what_is_no_address_leaves_the_proxys() {
        assert_eq!(client(&["10.0.0.5"], "10.0.0.5", "unknown"), "10.0.0.5");
        assert_eq!(client(&["10.0.0.5"], "10.0.0.5", ""), "10.0.0.5");
    }

    #[test]
    fn a_socket_of_both_families_is_the_same() {
        assert_eq!(client(&["10.0.0.5"], "::ffff:10.0.0.5", "203.0.113.7"), "203.0.113.7");
    }

    #[test]
    fn a_network_is_an_address_or_a_range() {
        assert!(network("10.0.0.5").is_ok() && network("2001:db8::/32").is_ok());
        assert!(network("proxy.local").unwrap_err().contains("10.0.0.5"));
    }
}
