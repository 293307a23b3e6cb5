//! A bucket of an S3-compatible store. Keys are `{prefix}/{folder}/{file}`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::error::AppError;

/// Below this prefix, so that a bucket may hold other things as well.
const PREFIX: &str = "media";
/// A picture waits for no store longer than a page does.
const REQUEST_LIMIT: Duration = Duration::from_secs(15);
/// Of one operation with all its retries.
const RETRY_LIMIT: Duration = Duration::from_secs(20);
const MAX_RETRIES: usize = 3;
/// Files of one folder in flight at once.
const AT_ONCE: usize = 4;

/// Which bucket, and by which key.
#[derive(Clone, Debug)]
pub struct S3Config {
    pub bucket: String,
    /// Of another store than Amazon's (`S3_ENDPOINT`).
    pub endpoint: Option<String>,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: SecretString,
}

/// The bucket.
#[derive(Clone, Debug)]
pub struct S3 {
    store: Arc<AmazonS3>,
}

impl S3 {
    pub(super) fn new(config: &S3Config) -> Result<Self, String> {
        // The process may have one already; both are the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let plain_http = config.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let retry = RetryConfig { backoff: BackoffConfig::default(), max_retries: MAX_RETRIES, retry_timeout: RETRY_LIMIT };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&config.bucket)
            .with_region(&config.region)
            .with_access_key_id(&config.access_key_id)
            .with_secret_access_key(config.secret_access_key.expose_secret())
            // Most other stores know buckets by path alone.
            .with_virtual_hosted_style_request(config.endpoint.is_none())
            .with_client_options(ClientOptions::new().with_timeout(REQUEST_LIMIT).with_allow_http(plain_http))
            .with_retry(retry);
        if let Some(endpoint) = &config.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let store = builder.build().map_err(|error| format!("the S3 settings cannot be used: {error}"))?;
        Ok(Self { store: Arc::new(store) })
    }

    pub async fn put_folder(&self, folder: Uuid, files: Vec<(String, Vec<u8>)>) -> Result<(), AppError> {
        let puts = files.into_iter().map(|(name, bytes)| {
            let store = Arc::clone(&self.store);
            async move { store.put(&key(folder, &name), bytes.into()).await.map_err(failed) }
        });
        futures::stream::iter(puts).buffer_unordered(AT_ONCE).try_collect::<Vec<_>>().await?;
        Ok(())
    }

    pub async fn read(&self, folder: Uuid, name: &str) -> Result<Option<Vec<u8>>, AppError> {
        match self.store.get(&key(folder, name)).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(failed)?.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    pub async fn has(&self, folder: Uuid, name: &str) -> Result<bool, AppError> {
        match self.store.head(&key(folder, name)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    pub async fn remove_folder(&self, folder: Uuid) -> Result<(), AppError> {
        let prefix = Path::from_iter([PREFIX, &folder.to_string()]);
        let files: Vec<Path> = self.store.list(Some(&prefix)).map_ok(|file| file.location).try_collect().await.map_err(failed)?;
        for file in files {
            match self.store.delete(&file).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(())
    }

    /// A folder is as old as its youngest file.
    pub async fn folders_older_than(&self, age: Duration) -> Result<Vec<Uuid>, AppError> {
        let prefix = Path::from(PREFIX);
        let mut youngest = BTreeMap::new();
        let mut files = self.store.list(Some(&prefix));
        while let Some(file) = files.try_next().await.map_err(failed)? {
            let folder = file.location.parts().nth(1).and_then(|part| part.as_ref().parse::<Uuid>().ok());
            if let Some(folder) = folder {
                let written = file.last_modified.timestamp();
                youngest.entry(folder).and_modify(|at: &mut i64| *at = written.max(*at)).or_insert(written);
            }
        }
        let before = time::OffsetDateTime::now_utc() - age;
        Ok(youngest.into_iter().filter(|(_, at)| *at < before.unix_timestamp()).map(|(folder, _)| folder).collect())
    }
}

/// `Path` encodes what could climb; ids and our own file names need none of it.
fn key(folder: Uuid, name: &str) -> Path {
    Path::from_iter([PREFIX, &folder.to_string(), name])
}

/// The store's own words go to the log only.
fn failed(error: object_store::Error) -> AppError {
    match error {
        object_store::Error::Generic { .. } => {
            tracing::warn!(%error, "the file store cannot be reached");
            AppError::Offline
        }
        error => AppError::internal(error),
    }
}
