//! Tests of the market from outside: order flows with known results, scenarios a trader can read, a slow model beside it, and
//! commands of any content.

mod against_model;
mod arbitrary;
mod flow;
mod model;
mod scenario;
