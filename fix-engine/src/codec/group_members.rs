//! temp
pub(super) fn of(_count_tag: u32) -> Option<&'static [u32]> {
    None
}
