//! `/admin/categories`, `/admin/categories/{category}`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::catalogue::api::{CreateCategory, DeleteCategory, SaveCategory};
use crate::catalogue::{CategoryNode, TypedCategory, category_field as field, category_url};
use crate::error::AppError;
use crate::pages::dashboard::admin_page;
use crate::pages::document::Document;
use crate::pages::{path_part, query};
use crate::platform::{form_flash, request};
use crate::ui::{Breadcrumbs, Button, EmptyState, ErrorSummary, FormState, Look, Notice, SelectField, TextField, Tone};
use crate::values::{CategoryId, grouped};

const LABELS: &[(&str, &str)] = &[
    (field::NAME, "Name"),
    (field::SLUG, "Address"),
    (field::DESCRIPTION, "Description"),
    (field::PARENT, "Stands under"),
    (field::POSITION, "Place"),
];

/// What `SelectField` shows for the top: a choice must have a value, and the form reads an empty one so.
const TOP: &str = " ";

fn indented(node: &CategoryNode) -> String {
    format!("{}{}", "– ".repeat(node.depth), node.name)
}

#[component]
fn Fields(form: FormState, known: TypedCategory, others: Vec<CategoryNode>) -> impl IntoView {
    let top = (TOP.to_owned(), "Nothing: it stands at the top".to_owned());
    let options = std::iter::once(top).chain(others.iter().map(|node| (node.id.to_string(), indented(node)))).collect();
    let parent = if known.parent_id.is_empty() { TOP.to_owned() } else { known.parent_id };
    view! {
        <TextField form=form.clone() name=field::NAME label="Name" value=known.name maxlength=80 autocomplete="off"/>
        <TextField form=form.clone() name=field::DESCRIPTION label="Description" value=known.description maxlength=500 optional=true autocomplete="off"/>
        <SelectField form=form.clone() name=field::PARENT label="Stands under" options=options value=parent autocomplete="off"/>
        <div class="field-row">
            <TextField form=form.clone() name=field::SLUG label="Address" value=known.slug maxlength=80 optional=true autocomplete="off" hint="Made of the name where empty. A new one breaks links to the old one"/>
            <TextField form=form name=field::POSITION label="Place" value=known.position inputmode="numeric" optional=true autocomplete="off" hint="Smaller numbers come first"/>
        </div>
    }
}

#[component]
fn Table(nodes: Vec<CategoryNode>) -> impl IntoView {
    view! {
        <div class="table-scroll" role="region" aria-label="Categories" tabindex="0">
            <table class="table table-cards">
                <thead><tr><th scope="col">"Category"</th><th scope="col">"Address"</th><th scope="col" class="numeric">"Place"</th><th scope="col" class="numeric">"Products"</th></tr></thead>
                <tbody>
                    {nodes.into_iter().map(|node| view! {
                        <tr>
                            <th scope="row" class=format!("indent-{}", node.depth)><a href=format!("/admin/categories/{}", node.id)>{node.name}</a></th>
                            <td data-label="Address"><a href=category_url(&node.slug)>{node.slug.to_string()}</a></td>
                            <td class="numeric" data-label="Place">{node.position}</td>
                            <td class="numeric" data-label="Products">{grouped(node.product_count)}</td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

fn news(done: &str) -> Option<&'static str> {
    Some(match done {
        "created" => "The category is there.",
        "saved" => "Saved.",
        "deleted" => "The category is gone.",
        _ => return None,
    })
}

/// The tree, and the form for a new category.
#[component]
pub fn AdminCategoriesPage() -> impl IntoView {
    let form = FormState::of(form_flash::current().as_ref(), CreateCategory::url());
    let done = query("done");
    admin_page(move |admin, _| async move {
        let nodes = crate::catalogue::service::categories::all(&request::state()?.db, &admin).await?;
        let news = done.as_deref().and_then(news).filter(|_| form.error().is_none());
        let content = if nodes.is_empty() {
            view! { <EmptyState icon="box" title="No categories yet" text="Every product stands in one, so begin here."/> }.into_any()
        } else {
            view! { <Table nodes=nodes.clone()/> }.into_any()
        };
        Ok(view! {
            <Document title=if form.error().is_some() { "Error: categories" } else { "Categories" }/>
            <div class="wrap stack">
                <header class="page-head"><h1>"Categories"</h1></header>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                {content}
                <form class="form card" method="post" action=CreateCategory::url()>
                    <h2>"New category"</h2>
                    <ErrorSummary form=form.clone() labels=LABELS/>
                    <Fields form=form known=TypedCategory::default() others=nodes/>
                    <Button>"Add"</Button>
                </form>
            </div>
        })
    })
}

/// One category.
#[component]
pub fn AdminCategoryPage() -> impl IntoView {
    let id = path_part::<CategoryId>("category");
    let flash = form_flash::current();
    let form = FormState::of(flash.as_ref(), SaveCategory::url());
    let refused = FormState::of(flash.as_ref(), DeleteCategory::url());
    let done = query("done");
    admin_page(move |admin, _| async move {
        let nodes = crate::catalogue::service::categories::all(&request::state()?.db, &admin).await?;
        let id = id?;
        let node = nodes.iter().find(|node| node.id == id).cloned().ok_or(AppError::NotFound)?;
        let others = nodes.into_iter().filter(|other| other.id != id).collect();
        let known = TypedCategory::of(&node);
        let news = done.as_deref().and_then(news).filter(|_| form.error().is_none() && refused.error().is_none());
        Ok(view! {
            <Document title=node.name.clone()/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=vec![("Categories".to_owned(), "/admin/categories".to_owned())] here=node.name.clone()/>
                <header class="page-head"><h1>{node.name.clone()}</h1></header>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                <ErrorSummary form=form.clone() labels=LABELS/>
                <ErrorSummary form=refused labels=LABELS/>
                <form class="form card" method="post" action=SaveCategory::url()>
                    <input type="hidden" name="category_id" value=id.to_string()/>
                    <Fields form=form known=known others=others/>
                    <Button large=true>"Save"</Button>
                </form>
                <form class="card stack" method="post" action=DeleteCategory::url()>
                    <input type="hidden" name="category_id" value=id.to_string()/>
                    <p>"A category can be deleted once no product and no other category stands in it, in whatever status."</p>
                    <Button look=Look::Quiet>"Delete"</Button>
                </form>
            </div>
        })
    })
}
