//! The few fields of FIX that the bench reads and writes, as cheaply as it can: the client shares the processors with the server.
//! A message's CheckSum is checked; a whole FIX engine on this side would be measured with it.

use fix_engine::tag;

/// What the bench reads of a message.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Incoming<'a> {
    /// MsgType (35).
    pub(crate) msg_type: &'a [u8],
    /// MsgSeqNum (34).
    pub(crate) msg_seq_num: u64,
    /// NewSeqNo (36).
    pub(crate) new_seq_no: u64,
    /// PossDupFlag (43) is there.
    pub(crate) is_repeated: bool,
    /// ClOrdID (11), a number here.
    pub(crate) cl_ord_id: u64,
    /// OrigClOrdID (41), a number here.
    pub(crate) orig_cl_ord_id: u64,
    /// ExecType (150).
    pub(crate) exec_type: &'a [u8],
    /// OrdStatus (39).
    pub(crate) ord_status: &'a [u8],
    /// LastQty (32).
    pub(crate) last_qty: &'a [u8],
    /// LeavesQty (151).
    pub(crate) leaves_qty: &'a [u8],
    /// CumQty (14).
    pub(crate) cum_qty: &'a [u8],
}

/// Reads one whole frame.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(frame: &[u8]) -> Result<Incoming<'_>, &'static str> {
    let mut incoming = Incoming::default();
    let mut rest = frame;
    let mut sum = 0_u8;
    while let Some((number, value, behind)) = field(rest) {
        if number == tag::CHECK_SUM {
            return if digits(value) == u64::from(sum) {
                Ok(incoming)
            } else {
                Err("the CheckSum is wrong")
            };
        }
        let used = rest.len() - behind.len();
        sum = rest[..used]
            .iter()
            .fold(sum, |sum, byte| sum.wrapping_add(*byte));
        incoming.note(number, value);
        rest = behind;
    }
    Err("there is no CheckSum")
}

impl<'a> Incoming<'a> {
    fn note(&mut self, number: u32, value: &'a [u8]) {
        match number {
            tag::MSG_TYPE => self.msg_type = value,
            tag::MSG_SEQ_NUM => self.msg_seq_num = digits(value),
            tag::NEW_SEQ_NO => self.new_seq_no = digits(value),
            tag::POSS_DUP_FLAG => self.is_repeated = true,
            tag::CL_ORD_ID => self.cl_ord_id = digits(value),
            tag::ORIG_CL_ORD_ID => self.orig_cl_ord_id = digits(value),
            tag::EXEC_TYPE => self.exec_type = value,
            tag::ORD_STATUS => self.ord_status = value,
            tag::LAST_QTY => self.last_qty = value,
            tag::LEAVES_QTY => self.leaves_qty = value,
            tag::CUM_QTY => self.cum_qty = value,
            _ => {}
        }
    }
}

/// Tag, value and what follows.
fn field(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let equals = bytes.iter().position(|byte| *byte == b'=')?;
    let number = u32::try_from(digits(&bytes[..equals])).ok()?;
    let value = &bytes[equals + 1..];
    let end = value.iter().position(|byte| *byte == SOH)?;
    Some((number, &value[..end], &value[end + 1..]))
}

/// A number; 0 for what is none.
fn digits(text: &[u8]) -> u64 {
    text.iter()
        .try_fold(0_u64, |number, byte| {
            let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
            number.checked_mul(10)?.checked_add(u64::from(digit))
        })
        .unwrap_or(0)
}

/// Behind each field.
const SOH: u8 = 1;

/// A message for people.
pub(crate) fn shown(frame: &[u8]) -> String {
    String::from_utf8_lossy(frame).replace('\u{1}', "|")
}
