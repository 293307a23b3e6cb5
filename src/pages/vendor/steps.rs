//! What can be done with a product besides editing it.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::editor::PRODUCT_ID;
use crate::catalogue::api::{ArchiveProduct, DeleteProduct, DuplicateProduct, PublishProduct, UnpublishProduct};
use crate::catalogue::guard::Powers;
use crate::catalogue::{OwnedProduct, ProductStatus};
use crate::ui::{Button, Look, Notice, Tone};
use crate::values::ProductId;

/// One step of a product's life. The status that was seen goes along: who was overtaken hears of it.
#[component]
pub fn Step(
    action: &'static str,
    product_id: ProductId,
    #[prop(optional_no_strip)] seen: Option<ProductStatus>,
    look: Look,
    label: &'static str,
) -> impl IntoView {
    view! {
        <form method="post" action=action>
            <input type="hidden" name=PRODUCT_ID value=product_id.to_string()/>
            {seen.map(|seen| view! { <input type="hidden" name="seen" value=seen.as_str()/> })}
            <Button look=look wide=true>{label}</Button>
        </form>
    }
}

/// Why it was taken down, for those who may not change that.
#[component]
pub fn HeldNotice(reason: String) -> impl IntoView {
    view! {
        <Notice tone=Tone::Bad>
            <p><strong>"We have taken this product down. "</strong>{reason}</p>
            <p>"Change what is needed, and reply to the mail that you got. It can be published again once we have released it."</p>
        </Notice>
    }
}

/// The steps that lead on from where the product stands.
#[component]
pub fn Steps(product: OwnedProduct, powers: Powers) -> impl IntoView {
    let (id, status) = (product.id, product.status);
    if !powers.edit {
        return view! { <p>"Your shop is suspended: nothing can be changed, and nobody sees your products."</p> }.into_any();
    }
    let publish = status.may_become(ProductStatus::Published).then(|| match (powers.publish, product.held_reason.is_some()) {
        (_, true) => view! { <p>"It cannot be published before it is released."</p> }.into_any(),
        (true, false) => {
            view! { <Step action=PublishProduct::url() product_id=id seen=Some(status) look=Look::Primary label="Publish"/> }.into_any()
        }
        (false, false) => view! { <p>"You can publish once your shop is approved."</p> }.into_any(),
    });
    let unpublish = status
        .may_become(ProductStatus::Draft)
        .then(|| view! { <Step action=UnpublishProduct::url() product_id=id seen=None look=Look::Secondary label="Unpublish"/> });
    let archive = status
        .may_become(ProductStatus::Archived)
        .then(|| view! { <Step action=ArchiveProduct::url() product_id=id seen=Some(status) look=Look::Secondary label="Archive"/> });
    let delete = if product.units_sold > 0 {
        view! { <p class="muted small">"It was sold, so its orders keep it: it can be archived and not deleted."</p> }.into_any()
    } else {
        view! {
            <Step action=DeleteProduct::url() product_id=id seen=Some(status) look=Look::Quiet label="Delete"/>
            <p class="muted small">"Deleting cannot be undone. What somebody has ordered is archived instead."</p>
        }
        .into_any()
    };
    view! {
        <p class="muted small">"Save first: these do not keep what you have just typed."</p>
        {publish}{unpublish}
        <Step action=DuplicateProduct::url() product_id=id seen=None look=Look::Secondary label="Duplicate"/>
        {archive}{delete}
    }
    .into_any()
}

/// What was just done; another word in the address says nothing.
pub fn news(done: &str) -> Option<&'static str> {
    Some(match done {
        "created" => "The draft is saved.",
        "copied" => "This is the copy: a draft without pictures and stock.",
        "saved" => "Saved.",
        "arranged" => "Saved, and the variants are what the options say. New ones have no stock yet.",
        "published" => "Published: customers find it now.",
        "unpublished" => "Taken back: it is a draft again.",
        "archived" => "Archived: only you see it.",
        "kept" => "It has been ordered, so it is archived and not deleted.",
        "held" => "Taken down: its vendor gets a mail with the reason.",
        "released" => "Released: its vendor gets a mail, and may publish it.",
        _ => return None,
    })
}
