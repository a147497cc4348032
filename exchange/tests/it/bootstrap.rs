//! Opening from a declarative list: everything once, changes of credentials taken, nothing given twice.

use crate::kit::{open, published, run};
use exchange::bootstrap::{BootstrapError, Declared, bootstrap};
use journal::participant::{ClientCert, Fingerprint, Password};
use market::command::Command;
use market::event::Event;
use market::id::{AssetId, InstrumentId, ParticipantId};
use market::instrument::Phase;
use market::refusal::Refusal;
use market::risk::limits::{ExposureLimits, ParticipantLimits, RiskLimit};
use market::rules::Rules;

fn declared() -> Declared {
    toml::from_str(&format!(
        r#"
        assets = ["EUR"]
        open_now = true

        [[instruments]]
        symbol = "ACME"
        currency = "USD"
        tick = "0.01"
        lot = "1"
        min_qty = "1"
        max_qty = "1000"
        reference_px = "50"

        [[accounts]]
        name = "ALPHA"
        cash = {{ USD = "1000.50", EUR = "7" }}
        positions = {{ ACME = "30" }}

        [[accounts]]
        name = "BETA"

        [[participants]]
        comp_id = "BOT01"
        password = "first-word"
        accounts = ["ALPHA", "BETA"]

        [[participants]]
        comp_id = "MD01"
        password = "second-word"
        orders = false
        client_cert = "required"
        cert_fingerprint = "{}"
        "#,
        Fingerprint([0xAB; 32]),
    ))
    .unwrap()
}

#[tokio::test]
async fn only_what_says_so_opens_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    let mut list = declared();
    list.open_now = false;
    let mut other = list.instruments[0].clone();
    other.symbol = "BOLT".parse().unwrap();
    other.open_at_start = true;
    list.instruments.push(other);
    bootstrap(&hub, &list).await.unwrap();
    let phase = |symbol| {
        let instrument = hub.directory.instrument_by_symbol(symbol).unwrap();
        hub.directory.phase(instrument.id).unwrap()
    };
    assert_eq!((phase("ACME"), phase("BOLT")), (Phase::Closed, Phase::Open));
    list.instruments[0].open_at_start = true;
    assert_eq!(bootstrap(&hub, &list).await.unwrap(), 1);
    assert_eq!(phase("ACME"), Phase::Open);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_list_is_opened_once_and_changes_of_credentials_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    let mut list = declared();
    // 2 assets, 1 instrument, 2 accounts, 2 participants, 2 grants, 3 transfers, 2 definitions, 1 opening.
    assert_eq!(bootstrap(&hub, &list).await.unwrap(), 15);
    assert_eq!(bootstrap(&hub, &list).await.unwrap(), 0);
    running.shut_down().unwrap();

    let (hub, running) = open(folder.path());
    assert_eq!(
        bootstrap(&hub, &list).await.unwrap(),
        0,
        "a second start submits nothing"
    );
    let acme = hub.directory.instrument_by_symbol("ACME").unwrap();
    assert_eq!(hub.directory.phase(acme.id), Some(Phase::Open));
    let alpha = hub
        .directory
        .account_by_name("ALPHA".parse().unwrap())
        .unwrap();
    let bot = hub
        .directory
        .participant_by_comp_id("BOT01".parse().unwrap())
        .unwrap();
    assert!(hub.directory.may_trade(bot.id, alpha));
    let data = hub
        .directory
        .participant_by_comp_id("MD01".parse().unwrap())
        .unwrap();
    assert!(!hub.directory.may_trade(data.id, alpha));
    let credentials = data.credentials.clone().unwrap();
    assert_eq!(credentials.client_cert, ClientCert::Required);
    assert_eq!(credentials.cert_fingerprint, Some(Fingerprint([0xAB; 32])));
    assert!(!credentials.rights.orders && credentials.rights.market_data);

    list.participants[0].password = Password::new("changed");
    list.participants[1].cert_fingerprint = None;
    list.accounts[0]
        .cash
        .insert("USD".parse().unwrap(), "9".parse().unwrap());
    assert_eq!(
        bootstrap(&hub, &list).await.unwrap(),
        2,
        "two definitions, no second funds"
    );
    let bot = hub
        .directory
        .participant_by_comp_id("BOT01".parse().unwrap())
        .unwrap();
    let hash = bot.credentials.clone().unwrap().password_hash;
    assert!(hash.matches("changed") && !hash.matches("first-word"));

    let balances: Vec<_> = published(&hub)
        .await
        .iter()
        .flat_map(|entry| entry.events.clone())
        .filter_map(|event| match event {
            Event::FundsTransferred {
                transfer_id,
                balance,
                ..
            } => Some((transfer_id.to_string(), balance.to_string())),
            Event::SecuritiesTransferred {
                transfer_id,
                position,
                ..
            } => Some((transfer_id.to_string(), position.to_string())),
            _ => None,
        })
        .collect();
    let expected = [
        ("open:ALPHA:EUR", "7"),
        ("open:ALPHA:USD", "1000.5"),
        ("open:#0:0", "30"),
    ];
    assert_eq!(
        balances,
        expected.map(|(id, amount)| (id.to_owned(), amount.to_owned()))
    );
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_list_that_does_not_fit_names_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    let mut list = declared();
    list.participants[0].accounts.push("GAMMA".parse().unwrap());
    match bootstrap(&hub, &list).await {
        Err(BootstrapError::Unknown { name, what }) => {
            assert_eq!((&*name, &*what), ("BOT01", "GAMMA"))
        }
        other => panic!("{other:?}"),
    }
    let mut list = declared();
    list.instruments[0].symbol = "ODD".parse().unwrap();
    list.instruments[0].max_qty = "0.5".parse().unwrap();
    match bootstrap(&hub, &list).await {
        Err(BootstrapError::Refused { what, refusal }) => {
            assert!(what.contains("ODD"), "{what}");
            assert_eq!(refusal, Refusal::BadInstrument);
        }
        other => panic!("{other:?}"),
    }
    running.shut_down().unwrap();
}

