//! What one instance tells all: a `NOTIFY` of the database, fanned out to whoever listens in this process.
//!
//! However many listen, a process keeps one connection for it, apart from the pool, and only while somebody listens. It comes back by itself
//! when the database was away; what was said meanwhile nobody knows, and so whoever listens is told that anything may have happened.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use sqlx::PgExecutor;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::db::Db;
use crate::error::AppError;

const CHANNEL: &str = "souk_live";
/// Words that wait for the slowest listener; beyond it, they are told that they have missed some.
const BACKLOG: usize = 256;
/// While the database does not answer.
const RETRY: Duration = Duration::from_secs(1);
/// Of one person: several windows on several devices, and no more than a browser would open by itself.
const MAX_OF_ONE: usize = 8;
/// In one process; each holds a connection of a browser.
const MAX_OF_ALL: usize = 500;
/// After so long somebody else may have left.
const FULL_RETRY_S: u32 = 60;

/// What was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum News {
    Said(Arc<str>),
    /// Some of it was not heard.
    Missed,
}

/// The process's ear; cheap to clone.
#[derive(Clone, Default, Debug)]
pub struct Live(Arc<Mutex<Listening>>);

#[derive(Default, Debug)]
struct Listening {
    ear: Weak<Ear>,
    /// How many listeners each has who has any.
    places: HashMap<Uuid, usize>,
}

/// Hears as long as somebody holds it.
#[derive(Debug)]
struct Ear {
    sender: broadcast::Sender<News>,
    _stop: DropGuard,
}

/// Hears what is said from now on.
#[derive(Debug)]
pub struct Listener {
    receiver: broadcast::Receiver<News>,
    _ear: Arc<Ear>,
    live: Live,
    person: Uuid,
}

/// Says it to all instances, once the transaction is committed. Commits that say something wait for each other: not for transactions in which
/// money moves.
///
/// # Errors
/// Those of the database.
pub async fn say(db: impl PgExecutor<'_>, words: &[String]) -> Result<(), AppError> {
    sqlx::query!("select pg_notify($1, word) from unnest($2::text[]) as word", CHANNEL, words).execute(db).await?;
    Ok(())
}

impl Live {
    /// Listens on behalf of a person.
    ///
    /// # Errors
    /// `TooManyRequests` when the person has too many listeners, `Offline` when all together have.
    pub fn listen(&self, db: &Db, person: Uuid) -> Result<Listener, AppError> {
        let mut listening = self.lock();
        if listening.places.values().sum::<usize>() >= MAX_OF_ALL {
            return Err(AppError::Offline);
        }
        let places = listening.places.entry(person).or_default();
        if *places >= MAX_OF_ONE {
            return Err(AppError::TooManyRequests { retry_after_s: FULL_RETRY_S });
        }
        *places += 1;
        let ear = listening.ear.upgrade().unwrap_or_else(|| Ear::open(db));
        listening.ear = Arc::downgrade(&ear);
        Ok(Listener { receiver: ear.sender.subscribe(), _ear: ear, live: self.clone(), person })
    }

    fn lock(&self) -> MutexGuard<'_, Listening> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// The next news.
    pub async fn next(&mut self) -> News {
        match self.receiver.recv().await {
            Ok(news) => news,
            Err(RecvError::Lagged(_)) => News::Missed,
            // The ear is held by us, so this does not happen; if it did, asking again at once would only burn the processor.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }

    /// Forgets what was said until now.
    pub fn skip(&mut self) {
        self.receiver = self.receiver.resubscribe();
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut listening = self.live.lock();
        if let Some(places) = listening.places.get_mut(&self.person) {
            *places -= 1;
            if *places == 0 {
                listening.places.remove(&self.person);
            }
        }
    }
}

impl Ear {
    fn open(db: &Db) -> Arc<Self> {
        let (sender, stop) = (broadcast::Sender::new(BACKLOG), CancellationToken::new());
        let options = (*db.pool().connect_options()).clone();
        let (says, stopped) = (sender.clone(), stop.clone());
        tokio::spawn(async move { stopped.run_until_cancelled(hear(options, says)).await });
        Arc::new(Self { sender, _stop: stop.drop_guard() })
    }
}

/// Never ends by itself.
async fn hear(options: PgConnectOptions, says: broadcast::Sender<News>) {
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    loop {
        let error = match connect(&pool).await {
            Ok(mut listener) => {
                // Whatever was said before there was a line.
                let _ = says.send(News::Missed);
                loop {
                    let news = match listener.try_recv().await {
                        Ok(Some(said)) => News::Said(said.payload().into()),
                        Ok(None) => News::Missed,
                        Err(error) => break error,
                    };
                    // An error says that nobody listens at this moment.
                    let _ = says.send(news);
                }
            }
            Err(error) => error,
        };
        tracing::warn!(%error, "the line for live news is down");
        tokio::time::sleep(RETRY).await;
    }
}

async fn connect(pool: &sqlx::PgPool) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
