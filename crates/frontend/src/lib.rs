//! What the browser loads: the islands of `souk`, and nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

// Links the islands in; without a use the linker would drop the whole crate.
use souk as _;

/// Called by the page's script once the module is there.
#[wasm_bindgen]
pub fn hydrate() {
    #[cfg(feature = "panic-hook")]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
