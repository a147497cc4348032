//! [`Chunked`]: a vector in chunks, so that no insertion moves what is there. Knows nothing of what it holds.

use alloc::vec::Vec;
use core::ops::{Index, IndexMut};
use serde::{Deserialize, Serialize};

/// Values of one chunk. The first chunk grows by a quarter at a time, so that what is small stays small.
const CHUNK: usize = 1 << 10;

/// Values one behind the other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Chunked<T> {
    chunks: Vec<Vec<T>>,
}

impl<T> Chunked<T> {
    pub(crate) const fn new() -> Self {
        Self { chunks: Vec::new() }
    }

    /// How many there are.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        match self.chunks.split_last() {
            Some((last, full)) => full.len() * CHUNK + last.len(),
            None => 0,
        }
    }

    /// Puts one behind all others.
    #[inline(always)]
    pub(crate) fn push(&mut self, value: T) {
        if self.chunks.last().is_none_or(|last| last.len() == CHUNK) {
            self.chunks.push(Vec::new());
        }
        let is_first = self.chunks.len() == 1;
        let last = self.chunks.last_mut().expect("made above");
        if last.len() == last.capacity() {
            let more = if is_first { last.len() / 4 + 4 } else { CHUNK };
            last.reserve_exact(more.min(CHUNK - last.len()));
        }
        last.push(value);
    }

    pub(crate) fn clear(&mut self) {
        self.chunks.clear();
    }

    #[inline(always)]
    pub(crate) fn get(&self, at: usize) -> Option<&T> {
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)
    }

    /// All, the first in front.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    /// Whether every chunk is as it would be had the values come one by one: asked of chunks that were read back.
    pub(crate) fn is_sound(&self) -> bool {
        match self.chunks.split_last() {
            Some((last, full)) => {
                (1..=CHUNK).contains(&last.len()) && full.iter().all(|chunk| chunk.len() == CHUNK)
            }
            None => true,
        }
    }
}

impl<T> Index<usize> for Chunked<T> {
    type Output = T;

    #[inline(always)]
    fn index(&self, at: usize) -> &T {
        &self.chunks[at / CHUNK][at % CHUNK]
    }
}

impl<T> IndexMut<usize> for Chunked<T> {
    #[inline(always)]
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.chunks[at / CHUNK][at % CHUNK]
    }
}
