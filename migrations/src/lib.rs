//! One set of schema migrations for SQLite and PostgreSQL, written as SQL both understand.
//!
//! Each step is a list of statements in a small common dialect; [`run`] turns its type words into each engine's:
//! `TEXT` compares bytewise on both (`COLLATE "C"`), `BIGINT` and `BOOLEAN` are 64-bit integers and truth values,
//! `BLOB` is bytes, `JOURNAL_KEY` a growing row number. SQLite tables are STRICT. Every step is one transaction on
//! both engines. A landed step is never edited: see README.md beside this crate.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend, DbErr};

mod m0001_ledger;
mod m0002_identity;
mod m0003_registry;
mod m0004_quantity;
mod m0005_codes;
mod m0006_scans;
mod m0007_flow;
mod m0008_files;
mod m0009_sign_in;
mod m0010_sheets;
mod m0011_printing;
mod m0012_desk;
mod m0013_office;
mod m0014_cases;
mod m0015_listings;
mod m0016_audits;
mod m0017_alerts;
mod m0018_inspections;
mod m0019_feedback;
mod m0020_figures;
mod m0021_rest;
mod m0022_words;
mod m0023_mended;
mod m0024_applications;
mod m0025_lists;
mod m0026_stories;
mod m0027_annual_reports;
mod m0028_restorations;
mod m0029_recall_reports;
mod m0030_on_hand_limits;

/// All steps in order.
#[derive(Debug)]
pub struct Migrator;

#[sea_orm_migration::async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_ledger::Step),
            Box::new(m0002_identity::Step),
            Box::new(m0003_registry::Step),
            Box::new(m0004_quantity::Step),
            Box::new(m0005_codes::Step),
            Box::new(m0006_scans::Step),
            Box::new(m0007_flow::Step),
            Box::new(m0008_files::Step),
            Box::new(m0009_sign_in::Step),
            Box::new(m0010_sheets::Step),
            Box::new(m0011_printing::Step),
            Box::new(m0012_desk::Step),
            Box::new(m0013_office::Step),
            Box::new(m0014_cases::Step),
            Box::new(m0015_listings::Step),
            Box::new(m0016_audits::Step),
            Box::new(m0017_alerts::Step),
            Box::new(m0018_inspections::Step),
            Box::new(m0019_feedback::Step),
            Box::new(m0020_figures::Step),
            Box::new(m0021_rest::Step),
            Box::new(m0022_words::Step),
            Box::new(m0023_mended::Step),
            Box::new(m0024_applications::Step),
            Box::new(m0025_lists::Step),
            Box::new(m0026_stories::Step),
            Box::new(m0027_annual_reports::Step),
            Box::new(m0028_restorations::Step),
            Box::new(m0029_recall_reports::Step),
            Box::new(m0030_on_hand_limits::Step),
        ]
    }
}

/// Runs statements of the common dialect on whichever engine the manager is connected to.
///
/// # Errors
/// Whatever the database says; the step's transaction is rolled back then.
pub async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    for statement in statements {
        manager.get_connection().execute_unprepared(&translate(backend, statement)).await?;
    }
    Ok(())
}

/// One statement of the common dialect in the words of `backend`.
pub fn translate(backend: DatabaseBackend, statement: &str) -> String {
    let table = statement.trim_start().starts_with("CREATE TABLE");
    match backend {
        DatabaseBackend::Postgres => statement
            .replace("JOURNAL_KEY", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
            .replace(" TEXT", " TEXT COLLATE \"C\"")
            .replace(" BLOB", " BYTEA"),
        _ => {
            let typed =
                statement.replace("JOURNAL_KEY", "INTEGER PRIMARY KEY").replace(" BIGINT", " INTEGER").replace(" BOOLEAN", " INTEGER");
            if table { format!("{} STRICT", typed.trim_end()) } else { typed }
        }
    }
}

/// Declares one migration step: its name and its statements.
macro_rules! step {
    ($name:literal, $statements:expr) => {
        /// One step; see the module's essay.
        #[derive(Debug)]
        pub struct Step;

        impl sea_orm_migration::MigrationName for Step {
            fn name(&self) -> &str {
                $name
            }
        }

        #[sea_orm_migration::async_trait::async_trait]
        impl sea_orm_migration::MigrationTrait for Step {
            async fn up(&self, manager: &sea_orm_migration::SchemaManager) -> Result<(), sea_orm_migration::sea_orm::DbErr> {
                crate::run(manager, $statements).await
            }
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }
        }
    };
}
use step;
