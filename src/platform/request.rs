//! What server functions and pages read of the request they answer.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::request::Parts;
use leptos::prelude::{use_context, with_context};

use super::state::AppState;
use crate::error::AppError;

/// The server's state, provided to every page and server function.
///
/// # Errors
/// `Internal` outside a request, which would be our mistake.
pub fn state() -> Result<AppState, AppError> {
    use_context::<AppState>().ok_or_else(|| AppError::internal("no state in this context"))
}

/// Reads something of the request's head: method, URL, headers, extensions. Nothing outside of a request.
pub fn of_parts<T>(read: impl FnOnce(&Parts) -> T) -> Option<T> {
    with_context(read)
}

/// The visitor's address, for limits per address. Behind proxies of our own it is what the outermost of them saw; what a visitor claims in
/// `X-Forwarded-For` before that is ignored.
pub fn client_address(parts: &Parts, trusted_proxies: usize) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if trusted_proxies == 0 {
        return peer;
    }
    let hops: Vec<&str> = parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let hop = hops.len().checked_sub(trusted_proxies).and_then(|index| hops[index].trim().parse().ok());
    hop.or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_proxies_are_believed() {
        let peer: SocketAddr = ([10, 0, 0, 1], 5000).into();
        let parts = |forwarded: &str| {
            let request = http::Request::builder().header("x-forwarded-for", forwarded).extension(ConnectInfo(peer)).body(());
            request.map(|request| request.into_parts().0).ok()
        };
        let address =
            |forwarded: &str, proxies| parts(forwarded).and_then(|parts| client_address(&parts, proxies)).map(|ip| ip.to_string());
        assert_eq!(address("1.1.1.1", 0).as_deref(), Some("10.0.0.1"));
        assert_eq!(address("6.6.6.6, 1.1.1.1", 1).as_deref(), Some("1.1.1.1"));
        assert_eq!(address("6.6.6.6, 1.1.1.1, 10.0.0.9", 2).as_deref(), Some("1.1.1.1"));
        assert_eq!(address("1.1.1.1", 2).as_deref(), Some("10.0.0.1"), "fewer hops than proxies");
        assert_eq!(address("nonsense", 1).as_deref(), Some("10.0.0.1"));
    }
}
