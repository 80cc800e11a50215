//! Every setting with its unit and a working default. TOML file < environment `YANZHAO_*` (`…_FILE` names a file that holds a secret) < flags.

use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::kernel::{Failure, Outcome};

/// The settings in force.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen: `host:port`.
    pub addr: String,
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: String,
    /// What is printed before `/Q/` on labels; `https://` in production. The only source of every absolute address.
    pub base_url: String,
    /// Where producers' own stories are shown, `https://` and a host that is not the register's; empty: promotion is off (食品安全法 73(2)).
    pub promo_base_url: String,
    /// Directory of keys and checkpoints that must not lie in the database.
    pub secrets_dir: PathBuf,
    /// Hex of the master key that opens order keys; empty: the file `master.keys` in `secrets_dir`, made at first start.
    pub master_key: String,
    /// File that signed checkpoints of the ledger are appended to; empty: `checkpoints` in `secrets_dir`.
    pub checkpoint_file: PathBuf,
    /// Directory of uploaded files; several nodes share one.
    pub files_dir: PathBuf,
    /// Directory for daily backups, on another disk than the database if there is one; empty: none are taken by the program. Of several nodes
    /// one has it.
    pub backup_dir: PathBuf,
    /// Backups kept there; older ones are removed after a new one was taken.
    pub backup_keep: u32,
    /// Hour of the day, in China, from which the daily backup is taken.
    pub backup_hour: u32,
    /// Networks whose `X-Forwarded-For` is believed, such as `10.0.0.0/8`. Default: none.
    pub trusted_proxies: Vec<IpNet>,
    /// Networks of the house, such as warehouses and offices: scans from there are answered and counted, but no rule takes them for consumers.
    /// Default: none.
    pub house_addresses: Vec<IpNet>,
    /// Offline table of places by address (`from,to,province,city` in csv); empty: places stay unknown.
    pub place_table: PathBuf,
    /// Codes a producer may order without a second person.
    pub issue_limit: i64,
    /// Spare codes in an order, in thousandths of the goods' codes.
    pub spare_permille: i64,
    /// Completed downloads of an order's codes.
    pub downloads_most: i64,
    /// Codes of an order above which they are handed to a printing house only as a sealed pack.
    pub hand_over_limit: i64,
    /// Days the link of a sealed pack is good for.
    pub hand_over_days: i64,
    /// Chinese font for labels and documents: a TrueType or OpenType file; empty: the first of Debian's that is installed.
    pub font: PathBuf,
    /// Which font of a collection (`.ttc`), counted from 0.
    pub font_index: u32,
    /// Seconds between looks for new checkpoints.
    pub checkpoint_seconds: u64,
    /// Seconds a request may take.
    pub request_seconds: u64,
    /// Let labels be larger than QR version 3 (a host of more than 30 characters).
    pub allow_version_4: bool,
    /// Where notices are posted to, each `channel=https://…` with the channel `sms`, `wechat` or `email`. Default: nowhere.
    pub notice_gateways: Vec<String>,
    /// Bearer token for those gateways.
    pub notice_token: String,
    /// Name of who runs the platform, for pages.
    pub operator: String,
    /// Telephone line to read a code to.
    pub phone: String,
    /// ICP 备案 number.
    pub icp: String,
    /// 公安备案 number.
    pub police_record: String,
    /// What passwords must be: `asvs` (12 characters, hard to guess, no rotation) or `mlps` (等保: three of four classes, 90 days, history, idleness).
    pub password_profile: String,
    /// `required`: staff, and producers who order beyond the limit, must have a second factor; `offered`: whoever wants one.
    pub second_factor: String,
    /// Hex of the 32 bytes that second factors are sealed under; empty: the file `sign_in.key` in `secrets_dir`, made at first start.
    pub sign_in_key: String,
    /// Address of an SMS gateway that codes are sent through by POST; empty: no SMS.
    pub sms_url: String,
    /// What is posted to it, with `{phone}` and `{code}` in it, as JSON or as a form.
    pub sms_template: String,
    /// A header with its secret, `Name: value`.
    pub sms_header: String,
    /// This address was published as one for statutory complaints and reports (投诉、举报); off: only 线索反馈, and a line to 12315.
    pub statutory_channel: bool,
    /// Megabytes that photographs of anonymous feedback may take together; above it words only.
    pub feedback_store_mb: i64,
    /// Hours within which the same feedback is one.
    pub feedback_merge_hours: i64,
    /// Days after its end for which telephone, words and photographs of feedback are kept.
    pub feedback_keep_days: i64,
    /// Demonstration data: the red bar, and no real authority is named.
    pub demo: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            addr: "127.0.0.1:8080".to_owned(),
            database_url: "sqlite:yanzhao.db".to_owned(),
            base_url: "http://127.0.0.1:8080".to_owned(),
            promo_base_url: String::new(),
            secrets_dir: PathBuf::from("secrets"),
            master_key: String::new(),
            checkpoint_file: PathBuf::new(),
            files_dir: PathBuf::from("files"),
            backup_dir: PathBuf::new(),
            backup_keep: 14,
            backup_hour: 3,
            trusted_proxies: Vec::new(),
            house_addresses: Vec::new(),
            place_table: PathBuf::new(),
            issue_limit: 100_000,
            spare_permille: 50,
            downloads_most: 3,
            hand_over_limit: 20_000,
            hand_over_days: 7,
            font: PathBuf::new(),
            font_index: 0,
            checkpoint_seconds: 60,
            request_seconds: 30,
            allow_version_4: false,
            notice_gateways: Vec::new(),
            notice_token: String::new(),
            operator: String::new(),
            phone: String::new(),
            icp: String::new(),
            police_record: String::new(),
            password_profile: "asvs".to_owned(),
            second_factor: "required".to_owned(),
            sign_in_key: String::new(),
            sms_url: String::new(),
            sms_template: r#"{"phone":"{phone}","code":"{code}"}"#.to_owned(),
            sms_header: String::new(),
            statutory_channel: false,
            feedback_store_mb: 2048,
            feedback_merge_hours: 24,
            feedback_keep_days: 365,
            demo: false,
        }
    }
}

