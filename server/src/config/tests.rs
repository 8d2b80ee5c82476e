use super::*;

fn environment(pairs: &[(&str, &str)]) -> Option<config::Map<String, String>> {
    Some(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("server.toml");
    std::fs::write(&file, "[http]\nlisten = \"127.0.0.1:1\"\n[query]\nmax_seconds = 7\n").expect("written");
    let loaded = Config::load_from(Some(&file), environment(&[("CLICK_LITE__HTTP__LISTEN", "127.0.0.1:2")]))
        .expect("valid");
    assert_eq!(loaded.http.listen.port(), 2);
    assert_eq!(loaded.query.max_seconds, 7);
    assert_eq!(loaded.data.retention_days, 30);
}

#[test]
fn unknown_options_and_wrong_types_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("server.toml");
    for (text, named) in
        [("[http]\nport = 1\n", "port"), ("[query]\nmax_seconds = \"soon\"\n", "max_seconds")]
    {
        std::fs::write(&file, text).expect("written");
        let error = Config::load_from(Some(&file), environment(&[])).expect_err("refused").to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn listening_beyond_loopback_is_refused_in_local_mode() {
    let mut config = Config::default();
    config.http.listen = "0.0.0.0:7410".parse().expect("an address");
    let error = config.validate().expect_err("refused").to_string();
    assert!(error.contains("http.listen") && error.contains("other machines"), "{error}");
}

#[test]
fn every_option_is_documented() {
    let page = reference();
    let toml::Value::Table(sections) = toml::Value::try_from(Config::default()).expect("serialises") else {
        panic!("a table of sections");
    };
    for (section, options) in sections {
        for option in options.as_table().expect("a section").keys() {
            let row = page
                .lines()
                .skip_while(|line| *line != format!("## `[{section}]`"))
                .find(|line| line.starts_with(&format!("| `{option}` |")));
            let text = row.and_then(|row| row.split('|').nth(3)).unwrap_or_default();
            assert!(text.trim().len() > 10, "{section}.{option} is not described: {row:?}");
        }
    }
}
