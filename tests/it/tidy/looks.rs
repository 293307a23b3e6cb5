//! Styles: one source of colours, and nothing inline, since `style-src 'self'` would drop it.

use super::{none, place, sources};

const COLOUR_FUNCTIONS: [&str; 9] = ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch("];

fn has_raw_colour(line: &str) -> bool {
    // Selectors may hold a hash; values stand after a colon.
    let Some((_, value)) = line.split_once(':') else { return false };
    let hex = value.match_indices('#').any(|(at, _)| {
        let digits = value[at + 1..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let ends = value[at + 1 + digits..].bytes().next().is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'-' && b != b'_');
        [3, 4, 6, 8].contains(&digits) && ends && !value[..at].ends_with("url(") && !value.contains('{')
    });
    let derived = value.contains("(from ");
    hex || (!derived && COLOUR_FUNCTIONS.iter().any(|function| value.contains(function)))
}

#[test]
fn colours_stand_in_the_tokens() {
    let mut broken = Vec::new();
    for source in sources("style", "css").iter().filter(|source| source.file_name() != "tokens.css") {
        for (index, line) in source.text.lines().enumerate().filter(|(_, line)| has_raw_colour(line)) {
            broken.push(place(source, index + 1, line));
        }
    }
    none(&broken, "Raw colours stand in style/tokens.css alone:");
}

#[test]
fn raw_colours_are_found() {
    for raw in
        ["color: #fff;", "a { color: #12345678; }".trim_start_matches("a {"), "background: rgb(0 0 0 / 10%)", "fill: oklch(0.5 0.1 20)"]
    {
        assert!(has_raw_colour(raw), "{raw}");
    }
    for fine in ["color: var(--ink);", "#add:hover {", "mask: url(#abc)", "color: oklch(from var(--ink) l c h / 50%)", "a:hover"] {
        assert!(!has_raw_colour(fine), "{fine}");
    }
}

#[test]
fn nothing_is_styled_inline() {
    let mut broken = Vec::new();
    // Mail programs know nothing but inline styles.
    for source in sources("src", "rs").iter().filter(|source| !source.has_folder("notifications") && !source.has_folder("mail")) {
        for (number, line) in source.code() {
            let attribute = [" style=", " style:", "<style", "<Style"].iter().any(|mark| line.contains(mark));
            if attribute || line.trim_start().starts_with("style=") {
                broken.push(place(source, number, line));
            }
        }
    }
    none(&broken, "No inline styles: the content security policy drops them:");
}
