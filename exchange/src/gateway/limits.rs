//! [`Limits`]: how many connections there may be, in all and from one address. A [`Permit`] is one connection's place; dropping it
//! gives the place back.

use prometheus::IntGauge;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The places; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    taken: Arc<Mutex<Taken>>,
    open: IntGauge,
    max: usize,
    per_address_max: usize,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: BTreeMap<IpAddr, usize>,
}

/// One connection's place.
#[derive(Debug)]
pub(crate) struct Permit {
    limits: Limits,
    address: IpAddr,
}

/// No place is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoPlace {
    /// In all.
    #[error("too many connections")]
    All,
    /// For this address.
    #[error("too many connections from this address")]
    Address,
}

impl NoPlace {
    /// The value of `limit` that it is counted under.
    pub(crate) fn limit(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Address => "address",
        }
    }
}

impl Limits {
    /// `open` shows how many places are taken.
    pub(crate) fn new(max: usize, per_address_max: usize, open: IntGauge) -> Self {
        Self {
            taken: Arc::default(),
            open,
            max,
            per_address_max,
        }
    }

    /// A place for a connection from `address`.
    pub(crate) fn take(&self, address: IpAddr) -> Result<Permit, NoPlace> {
        let mut taken = self.lock();
        if taken.all >= self.max {
            return Err(NoPlace::All);
        }
        let here = taken.by_address.entry(address).or_default();
        if *here >= self.per_address_max {
            return Err(NoPlace::Address);
        }
        *here += 1;
        taken.all += 1;
        self.open.inc();
        drop(taken);
        Ok(Permit {
            limits: self.clone(),
            address,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut taken = self.limits.lock();
        taken.all = taken.all.saturating_sub(1);
        self.limits.open.dec();
        if let Some(here) = taken.by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                taken.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_address_and_given_back() {
        let open = IntGauge::new("fix_connections", "Open.").expect("a gauge");
        let limits = Limits::new(3, 2, open.clone());
        let [one, two, three]: [IpAddr; 3] = [1, 2, 3].map(|last| IpAddr::from([127, 0, 0, last]));
        let first = limits.take(one).expect("a place");
        let _second = limits.take(one).expect("a place");
        assert_eq!(limits.take(one).err(), Some(NoPlace::Address));
        let _third = limits.take(two).expect("a place");
        assert_eq!(limits.take(three).err(), Some(NoPlace::All));
        drop(first);
        assert_eq!(open.get(), 2);
        assert!(limits.take(three).is_ok());
    }
}
