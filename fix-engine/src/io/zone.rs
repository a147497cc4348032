//! Time zones by their names. In: a name of the IANA time zone database. Out: the zone, from the machine's database where it has one, else
//! from the copy in this program.

use jiff::tz::TimeZone;
use thiserror::Error;

/// A name that the time zone database does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name:?} must be a zone of the IANA time zone database, for instance Europe/Berlin")]
pub struct UnknownZone {
    /// The name.
    pub name: String,
}

/// The zone of this name; upper and lower case are the same.
///
/// # Errors
/// [`UnknownZone`].
pub fn zone(name: &str) -> Result<TimeZone, UnknownZone> {
    TimeZone::get(name).map_err(|_| UnknownZone {
        name: name.to_owned(),
    })
}
