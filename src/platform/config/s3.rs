//! The bucket for pictures. Names as other S3 clients have them, so that one set of variables serves all.

use super::env::{is_loopback, origin};
use super::reader::Reader;
use crate::platform::storage::S3Config;

/// What Amazon takes where none is named; other stores do not care.
const DEFAULT_REGION: &str = "us-east-1";

/// None unless a bucket is named. A companion without a bucket is a mistake: pictures would quietly go to the disk.
pub(super) fn read<V: Fn(&str) -> Option<String>>(env: &mut Reader<V>) -> Option<S3Config> {
    let (endpoint, region) = (env.text("S3_ENDPOINT"), env.text("S3_REGION"));
    let (access_key_id, secret_access_key) = (env.text("S3_ACCESS_KEY_ID"), env.secret("S3_SECRET_ACCESS_KEY"));
    let Some(bucket) = env.text("S3_BUCKET") else {
        if endpoint.is_some() || region.is_some() || access_key_id.is_some() || secret_access_key.is_some() {
            env.problem("S3_BUCKET is missing, but other S3_ variables are set.");
        }
        return None;
    };
    if env.text("MEDIA_DIR").is_some() {
        env.problem("MEDIA_DIR and S3_BUCKET are both set; pictures lie in one place.");
    }
    if let Some(endpoint) = &endpoint {
        match origin(endpoint) {
            Some((scheme, host)) if scheme == "http" && !is_loopback(&host) => {
                env.problem("S3_ENDPOINT must begin with https://, except on this machine.");
            }
            Some(_) => {}
            None => env.problem("S3_ENDPOINT must be a scheme and a host only, such as https://s3.example."),
        }
    }
    if access_key_id.is_none() {
        env.problem("S3_ACCESS_KEY_ID is missing.");
    }
    if secret_access_key.is_none() {
        env.problem("S3_SECRET_ACCESS_KEY is missing.");
    }
    let region = region.unwrap_or_else(|| DEFAULT_REGION.to_owned());
    Some(S3Config { bucket, endpoint, region, access_key_id: access_key_id?, secret_access_key: secret_access_key? })
}
