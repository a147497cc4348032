//! An initiator that sends one order and shows what comes back.
//!
//! `cargo run -p fix-engine --example initiator -- 127.0.0.1:9878 TW ISLD`

use std::env;
use std::error::Error;
use std::io::{self, Write};

use fix_engine::codec::body::{Body, Decimal};
use fix_engine::io::client::{Client, Target};
use fix_engine::io::clock;
use fix_engine::session::config::SessionConfig;
use fix_engine::{msg_type, tag};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [address, ours, theirs] = words.as_slice() else {
        return Err("usage: initiator ADDRESS OUR-COMP-ID THEIR-COMP-ID".into());
    };
    let mut config = SessionConfig::initiator(ours, theirs);
    config.reset_seq_num_flag = true;
    let mut client = Client::new(Target::plain(address.parse()?), config);
    client.connect().await?;
    let mut order = Body::new(msg_type::NEW_ORDER_SINGLE);
    order
        .push(tag::CL_ORD_ID, "ORDER1")
        .push(tag::SYMBOL, "LOGA")
        .push(tag::SIDE, '1');
    order
        .push(tag::TRANSACT_TIME, clock::now())
        .push(tag::ORDER_QTY, 100_u32)
        .push(tag::ORD_TYPE, '2');
    order.push(
        tag::PRICE,
        Decimal {
            mantissa: 10_125,
            scale: 2,
        },
    );
    client.send(order).await?;
    let answer = client.next().await?;
    writeln!(io::stdout(), "{}", answer.to_pipe())?;
    client.logout().await?;
    Ok(())
}
