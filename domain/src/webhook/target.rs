//! Where deliveries may go: to addresses of the public internet only, so that nobody reaches our own machines through us.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address belongs to the public internet (IANA's registries of special-purpose addresses).
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// First address and prefix length of what is not public.
const NOT_PUBLIC_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),       // this network
    ([10, 0, 0, 0], 8),      // private
    ([100, 64, 0, 0], 10),   // shared by customers of a provider
    ([127, 0, 0, 0], 8),     // loopback
    ([169, 254, 0, 0], 16),  // link-local, and the metadata of clouds
    ([172, 16, 0, 0], 12),   // private
    ([192, 0, 0, 0], 24),    // protocol assignments
    ([192, 0, 2, 0], 24),    // documentation
    ([192, 31, 196, 0], 24), // AS112
    ([192, 88, 99, 0], 24),  // relays of 6to4
    ([192, 168, 0, 0], 16),  // private
    ([198, 18, 0, 0], 15),   // benchmarks
    ([198, 51, 100, 0], 24), // documentation
    ([203, 0, 113, 0], 24),  // documentation
    ([224, 0, 0, 0], 4),     // multicast
    ([240, 0, 0, 0], 4),     // reserved, broadcast
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    NOT_PUBLIC_V4.iter().all(|(first, length)| {
        let mask = u32::MAX << (32 - length);
        bits & mask != Ipv4Addr::from(*first).to_bits()
    })
}

/// What is not public of the global unicast addresses, 2000::/3.
const NOT_PUBLIC_V6: [([u16; 3], u32); 4] = [
    ([0x2001, 0, 0], 23),      // protocol assignments, Teredo, benchmarks
    ([0x2001, 0x0db8, 0], 32), // documentation
    ([0x2002, 0, 0], 16),      // 6to4, which holds any address of version 4
    ([0x3fff, 0, 0], 20),      // documentation
];

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped().or_else(|| translated(address)) {
        return is_public_v4(inner);
    }
    let bits = address.to_bits();
    let within = |[a, b, c]: [u16; 3], length: u32| {
        let mask = u128::MAX << (128 - length);
        bits & mask == Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).to_bits()
    };
    within([0x2000, 0, 0], 3)
        && NOT_PUBLIC_V6.iter().all(|(first, length)| !within(*first, *length))
}

/// The address of version 4 behind one of 64:ff9b::/96, as networks without version 4 write it (RFC 6052).
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let [high, low] = [high.to_be_bytes(), low.to_be_bytes()];
    ([a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0])
        .then(|| Ipv4Addr::new(high[0], high[1], low[0], low[1]))
}
