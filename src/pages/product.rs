//! `/product/{slug}`

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::Meta;
use serde_json::json;

use super::document::{Document, absolute, opening};
use super::goods::{ProductGrid, WishHeart, Wishes};
use super::{loaded, path_part};
use crate::cart::islands::{BuyForm, BuyOption};
use crate::catalogue::islands::{Gallery, GalleryPicture};
use crate::catalogue::ui::{place, stock_class, stock_words};
use crate::catalogue::{Product, ProductCard};
use crate::error::AppError;
use crate::platform::request;
use crate::ui::{Breadcrumbs, Icon, Price, Stars};
use crate::values::{Money, Slug};

/// Longest description that search engines show.
const MAX_DESCRIPTION: usize = 160;

/// Width of the gallery's picture where a browser does not know `srcset`.
const STAGE_WIDTH: i32 = 960;

/// An amount as schema.org wants it: digits and a point.
fn plain(money: Money) -> String {
    money.to_string().chars().filter(|c| c.is_ascii_digit() || *c == '.').collect()
}

/// schema.org for search engines. `<` is written as an escape, so that no name can end the script.
fn structured(product: &Product) -> String {
    let offers: Vec<_> = product
        .variants
        .iter()
        .map(|variant| {
            json!({
                "@type": "Offer", "price": plain(variant.price), "priceCurrency": variant.price.currency.code(), "url": absolute(&product.url()),
                "availability": if variant.available > 0 { "https://schema.org/InStock" } else { "https://schema.org/OutOfStock" },
                "itemCondition": "https://schema.org/NewCondition", "seller": { "@type": "Organization", "name": product.vendor_name },
            })
        })
        .collect();
    let mut about = json!({
        "@context": "https://schema.org", "@type": "Product", "name": product.name, "description": product.summary, "offers": offers,
        "image": product.pictures.iter().map(|picture| absolute(&picture.url(1200))).collect::<Vec<_>>(),
        "brand": { "@type": "Brand", "name": product.vendor_name },
    });
    if let (Some(rating), Some(object)) = (product.rating(), about.as_object_mut()) {
        let rating = json!({ "@type": "AggregateRating", "ratingValue": format!("{rating:.1}"), "reviewCount": product.rating_count });
        object.insert("aggregateRating".to_owned(), rating);
    }
    about.to_string().replace('<', "\\u003c")
}

#[component]
fn Head(product: Product) -> impl IntoView {
    let description = opening(if product.summary.is_empty() { &product.description } else { &product.summary }, MAX_DESCRIPTION);
    let picture = product.pictures.first().map(|picture| view! { <Meta property="og:image" content=absolute(&picture.url(1200))/> });
    view! {
        <Document title=product.name.clone() description=description canonical=product.url()/>
        <Meta property="og:type" content="product"/>
        {picture}
        <script type="application/ld+json" nonce=use_nonce() inner_html=structured(&product)></script>
    }
}

/// Name, price, stock, options, button.
#[component]
fn Buy(product: Product, wishes: Wishes) -> impl IntoView {
    let Some(chosen) = product.default_variant().cloned() else { return ().into_any() };
    let available = product.variants.iter().map(|variant| variant.available).max().unwrap_or_default();
    let options = product
        .variants
        .iter()
        .map(|variant| BuyOption {
            variant_id: variant.id,
            title: variant.title.clone(),
            price: variant.price.to_string(),
            available: variant.available,
        })
        .collect();
    let from = product.variants.iter().any(|variant| variant.price != chosen.price);
    let place = place(&product.vendor_city, &product.vendor_country_code);
    view! {
        <div class="product-buy">
            <div class="product-maker">
                <a href=product.vendor_url()>{product.vendor_name.clone()}</a>
                {(!place.is_empty()).then(|| view! { <span>{place}</span> })}
            </div>
            <h1>{product.name.clone()}</h1>
            <Stars count=i64::from(product.rating_count) sum=product.rating_sum/>
            <p class="product-lead">{product.summary.clone()}</p>
            <p><Price now=chosen.price was=chosen.compare_at large=true from=from/></p>
            <p class=stock_class(available)>{stock_words(available)}</p>
            <BuyForm options=options chosen=chosen.id/>
            <div><WishHeart wishes=wishes product_id=product.id name=product.name.clone() wide=true/></div>
            <ul class="trust">
                <li><Icon name="truck" small=true/>{format!("Packed and sent by {}", product.vendor_name)}</li>
                <li><Icon name="lock" small=true/>"Card details go to the payment provider, never to us"</li>
            </ul>
        </div>
    }
    .into_any()
}

