//! `/cart`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::document::Document;
use super::loaded;
use super::totals::{Thumb, Totals};
use crate::cart::api::{AddToCart, RemoveFromCart, SetQuantity};
use crate::cart::guard::CartOwner;
use crate::cart::islands::QuantityField;
use crate::cart::{Cart, CartLine, CartShop};
use crate::catalogue::{product_url, shop_url};
use crate::platform::{form_flash, request};
use crate::ui::{ButtonLink, EmptyState, Icon, Notice, Tone};
use crate::values::Money;

/// What the customer should know about a line before paying: it is gone, short, or costs something else.
fn concern(line: &CartLine) -> Option<(Tone, String)> {
    let before = line.seen_price;
    if !line.for_sale {
        Some((Tone::Bad, "This is no longer for sale. Please remove it to go on.".to_owned()))
    } else if line.available == 0 {
        Some((Tone::Bad, "Sold out since you put it here. Please remove it to go on.".to_owned()))
    } else if line.quantity.get() > line.available {
        Some((Tone::Warn, format!("Only {} left. Please take fewer.", line.available)))
    } else if before != line.unit_price {
        let way = if line.unit_price.amount_minor > before.amount_minor { "went up" } else { "came down" };
        Some((Tone::Warn, format!("The price {way} from {before} to {} since you put it here.", line.unit_price)))
    } else {
        None
    }
}

#[component]
fn Line(line: CartLine) -> impl IntoView {
    let concern = concern(&line);
    let each = (line.quantity.get() > 1).then(|| format!("{} each", line.unit_price));
    let title = (!line.variant_title.is_empty()).then(|| line.variant_title.clone());
    view! {
        <li class="cart-line">
            <Thumb picture=line.picture_id/>
            <div class="cart-line-name">
                <span>
                    <a href=product_url(&line.product_slug)>{line.product_name.clone()}</a>
                    {title.map(|title| view! { <span class="muted small">" · "{title}</span> })}
                </span>
                <strong class="numeric nowrap">{line.subtotal().to_string()}</strong>
            </div>
            {each.map(|each| view! { <p class="muted small numeric">{each}</p> })}
            <div class="cart-line-actions">
                {line.for_sale.then(|| view! {
                    <QuantityField variant_id=line.variant_id quantity=line.quantity.get() available=line.available name=line.product_name.clone()/>
                })}
                <form method="post" action=RemoveFromCart::url()>
                    <input type="hidden" name="variant_id" value=line.variant_id.to_string()/>
                    <button class="link-button">"Remove"<span class="visually-hidden">{format!(" {}", line.product_name)}</span></button>
                </form>
            </div>
            {concern.map(|(tone, text)| view! { <Notice tone=tone>{text}</Notice> })}
        </li>
    }
}

#[component]
fn Group(shop: CartShop, zero: Money) -> impl IntoView {
    let id = format!("shop-{}", shop.vendor_slug);
    let heading = id.clone();
    let shipping = shop.shipping(zero);
    let shipping = if shipping.is_zero() { "Free shipping".to_owned() } else { format!("Shipping {shipping}") };
    view! {
        <section class="card cart-group" aria-labelledby=id>
            <header>
                <h2 id=heading><a href=shop_url(&shop.vendor_slug)>{shop.vendor_name.clone()}</a></h2>
                <p class="muted small numeric">{format!("{} · {shipping}", shop.subtotal(zero))}</p>
            </header>
            <ul class="cart-lines" role="list">{shop.lines.into_iter().map(|line| view! { <Line line=line/> }).collect_view()}</ul>
        </section>
    }
}

/// What was refused a moment ago, by any of the cart's forms.
#[component]
fn Refused() -> impl IntoView {
    let ours = [AddToCart::url(), SetQuantity::url(), RemoveFromCart::url()];
    form_flash::current()
        .filter(|flash| ours.contains(&flash.path.as_str()))
        .map(|flash| view! { <div role="alert"><Notice tone=Tone::Bad>{flash.error.to_string()}</Notice></div> })
}

#[component]
fn Full(cart: Cart) -> impl IntoView {
    let (items, shipping, total, zero) = (cart.subtotal(), cart.shipping(), cart.total(), cart.zero);
    let shops = cart.shops.len();
    let buyable = cart.is_buyable();
    view! {
        <div class="with-aside">
            <div>{cart.shops.into_iter().map(|shop| view! { <Group shop=shop zero=zero/> }).collect_view()}</div>
            <aside class="card summary" aria-labelledby="summary">
                <h2 id="summary">"Summary"</h2>
                <Totals items=items shipping=shipping total=total/>
                <div class="stack summary-action">
                    {if buyable {
                        view! { <ButtonLink href="/checkout" large=true wide=true>"Check out"</ButtonLink> }.into_any()
                    } else {
                        view! { <Notice tone=Tone::Warn>"Something in your cart needs a look before you can check out."</Notice> }.into_any()
                    }}
                </div>
                <ul class="trust">
                    {(shops > 1).then(|| view! { <li><Icon name="box" small=true/>{format!("{shops} parcels from {shops} shops, one payment")}</li> })}
                    <li><Icon name="lock" small=true/>"Card details go to the payment provider, never to us"</li>
                </ul>
            </aside>
        </div>
    }
}

/// What the visitor is about to buy, by shop.
#[component]
pub fn CartPage() -> impl IntoView {
    loaded(async {
        let state = request::state()?;
        let cart = match CartOwner::current().await? {
            Some(owner) => Some(crate::cart::service::view(&state.db, &owner).await?),
            None => None,
        };
        let content = match cart.filter(|cart| !cart.is_empty()) {
            Some(cart) => view! {
                <header class="page-head"><h1>"Your cart"</h1></header>
                <Refused/>
                <Full cart=cart/>
            }
            .into_any(),
            None => view! {
                <EmptyState icon="cart" title="Your cart is empty" text="What you want to buy waits here, by shop, until you are ready." whole_page=true>
                    <ButtonLink href="/products">"Browse everything"</ButtonLink>
                </EmptyState>
            }
            .into_any(),
        };
        Ok(view! {
            <Document title="Your cart"/>
            <div class="wrap">{content}</div>
        })
    })
}
