//! One scanner for each line format. See [`crate::draft::Scanner`].

pub(crate) mod access;
pub(crate) mod csv;
pub(crate) mod database;
pub(crate) mod generic;
pub(crate) mod go;
pub(crate) mod java;
pub(crate) mod json;
pub(crate) mod logfmt;
pub(crate) mod mobile;
pub(crate) mod python;
pub(crate) mod rust;
pub(crate) mod supercomputer;
pub(crate) mod syslog;
pub(crate) mod system;
pub(crate) mod web_error;
