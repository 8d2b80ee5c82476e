//! Networks in CIDR notation.

use std::net::{IpAddr, Ipv6Addr};

/// Addresses from the first to the last. IPv4 is kept as the IPv6 addresses that map to it, as ClickHouse does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: u128,
    last: u128,
}

impl Network {
    /// Reads `10.0.0.0/8` or `fd00::/8`; bits behind the prefix are left out of account.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let length: u32 = length.parse().ok()?;
        let (bits, length) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) if length <= 32 => (address.to_ipv6_mapped().to_bits(), length + 96),
            IpAddr::V6(address) if length <= 128 => (address.to_bits(), length),
            _ => return None,
        };
        let host = u128::MAX.checked_shr(length).unwrap_or(0);
        Some(Self { first: bits & !host, last: bits | host })
    }

    /// The first address, as IPv6.
    pub(crate) fn first(self) -> String {
        Ipv6Addr::from_bits(self.first).to_string()
    }

    /// The last address, as IPv6.
    pub(crate) fn last(self) -> String {
        Ipv6Addr::from_bits(self.last).to_string()
    }

    /// Whether a text is an address of it.
    pub(crate) fn contains(self, text: &str) -> bool {
        let bits = match text.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => address.to_ipv6_mapped().to_bits(),
            Ok(IpAddr::V6(address)) => address.to_bits(),
            Err(_) => return false,
        };
        (self.first..=self.last).contains(&bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        for (network, address, holds) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "255.1.1.1", true),
            ("192.168.1.7/32", "192.168.1.7", true),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
            ("::/0", "10.0.0.1", true),
            ("10.0.0.0/8", "not an address", false),
        ] {
            assert_eq!(
                Network::parse(network).expect(network).contains(address),
                holds,
                "{address} in {network}"
            );
        }
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "a/8", "10.0.0.0/", "10.0.0.0/+8", "fd00::/129"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
