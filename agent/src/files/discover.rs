//! Which files there are.

use std::collections::{HashMap, HashSet};
use std::os::unix::fs::DirEntryExt as _;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

/// As a shell matches: `*` stays within a directory and does not take hidden files.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// For searches, whose results are matched again: with a literal dot the library takes names of UTF-8 alone.
const SEARCH: MatchOptions = MatchOptions { require_literal_leading_dot: false, ..OPTIONS };

/// Files by patterns.
#[derive(Debug, Clone)]
pub struct Globs {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

impl Globs {
    /// Relative patterns are taken from the current directory. Those to leave out are matched against the whole path, and
    /// without a `/` against the name.
    ///
    /// # Errors
    /// A pattern that is none, with what is wrong.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, String> {
        let pattern = |text: &str| Pattern::new(text).map_err(|error| format!("`{text}`: {error}"));
        let absolute = |text: &String| {
            let path = std::path::absolute(text).map_err(|error| format!("`{text}`: {error}"))?;
            let text = path.to_string_lossy();
            // The name of a file is meant as it is, whatever characters it has.
            pattern(&if path.is_file() { Pattern::escape(&text) } else { text.into_owned() })
        };
        Ok(Self {
            include: include.iter().map(absolute).collect::<Result<_, _>>()?,
            exclude: exclude.iter().map(|text| pattern(text)).collect::<Result<_, _>>()?,
        })
    }

    /// Names the patterns, the same for the same patterns.
    pub fn name(&self) -> String {
        self.include.iter().map(Pattern::as_str).collect::<Vec<_>>().join(":")
    }

    pub fn matches(&self, path: &Path) -> bool {
        let text = path.to_string_lossy();
        self.include.iter().any(|pattern| pattern.matches_with(&text, OPTIONS)) && !self.excludes(path)
    }

    fn excludes(&self, path: &Path) -> bool {
        let name = path.file_name().map(Path::new);
        self.exclude.iter().any(|pattern| {
            let is_name = !pattern.as_str().contains('/');
            let subject = if is_name { name } else { Some(path) };
            subject.is_some_and(|subject| pattern.matches_with(&subject.to_string_lossy(), OPTIONS))
        })
    }

    /// Calls `found` with every file that is there now.
    pub fn files(&self, mut found: impl FnMut(PathBuf)) {
        for pattern in &self.include {
            // What can't be read is left out, as a shell does; it is looked at again at the next search.
            for path in glob::glob_with(pattern.as_str(), SEARCH).into_iter().flatten().flatten() {
                let is_hidden = path.to_str().is_some() && !pattern.matches_path_with(&path, OPTIONS);
                if !is_hidden && !self.excludes(&path) {
                    found(path);
                }
            }
        }
    }

    /// Directories in which files or directories may appear that match.
    pub fn directories(&self, directories: &mut HashSet<PathBuf>) {
        for pattern in &self.include {
            let mut fixed = PathBuf::new();
            let mut prefix = PathBuf::new();
            let mut has_wildcard = false;
            let components: Vec<Component<'_>> = Path::new(pattern.as_str()).components().collect();
            let (_, parents) = components.split_last().unwrap_or((&Component::CurDir, &[]));
            for component in parents {
                prefix.push(component);
                has_wildcard |=
                    component.as_os_str().as_encoded_bytes().iter().any(|byte| b"*?[".contains(byte));
                if !has_wildcard {
                    fixed.push(component);
                    continue;
                }
                let text = prefix.to_string_lossy();
                let paths = glob::glob_with(&text, SEARCH).into_iter().flatten().flatten();
                directories.extend(paths.filter(|path| path.is_dir()));
            }
            // Where the directory is not there yet, the nearest above it will tell of it.
            directories.extend(fixed.ancestors().find(|path| path.is_dir()).map(Path::to_path_buf));
        }
    }
}

/// Paths of a directory's entries by inode.
pub fn inodes(directory: &Path) -> HashMap<u64, PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| (entry.ino(), entry.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_files_and_the_directories_to_watch() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for path in ["a/x.log", "a/x.log.1", "b/y.log", "b/.hidden.log", "b/z.log.gz"] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, "").expect("written");
        }
        let text = |path: &str| root.join(path).to_string_lossy().into_owned();
        let globs = Globs::new(&[text("*/*.log*")], &["*.gz".into()]).expect("patterns");
        let mut found = Vec::new();
        globs.files(|path| found.push(path));
        found.sort();
        assert_eq!(found, ["a/x.log", "a/x.log.1", "b/y.log"].map(|path| root.join(path)));
        assert!(globs.matches(&root.join("c/new.log")));
        assert!(!globs.matches(&root.join("c/new.log.gz")));

        let mut directories = HashSet::new();
        globs.directories(&mut directories);
        assert_eq!(directories, HashSet::from([root.to_owned(), root.join("a"), root.join("b")]));

        let mut missing = HashSet::new();
        Globs::new(&[text("later/deep/*.log")], &[]).expect("patterns").directories(&mut missing);
        assert_eq!(missing, HashSet::from([root.to_owned()]));
    }

    #[test]
    fn what_is_no_pattern_is_said() {
        let error = Globs::new(&["/var/log/[".into()], &[]).expect_err("no pattern");
        assert!(error.contains("/var/log/["), "{error}");
    }
}
