use super::*;

async fn open(folder: &tempfile::TempDir) -> Catalog {
    Catalog::open(&folder.path().join("catalog.sqlite")).await.expect("a catalog")
}

#[tokio::test]
async fn a_change_counts_only_from_the_last_version_and_all_versions_stay() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalog = open(&folder).await;
    let added = catalog.add_dashboard("a", "Web", "{}", "t1").await.expect("written");
    assert_eq!(catalog.dashboard("a").await.expect("read"), Some(added));
    assert!(catalog.replace_dashboard("a", 1, "Web 2", "{2}", "t2").await.expect("asked"));
    assert!(!catalog.replace_dashboard("a", 1, "Web 3", "{3}", "t3").await.expect("asked"));
    assert!(!catalog.replace_dashboard("b", 1, "x", "{}", "t3").await.expect("asked"));
    catalog.close().await;

    let catalog = open(&folder).await;
    let now = catalog.dashboard("a").await.expect("read").expect("there");
    assert_eq!((now.name.as_str(), now.version, now.created_at.as_str()), ("Web 2", 2, "t1"));
    let versions = catalog.dashboard_versions("a").await.expect("read");
    let seen: Vec<_> = versions.iter().map(|one| (one.version, one.name.as_str())).collect();
    assert_eq!(seen, [(2, "Web 2"), (1, "Web")]);
}

#[tokio::test]
async fn old_versions_are_forgotten() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalog = open(&folder).await;
    catalog.add_dashboard("a", "Web", "{}", "t").await.expect("written");
    for version in 1..=VERSIONS_KEPT + 4 {
        assert!(catalog.replace_dashboard("a", version, "Web", "{}", "t").await.expect("written"));
    }
    let versions = catalog.dashboard_versions("a").await.expect("read");
    assert_eq!(versions.len() as i64, VERSIONS_KEPT);
    assert_eq!(versions.last().map(|one| one.version), Some(6));
}

#[tokio::test]
async fn a_deletion_can_be_taken_back_until_it_is_old() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalog = open(&folder).await;
    for (id, name) in [("a", "beta"), ("b", "Alpha"), ("c", "gamma")] {
        catalog.add_dashboard(id, name, "{}", "2026-01-01").await.expect("written");
    }
    let names = |entries: Vec<DashboardEntry>| entries.into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert!(catalog.delete_dashboard("a", "2026-01-05", "2026-01-01").await.expect("deleted"));
    assert!(!catalog.delete_dashboard("a", "2026-01-05", "2026-01-01").await.expect("asked"));
    assert!(!catalog.replace_dashboard("a", 1, "x", "{}", "t").await.expect("asked"));
    assert_eq!(names(catalog.dashboards().await.expect("read")), ["Alpha", "gamma"]);
    assert!(catalog.restore_dashboard("a").await.expect("restored"));
    assert!(catalog.mark_dashboard("a", true).await.expect("marked"));
    assert_eq!(names(catalog.dashboards().await.expect("read")), ["Alpha", "beta", "gamma"]);

    assert!(catalog.delete_dashboard("a", "2026-01-05", "2026-01-01").await.expect("deleted"));
    assert!(catalog.delete_dashboard("b", "2026-03-01", "2026-02-01").await.expect("deleted"));
    assert!(!catalog.restore_dashboard("a").await.expect("asked"), "too late");
    assert!(catalog.dashboard_versions("a").await.expect("read").is_empty());
    assert!(catalog.restore_dashboard("b").await.expect("restored"));
}
