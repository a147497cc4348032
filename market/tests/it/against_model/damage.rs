//! A market in the middle of a day is written down, a few of its fields are changed, and it is read back: it is refused, or it is a sound
//! market, which goes on without a panic and stays sound. What is changed are values, not bytes: so that it is mostly readable, and the
//! parts of the state themselves must see that they do not agree.

use super::acts::{act, mode};
use super::cast::{LOT, STEP, TICK};
use super::{Pair, limits};
use crate::image::reread;
use ciborium::Value;
use market::command::Command;
use market::flow::{HEADER, Lines, Replay};
use market::image::Image;
use market::limits::{Limits, SelfTrade};
use market::market::Market;
use market::time::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;
use std::cell::Cell;

/// A change of one place.
#[derive(Clone, Debug)]
enum Hit {
    /// A number becomes a bit more or less.
    Add(i64),
    /// A number becomes one of the ends of numbers.
    End(i128),
    /// A value becomes a copy of another one of its kind.
    Copy(Index),
    /// A value is not there, or a flag is the other way round.
    Drop,
    /// Part of a list or table is gone, or a part of a list comes twice, or two change places.
    Cut(Index),
    Double(Index),
    Swap(Index, Index),
}

/// Says how many were refused, as unreadable or as unsound, and how many went on.
#[test]
fn a_damaged_market_is_refused_or_goes_on_soundly() {
    let (unreadable, unsound, sound) = (Cell::new(0), Cell::new(0), Cell::new(0));
    proptest!(crate::cases(48), |(
        mode in mode(),
        acts in prop::collection::vec(act(), 1..120),
        hits in prop::collection::vec((any::<Index>(), hit()), 1..5),
        more in prop::collection::vec(act(), 1..40),
    )| {
        let mut pair = Pair::new(mode);
        for act in acts {
            pair.play(act)?;
        }
        let (places, image) = damaged(&pair.market, &hits);
        // Read by whoever sees it fail.
        println!("{places}");
        let Some(image) = image else {
            unreadable.set(unreadable.get() + 1);
            return Ok(());
        };
        let Ok(market) = image.restore(&limits(mode)) else {
            unsound.set(unsound.get() + 1);
            return Ok(());
        };
        sound.set(sound.get() + 1);
        pair.market = market;
        for act in more {
            let command = pair.command(act);
            go_on(&mut pair, &command, mode);
        }
    });
    let (unreadable, unsound, sound) = (unreadable.get(), unsound.get(), sound.get());
    println!("unreadable {unreadable}, unsound {unsound}, sound {sound}");
    assert!(unsound > 0 && sound > 0, "both are seen");
}

/// Found by a long run: the facts of an order are put together for more than one check, and cannot be of such a one.
#[test]
fn an_order_whose_quantities_are_beyond_any_is_refused() {
    let mut replay = Replay::new(SelfTrade::Allow);
    for line in [HEADER, "0,N,0,1,0,7,S,D,101,5,0"] {
        let told = replay.line(line, &mut Lines::default());
        told.expect("a flow of one order");
    }
    let mut value = Value::serialized(replay.market()).expect("a market can be written");
    let mut found = 0;
    visit(&mut value, "", &mut |path, place| {
        if path == ".state.orders.slab.cells.Taken.compact.cum_qty" {
            *place = Value::from(i64::MAX);
            found += 1;
        }
    });
    assert_eq!(found, 1, "the order's");
    let image: Image = value.deserialized().expect("it can be read");
    assert!(image.restore(&Limits::default()).is_err());
}

fn go_on(pair: &mut Pair, command: &Command, mode: SelfTrade) {
    while pair
        .market
        .next_deadline()
        .is_some_and(|due| due <= Timestamp::from_nanos(pair.model.now + STEP))
    {
        pair.apply(&Command::Tick);
    }
    pair.apply(command);
    pair.market = reread(&pair.market, &limits(mode));
}

