//! What this venue takes of FIX 4.4: the facts without the messages, components, fields and values that it does not
//! use, and with the venue's own fields. The lists here are the venue's profile; everything else follows from them.

use std::collections::BTreeSet;

use super::facts::{Entry, Facts, FieldFact, Kind};

/// The venue's part of the standard.
pub(super) fn venue(standard: &Facts) -> Facts {
    let mut facts = standard.clone();
    facts
        .messages
        .retain(|message| MESSAGES.contains(&message.msg_type.as_str()));
    for entries in facts.layout.values_mut() {
        entries.retain(|entry| entry.required || !is_dropped(entry));
    }
    let mut reached = Reached::default();
    for path in ["header", "trailer"]
        .into_iter()
        .chain(facts.messages.iter().map(|message| message.path.as_str()))
    {
        reached.follow(&facts, path);
    }
    facts
        .components
        .retain(|name| reached.components.contains(name));
    facts
        .fields
        .retain(|field| reached.fields.contains(&field.name));
    for field in &mut facts.fields {
        if field.name == "MsgType" {
            field
                .values
                .retain(|(value, _)| MESSAGES.contains(&value.as_str()));
        }
        if let Some((_, taken)) = VALUES.iter().find(|(name, _)| *name == field.name) {
            field
                .values
                .retain(|(value, _)| taken.contains(&value.as_str()));
        }
    }
    for (tag, name, ty, msg_types) in OWN_FIELDS {
        facts.fields.push(FieldFact {
            tag: *tag,
            name: (*name).to_owned(),
            ty: (*ty).to_owned(),
            values: Vec::new(),
            others: String::new(),
        });
        let messages = facts.messages.iter();
        let taking = messages.filter(|message| msg_types.contains(&message.msg_type.as_str()));
        for message in taking {
            let entries = facts.layout.entry(message.path.clone()).or_default();
            entries.push(Entry {
                kind: Kind::Field,
                name: (*name).to_owned(),
                required: false,
            });
        }
    }
    facts
}

/// Names that the kept messages lead to.
#[derive(Default)]
struct Reached {
    fields: BTreeSet<String>,
    components: BTreeSet<String>,
}

impl Reached {
    fn follow(&mut self, facts: &Facts, path: &str) {
        for entry in facts.entries(path) {
            let names = if entry.kind == Kind::Component {
                &mut self.components
            } else {
                &mut self.fields
            };
            names.insert(entry.name.clone());
            if let Some(inside) = Facts::inside(path, entry) {
                self.follow(facts, &inside);
            }
        }
    }
}

fn is_dropped(entry: &Entry) -> bool {
    match entry.kind {
        Kind::Component => COMPONENTS_NOT_TAKEN.contains(&entry.name.as_str()),
        Kind::Field | Kind::Group => FIELDS_NOT_TAKEN.contains(&entry.name.as_str()),
    }
}

/// MsgTypes that the venue takes or sends.
const MESSAGES: &[&str] = &[
    "0", "1", "2", "3", "4", "5", "A", // session
    "D", "F", "G", "H", "AF", "q", "r", "8", "9", "j", // orders
    "V", "W", "X", "Y", // market data
    "x", "y", "c", "d", "e", "f", "g", "h", "B", // reference, status, news
    "AD", "AQ", "AE", // trades
    "AX", "BA", // margin
    "BE", "BF", // users
];

/// Values that the venue takes of fields for which the standard has more.
const VALUES: &[(&str, &[&str])] = &[
    ("EncryptMethod", &["0"]),
    ("OrdType", &["1", "2", "3", "4", "K", "P"]),
    ("TimeInForce", &["0", "1", "2", "3", "4", "6", "7"]),
    ("ExecInst", &["6", "G", "M", "P", "R", "a"]),
];

/// The venue's own fields: tag, name, type, and the MsgTypes that take them.
const OWN_FIELDS: &[(u32, &str, &str, &[&str])] = &[
    (5001, "LoggiaRepriceToBand", "BOOLEAN", &["D", "G", "8"]),
    (5002, "LoggiaWantsPosition", "BOOLEAN", &["V"]),
    (5003, "LoggiaPosition", "STRING", &["W", "X"]),
];

/// Components about what the venue does not trade: bonds, repos, legs, allocations, collateral.
const COMPONENTS_NOT_TAKEN: &[&str] = &[
    "ClrInstGrp",
    "ContAmtGrp",
    "DiscretionInstructions",
    "EvntGrp",
    "FinancingDetails",
    "InstrmtLegExecGrp",
    "InstrmtLegGrp",
    "InstrmtLegSecListGrp",
    "InstrumentExtension",
    "InstrumentLeg",
    "PositionAmountData",
    "PreAllocGrp",
    "SpreadOrBenchmarkCurveData",
    "Stipulations",
    "TrdAllocGrp",
    "TrdInstrmtLegGrp",
    "TrdRegTimestamps",
    "UndInstrmtGrp",
    "UnderlyingInstrument",
    "YieldData",
];

/// Optional fields and groups about the same.
const FIELDS_NOT_TAKEN: &[&str] = &[
    "AccruedInterestAmt",
    "AccruedInterestRate",
    "AllocID",
    "BasisFeatureDate",
    "BasisFeaturePrice",
    "BookingType",
    "BookingUnit",
    "CPProgram",
    "CPRegType",
    "CancellationRights",
    "CashMargin",
    "ClearingFeeIndicator",
    "Concession",
    "CountryOfIssue",
    "CouponPaymentDate",
    "CouponRate",
    "CoveredOrUncovered",
    "CreditRating",
    "DatedDate",
    "DayBookingInst",
    "Designation",
    "DiscretionPrice",
    "EndAccruedInterestAmt",
    "EndCash",
    "ExDate",
    "Factor",
    "ForexReq",
    "GTBookingInst",
    "IOIID",
    "InstrRegistry",
    "InterestAccrualDate",
    "InterestAtMaturity",
    "IssueDate",
    "LastForwardPoints",
    "LastForwardPoints2",
    "LastParPx",
    "LastSpotRate",
    "LocaleOfIssue",
    "LocateReqd",
    "MoneyLaunderingStatus",
    "NumDaysInterest",
    "OrderQty2",
    "ParticipationRate",
    "PeggedPrice",
    "Pool",
    "PreallocMethod",
    "Price2",
    "RedemptionDate",
    "RegistID",
    "RepoCollateralSecurityType",
    "RepurchaseRate",
    "RepurchaseTerm",
    "SettlCurrAmt",
    "SettlCurrFxRate",
    "SettlCurrFxRateCalc",
    "SettlCurrency",
    "SettlDate2",
    "StartCash",
    "StateOrProvinceOfIssue",
    "TargetStrategy",
    "TargetStrategyParameters",
    "TargetStrategyPerformance",
    "TotalTakedown",
    "TradedFlatSwitch",
    "UnderlyingLastPx",
    "UnderlyingLastQty",
    "UnderlyingTradingSessionID",
    "UnderlyingTradingSessionSubID",
];
