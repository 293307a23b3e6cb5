use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::Suggestion;
use crate::error::AppError;

/// What the search box offers for the beginning of a text. A read, so a GET that browsers and proxies may repeat.
#[server(name = Suggest, prefix = "/api", endpoint = "catalogue/suggest", input = GetUrl)]
pub async fn suggest(q: String) -> Result<Vec<Suggestion>, AppError> {
    let state = crate::platform::request::state()?;
    super::service::suggest(&state.db, &q).await
}
