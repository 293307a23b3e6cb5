//! What may stand in which file.

use std::collections::BTreeSet;

use souk::platform::config::VARIABLES;

use super::{Source, none, place, sources};

/// A file beyond this is two files. An exception needs its reason here.
const MAX_LINES: usize = 400;
const MAY_BE_LONGER: &[(&str, &str)] = &[];

/// Where SQL stands. A `store` is private to its noun, so nobody else reaches its tables.
fn may_hold_sql(source: &Source) -> bool {
    let path = source.in_src();
    source.file_name() == "store.rs"
        || source.has_folder("store")
        || ["platform/", "sandbox/", "seed/"].iter().any(|folder| path.starts_with(folder))
        || ["error/server.rs", "values/sql.rs"].contains(&path)
}

/// Where HTML stands.
fn may_hold_views(source: &Source) -> bool {
    ["ui", "pages", "mail", "islands"].iter().any(|folder| source.has_folder(folder))
        || ["app.rs", "ui.rs", "mail.rs", "islands.rs"].contains(&source.file_name())
}

fn lines_with(what: &[&str], allowed: impl Fn(&Source) -> bool) -> Vec<String> {
    let mut broken = Vec::new();
    for source in sources("src", "rs").iter().filter(|source| !allowed(source)) {
        for (number, line) in source.code() {
            if what.iter().any(|what| line.contains(what)) {
                broken.push(place(source, number, line));
            }
        }
    }
    broken
}

#[test]
fn sql_stands_in_stores() {
    // Handles may be named anywhere (`Tx`, `Db`); statements and rows may not.
    let statements = ["sqlx::query", "query!(", "query_as!(", "query_scalar!(", "query_as::<", "QueryBuilder", "use sqlx::"];
    none(&lines_with(&statements, may_hold_sql), "SQL stands in store.rs, platform, error/server.rs, values/sql.rs, sandbox and seed:");
}

#[test]
fn no_sql_is_put_together_from_strings() {
    none(
        &lines_with(&["AssertSqlSafe", "query(&format!", "raw_sql("], |source| {
            source.in_src().starts_with("platform/db/") || source.in_src() == "sandbox/store.rs"
        }),
        "SQL is written out; values are bound:",
    );
}

#[test]
fn html_stands_in_views() {
    none(&lines_with(&["view! {", "view!{", "view! ("], may_hold_views), "view! stands in ui, islands, pages, mail and app.rs:");
}

#[test]
fn features_are_told_apart_on_mod_lines() {
    let mut broken = Vec::new();
    for source in sources("src", "rs") {
        let lines: Vec<&str> = source.text.lines().collect();
        for (index, line) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.contains("cfg(feature") || line.contains("cfg_attr(feature") || line.contains("cfg!(feature"))
        {
            let next = lines[index + 1..].iter().find(|line| !line.trim_start().starts_with("#[")).map_or("", |line| line.trim_start());
            let gate = ["mod ", "pub mod ", "pub(crate) mod ", "pub use ", "use "].iter().any(|start| next.starts_with(start));
            let on_a_gate = line.trim() == "#[cfg(feature = \"ssr\")]" && gate;
            if !on_a_gate && !line.trim_start().starts_with("//") {
                broken.push(place(&source, index + 1, line));
            }
        }
    }
    none(&broken, "`#[cfg(feature = \"ssr\")]` stands above `mod` and `pub use`, and nowhere else:");
}

#[test]
fn files_are_short() {
    let mut broken = Vec::new();
    for source in
        sources("src", "rs").into_iter().chain(sources("tests", "rs")).chain(sources("crates", "rs")).chain(sources("style", "css"))
    {
        let lines = source.text.lines().count();
        if lines > MAX_LINES && !MAY_BE_LONGER.iter().any(|(path, _)| *path == source.path) {
            broken.push(format!("{}: {lines} lines", source.path));
        }
    }
    none(&broken, &format!("A file of more than {MAX_LINES} lines is two files:"));
}

