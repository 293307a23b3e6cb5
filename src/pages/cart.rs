//! `/cart`

use leptos::prelude::*;
use server_fn::ServerFn;

use super::document::Document;
use super::totals::{Thumb, Totals};
use super::{loaded, query};
use crate::cart::api::{AddToCart, RemoveFromCart, SaveForLater, SetQuantity};
use crate::cart::guard::CartOwner;
use crate::cart::islands::QuantityField;
use crate::cart::{Cart, CartLine, CartShop, MAX_LINES, Offer};
use crate::catalogue::{product_url, shop_url};
use crate::error::{AppError, Conflict};
use crate::platform::{form_flash, request};
use crate::ui::{ButtonLink, EmptyState, FormFlash, Icon, Notice, Tone};
use crate::values::{Money, Quantity, VariantId};

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

/// A form of one button, about one variant.
#[component]
fn LineButton(
    action: &'static str,
    variant_id: VariantId,
    label: &'static str,
    /// Of the goods, for those who hear the button alone.
    name: String,
    /// The number to set, where the form sets one.
    #[prop(optional)]
    quantity: Option<Quantity>,
) -> impl IntoView {
    view! {
        <form method="post" action=action>
            <input type="hidden" name="variant_id" value=variant_id.to_string()/>
            {quantity.map(|quantity| view! { <input type="hidden" name="quantity" value=quantity.to_string()/> })}
            <button class="link-button">{label}<span class="visually-hidden">{format!(" {name}")}</span></button>
        </form>
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
                {line.for_sale.then(|| view! { <LineButton action=SaveForLater::url() variant_id=line.variant_id label="Save for later" name=line.product_name.clone()/> })}
                <LineButton action=RemoveFromCart::url() variant_id=line.variant_id label="Remove" name=line.product_name/>
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
fn Refused(flash: Option<FormFlash>) -> impl IntoView {
    let ours = [AddToCart::url(), SetQuantity::url(), RemoveFromCart::url(), SaveForLater::url()];
    flash
        .filter(|flash| ours.contains(&flash.path.as_str()))
        .map(|flash| view! { <div role="alert"><Notice tone=Tone::Bad>{flash.error.to_string()}</Notice></div> })
}

/// What happened to goods a moment ago.
#[derive(Clone, Copy)]
enum Done {
    Removed(Quantity),
    Saved,
    /// A guest wanted to save them and had to sign in first: that was not done on their behalf, since nobody saw it.
    SignedInToSave,
}

impl Done {
    /// As the address says it, or the form that waited for the sign-in.
    fn read(flash: Option<&FormFlash>) -> Option<(VariantId, Self)> {
        let goods = |text: Option<String>| text?.parse().ok();
        if let Some(flash) = flash {
            let waited = flash.path == SaveForLater::url() && flash.error == AppError::Conflict(Conflict::SignedOut);
            return Some((goods(flash.value("variant_id").map(str::to_owned))?, Self::SignedInToSave)).filter(|_| waited);
        }
        if let Some(saved) = goods(query("saved")) {
            return Some((saved, Self::Saved));
        }
        let quantity = Quantity::try_from(query("quantity")?.parse::<i64>().ok()?).ok()?;
        Some((goods(query("removed"))?, Self::Removed(quantity)))
    }
}

/// Says it, with the way on or back. What is no longer for sale has no name here: the address may name anything.
#[component]
fn News(variant_id: VariantId, done: Done, offer: Option<Offer>, in_cart: bool) -> impl IntoView {
    let available = offer.as_ref().map_or(0, |offer| offer.available);
    let name = offer.map_or_else(|| "The line".to_owned(), |offer| offer.name);
    let (text, step) = match done {
        Done::Removed(_) if in_cart => return None,
        Done::Removed(quantity) => {
            let undo = (quantity.get() <= available).then(|| {
                view! { <LineButton action=SetQuantity::url() variant_id=variant_id label="Undo" name=format!("removing {name}") quantity=quantity/> }
            });
            (format!("{name} was removed."), undo.into_any())
        }
        Done::Saved => (format!("{name} is on your wishlist."), view! { <a href="/wishlist">"See your wishlist"</a> }.into_any()),
        Done::SignedInToSave if !in_cart => return None,
        Done::SignedInToSave => {
            let save = view! { <LineButton action=SaveForLater::url() variant_id=variant_id label="Save for later" name=name.clone()/> };
            (format!("You are signed in now, and {name} is still in your cart."), save.into_any())
        }
    };
    Some(view! { <Notice tone=Tone::Good><div class="cluster"><p>{text}</p>{step}</div></Notice> })
}

/// Lines from before the sign-in that found no room.
#[component]
fn Waiting(lines: u32) -> impl IntoView {
    (lines > 0).then(|| {
        let what = if lines == 1 { "One thing".to_owned() } else { format!("{lines} things") };
        let text =
            format!("{what} from before you signed in found no room: a cart holds {MAX_LINES}. More comes in when you take something out.");
        view! { <Notice tone=Tone::Warn>{text}</Notice> }
    })
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
    let flash = form_flash::current();
    let done = Done::read(flash.as_ref());
    loaded(async move {
        let state = request::state()?;
        let owner = CartOwner::current().await?;
        let cart = match &owner {
            Some(owner) => Some(crate::cart::service::view(&state.db, owner).await?),
            None => None,
        };
        let news = match done {
            Some((variant_id, done)) => {
                let offer = crate::cart::service::offer(&state.db, owner.as_ref(), variant_id).await?;
                let in_cart = cart.as_ref().is_some_and(|cart| cart.lines().any(|line| line.variant_id == variant_id));
                Some(view! { <News variant_id=variant_id done=done offer=offer in_cart=in_cart/> })
            }
            None => None,
        };
        // A form that waited for the sign-in was not refused; the news say so.
        let flash = flash.filter(|_| news.is_none());
        let content = match cart.filter(|cart| !cart.is_empty()) {
            Some(cart) => view! {
                <header class="page-head"><h1>"Your cart"</h1></header>
                <div class="stack cart-news"><Refused flash=flash/>{news}<Waiting lines=cart.waiting/></div>
                <Full cart=cart/>
            }
            .into_any(),
            None => view! {
                <div class="stack cart-news"><Refused flash=flash/>{news}</div>
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
