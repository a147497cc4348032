//! A fresh database for each test: a file of SQLite, or a schema of its own in the PostgreSQL of `LOGGIA_TEST_POSTGRES_URL`.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

/// A fresh database; its file goes with it.
pub(crate) struct TestDatabase {
    /// For `database.url`.
    pub(crate) url: String,
    folder: TempDir,
}

impl TestDatabase {
    /// A file of SQLite.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("bo.db").display());
        Self { url, folder }
    }

    /// A schema of PostgreSQL; nothing, and a line that says so, when no server is named.
    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("LOGGIA_TEST_POSTGRES_URL") else {
            println!(
                "not run on PostgreSQL: LOGGIA_TEST_POSTGRES_URL is not set; scripts/test sets it"
            );
            return None;
        };
        let schema = format!("bo_{}", uuid::Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(&server).await.unwrap();
        let sql = AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
        let url = format!("{server}?options[search_path]={schema}");
        let folder = tempfile::tempdir().unwrap();
        Some(Self { url, folder })
    }

    /// A folder that goes with the database.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// `both!(name, |database| …)`: one test on SQLite and one on PostgreSQL.
macro_rules! both {
    ($name:ident, |$database:ident| $body:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let $database = $crate::database::TestDatabase::sqlite();
                $body
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some($database) = $crate::database::TestDatabase::postgres().await {
                    $body
                }
            }
        }
    };
}
pub(crate) use both;
