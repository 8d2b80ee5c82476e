use click_lite_query::string_literal;

use super::KeptTable;

pub(crate) const DAY_SECONDS: i64 = 86_400;

/// How long the rows of one table are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifetime {
    /// Days of rows that no rule is about.
    pub days: u32,
    /// The first rule that fits a row counts.
    pub rules: Vec<KeepRule>,
}

/// Rows that are kept for a time of their own. What is not said fits every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepRule {
    pub service: Option<String>,
    /// Key and value of an attribute, of the record or of its resource.
    pub attribute: Option<(String, String)>,
    pub days: u32,
}

impl Lifetime {
    /// Days after which no row is left.
    pub fn longest_days(&self) -> u32 {
        self.all_days().max().unwrap_or(self.days)
    }

    /// Days after which the first rows go.
    pub fn shortest_days(&self) -> u32 {
        self.all_days().min().unwrap_or(self.days)
    }

    fn all_days(&self) -> impl Iterator<Item = u32> {
        self.rules.iter().map(|rule| rule.days).chain([self.days])
    }
}

/// Which rows have to go.
#[derive(Debug, Clone, Copy)]
pub enum Doomed<'a> {
    /// Those whose time is over on the day `today`, counted from 1970-01-01.
    Expired { lifetime: &'a Lifetime, today: i64 },
    /// Those of a service.
    Service(&'a str),
}

impl Doomed<'_> {
    /// A Boolean expression over a row.
    pub(super) fn condition(&self, table: KeptTable) -> String {
        match self {
            Self::Expired { lifetime, today } => {
                let cutoff = |days: u32| (today - i64::from(days)) * DAY_SECONDS;
                let own = rules_of(lifetime, table)
                    .map(|(_, rule, fits)| format!("{fits}, toInt64({}), ", cutoff(rule.days)));
                let own: String = own.collect();
                let since = table.since();
                match own.as_str() {
                    "" => format!("{since} < {}", cutoff(lifetime.days)),
                    own => format!("{since} < multiIf({own}toInt64({}))", cutoff(lifetime.days)),
                }
            }
            Self::Service(name) => format!("ServiceName = {}", string_literal(name)),
        }
    }

    /// An expression over a row: the number of the rule that fits it, from 1; 0 where none does.
    pub(super) fn rule(&self, table: KeptTable) -> String {
        let own: String = match self {
            Self::Expired { lifetime, .. } => rules_of(lifetime, table)
                .map(|(number, _, fits)| format!("{fits}, toUInt32({number}), "))
                .collect(),
            Self::Service(_) => String::new(),
        };
        if own.is_empty() { "toUInt32(0)".to_owned() } else { format!("multiIf({own}toUInt32(0))") }
    }

    /// The last day, counted from 1970-01-01, whose partition can hold such rows; `None`: any day.
    pub(super) fn last_day(&self) -> Option<i64> {
        match self {
            // A remote ClickHouse may cut its days in another zone than UTC.
            Self::Expired { lifetime, today } => Some(today - i64::from(lifetime.shortest_days())),
            Self::Service(_) => None,
        }
    }
}

/// Rules that the table can tell apart, with their numbers and conditions. Roll-ups know services alone.
fn rules_of(lifetime: &Lifetime, table: KeptTable) -> impl Iterator<Item = (usize, &KeepRule, String)> {
    lifetime.rules.iter().enumerate().filter_map(move |(index, rule)| {
        let mut parts = Vec::new();
        if let Some(service) = &rule.service {
            parts.push(format!("ServiceName = {}", string_literal(service)));
        }
        if let Some((key, value)) = &rule.attribute {
            let (key, value) = (string_literal(key), string_literal(value));
            let maps: Vec<String> =
                table.attribute_maps().iter().map(|map| format!("{map}[{key}] = {value}")).collect();
            if maps.is_empty() {
                return None;
            }
            parts.push(format!("({})", maps.join(" OR ")));
        }
        (!parts.is_empty()).then(|| (index + 1, rule, parts.join(" AND ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lifetime() -> Lifetime {
        let rule = |service: Option<&str>, attribute: Option<(&str, &str)>, days| KeepRule {
            service: service.map(Into::into),
            attribute: attribute.map(|(key, value)| (key.into(), value.into())),
            days,
        };
        Lifetime {
            days: 30,
            rules: vec![
                rule(Some("it's"), None, 3),
                rule(None, Some(("env", "dev")), 1),
                rule(Some("pay"), Some(("env", "prod")), 400),
            ],
        }
    }

    #[test]
    fn the_first_rule_that_fits_gives_the_cutoff() {
        let lifetime = lifetime();
        let doomed = Doomed::Expired { lifetime: &lifetime, today: 20_000 };
        assert_eq!(
            doomed.condition(KeptTable::Logs),
            "greatest(toUnixTimestamp64Second(Timestamp), toInt64(toUnixTimestamp(IngestedAt))) < multiIf(\
             ServiceName = 'it\\'s', toInt64(1727740800), \
             (LogAttributes['env'] = 'dev' OR ResourceAttributes['env'] = 'dev'), toInt64(1727913600), \
             ServiceName = 'pay' AND (LogAttributes['env'] = 'prod' OR ResourceAttributes['env'] = 'prod'), \
             toInt64(1693440000), toInt64(1725408000))"
        );
        assert_eq!(
            doomed.rule(KeptTable::Facets),
            "multiIf(ServiceName = 'it\\'s', toUInt32(1), toUInt32(0))"
        );
        assert_eq!(doomed.last_day(), Some(19_999));
        assert_eq!((lifetime.longest_days(), lifetime.shortest_days()), (400, 1));
    }

    #[test]
    fn without_rules_the_condition_is_one_comparison() {
        let lifetime = Lifetime { days: 30, rules: Vec::new() };
        let doomed = Doomed::Expired { lifetime: &lifetime, today: 20_000 };
        assert_eq!(
            doomed.condition(KeptTable::Facets),
            "greatest(toInt64(toUnixTimestamp(Hour)), toInt64(toUnixTimestamp(IngestedAt))) < 1725408000"
        );
        assert_eq!(doomed.rule(KeptTable::Logs), "toUInt32(0)");
        assert_eq!(Doomed::Service("a\\'b").condition(KeptTable::Logs), "ServiceName = 'a\\\\\\'b'");
    }
}
