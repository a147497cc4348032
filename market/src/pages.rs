//! [`Pages`]: a vector in pages of one size, so that no insertion moves what is there and one look finds the page. A page is there whole: for what
//! is read and changed at random, where [`Chunked`](crate::chunked::Chunked) is for what only grows. Knows nothing of what it holds.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use core::ops::{Index, IndexMut};
use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeSeq as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Values one behind the other, `N` to a page.
#[derive(Clone, Debug)]
pub(crate) struct Pages<T, const N: usize> {
    /// The places behind the last value hold none.
    pages: Vec<Box<[T; N]>>,
    len: usize,
}

impl<T, const N: usize> Pages<T, N> {
    pub(crate) const fn new() -> Self {
        Self {
            pages: Vec::new(),
            len: 0,
        }
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    pub(crate) fn get(&self, at: usize) -> Option<&T> {
        (at < self.len).then(|| &self[at])
    }

    /// All, the first in front.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let places = self.pages.iter().flat_map(|page| page.iter());
        places.take(self.len)
    }
}

impl<T: Clone + Default, const N: usize> Pages<T, N> {
    /// Puts one behind all others.
    #[inline(always)]
    pub(crate) fn push(&mut self, value: T) {
        if self.len == self.pages.len() * N {
            self.add_page();
        }
        let at = self.len;
        self.len += 1;
        self[at] = value;
    }

    #[cold]
    fn add_page(&mut self) {
        let page = vec![T::default(); N].try_into();
        self.pages.extend(page.ok());
    }
}

impl<T, const N: usize> Index<usize> for Pages<T, N> {
    type Output = T;

    #[inline(always)]
    fn index(&self, at: usize) -> &T {
        debug_assert!(at < self.len);
        &self.pages[at / N][at % N]
    }
}

impl<T, const N: usize> IndexMut<usize> for Pages<T, N> {
    #[inline(always)]
    fn index_mut(&mut self, at: usize) -> &mut T {
        debug_assert!(at < self.len);
        &mut self.pages[at / N][at % N]
    }
}

/// One value behind the other: pages are not seen.
impl<T: Serialize, const N: usize> Serialize for Pages<T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(Some(self.len))?;
        for value in self.iter() {
            all.serialize_element(value)?;
        }
        all.end()
    }
}

impl<'de, T, const N: usize> Deserialize<'de> for Pages<T, N>
where
    T: Clone + Default + Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reader(PhantomData))
    }
}

struct Reader<T, const N: usize>(PhantomData<T>);

impl<'de, T, const N: usize> Visitor<'de> for Reader<T, N>
where
    T: Clone + Default + Deserialize<'de>,
{
    type Value = Pages<T, N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("values one behind the other")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Pages<T, N>, A::Error> {
        let mut pages = Pages::new();
        while let Some(value) = all.next_element()? {
            pages.push(value);
        }
        Ok(pages)
    }
}

#[cfg(test)]
mod tests {
    use super::Pages;
    use alloc::vec::Vec;

    #[test]
    fn what_is_put_in_is_there_and_nothing_behind_it() {
        let mut pages = Pages::<usize, 4>::new();
        for value in 0..10 {
            assert_eq!((pages.len(), pages.get(value)), (value, None));
            pages.push(value * 7);
            pages[value / 2] += 1;
            let mut plain: Vec<usize> = (0..=value).map(|value| value * 7).collect();
            (0..=value).for_each(|value| plain[value / 2] += 1);
            assert!(pages.iter().eq(&plain), "{pages:?}");
            assert!(
                (0..=value).all(|at| pages.get(at) == Some(&plain[at]) && pages[at] == plain[at])
            );
        }
    }

    #[test]
    fn what_was_written_down_is_read_back() {
        for count in [0, 1, 3, 4, 5, 8, 11] {
            let mut pages = Pages::<u32, 4>::new();
            (0..count).for_each(|value| pages.push(value));
            let bytes = postcard::to_allocvec(&pages).unwrap();
            let plain: Vec<u32> = (0..count).collect();
            assert_eq!(bytes, postcard::to_allocvec(&plain).unwrap());
            let read: Pages<u32, 4> = postcard::from_bytes(&bytes).unwrap();
            assert!(read.iter().eq(&plain));
            assert_eq!(read.len(), plain.len());
        }
    }
}
