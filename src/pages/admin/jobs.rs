//! `/admin/jobs`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::dashboard::api::RunJob;
use crate::dashboard::duration_in_words;
use crate::dashboard::service::work;
use crate::orders::service::rfc3339;
use crate::pages::dashboard::admin_page;
use crate::pages::dates::Moment;
use crate::pages::document::Document;
use crate::pages::query;
use crate::platform::jobs::JobState;
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Button, EmptyState, ErrorSummary, FormState, Look, Notice, Tone};

/// How long the last run took, if it has ended.
fn took(job: &JobState) -> Option<String> {
    let (started, finished) = job.last_started_at.zip(job.last_finished_at)?;
    Some(duration_in_words((finished - started).try_into().ok()?))
}

#[component]
fn Row(job: JobState) -> impl IntoView {
    let took = took(&job);
    let (tone, words) = match (&job.holder, &job.last_error) {
        (Some(_), _) => (Tone::Accent, "Running"),
        (None, Some(_)) => (Tone::Bad, "Failed"),
        (None, None) => (Tone::Good, "Fine"),
    };
    let holder = job.holder.map(|holder| holder.simple().to_string().chars().take(8).collect::<String>());
    view! {
        <tr>
            <th scope="row">{job.name.clone()}{job.last_error.map(|error| view! { <p class="field-problem">{error}</p> })}</th>
            <td class="cell-mark"><Badge tone=tone>{words}</Badge>{holder.map(|holder| view! { <p class="muted small">{format!("run {holder}")}</p> })}</td>
            <td>
                <form method="post" action=RunJob::url()>
                    <input type="hidden" name="job" value=job.name.clone()/>
                    <Button look=Look::Secondary>"Run now"<span class="visually-hidden">{format!(": {}", job.name)}</span></Button>
                </form>
            </td>
            <td class="nowrap" data-label="Last run">{job.last_started_at.map(|at| view! { <Moment at=rfc3339(at)/> })}</td>
            <td class="numeric nowrap" data-label="Took">{took}</td>
            <td class="nowrap" data-label="Next run"><Moment at=rfc3339(job.next_run_at)/></td>
        </tr>
    }
}

/// What the shop does in the background.
#[component]
pub fn AdminJobsPage() -> impl IntoView {
    let (flash, done) = (form_flash::current(), query("done"));
    admin_page(move |admin, _| async move {
        let jobs = work::jobs(&request::state()?.db, &admin).await?;
        let refused = flash.as_ref().map_or_else(FormState::default, |flash| FormState::of(Some(flash), &flash.path));
        let news = done
            .filter(|done| refused.error().is_none() && jobs.iter().any(|job| job.name == *done))
            .map(|job| format!("{job} runs in a moment."));
        let content = if jobs.is_empty() {
            view! { <EmptyState icon="clock" title="No job has run yet" text="Each stands here from its first run on."/> }.into_any()
        } else {
            view! {
                <div class="table-scroll" role="region" aria-label="Jobs" tabindex="0">
                    <table class="table table-form table-cards">
                        <thead><tr><th scope="col">"Job"</th><th scope="col">"State"</th><th scope="col"><span class="visually-hidden">"Run it"</span></th><th scope="col">"Last run"</th><th scope="col" class="numeric">"Took"</th><th scope="col">"Next run"</th></tr></thead>
                        <tbody>{jobs.into_iter().map(|job| view! { <Row job=job/> }).collect_view()}</tbody>
                    </table>
                </div>
            }
            .into_any()
        };
        Ok(view! {
            <Document title="Jobs"/>
            <div class="wrap stack">
                <header class="page-head"><h1>"Jobs"</h1><p>"What the shop does in the background, each on one instance at a time."</p></header>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                <ErrorSummary form=refused labels=&[]/>
                {content}
            </div>
        })
    })
}
