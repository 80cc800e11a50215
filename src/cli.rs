//! The command line: what can be asked, in words and flags. What is done lives in [`crate::run`].

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::interop::sheet::SheetKind;

/// 燕赵: geographical-indication registry and traceability.
#[derive(Debug, Parser)]
#[command(name = "yanzhao", version, about = "燕赵：地理标志登记与追溯平台 · geographical-indication registry and traceability")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 演示：在本机用真实的河北产品走一遍主流程 · The main job on this machine, with demonstration data
    Demo(DemoArgs),
    /// 正式运行 · Serve
    Serve(ServeArgs),
    /// 数据库结构 · Bring the database to this program's schema, or say how it stands
    Migrate {
        /// What to do.
        #[command(subcommand)]
        action: MigrateAction,
        /// Where the settings come from.
        #[command(flatten)]
        setting: SettingArgs,
    },
    /// 管理员 · Administrators
    Admin {
        /// What to do.
        #[command(subcommand)]
        action: AdminAction,
        /// Where the settings come from.
        #[command(flatten)]
        setting: SettingArgs,
    },
    /// 配置 · Settings
    Config {
        /// What to do.
        #[command(subcommand)]
        action: ConfigAction,
        /// Where the settings come from.
        #[command(flatten)]
        setting: SettingArgs,
    },
    /// 查验码 · Codes
    Codes {
        /// What to do.
        #[command(subcommand)]
        action: CodesAction,
        /// Where the settings come from.
        #[command(flatten)]
        setting: SettingArgs,
    },
    /// 主密钥 · Master keys
    Keys {
        /// What to do.
        #[command(subcommand)]
        action: KeysAction,
        /// Where the settings come from.
        #[command(flatten)]
        setting: SettingArgs,
    },
    /// 地址库 · The offline table of places
    Geoip {
        /// What to do.
        #[command(subcommand)]
        action: GeoipAction,
    },
    /// 账本 · The ledger
    Ledger {
        /// What to do.
        #[command(subcommand)]
        action: LedgerAction,
        /// Where the settings come from.
        #[command(flatten)]
        setting: SettingArgs,
    },
    /// 导入 · Take in a sheet: whole or not at all, unless told otherwise
    Import(ImportArgs),
    /// 导出 · Give out everything of a kind
    Export(ExportArgs),
    /// 备份 · Take a backup, prove one, restore one where nothing is
    Backup {
        /// What to do.
        #[command(subcommand)]
        action: BackupAction,
        /// Where the settings come from.
        #[command(flatten)]
        setting: SettingArgs,
    },
    /// 迁库 · Carry a database over to another engine; stop every node first
    Copy(CopyArgs),
    /// 定时任务 · Work that is due by date; a running node does it by itself
    Jobs {
        /// What to do.
        #[command(subcommand)]
        action: JobsAction,
        /// Where the settings come from.
        #[command(flatten)]
        setting: SettingArgs,
    },
    /// 接口说明 · Print the API's description (OpenAPI 3.1)
    Openapi {
        /// Where the settings come from.
        #[command(flatten)]
        setting: SettingArgs,
    },
    /// 健康检查 · Ask a running server whether it is ready
    Healthcheck {
        /// Where it listens.
        #[arg(long, default_value = "127.0.0.1:8080")]
        addr: String,
    },
}

/// `import`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// What the sheet holds.
    #[arg(value_name = "KIND")]
    pub kind: ImportKind,
    /// The sheet: a workbook of Excel or WPS, or CSV in UTF-8, GB18030 or UTF-16 (farm records: CSV).
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only look, change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Take the good rows in although others are wrong.
    #[arg(long)]
    pub partly: bool,
    /// Why it is written down late, for rows that say nothing themselves.
    #[arg(long, value_name = "TEXT")]
    pub late_reason: Option<String>,
    /// Where the settings come from.
    #[command(flatten)]
    pub setting: SettingArgs,
}

/// What a sheet may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum ImportKind {
    /// 农事记录
    FarmRecords,
    /// 组织
    Organisations,
    /// 种植户
    Growers,
    /// 地块
    Plots,
    /// 交售
    Deliveries,
    /// 批次
    Batches,
    /// 用标
    MarkUses,
    /// 包装厂、冷库、加工厂
    Facilities,
    /// 检验报告
    Tests,
    /// 销售者
    Sellers,
    /// 在售商品
    Listings,
}

impl ImportKind {
    /// The kind of sheet; farm records have one of their own.
    pub fn sheet(self) -> Option<SheetKind> {
        Some(match self {
            Self::FarmRecords => return None,
            Self::Organisations => SheetKind::Organisations,
            Self::Growers => SheetKind::Growers,
            Self::Plots => SheetKind::Plots,
            Self::Deliveries => SheetKind::Deliveries,
            Self::Batches => SheetKind::Batches,
            Self::MarkUses => SheetKind::MarkUses,
            Self::Facilities => SheetKind::Facilities,
            Self::Tests => SheetKind::Tests,
            Self::Sellers => SheetKind::Sellers,
            Self::Listings => SheetKind::Listings,
        })
    }
}

/// `export`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// What to give out.
    #[arg(value_name = "KIND")]
    pub kind: ImportKind,
    /// As what.
    #[arg(long, value_enum, default_value = "csv")]
    pub format: ExportForm,
    /// Where to; standard output if not given.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Where the settings come from.
    #[command(flatten)]
    pub setting: SettingArgs,
}

