//! `/admin/settings`, `/admin/settings/pages/{page}`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::dashboard::api::{SavePage, SaveSettings};
use crate::dashboard::service::site;
use crate::pages::dashboard::admin_page;
use crate::pages::document::Document;
use crate::pages::{path_part, query};
use crate::platform::{form_flash, request};
use crate::settings::{MAX_BODY, PageText, Site, SitePage, TypedSettings, field};
use crate::ui::{Breadcrumbs, Button, ErrorSummary, FormState, Notice, SavedMeanwhile, TextArea, TextField, Tone};

const LIST: &str = "/admin/settings";
const LABELS: &[(&str, &str)] = &[
    (field::SHOP_NAME, "Name"),
    (field::TAGLINE, "In one line"),
    (field::SENDER_NAME, "Name of the sender"),
    (field::SENDER_ADDRESS, "Address of the sender"),
    (field::FOOTER_NOTE, "Small print"),
    (field::FOOTER_LINKS, "Links"),
    (field::BODY, "Text"),
];
const MARKDOWN: &str = "A blank line begins a paragraph. **bold**, *soft*, # a heading, - a list, [text](https://address) a link. Empty: there is no such page";

/// What was saved and typed differently, with what the fields are called.
fn differences(form: &FormState, saved: impl IntoIterator<Item = (&'static str, String)>) -> Vec<(&'static str, String)> {
    let label = |name: &str| LABELS.iter().find(|(known, _)| *known == name).map_or("", |(_, label)| *label);
    saved.into_iter().filter(|(name, value)| form.differs(name, value)).map(|(name, value)| (label(name), value)).collect()
}

#[component]
fn SettingsForm(form: FormState, known: TypedSettings, saved_version: i64) -> impl IntoView {
    let saved = known.fields().map(|(name, value)| (name, value.to_owned()));
    view! {
        <form class="form card" method="post" action=SaveSettings::url()>
            <input type="hidden" name=field::VERSION value=form.version(field::VERSION, saved_version)/>
            {form.is_stale().then(|| view! { <SavedMeanwhile differences=differences(&form, saved)/> })}
            <h2 class="section-title">"The shop"</h2>
            <TextField form=form.clone() name=field::SHOP_NAME label="Name" value=known.shop_name maxlength=40 autocomplete="off" hint="Stands in the header, in titles, in mails and in the feed"/>
            <TextField form=form.clone() name=field::TAGLINE label="In one line" value=known.tagline maxlength=200 optional=true autocomplete="off" hint="Stands in the footer, below the name"/>
            <h2 class="section-title">"Mails"</h2>
            <div class="field-row">
                <TextField form=form.clone() name=field::SENDER_NAME label="Name of the sender" value=known.sender_name maxlength=60 optional=true autocomplete="off" hint="Empty: as the server is configured"/>
                <TextField form=form.clone() name=field::SENDER_ADDRESS label="Address of the sender" kind="email" value=known.sender_address maxlength=254 optional=true autocomplete="off" hint="One that your mail server may send from"/>
            </div>
            <h2 class="section-title">"Footer"</h2>
            <TextArea form=form.clone() name=field::FOOTER_LINKS label="Links" value=known.footer_links rows=4 optional=true hint="One in each line, such as Help: /pages/contact or Press: https://example.com"/>
            <TextField form=form name=field::FOOTER_NOTE label="Small print" value=known.footer_note maxlength=200 optional=true autocomplete="off"/>
            <div><Button>"Save the settings"</Button></div>
        </form>
    }
}

/// The site's settings, and its texts.
#[component]
pub fn AdminSettingsPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), SaveSettings::url());
    let done = query("done").is_some_and(|done| done == "saved") && form.error().is_none();
    admin_page(move |admin, _| async move {
        let (saved, saved_version) = site::load(&request::state()?.db, &admin).await?;
        let written = Site::here().pages.clone();
        Ok(view! {
            <Document title=if form.error().is_some() { "Error: settings" } else { "Settings" }/>
            <div class="wrap narrow stack">
                <header class="page-head"><h1>"Settings"</h1></header>
                {done.then(|| view! { <Notice tone=Tone::Good>"Saved. Other instances of the shop follow within seconds."</Notice> })}
                <ErrorSummary form=form.clone() labels=LABELS/>
                <SettingsForm form=form known=TypedSettings::of(&saved) saved_version=saved_version/>
                <section class="card stack" aria-labelledby="texts">
                    <h2 class="section-title" id="texts">"Pages"</h2>
                    <p class="muted small">"A page is linked in the footer as soon as it has a text."</p>
                    <ul class="todo" role="list">
                        {SitePage::ALL.iter().map(|page| view! {
                            <li><a href=format!("{LIST}/pages/{page}")>
                                <span>{page.title()}</span>
                                <span class="muted small">{if written.contains(page) { "Written" } else { "Empty" }}</span>
                            </a></li>
                        }).collect_view()}
                    </ul>
                </section>
            </div>
        })
    })
}

/// One of the site's texts.
#[component]
pub fn AdminSitePage() -> impl IntoView {
    let page = path_part::<SitePage>("page");
    let (flash, done) = (form_flash::current(), query("done"));
    admin_page(move |admin, _| async move {
        let page = page?;
        let PageText { body, version: saved_version } = site::page(&request::state()?.db, &admin, page).await?;
        let flash = flash.filter(|flash| flash.value("page") == Some(page.as_str()));
        let form = FormState::of(flash.as_ref(), SavePage::url());
        let done = done.is_some_and(|done| done == "saved") && form.error().is_none();
        let title = page.title();
        let link = (!body.is_empty()).then(|| page.url());
        let saved = form.is_stale().then(|| differences(&form, [(field::BODY, body.clone())]));
        Ok(view! {
            <Document title=if form.error().is_some() { format!("Error: {title}") } else { title.to_owned() }/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=vec![("Settings".to_owned(), LIST.to_owned())] here=title/>
                <header class="page-head">
                    <h1>{title}</h1>
                    {link.map(|link| view! { <p><a href=link>"See it as everybody does"</a></p> })}
                </header>
                {done.then(|| view! { <Notice tone=Tone::Good>"Saved."</Notice> })}
                <ErrorSummary form=form.clone() labels=LABELS/>
                <form class="form card" method="post" action=SavePage::url()>
                    <input type="hidden" name="page" value=page.as_str()/>
                    <input type="hidden" name=field::VERSION value=form.version(field::VERSION, saved_version)/>
                    {saved.map(|saved| view! { <SavedMeanwhile differences=saved/> })}
                    <TextArea form=form name=field::BODY label="Text" value=body rows=20 optional=true hint=MARKDOWN
                        maxlength=u32::try_from(MAX_BODY).unwrap_or_default()/>
                    <div><Button>"Save the page"</Button></div>
                </form>
            </div>
        })
    })
}
