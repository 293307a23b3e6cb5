//! `/vendor/products/import`, `/vendor/products/import/{import}`: products come in as files.

use leptos::prelude::*;
use leptos_meta::Meta;
use server_fn::ServerFn;

use super::product::trail;
use crate::catalogue::api::RunImport;
use crate::catalogue::exchange::routes::{EXPORT_PATH, IMPORT_PATH, import_path};
use crate::catalogue::exchange::{Change, Column, Import, ImportLine, ImportStatus, LineProblem, SHOWN, service};
use crate::catalogue::guard::{ProductEditor, ProductViewer};
use crate::error::AppError;
use crate::pages::dashboard::shop_page;
use crate::pages::dates::Moment;
use crate::pages::document::Document;
use crate::pages::{path_part, query};
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Breadcrumbs, Button, ButtonLink, ErrorSummary, FormState, Look, Notice, Tone};
use crate::values::{ImportId, grouped};
use crate::vendors::guard::DraftingVendor;

/// Seconds between two looks at an import that goes on.
const LOOK_AGAIN_S: &str = "2";

/// The colour that goes with a status.
const fn tone(status: ImportStatus) -> Tone {
    match status {
        ImportStatus::Done => Tone::Good,
        ImportStatus::Refused | ImportStatus::Failed => Tone::Bad,
        ImportStatus::Checked | ImportStatus::Queued | ImportStatus::Running => Tone::Warn,
    }
}

fn import_trail() -> Vec<(String, String)> {
    let mut trail = trail();
    trail.push(("Import".to_owned(), IMPORT_PATH.to_owned()));
    trail
}

/// The way of a file into the shop begins here.
#[component]
fn FileForm(missing: bool) -> impl IntoView {
    let described = if missing { "file-problem file-hint" } else { "file-hint" };
    view! {
        <form class="form card" method="post" action=IMPORT_PATH enctype="multipart/form-data">
            <div class="field">
                <label for="file">"CSV file"</label>
                <input class="input" id="file" name="file" type="file" accept=".csv,text/csv" required=true
                    aria-invalid=missing.then_some("true") aria-describedby=described/>
                {missing.then(|| view! { <p class="field-problem" id="file-problem">"Please choose a file."</p> })}
                <p class="field-hint" id="file-hint">"UTF-8, 5 MB and 10,000 rows at most. It is checked first: nothing is changed before you say so."</p>
            </div>
            <Button>"Check the file"</Button>
        </form>
    }
}

/// What may stand in a file.
#[component]
fn Format() -> impl IntoView {
    let columns = Column::ALL.iter().map(|column| view! { <li><code>{column.as_str()}</code></li> }).collect_view();
    view! {
        <details class="card">
            <summary>"What a file looks like"</summary>
            <div class="stack">
                <p>"The first row has the names of the columns; an export shows them all. Each further row is a variant, and rows with the same handle are variants of one product. What is said about the product stands in its first row."</p>
                <ul class="cluster" role="list">{columns}</ul>
                <ul>
                    <li>"Products are found by their handle, the last part of their address. One that is not there yet begins as a draft, unless its status says otherwise."</li>
                    <li>"Columns that the file does not have stay as they are, and so do variants that it does not name."</li>
                    <li>"A stock that is left empty stays as it is. A number becomes a correction: what is sold meanwhile stays sold."</li>
                </ul>
            </div>
        </details>
    }
}

