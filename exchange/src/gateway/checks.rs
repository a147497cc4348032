//! [`Checks`]: the turns of password checks, which are dear on purpose. A few run at the same time, on threads of their own, and a
//! check keeps its place until it has ended, whether anybody still waits for it or not: strangers who go away do not add up. The addresses
//! take turns: a flood from one of them does not keep the others waiting. Knows nothing of passwords.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The turns.
#[derive(Debug)]
pub(crate) struct Checks {
    /// All that run.
    running: Arc<Semaphore>,
    /// Checks at the same time, in all and from one address.
    max: usize,
    /// Those of each address that runs some or waits for one.
    by_address: Arc<Mutex<BTreeMap<IpAddr, Line>>>,
}

/// One address: who stands in line, and its turns.
#[derive(Debug)]
struct Line {
    standing: usize,
    turns: Arc<Semaphore>,
}

/// A place in an address's line; dropping it leaves the line.
struct Place {
    address: IpAddr,
    by_address: Arc<Mutex<BTreeMap<IpAddr, Line>>>,
}

/// A turn, held by the check itself. Let go in this order: who gets the next turn finds nothing left of this one.
struct Turn {
    _place: Place,
    _of_address: OwnedSemaphorePermit,
    _running: OwnedSemaphorePermit,
}

impl Checks {
    /// At most `max` at the same time.
    pub(crate) fn new(max: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(max)),
            max,
            by_address: Arc::default(),
        }
    }

    /// Runs a check for a peer at `address` when its turn has come; `None` when it cannot be run any more.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        address: IpAddr,
        check: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let turn = self.turn(address).await?;
        let checked = tokio::task::spawn_blocking(move || {
            let outcome = check();
            drop(turn);
            outcome
        });
        checked.await.ok()
    }

    async fn turn(&self, address: IpAddr) -> Option<Turn> {
        let (place, turns) = self.stand_in_line(address);
        let of_address = turns.acquire_owned().await.ok()?;
        let running = Arc::clone(&self.running).acquire_owned().await.ok()?;
        Some(Turn {
            _place: place,
            _of_address: of_address,
            _running: running,
        })
    }

    fn stand_in_line(&self, address: IpAddr) -> (Place, Arc<Semaphore>) {
        let mut lines = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(address).or_insert_with(|| Line {
            standing: 0,
            turns: Arc::new(Semaphore::new(self.max)),
        });
        line.standing += 1;
        let turns = Arc::clone(&line.turns);
        drop(lines);
        let place = Place {
            address,
            by_address: Arc::clone(&self.by_address),
        };
        (place, turns)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self
            .by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get_mut(&self.address) {
            line.standing -= 1;
            if line.standing == 0 {
                lines.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;
    use tokio::time::timeout;

    const PATIENCE: Duration = Duration::from_secs(30);
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));

    fn lines(checks: &Checks) -> usize {
        checks.by_address.lock().unwrap().len()
    }

    /// A check that says when it runs, and runs until it is told to end.
    async fn held(checks: &Arc<Checks>) -> (tokio::task::JoinHandle<()>, mpsc::Sender<()>) {
        let (end, told) = mpsc::channel();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let mine = Arc::clone(checks);
        let asker = tokio::spawn(async move {
            let check = move || {
                let _ = begun.send(());
                let _ = told.recv();
            };
            let _ = mine.run(HERE, check).await;
        });
        timeout(PATIENCE, begins).await.unwrap().unwrap();
        (asker, end)
    }

    #[tokio::test]
    async fn a_check_that_nobody_waits_for_keeps_its_place_until_it_ends() {
        let checks = Arc::new(Checks::new(1));
        let (asker, end) = held(&checks).await;
        asker.abort();
        assert!(asker.await.unwrap_err().is_cancelled());
        assert_eq!(checks.running.available_permits(), 0);
        let next = checks.run(HERE, || "done");
        end.send(()).unwrap();
        assert_eq!(timeout(PATIENCE, next).await.unwrap(), Some("done"));
        assert_eq!(lines(&checks), 0, "nothing is remembered of an address");
    }

    #[tokio::test]
    async fn addresses_take_turns() {
        let checks = Arc::new(Checks::new(1));
        let (_asker, end) = held(&checks).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let note = |address, name| {
            let order = Arc::clone(&order);
            checks.run(address, move || order.lock().unwrap().push(name))
        };
        let release = async { end.send(()).unwrap() };
        let all = async {
            tokio::join!(
                biased;
                note(HERE, "here 1"),
                note(HERE, "here 2"),
                note(THERE, "there"),
                release,
            )
        };
        timeout(PATIENCE, all).await.unwrap();
        assert_eq!(*order.lock().unwrap(), ["there", "here 1", "here 2"]);
    }
}
