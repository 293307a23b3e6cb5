use leptos::prelude::*;

/// Pages on each side of the present one.
const NEIGHBOURS: u16 = 1;

/// Which numbers are shown; `None` stands for a gap. First, last, the present one and its neighbours; a gap hides two pages at least.
fn numbers(page: u16, last: u16) -> Vec<Option<u16>> {
    let mut shown: Vec<Option<u16>> = Vec::new();
    let mut previous = 0;
    for n in (1..=last).filter(|&n| n == 1 || n == last || n.abs_diff(page) <= NEIGHBOURS) {
        match n - previous {
            1 => {}
            2 => shown.push(Some(n - 1)),
            _ => shown.push(None),
        }
        shown.push(Some(n));
        previous = n;
    }
    shown
}

/// Numbered pages. `href` makes the address of a page, with the rest of the query kept.
#[component]
pub fn Pagination(page: u16, last: u16, href: impl Fn(u16) -> String + 'static) -> impl IntoView {
    (last > 1).then(|| {
        let step = |n: u16, rel: &'static str, label: &'static str| view! { <li><a href=href(n) rel=rel>{label}</a></li> };
        let back = (page > 1).then(|| step(page - 1, "prev", "Previous"));
        let on = (page < last).then(|| step(page + 1, "next", "Next"));
        let items = numbers(page, last)
            .into_iter()
            .map(|n| match n {
                None => view! { <li aria-hidden="true"><span class="gap">"…"</span></li> }.into_any(),
                Some(n) if n == page => view! {
                    <li><span aria-current="page"><span class="visually-hidden">"Page "</span>{n}</span></li>
                }
                .into_any(),
                Some(n) => view! { <li><a href=href(n)><span class="visually-hidden">"Page "</span>{n}</a></li> }.into_any(),
            })
            .collect_view();
        view! { <nav class="pagination" aria-label="Pages"><ul>{back}{items}{on}</ul></nav> }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_hide_two_pages_at_least() {
        let shown = |page, last| numbers(page, last).into_iter().map(|n| n.unwrap_or(0)).collect::<Vec<_>>();
        assert_eq!(shown(1, 1), [1]);
        assert_eq!(shown(1, 3), [1, 2, 3]);
        assert_eq!(shown(3, 5), [1, 2, 3, 4, 5]);
        assert_eq!(shown(5, 9), [1, 0, 4, 5, 6, 0, 9]);
        assert_eq!(shown(9, 9), [1, 0, 8, 9]);
    }
}
