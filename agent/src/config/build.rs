//! From what was written in the configuration to what is used.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use click_lite_parse::{FORMATS, Format};
use regex::Regex;

use super::sections::TextEncoding;
use super::{Config, ConfigError, Docker, Files, Journald, Server, StartAt};
use crate::batch::BatchLimits;
use crate::files::{FileSource, FollowLimits, Globs};
use crate::journald::JournalSource;
use crate::reading::{Reading, Zone};
use crate::send::{ServerSettings, count_certificates};
use crate::state::SpoolLimits;

/// A configuration that was checked, in the shape in which it is used.
#[derive(Debug, Clone)]
pub struct Plan {
    pub server: ServerSettings,
    pub spool: SpoolLimits,
    pub batch: BatchLimits,
    pub follow: FollowLimits,
    pub files: Vec<FileSource>,
    pub journals: Vec<JournalSource>,
    /// Attributes of the resource of every record.
    pub resource: Vec<(String, String)>,
}

impl Plan {
    /// # Errors
    /// The first value that can't be used, with its option.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let resource = resource(&config.resource);
        let mut files = Vec::new();
        for (index, section) in config.files.iter().enumerate() {
            files.push(file_source(&format!("files[{index}]"), section, &resource)?);
        }
        for (index, section) in config.docker.iter().enumerate() {
            files.push(docker_source(&format!("docker[{index}]"), section, &resource)?);
        }
        let journals = config.journald.iter().map(|section| journal_source(section, &resource)).collect();
        if !(64 << 10..=16 << 20).contains(&config.batch.max_bytes) {
            return Err(ConfigError::value("batch.max_bytes", "must be between 64 KiB and 16 MiB"));
        }
        if config.spool.max_bytes < config.batch.max_bytes {
            return Err(ConfigError::value("spool.max_bytes", "must be at least batch.max_bytes"));
        }
        if config.follow.max_open_files == 0 {
            return Err(ConfigError::value("follow.max_open_files", "must be at least 1"));
        }
        if config.follow.poll_interval_ms < 10 {
            return Err(ConfigError::value("follow.poll_interval_ms", "must be at least 10"));
        }
        if !["error", "warn", "info", "debug", "trace"].contains(&config.log.level.as_str()) {
            return Err(ConfigError::value(
                "log.level",
                format!("`{}` is none of error, warn, info, debug, trace", config.log.level),
            ));
        }
        Ok(Self {
            server: server(&config.server)?,
            spool: SpoolLimits { max_bytes: config.spool.max_bytes, when_full: config.spool.when_full },
            batch: BatchLimits {
                max_bytes: usize::try_from(config.batch.max_bytes).unwrap_or(usize::MAX),
                max_wait: Duration::from_millis(config.batch.max_wait_ms),
            },
            follow: FollowLimits {
                poll_interval: Duration::from_millis(config.follow.poll_interval_ms),
                is_polling: config.follow.polling,
                max_open: config.follow.max_open_files,
                rotated_wait: Duration::from_secs(config.follow.rotated_wait_seconds),
            },
            files,
            journals,
            resource,
        })
    }
}

fn server(section: &Server) -> Result<ServerSettings, ConfigError> {
    let url = section.url.trim_end_matches('/');
    let is_url = ["http://", "https://"].iter().any(|scheme| {
        url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', ' ', '@']))
    });
    if !is_url {
        return Err(ConfigError::value(
            "server.url",
            format!("`{}` is not the address of a server, such as http://127.0.0.1:7410", section.url),
        ));
    }
    let roots_pem = match &section.ca_file {
        None => None,
        Some(path) => Some(Arc::new(certificates(path)?)),
    };
    if section.timeout_seconds == 0 {
        return Err(ConfigError::value("server.timeout_seconds", "must be at least 1"));
    }
    Ok(ServerSettings {
        url: url.to_owned(),
        key: section.key.clone().filter(|key| !key.is_empty()),
        token_file: section.token_file.clone(),
        roots_pem,
        timeout: Duration::from_secs(section.timeout_seconds),
        max_bytes_per_second: section.max_bytes_per_second,
    })
}

fn certificates(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let failed =
        |reason: String| ConfigError::value("server.ca_file", format!("{}: {reason}", path.display()));
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    if count_certificates(&pem) == 0 {
        return Err(failed("holds no certificate in PEM".into()));
    }
    Ok(pem)
}

fn file_source(
    option: &str,
    section: &Files,
    resource: &[(String, String)],
) -> Result<FileSource, ConfigError> {
    Ok(FileSource {
        globs: globs(option, &section.paths, &section.exclude_paths)?,
        starts_at_end: section.start_at == StartAt::End,
        is_docker: false,
        reading: file_reading(option, section, resource)?,
    })
}

