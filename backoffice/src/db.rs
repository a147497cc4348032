//! The database: SQLite or PostgreSQL behind one small statement builder. All dialect code of the crate is here and in the
//! templates of `migrations/`; everything else writes one SQL text with `$1 … $n`.
//!
//! SQLite: WAL, `synchronous = FULL`, one write connection (`BEGIN IMMEDIATE`), a few read connections. PostgreSQL: a pool.
//! Amounts are `BIGINT` counts of 10⁻⁸, moments are `BIGINT` microseconds since the Unix epoch (UTC).

pub mod migration;
pub mod retry;

use sqlx::encode::Encode;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow, Postgres};
use sqlx::sqlite::{
    Sqlite, SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool,
    SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Arguments, FromRow, Transaction, Type};
use std::str::FromStr;
use std::time::Duration;

/// A value that both databases can bind.
pub trait Val:
    for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres>
{
}

impl<T> Val for T where
    T: for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres>
{
}

/// A row that both databases can give.
pub trait Rec:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}

impl<T> Rec for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}

/// One statement in both dialects; nearly always the same text.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    /// For SQLite.
    pub lite: &'static str,
    /// For PostgreSQL.
    pub pg: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self {
            lite: text,
            pg: text,
        }
    }
}

/// A `SELECT` that locks its rows until the transaction ends. SQLite needs no words for it: its one writer holds the lock.
macro_rules! for_update {
    ($select:literal) => {
        $crate::db::Sql {
            lite: $select,
            pg: concat!($select, " FOR UPDATE"),
        }
    };
}
pub(crate) use for_update;

/// Where the back office keeps its truth.
#[derive(Clone, Debug)]
pub enum Db {
    /// A file, embedded.
    Sqlite {
        /// Readers.
        read: SqlitePool,
        /// The one writer.
        write: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

/// The connections of one pool, counted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// `read` and `write` of SQLite, `main` of PostgreSQL.
    pub pool: &'static str,
    /// Open.
    pub open: u32,
    /// Of these, in use.
    pub in_use: u32,
    /// Most that may be open.
    pub max: u32,
}

impl Connections {
    fn of<D: sqlx::Database>(name: &'static str, pool: &sqlx::Pool<D>) -> Self {
        let open = pool.size();
        // The two are not read at one moment.
        let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
        Self {
            pool: name,
            open,
            in_use: open.saturating_sub(idle),
            max: pool.options().get_max_connections(),
        }
    }
}

/// Most connections of a pool.
const CONNECTIONS_MAX: u32 = 8;
/// How long a request waits for a free connection, in seconds.
const ACQUIRE_TIMEOUT_SECS: u64 = 10;

impl Db {
    /// Opens the database that `url` names (`sqlite://PATH`, `sqlite:PATH` or `postgres://…`) and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be opened, or a migration that has landed was edited.
    pub async fn open(url: &str) -> Result<Self, sqlx::Error> {
        let db = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url).await?
        } else if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await?
        } else {
            let why = "database.url must start with sqlite: or postgres://";
            return Err(sqlx::Error::Configuration(why.into()));
        };
        match &db {
            Self::Sqlite { write, .. } => migration::sqlite(migration::LATEST).run(write).await,
            Self::Postgres(pool) => migration::postgres(migration::LATEST).run(pool).await,
        }
        .map_err(|e| sqlx::Error::Migrate(Box::new(e)))?;
        Ok(db)
    }

    async fn open_sqlite(url: &str) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(ACQUIRE_TIMEOUT_SECS));
        let pool =
            || SqlitePoolOptions::new().acquire_timeout(Duration::from_secs(ACQUIRE_TIMEOUT_SECS));
        let write = pool()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let read = pool()
            .max_connections(CONNECTIONS_MAX)
            .connect_lazy_with(options.create_if_missing(false));
        Ok(Self::Sqlite { read, write })
    }

    async fn open_postgres(url: &str) -> Result<Self, sqlx::Error> {
        let options = PgConnectOptions::from_str(url)?.application_name("loggia-backoffice");
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(Duration::from_secs(ACQUIRE_TIMEOUT_SECS))
            .connect_with(options)
            .await?;
        Ok(Self::Postgres(pool))
    }

    /// A transaction that writes; see `retry::in_tx!`, which repeats it where the database asks for that.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn write(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// A transaction that sees one state of the database and changes nothing.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn read(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
            Self::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Tx::Postgres(pool.begin_with(begin).await?)
            }
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// What it said instead.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        let mut tx = self.read().await?;
        let (_one,): (i64,) = tx.q("SELECT CAST(1 AS BIGINT)").one().await?;
        tx.rollback().await
    }

    /// How many connections there are now, by pool.
    pub fn connections(&self) -> Vec<Connections> {
        match self {
            Self::Sqlite { read, write } => vec![
                Connections::of("read", read),
                Connections::of("write", write),
            ],
            Self::Postgres(pool) => vec![Connections::of("main", pool)],
        }
    }

    /// Ends all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A transaction of either database. Dropped without [`Tx::commit`] it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// Of SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// Of PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Starts a statement.
    pub fn q(&mut self, sql: impl Into<Sql>) -> Q<'_> {
        let args = match self {
            Self::Sqlite(_) => Args::Sqlite(SqliteArguments::default()),
            Self::Postgres(_) => Args::Postgres(PgArguments::default()),
        };
        Q {
            tx: self,
            sql: sql.into(),
            args,
            err: None,
        }
    }

    /// Makes all of it last.
    ///
    /// # Errors
    /// When the database refuses; nothing has lasted then.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    /// Undoes all of it.
    ///
    /// # Errors
    /// When the connection is lost (the database undoes it by itself then).
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await,
            Self::Postgres(tx) => tx.rollback().await,
        }
    }
}

