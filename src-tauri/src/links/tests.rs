use super::{is_link, page_of};

#[test]
fn links_lead_to_pages_and_to_nowhere_else() {
    assert_eq!(page_of("click-lite://explore?q=a+b&row=7").as_deref(), Some("/explore?q=a+b&row=7"));
    assert_eq!(page_of("click-lite:///dashboards/3").as_deref(), Some("/dashboards/3"));
    // Never another server: `//host` would be one.
    assert_eq!(page_of("click-lite:////elsewhere.example/x").as_deref(), Some("/elsewhere.example/x"));
    assert_eq!(page_of("https://elsewhere.example/explore"), None);
    assert!(is_link("click-lite://explore"));
    assert!(!is_link("/var/log/click-lite.log"));
}
