//! What every handler has at hand.

use std::ops::Deref;
use std::sync::Arc;

use crate::backup::{self, BackupDesk, Made, Source};
use crate::config::Config;
use crate::db::Db;
use crate::files::Shelf;
use crate::identity::profile::PasswordProfile;
use crate::identity::sign_in::{Door, SignInRules};
use crate::identity::vault::Vault;
use crate::interop::intake::SheetDesk;
use crate::kernel::{Actor, Clock, Desk, Failure, FailureKind, Outcome, Random};
use crate::ledger::Notary;
use crate::supervision::alert::missed::Misses;
use crate::supervision::commands::feedback::FeedbackRules;
use crate::trace::keys::KeyProvider;
use crate::trace::order::OrderRules;
use crate::trace::place::Places;
use crate::trace::scan::ScanDesk;

use super::first_run::FirstRun;
use super::gateway::Gateway;
use super::limit::Throttle;
use super::pages::Site;
use super::words::Lang;

/// Shared by every request of one node. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of [`App`].
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Tells the time.
    pub clock: Clock,
    /// Gives chance.
    pub random: Random,
    /// Settings.
    pub config: Config,
    /// Opens order keys.
    pub keys: Arc<dyn KeyProvider>,
    /// Signs checkpoints.
    pub notary: Arc<Notary>,
    /// Records scans.
    pub scans: ScanDesk,
    /// Where an address is, by the configured table.
    pub places: Places,
    /// Where uploaded files lie.
    pub shelf: Shelf,
    /// Works on sheets people upload.
    pub sheets: SheetDesk,
    /// Seals second factors.
    pub vault: Vault,
    /// Sends codes by SMS, if a gateway is set.
    pub gateway: Option<Gateway>,
    /// Lets one backup be taken at a time.
    pub backups: BackupDesk,
    /// Slows down guessing.
    pub throttle: Throttle,
    /// Counts codes nobody issued, for the rules.
    pub misses: Misses,
    /// Lets in whoever reads this machine's console, while there is no account.
    pub first_run: FirstRun,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
    /// A desk for `actor`.
    pub fn desk(&self, actor: Actor) -> Desk {
        Desk { clock: self.clock.clone(), random: self.random.clone(), actor }
    }
    /// What the settings say of signing in.
    pub fn sign_in_rules(&self) -> SignInRules {
        SignInRules {
            profile: PasswordProfile::parse(&self.config.password_profile).unwrap_or(PasswordProfile::Asvs),
            factor_required: self.config.second_factor == "required",
        }
    }
    /// What a sign-in needs.
    pub fn door(&self) -> Door<'_> {
        Door { db: &self.db, clock: &self.clock, random: &self.random, vault: &self.vault, rules: self.sign_in_rules() }
    }
    /// Beyond the limit of orders a second factor is needed where the settings require one.
    ///
    /// # Errors
    /// `second_factor_needed`.
    pub fn may_order(&self, has_factor: bool, count: i64) -> Outcome<()> {
        let needed = self.sign_in_rules().factor_required && !has_factor && count > self.config.issue_limit;
        if needed { Err(Failure::new(FailureKind::Forbidden, "second_factor_needed")) } else { Ok(()) }
    }
    /// What pages say about who runs them.
    pub fn site(&self) -> Site {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Site {
            domain: self.config.domain().to_owned(),
            operator: some(&self.config.operator),
            phone: some(&self.config.phone),
            icp: some(&self.config.icp),
            police_record: some(&self.config.police_record),
            demo: self.config.demo,
        }
    }
    /// What an order of codes is measured by; labels speak Chinese.
    pub fn order_rules(&self) -> OrderRules {
        OrderRules {
            issue_limit: self.config.issue_limit,
            spare_permille: self.config.spare_permille,
            base_url: self.config.base_url.clone(),
            label_locale: Lang::Chinese.tag().to_owned(),
            demo: self.config.demo,
        }
    }
    /// What the settings say of receiving feedback.
    pub fn feedback_rules(&self) -> FeedbackRules {
        FeedbackRules {
            merge_hours: self.config.feedback_merge_hours,
            store_bytes: self.config.feedback_store_mb.saturating_mul(1024 * 1024),
            statutory: self.config.statutory_channel,
            keep_days: self.config.feedback_keep_days,
        }
    }
    /// Stops or allows writes as the notices of now say.
    ///
    /// # Errors
    /// If the database can't be read.
    pub async fn heed_maintenance(&self) -> Outcome<()> {
        let on = crate::registry::queries::in_maintenance(&self.db, self.clock.now()).await?;
        let held = backup::hold::held(&self.db).await?.is_some();
        self.db.set_held(held);
        self.db.set_maintenance(on || held);
        Ok(())
    }
    /// Takes a backup into its directory and removes those beyond the number that is kept; nothing while another is taken. Packing takes
    /// a thread of its own.
    ///
    /// # Errors
    /// As [`backup::take`].
    pub async fn take_backup(&self, desk: Desk) -> Outcome<Option<Made>> {
        let Some(turn) = self.backups.begin() else { return Ok(None) };
        let app = self.clone();
        let packing = tokio::task::spawn_blocking(move || {
            let dir = &app.config.backup_dir;
            let source =
                Source { db: &app.db, shelf: &app.shelf, keys: app.keys.as_ref(), notary: &app.notary, base_url: &app.config.base_url };
            let tell = |what: &str, done: u64, all: u64| turn.tell(what, done, all);
            let made = tokio::runtime::Handle::current().block_on(backup::take(source, &desk, dir, &tell));
            let keep = usize::try_from(app.config.backup_keep).unwrap_or(usize::MAX);
            let made = made.and_then(|(_, made)| backup::prune(dir, keep).map(|_| made));
            turn.end(&made, app.clock.now());
            made
        });
        packing.await.map_err(Failure::broken)?.map(Some)
    }
    /// Takes the daily backup if its hour has come and none was taken since.
    ///
    /// # Errors
    /// As [`Self::take_backup`].
    pub async fn backup_if_due(&self) -> Outcome<Option<Made>> {
        let dir = &self.config.backup_dir;
        if dir.as_os_str().is_empty() {
            return Ok(None);
        }
        let last = backup::kept(dir)?.first().map(|one| one.taken_at);
        if !backup::due(last, self.clock.now(), self.config.backup_hour) {
            return Ok(None);
        }
        self.take_backup(Desk::system(&self.clock, &self.random)).await
    }
    /// Signs and keeps a checkpoint if the ledger has grown.
    ///
    /// # Errors
    /// If the database can't be read or the file can't be written.
    pub async fn keep_checkpoint(&self) -> Outcome<bool> {
        let edge = crate::ledger::head(self.db.reader()).await?;
        self.notary.keep(&edge)
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