/// Names of settings that are shown as `***`.
const SECRETS: [&str; 5] = ["master_key", "database_url", "sign_in_key", "sms_header", "notice_token"];

impl Config {
    /// Puts file, environment and flags together. `flags` holds only what was given.
    ///
    /// # Errors
    /// Which setting is unknown or unfit, and where it came from.
    pub fn load(file: Option<&Path>, environment: impl IntoIterator<Item = (String, String)>, flags: Table) -> Outcome<Self> {
        let mut table = Table::try_from(Self::default()).map_err(Failure::broken)?;
        if let Some(path) = file {
            let text = std::fs::read_to_string(path).map_err(|e| Failure::broken(format!("{}: {e}", path.display())))?;
            table.extend(text.parse::<Table>().map_err(|e| Failure::broken(format!("{}: {e}", path.display())))?);
        }
        let known: Vec<String> = table.keys().cloned().collect();
        for (name, value) in environment {
            let Some(name) = name.strip_prefix("YANZHAO_").map(str::to_lowercase) else { continue };
            let (name, value) = match name.strip_suffix("_file").filter(|n| known.iter().any(|k| k == n)) {
                Some(name) if !known.contains(&format!("{name}_file")) => {
                    let text = std::fs::read_to_string(&value)
                        .map_err(|e| Failure::broken(format!("YANZHAO_{}_FILE: {e}", name.to_uppercase())))?;
                    (name.to_owned(), text.trim_end().to_owned())
                }
                _ => (name, value),
            };
            if known.contains(&name) {
                let like = table.get(&name).cloned();
                table.insert(
                    name.clone(),
                    read_like(like.as_ref(), &value)
                        .ok_or_else(|| Failure::broken(format!("YANZHAO_{}: {value:?} is unfit", name.to_uppercase())))?,
                );
            }
        }
        table.extend(flags);
        let config: Self = table.try_into().map_err(Failure::broken)?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Outcome<()> {
        let register = site("base_url", &self.base_url)?;
        if !self.promo_base_url.is_empty() {
            let promotion = site("promo_base_url", &self.promo_base_url)?;
            if promotion.host_str() == register.host_str() {
                return Err(Failure::broken(format!(
                    "promo_base_url {:?}: its host is the register's; promotion must have a host of its own (食品安全法 73(2)), or leave it empty",
                    self.promo_base_url
                )));
            }
        }
        let choice = |name: &str, value: &str, fits: &[&str]| match fits.contains(&value) {
            true => Ok(()),
            false => Err(Failure::broken(format!("{name} {value:?}: write one of {}", fits.join(", ")))),
        };
        choice("password_profile", &self.password_profile, &["asvs", "mlps"])?;
        choice("second_factor", &self.second_factor, &["required", "offered"])
    }

    /// The host (and port, if any) of the base URL: what people compare with the address bar.
    pub fn domain(&self) -> &str {
        self.base_url.split_once("://").map_or(self.base_url.as_str(), |(_, host)| host)
    }
    /// The host (and port, if any) of the promotion surface, in small letters; none while promotion is off.
    pub fn promo_domain(&self) -> Option<String> {
        self.promo_base_url.split_once("://").map(|(_, host)| host.to_ascii_lowercase())
    }
    /// Does the base URL promise TLS?
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }
    /// The file of kept checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        if self.checkpoint_file.as_os_str().is_empty() { self.secrets_dir.join("checkpoints") } else { self.checkpoint_file.clone() }
    }
    /// The effective settings as TOML, secrets masked.
    pub fn shown(&self) -> String {
        let mut table = Table::try_from(self).unwrap_or_default();
        for name in SECRETS {
            if let Some(Value::String(value)) = table.get_mut(name)
                && !value.is_empty()
                && !value.starts_with("sqlite:")
            {
                "***".clone_into(value);
            }
        }
        toml::to_string(&table).unwrap_or_default()
    }
}

