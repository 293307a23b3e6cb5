//! Leptos.toml, the run-time settings of the site, and the files that the build left in its root.

use std::path::PathBuf;

use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CACHE_CONTROL, HeaderValue};
use leptos::config::LeptosOptions;
use tower_http::services::ServeDir;

use super::state::AppState;

const SETTINGS: &str = "Leptos.toml";

/// A name with a hash in it never gets other contents.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Kept, but asked about each time: stale islands and modules with new HTML are silently dead.
const REVALIDATE: HeaderValue = HeaderValue::from_static("public, no-cache");

/// For pictures and fonts under names that stay.
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// The least length of a hash in a file name; cargo-leptos writes 22 characters of base64.
const MIN_HASH_LEN: usize = 16;

/// Reads Leptos.toml from the working directory, or beside the binary. `LEPTOS_*` variables override it.
///
/// # Errors
/// When there is no such file, or it cannot be understood.
pub fn options() -> Result<LeptosOptions, String> {
    let beside_binary = binary_dir().join(SETTINGS);
    let path = [PathBuf::from(SETTINGS), beside_binary.clone()].into_iter().find(|path| path.is_file());
    let Some(path) = path else {
        return Err(format!("{SETTINGS} is neither in the working directory nor at {}.", beside_binary.display()));
    };
    let mut options =
        leptos::config::get_configuration(path.to_str()).map_err(|error| format!("{}: {error}", path.display()))?.leptos_options;
    // Leptos panics in the first request without the list of hashes, which a bare `cargo build` does not write.
    if options.hash_files && !binary_dir().join(options.hash_file.as_ref()).is_file() {
        tracing::warn!("no {} beside the binary: serving assets under plain names", options.hash_file);
        options.hash_files = false;
    }
    Ok(options)
}

fn binary_dir() -> PathBuf {
    std::env::current_exe().ok().and_then(|path| path.parent().map(PathBuf::from)).unwrap_or_default()
}

/// Built files: WASM, JavaScript and styles under `/pkg/`, in the encoding that the browser prefers.
pub fn pkg(options: &LeptosOptions) -> Router<AppState> {
    let files = ServeDir::new(format!("{}/{}", options.site_root, options.site_pkg_dir)).precompressed_br().precompressed_gzip();
    Router::new().nest_service(&format!("/{}", options.site_pkg_dir.trim_matches('/')), files).layer(axum::middleware::from_fn(cache_pkg))
}

async fn cache_pkg(request: Request, next: Next) -> Response {
    let hashed = is_hashed(request.uri().path());
    let mut response = next.run(request).await;
    if response.status().is_success() || response.status() == http::StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(CACHE_CONTROL, if hashed { IMMUTABLE } else { REVALIDATE });
    }
    response
}

/// Whether a part of the file name between dots is a hash: `souk.R4W9yQ3bN2m5T1c8Xk0aVw.js`. The split loader refers to the others by these.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let parts: Vec<&str> = name.split('.').collect();
    let hash = |part: &&str| {
        part.len() >= MIN_HASH_LEN
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
            && part.bytes().any(|b| b.is_ascii_alphanumeric())
    };
    parts.len() >= 3 && parts[1..parts.len() - 1].iter().any(hash)
}

/// Files of `public/`, with the rest of the site behind them.
pub fn public_files<S>(options: &LeptosOptions, rest: S) -> ServeDir<S> {
    ServeDir::new(&*options.site_root).append_index_html_on_directories(false).precompressed_br().precompressed_gzip().fallback(rest)
}

/// Gives files of `public/` an hour, unless they are modules. What sets its own policy keeps it, and so does what the site made itself.
pub async fn cache_public(request: Request, next: Next) -> Response {
    let policy = if request.uri().path().ends_with(".js") { REVALIDATE } else { AN_HOUR };
    let mut response = next.run(request).await;
    let is_file = response.headers().contains_key(http::header::LAST_MODIFIED);
    if is_file && !response.headers().contains_key(CACHE_CONTROL) {
        response.headers_mut().insert(CACHE_CONTROL, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn hashes_are_told_from_names() {
        for name in [
            "/pkg/souk.R4W9yQ3bN2m5T1c8Xk0aVw.js",
            "/pkg/souk.R4W9yQ3bN2m5T1c8Xk0aVw.wasm.br",
            "/pkg/__wasm_split.R4W9yQ3bN2m5T1c8Xk0aVw.js",
        ] {
            assert!(is_hashed(name), "{name}");
        }
        for name in
            ["/pkg/souk.js", "/pkg/souk.css", "/pkg/__wasm_split.______________________.js", "/pkg/snippets/inline0.js", "/favicon.svg"]
        {
            assert!(!is_hashed(name), "{name}");
        }
    }
}
