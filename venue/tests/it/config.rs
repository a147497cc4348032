//! The configuration as an operator meets it: wrong keys and values name themselves and their source, exit code 78.

use crate::harness::{Said, Venue, ends, free_port, loggia, program};
use std::path::Path;

fn run(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Said {
    let mut command = loggia(folder, arguments);
    command.envs(settings.iter().copied());
    ends(command)
}

#[test]
fn wrong_keys_and_values_name_themselves_and_their_file() {
    let dir = tempfile::tempdir().unwrap();
    let cases = [
        (
            "[fix]\nplian = \"127.0.0.1:1\"\n",
            "fix.plian",
            "did you mean plain",
        ),
        ("[fxi]\n", "fxi", "did you mean fix"),
        (
            "[journal]\ndurability = \"maybe\"\n",
            "journal.durability",
            "no such value \"maybe\"; known here: fsync, os, none",
        ),
        (
            "[journal]\nqueue = \"many\"\n",
            "journal.queue",
            "invalid type",
        ),
        (
            "[http]\nlisten = \"nowhere\"\n",
            "http.listen",
            "socket address",
        ),
        ("profile = \"test\"\n", "profile", "dev"),
        ("[log]\nfilter = \"loud=very=much\"\n", "log.filter", ""),
        (
            "[[participants]]\ncomp_id = \"X\"\naccounts = [\"NONE\"]\n",
            "participants",
            "NONE",
        ),
        (
            "[[participants]]\ncomp_id = \"FIRM1\"\npassword = \"too short\"\n",
            "participants.password",
            "FIRM1: at least 12 characters, this one has 9",
        ),
        (
            "[[instruments]]\nsymbol = \"X\"\ncurrency = \"USD\"\ntick = \"0\"\nlot = \"1\"\nmin_qty = \"1\"\nmax_qty = \"1\"\nreference_px = \"1\"\n",
            "instruments",
            "",
        ),
        (
            "[fix.schedules.us]\ntime_zone = \"America/Gotham\"\n",
            "fix.schedules.us.time_zone",
            "\"America/Gotham\" must be a zone of the IANA time zone database",
        ),
        (
            "[fix.schedules.us]\nwindows = [\"Mon-Fri 08:00-17:00\", \"Wed 16:00-18:00\"]\n",
            "fix.schedules.us.windows",
            "\"Wed 16:00-18:00\" must be apart from \"Mon-Fri 08:00-17:00\"",
        ),
        (
            "[fix.schedules.us]\nwindows = [\"Mon-Fri 08:00-08:00\"]\n",
            "fix.schedules.us.windows",
            "longer than nothing",
        ),
        (
            "[fix]\ndefault_schedule = \"us\"\n",
            "fix.default_schedule",
            "\"us\"",
        ),
        ("[fix\n", "", "loggia.toml"),
    ];
    for (text, key, why) in cases {
        std::fs::write(dir.path().join("loggia.toml"), text).unwrap();
        let mut command = loggia(dir.path(), &["--data", "data"]);
        // The environment would win over the file.
        command.env_remove("LOGGIA__HTTP__LISTEN");
        let said = ends(command);
        assert_eq!(said.code, Some(78), "{text}: {said:?}");
        for word in [key, why, "loggia.toml"] {
            assert!(said.err.contains(word), "{text}: {word} in {said:?}");
        }
        assert_clear(&said);
    }
}

/// One message, and never a stack trace.
fn assert_clear(said: &Said) {
    let last = said.err.lines().last().unwrap_or_default();
    assert!(last.starts_with("loggia: "), "{said:?}");
    assert!(
        !said.err.contains("panicked") && !said.err.contains("stack backtrace"),
        "{said:?}"
    );
}

#[test]
fn the_environment_is_over_the_file_and_is_named_when_it_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("loggia.toml"),
        "[journal]\ndurability = \"none\"\n",
    )
    .unwrap();
    let venue = Venue::start_with(dir.path(), &[("LOGGIA__JOURNAL__DURABILITY", "os")]);
    assert_eq!(venue.ctl_json(&["status"])["durability"], "os");
    drop(venue);
    let wrong = [
        ("LOGGIA__JOURNAL__DURABILITY", "maybe"),
        ("LOGGIA__FIX__PLAIN", "here"),
        ("LOGGIA__CONTROL__LISTEN", "1"),
        ("LOGGIA__METRICS__LISTEN", ""),
        ("LOGGIA__SPEED", "9"),
    ];
    for (name, value) in wrong {
        let said = run(dir.path(), &["--data", "data"], &[(name, value)]);
        assert_eq!(said.code, Some(78), "{name}={value}: {said:?}");
        assert!(said.err.contains(name), "{said:?}");
        assert_clear(&said);
    }
}

