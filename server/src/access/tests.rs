use super::*;

fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.clone(), value.parse().expect("a header value"))).collect()
}

#[test]
fn what_another_site_could_send_is_refused() {
    let own = "127.0.0.1:7410";
    assert!(same_site(&headers(&[(header::HOST, own)])).is_ok());
    assert!(same_site(&headers(&[(header::HOST, "localhost:7410")])).is_ok());
    assert!(same_site(&headers(&[(header::HOST, "[::1]:7410")])).is_ok());
    assert!(same_site(&headers(&[(header::HOST, own), (header::ORIGIN, "http://127.0.0.1:7410")])).is_ok());
    for (host, origin) in [
        ("evil.example:7410", None),
        ("127.0.0.1.evil.example", None),
        (own, Some("http://evil.example")),
        (own, Some("null")),
        (own, Some("http://localhost:3000")),
        (own, Some("https://127.0.0.1:7410")),
    ] {
        let mut sent = headers(&[(header::HOST, host)]);
        if let Some(origin) = origin {
            sent.insert(header::ORIGIN, origin.parse().expect("a header value"));
        }
        assert_eq!(same_site(&sent).expect_err("refused").code, "access.foreign", "{host} {origin:?}");
    }
}

#[test]
fn only_a_few_paths_are_open() {
    let open = |method: Method, path: &str| is_open(&method, &path.parse().expect("a path"));
    for path in ["/", "/explore", "/assets/index.js", "/healthz"] {
        assert!(open(Method::GET, path), "{path}");
    }
    for path in
        ["/api/v1/status", "/metrics", "/readyz", "/docs", "/docs/x", "/api/openapi.json", "/v1/other"]
    {
        assert!(!open(Method::GET, path), "{path}");
    }
    assert!(open(Method::POST, "/api/v1/ingest"));
    for path in [
        "/_bulk",
        "/logs/_bulk",
        "/elastic/logs/_bulk",
        "/loki/api/v1/push",
        "/services/collector/raw",
        "/upload",
    ] {
        assert!(open(Method::POST, path), "{path}");
    }
    for path in ["/api/v1/search", "/api/_bulk/search", "/api/v1/_bulk", "/metrics", "/explore", "/elastic"] {
        assert!(!open(Method::POST, path), "{path}");
    }
    assert!(open(Method::POST, "/api/v1/agent/batches"));
    assert!(!open(Method::POST, "/api/v1/search"));
    assert!(!open(Method::POST, "/"));
}

#[test]
fn a_code_opens_one_session_which_ends_with_the_token() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let access = LocalAccess::open(folder.path()).expect("a new token");
    let code = access.new_code();
    let cookie = access.redeem(&code).expect("a session");
    assert!(access.redeem(&code).is_none(), "a code counts once");
    let cookie = cookie.split(';').next().expect("name and value").to_owned();
    let sent = headers(&[(header::COOKIE, &cookie)]);
    assert!(access.is_known(&sent));
    assert!(!access.is_known(&headers(&[(header::COOKIE, "click_lite_session=a.b")])));

    assert!(
        LocalAccess::open(folder.path()).expect("the same token").is_known(&sent),
        "sessions survive a restart"
    );
    std::fs::remove_file(access.token_file()).expect("removed");
    let renewed = LocalAccess::open(folder.path()).expect("another token");
    assert!(!renewed.is_known(&sent));
    let bearer = format!("Bearer {}", access.token);
    assert!(access.is_known(&headers(&[(header::AUTHORIZATION, &bearer)])));
    assert!(!renewed.is_known(&headers(&[(header::AUTHORIZATION, &bearer)])));
}

#[test]
fn the_token_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let access = LocalAccess::open(folder.path()).expect("a new token");
    let mode = std::fs::metadata(access.token_file()).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
