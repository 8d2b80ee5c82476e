/// Dashboards to start from, by id: JSON as the API takes it. They are here because their queries are SQL for the log
/// store; `tests/tests/dashboards.rs` runs each of them.
pub const DASHBOARD_TEMPLATES: [(&str, &str); 4] = [
    ("http-access", include_str!("../dashboards/http-access.json")),
    ("kubernetes", include_str!("../dashboards/kubernetes.json")),
    ("system-logs", include_str!("../dashboards/system-logs.json")),
    ("application-errors", include_str!("../dashboards/application-errors.json")),
];