#[test]
fn wrong_flags_end_with_2() {
    let dir = tempfile::tempdir().unwrap();
    for arguments in [
        &["--fast"][..],
        &["exchnage"],
        &["--profile", "test"],
        &["config", "--all"],
    ] {
        let said = run(dir.path(), arguments, &[]);
        assert_eq!(said.code, Some(2), "{arguments:?}: {said:?}");
    }
    let absent = run(dir.path(), &["--config", "absent.toml"], &[]);
    assert_eq!(absent.code, Some(78), "{absent:?}");
    assert!(absent.err.contains("absent.toml"), "{absent:?}");
}

#[test]
fn config_prints_values_with_their_sources_and_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let text = "[journal]\nqueue = 7\n[[participants]]\ncomp_id = \"P\"\npassword = \"hunter2\"\n\
                [redis]\nurl = \"redis://:hunter2@127.0.0.1:1\"\n";
    std::fs::write(dir.path().join("loggia.toml"), text).unwrap();
    let settings = [("LOGGIA__JOURNAL__BATCH", "8")];
    let said = run(dir.path(), &["config", "--data", "elsewhere"], &settings);
    assert_eq!(said.code, Some(0), "{said:?}");
    let line = |key: &str| {
        let found = said
            .out
            .lines()
            .find(|l| l.starts_with(&format!("{key} = ")));
        found.unwrap_or_else(|| panic!("{key} in {}", said.out))
    };
    assert!(line("journal.queue").contains("7") && line("journal.queue").ends_with("loggia.toml"));
    assert!(line("journal.batch").ends_with("environment LOGGIA__JOURNAL__BATCH"));
    assert!(line("data").ends_with("flag --data"));
    assert!(line("fix.sender_comp_id").ends_with("default"));
    assert!(!said.out.contains("hunter2"), "{}", said.out);
    assert!(
        !dir.path().join("elsewhere").exists(),
        "printing makes nothing"
    );
}

#[test]
fn the_default_file_can_be_used_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let said = run(dir.path(), &["config", "--default"], &[]);
    assert_eq!(said.code, Some(0));
    std::fs::write(dir.path().join("loggia.toml"), &said.out).unwrap();
    let again = run(dir.path(), &["config"], &[]);
    assert_eq!(again.code, Some(0), "{again:?}");
}

#[test]
fn a_port_in_use_names_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind(free_port()).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let keys = [
        ("LOGGIA__FIX__PLAIN", "fix.plain"),
        ("LOGGIA__FIX__TLS", "fix.tls"),
        ("LOGGIA__HTTP__LISTEN", "http.listen"),
        ("LOGGIA__CONTROL__LISTEN", "control.listen"),
        ("LOGGIA__METRICS__LISTEN", "metrics.listen"),
    ];
    for (variable, key) in keys {
        let said = run(dir.path(), &["--data", "data"], &[(variable, &address)]);
        assert_eq!(said.code, Some(69), "{key}: {said:?}");
        assert!(
            said.err.contains(key) && said.err.contains(&address),
            "{key}: {said:?}"
        );
        assert_clear(&said);
    }
}

#[test]
fn a_service_that_is_away_is_named_with_key_and_address() {
    let dir = tempfile::tempdir().unwrap();
    let away = free_port().to_string();
    let (redis, database) = (
        format!("redis://:hunter2@{away}"),
        format!("postgres://loggia:hunter2@{away}/loggia"),
    );
    let cases = [
        ("LOGGIA__REDIS__URL", &redis, "redis.url"),
        ("LOGGIA__DATABASE__URL", &database, "database.url"),
    ];
    for (variable, url, key) in cases {
        let said = run(dir.path(), &["--data", "data"], &[(variable, url)]);
        assert_eq!(said.code, Some(69), "{key}: {said:?}");
        let last = said.err.lines().last().unwrap_or_default();
        assert!(last.contains(key) && last.contains(&away), "{key}: {last}");
        assert!(!said.err.contains("hunter2"), "{said:?}");
        assert_clear(&said);
    }
    let wrong = run(
        dir.path(),
        &["--data", "data"],
        &[("LOGGIA__DATABASE__URL", "mysql://x")],
    );
    assert_eq!(wrong.code, Some(78), "{wrong:?}");
    assert!(wrong.err.contains("database.url"), "{wrong:?}");
}

