//! `/pages/{page}`: imprint, privacy, terms, contact, as an admin wrote them.

use leptos::prelude::*;

use super::document::Document;
use super::{loaded, path_part};
use crate::platform::request;
use crate::settings::{Site, SitePage, service};

/// A text of the site. One that nobody has written is not there.
#[component]
pub fn SiteTextPage() -> impl IntoView {
    let page = path_part::<SitePage>("page");
    loaded(async move {
        let page = page?;
        let html = service::page_html(&request::state()?.db, page).await?;
        let title = page.title();
        let description = format!("{title} of {}", Site::here().settings.shop_name);
        Ok(view! {
            <Document title=title description=description canonical=page.url()/>
            <div class="wrap narrow">
                <header class="page-head"><h1>{title}</h1></header>
                // Cleaned when it was saved.
                <div class="prose stack" inner_html=html></div>
            </div>
        })
    })
}
