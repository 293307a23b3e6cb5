//! What it comes to, beside cart, checkout and orders.

use leptos::prelude::*;

use crate::media::picture_url;
use crate::ui::{Picture, Source};
use crate::values::{Money, PictureId};

/// Sizes of a line's picture: kept since the first upload, so its address can be told from the id alone.
const THUMB: i32 = 160;
const THUMB_DENSE: i32 = 320;

/// The small square picture of a line. Its name stands beside it, so it has no text of its own.
#[component]
pub fn Thumb(picture: Option<PictureId>, #[prop(optional)] small: bool) -> impl IntoView {
    let source = picture.map(|id| Source {
        src: picture_url(id, THUMB),
        srcset: format!("{} {THUMB}w, {} {THUMB_DENSE}w", picture_url(id, THUMB), picture_url(id, THUMB_DENSE)),
        width: THUMB.unsigned_abs(),
        height: THUMB.unsigned_abs(),
        alt: String::new(),
    });
    view! { <span class=if small { "thumb thumb-small" } else { "thumb" }><Picture source=source sizes="7rem"/></span> }
}

/// Goods, shipping and the sum.
#[component]
pub fn Totals(
    items: Money,
    shipping: Money,
    total: Money,
    #[prop(optional_no_strip)] tax: Option<Money>,
    #[prop(optional_no_strip)] discount: Option<Money>,
    #[prop(optional_no_strip)] refunded: Option<Money>,
    /// What is on its way back: it is not taken off before it has arrived.
    #[prop(optional_no_strip)]
    returning: Option<Money>,
) -> impl IntoView {
    let row = |label: &'static str, amount: String| view! { <div><dt>{label}</dt><dd>{amount}</dd></div> };
    let refunded = refunded.filter(|refunded| !refunded.is_zero());
    let shipping = if shipping.is_zero() { "Free".to_owned() } else { shipping.to_string() };
    view! {
        <dl>
            {row("Goods", items.to_string())}
            {row("Shipping", shipping)}
            {tax.filter(|tax| !tax.is_zero()).map(|tax| row("Tax", tax.to_string()))}
            {discount.filter(|discount| !discount.is_zero()).map(|discount| row("Discount", format!("−{discount}")))}
            <div class="summary-total"><dt>"Total"</dt><dd>{total.to_string()}</dd></div>
            {refunded.map(|refunded| {
                let kept = Money::new(total.amount_minor - refunded.amount_minor, total.currency);
                view! { {row("Refunded", format!("−{refunded}"))}<div class="summary-total"><dt>"After refunds"</dt><dd>{kept.to_string()}</dd></div> }
            })}
            {returning.filter(|returning| !returning.is_zero()).map(|returning| row("On its way back", returning.to_string()))}
        </dl>
    }
}
