//! [`Limits`]: how many connections there may be, in all and from one address. A [`Permit`] is one connection's place; dropping it
//! gives the place back.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The places; cheap to clone.
#[derive(Clone, Debug)]
pub struct Limits {
    taken: Arc<Mutex<Taken>>,
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
pub struct Permit {
    limits: Limits,
    address: IpAddr,
}

/// No place is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// In all.
    #[error("too many connections")]
    All,
    /// For this address.
    #[error("too many connections from this address")]
    Address,
}

impl Limits {
    /// So many places in all, and so many for one address.
    #[must_use]
    pub fn new(max: usize, per_address_max: usize) -> Self {
        Self {
            taken: Arc::default(),
            max,
            per_address_max,
        }
    }

    /// A place for a connection from `address`.
    ///
    /// # Errors
    /// [`NoPlace`] says which limit is reached.
    pub fn take(&self, address: IpAddr) -> Result<Permit, NoPlace> {
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
        drop(taken);
        Ok(Permit {
            limits: self.clone(),
            address,
        })
    }

    /// Places that are taken now.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.lock().all
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut taken = self.limits.lock();
        taken.all = taken.all.saturating_sub(1);
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
        let limits = Limits::new(3, 2);
        let [one, two, three]: [IpAddr; 3] = [1, 2, 3].map(|last| IpAddr::from([127, 0, 0, last]));
        let first = limits.take(one).expect("a place");
        let _second = limits.take(one).expect("a place");
        assert_eq!(limits.take(one).err(), Some(NoPlace::Address));
        let _third = limits.take(two).expect("a place");
        assert_eq!(limits.take(three).err(), Some(NoPlace::All));
        drop(first);
        assert!(limits.take(three).is_ok());
    }
}