fn globs(option: &str, paths: &[String], exclude: &[String]) -> Result<Globs, ConfigError> {
    if paths.is_empty() {
        return Err(ConfigError::value(format!("{option}.paths"), "names no file"));
    }
    Globs::new(paths, exclude)
        .map_err(|reason| ConfigError::value(format!("{option}.paths"), format!("is no pattern: {reason}")))
}

/// How the lines of a section are read. `option` names it in errors.
pub fn file_reading(
    option: &str,
    section: &Files,
    resource: &[(String, String)],
) -> Result<Reading, ConfigError> {
    let pattern = |name: &str, text: &String| {
        Regex::new(text).map_err(|error| {
            ConfigError::value(format!("{option}.{name}"), format!("is no regular expression: {error}"))
        })
    };
    let patterns = |name: &str, texts: &[String]| {
        texts.iter().map(|text| pattern(name, text)).collect::<Result<Vec<_>, _>>()
    };
    if section.max_line_bytes < 1024 || section.max_line_bytes > 4 << 20 {
        return Err(ConfigError::value(
            format!("{option}.max_line_bytes"),
            "must be between 1 KiB and 4 MiB",
        ));
    }
    Ok(Reading {
        format: format(option, &section.format)?,
        is_latin1: section.encoding == TextEncoding::Latin1,
        service: section.service.clone(),
        attributes: pairs(&section.attributes),
        resource: resource.to_vec(),
        path_pattern: section.path_pattern.as_ref().map(|text| pattern("path_pattern", text)).transpose()?,
        include: patterns("include_lines", &section.include_lines)?,
        exclude: patterns("exclude_lines", &section.exclude_lines)?,
        start_pattern: section
            .multiline
            .start_pattern
            .as_ref()
            .map(|text| pattern("multiline.start_pattern", text))
            .transpose()?,
        pending_wait: Duration::from_millis(section.multiline.wait_ms),
        zone: zone(option, &section.zone)?,
        max_line_bytes: usize::try_from(section.max_line_bytes).unwrap_or(usize::MAX),
    })
}

fn format(option: &str, name: &str) -> Result<Option<Format>, ConfigError> {
    if name.is_empty() || name == "auto" {
        return Ok(None);
    }
    Format::from_name(name).map(Some).ok_or_else(|| {
        let known: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        ConfigError::value(
            format!("{option}.format"),
            format!("`{name}` is no format: use auto, {}", known.join(", ")),
        )
    })
}

fn zone(option: &str, text: &str) -> Result<Zone, ConfigError> {
    let offset = || {
        let (sign, rest) = text.split_at_checked(1)?;
        let (hours, minutes) = rest.split_once(':')?;
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        let seconds = (hours * 60 + minutes) * 60;
        let is_valid = (0..=14).contains(&hours) && (0..60).contains(&minutes);
        match sign {
            "+" if is_valid => Some(seconds),
            "-" if is_valid => Some(-seconds),
            _ => None,
        }
    };
    match text {
        "local" => Ok(Zone::Local),
        "UTC" | "utc" | "Z" => Ok(Zone::Fixed(0)),
        _ => offset().map(Zone::Fixed).ok_or_else(|| {
            ConfigError::value(
                format!("{option}.zone"),
                format!("`{text}` is none of local, UTC, or such as +02:00"),
            )
        }),
    }
}

fn docker_source(
    option: &str,
    section: &Docker,
    resource: &[(String, String)],
) -> Result<FileSource, ConfigError> {
    Ok(FileSource {
        globs: globs(option, &section.paths, &[])?,
        starts_at_end: section.start_at == StartAt::End,
        is_docker: true,
        reading: Reading {
            format: Some(Format::DockerJson),
            service: section.service.clone(),
            attributes: pairs(&section.attributes),
            resource: resource.to_vec(),
            ..Reading::default()
        },
    })
}

fn journal_source(section: &Journald, resource: &[(String, String)]) -> JournalSource {
    JournalSource {
        units: section.units.clone(),
        starts_at_end: section.start_at == StartAt::End,
        directory: section.directory.clone(),
        reading: Reading {
            format: Some(Format::JournaldJson),
            attributes: pairs(&section.attributes),
            resource: resource.to_vec(),
            ..Reading::default()
        },
    }
}

/// The host's name, unless another is given.
fn resource(section: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut resource = pairs(section);
    if !section.contains_key("host.name")
        && let Some(name) = crate::host::name()
    {
        resource.push(("host.name".into(), name));
    }
    resource
}

fn pairs(map: &BTreeMap<String, String>) -> Vec<(String, String)> {
    map.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}
