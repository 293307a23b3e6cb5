//! Nouns stand in a strict order, so that there are no circles: a module imports only what stands before it.

use super::{none, place, sources};

/// From the bottom to the top. `ui` stands before `platform`, which fills a form's flash.
const ORDER: &[&str] = &[
    "values",
    "error",
    "ui",
    "platform",
    "audit",
    "settings",
    "notifications",
    "accounts",
    "vendors",
    "media",
    "catalogue",
    "wishlist",
    "cart",
    "orders",
    "reviews",
    "payments",
    "webhooks",
    "checkout",
    "privacy",
    "analytics",
    "dashboard",
    "rest",
    "pages",
    "seed",
    "app",
    "worker",
    "sandbox",
    "server",
];

/// What the sandbox may know of us: it is Stripe's side, and is reached over HTTP alone.
const SANDBOX_KNOWS: &[&str] = &["values", "error", "platform", "sandbox"];

/// The modules that a line names after `crate::`, also in braces.
fn named(line: &str) -> Vec<&str> {
    let word = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    line.match_indices("crate::")
        // `$crate::` in a macro is still ours; `stripe_crate::` would not be.
        .filter(|(at, _)| !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .flat_map(|(at, _)| {
            let rest = &line[at + "crate::".len()..];
            match rest.strip_prefix('{') {
                None => vec![&rest[..word(rest)]],
                Some(list) => {
                    let mut depth = 0;
                    let parts = list.split(move |c: char| {
                        depth += i32::from(c == '{') - i32::from(c == '}');
                        c == ',' && depth == 0
                    });
                    parts.map(|part| part.trim_start()).map(|part| &part[..word(part)]).collect()
                }
            }
        })
        .collect()
}

#[test]
fn modules_import_what_stands_before_them() {
    let rank = |module: &str| ORDER.iter().position(|it| *it == module);
    let mut broken = Vec::new();
    for source in sources("src", "rs") {
        let module = source.in_src().split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        // The binary stands above the library.
        if ["lib", "main", "cli"].contains(&module.as_str()) {
            continue;
        }
        let Some(own) = rank(&module) else {
            broken.push(format!("{}: the module {module} has no place in the order (tests/it/tidy/imports.rs)", source.path));
            continue;
        };
        for (number, line) in source.code() {
            for name in named(line) {
                let Some(other) = rank(name) else { continue };
                let sandbox_alone = module == "sandbox" && !SANDBOX_KNOWS.contains(&name)
                    || name == "sandbox" && !["sandbox", "server"].contains(&module.as_str());
                if other > own || sandbox_alone {
                    broken.push(place(&source, number, line));
                }
            }
        }
    }
    none(&broken, "A module imports only what stands before it (the order is in tests/it/tidy/imports.rs):");
}

#[test]
fn names_after_crate_are_found() {
    assert_eq!(named("use crate::cart::Cart;"), ["cart"]);
    assert_eq!(named("use crate::{error::AppError, values::{Money, Slug}};"), ["error", "values"]);
    assert_eq!(named("let x = crate::orders::list(crate::ui::y);"), ["orders", "ui"]);
}
