//! [`Event`]: what became of a command, as whole facts: a reader never looks anything up in the book.

use crate::account::AccountTerms;
use crate::breaker::{BreakerLevel, BreakerRules};
use crate::fees::{Fees, TradeFees};
use crate::halt::{Halt, HaltFacts};
use crate::id::{
    AccountId, AccountName, AssetCode, AssetId, ClOrdId, CompId, GroupName, HaltId, InstrumentId,
    ParticipantId, TradeId, TransferId,
};
use crate::instrument::{Auction, Instrument, Phase};
use crate::limits::SelfTrade;
use crate::luld::PriceBands;
use crate::money::Money;
use crate::order::{OrderFacts, OrderTerms, Side};
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::risk::limits::RiskLimit;
use crate::rules::Rules;
use crate::scope::Scope;
use crate::text::Text;
use crate::time::Timestamp;
use crate::trades::{Operator, TradeChange, TradeRecord};
use serde::{Deserialize, Serialize};

/// One fact. The events of one command stand in the order in which they happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An operator's or a service's command was refused (orders have refusals of their own below).
    Refused {
        /// Why.
        refusal: Refusal,
    },
    /// An asset is known now.
    AssetListed {
        /// Its number.
        asset: AssetId,
        /// Its code.
        code: AssetCode,
    },
    /// An instrument is listed now, closed.
    InstrumentListed {
        /// Its facts, `id` filled in.
        instrument: Instrument,
    },
    /// A participant is admitted now.
    ParticipantAdmitted {
        /// Its number.
        participant: ParticipantId,
        /// Its CompID.
        comp_id: CompId,
    },
    /// An account is open now, empty.
    AccountOpened {
        /// Its number.
        account: AccountId,
        /// Its name.
        name: AccountName,
        /// How its orders are checked.
        terms: AccountTerms,
    },
    /// A participant may trade for an account now.
    AccountGranted {
        /// Who.
        participant: ParticipantId,
        /// For which account.
        account: AccountId,
    },
    /// Cash moved.
    FundsTransferred {
        /// Idempotency key.
        transfer_id: TransferId,
        /// Which account.
        account: AccountId,
        /// Which asset.
        asset: AssetId,
        /// How much; its sign is the direction.
        amount: Money,
        /// The account's cash after it, reservations included.
        balance: Money,
        /// Whether the same transfer had been done before, and nothing moved this time.
        repeated: bool,
    },
    /// Securities moved.
    SecuritiesTransferred {
        /// Idempotency key.
        transfer_id: TransferId,
        /// Which account.
        account: AccountId,
        /// Which instrument.
        instrument: InstrumentId,
        /// How much; its sign is the direction.
        qty: Qty,
        /// What one unit cost.
        cost_px: Price,
        /// The account's position after it, reservations included.
        position: Qty,
        /// Whether the same transfer had been done before, and nothing moved this time.
        repeated: bool,
    },
    /// A transfer was refused; nothing moved.
    TransferRefused {
        /// Idempotency key.
        transfer_id: TransferId,
        /// Which account.
        account: AccountId,
        /// Why.
        refusal: Refusal,
    },
    /// ExecType 0.
    OrderAccepted {
        /// The order, before it meets the book.
        order: OrderFacts,
    },
    /// ExecType 8.
    OrderRejected {
        /// Who asked.
        participant: ParticipantId,
        /// ClOrdID (11).
        cl_ord_id: ClOrdId,
        /// What was asked.
        terms: OrderTerms,
        /// Why not.
        refusal: Refusal,
    },
    /// ExecType F for each side.
    Traded {
        /// Number that both sides share.
        trade_id: TradeId,
        /// What.
        instrument: InstrumentId,
        /// LastPx (31): the maker's price; in an auction the one price of all.
        price: Price,
        /// LastQty (32).
        qty: Qty,
        /// Cash that moves from buyer to seller.
        notional: Money,
        /// The resting order after the trade; in an auction the buyer.
        maker: OrderFacts,
        /// The arriving order after the trade; in an auction the seller.
        taker: OrderFacts,
        /// What both sides paid to the venue; none where no fees are set.
        fees: Option<TradeFees>,
        /// The auction that it is a trade of: neither side made or took then.
        auction: Option<Auction>,
    },
    /// ExecType 4.
    OrderCanceled {
        /// The order after it.
        order: OrderFacts,
        /// ClOrdID (11) of the request that asked for it, none when unsolicited.
        request: Option<ClOrdId>,
        /// Why.
        reason: CancelReason,
    },
    /// ExecType C.
    OrderExpired {
        /// The order after it.
        order: OrderFacts,
    },
    /// ExecType 5.
    OrderReplaced {
        /// The order after it; its `cl_ord_id` is the new one.
        order: OrderFacts,
        /// OrigClOrdID (41).
        orig_cl_ord_id: ClOrdId,
    },
    /// ExecType D (ExecRestatementReason 378=5): self-trade prevention took quantity from an order that lives on, without a trade.
    OrderDecremented {
        /// The order after it: `order_qty` and `leaves_qty` are both lower by `qty`.
        order: OrderFacts,
        /// What it lost.
        qty: Qty,
    },
    /// OrderCancelReject (9).
    CancelRejected {
        /// Who asked.
        participant: ParticipantId,
        /// ClOrdID (11) of the request.
        cl_ord_id: ClOrdId,
        /// OrigClOrdID (41) of the request.
        orig_cl_ord_id: ClOrdId,
        /// Cancel (434=1) or replace (434=2).
        response_to: CxlRejResponseTo,
        /// The order as it stands, when it is known and the asker's own.
        order: Option<OrderFacts>,
        /// Why not.
        refusal: Refusal,
    },
    /// ExecType I.
    OrderStatus {
        /// Who asked.
        participant: ParticipantId,
        /// The request's id, echoed.
        request_id: Option<ClOrdId>,
        /// ClOrdID that was asked for, if one was.
        cl_ord_id: Option<ClOrdId>,
        /// The order; `None`: unknown, or no order at all; in answer to an order that may have come before: its ClOrdID was used, and
        /// names none now.
        order: Option<OrderFacts>,
        /// TotNumReports (911).
        total: u32,
        /// LastRptRequested (912).
        last: bool,
    },
    /// OrderMassCancelReport (r); the cancels stand before it.
    MassCanceled {
        /// Who asked.
        participant: ParticipantId,
        /// ClOrdID (11) of the request.
        cl_ord_id: ClOrdId,
        /// Only this instrument.
        instrument: Option<InstrumentId>,
        /// Only this side.
        side: Option<Side>,
        /// TotalAffectedOrders (533), or why nothing was done.
        outcome: Result<u32, Refusal>,
    },
    /// A price level shows something else now; one for each level that a command touched, after all else.
    LevelChanged {
        /// Which book.
        instrument: InstrumentId,
        /// Which side.
        side: Side,
        /// Which level.
        price: Price,
        /// What it shows in total; zero: the level is gone.
        qty: Qty,
        /// NumberOfOrders (346).
        orders: u32,
    },
    /// The phase of an instrument changed.
    PhaseChanged {
        /// Which.
        instrument: InstrumentId,
        /// What it is now.
        phase: Phase,
        /// Why, for a halt, a volatility auction, or a call that goes on longer (its phase is told again then).
        reason: Option<Text<80>>,
        /// What kind of a halt it is, for `Halted`, and for `Closed` when the market-wide breaker closes; told again when it changes.
        halt: Option<HaltFacts>,
    },
    /// The trading day is over.
    DayEnded,
    /// A participant may not trade for an account any more.
    AccountRevoked {
        /// Who.
        participant: ParticipantId,
        /// For which account.
        account: AccountId,
    },
    /// An operator has cancelled all that rested of a participant.
    AllCanceled {
        /// Whose orders.
        participant: ParticipantId,
        /// How many.
        canceled: u32,
    },
    /// The rules of an instrument are these now.
    RulesSet {
        /// Which.
        instrument: InstrumentId,
        /// What holds.
        rules: Rules,
    },
    /// Everything that was due is done; what came of it stands before this.
    Ticked,
    /// The kill switch was used; the orders that it has cancelled stand before this.
    Killed {
        /// Whose orders.
        scope: Scope,
        /// How many were cancelled, or would be.
        orders: u32,
        /// Whether new orders and replaces are refused from now on.
        suspended: bool,
        /// Whether the orders were only counted.
        dry_run: bool,
        /// Why.
        reason: Text<80>,
    },
    /// A suspension is over.
    Reinstated {
        /// Whose.
        scope: Scope,
    },
    /// ExecType D (FIX 4.4 has no L), WorkingIndicator (636) = Y: a stop is triggered; what it trades stands behind this.
    OrderTriggered {
        /// The order as it works now, before it meets the book.
        order: OrderFacts,
    },
    /// Fees go to this account from now on.
    FeeAccountSet {
        /// Which.
        account: AccountId,
    },
    /// Participants of a tier pay this in an instrument from now on. What live orders hold follows at once; each tells it with its next event.
    FeesSet {
        /// Which instrument.
        instrument: InstrumentId,
        /// Which tier.
        tier: u8,
        /// What they pay.
        fees: Fees,
    },
    /// A participant is in this tier of fees now. What its live orders hold follows at once; each tells it with its next event.
    TierSet {
        /// Who.
        participant: ParticipantId,
        /// Which tier.
        tier: u8,
    },
    /// A limit is this now.
    RiskLimitSet(RiskLimit),
    /// An account on margin has less than its positions need. Told again when the time was over and positions are left.
    MarginCall {
        /// Which account.
        account: AccountId,
        /// Who is told: the first that may trade for it.
        participant: Option<ParticipantId>,
        /// In which currency.
        asset: AssetId,
        /// What it is worth.
        equity: Money,
        /// What it needs.
        required: Money,
        /// When its positions are closed, unless it has enough by then.
        until: Timestamp,
    },
    /// A margin call is over: the account has what its positions need.
    MarginCallMet {
        /// Which account.
        account: AccountId,
        /// Who is told: the first that may trade for it.
        participant: Option<ParticipantId>,
        /// In which currency.
        asset: AssetId,
        /// What it is worth.
        equity: Money,
        /// What it needs.
        required: Money,
    },
    /// The time of a margin call is over: the venue closes a position by the market order that stands after this.
    ForcedClose {
        /// Whose.
        account: AccountId,
        /// Which position.
        instrument: InstrumentId,
        /// The side of the order.
        side: Side,
        /// Its quantity.
        qty: Qty,
        /// In whose name it is entered.
        participant: ParticipantId,
        /// Its ClOrdID (11).
        cl_ord_id: ClOrdId,
    },
    /// Nothing is left to close, and the account still has less than nothing.
    MarginDeficit {
        /// Whose.
        account: AccountId,
        /// Who is told: the first that may trade for it.
        participant: Option<ParticipantId>,
        /// In which currency.
        asset: AssetId,
        /// What it is worth.
        equity: Money,
    },
    /// An operator has proposed to undo or to correct a trade.
    TradeChangeProposed {
        /// Which trade.
        trade: TradeId,
        /// What is to become of it.
        change: TradeChange,
        /// Who proposes.
        by: Operator,
        /// When it lapses.
        until: Timestamp,
    },
    /// A proposal was taken back, or nobody approved it in time.
    TradeChangeDropped {
        /// Which trade.
        trade: TradeId,
        /// What was proposed.
        change: TradeChange,
        /// Who had proposed it.
        by: Operator,
    },
    /// A trade was undone (`now.is_busted`) or corrected: cash, stock and fees have gone back, and again for a correction.
    TradeChanged {
        /// As it was.
        was: TradeRecord,
        /// As it is.
        now: TradeRecord,
        /// Who proposed it.
        proposed_by: Operator,
        /// Who approved it.
        approved_by: Operator,
    },
    /// A changed trade has left an account less than its orders hold, or less than nothing.
    Overdrawn {
        /// Whose.
        account: AccountId,
        /// Of which stock; none: of cash.
        instrument: Option<InstrumentId>,
        /// The currency of the trade.
        asset: AssetId,
        /// What is free: below zero.
        free: Money,
    },
    /// What would come of the call if it ended now; told when it changes.
    Indicative {
        /// Which.
        instrument: InstrumentId,
        /// At which price; none when nothing would trade.
        price: Option<Price>,
        /// How much would trade.
        volume: Qty,
        /// How much more one side has at that price.
        surplus: Qty,
        /// Which side has it; none when there is none.
        surplus_side: Option<Side>,
    },
    /// An auction has found its price. Its trades stand behind this.
    Uncrossed {
        /// Which.
        instrument: InstrumentId,
        /// Which auction.
        auction: Auction,
        /// At which price; none when nothing trades.
        price: Option<Price>,
        /// How much trades.
        volume: Qty,
    },
    /// What self-trade prevention does with a participant's orders is this now.
    SelfTradeSet {
        /// Whose.
        participant: ParticipantId,
        /// Its group.
        group: Option<u32>,
        /// What happens.
        mode: Option<SelfTrade>,
    },
    /// ExecType D: the venue has changed an order, or tells it anew, without a request.
    OrderRestated {
        /// The order after it.
        order: OrderFacts,
        /// Why.
        reason: Restatement,
    },
    /// Continuous trading ends at this time.
    CloseSet {
        /// In which instrument.
        instrument: InstrumentId,
        /// When; `None`: it has no end.
        at: Option<Timestamp>,
    },
    /// Random instants are drawn from another secret.
    Seeded,
    /// A halt waits for its time now.
    HaltScheduled {
        /// Its number.
        id: HaltId,
        /// What was said.
        halt: Halt,
    },
    /// A halt does not wait any more.
    HaltUnscheduled {
        /// Its number.
        id: HaltId,
        /// Its time has come, and so many instruments were halted, each told before this; none: it was withdrawn.
        halted: Option<u32>,
    },
    /// An instrument counts this in the index now; what the index was yesterday is unknown, unless [`Event::IndexCloseSet`] stands behind
    /// this: it counted as much before.
    IndexWeightSet {
        /// Which.
        instrument: InstrumentId,
        /// How many units; zero: none.
        weight: u32,
    },
    /// The index was this at yesterday's close.
    IndexCloseSet {
        /// In the currency of its components; none: the breaker is off.
        close: Option<Money>,
    },
    /// The figures of the market-wide breaker are these now.
    BreakerRulesSet(BreakerRules),
    /// The market-wide breaker has tripped; what it halts or closes stands behind this.
    BreakerTripped {
        /// Which level.
        level: BreakerLevel,
        /// Whether it is a drill.
        drill: bool,
        /// Whether an operator has tripped it.
        by_hand: bool,
        /// What the index is: Σ weight × last price.
        index: Money,
        /// What it was at yesterday's close; none: unknown.
        close: Option<Money>,
        /// How far it has fallen, in basis points of yesterday's close, rounded down.
        fall_bps: u32,
        /// Until when everything is halted; none: everything is closed until the end of the day.
        until: Option<Timestamp>,
        /// Why; it begins with `DRILL: ` in a drill.
        reason: Text<80>,
    },
    /// The market-wide breaker holds nothing any more.
    BreakerEnded {
        /// Which level had tripped.
        level: BreakerLevel,
        /// Whether it was a drill.
        drill: bool,
    },
    /// An instrument is in this group now.
    GroupSet {
        /// Which.
        instrument: InstrumentId,
        /// Which group; none: in none.
        group: Option<GroupName>,
    },
    /// ExecType H or G: what a changed trade is to one of its sides.
    ExecutionChanged {
        /// The trade as it is; its legs say where they were told before this (ExecRefID, 19).
        trade: TradeRecord,
        /// Which side.
        side: Side,
        /// The order as it stands: CumQty and AvgPx have changed, and while it lives OrderQty, since what it lost does not come
        /// back. None: the venue has forgotten it.
        order: Option<OrderFacts>,
    },
    /// Limit-up limit-down: nothing trades outside these bands in continuous trading from now on.
    BandsMoved {
        /// In which instrument.
        instrument: InstrumentId,
        /// The bands; none: the rule is off now.
        bands: Option<PriceBands>,
    },
    /// Limit-up limit-down: the best price of a side has come to its band, or left it.
    LimitStateChanged {
        /// In which instrument.
        instrument: InstrumentId,
        /// Which side: the best bid is at the upper band, or the best offer at the lower one; none: the limit state is over.
        side: Option<Side>,
        /// When trading pauses, unless the book leaves the band by then.
        until: Option<Timestamp>,
    },
    /// The time of a margin call is over, and the order that was to close a position could not be entered; it is tried again after the grace
    /// period.
    ForcedCloseFailed {
        /// Whose.
        account: AccountId,
        /// Which position.
        instrument: InstrumentId,
        /// The side of the order.
        side: Side,
        /// Its quantity.
        qty: Qty,
        /// Why not.
        refusal: Refusal,
    },
}

