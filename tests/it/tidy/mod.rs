//! The rules of the house that a machine can check. Each test says which rule, and where it is broken.

mod files;
mod imports;
mod looks;

use std::path::{Path, PathBuf};

/// A file of the project.
pub struct Source {
    /// From the project's root, with forward slashes.
    pub path: String,
    pub text: String,
}

impl Source {
    /// Lines with their numbers, without the unit tests at the end of a file and without comments.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.lines().position(|line| line.trim() == "#[cfg(test)]").unwrap_or(usize::MAX);
        let comment = |line: &str| line.trim_start().starts_with("//");
        self.text.lines().enumerate().take(tests).filter(move |(_, line)| !comment(line)).map(|(index, line)| (index + 1, line))
    }

    /// The part of the path below `src/`.
    pub fn in_src(&self) -> &str {
        self.path.strip_prefix("src/").unwrap_or(&self.path)
    }

    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    pub fn has_folder(&self, name: &str) -> bool {
        self.path.split('/').rev().skip(1).any(|part| part == name)
    }
}

/// All files of a kind below a folder; none if there is no such folder.
pub fn sources(folder: &str, extension: &str) -> Vec<Source> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                walk(&path, extension, found);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(&root.join(folder), extension, &mut found);
    found.sort();
    let source = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        Source { path: path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"), text }
    };
    found.into_iter().map(source).collect()
}

/// Fails with all places at once.
#[track_caller]
pub fn none(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}\n  {}\n", broken.join("\n  "));
}

pub fn place(source: &Source, line: usize, text: &str) -> String {
    format!("{}:{line}: {}", source.path, text.trim())
}

/// The paths of a file's server functions.
pub fn server_functions(source: &Source) -> Vec<String> {
    let path = |(_, attribute): (usize, String)| {
        let endpoint =
            attribute.split_once("endpoint = \"").and_then(|(_, rest)| rest.split_once('"')).map(|(endpoint, _)| endpoint.to_owned());
        format!("/api/{}", endpoint.unwrap_or_default().trim_start_matches('/'))
    };
    files::server_attributes(source).into_iter().map(path).collect()
}
