//! `/product/{slug}`

use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Meta;
use serde_json::json;

use super::dates::long;
use super::document::{Document, absolute, opening};
use super::goods::{ProductGrid, WishHeart, Wishes};
use super::memo::Memo;
use super::reviews::reviews_url;
use super::{loaded, path_part};
use crate::cart::islands::{BuyForm, BuyOption};
use crate::catalogue::islands::{Gallery, GalleryPicture};
use crate::catalogue::ui::{place, stock_class, stock_words};
use crate::catalogue::{Attribute, Product, ProductCard, product_url, shop_url};
use crate::error::AppError;
use crate::platform::request;
use crate::reviews::ReviewPage;
use crate::reviews::ui::{RatingBars, ReviewList};
use crate::ui::{Breadcrumbs, Icon, Picture, Price, Stars};
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
fn structured(product: &Product, trail: &[(String, String)], base_url: &str) -> String {
    let absolute = |path: &str| format!("{base_url}{path}");
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
        "@type": "Product", "name": product.name, "description": product.summary, "url": absolute(&product.url()), "offers": offers,
        "image": product.pictures.iter().map(|picture| absolute(&picture.url(1200))).collect::<Vec<_>>(),
        "brand": { "@type": "Brand", "name": product.vendor_name },
    });
    if let (Some(rating), Some(object)) = (product.rating(), about.as_object_mut()) {
        let rating = json!({ "@type": "AggregateRating", "ratingValue": format!("{rating:.1}"), "reviewCount": product.rating_count });
        object.insert("aggregateRating".to_owned(), rating);
    }
    let url = product.url();
    let way = trail.iter().map(|(name, url)| (name, url)).chain([(&product.name, &url)]);
    let steps: Vec<_> = (1..)
        .zip(way)
        .map(|(position, (name, url))| json!({ "@type": "ListItem", "position": position, "name": name, "item": absolute(url) }))
        .collect();
    let breadcrumbs = json!({ "@type": "BreadcrumbList", "itemListElement": steps });
    json!({ "@context": "https://schema.org", "@graph": [about, breadcrumbs] }).to_string().replace('<', "\\u003c")
}

#[component]
fn Head(description: String, title: String, url: String, picture: Option<String>, price: Option<Money>) -> impl IntoView {
    let picture = picture.map(|url| {
        let again = url.clone();
        view! { <Meta property="og:image" content=url/><Meta name="twitter:card" content="summary_large_image"/><Meta name="twitter:image" content=again/> }
    });
    let price = price.map(|price| {
        view! {
            <Meta property="product:price:amount" content=plain(price)/>
            <Meta property="product:price:currency" content=price.currency.code().to_owned()/>
        }
    });
    view! {
        <Document title=title description=description canonical=url/>
        <Meta property="og:type" content="product"/>
        {picture}
        {price}
    }
}

/// To whom a product's body is shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Shown {
    ToCustomers,
    /// To those who make it, before anybody else sees it. The page of a shop that is not public is not there.
    AsPreview {
        shop_is_public: bool,
    },
}

/// Name, price, stock, options, button.
#[component]
fn Buy(product: Product, #[prop(optional_no_strip)] saved: Option<bool>, shown: Shown) -> impl IntoView {
    let Some(chosen) = product.default_variant() else { return ().into_any() };
    let (price, was, chosen_id) = (chosen.price, chosen.compare_at, chosen.id);
    let from = product.variants.iter().any(|variant| variant.price != price);
    let available = product.variants.iter().map(|variant| variant.available).max().unwrap_or_default();
    let options = product.variants.into_iter().map(|variant| BuyOption {
        variant_id: variant.id,
        title: variant.title,
        price: variant.price.to_string(),
        stock: stock_words(variant.available),
        available: variant.available,
    });
    let options = options.collect();
    let place = place(&product.vendor_city, &product.vendor_country_code);
    let sent_by = format!("Packed and sent by {}", product.vendor_name);
    let (name, url) = (product.name.clone(), product_url(&product.slug));
    let maker = match shown {
        Shown::AsPreview { shop_is_public: false } => Either::Left(view! { <span>{product.vendor_name}</span> }),
        _ => Either::Right(view! { <a href=shop_url(&product.vendor_slug)>{product.vendor_name}</a> }),
    };
    let for_show = shown != Shown::ToCustomers;
    view! {
        <div class="product-buy">
            <div class="product-maker">
                {maker}
                {(!place.is_empty()).then(|| view! { <span>{place}</span> })}
            </div>
            <h1>{product.name}</h1>
            {(product.rating_count > 0).then(|| view! {
                <a class="rating-link" href="#reviews"><Stars count=i64::from(product.rating_count) sum=product.rating_sum/></a>
            })}
            <p class="product-lead">{product.summary}</p>
            <p><Price now=price was=was large=true from=from/></p>
            <p class=stock_class(available)>{stock_words(available)}</p>
            <BuyForm options=options chosen=chosen_id for_show=for_show/>
            <div><WishHeart saved=saved product_id=product.id name=name url=url wide=true/></div>
            <ul class="trust">
                <li><Icon name="truck" small=true/>{sent_by}</li>
                <li><Icon name="lock" small=true/>"Card details go to the payment provider, never to us"</li>
            </ul>
        </div>
    }
    .into_any()
}