/// As what rows are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "lowercase")]
pub enum ExportForm {
    /// UTF-8 with a mark, so that Excel reads it.
    Csv,
    /// A workbook.
    Xlsx,
    /// A list of objects.
    Json,
    /// Plots with their boundaries, WGS-84.
    Geojson,
}

/// Settings that can be given as flags; flags win over the environment, the environment over the file.
#[derive(Debug, Clone, Default, Args)]
pub struct SettingArgs {
    /// TOML file of settings.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// `sqlite:PATH` or `postgres://…`
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// What is printed on labels before `/Q/`.
    #[arg(long, global = true, value_name = "URL")]
    pub base_url: Option<String>,
    /// Where producers' own stories are shown, on a host of its own; without it promotion is off.
    #[arg(long, global = true, value_name = "URL")]
    pub promo_base_url: Option<String>,
    /// Where to listen.
    #[arg(long, global = true, value_name = "HOST:PORT")]
    pub addr: Option<String>,
    /// Directory of keys and checkpoints.
    #[arg(long, global = true, value_name = "DIR")]
    pub secrets_dir: Option<PathBuf>,
}

/// `demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub addr: String,
    /// Where the demonstration lives.
    #[arg(long, default_value = "data/demo")]
    pub data: PathBuf,
    /// Use another database than the embedded one, such as postgres://…
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Writes site, codes and accounts as JSON once it listens.
    #[arg(long, hide = true)]
    pub facts: Option<PathBuf>,
    /// Offline table of places.
    #[arg(long, hide = true)]
    pub place_table: Option<PathBuf>,
    /// Networks whose forwarded addresses are believed.
    #[arg(long, hide = true)]
    pub trusted_proxies: Option<String>,
}

/// `serve`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where the settings come from.
    #[command(flatten)]
    pub setting: SettingArgs,
}

/// `migrate …`
#[derive(Debug, Subcommand)]
pub enum MigrateAction {
    /// Which steps are taken.
    Status,
    /// Take the steps not yet taken.
    Up,
}

/// `admin …`
#[derive(Debug, Subcommand)]
pub enum AdminAction {
    /// Make an administrator's account. Run it once for each of the three: admin_system, admin_security, admin_audit.
    Create {
        /// Sign-in name.
        #[arg(long)]
        account: String,
        /// Which of the three.
        #[arg(long, default_value = "admin_system")]
        role: String,
        /// Read the password from standard input instead of asking for it.
        #[arg(long)]
        password_stdin: bool,
    },
}

/// `config …`
#[derive(Debug, Subcommand)]
pub enum ConfigAction {
    /// Print the settings in force, secrets masked.
    Check,
}

/// `ledger …`
#[derive(Debug, Subcommand)]
pub enum LedgerAction {
    /// Read every event again and hold the tables against them.
    Verify {
        /// A file of kept checkpoints; the node's own if not given.
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
    },
}

/// `backup …`
#[derive(Debug, Subcommand)]
pub enum BackupAction {
    /// Take one; nodes may go on.
    Create {
        /// Where to: a file that is not there yet, `-` for standard output; a name of its moment in `backup_dir` (or here) if not given.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Read one whole and say whether it would serve; keys in `secrets_dir` are tried on it.
    Verify {
        /// The archive.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Restore one into an empty directory, and into an empty PostgreSQL database if `database_url` names one. It is held until cleared.
    Restore {
        /// The archive.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The directory: empty or not there yet.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// End the hold of a restored database, knowing what it lost.
    Clear {
        /// Why it may serve again.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// How many events are lost by the kept checkpoints; the command says how many if this is not the number.
        #[arg(long, default_value_t = 0)]
        lost: i64,
    },
}

/// `copy`
#[derive(Debug, Args)]
pub struct CopyArgs {
    /// `sqlite:PATH` or `postgres://…`
    #[arg(long, value_name = "URL")]
    pub from: String,
    /// The other engine's, without tables.
    #[arg(long, value_name = "URL")]
    pub to: String,
}

/// `jobs …`
#[derive(Debug, Subcommand)]
pub enum JobsAction {
    /// Run one now; where nothing is due nothing happens.
    Run {
        /// Which.
        #[arg(value_enum)]
        job: Job,
    },
}

/// A job by its name.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Job {
    /// 年度结账：到期失效 · What is left of a season lapses after the product's closing day
    CloseSeasons,
    /// 按今天的规则重新核验全部在售商品 · Score all listings anew by the rules of today
    RescoreListings,
    /// 预警：新的查验 · Rules on the scans that came since the last run
    JudgeScans,
    /// 预警：每夜 · Rules of the night on goods, accounts and labels
    JudgeNightly,
}

/// `codes …`
#[derive(Debug, Subcommand)]
pub enum CodesAction {
    /// Say all that is known of one code.
    Inspect {
        /// The 20 characters.
        code: String,
    },
}

/// `keys …`
#[derive(Debug, Subcommand)]
pub enum KeysAction {
    /// Make a new master key and wrap every order's key under it. Labels are not affected.
    Rotate,
}

/// `geoip …`
#[derive(Debug, Subcommand)]
pub enum GeoipAction {
    /// Check a table of places row by row.
    Check {
        /// csv: from,to,province,city
        file: PathBuf,
    },
}