#[test]
fn secrets_are_never_shown_and_unknown_keys_are_refused() {
    let list = declared();
    let shown = format!("{list:?}");
    assert!(
        !shown.contains("first-word") && !shown.contains("second-word"),
        "{shown}"
    );
    assert!(shown.contains("[redacted]"));
    let error = toml::from_str::<Declared>("[[accounts]]\nname = \"A\"\ncolour = 1").unwrap_err();
    assert!(error.to_string().contains("colour"), "{error}");
}

/// What binds trading from the first start on; afterwards operators say.
#[tokio::test]
async fn rules_fees_and_limits_are_set_until_somebody_sets_others() {
    let list = |more: &str| -> Declared {
        toml::from_str(&format!(
            r#"
            [[instruments]]
            symbol = "ACME"
            currency = "USD"
            tick = "0.01"
            lot = "1"
            min_qty = "1"
            max_qty = "1000"
            reference_px = "50"
            rules = {{ collar_bps = 300, max_notional = "5000" {more} }}
            fees = [{{ maker_ppm = -100, taker_ppm = 300 }}, {{ tier = 3, taker_ppm = 200 }}]

            [[accounts]]
            name = "FEES"
            takes_fees = true

            [[accounts]]
            name = "M1"
            margin = {{ initial_bps = 5000, maintenance_bps = 2500, grace_nanos = 3600000000000 }}

            [[participants]]
            comp_id = "BOT01"
            password = "first-word"
            accounts = ["M1"]
            tier = 3
            limits = {{ max_open_orders = 50, exposures = {{ USD = {{ credit = "1000" }} }} }}
            "#
        ))
        .unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    bootstrap(&hub, &list("")).await.unwrap();
    let (instrument, bot) = (InstrumentId(0), ParticipantId(0));
    let set = &hub.settings;
    let rules = Rules {
        collar_bps: Some(300),
        max_notional: Some("5000".parse().unwrap()),
        ..Rules::default()
    };
    assert_eq!(set.rules(instrument), rules);
    let taker = |tier| set.fees(instrument, tier).map(|fees| fees.taker_ppm);
    assert_eq!(
        (taker(0), taker(3), set.tier(bot)),
        (Some(300), Some(200), Some(3))
    );
    let account = set.fee_account().and_then(|id| hub.directory.account(id));
    assert_eq!(account, Some("FEES".parse().unwrap()));
    let m1 = hub
        .directory
        .account_by_name("M1".parse().unwrap())
        .unwrap();
    assert_eq!(set.margin(m1).map(|it| it.initial_bps), Some(5_000));
    assert_eq!(set.participant(bot).max_open_orders, Some(50));
    let credit = set.exposure(bot, AssetId(0)).credit;
    assert_eq!(credit, Some("1000".parse().unwrap()));

    // An operator takes limits away; the list does not bring them back, nor another rule.
    for command in [
        Command::SetRules {
            instrument,
            rules: Rules::default(),
        },
        Command::SetTier {
            participant: bot,
            tier: 0,
        },
        Command::SetRiskLimit(RiskLimit::Participant {
            participant: bot,
            limits: ParticipantLimits::default(),
        }),
        Command::SetRiskLimit(RiskLimit::Exposure {
            participant: bot,
            asset: AssetId(0),
            limits: ExposureLimits::default(),
        }),
    ] {
        run(&hub, command).await;
    }
    assert_eq!(
        bootstrap(&hub, &list(", fat_finger_bps = 10"))
            .await
            .unwrap(),
        0
    );
    running.shut_down().unwrap();

    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    let wrong = bootstrap(&hub, &list(", fat_finger_bps = 0"))
        .await
        .unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "ACME: rules.fat_finger_bps: must be 1 to 10000 basis points"
    );
    running.shut_down().unwrap();
}
