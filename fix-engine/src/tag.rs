//! Tags of FIX 4.4 as constants. Generated: see `examples/generate.rs`.

/// Account (STRING).
pub const ACCOUNT: u32 = 1;
/// AdvId (STRING).
pub const ADV_ID: u32 = 2;
/// AdvRefID (STRING).
pub const ADV_REF_ID: u32 = 3;
/// AdvSide (CHAR).
pub const ADV_SIDE: u32 = 4;
/// AdvTransType (STRING).
pub const ADV_TRANS_TYPE: u32 = 5;
/// AvgPx (PRICE).
pub const AVG_PX: u32 = 6;
/// BeginSeqNo (SEQNUM).
pub const BEGIN_SEQ_NO: u32 = 7;
/// BeginString (STRING).
pub const BEGIN_STRING: u32 = 8;
/// BodyLength (LENGTH).
pub const BODY_LENGTH: u32 = 9;
/// CheckSum (STRING).
pub const CHECK_SUM: u32 = 10;
/// ClOrdID (STRING).
pub const CL_ORD_ID: u32 = 11;
/// Commission (AMT).
pub const COMMISSION: u32 = 12;
/// CommType (CHAR).
pub const COMM_TYPE: u32 = 13;
/// CumQty (QTY).
pub const CUM_QTY: u32 = 14;
/// Currency (CURRENCY).
pub const CURRENCY: u32 = 15;
/// EndSeqNo (SEQNUM).
pub const END_SEQ_NO: u32 = 16;
/// ExecID (STRING).
pub const EXEC_ID: u32 = 17;
/// ExecInst (MULTIPLEVALUESTRING).
pub const EXEC_INST: u32 = 18;
/// ExecRefID (STRING).
pub const EXEC_REF_ID: u32 = 19;
/// HandlInst (CHAR).
pub const HANDL_INST: u32 = 21;
/// SecurityIDSource (STRING).
pub const SECURITY_ID_SOURCE: u32 = 22;
/// IOIID (STRING).
pub const IOI_ID: u32 = 23;
/// IOIQltyInd (CHAR).
pub const IOI_QLTY_IND: u32 = 25;
/// IOIRefID (STRING).
pub const IOI_REF_ID: u32 = 26;
/// IOIQty (STRING).
pub const IOI_QTY: u32 = 27;
/// IOITransType (CHAR).
pub const IOI_TRANS_TYPE: u32 = 28;
/// LastCapacity (CHAR).
pub const LAST_CAPACITY: u32 = 29;
/// LastMkt (EXCHANGE).
pub const LAST_MKT: u32 = 30;
/// LastPx (PRICE).
pub const LAST_PX: u32 = 31;
/// LastQty (QTY).
pub const LAST_QTY: u32 = 32;
/// NoLinesOfText (NUMINGROUP).
pub const NO_LINES_OF_TEXT: u32 = 33;
/// MsgSeqNum (SEQNUM).
pub const MSG_SEQ_NUM: u32 = 34;
/// MsgType (STRING).
pub const MSG_TYPE: u32 = 35;
/// NewSeqNo (SEQNUM).
pub const NEW_SEQ_NO: u32 = 36;
/// OrderID (STRING).
pub const ORDER_ID: u32 = 37;
/// OrderQty (QTY).
pub const ORDER_QTY: u32 = 38;
/// OrdStatus (CHAR).
pub const ORD_STATUS: u32 = 39;
/// OrdType (CHAR).
pub const ORD_TYPE: u32 = 40;
/// OrigClOrdID (STRING).
pub const ORIG_CL_ORD_ID: u32 = 41;
/// OrigTime (UTCTIMESTAMP).
pub const ORIG_TIME: u32 = 42;
/// PossDupFlag (BOOLEAN).
pub const POSS_DUP_FLAG: u32 = 43;
/// Price (PRICE).
pub const PRICE: u32 = 44;
/// RefSeqNum (SEQNUM).
pub const REF_SEQ_NUM: u32 = 45;
/// SecurityID (STRING).
pub const SECURITY_ID: u32 = 48;
/// SenderCompID (STRING).
pub const SENDER_COMP_ID: u32 = 49;
/// SenderSubID (STRING).
pub const SENDER_SUB_ID: u32 = 50;
/// SendingTime (UTCTIMESTAMP).
pub const SENDING_TIME: u32 = 52;
/// Quantity (QTY).
pub const QUANTITY: u32 = 53;
/// Side (CHAR).
pub const SIDE: u32 = 54;
/// Symbol (STRING).
pub const SYMBOL: u32 = 55;
/// TargetCompID (STRING).
pub const TARGET_COMP_ID: u32 = 56;
/// TargetSubID (STRING).
pub const TARGET_SUB_ID: u32 = 57;
/// Text (STRING).
pub const TEXT: u32 = 58;
/// TimeInForce (CHAR).
pub const TIME_IN_FORCE: u32 = 59;
/// TransactTime (UTCTIMESTAMP).
pub const TRANSACT_TIME: u32 = 60;
/// Urgency (CHAR).
pub const URGENCY: u32 = 61;
/// ValidUntilTime (UTCTIMESTAMP).
pub const VALID_UNTIL_TIME: u32 = 62;
/// SettlType (CHAR).
pub const SETTL_TYPE: u32 = 63;
/// SettlDate (LOCALMKTDATE).
pub const SETTL_DATE: u32 = 64;
/// SymbolSfx (STRING).
pub const SYMBOL_SFX: u32 = 65;
/// ListID (STRING).
pub const LIST_ID: u32 = 66;
/// ListSeqNo (INT).
pub const LIST_SEQ_NO: u32 = 67;
/// TotNoOrders (INT).
pub const TOT_NO_ORDERS: u32 = 68;
/// ListExecInst (STRING).
pub const LIST_EXEC_INST: u32 = 69;
/// AllocID (STRING).
pub const ALLOC_ID: u32 = 70;
/// AllocTransType (CHAR).
pub const ALLOC_TRANS_TYPE: u32 = 71;
/// RefAllocID (STRING).
pub const REF_ALLOC_ID: u32 = 72;
/// NoOrders (NUMINGROUP).
pub const NO_ORDERS: u32 = 73;
/// AvgPxPrecision (INT).
pub const AVG_PX_PRECISION: u32 = 74;
/// TradeDate (LOCALMKTDATE).
pub const TRADE_DATE: u32 = 75;
/// PositionEffect (CHAR).
pub const POSITION_EFFECT: u32 = 77;
/// NoAllocs (NUMINGROUP).
pub const NO_ALLOCS: u32 = 78;
/// AllocAccount (STRING).
pub const ALLOC_ACCOUNT: u32 = 79;
/// AllocQty (QTY).
pub const ALLOC_QTY: u32 = 80;
/// ProcessCode (CHAR).
pub const PROCESS_CODE: u32 = 81;
/// NoRpts (INT).
pub const NO_RPTS: u32 = 82;
/// RptSeq (INT).
pub const RPT_SEQ: u32 = 83;
/// CxlQty (QTY).
pub const CXL_QTY: u32 = 84;
/// NoDlvyInst (NUMINGROUP).
pub const NO_DLVY_INST: u32 = 85;
/// AllocStatus (INT).
pub const ALLOC_STATUS: u32 = 87;
/// AllocRejCode (INT).
pub const ALLOC_REJ_CODE: u32 = 88;
/// Signature (DATA).
pub const SIGNATURE: u32 = 89;
/// SecureDataLen (LENGTH).
pub const SECURE_DATA_LEN: u32 = 90;
/// SecureData (DATA).
pub const SECURE_DATA: u32 = 91;
/// SignatureLength (LENGTH).
pub const SIGNATURE_LENGTH: u32 = 93;
/// EmailType (CHAR).
pub const EMAIL_TYPE: u32 = 94;
/// RawDataLength (LENGTH).
pub const RAW_DATA_LENGTH: u32 = 95;
/// RawData (DATA).
pub const RAW_DATA: u32 = 96;
/// PossResend (BOOLEAN).
pub const POSS_RESEND: u32 = 97;
/// EncryptMethod (INT).
pub const ENCRYPT_METHOD: u32 = 98;
/// StopPx (PRICE).
pub const STOP_PX: u32 = 99;
/// ExDestination (EXCHANGE).
pub const EX_DESTINATION: u32 = 100;
/// CxlRejReason (INT).
pub const CXL_REJ_REASON: u32 = 102;
/// OrdRejReason (INT).
pub const ORD_REJ_REASON: u32 = 103;
/// IOIQualifier (CHAR).
pub const IOI_QUALIFIER: u32 = 104;
/// Issuer (STRING).
pub const ISSUER: u32 = 106;
/// SecurityDesc (STRING).
pub const SECURITY_DESC: u32 = 107;
/// HeartBtInt (INT).
pub const HEART_BT_INT: u32 = 108;
/// MinQty (QTY).
pub const MIN_QTY: u32 = 110;
/// MaxFloor (QTY).
pub const MAX_FLOOR: u32 = 111;
/// TestReqID (STRING).
pub const TEST_REQ_ID: u32 = 112;
/// ReportToExch (BOOLEAN).
pub const REPORT_TO_EXCH: u32 = 113;
/// LocateReqd (BOOLEAN).
pub const LOCATE_REQD: u32 = 114;
/// OnBehalfOfCompID (STRING).
pub const ON_BEHALF_OF_COMP_ID: u32 = 115;
/// OnBehalfOfSubID (STRING).
pub const ON_BEHALF_OF_SUB_ID: u32 = 116;
/// QuoteID (STRING).
pub const QUOTE_ID: u32 = 117;
/// NetMoney (AMT).
pub const NET_MONEY: u32 = 118;
/// SettlCurrAmt (AMT).
pub const SETTL_CURR_AMT: u32 = 119;
/// SettlCurrency (CURRENCY).
pub const SETTL_CURRENCY: u32 = 120;
/// ForexReq (BOOLEAN).
pub const FOREX_REQ: u32 = 121;
/// OrigSendingTime (UTCTIMESTAMP).
pub const ORIG_SENDING_TIME: u32 = 122;
/// GapFillFlag (BOOLEAN).
pub const GAP_FILL_FLAG: u32 = 123;
/// NoExecs (NUMINGROUP).
pub const NO_EXECS: u32 = 124;
/// ExpireTime (UTCTIMESTAMP).
pub const EXPIRE_TIME: u32 = 126;
/// DKReason (CHAR).
pub const DK_REASON: u32 = 127;
/// DeliverToCompID (STRING).
pub const DELIVER_TO_COMP_ID: u32 = 128;
/// DeliverToSubID (STRING).
pub const DELIVER_TO_SUB_ID: u32 = 129;
/// IOINaturalFlag (BOOLEAN).
pub const IOI_NATURAL_FLAG: u32 = 130;
/// QuoteReqID (STRING).
pub const QUOTE_REQ_ID: u32 = 131;
/// BidPx (PRICE).
pub const BID_PX: u32 = 132;
/// OfferPx (PRICE).
pub const OFFER_PX: u32 = 133;
/// BidSize (QTY).
pub const BID_SIZE: u32 = 134;
/// OfferSize (QTY).
pub const OFFER_SIZE: u32 = 135;
/// NoMiscFees (NUMINGROUP).
pub const NO_MISC_FEES: u32 = 136;
/// MiscFeeAmt (AMT).
pub const MISC_FEE_AMT: u32 = 137;
/// MiscFeeCurr (CURRENCY).
pub const MISC_FEE_CURR: u32 = 138;
/// MiscFeeType (STRING).
pub const MISC_FEE_TYPE: u32 = 139;
/// PrevClosePx (PRICE).
pub const PREV_CLOSE_PX: u32 = 140;
/// ResetSeqNumFlag (BOOLEAN).
pub const RESET_SEQ_NUM_FLAG: u32 = 141;
/// SenderLocationID (STRING).
pub const SENDER_LOCATION_ID: u32 = 142;
/// TargetLocationID (STRING).
pub const TARGET_LOCATION_ID: u32 = 143;
/// OnBehalfOfLocationID (STRING).
pub const ON_BEHALF_OF_LOCATION_ID: u32 = 144;
/// DeliverToLocationID (STRING).
pub const DELIVER_TO_LOCATION_ID: u32 = 145;
/// NoRelatedSym (NUMINGROUP).
pub const NO_RELATED_SYM: u32 = 146;
/// Subject (STRING).
pub const SUBJECT: u32 = 147;
/// Headline (STRING).
pub const HEADLINE: u32 = 148;
/// URLLink (STRING).
pub const URL_LINK: u32 = 149;
/// ExecType (CHAR).
pub const EXEC_TYPE: u32 = 150;
/// LeavesQty (QTY).
pub const LEAVES_QTY: u32 = 151;
/// CashOrderQty (QTY).
pub const CASH_ORDER_QTY: u32 = 152;
/// AllocAvgPx (PRICE).
pub const ALLOC_AVG_PX: u32 = 153;
/// AllocNetMoney (AMT).
pub const ALLOC_NET_MONEY: u32 = 154;
/// SettlCurrFxRate (FLOAT).
pub const SETTL_CURR_FX_RATE: u32 = 155;
/// SettlCurrFxRateCalc (CHAR).
pub const SETTL_CURR_FX_RATE_CALC: u32 = 156;
/// NumDaysInterest (INT).
pub const NUM_DAYS_INTEREST: u32 = 157;
/// AccruedInterestRate (PERCENTAGE).
pub const ACCRUED_INTEREST_RATE: u32 = 158;
/// AccruedInterestAmt (AMT).
pub const ACCRUED_INTEREST_AMT: u32 = 159;
/// SettlInstMode (CHAR).
pub const SETTL_INST_MODE: u32 = 160;
/// AllocText (STRING).
pub const ALLOC_TEXT: u32 = 161;
/// SettlInstID (STRING).
pub const SETTL_INST_ID: u32 = 162;
/// SettlInstTransType (CHAR).
pub const SETTL_INST_TRANS_TYPE: u32 = 163;
/// EmailThreadID (STRING).
pub const EMAIL_THREAD_ID: u32 = 164;
/// SettlInstSource (CHAR).
pub const SETTL_INST_SOURCE: u32 = 165;
/// SecurityType (STRING).
pub const SECURITY_TYPE: u32 = 167;
/// EffectiveTime (UTCTIMESTAMP).
pub const EFFECTIVE_TIME: u32 = 168;
/// StandInstDbType (INT).
pub const STAND_INST_DB_TYPE: u32 = 169;
/// StandInstDbName (STRING).
pub const STAND_INST_DB_NAME: u32 = 170;
/// StandInstDbID (STRING).
pub const STAND_INST_DB_ID: u32 = 171;
/// SettlDeliveryType (INT).
pub const SETTL_DELIVERY_TYPE: u32 = 172;
/// BidSpotRate (PRICE).
pub const BID_SPOT_RATE: u32 = 188;
/// BidForwardPoints (PRICEOFFSET).
pub const BID_FORWARD_POINTS: u32 = 189;
/// OfferSpotRate (PRICE).
pub const OFFER_SPOT_RATE: u32 = 190;
/// OfferForwardPoints (PRICEOFFSET).
pub const OFFER_FORWARD_POINTS: u32 = 191;
/// OrderQty2 (QTY).
pub const ORDER_QTY2: u32 = 192;
/// SettlDate2 (LOCALMKTDATE).
pub const SETTL_DATE2: u32 = 193;
/// LastSpotRate (PRICE).
pub const LAST_SPOT_RATE: u32 = 194;
/// LastForwardPoints (PRICEOFFSET).
pub const LAST_FORWARD_POINTS: u32 = 195;
/// AllocLinkID (STRING).
pub const ALLOC_LINK_ID: u32 = 196;
/// AllocLinkType (INT).
pub const ALLOC_LINK_TYPE: u32 = 197;
/// SecondaryOrderID (STRING).
pub const SECONDARY_ORDER_ID: u32 = 198;
/// NoIOIQualifiers (NUMINGROUP).
pub const NO_IOI_QUALIFIERS: u32 = 199;
/// MaturityMonthYear (MONTHYEAR).
pub const MATURITY_MONTH_YEAR: u32 = 200;
/// PutOrCall (INT).
pub const PUT_OR_CALL: u32 = 201;
/// StrikePrice (PRICE).
pub const STRIKE_PRICE: u32 = 202;
/// CoveredOrUncovered (INT).
pub const COVERED_OR_UNCOVERED: u32 = 203;
/// OptAttribute (CHAR).
pub const OPT_ATTRIBUTE: u32 = 206;
/// SecurityExchange (EXCHANGE).
pub const SECURITY_EXCHANGE: u32 = 207;
/// NotifyBrokerOfCredit (BOOLEAN).
pub const NOTIFY_BROKER_OF_CREDIT: u32 = 208;
/// AllocHandlInst (INT).
pub const ALLOC_HANDL_INST: u32 = 209;
/// MaxShow (QTY).
pub const MAX_SHOW: u32 = 210;
/// PegOffsetValue (FLOAT).
pub const PEG_OFFSET_VALUE: u32 = 211;
/// XmlDataLen (LENGTH).
pub const XML_DATA_LEN: u32 = 212;
/// XmlData (DATA).
pub const XML_DATA: u32 = 213;
/// SettlInstRefID (STRING).
pub const SETTL_INST_REF_ID: u32 = 214;
/// NoRoutingIDs (NUMINGROUP).
pub const NO_ROUTING_IDS: u32 = 215;
/// RoutingType (INT).
pub const ROUTING_TYPE: u32 = 216;
/// RoutingID (STRING).
pub const ROUTING_ID: u32 = 217;
/// Spread (PRICEOFFSET).
pub const SPREAD: u32 = 218;
/// BenchmarkCurveCurrency (CURRENCY).
pub const BENCHMARK_CURVE_CURRENCY: u32 = 220;
/// BenchmarkCurveName (STRING).
pub const BENCHMARK_CURVE_NAME: u32 = 221;
/// BenchmarkCurvePoint (STRING).
pub const BENCHMARK_CURVE_POINT: u32 = 222;
/// CouponRate (PERCENTAGE).
pub const COUPON_RATE: u32 = 223;
/// CouponPaymentDate (LOCALMKTDATE).
pub const COUPON_PAYMENT_DATE: u32 = 224;
/// IssueDate (LOCALMKTDATE).
pub const ISSUE_DATE: u32 = 225;
/// RepurchaseTerm (INT).
pub const REPURCHASE_TERM: u32 = 226;
/// RepurchaseRate (PERCENTAGE).
pub const REPURCHASE_RATE: u32 = 227;
/// Factor (FLOAT).
pub const FACTOR: u32 = 228;
/// TradeOriginationDate (LOCALMKTDATE).
pub const TRADE_ORIGINATION_DATE: u32 = 229;
/// ExDate (LOCALMKTDATE).
pub const EX_DATE: u32 = 230;
/// ContractMultiplier (FLOAT).
pub const CONTRACT_MULTIPLIER: u32 = 231;
/// NoStipulations (NUMINGROUP).
pub const NO_STIPULATIONS: u32 = 232;
/// StipulationType (STRING).
pub const STIPULATION_TYPE: u32 = 233;
/// StipulationValue (STRING).
pub const STIPULATION_VALUE: u32 = 234;
/// YieldType (STRING).
pub const YIELD_TYPE: u32 = 235;
/// Yield (PERCENTAGE).
pub const YIELD: u32 = 236;
/// TotalTakedown (AMT).
pub const TOTAL_TAKEDOWN: u32 = 237;
/// Concession (AMT).
pub const CONCESSION: u32 = 238;
/// RepoCollateralSecurityType (STRING).
pub const REPO_COLLATERAL_SECURITY_TYPE: u32 = 239;
/// RedemptionDate (LOCALMKTDATE).
pub const REDEMPTION_DATE: u32 = 240;
/// UnderlyingCouponPaymentDate (LOCALMKTDATE).
pub const UNDERLYING_COUPON_PAYMENT_DATE: u32 = 241;
/// UnderlyingIssueDate (LOCALMKTDATE).
pub const UNDERLYING_ISSUE_DATE: u32 = 242;
/// UnderlyingRepoCollateralSecurityType (STRING).
pub const UNDERLYING_REPO_COLLATERAL_SECURITY_TYPE: u32 = 243;
/// UnderlyingRepurchaseTerm (INT).
pub const UNDERLYING_REPURCHASE_TERM: u32 = 244;
/// UnderlyingRepurchaseRate (PERCENTAGE).
pub const UNDERLYING_REPURCHASE_RATE: u32 = 245;
/// UnderlyingFactor (FLOAT).
pub const UNDERLYING_FACTOR: u32 = 246;
/// UnderlyingRedemptionDate (LOCALMKTDATE).
pub const UNDERLYING_REDEMPTION_DATE: u32 = 247;
/// LegCouponPaymentDate (LOCALMKTDATE).
pub const LEG_COUPON_PAYMENT_DATE: u32 = 248;
/// LegIssueDate (LOCALMKTDATE).
pub const LEG_ISSUE_DATE: u32 = 249;
/// LegRepoCollateralSecurityType (STRING).
pub const LEG_REPO_COLLATERAL_SECURITY_TYPE: u32 = 250;
/// LegRepurchaseTerm (INT).
pub const LEG_REPURCHASE_TERM: u32 = 251;
/// LegRepurchaseRate (PERCENTAGE).
pub const LEG_REPURCHASE_RATE: u32 = 252;
/// LegFactor (FLOAT).
pub const LEG_FACTOR: u32 = 253;
/// LegRedemptionDate (LOCALMKTDATE).
pub const LEG_REDEMPTION_DATE: u32 = 254;
/// CreditRating (STRING).
pub const CREDIT_RATING: u32 = 255;
/// UnderlyingCreditRating (STRING).
pub const UNDERLYING_CREDIT_RATING: u32 = 256;
/// LegCreditRating (STRING).
pub const LEG_CREDIT_RATING: u32 = 257;
/// TradedFlatSwitch (BOOLEAN).
pub const TRADED_FLAT_SWITCH: u32 = 258;
/// BasisFeatureDate (LOCALMKTDATE).
pub const BASIS_FEATURE_DATE: u32 = 259;
/// BasisFeaturePrice (PRICE).
pub const BASIS_FEATURE_PRICE: u32 = 260;
/// MDReqID (STRING).
pub const MD_REQ_ID: u32 = 262;
/// SubscriptionRequestType (CHAR).
pub const SUBSCRIPTION_REQUEST_TYPE: u32 = 263;
/// MarketDepth (INT).
pub const MARKET_DEPTH: u32 = 264;
/// MDUpdateType (INT).
pub const MD_UPDATE_TYPE: u32 = 265;
/// AggregatedBook (BOOLEAN).
pub const AGGREGATED_BOOK: u32 = 266;
/// NoMDEntryTypes (NUMINGROUP).
pub const NO_MD_ENTRY_TYPES: u32 = 267;
/// NoMDEntries (NUMINGROUP).
pub const NO_MD_ENTRIES: u32 = 268;
/// MDEntryType (CHAR).
pub const MD_ENTRY_TYPE: u32 = 269;
/// MDEntryPx (PRICE).
pub const MD_ENTRY_PX: u32 = 270;
/// MDEntrySize (QTY).
pub const MD_ENTRY_SIZE: u32 = 271;
/// MDEntryDate (UTCDATEONLY).
pub const MD_ENTRY_DATE: u32 = 272;
/// MDEntryTime (UTCTIMEONLY).
pub const MD_ENTRY_TIME: u32 = 273;
/// TickDirection (CHAR).
pub const TICK_DIRECTION: u32 = 274;
/// MDMkt (EXCHANGE).
pub const MD_MKT: u32 = 275;
/// QuoteCondition (MULTIPLEVALUESTRING).
pub const QUOTE_CONDITION: u32 = 276;
/// TradeCondition (MULTIPLEVALUESTRING).
pub const TRADE_CONDITION: u32 = 277;
/// MDEntryID (STRING).
pub const MD_ENTRY_ID: u32 = 278;
/// MDUpdateAction (CHAR).
pub const MD_UPDATE_ACTION: u32 = 279;
/// MDEntryRefID (STRING).
pub const MD_ENTRY_REF_ID: u32 = 280;
/// MDReqRejReason (CHAR).
pub const MD_REQ_REJ_REASON: u32 = 281;
/// MDEntryOriginator (STRING).
pub const MD_ENTRY_ORIGINATOR: u32 = 282;
/// LocationID (STRING).
pub const LOCATION_ID: u32 = 283;
/// DeskID (STRING).
pub const DESK_ID: u32 = 284;
/// DeleteReason (CHAR).
pub const DELETE_REASON: u32 = 285;
/// OpenCloseSettlFlag (MULTIPLEVALUESTRING).
pub const OPEN_CLOSE_SETTL_FLAG: u32 = 286;
/// SellerDays (INT).
pub const SELLER_DAYS: u32 = 287;
/// MDEntryBuyer (STRING).
pub const MD_ENTRY_BUYER: u32 = 288;
/// MDEntrySeller (STRING).
pub const MD_ENTRY_SELLER: u32 = 289;
/// MDEntryPositionNo (INT).
pub const MD_ENTRY_POSITION_NO: u32 = 290;
/// FinancialStatus (MULTIPLEVALUESTRING).
pub const FINANCIAL_STATUS: u32 = 291;
/// CorporateAction (MULTIPLEVALUESTRING).
pub const CORPORATE_ACTION: u32 = 292;
/// DefBidSize (QTY).
pub const DEF_BID_SIZE: u32 = 293;
/// DefOfferSize (QTY).
pub const DEF_OFFER_SIZE: u32 = 294;
/// NoQuoteEntries (NUMINGROUP).
pub const NO_QUOTE_ENTRIES: u32 = 295;
/// NoQuoteSets (NUMINGROUP).
pub const NO_QUOTE_SETS: u32 = 296;
/// QuoteStatus (INT).
pub const QUOTE_STATUS: u32 = 297;
/// QuoteCancelType (INT).
pub const QUOTE_CANCEL_TYPE: u32 = 298;
/// QuoteEntryID (STRING).
pub const QUOTE_ENTRY_ID: u32 = 299;
/// QuoteRejectReason (INT).
pub const QUOTE_REJECT_REASON: u32 = 300;
/// QuoteResponseLevel (INT).
pub const QUOTE_RESPONSE_LEVEL: u32 = 301;
/// QuoteSetID (STRING).
pub const QUOTE_SET_ID: u32 = 302;
/// QuoteRequestType (INT).
pub const QUOTE_REQUEST_TYPE: u32 = 303;
/// TotNoQuoteEntries (INT).
pub const TOT_NO_QUOTE_ENTRIES: u32 = 304;
/// UnderlyingSecurityIDSource (STRING).
pub const UNDERLYING_SECURITY_ID_SOURCE: u32 = 305;
/// UnderlyingIssuer (STRING).
pub const UNDERLYING_ISSUER: u32 = 306;
/// UnderlyingSecurityDesc (STRING).
pub const UNDERLYING_SECURITY_DESC: u32 = 307;
/// UnderlyingSecurityExchange (EXCHANGE).
pub const UNDERLYING_SECURITY_EXCHANGE: u32 = 308;
/// UnderlyingSecurityID (STRING).
pub const UNDERLYING_SECURITY_ID: u32 = 309;
/// UnderlyingSecurityType (STRING).
pub const UNDERLYING_SECURITY_TYPE: u32 = 310;
/// UnderlyingSymbol (STRING).
pub const UNDERLYING_SYMBOL: u32 = 311;
/// UnderlyingSymbolSfx (STRING).
pub const UNDERLYING_SYMBOL_SFX: u32 = 312;
/// UnderlyingMaturityMonthYear (MONTHYEAR).
pub const UNDERLYING_MATURITY_MONTH_YEAR: u32 = 313;
/// UnderlyingPutOrCall (INT).
pub const UNDERLYING_PUT_OR_CALL: u32 = 315;
/// UnderlyingStrikePrice (PRICE).
pub const UNDERLYING_STRIKE_PRICE: u32 = 316;
/// UnderlyingOptAttribute (CHAR).
pub const UNDERLYING_OPT_ATTRIBUTE: u32 = 317;
/// UnderlyingCurrency (CURRENCY).
pub const UNDERLYING_CURRENCY: u32 = 318;
/// SecurityReqID (STRING).
pub const SECURITY_REQ_ID: u32 = 320;
/// SecurityRequestType (INT).
pub const SECURITY_REQUEST_TYPE: u32 = 321;
/// SecurityResponseID (STRING).
pub const SECURITY_RESPONSE_ID: u32 = 322;
/// SecurityResponseType (INT).
pub const SECURITY_RESPONSE_TYPE: u32 = 323;
/// SecurityStatusReqID (STRING).
pub const SECURITY_STATUS_REQ_ID: u32 = 324;
/// UnsolicitedIndicator (BOOLEAN).
pub const UNSOLICITED_INDICATOR: u32 = 325;
/// SecurityTradingStatus (INT).
pub const SECURITY_TRADING_STATUS: u32 = 326;
/// HaltReasonChar (CHAR).
pub const HALT_REASON_CHAR: u32 = 327;
/// InViewOfCommon (BOOLEAN).
pub const IN_VIEW_OF_COMMON: u32 = 328;
/// DueToRelated (BOOLEAN).
pub const DUE_TO_RELATED: u32 = 329;
/// BuyVolume (QTY).
pub const BUY_VOLUME: u32 = 330;
/// SellVolume (QTY).
pub const SELL_VOLUME: u32 = 331;
/// HighPx (PRICE).
pub const HIGH_PX: u32 = 332;
/// LowPx (PRICE).
pub const LOW_PX: u32 = 333;
/// Adjustment (INT).
pub const ADJUSTMENT: u32 = 334;
/// TradSesReqID (STRING).
pub const TRAD_SES_REQ_ID: u32 = 335;
/// TradingSessionID (STRING).
pub const TRADING_SESSION_ID: u32 = 336;
/// ContraTrader (STRING).
pub const CONTRA_TRADER: u32 = 337;
/// TradSesMethod (INT).
pub const TRAD_SES_METHOD: u32 = 338;
/// TradSesMode (INT).
pub const TRAD_SES_MODE: u32 = 339;
/// TradSesStatus (INT).
pub const TRAD_SES_STATUS: u32 = 340;
/// TradSesStartTime (UTCTIMESTAMP).
pub const TRAD_SES_START_TIME: u32 = 341;
/// TradSesOpenTime (UTCTIMESTAMP).
pub const TRAD_SES_OPEN_TIME: u32 = 342;
/// TradSesPreCloseTime (UTCTIMESTAMP).
pub const TRAD_SES_PRE_CLOSE_TIME: u32 = 343;
/// TradSesCloseTime (UTCTIMESTAMP).
pub const TRAD_SES_CLOSE_TIME: u32 = 344;
/// TradSesEndTime (UTCTIMESTAMP).
pub const TRAD_SES_END_TIME: u32 = 345;
/// NumberOfOrders (INT).
pub const NUMBER_OF_ORDERS: u32 = 346;
/// MessageEncoding (STRING).
pub const MESSAGE_ENCODING: u32 = 347;
/// EncodedIssuerLen (LENGTH).
pub const ENCODED_ISSUER_LEN: u32 = 348;
/// EncodedIssuer (DATA).
pub const ENCODED_ISSUER: u32 = 349;
/// EncodedSecurityDescLen (LENGTH).
pub const ENCODED_SECURITY_DESC_LEN: u32 = 350;
/// EncodedSecurityDesc (DATA).
pub const ENCODED_SECURITY_DESC: u32 = 351;
/// EncodedListExecInstLen (LENGTH).
pub const ENCODED_LIST_EXEC_INST_LEN: u32 = 352;
/// EncodedListExecInst (DATA).
pub const ENCODED_LIST_EXEC_INST: u32 = 353;
/// EncodedTextLen (LENGTH).
pub const ENCODED_TEXT_LEN: u32 = 354;
/// EncodedText (DATA).
pub const ENCODED_TEXT: u32 = 355;
/// EncodedSubjectLen (LENGTH).
pub const ENCODED_SUBJECT_LEN: u32 = 356;
/// EncodedSubject (DATA).
pub const ENCODED_SUBJECT: u32 = 357;
/// EncodedHeadlineLen (LENGTH).
pub const ENCODED_HEADLINE_LEN: u32 = 358;
/// EncodedHeadline (DATA).
pub const ENCODED_HEADLINE: u32 = 359;
/// EncodedAllocTextLen (LENGTH).
pub const ENCODED_ALLOC_TEXT_LEN: u32 = 360;
/// EncodedAllocText (DATA).
pub const ENCODED_ALLOC_TEXT: u32 = 361;
/// EncodedUnderlyingIssuerLen (LENGTH).
pub const ENCODED_UNDERLYING_ISSUER_LEN: u32 = 362;
/// EncodedUnderlyingIssuer (DATA).
pub const ENCODED_UNDERLYING_ISSUER: u32 = 363;
/// EncodedUnderlyingSecurityDescLen (LENGTH).
pub const ENCODED_UNDERLYING_SECURITY_DESC_LEN: u32 = 364;
/// EncodedUnderlyingSecurityDesc (DATA).
pub const ENCODED_UNDERLYING_SECURITY_DESC: u32 = 365;
/// AllocPrice (PRICE).
pub const ALLOC_PRICE: u32 = 366;
/// QuoteSetValidUntilTime (UTCTIMESTAMP).
pub const QUOTE_SET_VALID_UNTIL_TIME: u32 = 367;
/// QuoteEntryRejectReason (INT).
pub const QUOTE_ENTRY_REJECT_REASON: u32 = 368;
/// LastMsgSeqNumProcessed (SEQNUM).
pub const LAST_MSG_SEQ_NUM_PROCESSED: u32 = 369;
/// RefTagID (INT).
pub const REF_TAG_ID: u32 = 371;
/// RefMsgType (STRING).
pub const REF_MSG_TYPE: u32 = 372;
/// SessionRejectReason (INT).
pub const SESSION_REJECT_REASON: u32 = 373;
/// BidRequestTransType (CHAR).
pub const BID_REQUEST_TRANS_TYPE: u32 = 374;
/// ContraBroker (STRING).
pub const CONTRA_BROKER: u32 = 375;
/// ComplianceID (STRING).
pub const COMPLIANCE_ID: u32 = 376;
/// SolicitedFlag (BOOLEAN).
pub const SOLICITED_FLAG: u32 = 377;
/// ExecRestatementReason (INT).
pub const EXEC_RESTATEMENT_REASON: u32 = 378;
/// BusinessRejectRefID (STRING).
pub const BUSINESS_REJECT_REF_ID: u32 = 379;
/// BusinessRejectReason (INT).
pub const BUSINESS_REJECT_REASON: u32 = 380;
/// GrossTradeAmt (AMT).
pub const GROSS_TRADE_AMT: u32 = 381;
/// NoContraBrokers (NUMINGROUP).
pub const NO_CONTRA_BROKERS: u32 = 382;
/// MaxMessageSize (LENGTH).
pub const MAX_MESSAGE_SIZE: u32 = 383;
/// NoMsgTypes (NUMINGROUP).
pub const NO_MSG_TYPES: u32 = 384;
/// MsgDirection (CHAR).
pub const MSG_DIRECTION: u32 = 385;
/// NoTradingSessions (NUMINGROUP).
pub const NO_TRADING_SESSIONS: u32 = 386;
/// TotalVolumeTraded (QTY).
pub const TOTAL_VOLUME_TRADED: u32 = 387;
/// DiscretionInst (CHAR).
pub const DISCRETION_INST: u32 = 388;
/// DiscretionOffsetValue (FLOAT).
pub const DISCRETION_OFFSET_VALUE: u32 = 389;
/// BidID (STRING).
pub const BID_ID: u32 = 390;
/// ClientBidID (STRING).
pub const CLIENT_BID_ID: u32 = 391;
/// ListName (STRING).
pub const LIST_NAME: u32 = 392;
/// TotNoRelatedSym (INT).
pub const TOT_NO_RELATED_SYM: u32 = 393;
/// BidType (INT).
pub const BID_TYPE: u32 = 394;
/// NumTickets (INT).
pub const NUM_TICKETS: u32 = 395;
/// SideValue1 (AMT).
pub const SIDE_VALUE1: u32 = 396;
/// SideValue2 (AMT).
pub const SIDE_VALUE2: u32 = 397;
/// NoBidDescriptors (NUMINGROUP).
pub const NO_BID_DESCRIPTORS: u32 = 398;
/// BidDescriptorType (INT).
pub const BID_DESCRIPTOR_TYPE: u32 = 399;
/// BidDescriptor (STRING).
pub const BID_DESCRIPTOR: u32 = 400;
/// SideValueInd (INT).
pub const SIDE_VALUE_IND: u32 = 401;
/// LiquidityPctLow (PERCENTAGE).
pub const LIQUIDITY_PCT_LOW: u32 = 402;
/// LiquidityPctHigh (PERCENTAGE).
pub const LIQUIDITY_PCT_HIGH: u32 = 403;
/// LiquidityValue (AMT).
pub const LIQUIDITY_VALUE: u32 = 404;
/// EFPTrackingError (PERCENTAGE).
pub const EFP_TRACKING_ERROR: u32 = 405;
/// FairValue (AMT).
pub const FAIR_VALUE: u32 = 406;
/// OutsideIndexPct (PERCENTAGE).
pub const OUTSIDE_INDEX_PCT: u32 = 407;
/// ValueOfFutures (AMT).
pub const VALUE_OF_FUTURES: u32 = 408;
/// LiquidityIndType (INT).
pub const LIQUIDITY_IND_TYPE: u32 = 409;
/// WtAverageLiquidity (PERCENTAGE).
pub const WT_AVERAGE_LIQUIDITY: u32 = 410;
/// ExchangeForPhysical (BOOLEAN).
pub const EXCHANGE_FOR_PHYSICAL: u32 = 411;
/// OutMainCntryUIndex (AMT).
pub const OUT_MAIN_CNTRY_U_INDEX: u32 = 412;
/// CrossPercent (PERCENTAGE).
pub const CROSS_PERCENT: u32 = 413;
/// ProgRptReqs (INT).
pub const PROG_RPT_REQS: u32 = 414;
/// ProgPeriodInterval (INT).
pub const PROG_PERIOD_INTERVAL: u32 = 415;
/// IncTaxInd (INT).
pub const INC_TAX_IND: u32 = 416;
/// NumBidders (INT).
pub const NUM_BIDDERS: u32 = 417;
/// BidTradeType (CHAR).
pub const BID_TRADE_TYPE: u32 = 418;
/// BasisPxType (CHAR).
pub const BASIS_PX_TYPE: u32 = 419;
/// NoBidComponents (NUMINGROUP).
pub const NO_BID_COMPONENTS: u32 = 420;
/// Country (COUNTRY).
pub const COUNTRY: u32 = 421;
/// TotNoStrikes (INT).
pub const TOT_NO_STRIKES: u32 = 422;
/// PriceType (INT).
pub const PRICE_TYPE: u32 = 423;
/// DayOrderQty (QTY).
pub const DAY_ORDER_QTY: u32 = 424;
/// DayCumQty (QTY).
pub const DAY_CUM_QTY: u32 = 425;
/// DayAvgPx (PRICE).
pub const DAY_AVG_PX: u32 = 426;
/// GTBookingInst (INT).
pub const GT_BOOKING_INST: u32 = 427;
/// NoStrikes (NUMINGROUP).
pub const NO_STRIKES: u32 = 428;
/// ListStatusType (INT).
pub const LIST_STATUS_TYPE: u32 = 429;
/// NetGrossInd (INT).
pub const NET_GROSS_IND: u32 = 430;
/// ListOrderStatus (INT).
pub const LIST_ORDER_STATUS: u32 = 431;
/// ExpireDate (LOCALMKTDATE).
pub const EXPIRE_DATE: u32 = 432;
/// ListExecInstType (CHAR).
pub const LIST_EXEC_INST_TYPE: u32 = 433;
/// CxlRejResponseTo (CHAR).
pub const CXL_REJ_RESPONSE_TO: u32 = 434;
/// UnderlyingCouponRate (PERCENTAGE).
pub const UNDERLYING_COUPON_RATE: u32 = 435;
/// UnderlyingContractMultiplier (FLOAT).
pub const UNDERLYING_CONTRACT_MULTIPLIER: u32 = 436;
/// ContraTradeQty (QTY).
pub const CONTRA_TRADE_QTY: u32 = 437;
/// ContraTradeTime (UTCTIMESTAMP).
pub const CONTRA_TRADE_TIME: u32 = 438;
/// LiquidityNumSecurities (INT).
pub const LIQUIDITY_NUM_SECURITIES: u32 = 441;
/// MultiLegReportingType (CHAR).
pub const MULTI_LEG_REPORTING_TYPE: u32 = 442;
/// StrikeTime (UTCTIMESTAMP).
pub const STRIKE_TIME: u32 = 443;
/// ListStatusText (STRING).
pub const LIST_STATUS_TEXT: u32 = 444;
/// EncodedListStatusTextLen (LENGTH).
pub const ENCODED_LIST_STATUS_TEXT_LEN: u32 = 445;
/// EncodedListStatusText (DATA).
pub const ENCODED_LIST_STATUS_TEXT: u32 = 446;
/// PartyIDSource (CHAR).
pub const PARTY_ID_SOURCE: u32 = 447;
/// PartyID (STRING).
pub const PARTY_ID: u32 = 448;
/// NetChgPrevDay (PRICEOFFSET).
pub const NET_CHG_PREV_DAY: u32 = 451;
/// PartyRole (INT).
pub const PARTY_ROLE: u32 = 452;
/// NoPartyIDs (NUMINGROUP).
pub const NO_PARTY_IDS: u32 = 453;
/// NoSecurityAltID (NUMINGROUP).
pub const NO_SECURITY_ALT_ID: u32 = 454;
/// SecurityAltID (STRING).
pub const SECURITY_ALT_ID: u32 = 455;
/// SecurityAltIDSource (STRING).
pub const SECURITY_ALT_ID_SOURCE: u32 = 456;
/// NoUnderlyingSecurityAltID (NUMINGROUP).
pub const NO_UNDERLYING_SECURITY_ALT_ID: u32 = 457;
/// UnderlyingSecurityAltID (STRING).
pub const UNDERLYING_SECURITY_ALT_ID: u32 = 458;
/// UnderlyingSecurityAltIDSource (STRING).
pub const UNDERLYING_SECURITY_ALT_ID_SOURCE: u32 = 459;
/// Product (INT).
pub const PRODUCT: u32 = 460;
/// CFICode (STRING).
pub const CFI_CODE: u32 = 461;
/// UnderlyingProduct (INT).
pub const UNDERLYING_PRODUCT: u32 = 462;
/// UnderlyingCFICode (STRING).
pub const UNDERLYING_CFI_CODE: u32 = 463;
/// TestMessageIndicator (BOOLEAN).
pub const TEST_MESSAGE_INDICATOR: u32 = 464;
/// BookingRefID (STRING).
pub const BOOKING_REF_ID: u32 = 466;
/// IndividualAllocID (STRING).
pub const INDIVIDUAL_ALLOC_ID: u32 = 467;
/// RoundingDirection (CHAR).
pub const ROUNDING_DIRECTION: u32 = 468;
/// RoundingModulus (FLOAT).
pub const ROUNDING_MODULUS: u32 = 469;
/// CountryOfIssue (COUNTRY).
pub const COUNTRY_OF_ISSUE: u32 = 470;
/// StateOrProvinceOfIssue (STRING).
pub const STATE_OR_PROVINCE_OF_ISSUE: u32 = 471;
/// LocaleOfIssue (STRING).
pub const LOCALE_OF_ISSUE: u32 = 472;
/// NoRegistDtls (NUMINGROUP).
pub const NO_REGIST_DTLS: u32 = 473;
/// MailingDtls (STRING).
pub const MAILING_DTLS: u32 = 474;
/// InvestorCountryOfResidence (COUNTRY).
pub const INVESTOR_COUNTRY_OF_RESIDENCE: u32 = 475;
/// PaymentRef (STRING).
pub const PAYMENT_REF: u32 = 476;
/// DistribPaymentMethod (INT).
pub const DISTRIB_PAYMENT_METHOD: u32 = 477;
/// CashDistribCurr (CURRENCY).
pub const CASH_DISTRIB_CURR: u32 = 478;
/// CommCurrency (CURRENCY).
pub const COMM_CURRENCY: u32 = 479;
/// CancellationRights (CHAR).
pub const CANCELLATION_RIGHTS: u32 = 480;
/// MoneyLaunderingStatus (CHAR).
pub const MONEY_LAUNDERING_STATUS: u32 = 481;
/// MailingInst (STRING).
pub const MAILING_INST: u32 = 482;
/// TransBkdTime (UTCTIMESTAMP).
pub const TRANS_BKD_TIME: u32 = 483;
/// ExecPriceType (CHAR).
pub const EXEC_PRICE_TYPE: u32 = 484;
/// ExecPriceAdjustment (FLOAT).
pub const EXEC_PRICE_ADJUSTMENT: u32 = 485;
/// DateOfBirth (LOCALMKTDATE).
pub const DATE_OF_BIRTH: u32 = 486;
/// TradeReportTransType (INT).
pub const TRADE_REPORT_TRANS_TYPE: u32 = 487;
/// CardHolderName (STRING).
pub const CARD_HOLDER_NAME: u32 = 488;
/// CardNumber (STRING).
pub const CARD_NUMBER: u32 = 489;
/// CardExpDate (LOCALMKTDATE).
pub const CARD_EXP_DATE: u32 = 490;
/// CardIssNum (STRING).
pub const CARD_ISS_NUM: u32 = 491;
/// PaymentMethod (INT).
pub const PAYMENT_METHOD: u32 = 492;
/// RegistAcctType (STRING).
pub const REGIST_ACCT_TYPE: u32 = 493;
/// Designation (STRING).
pub const DESIGNATION: u32 = 494;
/// TaxAdvantageType (INT).
pub const TAX_ADVANTAGE_TYPE: u32 = 495;
/// RegistRejReasonText (STRING).
pub const REGIST_REJ_REASON_TEXT: u32 = 496;
/// FundRenewWaiv (CHAR).
pub const FUND_RENEW_WAIV: u32 = 497;
/// CashDistribAgentName (STRING).
pub const CASH_DISTRIB_AGENT_NAME: u32 = 498;
/// CashDistribAgentCode (STRING).
pub const CASH_DISTRIB_AGENT_CODE: u32 = 499;
/// CashDistribAgentAcctNumber (STRING).
pub const CASH_DISTRIB_AGENT_ACCT_NUMBER: u32 = 500;
/// CashDistribPayRef (STRING).
pub const CASH_DISTRIB_PAY_REF: u32 = 501;
/// CashDistribAgentAcctName (STRING).
pub const CASH_DISTRIB_AGENT_ACCT_NAME: u32 = 502;
/// CardStartDate (LOCALMKTDATE).
pub const CARD_START_DATE: u32 = 503;
/// PaymentDate (LOCALMKTDATE).
pub const PAYMENT_DATE: u32 = 504;
/// PaymentRemitterID (STRING).
pub const PAYMENT_REMITTER_ID: u32 = 505;
/// RegistStatus (CHAR).
pub const REGIST_STATUS: u32 = 506;
/// RegistRejReasonCode (INT).
pub const REGIST_REJ_REASON_CODE: u32 = 507;
/// RegistRefID (STRING).
pub const REGIST_REF_ID: u32 = 508;
/// RegistDtls (STRING).
pub const REGIST_DTLS: u32 = 509;
/// NoDistribInsts (NUMINGROUP).
pub const NO_DISTRIB_INSTS: u32 = 510;
/// RegistEmail (STRING).
pub const REGIST_EMAIL: u32 = 511;
/// DistribPercentage (PERCENTAGE).
pub const DISTRIB_PERCENTAGE: u32 = 512;
/// RegistID (STRING).
pub const REGIST_ID: u32 = 513;
/// RegistTransType (CHAR).
pub const REGIST_TRANS_TYPE: u32 = 514;
/// ExecValuationPoint (UTCTIMESTAMP).
pub const EXEC_VALUATION_POINT: u32 = 515;
/// OrderPercent (PERCENTAGE).
pub const ORDER_PERCENT: u32 = 516;
/// OwnershipType (CHAR).
pub const OWNERSHIP_TYPE: u32 = 517;
/// NoContAmts (NUMINGROUP).
pub const NO_CONT_AMTS: u32 = 518;
/// ContAmtType (INT).
pub const CONT_AMT_TYPE: u32 = 519;
/// ContAmtValue (FLOAT).
pub const CONT_AMT_VALUE: u32 = 520;
/// ContAmtCurr (CURRENCY).
pub const CONT_AMT_CURR: u32 = 521;
/// OwnerType (INT).
pub const OWNER_TYPE: u32 = 522;
/// PartySubID (STRING).
pub const PARTY_SUB_ID: u32 = 523;
/// NestedPartyID (STRING).
pub const NESTED_PARTY_ID: u32 = 524;
/// NestedPartyIDSource (CHAR).
pub const NESTED_PARTY_ID_SOURCE: u32 = 525;
/// SecondaryClOrdID (STRING).
pub const SECONDARY_CL_ORD_ID: u32 = 526;
/// SecondaryExecID (STRING).
pub const SECONDARY_EXEC_ID: u32 = 527;
/// OrderCapacity (CHAR).
pub const ORDER_CAPACITY: u32 = 528;
/// OrderRestrictions (MULTIPLEVALUESTRING).
pub const ORDER_RESTRICTIONS: u32 = 529;
/// MassCancelRequestType (CHAR).
pub const MASS_CANCEL_REQUEST_TYPE: u32 = 530;
/// MassCancelResponse (CHAR).
pub const MASS_CANCEL_RESPONSE: u32 = 531;
/// MassCancelRejectReason (STRING).
pub const MASS_CANCEL_REJECT_REASON: u32 = 532;
/// TotalAffectedOrders (INT).
pub const TOTAL_AFFECTED_ORDERS: u32 = 533;
/// NoAffectedOrders (NUMINGROUP).
pub const NO_AFFECTED_ORDERS: u32 = 534;
/// AffectedOrderID (STRING).
pub const AFFECTED_ORDER_ID: u32 = 535;
/// AffectedSecondaryOrderID (STRING).
pub const AFFECTED_SECONDARY_ORDER_ID: u32 = 536;
/// QuoteType (INT).
pub const QUOTE_TYPE: u32 = 537;
/// NestedPartyRole (INT).
pub const NESTED_PARTY_ROLE: u32 = 538;
/// NoNestedPartyIDs (NUMINGROUP).
pub const NO_NESTED_PARTY_IDS: u32 = 539;
/// TotalAccruedInterestAmt (AMT).
pub const TOTAL_ACCRUED_INTEREST_AMT: u32 = 540;
/// MaturityDate (LOCALMKTDATE).
pub const MATURITY_DATE: u32 = 541;
/// UnderlyingMaturityDate (LOCALMKTDATE).
pub const UNDERLYING_MATURITY_DATE: u32 = 542;
/// InstrRegistry (STRING).
pub const INSTR_REGISTRY: u32 = 543;
/// CashMargin (CHAR).
pub const CASH_MARGIN: u32 = 544;
/// NestedPartySubID (STRING).
pub const NESTED_PARTY_SUB_ID: u32 = 545;
/// Scope (MULTIPLEVALUESTRING).
pub const SCOPE: u32 = 546;
/// MDImplicitDelete (BOOLEAN).
pub const MD_IMPLICIT_DELETE: u32 = 547;
/// CrossID (STRING).
pub const CROSS_ID: u32 = 548;
/// CrossType (INT).
pub const CROSS_TYPE: u32 = 549;
/// CrossPrioritization (INT).
pub const CROSS_PRIORITIZATION: u32 = 550;
/// OrigCrossID (STRING).
pub const ORIG_CROSS_ID: u32 = 551;
/// NoSides (NUMINGROUP).
pub const NO_SIDES: u32 = 552;
/// Username (STRING).
pub const USERNAME: u32 = 553;
/// Password (STRING).
pub const PASSWORD: u32 = 554;
/// NoLegs (NUMINGROUP).
pub const NO_LEGS: u32 = 555;
/// LegCurrency (CURRENCY).
pub const LEG_CURRENCY: u32 = 556;
/// TotNoSecurityTypes (INT).
pub const TOT_NO_SECURITY_TYPES: u32 = 557;
/// NoSecurityTypes (NUMINGROUP).
pub const NO_SECURITY_TYPES: u32 = 558;
/// SecurityListRequestType (INT).
pub const SECURITY_LIST_REQUEST_TYPE: u32 = 559;
/// SecurityRequestResult (INT).
pub const SECURITY_REQUEST_RESULT: u32 = 560;
/// RoundLot (QTY).
pub const ROUND_LOT: u32 = 561;
/// MinTradeVol (QTY).
pub const MIN_TRADE_VOL: u32 = 562;
/// MultiLegRptTypeReq (INT).
pub const MULTI_LEG_RPT_TYPE_REQ: u32 = 563;
/// LegPositionEffect (CHAR).
pub const LEG_POSITION_EFFECT: u32 = 564;
/// LegCoveredOrUncovered (INT).
pub const LEG_COVERED_OR_UNCOVERED: u32 = 565;
/// LegPrice (PRICE).
pub const LEG_PRICE: u32 = 566;
/// TradSesStatusRejReason (INT).
pub const TRAD_SES_STATUS_REJ_REASON: u32 = 567;
/// TradeRequestID (STRING).
pub const TRADE_REQUEST_ID: u32 = 568;
/// TradeRequestType (INT).
pub const TRADE_REQUEST_TYPE: u32 = 569;
/// PreviouslyReported (BOOLEAN).
pub const PREVIOUSLY_REPORTED: u32 = 570;
/// TradeReportID (STRING).
pub const TRADE_REPORT_ID: u32 = 571;
/// TradeReportRefID (STRING).
pub const TRADE_REPORT_REF_ID: u32 = 572;
/// MatchStatus (CHAR).
pub const MATCH_STATUS: u32 = 573;
/// MatchType (STRING).
pub const MATCH_TYPE: u32 = 574;
/// OddLot (BOOLEAN).
pub const ODD_LOT: u32 = 575;
/// NoClearingInstructions (NUMINGROUP).
pub const NO_CLEARING_INSTRUCTIONS: u32 = 576;
/// ClearingInstruction (INT).
pub const CLEARING_INSTRUCTION: u32 = 577;
/// TradeInputSource (STRING).
pub const TRADE_INPUT_SOURCE: u32 = 578;
/// TradeInputDevice (STRING).
pub const TRADE_INPUT_DEVICE: u32 = 579;
/// NoDates (NUMINGROUP).
pub const NO_DATES: u32 = 580;
/// AccountType (INT).
pub const ACCOUNT_TYPE: u32 = 581;
/// CustOrderCapacity (INT).
pub const CUST_ORDER_CAPACITY: u32 = 582;
/// ClOrdLinkID (STRING).
pub const CL_ORD_LINK_ID: u32 = 583;
/// MassStatusReqID (STRING).
pub const MASS_STATUS_REQ_ID: u32 = 584;
/// MassStatusReqType (INT).
pub const MASS_STATUS_REQ_TYPE: u32 = 585;
/// OrigOrdModTime (UTCTIMESTAMP).
pub const ORIG_ORD_MOD_TIME: u32 = 586;
/// LegSettlType (CHAR).
pub const LEG_SETTL_TYPE: u32 = 587;
/// LegSettlDate (LOCALMKTDATE).
pub const LEG_SETTL_DATE: u32 = 588;
/// DayBookingInst (CHAR).
pub const DAY_BOOKING_INST: u32 = 589;
/// BookingUnit (CHAR).
pub const BOOKING_UNIT: u32 = 590;
/// PreallocMethod (CHAR).
pub const PREALLOC_METHOD: u32 = 591;
/// UnderlyingCountryOfIssue (COUNTRY).
pub const UNDERLYING_COUNTRY_OF_ISSUE: u32 = 592;
/// UnderlyingStateOrProvinceOfIssue (STRING).
pub const UNDERLYING_STATE_OR_PROVINCE_OF_ISSUE: u32 = 593;
/// UnderlyingLocaleOfIssue (STRING).
pub const UNDERLYING_LOCALE_OF_ISSUE: u32 = 594;
/// UnderlyingInstrRegistry (STRING).
pub const UNDERLYING_INSTR_REGISTRY: u32 = 595;
/// LegCountryOfIssue (COUNTRY).
pub const LEG_COUNTRY_OF_ISSUE: u32 = 596;
/// LegStateOrProvinceOfIssue (STRING).
pub const LEG_STATE_OR_PROVINCE_OF_ISSUE: u32 = 597;
/// LegLocaleOfIssue (STRING).
pub const LEG_LOCALE_OF_ISSUE: u32 = 598;
/// LegInstrRegistry (STRING).
pub const LEG_INSTR_REGISTRY: u32 = 599;
/// LegSymbol (STRING).
pub const LEG_SYMBOL: u32 = 600;
/// LegSymbolSfx (STRING).
pub const LEG_SYMBOL_SFX: u32 = 601;
/// LegSecurityID (STRING).
pub const LEG_SECURITY_ID: u32 = 602;
/// LegSecurityIDSource (STRING).
pub const LEG_SECURITY_ID_SOURCE: u32 = 603;
/// NoLegSecurityAltID (NUMINGROUP).
pub const NO_LEG_SECURITY_ALT_ID: u32 = 604;
/// LegSecurityAltID (STRING).
pub const LEG_SECURITY_ALT_ID: u32 = 605;
/// LegSecurityAltIDSource (STRING).
pub const LEG_SECURITY_ALT_ID_SOURCE: u32 = 606;
/// LegProduct (INT).
pub const LEG_PRODUCT: u32 = 607;
/// LegCFICode (STRING).
pub const LEG_CFI_CODE: u32 = 608;
/// LegSecurityType (STRING).
pub const LEG_SECURITY_TYPE: u32 = 609;
/// LegMaturityMonthYear (MONTHYEAR).
pub const LEG_MATURITY_MONTH_YEAR: u32 = 610;
/// LegMaturityDate (LOCALMKTDATE).
pub const LEG_MATURITY_DATE: u32 = 611;
/// LegStrikePrice (PRICE).
pub const LEG_STRIKE_PRICE: u32 = 612;
/// LegOptAttribute (CHAR).
pub const LEG_OPT_ATTRIBUTE: u32 = 613;
/// LegContractMultiplier (FLOAT).
pub const LEG_CONTRACT_MULTIPLIER: u32 = 614;
/// LegCouponRate (PERCENTAGE).
pub const LEG_COUPON_RATE: u32 = 615;
/// LegSecurityExchange (EXCHANGE).
pub const LEG_SECURITY_EXCHANGE: u32 = 616;
/// LegIssuer (STRING).
pub const LEG_ISSUER: u32 = 617;
/// EncodedLegIssuerLen (LENGTH).
pub const ENCODED_LEG_ISSUER_LEN: u32 = 618;
/// EncodedLegIssuer (DATA).
pub const ENCODED_LEG_ISSUER: u32 = 619;
/// LegSecurityDesc (STRING).
pub const LEG_SECURITY_DESC: u32 = 620;
/// EncodedLegSecurityDescLen (LENGTH).
pub const ENCODED_LEG_SECURITY_DESC_LEN: u32 = 621;
/// EncodedLegSecurityDesc (DATA).
pub const ENCODED_LEG_SECURITY_DESC: u32 = 622;
/// LegRatioQty (FLOAT).
pub const LEG_RATIO_QTY: u32 = 623;
/// LegSide (CHAR).
pub const LEG_SIDE: u32 = 624;
/// TradingSessionSubID (STRING).
pub const TRADING_SESSION_SUB_ID: u32 = 625;
/// AllocType (INT).
pub const ALLOC_TYPE: u32 = 626;
/// NoHops (NUMINGROUP).
pub const NO_HOPS: u32 = 627;
/// HopCompID (STRING).
pub const HOP_COMP_ID: u32 = 628;
/// HopSendingTime (UTCTIMESTAMP).
pub const HOP_SENDING_TIME: u32 = 629;
/// HopRefID (SEQNUM).
pub const HOP_REF_ID: u32 = 630;
/// MidPx (PRICE).
pub const MID_PX: u32 = 631;
/// BidYield (PERCENTAGE).
pub const BID_YIELD: u32 = 632;
/// MidYield (PERCENTAGE).
pub const MID_YIELD: u32 = 633;
/// OfferYield (PERCENTAGE).
pub const OFFER_YIELD: u32 = 634;
/// ClearingFeeIndicator (STRING).
pub const CLEARING_FEE_INDICATOR: u32 = 635;
/// WorkingIndicator (BOOLEAN).
pub const WORKING_INDICATOR: u32 = 636;
/// LegLastPx (PRICE).
pub const LEG_LAST_PX: u32 = 637;
/// PriorityIndicator (INT).
pub const PRIORITY_INDICATOR: u32 = 638;
/// PriceImprovement (PRICEOFFSET).
pub const PRICE_IMPROVEMENT: u32 = 639;
/// Price2 (PRICE).
pub const PRICE2: u32 = 640;
/// LastForwardPoints2 (PRICEOFFSET).
pub const LAST_FORWARD_POINTS2: u32 = 641;
/// BidForwardPoints2 (PRICEOFFSET).
pub const BID_FORWARD_POINTS2: u32 = 642;
/// OfferForwardPoints2 (PRICEOFFSET).
pub const OFFER_FORWARD_POINTS2: u32 = 643;
/// RFQReqID (STRING).
pub const RFQ_REQ_ID: u32 = 644;
/// MktBidPx (PRICE).
pub const MKT_BID_PX: u32 = 645;
/// MktOfferPx (PRICE).
pub const MKT_OFFER_PX: u32 = 646;
/// MinBidSize (QTY).
pub const MIN_BID_SIZE: u32 = 647;
/// MinOfferSize (QTY).
pub const MIN_OFFER_SIZE: u32 = 648;
/// QuoteStatusReqID (STRING).
pub const QUOTE_STATUS_REQ_ID: u32 = 649;
/// LegalConfirm (BOOLEAN).
pub const LEGAL_CONFIRM: u32 = 650;
/// UnderlyingLastPx (PRICE).
pub const UNDERLYING_LAST_PX: u32 = 651;
/// UnderlyingLastQty (QTY).
pub const UNDERLYING_LAST_QTY: u32 = 652;
/// LegRefID (STRING).
pub const LEG_REF_ID: u32 = 654;
/// ContraLegRefID (STRING).
pub const CONTRA_LEG_REF_ID: u32 = 655;
/// SettlCurrBidFxRate (FLOAT).
pub const SETTL_CURR_BID_FX_RATE: u32 = 656;
/// SettlCurrOfferFxRate (FLOAT).
pub const SETTL_CURR_OFFER_FX_RATE: u32 = 657;
/// QuoteRequestRejectReason (INT).
pub const QUOTE_REQUEST_REJECT_REASON: u32 = 658;
/// SideComplianceID (STRING).
pub const SIDE_COMPLIANCE_ID: u32 = 659;
/// AcctIDSource (INT).
pub const ACCT_ID_SOURCE: u32 = 660;
/// AllocAcctIDSource (INT).
pub const ALLOC_ACCT_ID_SOURCE: u32 = 661;
/// BenchmarkPrice (PRICE).
pub const BENCHMARK_PRICE: u32 = 662;
/// BenchmarkPriceType (INT).
pub const BENCHMARK_PRICE_TYPE: u32 = 663;
/// ConfirmID (STRING).
pub const CONFIRM_ID: u32 = 664;
/// ConfirmStatus (INT).
pub const CONFIRM_STATUS: u32 = 665;
/// ConfirmTransType (INT).
pub const CONFIRM_TRANS_TYPE: u32 = 666;
/// ContractSettlMonth (MONTHYEAR).
pub const CONTRACT_SETTL_MONTH: u32 = 667;
/// DeliveryForm (INT).
pub const DELIVERY_FORM: u32 = 668;
/// LastParPx (PRICE).
pub const LAST_PAR_PX: u32 = 669;
/// NoLegAllocs (NUMINGROUP).
pub const NO_LEG_ALLOCS: u32 = 670;
/// LegAllocAccount (STRING).
pub const LEG_ALLOC_ACCOUNT: u32 = 671;
/// LegIndividualAllocID (STRING).
pub const LEG_INDIVIDUAL_ALLOC_ID: u32 = 672;
/// LegAllocQty (QTY).
pub const LEG_ALLOC_QTY: u32 = 673;
/// LegAllocAcctIDSource (STRING).
pub const LEG_ALLOC_ACCT_ID_SOURCE: u32 = 674;
/// LegSettlCurrency (CURRENCY).
pub const LEG_SETTL_CURRENCY: u32 = 675;
/// LegBenchmarkCurveCurrency (CURRENCY).
pub const LEG_BENCHMARK_CURVE_CURRENCY: u32 = 676;
/// LegBenchmarkCurveName (STRING).
pub const LEG_BENCHMARK_CURVE_NAME: u32 = 677;
/// LegBenchmarkCurvePoint (STRING).
pub const LEG_BENCHMARK_CURVE_POINT: u32 = 678;
/// LegBenchmarkPrice (PRICE).
pub const LEG_BENCHMARK_PRICE: u32 = 679;
/// LegBenchmarkPriceType (INT).
pub const LEG_BENCHMARK_PRICE_TYPE: u32 = 680;
/// LegBidPx (PRICE).
pub const LEG_BID_PX: u32 = 681;
/// LegIOIQty (STRING).
pub const LEG_IOI_QTY: u32 = 682;
/// NoLegStipulations (NUMINGROUP).
pub const NO_LEG_STIPULATIONS: u32 = 683;
/// LegOfferPx (PRICE).
pub const LEG_OFFER_PX: u32 = 684;
/// LegPriceType (INT).
pub const LEG_PRICE_TYPE: u32 = 686;
/// LegQty (QTY).
pub const LEG_QTY: u32 = 687;
/// LegStipulationType (STRING).
pub const LEG_STIPULATION_TYPE: u32 = 688;
/// LegStipulationValue (STRING).
pub const LEG_STIPULATION_VALUE: u32 = 689;
/// LegSwapType (INT).
pub const LEG_SWAP_TYPE: u32 = 690;
/// Pool (STRING).
pub const POOL: u32 = 691;
/// QuotePriceType (INT).
pub const QUOTE_PRICE_TYPE: u32 = 692;
/// QuoteRespID (STRING).
pub const QUOTE_RESP_ID: u32 = 693;
/// QuoteRespType (INT).
pub const QUOTE_RESP_TYPE: u32 = 694;
/// QuoteQualifier (CHAR).
pub const QUOTE_QUALIFIER: u32 = 695;
/// YieldRedemptionDate (LOCALMKTDATE).
pub const YIELD_REDEMPTION_DATE: u32 = 696;
/// YieldRedemptionPrice (PRICE).
pub const YIELD_REDEMPTION_PRICE: u32 = 697;
/// YieldRedemptionPriceType (INT).
pub const YIELD_REDEMPTION_PRICE_TYPE: u32 = 698;
/// BenchmarkSecurityID (STRING).
pub const BENCHMARK_SECURITY_ID: u32 = 699;
/// ReversalIndicator (BOOLEAN).
pub const REVERSAL_INDICATOR: u32 = 700;
/// YieldCalcDate (LOCALMKTDATE).
pub const YIELD_CALC_DATE: u32 = 701;
/// NoPositions (NUMINGROUP).
pub const NO_POSITIONS: u32 = 702;
/// PosType (STRING).
pub const POS_TYPE: u32 = 703;
/// LongQty (QTY).
pub const LONG_QTY: u32 = 704;
/// ShortQty (QTY).
pub const SHORT_QTY: u32 = 705;
/// PosQtyStatus (INT).
pub const POS_QTY_STATUS: u32 = 706;
/// PosAmtType (STRING).
pub const POS_AMT_TYPE: u32 = 707;
/// PosAmt (AMT).
pub const POS_AMT: u32 = 708;
/// PosTransType (INT).
pub const POS_TRANS_TYPE: u32 = 709;
/// PosReqID (STRING).
pub const POS_REQ_ID: u32 = 710;
/// NoUnderlyings (NUMINGROUP).
pub const NO_UNDERLYINGS: u32 = 711;
/// PosMaintAction (INT).
pub const POS_MAINT_ACTION: u32 = 712;
/// OrigPosReqRefID (STRING).
pub const ORIG_POS_REQ_REF_ID: u32 = 713;
/// PosMaintRptRefID (STRING).
pub const POS_MAINT_RPT_REF_ID: u32 = 714;
/// ClearingBusinessDate (LOCALMKTDATE).
pub const CLEARING_BUSINESS_DATE: u32 = 715;
/// SettlSessID (STRING).
pub const SETTL_SESS_ID: u32 = 716;
/// SettlSessSubID (STRING).
pub const SETTL_SESS_SUB_ID: u32 = 717;
/// AdjustmentType (INT).
pub const ADJUSTMENT_TYPE: u32 = 718;
/// ContraryInstructionIndicator (BOOLEAN).
pub const CONTRARY_INSTRUCTION_INDICATOR: u32 = 719;
/// PriorSpreadIndicator (BOOLEAN).
pub const PRIOR_SPREAD_INDICATOR: u32 = 720;
/// PosMaintRptID (STRING).
pub const POS_MAINT_RPT_ID: u32 = 721;
/// PosMaintStatus (INT).
pub const POS_MAINT_STATUS: u32 = 722;
/// PosMaintResult (INT).
pub const POS_MAINT_RESULT: u32 = 723;
/// PosReqType (INT).
pub const POS_REQ_TYPE: u32 = 724;
/// ResponseTransportType (INT).
pub const RESPONSE_TRANSPORT_TYPE: u32 = 725;
/// ResponseDestination (STRING).
pub const RESPONSE_DESTINATION: u32 = 726;
/// TotalNumPosReports (INT).
pub const TOTAL_NUM_POS_REPORTS: u32 = 727;
/// PosReqResult (INT).
pub const POS_REQ_RESULT: u32 = 728;
/// PosReqStatus (INT).
pub const POS_REQ_STATUS: u32 = 729;
/// SettlPrice (PRICE).
pub const SETTL_PRICE: u32 = 730;
/// SettlPriceType (INT).
pub const SETTL_PRICE_TYPE: u32 = 731;
/// UnderlyingSettlPrice (PRICE).
pub const UNDERLYING_SETTL_PRICE: u32 = 732;
/// UnderlyingSettlPriceType (INT).
pub const UNDERLYING_SETTL_PRICE_TYPE: u32 = 733;
/// PriorSettlPrice (PRICE).
pub const PRIOR_SETTL_PRICE: u32 = 734;
/// NoQuoteQualifiers (NUMINGROUP).
pub const NO_QUOTE_QUALIFIERS: u32 = 735;
/// AllocSettlCurrency (CURRENCY).
pub const ALLOC_SETTL_CURRENCY: u32 = 736;
/// AllocSettlCurrAmt (AMT).
pub const ALLOC_SETTL_CURR_AMT: u32 = 737;
/// InterestAtMaturity (AMT).
pub const INTEREST_AT_MATURITY: u32 = 738;
/// LegDatedDate (LOCALMKTDATE).
pub const LEG_DATED_DATE: u32 = 739;
/// LegPool (STRING).
pub const LEG_POOL: u32 = 740;
/// AllocInterestAtMaturity (AMT).
pub const ALLOC_INTEREST_AT_MATURITY: u32 = 741;
/// AllocAccruedInterestAmt (AMT).
pub const ALLOC_ACCRUED_INTEREST_AMT: u32 = 742;
/// DeliveryDate (LOCALMKTDATE).
pub const DELIVERY_DATE: u32 = 743;
/// AssignmentMethod (CHAR).
pub const ASSIGNMENT_METHOD: u32 = 744;
/// AssignmentUnit (QTY).
pub const ASSIGNMENT_UNIT: u32 = 745;
/// OpenInterest (AMT).
pub const OPEN_INTEREST: u32 = 746;
/// ExerciseMethod (CHAR).
pub const EXERCISE_METHOD: u32 = 747;
/// TotNumTradeReports (INT).
pub const TOT_NUM_TRADE_REPORTS: u32 = 748;
/// TradeRequestResult (INT).
pub const TRADE_REQUEST_RESULT: u32 = 749;
/// TradeRequestStatus (INT).
pub const TRADE_REQUEST_STATUS: u32 = 750;
/// TradeReportRejectReason (INT).
pub const TRADE_REPORT_REJECT_REASON: u32 = 751;
/// SideMultiLegReportingType (INT).
pub const SIDE_MULTI_LEG_REPORTING_TYPE: u32 = 752;
/// NoPosAmt (NUMINGROUP).
pub const NO_POS_AMT: u32 = 753;
/// AutoAcceptIndicator (BOOLEAN).
pub const AUTO_ACCEPT_INDICATOR: u32 = 754;
/// AllocReportID (STRING).
pub const ALLOC_REPORT_ID: u32 = 755;
/// NoNested2PartyIDs (NUMINGROUP).
pub const NO_NESTED2_PARTY_IDS: u32 = 756;
/// Nested2PartyID (STRING).
pub const NESTED2_PARTY_ID: u32 = 757;
/// Nested2PartyIDSource (CHAR).
pub const NESTED2_PARTY_ID_SOURCE: u32 = 758;
/// Nested2PartyRole (INT).
pub const NESTED2_PARTY_ROLE: u32 = 759;
/// Nested2PartySubID (STRING).
pub const NESTED2_PARTY_SUB_ID: u32 = 760;
/// BenchmarkSecurityIDSource (STRING).
pub const BENCHMARK_SECURITY_ID_SOURCE: u32 = 761;
/// SecuritySubType (STRING).
pub const SECURITY_SUB_TYPE: u32 = 762;
/// UnderlyingSecuritySubType (STRING).
pub const UNDERLYING_SECURITY_SUB_TYPE: u32 = 763;
/// LegSecuritySubType (STRING).
pub const LEG_SECURITY_SUB_TYPE: u32 = 764;
/// AllowableOneSidednessPct (PERCENTAGE).
pub const ALLOWABLE_ONE_SIDEDNESS_PCT: u32 = 765;
/// AllowableOneSidednessValue (AMT).
pub const ALLOWABLE_ONE_SIDEDNESS_VALUE: u32 = 766;
/// AllowableOneSidednessCurr (CURRENCY).
pub const ALLOWABLE_ONE_SIDEDNESS_CURR: u32 = 767;
/// NoTrdRegTimestamps (NUMINGROUP).
pub const NO_TRD_REG_TIMESTAMPS: u32 = 768;
/// TrdRegTimestamp (UTCTIMESTAMP).
pub const TRD_REG_TIMESTAMP: u32 = 769;
/// TrdRegTimestampType (INT).
pub const TRD_REG_TIMESTAMP_TYPE: u32 = 770;
/// TrdRegTimestampOrigin (STRING).
pub const TRD_REG_TIMESTAMP_ORIGIN: u32 = 771;
/// ConfirmRefID (STRING).
pub const CONFIRM_REF_ID: u32 = 772;
/// ConfirmType (INT).
pub const CONFIRM_TYPE: u32 = 773;
/// ConfirmRejReason (INT).
pub const CONFIRM_REJ_REASON: u32 = 774;
/// BookingType (INT).
pub const BOOKING_TYPE: u32 = 775;
/// IndividualAllocRejCode (INT).
pub const INDIVIDUAL_ALLOC_REJ_CODE: u32 = 776;
/// SettlInstMsgID (STRING).
pub const SETTL_INST_MSG_ID: u32 = 777;
/// NoSettlInst (NUMINGROUP).
pub const NO_SETTL_INST: u32 = 778;
/// LastUpdateTime (UTCTIMESTAMP).
pub const LAST_UPDATE_TIME: u32 = 779;
/// AllocSettlInstType (INT).
pub const ALLOC_SETTL_INST_TYPE: u32 = 780;
/// NoSettlPartyIDs (NUMINGROUP).
pub const NO_SETTL_PARTY_IDS: u32 = 781;
/// SettlPartyID (STRING).
pub const SETTL_PARTY_ID: u32 = 782;
/// SettlPartyIDSource (CHAR).
pub const SETTL_PARTY_ID_SOURCE: u32 = 783;
/// SettlPartyRole (INT).
pub const SETTL_PARTY_ROLE: u32 = 784;
/// SettlPartySubID (STRING).
pub const SETTL_PARTY_SUB_ID: u32 = 785;
/// SettlPartySubIDType (INT).
pub const SETTL_PARTY_SUB_ID_TYPE: u32 = 786;
/// DlvyInstType (CHAR).
pub const DLVY_INST_TYPE: u32 = 787;
/// TerminationType (INT).
pub const TERMINATION_TYPE: u32 = 788;
/// NextExpectedMsgSeqNum (SEQNUM).
pub const NEXT_EXPECTED_MSG_SEQ_NUM: u32 = 789;
/// OrdStatusReqID (STRING).
pub const ORD_STATUS_REQ_ID: u32 = 790;
/// SettlInstReqID (STRING).
pub const SETTL_INST_REQ_ID: u32 = 791;
/// SettlInstReqRejCode (INT).
pub const SETTL_INST_REQ_REJ_CODE: u32 = 792;
/// SecondaryAllocID (STRING).
pub const SECONDARY_ALLOC_ID: u32 = 793;
/// AllocReportType (INT).
pub const ALLOC_REPORT_TYPE: u32 = 794;
/// AllocReportRefID (STRING).
pub const ALLOC_REPORT_REF_ID: u32 = 795;
/// AllocCancReplaceReason (INT).
pub const ALLOC_CANC_REPLACE_REASON: u32 = 796;
/// CopyMsgIndicator (BOOLEAN).
pub const COPY_MSG_INDICATOR: u32 = 797;
/// AllocAccountType (INT).
pub const ALLOC_ACCOUNT_TYPE: u32 = 798;
/// OrderAvgPx (PRICE).
pub const ORDER_AVG_PX: u32 = 799;
/// OrderBookingQty (QTY).
pub const ORDER_BOOKING_QTY: u32 = 800;
/// NoSettlPartySubIDs (NUMINGROUP).
pub const NO_SETTL_PARTY_SUB_IDS: u32 = 801;
/// NoPartySubIDs (NUMINGROUP).
pub const NO_PARTY_SUB_IDS: u32 = 802;
/// PartySubIDType (INT).
pub const PARTY_SUB_ID_TYPE: u32 = 803;
/// NoNestedPartySubIDs (NUMINGROUP).
pub const NO_NESTED_PARTY_SUB_IDS: u32 = 804;
/// NestedPartySubIDType (INT).
pub const NESTED_PARTY_SUB_ID_TYPE: u32 = 805;
/// NoNested2PartySubIDs (NUMINGROUP).
pub const NO_NESTED2_PARTY_SUB_IDS: u32 = 806;
/// Nested2PartySubIDType (INT).
pub const NESTED2_PARTY_SUB_ID_TYPE: u32 = 807;
/// AllocIntermedReqType (INT).
pub const ALLOC_INTERMED_REQ_TYPE: u32 = 808;
/// UnderlyingPx (PRICE).
pub const UNDERLYING_PX: u32 = 810;
/// PriceDelta (FLOAT).
pub const PRICE_DELTA: u32 = 811;
/// ApplQueueMax (INT).
pub const APPL_QUEUE_MAX: u32 = 812;
/// ApplQueueDepth (INT).
pub const APPL_QUEUE_DEPTH: u32 = 813;
/// ApplQueueResolution (INT).
pub const APPL_QUEUE_RESOLUTION: u32 = 814;
/// ApplQueueAction (INT).
pub const APPL_QUEUE_ACTION: u32 = 815;
/// NoAltMDSource (NUMINGROUP).
pub const NO_ALT_MD_SOURCE: u32 = 816;
/// AltMDSourceID (STRING).
pub const ALT_MD_SOURCE_ID: u32 = 817;
/// SecondaryTradeReportID (STRING).
pub const SECONDARY_TRADE_REPORT_ID: u32 = 818;
/// AvgPxIndicator (INT).
pub const AVG_PX_INDICATOR: u32 = 819;
/// TradeLinkID (STRING).
pub const TRADE_LINK_ID: u32 = 820;
/// OrderInputDevice (STRING).
pub const ORDER_INPUT_DEVICE: u32 = 821;
/// UnderlyingTradingSessionID (STRING).
pub const UNDERLYING_TRADING_SESSION_ID: u32 = 822;
/// UnderlyingTradingSessionSubID (STRING).
pub const UNDERLYING_TRADING_SESSION_SUB_ID: u32 = 823;
/// TradeLegRefID (STRING).
pub const TRADE_LEG_REF_ID: u32 = 824;
/// ExchangeRule (STRING).
pub const EXCHANGE_RULE: u32 = 825;
/// TradeAllocIndicator (INT).
pub const TRADE_ALLOC_INDICATOR: u32 = 826;
/// ExpirationCycle (INT).
pub const EXPIRATION_CYCLE: u32 = 827;
/// TrdType (INT).
pub const TRD_TYPE: u32 = 828;
/// TrdSubType (INT).
pub const TRD_SUB_TYPE: u32 = 829;
/// TransferReason (STRING).
pub const TRANSFER_REASON: u32 = 830;
/// TotNumAssignmentReports (INT).
pub const TOT_NUM_ASSIGNMENT_REPORTS: u32 = 832;
/// AsgnRptID (STRING).
pub const ASGN_RPT_ID: u32 = 833;
/// ThresholdAmount (PRICEOFFSET).
pub const THRESHOLD_AMOUNT: u32 = 834;
/// PegMoveType (INT).
pub const PEG_MOVE_TYPE: u32 = 835;
/// PegOffsetType (INT).
pub const PEG_OFFSET_TYPE: u32 = 836;
/// PegLimitType (INT).
pub const PEG_LIMIT_TYPE: u32 = 837;
/// PegRoundDirection (INT).
pub const PEG_ROUND_DIRECTION: u32 = 838;
/// PeggedPrice (PRICE).
pub const PEGGED_PRICE: u32 = 839;
/// PegScope (INT).
pub const PEG_SCOPE: u32 = 840;
/// DiscretionMoveType (INT).
pub const DISCRETION_MOVE_TYPE: u32 = 841;
/// DiscretionOffsetType (INT).
pub const DISCRETION_OFFSET_TYPE: u32 = 842;
/// DiscretionLimitType (INT).
pub const DISCRETION_LIMIT_TYPE: u32 = 843;
/// DiscretionRoundDirection (INT).
pub const DISCRETION_ROUND_DIRECTION: u32 = 844;
/// DiscretionPrice (PRICE).
pub const DISCRETION_PRICE: u32 = 845;
/// DiscretionScope (INT).
pub const DISCRETION_SCOPE: u32 = 846;
/// TargetStrategy (INT).
pub const TARGET_STRATEGY: u32 = 847;
/// TargetStrategyParameters (STRING).
pub const TARGET_STRATEGY_PARAMETERS: u32 = 848;
/// ParticipationRate (PERCENTAGE).
pub const PARTICIPATION_RATE: u32 = 849;
/// TargetStrategyPerformance (FLOAT).
pub const TARGET_STRATEGY_PERFORMANCE: u32 = 850;
/// LastLiquidityInd (INT).
pub const LAST_LIQUIDITY_IND: u32 = 851;
/// PublishTrdIndicator (BOOLEAN).
pub const PUBLISH_TRD_INDICATOR: u32 = 852;
/// ShortSaleReason (INT).
pub const SHORT_SALE_REASON: u32 = 853;
/// QtyType (INT).
pub const QTY_TYPE: u32 = 854;
/// SecondaryTrdType (INT).
pub const SECONDARY_TRD_TYPE: u32 = 855;
/// TradeReportType (INT).
pub const TRADE_REPORT_TYPE: u32 = 856;
/// AllocNoOrdersType (INT).
pub const ALLOC_NO_ORDERS_TYPE: u32 = 857;
/// SharedCommission (AMT).
pub const SHARED_COMMISSION: u32 = 858;
/// ConfirmReqID (STRING).
pub const CONFIRM_REQ_ID: u32 = 859;
/// AvgParPx (PRICE).
pub const AVG_PAR_PX: u32 = 860;
/// ReportedPx (PRICE).
pub const REPORTED_PX: u32 = 861;
/// NoCapacities (NUMINGROUP).
pub const NO_CAPACITIES: u32 = 862;
/// OrderCapacityQty (QTY).
pub const ORDER_CAPACITY_QTY: u32 = 863;
/// NoEvents (NUMINGROUP).
pub const NO_EVENTS: u32 = 864;
/// EventType (INT).
pub const EVENT_TYPE: u32 = 865;
/// EventDate (LOCALMKTDATE).
pub const EVENT_DATE: u32 = 866;
/// EventPx (PRICE).
pub const EVENT_PX: u32 = 867;
/// EventText (STRING).
pub const EVENT_TEXT: u32 = 868;
/// PctAtRisk (PERCENTAGE).
pub const PCT_AT_RISK: u32 = 869;
/// NoInstrAttrib (NUMINGROUP).
pub const NO_INSTR_ATTRIB: u32 = 870;
/// InstrAttribType (INT).
pub const INSTR_ATTRIB_TYPE: u32 = 871;
/// InstrAttribValue (STRING).
pub const INSTR_ATTRIB_VALUE: u32 = 872;
/// DatedDate (LOCALMKTDATE).
pub const DATED_DATE: u32 = 873;
/// InterestAccrualDate (LOCALMKTDATE).
pub const INTEREST_ACCRUAL_DATE: u32 = 874;
/// CPProgram (INT).
pub const CP_PROGRAM: u32 = 875;
/// CPRegType (STRING).
pub const CP_REG_TYPE: u32 = 876;
/// UnderlyingCPProgram (STRING).
pub const UNDERLYING_CP_PROGRAM: u32 = 877;
/// UnderlyingCPRegType (STRING).
pub const UNDERLYING_CP_REG_TYPE: u32 = 878;
/// UnderlyingQty (QTY).
pub const UNDERLYING_QTY: u32 = 879;
/// TrdMatchID (STRING).
pub const TRD_MATCH_ID: u32 = 880;
/// SecondaryTradeReportRefID (STRING).
pub const SECONDARY_TRADE_REPORT_REF_ID: u32 = 881;
/// UnderlyingDirtyPrice (PRICE).
pub const UNDERLYING_DIRTY_PRICE: u32 = 882;
/// UnderlyingEndPrice (PRICE).
pub const UNDERLYING_END_PRICE: u32 = 883;
/// UnderlyingStartValue (AMT).
pub const UNDERLYING_START_VALUE: u32 = 884;
/// UnderlyingCurrentValue (AMT).
pub const UNDERLYING_CURRENT_VALUE: u32 = 885;
/// UnderlyingEndValue (AMT).
pub const UNDERLYING_END_VALUE: u32 = 886;
/// NoUnderlyingStips (NUMINGROUP).
pub const NO_UNDERLYING_STIPS: u32 = 887;
/// UnderlyingStipType (STRING).
pub const UNDERLYING_STIP_TYPE: u32 = 888;
/// UnderlyingStipValue (STRING).
pub const UNDERLYING_STIP_VALUE: u32 = 889;
/// MaturityNetMoney (AMT).
pub const MATURITY_NET_MONEY: u32 = 890;
/// MiscFeeBasis (INT).
pub const MISC_FEE_BASIS: u32 = 891;
/// TotNoAllocs (INT).
pub const TOT_NO_ALLOCS: u32 = 892;
/// LastFragment (BOOLEAN).
pub const LAST_FRAGMENT: u32 = 893;
/// CollReqID (STRING).
pub const COLL_REQ_ID: u32 = 894;
/// CollAsgnReason (INT).
pub const COLL_ASGN_REASON: u32 = 895;
/// CollInquiryQualifier (INT).
pub const COLL_INQUIRY_QUALIFIER: u32 = 896;
/// NoTrades (NUMINGROUP).
pub const NO_TRADES: u32 = 897;
/// MarginRatio (PERCENTAGE).
pub const MARGIN_RATIO: u32 = 898;
/// MarginExcess (AMT).
pub const MARGIN_EXCESS: u32 = 899;
/// TotalNetValue (AMT).
pub const TOTAL_NET_VALUE: u32 = 900;
/// CashOutstanding (AMT).
pub const CASH_OUTSTANDING: u32 = 901;
/// CollAsgnID (STRING).
pub const COLL_ASGN_ID: u32 = 902;
/// CollAsgnTransType (INT).
pub const COLL_ASGN_TRANS_TYPE: u32 = 903;
/// CollRespID (STRING).
pub const COLL_RESP_ID: u32 = 904;
/// CollAsgnRespType (INT).
pub const COLL_ASGN_RESP_TYPE: u32 = 905;
/// CollAsgnRejectReason (INT).
pub const COLL_ASGN_REJECT_REASON: u32 = 906;
/// CollAsgnRefID (STRING).
pub const COLL_ASGN_REF_ID: u32 = 907;
/// CollRptID (STRING).
pub const COLL_RPT_ID: u32 = 908;
/// CollInquiryID (STRING).
pub const COLL_INQUIRY_ID: u32 = 909;
/// CollStatus (INT).
pub const COLL_STATUS: u32 = 910;
/// TotNumReports (INT).
pub const TOT_NUM_REPORTS: u32 = 911;
/// LastRptRequested (BOOLEAN).
pub const LAST_RPT_REQUESTED: u32 = 912;
/// AgreementDesc (STRING).
pub const AGREEMENT_DESC: u32 = 913;
/// AgreementID (STRING).
pub const AGREEMENT_ID: u32 = 914;
/// AgreementDate (LOCALMKTDATE).
pub const AGREEMENT_DATE: u32 = 915;
/// StartDate (LOCALMKTDATE).
pub const START_DATE: u32 = 916;
/// EndDate (LOCALMKTDATE).
pub const END_DATE: u32 = 917;
/// AgreementCurrency (CURRENCY).
pub const AGREEMENT_CURRENCY: u32 = 918;
/// DeliveryType (INT).
pub const DELIVERY_TYPE: u32 = 919;
/// EndAccruedInterestAmt (AMT).
pub const END_ACCRUED_INTEREST_AMT: u32 = 920;
/// StartCash (AMT).
pub const START_CASH: u32 = 921;
/// EndCash (AMT).
pub const END_CASH: u32 = 922;
/// UserRequestID (STRING).
pub const USER_REQUEST_ID: u32 = 923;
/// UserRequestType (INT).
pub const USER_REQUEST_TYPE: u32 = 924;
/// NewPassword (STRING).
pub const NEW_PASSWORD: u32 = 925;
/// UserStatus (INT).
pub const USER_STATUS: u32 = 926;
/// UserStatusText (STRING).
pub const USER_STATUS_TEXT: u32 = 927;
/// StatusValue (INT).
pub const STATUS_VALUE: u32 = 928;
/// StatusText (STRING).
pub const STATUS_TEXT: u32 = 929;
/// RefCompID (STRING).
pub const REF_COMP_ID: u32 = 930;
/// RefSubID (STRING).
pub const REF_SUB_ID: u32 = 931;
/// NetworkResponseID (STRING).
pub const NETWORK_RESPONSE_ID: u32 = 932;
/// NetworkRequestID (STRING).
pub const NETWORK_REQUEST_ID: u32 = 933;
/// LastNetworkResponseID (STRING).
pub const LAST_NETWORK_RESPONSE_ID: u32 = 934;
/// NetworkRequestType (INT).
pub const NETWORK_REQUEST_TYPE: u32 = 935;
/// NoCompIDs (NUMINGROUP).
pub const NO_COMP_IDS: u32 = 936;
/// NetworkStatusResponseType (INT).
pub const NETWORK_STATUS_RESPONSE_TYPE: u32 = 937;
/// NoCollInquiryQualifier (NUMINGROUP).
pub const NO_COLL_INQUIRY_QUALIFIER: u32 = 938;
/// TrdRptStatus (INT).
pub const TRD_RPT_STATUS: u32 = 939;
/// AffirmStatus (INT).
pub const AFFIRM_STATUS: u32 = 940;
/// UnderlyingStrikeCurrency (CURRENCY).
pub const UNDERLYING_STRIKE_CURRENCY: u32 = 941;
/// LegStrikeCurrency (CURRENCY).
pub const LEG_STRIKE_CURRENCY: u32 = 942;
/// TimeBracket (STRING).
pub const TIME_BRACKET: u32 = 943;
/// CollAction (INT).
pub const COLL_ACTION: u32 = 944;
/// CollInquiryStatus (INT).
pub const COLL_INQUIRY_STATUS: u32 = 945;
/// CollInquiryResult (INT).
pub const COLL_INQUIRY_RESULT: u32 = 946;
/// StrikeCurrency (CURRENCY).
pub const STRIKE_CURRENCY: u32 = 947;
/// NoNested3PartyIDs (NUMINGROUP).
pub const NO_NESTED3_PARTY_IDS: u32 = 948;
/// Nested3PartyID (STRING).
pub const NESTED3_PARTY_ID: u32 = 949;
/// Nested3PartyIDSource (CHAR).
pub const NESTED3_PARTY_ID_SOURCE: u32 = 950;
/// Nested3PartyRole (INT).
pub const NESTED3_PARTY_ROLE: u32 = 951;
/// NoNested3PartySubIDs (NUMINGROUP).
pub const NO_NESTED3_PARTY_SUB_IDS: u32 = 952;
/// Nested3PartySubID (STRING).
pub const NESTED3_PARTY_SUB_ID: u32 = 953;
/// Nested3PartySubIDType (INT).
pub const NESTED3_PARTY_SUB_ID_TYPE: u32 = 954;
/// LegContractSettlMonth (MONTHYEAR).
pub const LEG_CONTRACT_SETTL_MONTH: u32 = 955;
/// LegInterestAccrualDate (LOCALMKTDATE).
pub const LEG_INTEREST_ACCRUAL_DATE: u32 = 956;