enum Args {
    Sqlite(SqliteArguments),
    Postgres(PgArguments),
}

/// A statement and what is bound to it so far.
pub struct Q<'t> {
    tx: &'t mut Tx,
    sql: Sql,
    args: Args,
    err: Option<sqlx::Error>,
}

macro_rules! run {
    ($q:ident, $query:path, $($call:tt)+) => {{
        if let Some(error) = $q.err {
            return Err(error);
        }
        match ($q.tx, $q.args) {
            (Tx::Sqlite(tx), Args::Sqlite(args)) => $query($q.sql.lite, args).$($call)+(&mut **tx).await,
            (Tx::Postgres(tx), Args::Postgres(args)) => $query($q.sql.pg, args).$($call)+(&mut **tx).await,
            _ => unreachable!("arguments are made by the transaction that they are for"),
        }
    }};
}

impl Q<'_> {
    /// Binds the next `$n`.
    #[must_use]
    pub fn bind<T: Val>(mut self, value: T) -> Self {
        let added = match &mut self.args {
            Args::Sqlite(args) => Arguments::add(args, value),
            Args::Postgres(args) => Arguments::add(args, value),
        };
        if let Err(error) = added {
            self.err.get_or_insert(sqlx::Error::Encode(error));
        }
        self
    }

    /// The one row that it gives.
    ///
    /// # Errors
    /// [`sqlx::Error::RowNotFound`] for none, or the database's own.
    pub async fn one<R: Rec>(self) -> Result<R, sqlx::Error> {
        run!(self, sqlx::query_as_with, fetch_one)
    }

    /// The row that it may give.
    ///
    /// # Errors
    /// The database's own.
    pub async fn opt<R: Rec>(self) -> Result<Option<R>, sqlx::Error> {
        run!(self, sqlx::query_as_with, fetch_optional)
    }

    /// All rows. The statement says how many there can be.
    ///
    /// # Errors
    /// The database's own.
    pub async fn all<R: Rec>(self) -> Result<Vec<R>, sqlx::Error> {
        run!(self, sqlx::query_as_with, fetch_all)
    }

    /// How many rows it changed.
    ///
    /// # Errors
    /// The database's own.
    pub async fn exec(self) -> Result<u64, sqlx::Error> {
        if let Some(error) = self.err {
            return Err(error);
        }
        match (self.tx, self.args) {
            (Tx::Sqlite(tx), Args::Sqlite(args)) => {
                let done = sqlx::query_with(self.sql.lite, args).execute(&mut **tx);
                Ok(done.await?.rows_affected())
            }
            (Tx::Postgres(tx), Args::Postgres(args)) => {
                let done = sqlx::query_with(self.sql.pg, args).execute(&mut **tx);
                Ok(done.await?.rows_affected())
            }
            _ => unreachable!("arguments are made by the transaction that they are for"),
        }
    }
}
