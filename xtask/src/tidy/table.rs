//! The table of folders in docs/ARCHITECTURE.md: which crate may depend on which.

use std::collections::BTreeMap;

/// Crates that may be used, by crate.
pub(super) type Allowed = BTreeMap<String, Uses>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Uses {
    Everything,
    These(Vec<String>),
}

/// Reads the rows that begin with a folder in code quotes. `crates/x` is the crate `x`, the root package is `.`.
pub(super) fn read(document: &str) -> Allowed {
    let mut allowed = Allowed::new();
    for line in document.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [places, _, uses] = cells[..] else { continue };
        let uses = match uses {
            "everything" | "all of the above" => Uses::Everything,
            "-" => Uses::These(Vec::new()),
            names => Uses::These(names.split(',').map(|name| name.trim().to_owned()).collect()),
        };
        for place in places.split(',').map(str::trim) {
            if place == "root package" {
                allowed.insert(".".to_owned(), uses.clone());
            } else if let Some(folder) = place.strip_prefix('`').and_then(|place| place.strip_suffix('`')) {
                let name = folder.trim_end_matches('/').trim_start_matches("crates/");
                allowed.insert(name.to_owned(), uses.clone());
            }
        }
    }
    allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_rows() {
        let table = "| place | purpose | may depend on |\n| --- | --- | --- |\n| `crates/parse` | files | model, formats |\n\
                     | `crates/model` | records | - |\n| root package, `src-tauri/` | shell | client |\n\
                     | `tests`, `benches` | tests | everything |\n";
        let allowed = read(table);
        assert_eq!(allowed["parse"], Uses::These(vec!["model".into(), "formats".into()]));
        assert_eq!(allowed["model"], Uses::These(Vec::new()));
        assert_eq!(allowed["."], Uses::These(vec!["client".into()]));
        assert_eq!(allowed["benches"], Uses::Everything);
        assert!(!allowed.contains_key("place"));
    }
}
