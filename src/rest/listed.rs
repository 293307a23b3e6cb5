//! Lists that are read page by page, behind a cursor.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::LINK;
use http::{HeaderValue, Uri};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::platform::state::AppState;

/// The one parameter of a list that cannot be narrowed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Turned<C: ToSchema> {
    /// `next` of the page before.
    pub cursor: Option<C>,
}

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct Listed<T> {
    data: Vec<T>,
    /// `cursor` of the next page; null on the last one.
    next: Option<String>,
}

impl<T: Serialize> Listed<T> {
    pub fn new<S: Into<T>>(items: impl IntoIterator<Item = S>, next: Option<impl ToString>) -> Self {
        Self { data: items.into_iter().map(Into::into).collect(), next: next.map(|next| next.to_string()) }
    }

    /// All there is.
    pub fn whole<S: Into<T>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::new(items, None::<String>)
    }

    /// The answer to whoever asked at `uri`, with the address of the next page (RFC 8288).
    pub fn at(self, state: &AppState, uri: &Uri) -> Response {
        let link = self.next.as_ref().and_then(|next| {
            let others = uri.query().unwrap_or_default().split('&').filter(|part| !part.is_empty() && !part.starts_with("cursor="));
            let query = others.map(str::to_owned).chain([format!("cursor={next}")]).collect::<Vec<_>>().join("&");
            HeaderValue::from_str(&format!("<{}{}?{query}>; rel=\"next\"", state.config.base_url, uri.path())).ok()
        });
        let mut response = Json(self).into_response();
        if let Some(link) = link {
            response.headers_mut().insert(LINK, link);
        }
        response
    }
}
