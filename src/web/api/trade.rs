//! `/api/v1/sellers`, `/listings`: who sells, and what is on sale where.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::act::{act, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::identity::role::Permission;
use crate::trade::commands::{record_listing, register_seller};
use crate::trade::listing::ListingInput;
use crate::trade::queries::{ListingFilter, ListingView, SellerFilter, SellerView, listing, listings, seller, sellers};
use crate::trade::seller::SellerInput;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/api/v1/sellers", needs(Permission::SellerRead), seller_list).says("Sellers in reach").lists::<SellerView>(),
        Route::post("/api/v1/sellers", needs(Permission::SellerRegister), seller_register)
            .says("Register a seller: an organisation by its credit code, or a farmer by name and place")
            .takes::<SellerInput>()
            .answers::<SellerView>(201),
        Route::get("/api/v1/sellers/{id}", needs(Permission::SellerRead), seller_one).says("One seller").answers::<SellerView>(200),
        Route::get("/api/v1/listings", needs(Permission::ListingRead), listing_list)
            .says("Listings in reach with what they said last")
            .asks(&[("seller_id", "of this seller")])
            .lists::<ListingView>(),
        Route::post("/api/v1/listings", needs(Permission::ListingRecord), listing_record)
            .says("Record what a listing says at one moment; an item seen before is the same listing")
            .takes::<ListingInput>()
            .answers::<ListingView>(201),
        Route::get("/api/v1/listings/{id}", needs(Permission::ListingRead), listing_one).says("One listing").answers::<ListingView>(200),
    ]
}

listed!(seller_list, SellerFilter, SellerView, sellers);
shown!(seller_one, SellerView, seller);
made_by!(seller_register, SellerInput, "sellers", register_seller);
listed!(listing_list, ListingFilter, ListingView, listings);
shown!(listing_one, ListingView, listing);
made_by!(listing_record, ListingInput, "listings", record_listing);
