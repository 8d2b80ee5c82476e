//! The library of ready-made queries, as TOML: one file a category, each an array of `template` tables.
//!
//! A template has `id`, `name`, `description`, `language` (`search` or `sql`), `text`, perhaps `from` and `to`, and
//! `parameter` tables with `name`, `type`, `description`, and perhaps `default`, `values`, `values_query` and `optional`.
//! In SQL, `from` and `to` are parameters that are always given.

/// Categories and their files, in the order in which they are shown.
pub const TEMPLATE_FILES: [(&str, &str); 7] = [
    ("Errors", include_str!("../templates/errors.toml")),
    ("Requests", include_str!("../templates/requests.toml")),
    ("Volume", include_str!("../templates/volume.toml")),
    ("Systems", include_str!("../templates/systems.toml")),
    ("Security", include_str!("../templates/security.toml")),
    ("Traces", include_str!("../templates/traces.toml")),
    ("Quality", include_str!("../templates/quality.toml")),
];
