//! The key that signs sessions.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::reader::Reader;

/// 256 bits, as RFC 7518 asks of a key for HS256.
const MIN_BYTES: usize = 32;

/// How a generated key begins, so that production can tell it.
const DEVELOPMENT_PREFIX: &str = "souk-development-";

const FILE: &str = "secret_key";

pub(super) fn read<V: Fn(&str) -> Option<String>>(env: &mut Reader<V>, production: bool, data_dir: &Path) -> SecretString {
    let given = env.secret("SOUK_SECRET_KEY");
    let missing = given.is_none();
    match given {
        Some(key) if key.expose_secret().len() < MIN_BYTES => {
            env.problem(format!("SOUK_SECRET_KEY is shorter than {MIN_BYTES} bytes (make one with: openssl rand -hex 32)."));
        }
        Some(key) if production && key.expose_secret().starts_with(DEVELOPMENT_PREFIX) => {
            env.problem("SOUK_SECRET_KEY is a development key; production needs one of its own (openssl rand -hex 32).");
        }
        Some(key) => return key,
        None if production => env.problem("SOUK_SECRET_KEY is missing (make one with: openssl rand -hex 32)."),
        None => {}
    }
    if missing && !production {
        let file = data_dir.join(FILE);
        match load_or_create(&file) {
            Ok(key) => return key,
            Err(error) => env.problem(format!(
                "The development key cannot be kept in {} ({error}); set SOUK_DATA_DIR or SOUK_SECRET_KEY.",
                file.display()
            )),
        }
    }
    SecretString::default()
}

/// Keys of before the last rotation (`SOUK_PREVIOUS_SECRET_KEYS`), newest first: what they signed is still read until it runs out.
pub(super) fn read_previous<V: Fn(&str) -> Option<String>>(env: &mut Reader<V>) -> Vec<SecretString> {
    let Some(keys) = env.secret("SOUK_PREVIOUS_SECRET_KEYS") else { return Vec::new() };
    let keys: Vec<&str> = keys.expose_secret().split(',').map(str::trim).filter(|key| !key.is_empty()).collect();
    if keys.iter().any(|key| key.len() < MIN_BYTES) {
        env.problem(format!("SOUK_PREVIOUS_SECRET_KEYS has a key shorter than {MIN_BYTES} bytes."));
    }
    keys.into_iter().map(SecretString::from).collect()
}

/// Made once, so that sessions outlive a restart.
fn load_or_create(file: &Path) -> io::Result<SecretString> {
    if let Some(key) = load(file)? {
        return Ok(key);
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let key = generate()?;
    // Written aside and linked into place: a second process that starts at the same moment finds no file or a whole one.
    let draft = file.with_extension(std::process::id().to_string());
    let mut options = std::fs::OpenOptions::new();
    let mut out = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    out.write_all(key.as_bytes())?;
    out.sync_all()?;
    let linked = std::fs::hard_link(&draft, file);
    std::fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok(key.into()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            load(file)?.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it holds no key"))
        }
        Err(error) => Err(error),
    }
}

fn load(file: &Path) -> io::Result<Option<SecretString>> {
    match std::fs::read_to_string(file) {
        Ok(text) if text.trim().len() >= MIN_BYTES => Ok(Some(text.trim().to_owned().into())),
        Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "it holds no key; delete it")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn generate() -> io::Result<String> {
    let mut bytes = [0; MIN_BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().fold(DEVELOPMENT_PREFIX.to_owned(), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    }))
}
