use leptos::prelude::*;

use crate::values::grouped;

/// Width of the drawing of five stars.
const FULL_WIDTH: i64 = 100;

/// The average of ratings from 1 to 5, drawn and in words. Nothing without ratings.
#[component]
pub fn Stars(
    count: i64,
    sum: i64,
    /// Only the number of ratings beside the stars; in cards.
    #[prop(optional)]
    short: bool,
    /// Only the stars, of one person.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    (count > 0).then(|| {
        let tenths = (sum * 10 + count / 2) / count;
        let width = tenths * FULL_WIDTH / 50;
        let average = format!("{}.{}", tenths / 10, tenths % 10);
        let number = grouped(count);
        let label = if bare {
            format!("{sum} of 5 stars")
        } else {
            format!("Rated {average} of 5 by {number} {}", if count == 1 { "person" } else { "people" })
        };
        view! {
            <span class="rating">
                <svg viewBox="0 0 100 20" role="img" aria-label=label>
                    <use_ href="#i-stars" class="stars-empty" width="100" height="20"/>
                    // An inner picture clips what leaves it.
                    <svg width=width height="20" viewBox=format!("0 0 {width} 20")>
                        <use_ href="#i-stars" class="stars-full" width="100" height="20"/>
                    </svg>
                </svg>
                {(!bare).then(|| view! { <span aria-hidden="true">{if short { format!("{average} ({number})") } else { format!("{average} from {number} ratings") }}</span> })}
            </span>
        }
    })
}
