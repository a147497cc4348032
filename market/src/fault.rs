//! [`Fault`]: which figure of a setting is out of its range, and what it must be, so that whoever has set it is told.

use core::fmt;

/// A figure out of its range. Shown as `field: must …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its name in the setting.
    pub field: &'static str,
    /// What it must do, for instance `be above zero`.
    pub must: &'static str,
}

impl Fault {
    /// A fault unless `holds`.
    pub(crate) fn unless(holds: bool, field: &'static str, must: &'static str) -> Result<(), Self> {
        if holds {
            Ok(())
        } else {
            Err(Self { field, must })
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: must {}", self.field, self.must)
    }
}

impl core::error::Error for Fault {}