#[component]
fn Recent(imports: Vec<ImportLine>) -> impl IntoView {
    (!imports.is_empty()).then(|| view! {
        <section class="stack" aria-labelledby="recent">
            <h2 id="recent">"Files so far"</h2>
            <div class="table-scroll" role="region" aria-label="Files so far, table" tabindex="0">
                <table class="table table-cards">
                    <thead><tr><th scope="col">"File"</th><th scope="col">"Sent"</th><th scope="col" class="numeric">"Rows"</th><th scope="col">"Status"</th></tr></thead>
                    <tbody>
                        {imports.into_iter().map(|import| view! {
                            <tr>
                                <th scope="row"><a href=import_path(import.id)>{named(&import.file_name)}</a></th>
                                <td class="nowrap" data-label="Sent"><Moment at=import.created_at/></td>
                                <td class="numeric" data-label="Rows">{grouped(import.rows_total)}</td>
                                <td class="cell-mark"><Badge tone=tone(import.status)>{import.status.label()}</Badge></td>
                            </tr>
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    })
}

fn named(file_name: &str) -> String {
    if file_name.is_empty() { "A file without a name".to_owned() } else { file_name.to_owned() }
}

/// Where a file is sent, and what became of the last ones.
#[component]
pub fn ImportsPage() -> impl IntoView {
    let missing = query("missing").is_some();
    shop_page(move |owner, _| async move {
        let editor = ProductEditor::from(DraftingVendor::try_from(owner)?);
        let recent = service::recent(&request::state()?.db, editor.viewer()).await?;
        Ok(view! {
            <Document title=if missing { "Error: import products" } else { "Import products" }/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=trail() here="Import".to_owned()/>
                <header class="page-head">
                    <h1>"Import products"</h1>
                    <p>"New products and changes to many at once, from a spreadsheet."</p>
                </header>
                <FileForm missing=missing/>
                <p><a href=EXPORT_PATH download="products.csv">"Download all your products"</a>" to begin with a file that fits."</p>
                <Format/>
                <Recent imports=recent/>
            </div>
        })
    })
}

#[component]
fn Problems(problems: Vec<LineProblem>, count: i32) -> impl IntoView {
    let more = usize::try_from(count).unwrap_or_default() > SHOWN;
    (!problems.is_empty()).then(|| view! {
        <section class="stack" aria-labelledby="problems">
            <h2 id="problems">{if count == 1 { "One problem".to_owned() } else { format!("{} problems", grouped(count)) }}</h2>
            {more.then(|| view! { <p>{format!("The first {SHOWN} are shown.")}</p> })}
            <div class="table-scroll" role="region" aria-label="Problems" tabindex="0">
                <table class="table">
                    <thead><tr><th scope="col">"Line"</th><th scope="col">"Column"</th><th scope="col">"What is wrong"</th></tr></thead>
                    <tbody>
                        {problems.into_iter().map(|problem| view! {
                            <tr><th scope="row" class="numeric">{problem.line}</th><td>{problem.column}</td><td>{problem.message}</td></tr>
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    })
}

#[component]
fn Changes(changes: Vec<Change>, total: i32) -> impl IntoView {
    let more = usize::try_from(total).unwrap_or_default() > changes.len();
    let shown = changes.len();
    (!changes.is_empty()).then(|| {
        view! {
            <section class="stack">
                <h2 id="changes">"What the file does"</h2>
                {more.then(|| view! { <p>{format!("The first {shown} products are shown.")}</p> })}
                <div class="table-scroll" role="region" aria-label="What the file does" tabindex="0">
                    <table class="table">
                        <thead><tr><th scope="col">"Line"</th><th scope="col">"Handle"</th><th scope="col">"What"</th></tr></thead>
                        <tbody>
                            {changes.into_iter().map(|change| {
                                let what = change.what.join(", ");
                                let what = match (change.is_new, what.is_empty()) {
                                    (true, true) => "New".to_owned(),
                                    (true, false) => format!("New, {what}"),
                                    (false, _) => format!("Changes: {what}"),
                                };
                                view! { <tr><th scope="row" class="numeric">{change.line}</th><td>{change.handle}</td><td>{what}</td></tr> }
                            }).collect_view()}
                        </tbody>
                    </table>
                </div>
            </section>
        }
    })
}

/// "3 new products, 2 changed, 95 as they are".
fn summary(import: &Import) -> String {
    let new = if import.products_new == 1 { "1 new product".to_owned() } else { format!("{} new products", grouped(import.products_new)) };
    format!("{new}, {} changed, {} as they are", grouped(import.products_changed), grouped(import.products_same))
}

/// Where the import stands, in words.
#[component]
fn Standing(import: Import) -> impl IntoView {
    let total = import.products_new + import.products_changed;
    let done = summary(&import);
    match import.status {
        ImportStatus::Refused => view! {
            <Notice tone=Tone::Bad><strong>"Nothing was changed. "</strong>"Please mend what is listed below, and send the file again."</Notice>
            <ButtonLink href=IMPORT_PATH>"Send another file"</ButtonLink>
        }
        .into_any(),
        ImportStatus::Checked if total == 0 => view! {
            <Notice>"The file is in order, and says nothing that is not so already. There is nothing to import."</Notice>
            <ButtonLink href=IMPORT_PATH look=Look::Secondary>"Send another file"</ButtonLink>
        }
        .into_any(),
        ImportStatus::Checked => view! {
            <Notice tone=Tone::Good><strong>"The file is in order. "</strong>{done}". Nothing is changed yet."</Notice>
            <form method="post" action=RunImport::url()>
                <input type="hidden" name="import_id" value=import.id.to_string()/>
                <Button large=true>"Import now"</Button>
            </form>
        }
        .into_any(),
        ImportStatus::Queued | ImportStatus::Running => view! {
            <Meta http_equiv="refresh" content=LOOK_AGAIN_S/>
            <div class="stack" role="status">
                <p><strong>"Being imported. "</strong>{format!("{} of {} products", grouped(import.progress), grouped(total))}</p>
                <progress aria-label="Products imported" max=total.max(1) value=import.progress></progress>
                <p class="muted small">"You may leave this page: it goes on without you. Either all of the file comes in or nothing."</p>
            </div>
            <p><a href=import_path(import.id)>"Look again"</a></p>
        }
        .into_any(),
        ImportStatus::Done => view! {
            <Notice tone=Tone::Good><strong>"Imported. "</strong>{done}"."</Notice>
            <ButtonLink href="/vendor/products">"Go to your products"</ButtonLink>
        }
        .into_any(),
        ImportStatus::Failed => view! {
            <div role="status">
                <Notice tone=Tone::Bad><strong>"This went wrong on our side, and nothing was changed. "</strong>"Please send the file again."</Notice>
            </div>
            <ButtonLink href=IMPORT_PATH>"Send the file again"</ButtonLink>
        }
        .into_any(),
    }
}

/// What was found in a file, the button that lets it in, and how far it has come.
#[component]
pub fn ImportPage() -> impl IntoView {
    let id = path_part::<ImportId>("import");
    let form = FormState::of(form_flash::current().as_ref(), RunImport::url());
    shop_page(move |owner, _| async move {
        let import: Import = service::find(&request::state()?.db, &ProductViewer::from(&owner), id?).await?;
        Ok::<_, AppError>(view! {
            <Document title=format!("{}: {}", import.status.label(), named(&import.file_name))/>
            <div class="wrap narrow stack">
                <Breadcrumbs trail=import_trail() here=named(&import.file_name)/>
                <header class="page-head">
                    <h1>{named(&import.file_name)}</h1>
                    <p>
                        <Badge tone=tone(import.status)>{import.status.label()}</Badge>
                        {format!(" {} rows, sent ", grouped(import.rows_total))}<Moment at=import.created_at.clone()/>
                    </p>
                </header>
                <ErrorSummary form=form labels=&[]/>
                <div class="card stack"><Standing import=import.clone()/></div>
                <Problems problems=import.problems.clone() count=import.problem_count/>
                <Changes changes=import.changes.clone() total=import.products_new + import.products_changed/>
            </div>
        })
    })
}
