//! How long records are kept: the rules as the API takes them, and what they mean for the tables.

use axum::http::StatusCode;
use click_lite_store::{KeepRule, KeptTable, Lifetime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::error::ApiError;

/// Longest time that can be asked for.
pub const MAX_DAYS: u32 = 36_500;
/// Each rule is a comparison for every row that is looked at.
const MAX_RULES: usize = 100;
const MAX_TEXT_BYTES: usize = 1_024;

/// Logs or traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    Logs,
    Traces,
}

impl Signal {
    pub const ALL: [Self; 2] = [Self::Logs, Self::Traces];

    /// Tables that hold it; its roll-ups come last.
    pub fn tables(self) -> &'static [KeptTable] {
        match self {
            Self::Logs => &[KeptTable::Logs, KeptTable::Facets],
            Self::Traces => &[KeptTable::Traces],
        }
    }
}

/// How long everything is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionPolicy {
    pub logs: SignalPolicy,
    pub traces: SignalPolicy,
}

/// How long one signal is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SignalPolicy {
    /// Days, counted from a record's own time or its arrival, whichever is later; `null` takes `data.retention_days` of
    /// the configuration.
    pub days: Option<u32>,
    /// Records that are kept for a time of their own; the first rule that fits counts. At most 100.
    pub rules: Vec<RetentionRule>,
}

/// Records that are kept for a time of their own. All that is said has to fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionRule {
    /// Name of a service, as it is written.
    #[serde(default)]
    pub service: Option<String>,
    #[serde(default)]
    pub attribute: Option<AttributeMatch>,
    pub days: u32,
}

/// An attribute of the record or of its resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeMatch {
    pub key: String,
    pub value: String,
}

impl RetentionPolicy {
    pub fn of(&self, signal: Signal) -> &SignalPolicy {
        match signal {
            Signal::Logs => &self.logs,
            Signal::Traces => &self.traces,
        }
    }

    /// # Errors
    /// `retention.days`, `retention.rule`: what is wrong, and where.
    pub fn check(&self) -> Result<(), ApiError> {
        for (name, signal) in [("logs", &self.logs), ("traces", &self.traces)] {
            if let Some(days) = signal.days {
                check_days(&format!("{name}.days"), days)?;
            }
            if signal.rules.len() > MAX_RULES {
                return Err(wrong_rule(format!(
                    "{name}.rules has {} rules: {MAX_RULES} is the most",
                    signal.rules.len()
                )));
            }
            for (index, rule) in signal.rules.iter().enumerate() {
                check_rule(&format!("{name}.rules[{index}]"), rule, &signal.rules[..index])?;
            }
        }
        Ok(())
    }
}

/// What counts where the rules in the catalog can't be read.
pub fn keep_everything() -> RetentionPolicy {
    let signal = SignalPolicy { days: Some(MAX_DAYS), rules: Vec::new() };
    RetentionPolicy { logs: signal.clone(), traces: signal }
}

fn check_days(place: &str, days: u32) -> Result<(), ApiError> {
    if days == 0 || days > MAX_DAYS {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "retention.days",
            format!("{place} is {days}: it has to be between 1 and {MAX_DAYS}"),
        ));
    }
    Ok(())
}

fn check_rule(place: &str, rule: &RetentionRule, before: &[RetentionRule]) -> Result<(), ApiError> {
    check_days(&format!("{place}.days"), rule.days)?;
    if rule.service.is_none() && rule.attribute.is_none() {
        return Err(wrong_rule(format!(
            "{place} fits every record: give it a service or an attribute, or change the days of the signal"
        )));
    }
    let texts = [
        rule.service.as_deref(),
        rule.attribute.as_ref().map(|attribute| attribute.key.as_str()),
        rule.attribute.as_ref().map(|attribute| attribute.value.as_str()),
    ];
    if texts.into_iter().flatten().any(|text| text.len() > MAX_TEXT_BYTES) {
        return Err(wrong_rule(format!("{place} has a text of more than {MAX_TEXT_BYTES} bytes")));
    }
    if rule.attribute.as_ref().is_some_and(|attribute| attribute.key.is_empty() || attribute.value.is_empty())
    {
        return Err(wrong_rule(format!("{place}.attribute needs a key and a value")));
    }
    if before.iter().any(|other| other.service == rule.service && other.attribute == rule.attribute) {
        return Err(wrong_rule(format!("{place} never counts: a rule before it fits the same records")));
    }
    Ok(())
}

fn wrong_rule(message: String) -> ApiError {
    ApiError::bad_request("retention.rule", message)
}

/// A policy with the days that the configuration gives where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    pub policy: RetentionPolicy,
    pub configured_days: u32,
}

impl Effective {
    pub fn days(&self, signal: Signal) -> u32 {
        self.policy.of(signal).days.unwrap_or(self.configured_days)
    }

    pub fn lifetime(&self, signal: Signal) -> Lifetime {
        let rules = self.policy.of(signal).rules.iter().map(|rule| KeepRule {
            service: rule.service.clone(),
            attribute: rule.attribute.as_ref().map(|found| (found.key.clone(), found.value.clone())),
            days: rule.days,
        });
        Lifetime { days: self.days(signal), rules: rules.collect() }
    }

    /// Differs whenever other records may go.
    pub fn fingerprint(&self) -> String {
        format!(
            "{} {} {}",
            self.days(Signal::Logs),
            self.days(Signal::Traces),
            serde_json::to_string(&self.policy).unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(service: Option<&str>, days: u32) -> RetentionRule {
        RetentionRule { service: service.map(Into::into), attribute: None, days }
    }

    fn with_rules(rules: Vec<RetentionRule>) -> RetentionPolicy {
        RetentionPolicy { logs: SignalPolicy { days: None, rules }, ..RetentionPolicy::default() }
    }

    #[test]
    fn wrong_rules_are_named() {
        let refused = |policy: RetentionPolicy| {
            let error = policy.check().expect_err("refused");
            (error.code, error.message)
        };
        let (code, message) = refused(with_rules(vec![rule(Some("a"), 1), rule(None, 2)]));
        assert!(code == "retention.rule" && message.starts_with("logs.rules[1] fits every"), "{message}");
        let (code, message) = refused(with_rules(vec![rule(Some("a"), 0)]));
        assert!(code == "retention.days" && message.contains("logs.rules[0].days"), "{message}");
        let (_, message) = refused(with_rules(vec![rule(Some("a"), 1), rule(Some("a"), 2)]));
        assert!(message.contains("never counts"), "{message}");
        let (code, _) = refused(RetentionPolicy {
            traces: SignalPolicy { days: Some(40_000), rules: Vec::new() },
            ..RetentionPolicy::default()
        });
        assert_eq!(code, "retention.days");
        assert!(with_rules((0..100).map(|n| rule(Some(&n.to_string()), 1)).collect()).check().is_ok());
        assert!(with_rules((0..101).map(|n| rule(Some(&n.to_string()), 1)).collect()).check().is_err());
    }

    #[test]
    fn the_configuration_counts_where_the_policy_says_nothing() {
        let mut policy = with_rules(vec![rule(Some("a"), 3)]);
        policy.traces.days = Some(5);
        let effective = Effective { policy, configured_days: 30 };
        assert_eq!((effective.days(Signal::Logs), effective.days(Signal::Traces)), (30, 5));
        assert_eq!(effective.lifetime(Signal::Logs).longest_days(), 30);
        let other = Effective { configured_days: 31, ..effective.clone() };
        assert_ne!(other.fingerprint(), effective.fingerprint());
    }
}
