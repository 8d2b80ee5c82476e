use super::*;

fn entry(id: &str, name: &str, folder: &str, tags: &str) -> SavedQueryEntry {
    SavedQueryEntry {
        id: id.into(),
        version: 1,
        name: name.into(),
        folder: folder.into(),
        tags: tags.into(),
        content: format!("{{\"name\":\"{name}\"}}"),
        searchable: name.to_lowercase(),
        owner: "local".into(),
        favourite: false,
        created_at: "2026-01-01T00:00:00Z".into(),
        updated_at: "2026-01-01T00:00:00Z".into(),
        deleted_at: None,
        last_used_at: None,
        last_run_at: None,
        last_run_ms: None,
    }
}

async fn open() -> (tempfile::TempDir, Catalog) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalog = Catalog::open(&folder.path().join("catalog.sqlite")).await.expect("a new catalog");
    (folder, catalog)
}

async fn names(catalog: &Catalog, filter: SavedQueryFilter) -> Vec<String> {
    let found = catalog.saved_queries(&filter).await.expect("read");
    found.into_iter().map(|entry| entry.name).collect()
}

#[tokio::test]
async fn a_name_is_given_once_and_a_change_needs_the_version_before() {
    let (_folder, catalog) = open().await;
    let first = entry("a", "Errors", "", "[]");
    assert_eq!(catalog.add_saved_query(&first).await.expect("written"), Written::Done);
    let same_name = entry("b", "errors", "", "[]");
    assert_eq!(catalog.add_saved_query(&same_name).await.expect("asked"), Written::NameTaken);
    assert_eq!(catalog.saved_query("ERRORS").await.expect("read"), Some(first.clone()));
    assert_eq!(catalog.saved_query("a").await.expect("read"), Some(first.clone()));

    let second =
        SavedQueryEntry { version: 2, content: "{}".into(), updated_at: "later".into(), ..first.clone() };
    assert_eq!(catalog.replace_saved_query(&second, "local").await.expect("written"), Written::Done);
    assert_eq!(catalog.replace_saved_query(&second, "local").await.expect("asked"), Written::Stale(2));
    let unknown = entry("x", "Unknown", "", "[]");
    assert_eq!(catalog.replace_saved_query(&unknown, "local").await.expect("asked"), Written::Missing);

    let versions = catalog.saved_query_versions("a").await.expect("read");
    let numbers: Vec<(i64, &str)> = versions.iter().map(|v| (v.version, v.content.as_str())).collect();
    assert_eq!(numbers, [(2, "{}"), (1, first.content.as_str())]);

    catalog.note_saved_query_run("a", "now", 12).await.expect("written");
    catalog.set_saved_query_favourite("a", true).await.expect("written");
    let noted = catalog.saved_query("a").await.expect("read").expect("there");
    assert_eq!((noted.version, noted.favourite, noted.last_run_ms), (2, true, Some(12)));
}

#[tokio::test]
async fn a_deleted_query_can_be_restored_while_its_name_is_free() {
    let (_folder, catalog) = open().await;
    catalog.add_saved_query(&entry("a", "Errors", "", "[]")).await.expect("written");
    assert_eq!(catalog.delete_saved_query("a", Some(7), "2", "0").await.expect("asked"), Written::Stale(1));
    assert_eq!(catalog.delete_saved_query("a", Some(1), "2", "0").await.expect("done"), Written::Done);
    assert_eq!(catalog.saved_query("a").await.expect("read"), None);
    assert_eq!(names(&catalog, SavedQueryFilter::default()).await, [""; 0]);
    let deleted = || SavedQueryFilter { deleted: true, ..SavedQueryFilter::default() };
    assert_eq!(names(&catalog, deleted()).await, ["Errors"]);

    catalog.add_saved_query(&entry("b", "Errors", "", "[]")).await.expect("the name is free");
    assert_eq!(catalog.undelete_saved_query("a").await.expect("asked"), Written::NameTaken);
    assert_eq!(catalog.delete_saved_query("b", None, "3", "3").await.expect("done"), Written::Done);
    // What was deleted before the third moment is gone for good by now.
    assert_eq!(catalog.undelete_saved_query("a").await.expect("asked"), Written::Missing);
    assert_eq!(catalog.saved_query_versions("a").await.expect("read"), []);
    assert_eq!(catalog.undelete_saved_query("b").await.expect("done"), Written::Done);
    assert_eq!(names(&catalog, SavedQueryFilter::default()).await, ["Errors"]);
}

#[tokio::test]
async fn a_list_is_narrowed_by_words_folder_and_tag() {
    let (_folder, catalog) = open().await;
    for (id, name, folder, tags) in [
        ("a", "Slow requests", "web", "[\"latency\"]"),
        ("b", "Slow logins", "web/login", "[\"latency\",\"audit\"]"),
        ("c", "Failed logins", "webshop", "[\"audit\"]"),
    ] {
        catalog.add_saved_query(&entry(id, name, folder, tags)).await.expect("written");
    }
    let all = SavedQueryFilter::default;
    assert_eq!(names(&catalog, all()).await, ["Failed logins", "Slow logins", "Slow requests"]);
    let words = SavedQueryFilter { words: vec!["log".into(), "slow".into()], ..all() };
    assert_eq!(names(&catalog, words).await, ["Slow logins"]);
    let folder = SavedQueryFilter { folder: Some("web".into()), ..all() };
    assert_eq!(names(&catalog, folder).await, ["Slow logins", "Slow requests"]);
    let tag = SavedQueryFilter { tag: Some("audit".into()), folder: Some("web".into()), ..all() };
    assert_eq!(names(&catalog, tag).await, ["Slow logins"]);
}