impl Event {
    /// The orders that it tells about, as they stand after it.
    pub const fn orders(&self) -> [Option<&OrderFacts>; 2] {
        match self {
            Self::OrderAccepted { order }
            | Self::OrderCanceled { order, .. }
            | Self::OrderExpired { order }
            | Self::OrderReplaced { order, .. }
            | Self::OrderTriggered { order }
            | Self::OrderRestated { order, .. }
            | Self::OrderDecremented { order, .. } => [Some(order), None],
            Self::Traded { maker, taker, .. } => [Some(maker), Some(taker)],
            Self::ExecutionChanged { order, .. } => [order.as_ref(), None],
            _ => [None, None],
        }
    }

    /// The instrument whose book this event may have changed.
    pub(crate) const fn book(&self) -> Option<InstrumentId> {
        match self {
            Self::OrderAccepted { order }
            | Self::OrderCanceled { order, .. }
            | Self::OrderExpired { order }
            | Self::OrderReplaced { order, .. }
            | Self::OrderDecremented { order, .. }
            | Self::OrderTriggered { order }
            | Self::OrderRestated { order, .. } => Some(order.terms.instrument),
            Self::Traded { instrument, .. } | Self::PhaseChanged { instrument, .. } => {
                Some(*instrument)
            }
            _ => None,
        }
    }
}

