//! [`Lockouts`]: how long whoever has guessed passwords has to wait. Failures are counted in three kinds of places: for a participant
//! at one of its own addresses, for a participant from all other addresses together, and for an address whatever the participant. So
//! whoever guesses from elsewhere locks out nobody who comes from where it has logged on from before, or from one of its listed networks.
//! And an address that has not failed yet may always try once: who has the right password gets in from a new address, too.
//!
//! Time is an input. It knows no password. What it remembers is bounded; when it is full, the failure that is furthest back is forgotten.

use crate::config::FixConfig;
use fix_engine::time::Timestamp;
use journal::participant::network::cut;
use market::id::CompId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Places with failures that are remembered.
const PLACES_MAX: usize = 16_384;
/// Addresses that are remembered as a participant's own.
const OWN_ADDRESSES_MAX: usize = 8;
/// How many times as many failures an address has as a participant: several participants may share one.
const ADDRESS_FACTOR: u32 = 4;
/// Failures are forgotten when this many times the longest wait has gone by without another one.
const FORGET_FACTOR: u64 = 4;
/// Leading bits of an IPv6 address that count: a customer of a provider has all that follow.
const IPV6_PREFIX: u8 = 64;

/// The rules, and who has failed. Shared by all connections.
#[derive(Debug)]
pub(crate) struct Lockouts {
    rules: Rules,
    book: Mutex<Book>,
}

#[derive(Clone, Copy, Debug)]
struct Rules {
    /// Failures after which the first wait begins.
    failures: u32,
    first_secs: u64,
    max_secs: u64,
}

#[derive(Debug, Default)]
struct Book {
    failures: BTreeMap<Place, Failures>,
    /// The same places, by when the last failure was.
    by_age: BTreeSet<(Timestamp, Place)>,
    /// Addresses that participants have logged on from, oldest first.
    own: BTreeMap<CompId, VecDeque<IpAddr>>,
}

/// Where failures are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// An address, whatever the participant.
    Address(IpAddr),
    /// A participant at an address of its own.
    Own(CompId, IpAddr),
    /// A participant from all other addresses.
    Elsewhere(CompId),
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Timestamp,
    wait_secs: u64,
}

/// A logon that is to be judged: for whom, and from where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    /// The participant, if there is one with this CompID.
    pub(crate) comp_id: Option<CompId>,
    /// Where it comes from.
    pub(crate) address: IpAddr,
    /// Whether the address is one of the participant's listed networks.
    pub(crate) is_listed: bool,
}

/// Too many failures: nothing is checked for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Locked {
    /// Seconds until a logon is checked again, at least 1.
    pub(crate) wait_secs: u64,
}

impl Lockouts {
    pub(crate) fn new(config: &FixConfig) -> Self {
        Self {
            rules: Rules {
                failures: config.lockout_failures,
                first_secs: config.lockout_first_secs,
                max_secs: config.lockout_max_secs,
            },
            book: Mutex::default(),
        }
    }

    /// Whether this attempt may be checked now.
    ///
    /// # Errors
    /// [`Locked`] says how long it has to wait.
    pub(crate) fn admit(&self, now: Timestamp, attempt: Attempt) -> Result<(), Locked> {
        let book = self.lock();
        let places = book.places(attempt);
        let left = places
            .into_iter()
            .flatten()
            .filter(|place| !book.is_new_to(*place, attempt))
            .filter_map(|place| book.failures.get(&place))
            .map(|failures| failures.left_secs(now))
            .max();
        match left {
            Some(wait_secs) if wait_secs > 0 => Err(Locked { wait_secs }),
            _ => Ok(()),
        }
    }

    /// The attempt has failed; the wait that begins with it, if one does.
    pub(crate) fn failed(&self, now: Timestamp, attempt: Attempt) -> Option<Locked> {
        let mut book = self.lock();
        let forgets = self.rules.max_secs.saturating_mul(FORGET_FACTOR);
        let mut longest = 0;
        for place in book.places(attempt).into_iter().flatten() {
            let before = book.take(place).filter(|it| it.age_secs(now) < forgets);
            let count = before.map_or(0, |it| it.count).saturating_add(1);
            let wait_secs = self.rules.wait_secs(place, count);
            let failures = Failures {
                count,
                last: now,
                wait_secs,
            };
            book.put(place, failures);
            longest = longest.max(wait_secs);
        }
        (longest > 0).then_some(Locked { wait_secs: longest })
    }

