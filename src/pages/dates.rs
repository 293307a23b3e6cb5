//! Points in time as people read them. The server knows no visitor's time zone, so dates are UTC and carry the exact time for machines.

use leptos::prelude::*;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// "23 November 2026" of an RFC 3339 time; the text itself if it is none.
pub fn long(rfc3339: &str) -> String {
    OffsetDateTime::parse(rfc3339, &Rfc3339)
        .ok()
        .and_then(|at| at.format(format_description!("[day padding:none] [month repr:long] [year]")).ok())
        .unwrap_or_else(|| rfc3339.to_owned())
}

/// A date with its exact time for machines.
#[component]
pub fn Date(#[prop(into)] at: String) -> impl IntoView {
    let text = long(&at);
    view! { <time datetime=at>{text}</time> }
}

/// "3 Nov 2026" of a day such as 2026-11-03, or the shorter "3 Nov"; the text itself if it is none.
pub fn day(iso: &str, with_year: bool) -> String {
    let (whole, short) =
        (format_description!("[day padding:none] [month repr:short] [year]"), format_description!("[day padding:none] [month repr:short]"));
    time::Date::parse(iso, format_description!("[year]-[month]-[day]"))
        .ok()
        .and_then(|day| if with_year { day.format(whole) } else { day.format(short) }.ok())
        .unwrap_or_else(|| iso.to_owned())
}

/// "November 2026" of a day in it; the text itself if it is none.
pub fn month(iso: &str) -> String {
    time::Date::parse(iso, format_description!("[year]-[month]-[day]"))
        .ok()
        .and_then(|day| day.format(format_description!("[month repr:long] [year]")).ok())
        .unwrap_or_else(|| iso.to_owned())
}

/// Date and time of day of an RFC 3339 time; the text itself if it is none.
pub fn exact(rfc3339: &str) -> String {
    OffsetDateTime::parse(rfc3339, &Rfc3339)
        .ok()
        .and_then(|at| at.format(format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC")).ok())
        .unwrap_or_else(|| rfc3339.to_owned())
}

/// The same as [`Date`] with the time of day.
#[component]
pub fn Moment(#[prop(into)] at: String) -> impl IntoView {
    let text = exact(&at);
    view! { <time datetime=at>{text}</time> }
}

#[cfg(test)]
mod tests {
    #[test]
    fn dates_read_like_dates() {
        assert_eq!(super::long("2026-11-03T21:40:33Z"), "3 November 2026");
        assert_eq!(super::long("soon"), "soon");
        assert_eq!(
            (&*super::day("2026-11-03", true), &*super::day("2026-11-03", false), &*super::day("x", true)),
            ("3 Nov 2026", "3 Nov", "x")
        );
        assert_eq!(super::month("2026-11-01"), "November 2026");
        assert_eq!(super::exact("2026-11-03T21:40:33Z"), "3 Nov 2026, 21:40 UTC");
    }
}
