//! The pictures of a product, on its page.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use server_fn::ServerFn;

use crate::catalogue::PictureOrder;
use crate::catalogue::api::{ArrangePictures, DescribePictures, RemovePicture};
use crate::catalogue::routes::upload_path;
use crate::catalogue::service::pictures::MAX_OF_PRODUCT;
use crate::catalogue::ui::source;
use crate::media::Picture as StoredPicture;
use crate::ui::{Button, ErrorSummary, FormFlash, FormState, Icon, Look, Notice, Picture, Tone};
use crate::values::{PictureId, ProductId};

/// The form that all descriptions belong to; they stand in the list among forms of their own.
const TEXTS: &str = "picture-texts";
const MAX_ALT: u32 = 300;
/// Of the small pictures in the list.
const THUMBNAIL_WIDTH: i32 = 320;

/// The order in which one picture has changed its place with its neighbour.
fn swapped(order: &[PictureId], index: usize, with: usize) -> String {
    let mut order = order.to_vec();
    order.swap(index, with);
    PictureOrder(order).into()
}

/// Changes the order by a button.
#[component]
fn Move(product_id: ProductId, order: String, label: String, icon: &'static str) -> impl IntoView {
    view! {
        <form method="post" action=ArrangePictures::url()>
            <input type="hidden" name="product_id" value=product_id.to_string()/>
            <button class="icon-button" name="order" value=order aria-label=label><Icon name=icon small=true/></button>
        </form>
    }
}

#[component]
fn Entry(product_id: ProductId, pictures: Vec<StoredPicture>, index: usize, form: FormState) -> impl IntoView {
    let order: Vec<PictureId> = pictures.iter().map(|picture| picture.id).collect();
    let picture = pictures[index].clone();
    let number = index + 1;
    let (alt_name, id_name) = (format!("pictures[{index}][alt]"), format!("pictures[{index}][id]"));
    let alt = form.value(&alt_name).map_or_else(|| picture.alt.clone(), str::to_owned);
    let problem = form.problem(&format!("pictures.{index}.alt"));
    let id = picture.id.to_string();
    let earlier = index.checked_sub(1).map(|before| swapped(&order, index, before));
    let later = (index + 1 < order.len()).then(|| swapped(&order, index, index + 1));
    view! {
        <li class="picture-entry" draggable="true" data-picture=id.clone()>
            <Picture source=Some(source(&picture, THUMBNAIL_WIDTH)) sizes="10rem"/>
            <div class="field">
                <label for=format!("alt-{id}")>{format!("What picture {number} shows")}</label>
                <input type="hidden" form=TEXTS name=id_name value=id.clone()/>
                <input class="input" id=format!("alt-{id}") form=TEXTS name=alt_name value=alt maxlength=MAX_ALT autocomplete="off"
                    aria-invalid=problem.map(|_| "true") aria-describedby=problem.map(|_| format!("alt-{id}-problem"))/>
                {problem.map(|problem| view! { <p class="field-problem" id=format!("alt-{id}-problem")>{problem.message()}</p> })}
            </div>
            <div class="cluster">
                {earlier.map(|order| view! { <Move product_id=product_id order=order label=format!("Move picture {number} forward") icon="up"/> })}
                {later.map(|order| view! { <Move product_id=product_id order=order label=format!("Move picture {number} back") icon="down"/> })}
                {(index == 0).then(|| view! { <span class="muted small">"Main picture"</span> })}
                <form method="post" action=RemovePicture::url()>
                    <input type="hidden" name="product_id" value=product_id.to_string()/>
                    <input type="hidden" name="picture_id" value=id.clone()/>
                    <button class="icon-button" aria-label=format!("Remove picture {number}")><Icon name="bin" small=true/></button>
                </form>
            </div>
        </li>
    }
}

/// Which files were refused, and why; anything else that stood in the way.
#[component]
fn Refused(flash: FormFlash) -> impl IntoView {
    let crate::error::AppError::Invalid(errors) = &flash.error else {
        return view! { <ErrorSummary form=FormState::of(Some(&flash), &flash.path) labels=&[]/> }.into_any();
    };
    let named: Vec<(String, &'static str)> =
        errors.iter().map(|(field, problem)| (flash.value(field).unwrap_or_default().to_owned(), problem.message())).collect();
    let lines = named.into_iter().map(|(name, message)| {
        let gap = if name.is_empty() { "" } else { ": " };
        view! { <li><strong>{name}</strong>{gap}{message}</li> }
    });
    view! {
        <Notice tone=Tone::Bad>
            <p>"Not everything was taken. The other pictures are there."</p>
            <ul>{lines.collect_view()}</ul>
        </Notice>
    }
    .into_any()
}

/// Pictures of a product: added, described, put in order, removed. Plain forms; `public/pictures.js` makes them quicker.
#[component]
pub fn Pictures(
    product_id: ProductId,
    /// In the vendor's order.
    pictures: Vec<StoredPicture>,
    #[prop(optional_no_strip)] flash: Option<FormFlash>,
    may_draft: bool,
) -> impl IntoView {
    let upload = upload_path(product_id);
    let refused = flash.clone().filter(|flash| flash.path == upload);
    let texts = FormState::of(flash.as_ref(), DescribePictures::url());
    let others = [ArrangePictures::url(), RemovePicture::url()].map(|path| FormState::of(flash.as_ref(), path));
    let room = MAX_OF_PRODUCT.saturating_sub(pictures.len());
    let has_pictures = !pictures.is_empty();
    let list = {
        let entries = (0..pictures.len())
            .map(|index| view! { <Entry product_id=product_id pictures=pictures.clone() index=index form=texts.clone()/> });
        view! { <ol class="picture-list" id="picture-list" data-arrange=ArrangePictures::url() data-product=product_id.to_string()>{entries.collect_view()}</ol> }
    };
    view! {
        <section class="card stack" id="pictures" aria-labelledby="pictures-head">
            <h2 id="pictures-head">"Pictures"</h2>
            {refused.map(|flash| view! { <Refused flash=flash/> })}
            {others.into_iter().map(|form| view! { <ErrorSummary form=form labels=&[]/> }).collect_view()}
            <fieldset class="stack" disabled=!may_draft>
                <legend class="visually-hidden">"Pictures"</legend>
                {(!has_pictures).then(|| view! {
                    <p class="muted">"None yet. The first one stands in listings; customers look at goods with pictures first."</p>
                })}
                {list}
                <form id=TEXTS method="post" action=DescribePictures::url()>
                    <input type="hidden" name="product_id" value=product_id.to_string()/>
                    <Button look=Look::Secondary>"Save what they show"</Button>
                </form>
                <form class="field" method="post" enctype="multipart/form-data" action=upload.clone() id="picture-upload">
                    <label for="picture">"Add pictures"</label>
                    <p class="field-hint" id="picture-hint">{format!("JPEG, PNG or WebP of at most 8 MB, 160 to 8000 pixels each way; room for {room} more. Several can be chosen at once.")}</p>
                    <div class="cluster">
                        <input class="input" id="picture" name="picture" type="file" accept="image/jpeg,image/png,image/webp" multiple required=true aria-describedby="picture-hint" disabled=room == 0/>
                        <Button look=Look::Secondary disabled=room == 0>"Upload"</Button>
                    </div>
                </form>
            </fieldset>
            <ul class="upload-list" id="picture-sendings" role="list"></ul>
            <p class="muted small" id="picture-news" role="status"></p>
            {may_draft.then(|| view! { <script type="module" src="/pictures.js" nonce=use_nonce()></script> })}
        </section>
    }
}
