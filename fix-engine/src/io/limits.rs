//! [`Limits`]: how many connections there may be, in all and from one address. A [`Permit`] is one connection's place; dropping it
//! gives the place back.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The places; cheap to clone.
#[derive(Clone)]
pub struct Limits {
    taken: Arc<Mutex<Taken>>,
    show: Option<Arc<dyn Fn(usize) + Send + Sync>>,
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

impl NoPlace {
    /// Which limit it is, in one word for counters: `all` or `address`.
    #[must_use]
    pub fn limit(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Address => "address",
        }
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Limits")
            .field("taken", &self.taken)
            .field("max", &self.max)
            .field("per_address_max", &self.per_address_max)
            .finish_non_exhaustive()
    }
}

impl Limits {
    /// So many places in all, and so many for one address.
    #[must_use]
    pub fn new(max: usize, per_address_max: usize) -> Self {
        Self {
            taken: Arc::default(),
            show: None,
            max,
            per_address_max,
        }
    }

    /// The same with somebody who is told how many places are taken whenever that changes: a gauge, which must not block.
    #[must_use]
    pub fn shown_by(mut self, show: impl Fn(usize) + Send + Sync + 'static) -> Self {
        self.show = Some(Arc::new(show));
        self
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
        let here = taken.by_address.get(&address).copied().unwrap_or(0);
        if here >= self.per_address_max {
            return Err(NoPlace::Address);
        }
        taken.by_address.insert(address, here + 1);
        taken.all += 1;
        self.show(taken.all);
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

    /// Within the lock: the last one told has the last word.
    fn show(&self, taken: usize) {
        if let Some(show) = &self.show {
            show(taken);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut taken = self.limits.lock();
        taken.all = taken.all.saturating_sub(1);
        self.limits.show(taken.all);
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn places_are_counted_by_address_and_given_back() {
        let shown = Arc::new(AtomicUsize::new(0));
        let gauge = Arc::clone(&shown);
        let limits = Limits::new(3, 2).shown_by(move |taken| gauge.store(taken, Ordering::Relaxed));
        let [one, two, three]: [IpAddr; 3] = [1, 2, 3].map(|last| IpAddr::from([127, 0, 0, last]));
        let first = limits.take(one).expect("a place");
        let _second = limits.take(one).expect("a place");
        assert_eq!(limits.take(one).err(), Some(NoPlace::Address));
        let _third = limits.take(two).expect("a place");
        assert_eq!(limits.take(three).err(), Some(NoPlace::All));
        assert_eq!((limits.taken(), shown.load(Ordering::Relaxed)), (3, 3));
        drop(first);
        assert_eq!((limits.taken(), shown.load(Ordering::Relaxed)), (2, 2));
        assert!(limits.take(three).is_ok());
    }
}
