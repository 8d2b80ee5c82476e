//! The service of records that name none.

use click_lite_model::Record;

/// Sets the service, where there is none, to the first of these attributes that is there and not empty. Docker writes
/// container names with a slash before them in places; it is left out. `scratch` is overwritten.
pub(crate) fn set_from_attributes(record: &mut Record, keys: &[&str], scratch: &mut String) {
    if !record.service().is_empty() {
        return;
    }
    scratch.clear();
    for wanted in keys {
        let found = record.attributes().find(|&(key, _)| key == *wanted);
        let name = found.map_or("", |(_, value)| value.trim_start_matches('/'));
        if !name.is_empty() {
            scratch.push_str(name);
            record.set_service(scratch);
            return;
        }
    }
}