    /// The attempt has proved right: its failures are forgotten and the address is the participant's own from now on. What the address
    /// did to others stays.
    pub(crate) fn succeeded(&self, attempt: Attempt) {
        let Some(comp_id) = attempt.comp_id else {
            return;
        };
        let mut book = self.lock();
        let [_, of_participant] = book.places(attempt);
        if let Some(place) = of_participant {
            book.take(place);
        }
        let address = significant(attempt.address);
        let own = book.own.entry(comp_id).or_default();
        own.retain(|one| *one != address);
        own.push_back(address);
        if own.len() > OWN_ADDRESSES_MAX {
            own.pop_front();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rules {
    /// The wait after this many failures: nothing at first, then twice as long each time.
    fn wait_secs(self, place: Place, count: u32) -> u64 {
        let free = match place {
            Place::Address(_) => self.failures.saturating_mul(ADDRESS_FACTOR),
            Place::Own(..) | Place::Elsewhere(_) => self.failures,
        };
        match count.checked_sub(free) {
            None => 0,
            Some(doublings) => {
                let factor = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
                self.first_secs.saturating_mul(factor).min(self.max_secs)
            }
        }
    }
}

impl Failures {
    fn age_secs(self, now: Timestamp) -> u64 {
        u64::try_from(now.nanos_since(self.last) / 1_000_000_000).unwrap_or(0)
    }

    /// Never more than the wait itself: a clock that is set back does not lock anybody out for longer.
    fn left_secs(self, now: Timestamp) -> u64 {
        self.wait_secs.saturating_sub(self.age_secs(now))
    }
}

impl Book {
    /// Where this attempt counts: the address, and the participant if there is one.
    fn places(&self, attempt: Attempt) -> [Option<Place>; 2] {
        let address = significant(attempt.address);
        let of_participant = attempt.comp_id.map(|comp_id| {
            let own = self.own.get(&comp_id);
            if attempt.is_listed || own.is_some_and(|own| own.contains(&address)) {
                Place::Own(comp_id, address)
            } else {
                Place::Elsewhere(comp_id)
            }
        });
        [Some(Place::Address(address)), of_participant]
    }

    /// Whether others have failed in this place, and the attempt's address nowhere.
    fn is_new_to(&self, place: Place, attempt: Attempt) -> bool {
        let address = Place::Address(significant(attempt.address));
        matches!(place, Place::Elsewhere(_)) && !self.failures.contains_key(&address)
    }

    fn take(&mut self, place: Place) -> Option<Failures> {
        let failures = self.failures.remove(&place)?;
        self.by_age.remove(&(failures.last, place));
        Some(failures)
    }

    fn put(&mut self, place: Place, failures: Failures) {
        if self.failures.len() >= PLACES_MAX
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.failures.remove(&oldest);
        }
        self.failures.insert(place, failures);
        self.by_age.insert((failures.last, place));
    }
}

/// What counts of an address.
fn significant(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        address => cut(address, IPV6_PREFIX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "192.0.2.1";
    const ELSEWHERE: &str = "198.51.100.7";

    fn lockouts() -> Lockouts {
        Lockouts::new(&FixConfig {
            lockout_failures: 3,
            lockout_first_secs: 2,
            lockout_max_secs: 60,
            ..FixConfig::default()
        })
    }

    fn from(address: &str) -> Attempt {
        Attempt {
            comp_id: Some("BOT01".parse().expect("a CompID")),
            address: address.parse().expect("an address"),
            is_listed: false,
        }
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_000_000 + secs)
    }

    /// Fails at a moment until a wait begins, and says which.
    fn lock_out(lockouts: &Lockouts, now: Timestamp, attempt: Attempt) -> u64 {
        for _ in 0..100 {
            if let Some(locked) = lockouts.failed(now, attempt) {
                return locked.wait_secs;
            }
        }
        panic!("never locked out");
    }

    #[test]
    fn the_wait_begins_with_the_third_failure_and_doubles_up_to_its_bound() {
        let lockouts = lockouts();
        let bot = from(HOME);
        assert_eq!(lockouts.failed(at(0), bot), None);
        assert_eq!(lockouts.failed(at(0), bot), None);
        assert_eq!(lockouts.admit(at(0), bot), Ok(()));
        let mut now = 0;
        for wait_secs in [2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(lockouts.failed(at(now), bot), Some(Locked { wait_secs }));
            let last = i64::try_from(wait_secs).expect("small") - 1;
            assert_eq!(
                lockouts.admit(at(now + last), bot),
                Err(Locked { wait_secs: 1 })
            );
            now += last + 1;
            assert_eq!(lockouts.admit(at(now), bot), Ok(()));
        }
    }

    #[test]
    fn a_success_and_a_long_rest_forget_the_failures() {
        let lockouts = lockouts();
        let bot = from(HOME);
        lock_out(&lockouts, at(0), bot);
        lockouts.succeeded(bot);
        assert_eq!(lockouts.admit(at(0), bot), Ok(()));
        assert_eq!(lockouts.failed(at(0), bot), None);
        assert_eq!(lock_out(&lockouts, at(1), bot), 2);
        assert_eq!(lockouts.failed(at(1 + 4 * 60), bot), None, "forgotten");
    }

    #[test]
    fn guessing_from_elsewhere_does_not_lock_out_an_address_of_the_participants_own() {
        let lockouts = lockouts();
        lockouts.succeeded(from(HOME));
        for address in [ELSEWHERE, "203.0.113.9", "203.0.113.10"] {
            lockouts.failed(at(0), from(address));
        }
        assert!(lockouts.admit(at(0), from(ELSEWHERE)).is_err());
        let new = from("203.0.113.11");
        assert_eq!(
            lockouts.admit(at(0), new),
            Ok(()),
            "a new address has a try"
        );
        assert!(lockouts.failed(at(0), new).is_some(), "and one only");
        assert!(lockouts.admit(at(0), new).is_err());
        assert_eq!(lockouts.admit(at(0), from(HOME)), Ok(()));
        let listed = Attempt {
            is_listed: true,
            ..from("192.0.2.99")
        };
        assert_eq!(lockouts.admit(at(0), listed), Ok(()));
        lock_out(&lockouts, at(0), from(HOME));
        assert!(lockouts.admit(at(0), from(HOME)).is_err());
    }

    #[test]
    fn an_address_that_guesses_for_many_participants_waits_too() {
        let lockouts = lockouts();
        let guess = |number: u32| Attempt {
            comp_id: number
                .is_multiple_of(2)
                .then(|| format!("BOT{number}").parse().expect("a CompID")),
            ..from("2001:db8::1")
        };
        for number in 0..11 {
            assert_eq!(lockouts.failed(at(0), guess(number)), None);
        }
        assert_eq!(
            lockouts.failed(at(0), guess(11)),
            Some(Locked { wait_secs: 2 })
        );
        let neighbour = from("2001:db8::ffff");
        assert!(lockouts.admit(at(0), neighbour).is_err(), "the same /64");
        assert_eq!(lockouts.admit(at(0), from("2001:db8:0:1::1")), Ok(()));
        lockouts.succeeded(neighbour);
        assert!(
            lockouts.admit(at(0), guess(98)).is_err(),
            "a logon of its own does not clear what it did to others"
        );
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_wait_longer() {
        let lockouts = lockouts();
        let wait_secs = lock_out(&lockouts, at(10_000), from(HOME));
        assert_eq!(lockouts.admit(at(0), from(HOME)), Err(Locked { wait_secs }));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let lockouts = lockouts();
        let address = |n: u32| Attempt {
            comp_id: None,
            address: IpAddr::V4(n.into()),
            is_listed: false,
        };
        let many = u32::try_from(PLACES_MAX).expect("small") + 100;
        for n in 0..many {
            lockouts.failed(at(i64::from(n)), address(n));
        }
        for n in 0..u32::try_from(OWN_ADDRESSES_MAX).expect("small") + 3 {
            lockouts.succeeded(from(&format!("192.0.2.{n}")));
        }
        let book = lockouts.lock();
        assert_eq!(book.failures.len(), PLACES_MAX);
        assert_eq!(book.by_age.len(), PLACES_MAX);
        let kept = |n| {
            book.failures
                .contains_key(&Place::Address(IpAddr::V4(u32::into(n))))
        };
        assert!(!kept(99) && kept(100), "the oldest went");
        assert!(book.own.values().all(|own| own.len() == OWN_ADDRESSES_MAX));
    }
}
