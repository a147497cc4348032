//! Tests of the market from outside: order flows with known results, scenarios a trader can read, and a slow model beside it.

mod flow;