/// Which fields were changed how, and the market with them; nothing when it cannot be read.
fn damaged(market: &Market, hits: &[(Index, Hit)]) -> (String, Option<Image>) {
    let mut places = String::new();
    let mut value = Value::serialized(market).expect("a market can be written");
    for (at, hit) in hits {
        let mut count = 0;
        visit(&mut value, "", &mut |_, _| count += 1);
        let others = numbers(&mut value);
        let at = at.index(count);
        let mut number = 0;
        visit(&mut value, "", &mut |path, place| {
            if number == at {
                places.push_str(&format!("{path}: {hit:?}; "));
                strike(place, hit, &others);
            }
            number += 1;
        });
    }
    (places, value.deserialized().ok())
}

/// All places, each with the names on the way to it, parents before children; keys of tables too, but not the names of fields.
fn visit(value: &mut Value, path: &str, see: &mut impl FnMut(&str, &mut Value)) {
    see(path, value);
    match value {
        Value::Array(parts) => {
            for part in parts {
                visit(part, path, see);
            }
        }
        Value::Map(entries) => {
            for (key, part) in entries {
                if let Value::Text(name) = key {
                    visit(part, &format!("{path}.{name}"), see);
                } else {
                    visit(key, path, see);
                    visit(part, path, see);
                }
            }
        }
        _ => {}
    }
}

/// Everything that is a single value.
fn numbers(value: &mut Value) -> Vec<Value> {
    let mut found = Vec::new();
    visit(value, "", &mut |_, place| {
        if !place.is_array() && !place.is_map() {
            found.push(place.clone());
        }
    });
    found
}

fn strike(place: &mut Value, hit: &Hit, others: &[Value]) {
    let number = |value: &Value| value.as_integer().map(i128::from);
    match (hit, &mut *place) {
        (Hit::Add(by), place) if place.is_integer() => {
            let was = number(place).expect("it is one");
            *place = integer(was + i128::from(*by));
        }
        (Hit::End(end), place) if place.is_integer() => *place = integer(*end),
        (Hit::Copy(other), place) => {
            let alike: Vec<&Value> = others
                .iter()
                .filter(|other| {
                    (other.is_integer(), other.is_text()) == (place.is_integer(), place.is_text())
                })
                .collect();
            if !place.is_array() && !place.is_map() && !alike.is_empty() {
                *place = (*other.get(&alike)).clone();
            }
        }
        (Hit::Drop, Value::Bool(flag)) => *flag = !*flag,
        (Hit::Drop, place) => *place = Value::Null,
        (Hit::Cut(at), Value::Array(parts)) if !parts.is_empty() => {
            parts.remove(at.index(parts.len()));
        }
        (Hit::Cut(at), Value::Map(entries)) if !entries.is_empty() => {
            entries.remove(at.index(entries.len()));
        }
        (Hit::Double(at), Value::Array(parts)) if !parts.is_empty() => {
            let twice = at.get(parts).clone();
            parts.push(twice);
        }
        (Hit::Swap(one, other), Value::Array(parts)) if !parts.is_empty() => {
            let (one, other) = (one.index(parts.len()), other.index(parts.len()));
            parts.swap(one, other);
        }
        _ => {}
    }
}

fn integer(number: i128) -> Value {
    match ciborium::value::Integer::try_from(number) {
        Ok(number) => Value::Integer(number),
        Err(_) => Value::Null,
    }
}

fn hit() -> impl Strategy<Value = Hit> {
    let ends = vec![
        0,
        1,
        -1,
        i128::from(i64::MAX),
        i128::from(i64::MIN),
        i128::from(u64::MAX),
        i128::from(u32::MAX),
        i128::from(u32::MAX - 1),
    ];
    prop_oneof![
        4 => prop::sample::select(vec![1, -1, LOT, -LOT, TICK, -TICK]).prop_map(Hit::Add),
        3 => prop::sample::select(ends).prop_map(Hit::End),
        4 => any::<Index>().prop_map(Hit::Copy),
        2 => Just(Hit::Drop),
        2 => any::<Index>().prop_map(Hit::Cut),
        1 => any::<Index>().prop_map(Hit::Double),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Hit::Swap(one, other)),
    ]
}
