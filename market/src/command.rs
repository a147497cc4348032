//! [`Command`]: everything that changes trading. Each is sequenced, journalled and applied once; its time comes with it.

use crate::account::AccountTerms;
use crate::breaker::{BreakerLevel, BreakerRules};
use crate::event::CxlRejResponseTo;
use crate::fees::Fees;
use crate::halt::Halt;
use crate::id::{
    AccountId, AccountName, AssetCode, AssetId, ClOrdId, CompId, GroupName, HaltId, InstrumentId,
    OrderId, ParticipantId, TradeId, TransferId,
};
use crate::instrument::{Auction, Instrument};
use crate::limits::SelfTrade;
use crate::money::Money;
use crate::order::{OrderTerms, Side};
use crate::price::Price;
use crate::qty::Qty;
use crate::risk::limits::RiskLimit;
use crate::rules::Rules;
use crate::scope::{Instruments, Scope};
use crate::seed::Seed;
use crate::text::Text;
use crate::time::Timestamp;
use crate::trades::{Operator, TradeChange};
use serde::{Deserialize, Serialize};

/// One instruction to the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Makes an asset known.
    ListAsset {
        /// Its code.
        code: AssetCode,
    },
    /// Lists an instrument; its `id` is given by the market (the field is ignored). It starts `Closed`.
    ListInstrument(Instrument),
    /// Admits a participant.
    AdmitParticipant {
        /// Its CompID.
        comp_id: CompId,
    },
    /// Opens an account.
    OpenAccount {
        /// Its name.
        name: AccountName,
        /// How its orders are checked.
        terms: AccountTerms,
    },
    /// Lets a participant trade for an account.
    GrantAccount {
        /// Who.
        participant: ParticipantId,
        /// For which account.
        account: AccountId,
    },
    /// Moves cash into (above zero) or out of (below zero) an account. Idempotent by `transfer_id`.
    TransferFunds {
        /// Idempotency key.
        transfer_id: TransferId,
        /// Which account.
        account: AccountId,
        /// Which asset.
        asset: AssetId,
        /// How much; its sign is the direction.
        amount: Money,
    },
    /// Moves securities into or out of an account. Idempotent by `transfer_id`.
    TransferSecurities {
        /// Idempotency key.
        transfer_id: TransferId,
        /// Which account.
        account: AccountId,
        /// Which instrument.
        instrument: InstrumentId,
        /// How much; its sign is the direction.
        qty: Qty,
        /// What one unit cost, for the books of its owner.
        cost_px: Price,
    },
    /// NewOrderSingle (D).
    Enter {
        /// Who asks.
        participant: ParticipantId,
        /// ClOrdID (11).
        cl_ord_id: ClOrdId,
        /// What is asked.
        terms: OrderTerms,
    },
    /// A cancel by ids alone: see [`Command::Amend`] for what participants send.
    Cancel {
        /// Who asks.
        participant: ParticipantId,
        /// ClOrdID (11) of the request.
        cl_ord_id: ClOrdId,
        /// OrigClOrdID (41).
        orig_cl_ord_id: ClOrdId,
    },
    /// A replace by ids alone: see [`Command::Amend`] for what participants send.
    Replace {
        /// Who asks.
        participant: ParticipantId,
        /// ClOrdID (11) of the request, in force once accepted.
        cl_ord_id: ClOrdId,
        /// OrigClOrdID (41).
        orig_cl_ord_id: ClOrdId,
        /// The new terms; `order_qty` is the new total, fills included.
        terms: OrderTerms,
    },
    /// OrderStatusRequest (H) and, without a ClOrdID, OrderMassStatusRequest (AF).
    Status {
        /// Who asks.
        participant: ParticipantId,
        /// OrdStatusReqID (790) or MassStatusReqID (584), echoed.
        request_id: Option<ClOrdId>,
        /// Which order; `None` for all live orders of the participant.
        cl_ord_id: Option<ClOrdId>,
        /// Only orders of this instrument (AF with 585=1).
        instrument: Option<InstrumentId>,
    },
    /// OrderMassCancelRequest (q).
    MassCancel {
        /// Who asks.
        participant: ParticipantId,
        /// ClOrdID (11) of the request.
        cl_ord_id: ClOrdId,
        /// Only orders of this instrument.
        instrument: Option<InstrumentId>,
        /// Only orders of this side.
        side: Option<Side>,
    },
    /// Opens an instrument for continuous trading: from closed, from pre-open, or out of a call that goes on (but the closing
    /// auction's). What is crossed trades first, as in an auction that ends now.
    Open {
        /// Which.
        instrument: InstrumentId,
    },
    /// Closes an instrument; its Day orders expire.
    Close {
        /// Which.
        instrument: InstrumentId,
    },
    /// Stops trading, pre-open or calls, now or at a time.
    Halt(Halt),
    /// Ends halts: continuous trading goes on through an auction, a call from its beginning.
    Resume {
        /// Where; of many those that are halted.
        instruments: Instruments,
        /// When; none, or a time that has passed: now.
        at: Option<Timestamp>,
        /// Whether continuous trading goes on without an auction.
        at_once: bool,
    },
    /// Ends the trading day: Day orders expire, ClOrdIDs may be used again except those of live orders.
    EndOfDay,
    /// OrderCancelRequest (F) or OrderCancelReplaceRequest (G), with all that it says about its order.
    Amend(Amendment),
    /// Takes a participant's right to trade for an account. Orders that rest stay; they can be cancelled, not replaced.
    RevokeAccount {
        /// Whose right.
        participant: ParticipantId,
        /// For which account.
        account: AccountId,
    },
    /// An operator cancels every order of a participant that rests.
    CancelAll {
        /// Whose.
        participant: ParticipantId,
    },
    /// Sets the rules of an instrument, all of them.
    SetRules {
        /// Which.
        instrument: InstrumentId,
        /// What holds from now on.
        rules: Rules,
    },
    /// The time of this command has come: everything that is due by then is done. The sequencer sends it when
    /// [`crate::market::Market::next_deadline`] is due.
    Tick,
    /// The kill switch: cancels every open order that is meant, and may suspend whom it means.
    Kill {
        /// Whose orders.
        scope: Scope,
        /// Whether new orders and replaces are refused from now on.
        suspend: bool,
        /// Whether the orders are only counted.
        dry_run: bool,
        /// Why, in the operator's words.
        reason: Text<80>,
    },
    /// Ends a suspension.
    Reinstate {
        /// Whose.
        scope: Scope,
    },
    /// Sets the account that fees go to and rebates come from.
    SetFeeAccount {
        /// Which.
        account: AccountId,
    },
    /// Sets what participants of a tier pay in an instrument. Tier 0 also holds for tiers that have none of their own. What
    /// live orders reserve follows at once.
    SetFees {
        /// Which instrument.
        instrument: InstrumentId,
        /// Which tier, below [`crate::fees::TIERS`].
        tier: u8,
        /// What they pay.
        fees: Fees,
    },
    /// Puts a participant into a tier of fees; everybody begins in tier 0.
    SetTier {
        /// Who.
        participant: ParticipantId,
        /// Which tier, below [`crate::fees::TIERS`].
        tier: u8,
    },
    /// Sets a limit of a participant or an account, the restricted list, or who may sell short.
    SetRiskLimit(RiskLimit),
    /// An operator proposes to undo or to correct a trade; another one must approve.
    ProposeTradeChange {
        /// Which trade.
        trade: TradeId,
        /// What is to become of it.
        change: TradeChange,
        /// Who proposes.
        by: Operator,
    },
    /// A second operator approves what was proposed about a trade.
    ApproveTradeChange {
        /// Which trade.
        trade: TradeId,
        /// Who approves: not who proposed.
        by: Operator,
    },
    /// An operator takes back what was proposed about a trade.
    WithdrawTradeChange {
        /// Which trade.
        trade: TradeId,
    },
    /// Lets orders into an instrument for its opening auction, from closed or post-trade.
    PreOpen {
        /// Which.
        instrument: InstrumentId,
    },
    /// Begins the call of an auction. It ends at a random instant between `until` and [`Rules::random_end_nanos`] later.
    Call {
        /// Which.
        instrument: InstrumentId,
        /// Which auction.
        auction: Auction,
        /// The earliest end; now, when it has passed.
        until: Timestamp,
    },
    /// Sets what self-trade prevention does with a participant's orders.
    SetSelfTrade {
        /// Whose.
        participant: ParticipantId,
        /// Orders of participants of one group may not trade with each other; `None`: in no group.
        group: Option<u32>,
        /// What happens when an order of it reaches one that it may not trade with; `None`: what the market was made with.
        mode: Option<SelfTrade>,
    },
    /// Ends continuous trading or a call (with its auction) without a closing auction: post-trade. Orders that wait for the closing
    /// auction are cancelled.
    PostTrade {
        /// Which.
        instrument: InstrumentId,
    },
    /// Says when continuous trading ends, for what depends on how near that is. The end of the day forgets an end that has passed.
    SetClose {
        /// Of which instrument.
        instrument: InstrumentId,
        /// When; `None`: it has no end.
        at: Option<Timestamp>,
    },
    /// Gives the secret from which random instants are drawn; it is told to nobody.
    Seed {
        /// The secret.
        seed: Seed,
    },
    /// Takes a halt back that waits for its time.
    WithdrawHalt {
        /// Which.
        id: HaltId,
    },
    /// Says what an instrument counts in the index that the market-wide breaker looks at: Σ weight × last price. What the index was
    /// yesterday is unknown then, and the breaker off, until [`Command::SetIndexClose`]; but for an instrument that counts as much already.
    SetIndexWeight {
        /// Which.
        instrument: InstrumentId,
        /// How many units; zero: none.
        weight: u32,
    },
    /// Says what the index was at yesterday's close. The end of a day sets it to what the index is, where it was set.
    SetIndexClose {
        /// In the currency of its components; `None`: the breaker is off.
        close: Option<Money>,
    },
    /// Sets the figures of the market-wide breaker.
    SetBreaker(BreakerRules),
    /// An operator trips the market-wide breaker.
    TripBreaker {
        /// Which level.
        level: BreakerLevel,
        /// Whether it is a drill: the same is done to trading, everything that is told says that it is a drill, and it does not count.
        drill: bool,
        /// Why, in the operator's words.
        reason: Text<48>,
    },
    /// Puts an instrument into a group.
    SetGroup {
        /// Which.
        instrument: InstrumentId,
        /// Which group; `None`: in none.
        group: Option<GroupName>,
    },
    /// NewOrderSingle (D) that may have come before under another number: PossResend (97). Where the ClOrdID was used today the status
    /// of the order is told, whatever may be entered now; else it is an order like any.
    PossResend {
        /// Who asks.
        participant: ParticipantId,
        /// ClOrdID (11).
        cl_ord_id: ClOrdId,
        /// What is asked.
        terms: OrderTerms,
    },
}

/// A participant's request to change one of its orders. What it says about the order is compared with the order first; a request
/// that is carried out uses up its ClOrdID for the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// Who asks.
    pub participant: ParticipantId,
    /// ClOrdID (11) of the request.
    pub cl_ord_id: ClOrdId,
    /// OrigClOrdID (41).
    pub orig_cl_ord_id: ClOrdId,
    /// OrderID (37), where the request gives it; 0, which no order has, for one that is no number.
    pub order_id: Option<OrderId>,
    /// What is asked.
    pub change: Change,
}

/// What an [`Amendment`] asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// To cancel the order.
    Cancel {
        /// Symbol (55).
        instrument: InstrumentId,
        /// Side (54).
        side: Side,
    },
    /// To replace its terms; `order_qty` is the new total, fills included.
    Replace(OrderTerms),
    /// Nothing that can be done: the request is answered with the order as it stands.
    Nothing {
        /// What the request was.
        response_to: CxlRejResponseTo,
        /// What is wrong with it, in the words of who read it.
        why: Text<80>,
    },
}
