//! Migrations: one template for both databases. Tokens name what differs; `--@sqlite … --@postgres … --@end` holds what has no
//! common words (triggers). A template or token that has landed is never edited: its checksum is kept in the database.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

/// `(version, name, template)`, in order.
const TEMPLATES: [(i64, &str, &str); 3] = [
    (1, "start", include_str!("../../migrations/0001_start.sql")),
    (
        2,
        "trade changes",
        include_str!("../../migrations/0002_trade_changes.sql"),
    ),
    (
        3,
        "told reservations",
        include_str!("../../migrations/0003_told_reservations.sql"),
    ),
];

/// `(token, SQLite, PostgreSQL)`.
const TOKENS: [(&str, &str, &str); 5] = [
    ("{{I64}}", "INTEGER", "BIGINT"),
    ("{{BOOL}}", "INTEGER", "BOOLEAN"),
    ("{{UUID}}", "BLOB", "UUID"),
    ("{{STRICT}}", "STRICT", ""),
    ("{{FALSE}}", "0", "FALSE"),
];

/// The version that this program's tables have.
pub const LATEST: i64 = TEMPLATES[TEMPLATES.len() - 1].0;

/// The migrations up to a version, in SQLite's words.
pub fn sqlite(up_to: i64) -> Migrator {
    migrator(up_to, true)
}

/// The migrations up to a version, in PostgreSQL's words.
pub fn postgres(up_to: i64) -> Migrator {
    migrator(up_to, false)
}

fn migrator(up_to: i64, lite: bool) -> Migrator {
    let migrations = TEMPLATES
        .iter()
        .take_while(|&&(version, ..)| version <= up_to)
        .map(|&(version, name, template)| {
            let sql = AssertSqlSafe(expand(template, lite)).into_sql_str();
            Migration::new(version, name.into(), MigrationType::Simple, sql, false)
        })
        .collect();
    Migrator::with_migrations(migrations)
}

fn expand(template: &str, lite: bool) -> String {
    let mut text = String::with_capacity(template.len());
    let mut wanted = true;
    for line in template.lines() {
        match line.trim() {
            "--@sqlite" => wanted = lite,
            "--@postgres" => wanted = !lite,
            "--@end" => wanted = true,
            _ if wanted => {
                text.push_str(line);
                text.push('\n');
            }
            _ => {}
        }
    }
    for (token, sqlite, postgres) in TOKENS {
        text = text.replace(token, if lite { sqlite } else { postgres });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_blocks_follow_the_database() {
        let template = "a {{I64}} {{STRICT}};\n--@sqlite\nlite\n--@postgres\npg\n--@end\nboth\n";
        assert_eq!(expand(template, true), "a INTEGER STRICT;\nlite\nboth\n");
        assert_eq!(expand(template, false), "a BIGINT ;\npg\nboth\n");
    }

    #[test]
    fn no_token_is_left_over() {
        for (_, name, template) in TEMPLATES {
            for lite in [true, false] {
                assert!(!expand(template, lite).contains("{{"), "{name}");
            }
        }
    }
}