/// A base URL: a scheme and a host, and nothing behind them.
fn site(name: &str, written: &str) -> Outcome<url::Url> {
    let url = url::Url::parse(written).map_err(|e| Failure::broken(format!("{name} {written:?}: {e}")))?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || !plain || written.ends_with('/') {
        return Err(Failure::broken(format!("{name} {written:?}: write https://host without a path or a slash at the end")));
    }
    Ok(url)
}

fn read_like(like: Option<&Value>, text: &str) -> Option<Value> {
    Some(match like {
        Some(Value::Integer(_)) => Value::Integer(text.trim().parse().ok()?),
        Some(Value::Boolean(_)) => Value::Boolean(text.trim().parse().ok()?),
        Some(Value::Array(_)) => {
            Value::Array(text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(|t| Value::String(t.to_owned())).collect())
        }
        _ => Value::String(text.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn file_then_environment_then_flags() {
        let dir = tempfile::tempdir().unwrap();
        let (file, secret) = (dir.path().join("c.toml"), dir.path().join("key"));
        std::fs::write(&file, "base_url = \"https://gi.example.cn\"\nissue_limit = 5\nphone = \"a\"").unwrap();
        std::fs::write(&secret, "00ff\n").unwrap();
        let environment = env(&[
            ("YANZHAO_ISSUE_LIMIT", "7"),
            ("YANZHAO_PHONE", "b"),
            ("YANZHAO_MASTER_KEY_FILE", secret.to_str().unwrap()),
            ("HOME", "/"),
        ]);
        let flags = Table::from_iter([("phone".to_owned(), Value::String("c".to_owned()))]);
        let config = Config::load(Some(&file), environment, flags).unwrap();
        assert_eq!((config.issue_limit, config.phone.as_str(), config.master_key.as_str()), (7, "c", "00ff"));
        assert_eq!(config.domain(), "gi.example.cn");
        assert!(!config.shown().contains("00ff"));
    }

    #[test]
    fn unknown_and_unfit_settings_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("c.toml");
        std::fs::write(&file, "isue_limit = 5").unwrap();
        assert!(Config::load(Some(&file), [], Table::new()).unwrap_err().to_string().contains("isue_limit"));
        let unfit = Config::load(None, env(&[("YANZHAO_ISSUE_LIMIT", "many")]), Table::new()).unwrap_err();
        assert!(unfit.to_string().contains("ISSUE_LIMIT"));
        assert!(Config::load(None, env(&[("YANZHAO_BASE_URL", "https://a.cn/x")]), Table::new()).is_err());
        let promo =
            |url: &str| Config::load(None, env(&[("YANZHAO_BASE_URL", "https://gi.cn"), ("YANZHAO_PROMO_BASE_URL", url)]), Table::new());
        assert_eq!(promo("https://Story.gi.cn").unwrap().promo_domain().as_deref(), Some("story.gi.cn"));
        assert!(promo("").unwrap().promo_domain().is_none(), "off unless it is set");
        assert!(promo("https://GI.cn:8443").unwrap_err().to_string().contains("promotion must have a host of its own"));
        assert!(promo("https://story.gi.cn/x").unwrap_err().to_string().contains("promo_base_url"));
        let profile = Config::load(None, env(&[("YANZHAO_PASSWORD_PROFILE", "strong")]), Table::new()).unwrap_err();
        assert!(profile.to_string().contains("asvs, mlps"));
    }
}
