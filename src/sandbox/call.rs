//! One API call in progress: its transaction, and what it tells the world.

use serde_json::{Value, json};

use super::refusal::Refusal;
use super::store::{self, DatabaseError, Filter, Object};
use super::switches::Switches;
use super::{API_VERSION, form::Params, ids};
use crate::error::AppError;
use crate::platform::db::Tx;

/// The most that a page of a list holds; Stripe's own limit and default.
const MAX_PAGE: i64 = 100;
const DEFAULT_PAGE: i64 = 10;

/// Why a call brings no object.
#[derive(Debug)]
pub(super) enum Failure {
    Refused(Box<Refusal>),
    /// Ours to know, theirs to try again.
    Broken(String),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Who calls: the shop's server, or a customer's browser, which may touch the one intent whose secret it knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Caller {
    Server,
    Browser,
}

/// Everything an operation needs.
pub(super) struct Call {
    pub(super) tx: Tx,
    pub(super) caller: Caller,
    /// Seconds since 1970.
    pub(super) now: i64,
    /// Year and month, for cards.
    pub(super) today: (i64, i64),
    pub(super) request_id: String,
    pub(super) idempotency_key: Option<String>,
    pub(super) base_url: String,
    pub(super) switches: Switches,
}

impl Call {
    /// # Errors
    /// `resource_missing`.
    pub(super) async fn find(&mut self, kind: &'static str, id: &str) -> Result<Object, Failure> {
        let found = store::find(&mut self.tx, kind, id).await?;
        Ok(found.ok_or_else(|| Refusal::no_such(kind, id))?)
    }

    pub(super) async fn insert(&mut self, kind: &'static str, body: Value, hidden: Value) -> Result<Object, Failure> {
        let id = body["id"].as_str().unwrap_or_default().to_owned();
        let object = Object { id, kind, created: self.now, body, hidden };
        store::insert(&mut self.tx, &object).await?;
        Ok(object)
    }

    pub(super) async fn update(&mut self, object: &Object) -> Result<(), Failure> {
        Ok(store::update(&mut self.tx, object).await?)
    }

    /// Records an event, to be sent once the transaction has committed.
    pub(super) async fn emit(&mut self, kind: &str, object: &Value) -> Result<(), Failure> {
        let id = ids::fresh("evt")?;
        let body = json!({
            "id": id, "object": "event", "api_version": API_VERSION, "created": self.now, "livemode": false, "type": kind,
            "data": { "object": object },
            "pending_webhooks": 1,
            "request": { "id": self.request_id, "idempotency_key": self.idempotency_key },
        });
        self.insert("event", body, json!({})).await?;
        let copies = self.switches.copies();
        if copies > 0 {
            store::insert_deliveries(&mut self.tx, &id, copies, self.switches.delay()).await?;
        }
        Ok(())
    }

    /// A page of a list, after the paging parameters in `params`; those of the filter have been taken before.
    pub(super) async fn page(&mut self, kind: &str, url: &str, mut params: Params, mut filter: Filter) -> Result<Value, Failure> {
        let limit = params.integer("limit")?.unwrap_or(DEFAULT_PAGE);
        if !(1..=MAX_PAGE).contains(&limit) {
            return Err(Refusal::invalid("A page holds 1 to 100 objects.", "limit").into());
        }
        filter.starting_after = params.text("starting_after")?;
        params.finish()?;
        // One more than asked for tells whether there is more.
        filter.limit = limit + 1;
        let mut data = store::list(&mut self.tx, kind, &filter).await?;
        let size = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = data.len() > size;
        data.truncate(size);
        Ok(json!({ "object": "list", "url": url, "has_more": has_more, "data": data }))
    }
}
