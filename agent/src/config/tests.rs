use super::*;
use crate::reading::Zone;

fn load(text: &str) -> Result<(Config, Plan), ConfigError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("agent.toml");
    std::fs::write(&path, text).expect("written");
    Config::load(&path)
}

#[test]
fn every_section_is_used() {
    let (_, plan) = load(
        r#"
        [server]
        url = "https://logs.example:7410/"
        key = "k"
        max_bytes_per_second = 1000
        [state]
        dir = "/var/lib/click-lite-agent"
        [spool]
        max_bytes = 10_000_000
        when_full = "drop_oldest"
        [batch]
        max_wait_ms = 50
        [resource]
        "deployment.environment" = "test"
        "host.name" = "a1"
        [[files]]
        paths = ["/var/log/app/*.log"]
        format = "json_lines"
        encoding = "latin-1"
        path_pattern = '/(?<app>[^/]+)\.log$'
        exclude_lines = ["^DEBUG"]
        zone = "-03:30"
        attributes = { team = "shop" }
        multiline = { start_pattern = '^\d{4}', wait_ms = 100 }
        [[docker]]
        service = "containers"
        [[journald]]
        units = ["nginx.service"]
        start_at = "end"
        "#,
    )
    .expect("valid");
    assert_eq!(plan.server.url, "https://logs.example:7410");
    assert_eq!(plan.resource.len(), 2);
    assert_eq!((plan.files.len(), plan.journals.len()), (2, 1));
    let reading = &plan.files[0].reading;
    assert_eq!(reading.zone, Zone::Fixed(-12_600));
    assert!(reading.is_latin1 && reading.start_pattern.is_some() && reading.exclude.len() == 1);
    assert!(plan.files[1].is_docker && plan.journals[0].starts_at_end);
}

#[test]
fn mistakes_are_named() {
    let files = "[[files]]\npaths = [\"/a\"]\n";
    for (text, expected) in [
        ("", "there is nothing to read"),
        ("[[files]]\n", "files[0].paths"),
        ("[[files]]\npaths = [\"[\"]", "files[0].paths"),
        (&format!("{files}frmat = \"auto\""), "frmat"),
        (&format!("{files}format = \"jsn\""), "files[0].format: `jsn` is no format"),
        (&format!("{files}include_lines = [\"(\"]"), "files[0].include_lines"),
        (&format!("{files}zone = \"Mars\""), "files[0].zone"),
        (&format!("{files}[server]\nurl = \"logs.example\""), "server.url"),
        (&format!("{files}[server]\nca_file = \"/none.pem\""), "server.ca_file: /none.pem"),
        (&format!("{files}[log]\nlevel = \"loud\""), "log.level"),
        (&format!("{files}[spool]\nmax_bytes = 1"), "spool.max_bytes"),
    ] {
        let error = load(text).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn the_reference_has_every_option() {
    let page = reference();
    for option in
        ["`max_bytes_per_second`", "`when_full` | `\"block\"`", "`start_pattern` | none", "[[journald]]"]
    {
        assert!(page.contains(option), "{option}\n{page}");
    }
    assert!(!page.contains("|  |"), "every option has a text");
}
