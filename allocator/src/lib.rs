//! The allocator of the programs and their benches: mimalloc, which asks for huge pages where the kernel gives them. Whoever calls
//! [`keep_memory`] gives none of it back, so that no order waits for a page that was there before: see ARCHITECTURE.md.

#[cfg(test)]
use libmimalloc_sys::mi_option_get;
use libmimalloc_sys::{mi_option_set_default, mi_option_t};
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// `mi_option_purge_delay`: milliseconds until freed memory is given back to the system, 1,000 unless told otherwise; below 0 it never is.
/// Its place in `mi_option_e` (mimalloc.h), which is the same in all of mimalloc 2 and 3.
const PURGE_DELAY: mi_option_t = 15;

const NEVER: i64 = -1;

/// From now on memory that was given once is kept, unless the environment says otherwise (`MIMALLOC_PURGE_DELAY`, in milliseconds). What a
/// day of orders needs is touched again and again; a page that was given back costs the next order that needs it a microsecond and more
/// (docs/performance.md).
#[expect(
    unsafe_code,
    reason = "mimalloc has no other way to be told, and a bench shows what it is worth"
)]
pub fn keep_memory() {
    // SAFETY: it takes numbers and no pointer, knows how many options there are, and may be called at any time and by any thread.
    unsafe {
        mi_option_set_default(PURGE_DELAY, NEVER);
    }
}

/// Milliseconds until freed memory is given back.
#[cfg(test)]
#[expect(unsafe_code, reason = "as above")]
fn purge_delay() -> i64 {
    // SAFETY: as above.
    unsafe { mi_option_get(PURGE_DELAY) }
}

#[cfg(test)]
mod tests {
    use super::{NEVER, keep_memory, purge_delay};

    /// A second is what mimalloc.h says of this option and of no other.
    #[test]
    fn the_option_is_the_one_that_is_meant() {
        assert_eq!(purge_delay(), 1_000);
        keep_memory();
        assert_eq!(purge_delay(), NEVER);
    }
}
