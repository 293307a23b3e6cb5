//! Which addresses are ours.

use http::{HeaderMap, Uri};

use crate::platform::config::Config;

/// Whether an origin (`https://shop.example`) is this shop. Besides the configured base URL, development accepts the host that the request
/// was sent to, since `localhost` and `127.0.0.1` are the same shop there.
pub fn is_own_origin(config: &Config, headers: &HeaderMap, origin: &str) -> bool {
    if origin.eq_ignore_ascii_case(&config.base_url) {
        return true;
    }
    let host = headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    !config.production && host.is_some_and(|host| origin.eq_ignore_ascii_case(&format!("http://{host}")))
}

/// Path and query of a URL on this site; none for any other.
pub fn own_path(config: &Config, headers: &HeaderMap, url: &str) -> Option<String> {
    if url.starts_with('/') {
        return safe_path(url);
    }
    let uri: Uri = url.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    if !is_own_origin(config, headers, &format!("{scheme}://{authority}")) {
        return None;
    }
    safe_path(uri.path_and_query().map_or("/", |path| path.as_str()))
}

/// A path that no browser reads as another site: it begins with one slash, and has no backslash (which browsers read as a slash), control
/// character or space.
pub fn safe_path(path: &str) -> Option<String> {
    let leads_away = !path.starts_with('/') || path.starts_with("//") || path.contains('\\');
    let odd = path.chars().any(|c| c.is_control() || c.is_whitespace());
    (!leads_away && !odd).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::safe_path;

    #[test]
    fn no_payload_leaves_the_site() {
        for payload in [
            "",
            "https://evil.example",
            "http:evil.example",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "evil.example",
            "@evil.example",
            "/\r\nSet-Cookie: a=b",
            "/a\\b",
            ".evil.example",
            "?next=//evil.example",
            "#x",
            "/\u{2028}/evil.example",
            "/\u{a0}/evil",
            "\u{feff}/x",
        ] {
            assert_eq!(safe_path(payload), None, "{payload:?}");
        }
        for path in ["/", "/cart", "/products?page=2&q=tea", "/a//b", "/orders/1#lines"] {
            assert_eq!(safe_path(path).as_deref(), Some(path));
        }
    }
}
