//! How goods look: the card of a product, the card of a shop, stock in words.

use leptos::prelude::*;

use super::{FEW_LEFT, ProductCard, Shop};
use crate::media::Picture as StoredPicture;
use crate::ui::{Badge, Fetch, Icon, Picture, Price, Source, Stars, Tone};
use crate::values::country_name;

/// Width of a card's picture on a phone: half the screen less the gaps.
const CARD_SIZES: &str = "(width >= 64rem) 18rem, (width >= 44rem) 30vw, 46vw";

/// Width that a card asks for where a browser does not know `srcset`.
const CARD_WIDTH: i32 = 640;

/// What an `img` needs of a stored picture.
pub fn source(picture: &StoredPicture, wanted: i32) -> Source {
    Source {
        src: picture.url(wanted),
        srcset: picture.srcset(),
        width: u32::try_from(picture.width).unwrap_or_default(),
        height: u32::try_from(picture.height).unwrap_or_default(),
        alt: picture.alt.clone(),
    }
}

/// Stock as one would say it over the counter.
pub fn stock_words(available: u32) -> String {
    match available {
        0 => "Sold out".to_owned(),
        1 => "Only one left".to_owned(),
        2..FEW_LEFT => format!("Only {available} left"),
        _ => "In stock".to_owned(),
    }
}

/// Its colour; the words say the same.
pub fn stock_class(available: u32) -> &'static str {
    match available {
        0 => "stock stock-none",
        1..FEW_LEFT => "stock stock-low",
        _ => "stock",
    }
}

/// Picture, name, price, rating and shop of a product; the whole of it is the link.
#[component]
pub fn Card(
    card: ProductCard,
    #[prop(optional)] fetch: Fetch,
    /// What stands in the corner of the picture: the wishlist's heart.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (url, vendor_url) = (card.url(), card.vendor_url());
    // Parts move into the view: a page has two dozen of these.
    let ProductCard { name, vendor_name, price, compare_at, rating_count, rating_sum, picture, available, has_options, .. } = card;
    let badge = match available {
        0..FEW_LEFT => Some(stock_words(available)),
        _ if compare_at.is_some() => Some("Reduced".to_owned()),
        _ => None,
    };
    let picture = picture.map(|picture| Source {
        src: picture.url(CARD_WIDTH),
        srcset: picture.srcset(),
        width: u32::try_from(picture.width).unwrap_or_default(),
        height: u32::try_from(picture.height).unwrap_or_default(),
        // The name beside it says it.
        alt: String::new(),
    });
    view! {
        <article class=if available == 0 { "product-card is-sold-out" } else { "product-card" }>
            <div class="product-card-picture">
                <Picture source=picture sizes=CARD_SIZES fetch=fetch/>
                {badge.map(|words| view! { <span class="product-card-badges"><Badge tone=Tone::OnPicture>{words}</Badge></span> })}
            </div>
            <div class="product-card-text">
                <h3><a href=url>{name}</a></h3>
                <p class="product-card-shop"><a href=vendor_url>{vendor_name}</a></p>
                <Price now=price was=compare_at from=has_options/>
                <Stars count=i64::from(rating_count) sum=rating_sum short=true/>
            </div>
            {children.map(|children| view! { <div class="product-card-heart">{children()}</div> })}
        </article>
    }
}

/// "Caldas da Rainha, Portugal", as far as it is known.
pub fn place(city: &str, country_code: &str) -> String {
    [city, country_name(country_code).unwrap_or_default()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// A shop with a few of its goods.
#[component]
pub fn ShopCard(shop: Shop) -> impl IntoView {
    let place = place(&shop.city, &shop.country_code);
    view! {
        <article class="shop-card">
            <div class="shop-card-pictures" aria-hidden="true">
                {shop.pictures.iter().take(3).map(|picture| {
                    let source = Source { alt: String::new(), ..source(picture, 320) };
                    view! { <Picture source=Some(source) sizes="8rem"/> }
                }).collect_view()}
            </div>
            <h3><a href=shop.url()>{shop.name.clone()}</a></h3>
            <p>{shop.tagline.clone()}</p>
            {(!place.is_empty()).then(|| view! { <p class="shop-card-place"><Icon name="pin" small=true/>{place.clone()}</p> })}
        </article>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_is_counted_only_when_it_is_low() {
        assert_eq!([0, 1, 4, 5, 900].map(stock_words), ["Sold out", "Only one left", "Only 4 left", "In stock", "In stock"]);
    }
}
