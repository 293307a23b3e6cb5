//! Which addresses a vendor may have us talk to: those of the world outside, and never this machine or its neighbours (OWASP API7:2023,
//! server-side request forgery). A name is resolved when it is connected to, every address that it has is looked at, and the connection goes
//! to one of those: who answers differently a moment later gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Whether the address is one of the public network.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public_v4(ip),
            None => is_public_v6(ip),
        },
    }
}

/// Without what the registry of special addresses sets apart (RFC 6890 and its successors).
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && b & 0b1100_0000 == 64;
    let protocols = a == 192 && b == 0 && (c == 0 || c == 2);
    let relays = a == 192 && b == 88 && c == 99;
    let benchmarks = a == 198 && b & 0b1111_1110 == 18;
    let examples = (a == 198 && b == 51 && c == 100) || (a == 203 && b == 0 && c == 113);
    let special = shared || protocols || relays || benchmarks || examples;
    // From 224 on: multicast, reserved, broadcast.
    !(a == 0 || a >= 224 || ip.is_loopback() || ip.is_private() || ip.is_link_local() || special)
}

/// Global unicast is 2000::/3; of it not what tunnels IPv4 or stands in examples.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let global = first & 0xe000 == 0x2000;
    let protocols = first == 0x2001 && second < 0x0200;
    let examples = (first == 0x2001 && second == 0x0db8) || (first == 0x3fff && second < 0x1000);
    let six_to_four = first == 0x2002;
    global && !protocols && !examples && !six_to_four
}

/// What is wrong with an address that somebody typed, as far as that is known before it is connected to.
pub fn parse(text: &str, local: bool) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let scheme = url.scheme() == "https" || (local && url.scheme() == "http");
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let host = url.host_str()?;
    let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let outside = literal.map_or_else(|_| !is_local_name(host), is_public);
    (scheme && bare && (local || outside)).then_some(url)
}

/// Names that no public resolver knows.
fn is_local_name(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || !host.contains('.') || [".localhost", ".local", ".internal", ".home.arpa"].iter().any(|end| host.ends_with(end))
}

/// Resolves names to public addresses alone.
pub struct Outside {
    /// In tests messages go to this machine.
    pub local: bool,
}

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        let local = self.local;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if !local && !found.iter().all(|address| is_public(address.ip())) {
                return Err("the name leads to an address that is not public".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_public_network_is_talked_to() {
        for inside in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://0.0.0.0/",
            "https://10.0.0.1/",
            "https://172.16.0.1/",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest",
            "https://100.64.0.1/",
            "https://198.18.0.1/",
            "https://192.0.2.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://[fe80::1]/",
            "https://[fc00::1]/",
            "https://[fd00:ec2::254]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001::1]/",
            "https://[2001:db8::1]/",
            "https://[ff02::1]/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://db.localhost/",
            "https://printer.local/",
            "https://metadata.google.internal/",
            "https://postgres/",
            "http://shop.example/",
            "ftp://shop.example/",
            "file:///etc/passwd",
            "https://user:pw@shop.example/",
            "https://shop.example/#x",
            "shop.example",
            "",
            "https://",
            "javascript:alert(1)",
        ] {
            assert!(parse(inside, false).is_none(), "{inside}");
        }
        for outside in
            ["https://hooks.shop.example/souk", "https://8.8.8.8/", "https://[2606:4700::1111]/x", "https://shop.example:8443/?a=b"]
        {
            assert!(parse(outside, false).is_some(), "{outside}");
        }
        assert!(parse("http://127.0.0.1:9/x", true).is_some(), "as tests have it");
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to() {
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(Outside { local: false }.resolve(name()).await.is_err());
        assert!(Outside { local: true }.resolve(name()).await.is_ok());
    }
}
