//! The document shell, and every page route of the site on one screen.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::ui::proof::Proof;

/// Pages are fetched when somebody is about to click, which hides the round trip. A GET changes nothing; what is personal is not fetched ahead
/// (signing out is a POST), nor are the sandbox, downloads and the API.
const PREFETCH: &str = r#"{"prefetch":[{"source":"document","where":{"and":[{"href_matches":"/*"},{"not":{"href_matches":["/api/*","/_stripe/*","/checkout/*","/dev/*","/media/*"]}},{"not":{"selector_matches":"[download],[rel~=nofollow]"}}]},"eagerness":"moderate"}]}"#;

/// The document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <HashedStylesheet options={options.clone()}/>
                <AutoReload options={options.clone()}/>
                <HydrationScripts options islands=true/>
                <script type="speculationrules" nonce={use_nonce()} inner_html={PREFETCH}></script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Which path is which page.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <main>
                <Routes fallback={|| view! { <h1>"Not found"</h1> }}>
                    <Route path=path!("/") ssr=SsrMode::Async view={ProofPage}/>
                </Routes>
            </main>
        </Router>
    }
}

#[component]
fn ProofPage() -> impl IntoView {
    view! {
        <Title text="Souk"/>
        <h1>"Souk"</h1>
        <Proof/>
    }
}
