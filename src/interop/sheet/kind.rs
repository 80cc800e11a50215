//! What a sheet may hold, and which permission taking it in and giving it out needs.

use crate::identity::role::Permission;

/// What a sheet holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SheetKind {
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
    /// 申领; only given out
    Orders,
    /// 出库; only given out
    Shipments,
    /// 年度账户; only given out
    Accounts,
}

impl SheetKind {
    /// Every kind that is taken in, in the order people need them.
    pub const ALL: [Self; 10] = [
        Self::Organisations,
        Self::Growers,
        Self::Plots,
        Self::Deliveries,
        Self::Batches,
        Self::MarkUses,
        Self::Facilities,
        Self::Tests,
        Self::Sellers,
        Self::Listings,
    ];
    /// Kinds that are only given out: no sheet of theirs is ever read.
    pub const GIVEN: [Self; 3] = [Self::Orders, Self::Shipments, Self::Accounts];
    /// The word stored, sent and typed at the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Organisations => "organisations",
            Self::Growers => "growers",
            Self::Plots => "plots",
            Self::Deliveries => "deliveries",
            Self::Batches => "batches",
            Self::MarkUses => "mark_uses",
            Self::Facilities => "facilities",
            Self::Tests => "tests",
            Self::Sellers => "sellers",
            Self::Listings => "listings",
            Self::Orders => "orders",
            Self::Shipments => "shipments",
            Self::Accounts => "accounts",
        }
    }
    /// Reads the word of a kind that is taken in.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
    /// Reads the word of a kind that is given out.
    pub fn parse_given(word: &str) -> Option<Self> {
        Self::ALL.into_iter().chain(Self::GIVEN).find(|kind| kind.word() == word)
    }
    /// What taking rows of it in needs: the permission of the act itself.
    pub fn writes(self) -> Permission {
        match self {
            Self::Organisations => Permission::OrganisationRegister,
            Self::Growers => Permission::GrowerRegister,
            Self::Plots => Permission::PlotRegister,
            Self::Deliveries => Permission::DeliveryRecord,
            Self::Batches => Permission::BatchRegister,
            Self::MarkUses => Permission::MarkUseRecord,
            Self::Facilities => Permission::FacilityRegister,
            Self::Tests => Permission::TestReport,
            Self::Sellers => Permission::SellerRegister,
            Self::Listings => Permission::ListingRecord,
            Self::Orders => Permission::CodeOrderRequest,
            Self::Shipments => Permission::ShipmentSend,
            Self::Accounts => Permission::SeasonAccountPropose,
        }
    }
    /// What giving rows of it out needs: the permission of reading it.
    pub fn reads(self) -> Permission {
        match self {
            Self::Organisations => Permission::OrganisationRead,
            Self::Growers => Permission::GrowerRead,
            Self::Plots => Permission::PlotRead,
            Self::Deliveries => Permission::DeliveryRead,
            Self::Batches => Permission::BatchRead,
            Self::MarkUses => Permission::MarkUseRead,
            Self::Facilities => Permission::FacilityRead,
            Self::Tests => Permission::TestRead,
            Self::Sellers => Permission::SellerRead,
            Self::Listings => Permission::ListingRead,
            Self::Orders => Permission::CodeOrderRead,
            Self::Shipments => Permission::ShipmentRead,
            Self::Accounts => Permission::SeasonAccountRead,
        }
    }
}