/// Why an order was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    /// Its owner asked for it (F).
    Requested,
    /// Its owner asked for many (q).
    MassCancel,
    /// What an IOC or market order could not trade at once.
    Unfilled,
    /// A FOK that could not trade whole.
    NotWhole,
    /// A post-only order that would have traded.
    WouldTrade,
    /// It met an order of the same account, or of a participant of the same group.
    SelfTrade,
    /// An operator cancelled it.
    Operator,
    /// What is left of an order without a limit, where everything left to trade with is beyond its collar.
    Collar,
    /// The time of its account's margin call was over.
    MarginCall,
    /// Its auction is over, or a market order's call.
    AuctionOver,
    /// It would have traded outside a band, and cannot wait for the auction that this sets off.
    Band,
    /// A market order in an auction whose price is more than its account can pay; a pegged order whose new price is.
    Unaffordable,
    /// An IOC order that could not trade its MinQty at once.
    BelowMinQty,
    /// Its instrument was halted, and the halt takes resting orders away; or the market-wide breaker has closed the day.
    TradingHalt,
    /// The market-wide breaker has closed the day in a drill.
    Drill,
    /// Its price is beyond a band of limit-up limit-down, and it is not to be repriced; or what is left of an order without a limit, where
    /// everything left to trade with is beyond one.
    BeyondBand,
}

/// ExecRestatementReason (378).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restatement {
    /// 1: a GTC or GTD order on its next trading day; nothing of it is done on that day yet.
    NewDay,
    /// 3: it has another price.
    Repriced,
}

/// CxlRejResponseTo (434).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CxlRejResponseTo {
    /// 1.
    Cancel,
    /// 2.
    Replace,
}
