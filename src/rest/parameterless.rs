//! Endpoints that take no parameters refuse them, as the others refuse those that they do not know (`deny_unknown_fields`): what is silently
//! ignored does what nobody asked for. Which ones those are the API's document says.

use std::collections::HashSet;
use std::sync::LazyLock;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::openapi::{document, full_path, operations};
use super::problem::Problem;

/// By path and method.
static PARAMETERLESS: LazyLock<HashSet<(String, Method)>> = LazyLock::new(|| {
    let mut found = HashSet::new();
    for (path, item) in &mut document().paths.paths {
        for (method, operation) in operations(item) {
            let in_query = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(Parameter { parameter_in: ParameterIn::Query, .. }));
            let takes_some = operation.parameters.iter().flatten().any(in_query);
            if let (false, Ok(method)) = (takes_some, method.to_uppercase().parse()) {
                found.insert((full_path(path), method));
            }
        }
    }
    found
});

/// The layer.
pub async fn refused(path: MatchedPath, request: Request, next: Next) -> Response {
    let asked = request.uri().query().is_some_and(|query| !query.is_empty());
    // Rare enough for the copies.
    if asked && PARAMETERLESS.contains(&(path.as_str().to_owned(), request.method().clone())) {
        return Problem::malformed("This address takes no parameters.").into_response();
    }
    next.run(request).await
}
