//! Names and values that were found lately: they are asked for at every key.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::read::Scope;

/// So old a list is offered as it is.
const FRESH: Duration = Duration::from_secs(15);
/// So old it is offered once more, while it is asked for anew.
const STALE: Duration = Duration::from_secs(60);
/// Lists of values that are kept, of at most [`WHOLE`] values each.
const MOST_LISTS: usize = 64;
/// Values that are asked for: a list of fewer holds all there are.
pub const WHOLE: u32 = 1_000;

/// Names or values, each with how many records have it.
pub type Counted = Arc<Vec<(String, u64)>>;

/// A list, and whether it is to be asked for anew by who got it.
pub struct Offer {
    pub list: Counted,
    pub is_stale: bool,
}

#[derive(Debug)]
struct Known {
    at: Instant,
    source: Option<String>,
    from: Option<String>,
    to: Option<String>,
    list: Counted,
}

impl Known {
    fn new(scope: &Scope, list: Counted) -> Self {
        let Scope { source, from, to, .. } = scope.clone();
        Self { at: Instant::now(), source, from, to, list }
    }

    fn is_of(&self, scope: &Scope) -> bool {
        self.from == scope.from && self.to == scope.to && self.source == scope.source
    }

    /// Whoever is told that it is stale asks anew: nobody else is told so for a while.
    fn offer(&mut self) -> Option<Offer> {
        let age = self.at.elapsed();
        // A list that is empty may be of the time before the first record.
        if age >= STALE || (age >= FRESH && self.list.is_empty()) {
            return None;
        }
        let is_stale = age >= FRESH;
        if is_stale {
            self.at = Instant::now();
        }
        Some(Offer { list: Arc::clone(&self.list), is_stale })
    }
}

/// Names of fields and how many records have them, of the time range that was asked for last.
#[derive(Debug, Default)]
pub struct KnownFields(Mutex<Option<Known>>);

impl KnownFields {
    pub fn get(&self, scope: &Scope) -> Option<Offer> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_mut().filter(|known| known.is_of(scope))?.offer()
    }

    /// The names that were found last of a source, whatever the range.
    pub fn latest(&self, source: Option<&str>) -> Option<Counted> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|known| known.source.as_deref() == source).map(|known| Arc::clone(&known.list))
    }

    /// Keeps the fields of all records of a range.
    pub fn set(&self, scope: &Scope, names: Counted) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Known::new(scope, names));
    }
}

/// Values of fields, most frequent first, of the beginnings that were asked for.
#[derive(Debug, Default)]
pub struct KnownValues(Mutex<VecDeque<KnownList>>);

#[derive(Debug)]
struct KnownList {
    known: Known,
    field: String,
    /// In lower case.
    prefix: String,
}

impl KnownList {
    /// Whether it holds the values that begin so, if there are any.
    fn answers(&self, prefix: &str) -> bool {
        let is_whole = self.known.list.len() < WHOLE as usize;
        self.prefix == prefix || (is_whole && prefix.starts_with(&self.prefix))
    }
}

impl KnownValues {
    /// Those that begin with `prefix`, in any case; and which list of them has to be asked for anew.
    pub fn get(&self, scope: &Scope, field: &str, prefix: &str) -> Option<(Offer, String)> {
        let prefix = prefix.to_lowercase();
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits =
            |list: &&mut KnownList| list.field == field && list.known.is_of(scope) && list.answers(&prefix);
        let (mut offer, of) = lists
            .iter_mut()
            .filter(fits)
            .find_map(|list| Some((list.known.offer()?, list.prefix.clone())))?;
        if of != prefix {
            let begins = |(value, _): &&(String, u64)| value.to_lowercase().starts_with(&prefix);
            offer.list = Arc::new(offer.list.iter().filter(begins).cloned().collect());
        }
        Some((offer, of))
    }

    /// Whether the values of a field were asked for, whatever they begin with.
    pub fn has(&self, scope: &Scope, field: &str) -> bool {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.iter().any(|list| {
            let is_young = list.known.at.elapsed() < STALE;
            is_young && list.prefix.is_empty() && list.field == field && list.known.is_of(scope)
        })
    }

    /// Keeps the values that begin with `prefix`, in place of those of before.
    pub fn set(&self, scope: &Scope, field: &str, prefix: &str, values: Counted) {
        let prefix = prefix.to_lowercase();
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|list| {
            let is_same = list.field == field && list.prefix == prefix && list.known.is_of(scope);
            !is_same && list.known.at.elapsed() < STALE
        });
        lists.truncate(MOST_LISTS - 1);
        lists.push_front(KnownList { known: Known::new(scope, values), field: field.to_owned(), prefix });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(values: impl IntoIterator<Item = String>) -> Counted {
        Arc::new(values.into_iter().map(|value| (value, 1)).collect())
    }

    fn found(known: &KnownValues, prefix: &str) -> Option<Vec<String>> {
        let (offer, _) = known.get(&Scope::default(), "service", prefix)?;
        Some(offer.list.iter().map(|(value, _)| value.clone()).collect())
    }

    #[test]
    fn a_list_of_all_values_answers_for_every_beginning() {
        let (known, scope) = (KnownValues::default(), Scope::default());
        known.set(&scope, "service", "", counted(["Cart".into(), "checkout".into(), "web".into()]));
        assert_eq!(found(&known, "c"), Some(vec!["Cart".to_owned(), "checkout".to_owned()]));
        assert_eq!(found(&known, "CA"), Some(vec!["Cart".to_owned()]));
        assert_eq!(found(&known, "x"), Some(Vec::new()));
        assert!(known.get(&scope, "host", "c").is_none());
        let other = Scope { source: Some("shop".into()), ..Scope::default() };
        assert!(known.get(&other, "service", "c").is_none());
    }

    #[test]
    fn a_list_that_was_cut_answers_for_its_own_beginning_alone() {
        let (known, scope) = (KnownValues::default(), Scope::default());
        known.set(&scope, "service", "a", counted((0..WHOLE).map(|number| format!("a{number}"))));
        assert_eq!(found(&known, "A").map(|values| values.len()), Some(WHOLE as usize));
        assert_eq!(found(&known, "a1"), None);
        known.set(&scope, "service", "a1", counted(["a1".into(), "a12".into()]));
        assert_eq!(found(&known, "a12"), Some(vec!["a12".to_owned()]));
        assert_eq!(found(&known, "b"), None);
    }

    #[test]
    fn one_of_those_who_are_told_that_a_list_is_old_asks_anew() {
        let known = KnownFields::default();
        let scope = Scope::default();
        known.set(&scope, counted(["level".into()]));
        let age = |by: Duration| {
            let mut kept = known.0.lock().expect("not poisoned");
            let kept = kept.as_mut().expect("a list");
            kept.at = Instant::now().checked_sub(by).expect("a time");
        };
        let is_stale = || known.get(&scope).map(|offer| offer.is_stale);
        assert_eq!(is_stale(), Some(false));
        age(FRESH);
        assert_eq!((is_stale(), is_stale()), (Some(true), Some(false)));
        age(STALE);
        assert_eq!(is_stale(), None);
    }
}