#[test]
fn the_plain_port_is_for_this_machine_only() {
    let dir = tempfile::tempdir().unwrap();
    let settings = [("LOGGIA__FIX__PLAIN", "0.0.0.0:0")];
    let said = run(dir.path(), &["--data", "data"], &settings);
    assert_eq!(said.code, Some(78), "{said:?}");
    assert!(
        said.err.contains("fix.plain") && said.err.contains("loopback"),
        "{said:?}"
    );
}

#[test]
fn the_production_profile_refuses_what_development_makes_up() {
    let dir = tempfile::tempdir().unwrap();
    let said = run(dir.path(), &["--profile", "prod", "--data", "data"], &[]);
    assert_eq!(said.code, Some(78), "{said:?}");
    assert!(said.err.contains("tls.ca"), "{said:?}");
    assert!(!dir.path().join("data").exists(), "nothing was made");
}

#[test]
fn the_production_profile_runs_on_given_certificates_and_tells_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    // Certificates of a development CA stand in for real ones.
    Venue::start(dir.path()).stop();
    let certs = dir.path().join("data/certs");
    let certs = certs.display();
    let terms = "currency = \"USD\"\ntick = \"0.01\"\nlot = \"1\"\nmin_qty = \"1\"\nmax_qty = \"10\"\nreference_px = \"1\"\n";
    let text = format!(
        "profile = \"prod\"\ndata = \"prod\"\n[tls]\nca = \"{certs}/ca.pem\"\ncert = \"{certs}/server.pem\"\nkey = \"{certs}/server.key\"\n\
         [exchange]\nca = \"{certs}/ca.pem\"\ncert = \"{certs}/service.pem\"\nkey = \"{certs}/service.key\"\n\
         [[instruments]]\nsymbol = \"SHUT\"\n{terms}[[instruments]]\nsymbol = \"OPEN\"\n{terms}open_at_start = true\n\
         [[accounts]]\nname = \"A\"\n[[participants]]\ncomp_id = \"P1\"\npassword = \"password-of-the-firm\"\naccounts = [\"A\"]\n\
         cert = \"{certs}/participants/BOT01.pem\"\nclient_cert = \"required\"\n"
    );
    std::fs::write(dir.path().join("prod.toml"), text).unwrap();
    let port = free_port().to_string();
    let mut command = loggia(dir.path(), &["--config", "prod.toml"]);
    command.env("LOGGIA__METRICS__LISTEN", &port);
    let control = free_port().to_string();
    command.env("LOGGIA__CONTROL__LISTEN", &control);
    let log = std::fs::File::create(dir.path().join("prod.log")).unwrap();
    let mut child = command
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    crate::harness::wait_for("the production venue", || {
        let answer = crate::http::get(&port, "/health/ready").ok()?;
        (answer.status == 200).then_some(())
    });
    let mut ctl = std::process::Command::new(program("loggiactl"));
    ctl.args([
        "--server",
        &format!("https://{control}"),
        "--ca",
        &format!("{certs}/ca.pem"),
    ]);
    ctl.args([
        "--cert",
        &format!("{certs}/operator.pem"),
        "--key",
        &format!("{certs}/operator.key"),
    ]);
    let listed = ends({
        ctl.args(["--output", "json", "instruments"]);
        ctl
    });
    let listed: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    let phases: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|i| (&i["symbol"], &i["phase"]))
        .collect();
    let expected =
        [("SHUT", "closed"), ("OPEN", "open")].map(|(symbol, phase)| (symbol.into(), phase.into()));
    assert_eq!(
        phases,
        expected.each_ref().map(|(symbol, phase)| (symbol, phase))
    );
    child.kill().unwrap();
    child.wait().unwrap();
    let log = std::fs::read_to_string(dir.path().join("prod.log")).unwrap();
    assert!(
        !log.contains("password-of-the-firm") && !log.contains("password "),
        "{log}"
    );
    assert!(!dir.path().join("prod/credentials.json").exists());
    assert!(!dir.path().join("prod/certs").exists());
}