#[component]
fn Details(product: Product) -> impl IntoView {
    view! {
        <div class="wrap section product-details">
            <section aria-labelledby="about">
                <h2 id="about">"About it"</h2>
                // Cleaned when it was saved.
                <div class="prose" inner_html=product.description_html></div>
            </section>
            {(!product.attributes.is_empty()).then(|| view! {
                <section aria-labelledby="facts">
                    <h2 id="facts">"Facts"</h2>
                    <table class="attributes"><tbody>
                        {product.attributes.into_iter().map(|fact| view! { <tr><th scope="row">{fact.name}</th><td>{fact.value}</td></tr> }).collect_view()}
                    </tbody></table>
                </section>
            })}
        </div>
    }
}

#[component]
fn Related(cards: Vec<ProductCard>, wishes: Wishes, href: String) -> impl IntoView {
    (!cards.is_empty()).then(|| {
        view! {
            <section class="wrap section" aria-labelledby="related">
                <div class="section-head"><h2 id="related">"From the same corner"</h2><a href=href>"See all"</a></div>
                <ProductGrid cards=cards wishes=wishes/>
            </section>
        }
    })
}

/// What a product's page shows of it: for customers, and as a preview for those who write it.
#[component]
pub fn ProductBody(
    product: Product,
    /// The way to it, without the product itself.
    trail: Vec<(String, String)>,
    /// Of the visitor.
    #[prop(optional_no_strip)]
    wishes: Option<Wishes>,
) -> impl IntoView {
    let pictures: Vec<GalleryPicture> = product
        .pictures
        .iter()
        .map(|picture| GalleryPicture {
            src: picture.url(STAGE_WIDTH),
            srcset: picture.srcset(),
            thumb: picture.url(160),
            alt: picture.alt.clone(),
            width: picture.width,
            height: picture.height,
        })
        .collect();
    view! {
        <div class="wrap">
            <Breadcrumbs trail=trail here=product.name.clone()/>
            <div class="product">
                <Gallery pictures=pictures/>
                <Buy product=product.clone() wishes=wishes.unwrap_or_default()/>
            </div>
        </div>
        <Details product=product/>
    }
}

/// Leads to where the product is now, for good.
fn moved_to(slug: &Slug) {
    leptos_axum::redirect(&crate::catalogue::product_url(slug));
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::PERMANENT_REDIRECT);
    }
}

/// One product.
#[component]
pub fn ProductPage() -> impl IntoView {
    let slug = path_part::<Slug>("slug");
    loaded(async move {
        let state = request::state()?;
        let slug = slug?;
        let product = match crate::catalogue::service::product(&state.db, &slug).await {
            Err(AppError::NotFound) => match crate::catalogue::service::moved(&state.db, &slug).await? {
                Some(now) => {
                    moved_to(&now);
                    return Ok(().into_any());
                }
                None => return Err(AppError::NotFound),
            },
            product => product?,
        };
        let related = crate::catalogue::service::related(&state.db, &product).await?;
        let wishes = Wishes::load().await?;
        let (head, category) = (product.clone(), product.category.url());
        let trail = vec![("Home".to_owned(), "/".to_owned()), (product.category.name.clone(), category.clone())];
        Ok(view! {
            <Head product=head/>
            <ProductBody product=product trail=trail wishes=Some(wishes.clone())/>
            <Related cards=related wishes=wishes href=category/>
        }
        .into_any())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Currency;

    #[test]
    fn amounts_for_machines_have_no_signs() {
        assert_eq!(plain(Money::new(123_450, Currency::USD)), "1234.50");
    }
}
