//! Charts, drawn on the server. The drawing is stretched to the room that there is while its lines keep their width, and all words stand beside
//! it as text, so that it reads on a phone as well as on a desk. Whoever cannot see it has its title, a sentence on it, and the table that the
//! page puts below.

use std::fmt::Write;

use leptos::prelude::*;

use super::escaped;

/// Of the drawing: across, and down from the top line to zero.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;
/// Spaces between the lines across.
const STEPS: i64 = 4;
/// As many words as fit below on a phone.
const MAX_LABELS: usize = 4;
/// Of more points than this the first and the last stand so near to an edge that a word at them would leave the drawing.
const WORDS_WITHIN: usize = 20;

/// Values at one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Point {
    /// Stands below it.
    pub label: String,
    /// Stands below that at both ends, and where it is another than at the word before.
    pub year: String,
    pub value: i64,
    /// Of the second line.
    pub other: i64,
    /// What is shown when one points at it.
    pub tip: String,
    /// It is not known in whole yet.
    pub partial: bool,
}

/// The least step of 1, 2, 2.5 or 5 times a power of ten with which so many steps reach the value; `least` is the smallest that makes sense.
fn step(most: i64, least: i64) -> i64 {
    let mut power = least.max(1);
    loop {
        for step in [power, power * 2, power * 5 / 2, power * 5] {
            if step % least.max(1) == 0 && step.saturating_mul(STEPS) >= most {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// Which of so many places have a word below: the first and the last, and some at equal distances between them.
fn labelled(count: usize) -> Vec<usize> {
    if count <= MAX_LABELS {
        return (0..count).collect();
    }
    (0..MAX_LABELS).map(|n| n * (count - 1) / (MAX_LABELS - 1)).collect()
}

fn line(places: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in places.iter().enumerate() {
        // Writing into a String cannot fail.
        let _ = write!(path, "{}{x:.1},{y:.1}", if index == 0 { 'M' } else { 'L' });
    }
    path
}

/// What stands inside of the `svg`. As text, since it is a hundred small elements that nobody touches again.
fn drawing(points: &[Point], top: i64, title: &str, description: &str, id: &str) -> String {
    let slot = WIDTH / points.len().max(1) as f64;
    let place = |index: usize, value: i64| ((index as f64 + 0.5) * slot, HEIGHT - HEIGHT * value.max(0) as f64 / top.max(1) as f64);
    let places = |value: fn(&Point) -> i64| -> Vec<(f64, f64)> {
        match points {
            // A line needs two ends.
            [only] => vec![(0.0, place(0, value(only)).1), (WIDTH, place(0, value(only)).1)],
            _ => points.iter().enumerate().map(|(index, point)| place(index, value(point))).collect(),
        }
    };
    let (values, others) = (places(|point| point.value), places(|point| point.other));
    let mut svg = format!("<title id=\"{id}-title\">{}</title><desc id=\"{id}-text\">{}</desc>", escaped(title), escaped(description));
    for step in 0..=STEPS {
        let y = HEIGHT * step as f64 / STEPS as f64;
        let _ = write!(svg, "<path class=\"chart-grid\" d=\"M0,{y}H{WIDTH}\"/>");
    }
    if let (Some(first), Some(last)) = (values.first(), values.last()) {
        let _ = write!(svg, "<path class=\"chart-area\" d=\"{}L{:.1},{HEIGHT}L{:.1},{HEIGHT}Z\"/>", line(&values), last.0, first.0);
    }
    // What is not over is drawn apart from what is.
    let whole = if points.len() > 1 && points.last().is_some_and(|point| point.partial) { values.len() - 1 } else { values.len() };
    let _ = write!(svg, "<path class=\"chart-line\" d=\"{}\"/>", line(&values[..whole]));
    if whole < values.len() {
        let _ = write!(svg, "<path class=\"chart-line chart-partial\" d=\"{}\"/>", line(&values[whole - 1..]));
    }
    if points.iter().any(|point| point.other != 0) {
        let _ = write!(svg, "<path class=\"chart-other\" d=\"{}\"/>", line(&others));
    }
    for (index, point) in points.iter().enumerate() {
        let x = index as f64 * slot;
        let tip = escaped(&point.tip);
        let _ = write!(svg, "<rect class=\"chart-hit\" x=\"{x:.1}\" width=\"{slot:.1}\" height=\"{HEIGHT}\"><title>{tip}</title></rect>");
    }
    svg
}

/// What stands below the drawing, each word at its point; in a drawing of its own, since that one is stretched.
fn words(points: &[Point]) -> String {
    let (mut svg, mut year) = (String::new(), "");
    for index in labelled(points.len()) {
        let point = &points[index];
        let (is_first, is_last) = (index == 0, index + 1 == points.len());
        let (x, anchor) = match points.len() > WORDS_WITHIN {
            true if is_first => (0.0, "start"),
            true if is_last => (100.0, "end"),
            _ => ((index as f64 + 0.5) * 100.0 / points.len() as f64, "middle"),
        };
        let _ = write!(svg, "<text x=\"{x:.1}%\" y=\"1em\" text-anchor=\"{anchor}\">{}", escaped(&point.label));
        if is_last || point.year != year {
            let _ = write!(svg, "<tspan x=\"{x:.1}%\" dy=\"1.25em\">{}</tspan>", escaped(&point.year));
        }
        svg.push_str("</text>");
        year = &point.year;
    }
    svg
}

/// A line with the area below it, and perhaps a second line, over time.
#[component]
pub fn LineChart(
    /// Of the element; the page's own.
    id: &'static str,
    #[prop(into)] title: String,
    /// What there is to see, in a sentence.
    #[prop(into)]
    description: String,
    points: Vec<Point>,
    /// What the lines are of.
    names: [&'static str; 2],
    /// The smallest step on the scale.
    least: i64,
    /// A value on the scale.
    format: impl Fn(i64) -> String + 'static,
) -> impl IntoView {
    let most = points.iter().map(|point| point.value.max(point.other)).max().unwrap_or_default();
    let step = step(most, least);
    let svg = drawing(&points, step * STEPS, &title, &description, id);
    let scale = (0..=STEPS).rev().map(|n| view! { <span>{format(n * step)}</span> }).collect_view();
    let words = words(&points);
    let has_other = points.iter().any(|point| point.other != 0);
    view! {
        <figure class="chart" id=id>
            <figcaption class="chart-names">
                <span class="chart-name">{names[0]}</span>
                {has_other.then(|| view! { <span class="chart-name chart-name-other">{names[1]}</span> })}
            </figcaption>
            <div class="chart-scale" aria-hidden="true">{scale}</div>
            <svg class="chart-plot" role="img" aria-labelledby=format!("{id}-title {id}-text") viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none" inner_html=svg></svg>
            <svg class="chart-labels" aria-hidden="true" focusable="false" inner_html=words></svg>
        </figure>
    }
}

/// How much something is of the most, beside the number that says it.
#[component]
pub fn Bar(value: i64, most: i64) -> impl IntoView {
    let width = (value.max(0) as f64 / most.max(1) as f64 * 100.0).min(100.0);
    view! {
        <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect width=format!("{width:.1}") height="1"/>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_round_steps_that_reach_the_most() {
        for (most, least, expected) in
            [(0, 1, 1), (3, 1, 1), (5, 1, 2), (9, 1, 5), (0, 100, 100), (123_456, 100, 50_000), (99_999_999_999, 1, 25_000_000_000)]
        {
            assert_eq!(step(most, least), expected, "{most} by {least}");
            assert!(step(most, least) * STEPS >= most);
        }
    }

    #[test]
    fn words_below_are_few_and_at_both_ends() {
        assert_eq!(labelled(0), [0_usize; 0]);
        assert_eq!(labelled(3), [0, 1, 2]);
        assert_eq!(labelled(30), [0, 9, 19, 29]);
        assert_eq!(labelled(366), [0, 121, 243, 365]);
    }

    fn point(label: &str, year: &str) -> Point {
        Point { label: label.into(), year: year.into(), value: 5, other: 0, tip: String::new(), partial: true }
    }

    #[test]
    fn words_stand_at_their_points_and_say_the_year_where_it_is_needed() {
        let months = [("Dec", "2025"), ("Jan", "2026"), ("Feb", "2026"), ("Mar", "2026")].map(|(month, year)| point(month, year));
        let svg = words(&months);
        let expected =
            [("Dec", "12.5%", Some("2025")), ("Jan", "37.5%", Some("2026")), ("Feb", "62.5%", None), ("Mar", "87.5%", Some("2026"))];
        for (label, place, year) in expected {
            let year = year.map(|year| format!("<tspan x=\"{place}\" dy=\"1.25em\">{year}</tspan>")).unwrap_or_default();
            let word = format!("<text x=\"{place}\" y=\"1em\" text-anchor=\"middle\">{label}{year}</text>");
            assert!(svg.contains(&word), "{word} in {svg}");
        }
        let days: Vec<Point> = (1..=30).map(|day| point(&format!("{day} Nov"), "2026")).collect();
        let svg = words(&days);
        assert!(svg.contains("x=\"0.0%\" y=\"1em\" text-anchor=\"start\">1 Nov") && svg.contains("text-anchor=\"end\">30 Nov"), "{svg}");
        assert_eq!(words(&[]), "");
    }

    #[test]
    fn names_of_goods_are_text_in_a_drawing() {
        let point = Point { tip: "<script>".into(), ..point("", "") };
        let svg = drawing(&[point], 8, "a & b", "</desc>", "x");
        assert!(svg.contains("&lt;script&gt;") && svg.contains("a &amp; b") && svg.contains("&lt;/desc&gt;"), "{svg}");
        assert!(!svg.contains("chart-other") && svg.contains("M0.0,37.5L1000.0,37.5"), "{svg}");
    }
}