#[component]
fn Details(html: String, attributes: Vec<Attribute>) -> impl IntoView {
    view! {
        <div class="wrap section product-details">
            <section aria-labelledby="about">
                <h2 id="about">"About it"</h2>
                // Cleaned when it was saved.
                <div class="prose" inner_html=html></div>
            </section>
            {(!attributes.is_empty()).then(|| view! {
                <section aria-labelledby="facts">
                    <h2 id="facts">"Facts"</h2>
                    <table class="attributes"><tbody>
                        {attributes.into_iter().map(|fact| view! { <tr><th scope="row">{fact.name}</th><td>{fact.value}</td></tr> }).collect_view()}
                    </tbody></table>
                </section>
            })}
        </div>
    }
}

/// All that a product's body is rendered from.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Body {
    product: Product,
    trail: Vec<(String, String)>,
    saved: Option<bool>,
    shown: Shown,
    /// Of the shop, where search engines get to know the product.
    base_url: Option<String>,
}

static BODIES: Memo<Body> = Memo::empty();

/// A product as customers see it: gallery, name, price, options, button, description, facts. Its vendor sees the same before it is published.
#[component]
pub fn ProductBody(
    product: Product,
    /// The way to it, without the product itself.
    trail: Vec<(String, String)>,
    wishes: Wishes,
    /// What customers see, search engines get to know.
    shown: Shown,
) -> impl IntoView {
    let saved = wishes.saved(product.id);
    let base_url = (shown == Shown::ToCustomers).then(|| absolute(""));
    BODIES.view(Body { product, trail, saved, shown, base_url }, body)
}

fn body(Body { mut product, trail, saved, shown, base_url }: Body) -> impl IntoView {
    // Data and no script: it needs no nonce.
    let data =
        base_url.map(|base_url| view! { <script type="application/ld+json" inner_html=structured(&product, &trail, &base_url)></script> });
    let pictures: Vec<GalleryPicture> = std::mem::take(&mut product.pictures)
        .into_iter()
        .map(|picture| GalleryPicture {
            src: picture.url(STAGE_WIDTH),
            srcset: picture.srcset(),
            thumb: picture.url(160),
            width: picture.width,
            height: picture.height,
            alt: picture.alt,
        })
        .collect();
    let (html, attributes) = (std::mem::take(&mut product.description_html), std::mem::take(&mut product.attributes));
    view! {
        {data}
        <div class="wrap">
            <Breadcrumbs trail=trail here=product.name.clone()/>
            <div class="product">
                {if pictures.is_empty() {
                    Either::Left(view! { <div class="gallery"><div class="gallery-stage"><Picture source=None sizes="94vw"/></div></div> })
                } else {
                    Either::Right(view! { <Gallery pictures=pictures/> })
                }}
                <Buy product=product saved=saved shown=shown/>
            </div>
        </div>
        <Details html=html attributes=attributes/>
    }
}

/// The newest reviews, where there are more, and how many ratings of which sum the product has.
type ReviewsKey = (ReviewPage, String, i64, i64);

static REVIEWS: Memo<ReviewsKey> = Memo::empty();

/// What people say: how many gave how many stars, and the newest words.
fn reviews((page, more, count, sum): ReviewsKey) -> impl IntoView {
    let ReviewPage { reviews, distribution, next } = page;
    view! {
        <section class="wrap section" aria-labelledby="reviews-title" id="reviews">
            <div class="section-head"><h2 id="reviews-title">"Reviews"</h2></div>
            {if reviews.is_empty() {
                Either::Left(view! { <p class="muted">"Nobody has written about it yet."</p> })
            } else {
                let more = next.map(|next| view! { <p><a class="button button-secondary" href=format!("{more}?after={next}")>"More reviews"</a></p> });
                Either::Right(view! {
                    <div class="reviews">
                        <div class="stack"><Stars count=count sum=sum/><RatingBars distribution=distribution/></div>
                        <div class="stack"><ReviewList reviews=reviews date=long/>{more}</div>
                    </div>
                })
            }}
        </section>
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
        let wishes = Wishes::load().await?;
        let tree = crate::catalogue::service::category_tree(&state.db).await?;
        let mut reader = state.db.reader().await?;
        let (product, related) = match crate::catalogue::service::with_related(&mut reader, &slug).await {
            Err(AppError::NotFound) => match crate::catalogue::service::moved(&mut reader, &slug).await? {
                Some(now) => {
                    moved_to(&now);
                    return Ok(().into_any());
                }
                None => return Err(AppError::NotFound),
            },
            found => found?,
        };
        let page = crate::reviews::service::of_product(&mut reader, product.id, None).await?;
        // Others may need the connection while this page is rendered.
        drop(reader);
        let path = tree.path(product.category.id);
        let path = if path.is_empty() { vec![&product.category] } else { path };
        let home = ("Home".to_owned(), "/".to_owned());
        let trail = std::iter::once(home).chain(path.iter().map(|category| (category.name.clone(), category.url()))).collect();
        let text = opening(if product.summary.is_empty() { &product.description } else { &product.summary }, MAX_DESCRIPTION);
        let picture = product.pictures.first().map(|picture| absolute(&picture.url(1200)));
        let price = product.default_variant().map(|variant| variant.price);
        let (title, url, category) = (product.name.clone(), product.url(), product.category.url());
        let (count, sum) = (i64::from(product.rating_count), product.rating_sum);
        let more = reviews_url(&product.slug);
        Ok(view! {
            <Head description=text title=title url=url picture=picture price=price/>
            <ProductBody product=product trail=trail wishes=wishes.clone() shown=Shown::ToCustomers/>
            {REVIEWS.view((page, more, count, sum), reviews)}
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
