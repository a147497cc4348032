//! MsgTypes of FIX 4.4 as constants. Generated: see `examples/generate.rs`.

/// Heartbeat.
pub const HEARTBEAT: &str = "0";
/// TestRequest.
pub const TEST_REQUEST: &str = "1";
/// ResendRequest.
pub const RESEND_REQUEST: &str = "2";
/// Reject.
pub const REJECT: &str = "3";
/// SequenceReset.
pub const SEQUENCE_RESET: &str = "4";
/// Logout.
pub const LOGOUT: &str = "5";
/// IOI.
pub const IOI: &str = "6";
/// Advertisement.
pub const ADVERTISEMENT: &str = "7";
/// ExecutionReport.
pub const EXECUTION_REPORT: &str = "8";
/// OrderCancelReject.
pub const ORDER_CANCEL_REJECT: &str = "9";
/// Logon.
pub const LOGON: &str = "A";
/// News.
pub const NEWS: &str = "B";
/// Email.
pub const EMAIL: &str = "C";
/// NewOrderSingle.
pub const NEW_ORDER_SINGLE: &str = "D";
/// NewOrderList.
pub const NEW_ORDER_LIST: &str = "E";
/// OrderCancelRequest.
pub const ORDER_CANCEL_REQUEST: &str = "F";
/// OrderCancelReplaceRequest.
pub const ORDER_CANCEL_REPLACE_REQUEST: &str = "G";
/// OrderStatusRequest.
pub const ORDER_STATUS_REQUEST: &str = "H";
/// AllocationInstruction.
pub const ALLOCATION_INSTRUCTION: &str = "J";
/// ListCancelRequest.
pub const LIST_CANCEL_REQUEST: &str = "K";
/// ListExecute.
pub const LIST_EXECUTE: &str = "L";
/// ListStatusRequest.
pub const LIST_STATUS_REQUEST: &str = "M";
/// ListStatus.
pub const LIST_STATUS: &str = "N";
/// AllocationInstructionAck.
pub const ALLOCATION_INSTRUCTION_ACK: &str = "P";
/// DontKnowTrade.
pub const DONT_KNOW_TRADE: &str = "Q";
/// QuoteRequest.
pub const QUOTE_REQUEST: &str = "R";
/// Quote.
pub const QUOTE: &str = "S";
/// SettlementInstructions.
pub const SETTLEMENT_INSTRUCTIONS: &str = "T";
/// MarketDataRequest.
pub const MARKET_DATA_REQUEST: &str = "V";
/// MarketDataSnapshotFullRefresh.
pub const MARKET_DATA_SNAPSHOT_FULL_REFRESH: &str = "W";
/// MarketDataIncrementalRefresh.
pub const MARKET_DATA_INCREMENTAL_REFRESH: &str = "X";
/// MarketDataRequestReject.
pub const MARKET_DATA_REQUEST_REJECT: &str = "Y";
/// QuoteCancel.
pub const QUOTE_CANCEL: &str = "Z";
/// QuoteStatusRequest.
pub const QUOTE_STATUS_REQUEST: &str = "a";
/// MassQuoteAcknowledgement.
pub const MASS_QUOTE_ACKNOWLEDGEMENT: &str = "b";
/// SecurityDefinitionRequest.
pub const SECURITY_DEFINITION_REQUEST: &str = "c";
/// SecurityDefinition.
pub const SECURITY_DEFINITION: &str = "d";
/// SecurityStatusRequest.
pub const SECURITY_STATUS_REQUEST: &str = "e";
/// SecurityStatus.
pub const SECURITY_STATUS: &str = "f";
/// TradingSessionStatusRequest.
pub const TRADING_SESSION_STATUS_REQUEST: &str = "g";
/// TradingSessionStatus.
pub const TRADING_SESSION_STATUS: &str = "h";
/// MassQuote.
pub const MASS_QUOTE: &str = "i";
/// BusinessMessageReject.
pub const BUSINESS_MESSAGE_REJECT: &str = "j";
/// BidRequest.
pub const BID_REQUEST: &str = "k";
/// BidResponse.
pub const BID_RESPONSE: &str = "l";
/// ListStrikePrice.
pub const LIST_STRIKE_PRICE: &str = "m";
/// RegistrationInstructions.
pub const REGISTRATION_INSTRUCTIONS: &str = "o";
/// RegistrationInstructionsResponse.
pub const REGISTRATION_INSTRUCTIONS_RESPONSE: &str = "p";
/// OrderMassCancelRequest.
pub const ORDER_MASS_CANCEL_REQUEST: &str = "q";
/// OrderMassCancelReport.
pub const ORDER_MASS_CANCEL_REPORT: &str = "r";
/// NewOrderCross.
pub const NEW_ORDER_CROSS: &str = "s";
/// CrossOrderCancelReplaceRequest.
pub const CROSS_ORDER_CANCEL_REPLACE_REQUEST: &str = "t";
/// CrossOrderCancelRequest.
pub const CROSS_ORDER_CANCEL_REQUEST: &str = "u";
/// SecurityTypeRequest.
pub const SECURITY_TYPE_REQUEST: &str = "v";
/// SecurityTypes.
pub const SECURITY_TYPES: &str = "w";
/// SecurityListRequest.
pub const SECURITY_LIST_REQUEST: &str = "x";
/// SecurityList.
pub const SECURITY_LIST: &str = "y";
/// DerivativeSecurityListRequest.
pub const DERIVATIVE_SECURITY_LIST_REQUEST: &str = "z";
/// DerivativeSecurityList.
pub const DERIVATIVE_SECURITY_LIST: &str = "AA";
/// NewOrderMultileg.
pub const NEW_ORDER_MULTILEG: &str = "AB";
/// MultilegOrderCancelReplace.
pub const MULTILEG_ORDER_CANCEL_REPLACE: &str = "AC";
/// TradeCaptureReportRequest.
pub const TRADE_CAPTURE_REPORT_REQUEST: &str = "AD";
/// TradeCaptureReport.
pub const TRADE_CAPTURE_REPORT: &str = "AE";
/// OrderMassStatusRequest.
pub const ORDER_MASS_STATUS_REQUEST: &str = "AF";
/// QuoteRequestReject.
pub const QUOTE_REQUEST_REJECT: &str = "AG";
/// RFQRequest.
pub const RFQ_REQUEST: &str = "AH";
/// QuoteStatusReport.
pub const QUOTE_STATUS_REPORT: &str = "AI";
/// QuoteResponse.
pub const QUOTE_RESPONSE: &str = "AJ";
/// Confirmation.
pub const CONFIRMATION: &str = "AK";
/// PositionMaintenanceRequest.
pub const POSITION_MAINTENANCE_REQUEST: &str = "AL";
/// PositionMaintenanceReport.
pub const POSITION_MAINTENANCE_REPORT: &str = "AM";
/// RequestForPositions.
pub const REQUEST_FOR_POSITIONS: &str = "AN";
/// RequestForPositionsAck.
pub const REQUEST_FOR_POSITIONS_ACK: &str = "AO";
/// PositionReport.
pub const POSITION_REPORT: &str = "AP";
/// TradeCaptureReportRequestAck.
pub const TRADE_CAPTURE_REPORT_REQUEST_ACK: &str = "AQ";
/// TradeCaptureReportAck.
pub const TRADE_CAPTURE_REPORT_ACK: &str = "AR";
/// AllocationReport.
pub const ALLOCATION_REPORT: &str = "AS";
/// AllocationReportAck.
pub const ALLOCATION_REPORT_ACK: &str = "AT";
/// ConfirmationAck.
pub const CONFIRMATION_ACK: &str = "AU";
/// SettlementInstructionRequest.
pub const SETTLEMENT_INSTRUCTION_REQUEST: &str = "AV";
/// AssignmentReport.
pub const ASSIGNMENT_REPORT: &str = "AW";
/// CollateralRequest.
pub const COLLATERAL_REQUEST: &str = "AX";
/// CollateralAssignment.
pub const COLLATERAL_ASSIGNMENT: &str = "AY";
/// CollateralResponse.
pub const COLLATERAL_RESPONSE: &str = "AZ";
/// CollateralReport.
pub const COLLATERAL_REPORT: &str = "BA";
/// CollateralInquiry.
pub const COLLATERAL_INQUIRY: &str = "BB";
/// NetworkCounterpartySystemStatusRequest.
pub const NETWORK_COUNTERPARTY_SYSTEM_STATUS_REQUEST: &str = "BC";
/// NetworkCounterpartySystemStatusResponse.
pub const NETWORK_COUNTERPARTY_SYSTEM_STATUS_RESPONSE: &str = "BD";
/// UserRequest.
pub const USER_REQUEST: &str = "BE";
/// UserResponse.
pub const USER_RESPONSE: &str = "BF";
/// CollateralInquiryAck.
pub const COLLATERAL_INQUIRY_ACK: &str = "BG";
/// ConfirmationRequest.
pub const CONFIRMATION_REQUEST: &str = "BH";