#[test]
fn nothing_is_left_undone_and_nothing_panics_lightly() {
    let banned = ["todo!(", "unimplemented!(", "dbg!(", ".unwrap()", ".expect(\"", ".unwrap_err()"];
    none(&lines_with(&banned, |_| false), "No todo!, dbg!, unwrap or expect outside tests:");
}

#[test]
fn transactions_begin_where_nobody_can_drop_them() {
    let broken = lines_with(&["pool().begin", "pool.begin"], |source| source.path == "src/platform/db/mod.rs");
    none(&broken, "`Db::begin` and no other (see there):");
}

#[test]
fn server_functions_name_their_endpoint() {
    let mut broken = Vec::new();
    for source in sources("src", "rs") {
        for (number, attribute) in server_attributes(&source) {
            if !["name =", "prefix = \"/api\"", "endpoint ="].iter().all(|part| attribute.contains(part)) {
                broken.push(place(&source, number, &attribute));
            }
        }
    }
    none(&broken, "#[server(name = …, prefix = \"/api\", endpoint = \"noun/verb\")]; otherwise the path is a hash that changes:");
}

/// Above a function, not the `#[server(flatten)]` of one of its arguments.
fn is_server_attribute(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("#[server") && !line.starts_with("#[server(flatten") && !line.starts_with("#[server(default")
}

/// The `#[server(…)]` attributes of a file, each on one line.
pub fn server_attributes(source: &Source) -> Vec<(usize, String)> {
    let lines: Vec<(usize, &str)> = source.code().collect();
    let starts = lines.iter().enumerate().filter(|(_, (_, line))| is_server_attribute(line));
    starts
        .map(|(index, (number, _))| {
            let mut attribute = String::new();
            for (_, line) in &lines[index..] {
                attribute.push_str(line.trim());
                if line.contains(")]") || line.contains("#[server]") {
                    break;
                }
                attribute.push(' ');
            }
            (*number, attribute)
        })
        .collect()
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent = |source: &Source| source.file_name() == "mod.rs" && !source.text.starts_with("//! ");
    let broken: Vec<String> = sources("src", "rs").iter().filter(|source| silent(source)).map(|source| source.path.clone()).collect();
    none(&broken, "mod.rs opens with //! and a sentence:");
}

#[test]
fn no_file_is_named_after_nothing() {
    let named = |source: &Source| {
        ["utils", "util", "helpers", "common", "misc"]
            .iter()
            .any(|name| source.has_folder(name) || source.file_name() == format!("{name}.rs"))
    };
    let broken: Vec<String> = sources("src", "rs").iter().filter(|source| named(source)).map(|source| source.path.clone()).collect();
    none(&broken, "Names come from the field, not from the shelf:");
}

#[test]
fn the_example_environment_is_complete() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.env.example")).unwrap();
    let example: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once('='))
        .map(|(name, _)| name)
        .filter(|name| is_variable(name))
        .collect();
    let known: BTreeSet<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
    assert_eq!(example, known, ".env.example and src/platform/config/variables.rs name the same variables");
    for line in text.lines().filter(|line| !line.is_empty()) {
        assert!(line.starts_with('#'), "everything is optional in development, so nothing is set: {line}");
    }
}

#[test]
fn every_variable_that_is_read_is_in_the_list() {
    let mut broken = Vec::new();
    for source in sources("src", "rs").iter().filter(|source| !source.path.ends_with("variables.rs")) {
        for (number, line) in source.code() {
            for read in ["env.text(\"", "env.secret(\"", "env.number(\"", "env::var(\"", "env::var_os(\"", "var(\"", "env = \""] {
                let name = line.split_once(read).and_then(|(_, rest)| rest.split_once('"')).map(|(name, _)| name);
                let foreign = ["PATH", "HOME", "USER", "CARGO_MANIFEST_DIR", "TMPDIR", "LEPTOS_WATCH"];
                if name.is_some_and(|name| {
                    is_variable(name) && !foreign.contains(&name) && !VARIABLES.iter().any(|variable| variable.name == name)
                }) {
                    broken.push(place(source, number, line));
                }
            }
        }
    }
    none(&broken, "A variable stands in src/platform/config/variables.rs and in .env.example:");
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
