//! The register: `/api/v1/products`, `rights`, `announcements`, `areas`, `standards`, `divisions` (anybody may read them), `growers`,
//! `plots`, `mark-uses` (within reach). What is made answers its id and what a person should look at; the whole is read by GET.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Asked, Listing, Nothing, Page, Posted};
use super::super::failure::{Refusal, words};
use super::super::route::{Access, Route};
use super::super::words::Lang;
use crate::identity::role::Permission as P;
use crate::kernel::{Day, FieldProblem};
use crate::registry::commands::{
    AnnouncementInput, AreaInput, ArtworkInput, EndInput, GrowerChange, GrowerInput, MarkUseInput, PlotEnd, PlotInput, ProductInput,
    ResumeInput, RightInput, StandardInput, SuspendInput, change_grower, change_product, end_mark_use, end_plot, file_artwork,
    grant_mark_use, record_announcement, record_area, record_right, record_standard, register_grower, register_plot, register_product,
    resume_mark_use, suspend_mark_use,
};
use crate::registry::queries::{
    self, AnnouncementView, AreaView, DivisionView, GrowerView, Listed, MarkUseView, MarkUsesAsked, PlotView, PlotsAsked, ProductView,
    ProductsAsked, RightView, RightsAsked, StandardView,
};

/// Something that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeView {
    /// Its id.
    pub id: String,
    /// What a person should look at although it was taken.
    pub warnings: Vec<WarningView>,
}

/// A doubt that refuses nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarningView {
    /// JSON pointer into what was sent.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// In words.
    pub detail: String,
}

impl MadeView {
    pub(super) fn plain(id: String) -> Self {
        Self { id, warnings: Vec::new() }
    }
    fn with(id: String, warnings: &[FieldProblem], lang: Lang) -> Self {
        let warning =
            |w: &FieldProblem| WarningView { pointer: w.pointer.clone(), code: w.code.to_owned(), detail: words(lang, w.code, &w.params) };
        Self { id, warnings: warnings.iter().map(warning).collect() }
    }
}

pub(super) fn routes() -> Vec<Route> {
    [facts(), people()].into_iter().flatten().collect()
}

fn facts() -> Vec<Route> {
    let (public, product, right) = (Access::Public, Access::Needs(P::ProductRegister), Access::Needs(P::RightRecord));
    let products: &[_] = &[
        ("q", "Chinese of 2 characters, pinyin, initials"),
        ("county", "division code"),
        ("class", "class of GB/T 43583"),
        ("status", "of a right"),
        ("as_of", "YYYY-MM-DD"),
    ];
    let rights: &[_] =
        &[("product_id", "product"), ("route", "route"), ("status", "status"), ("holder_id", "holder"), ("as_of", "YYYY-MM-DD")];
    vec![
        Route::get("/api/v1/products", public, product_list).says("Products").asks(products).lists::<ProductView>(),
        Route::post("/api/v1/products", product, product_register)
            .says("Register a product")
            .takes::<ProductInput>()
            .answers::<MadeView>(201),
        Route::get("/api/v1/products/{id}", public, product_one)
            .says("One product, by id or slug")
            .asks(&[("as_of", "YYYY-MM-DD")])
            .answers::<ProductView>(200),
        Route::put("/api/v1/products/{id}", product, product_change)
            .says("Change a product")
            .takes::<ProductInput>()
            .answers::<MadeView>(200),
        Route::get("/api/v1/rights", public, right_list).says("Rights").asks(rights).lists::<RightView>(),
        Route::post("/api/v1/rights", right, right_record).says("Record a right").takes::<RightInput>().answers::<MadeView>(201),
        Route::get("/api/v1/rights/{id}", public, right_one).says("One right").asks(&[("as_of", "YYYY-MM-DD")]).answers::<RightView>(200),
        Route::get("/api/v1/announcements", public, announcement_list).says("Announcements").lists::<AnnouncementView>(),
        Route::post("/api/v1/announcements", right, announcement_record)
            .says("Record an announcement")
            .takes::<AnnouncementInput>()
            .answers::<MadeView>(201),
        Route::get("/api/v1/announcements/{id}", public, announcement_one).says("One announcement").answers::<AnnouncementView>(200),
        Route::get("/api/v1/areas", public, area_list).says("Protected areas").asks(&[("right_id", "right")]).lists::<AreaView>(),
        Route::post("/api/v1/areas", right, area_record).says("Record the area of a right").takes::<AreaInput>().answers::<MadeView>(201),
        Route::get("/api/v1/areas/{id}", public, area_one).says("One area with its boundary").answers::<AreaView>(200),
        Route::get("/api/v1/standards", public, standard_list).says("Standards").asks(&[("product_id", "product")]).lists::<StandardView>(),
        Route::post("/api/v1/standards", right, standard_record)
            .says("Record a standard")
            .takes::<StandardInput>()
            .answers::<MadeView>(201),
        Route::get("/api/v1/divisions", public, division_list)
            .says("Divisions, abolished ones too")
            .asks(&[("parent", "code"), ("q", "words")])
            .lists::<DivisionView>(),
    ]
}

fn people() -> Vec<Route> {
    let needs = Access::Needs;
    let mark = needs(P::MarkUseRecord);
    let of_plot: &[_] = &[("holder_id", "grower or producer"), ("product_id", "product"), ("as_of", "YYYY-MM-DD")];
    let of_use: &[_] = &[("organisation_id", "user"), ("right_id", "right"), ("product_id", "product"), ("as_of", "YYYY-MM-DD")];
    vec![
        Route::get("/api/v1/growers", needs(P::GrowerRead), grower_list)
            .says("Growers in reach")
            .asks(&[("organisation_id", "of this organisation")])
            .lists::<GrowerView>(),
        Route::post("/api/v1/growers", needs(P::GrowerRegister), grower_register)
            .says("Register a grower")
            .takes::<GrowerInput>()
            .answers::<MadeView>(201),
        Route::get("/api/v1/growers/{id}", needs(P::GrowerRead), grower_one).says("One grower").answers::<GrowerView>(200),
        Route::post("/api/v1/growers/{id}/change", needs(P::GrowerRegister), grower_change)
            .says("Correct place, household number or phone of a grower")
            .takes::<GrowerChange>()
            .answers::<MadeView>(200),
        Route::get("/api/v1/plots", needs(P::PlotRead), plot_list).says("Plots in reach").asks(of_plot).lists::<PlotView>(),
        Route::post("/api/v1/plots", needs(P::PlotRegister), plot_register)
            .says("Register a plot")
            .takes::<PlotInput>()
            .answers::<MadeView>(201),
        Route::get("/api/v1/plots/{id}", needs(P::PlotRead), plot_one).says("One plot").answers::<PlotView>(200),
        Route::post("/api/v1/plots/{id}/end", needs(P::PlotRegister), plot_end)
            .says("End a plot after a day")
            .takes::<PlotEnd>()
            .answers::<MadeView>(200),
        Route::get("/api/v1/mark-uses", needs(P::MarkUseRead), mark_use_list)
            .says("Mark uses in reach")
            .asks(of_use)
            .lists::<MarkUseView>(),
        Route::post("/api/v1/mark-uses", mark, mark_use_grant)
            .says("Record leave to use the mark of a right")
            .takes::<MarkUseInput>()
            .answers::<MadeView>(201),
        Route::get("/api/v1/mark-uses/{id}", needs(P::MarkUseRead), mark_use_one).says("One mark use").answers::<MarkUseView>(200),
        Route::post("/api/v1/mark-uses/{id}/suspend", mark, mark_use_suspend)
            .says("Suspend")
            .takes::<SuspendInput>()
            .answers::<MadeView>(200),
        Route::post("/api/v1/mark-uses/{id}/resume", mark, mark_use_resume)
            .says("End a suspension")
            .takes::<ResumeInput>()
            .answers::<MadeView>(200),
        Route::post("/api/v1/mark-uses/{id}/artwork", mark, mark_use_artwork)
            .says("The artwork of the special mark was filed")
            .takes::<ArtworkInput>()
            .answers::<MadeView>(200),
        Route::post("/api/v1/mark-uses/{id}/end", mark, mark_use_end).says("End a mark use").takes::<EndInput>().answers::<MadeView>(200),
    ]
}

type Many<T> = Result<Json<Page<T>>, Refusal>;
type One<T> = Result<Json<T>, Refusal>;

fn page<T>(listed: Listed<T>) -> Json<Page<T>> {
    Json(Page { items: listed.items, next_cursor: listed.next_cursor })
}

#[derive(Debug, Default, Deserialize)]
struct AsOf {
    as_of: Option<Day>,
}
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfRight {
    right_id: Option<String>,
}
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfProduct {
    product_id: Option<String>,
}
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfOrganisation {
    organisation_id: Option<String>,
}
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfParent {
    parent: Option<String>,
    q: Option<String>,
}

async fn product_list(State(app): State<App>, l: Listing<ProductsAsked>) -> Many<ProductView> {
    Ok(page(queries::products(&app.db, &l.filter, app.clock.today(), l.cursor.as_deref(), l.limit).await?))
}
async fn product_one(State(app): State<App>, Path(id): Path<String>, Asked(asked): Asked<AsOf>) -> One<ProductView> {
    Ok(Json(queries::product(&app.db, &id, asked.as_of, app.clock.today()).await?))
}
async fn right_list(State(app): State<App>, l: Listing<RightsAsked>) -> Many<RightView> {
    Ok(page(queries::rights(&app.db, &l.filter, app.clock.today(), l.cursor.as_deref(), l.limit).await?))
}
async fn right_one(State(app): State<App>, Path(id): Path<String>, Asked(asked): Asked<AsOf>) -> One<RightView> {
    Ok(Json(queries::right(&app.db, &id, asked.as_of.unwrap_or_else(|| app.clock.today())).await?))
}
async fn announcement_list(State(app): State<App>, l: Listing<Nothing>) -> Many<AnnouncementView> {
    Ok(page(queries::announcements(&app.db, None, None, l.cursor.as_deref(), l.limit).await?))
}
async fn announcement_one(State(app): State<App>, Path(id): Path<String>) -> One<AnnouncementView> {
    Ok(Json(queries::announcement(&app.db, &id).await?))
}
async fn area_list(State(app): State<App>, l: Listing<OfRight>) -> Many<AreaView> {
    Ok(page(queries::areas(&app.db, l.filter.right_id.as_deref(), l.cursor.as_deref(), l.limit).await?))
}
async fn area_one(State(app): State<App>, Path(id): Path<String>) -> One<AreaView> {
    Ok(Json(queries::area(&app.db, &id).await?))
}
async fn standard_list(State(app): State<App>, l: Listing<OfProduct>) -> Many<StandardView> {
    Ok(page(queries::standards(&app.db, l.filter.product_id.as_deref(), l.cursor.as_deref(), l.limit).await?))
}
async fn division_list(State(app): State<App>, l: Listing<OfParent>) -> Many<DivisionView> {
    Ok(page(queries::divisions(&app.db, l.filter.parent.as_deref(), l.filter.q.as_deref(), l.cursor.as_deref(), l.limit).await?))
}
async fn grower_list(State(app): State<App>, By(actor): By, l: Listing<OfOrganisation>) -> Many<GrowerView> {
    Ok(page(queries::growers(&app.db, &actor, l.filter.organisation_id.as_deref(), l.cursor.as_deref(), l.limit).await?))
}
async fn plot_list(State(app): State<App>, By(actor): By, l: Listing<PlotsAsked>) -> Many<PlotView> {
    Ok(page(queries::plots(&app.db, &actor, &l.filter, l.cursor.as_deref(), l.limit).await?))
}
async fn mark_use_list(State(app): State<App>, By(actor): By, l: Listing<MarkUsesAsked>) -> Many<MarkUseView> {
    Ok(page(queries::mark_uses(&app.db, &actor, &l.filter, app.clock.today(), l.cursor.as_deref(), l.limit).await?))
}
async fn grower_one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> One<GrowerView> {
    Ok(Json(queries::grower(&app.db, &actor, &id).await?))
}
async fn plot_one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> One<PlotView> {
    Ok(Json(queries::plot(&app.db, &actor, &id).await?))
}
async fn mark_use_one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> One<MarkUseView> {
    Ok(Json(queries::mark_use(&app.db, &actor, &id, app.clock.today()).await?))
}

/// Something new of the register; `$row` reads the id out of what the command answers.
macro_rules! registers {
    ($handler:ident, $input:ty, $noun:literal, $command:ident $(, $demo:literal)?) => {
        async fn $handler(State(app): State<App>, posted: Posted<$input>) -> Result<Response, Refusal> {
            act(&app, posted, |tx, desk, input| made($noun, async move { Ok(MadeView::plain($command(tx, &desk, &input $(, $demo)?).await?.id)) })).await
        }
    };
}
registers!(product_register, ProductInput, "products", register_product, false);
registers!(right_record, RightInput, "rights", record_right, false);
registers!(announcement_record, AnnouncementInput, "announcements", record_announcement);
registers!(area_record, AreaInput, "areas", record_area);
registers!(standard_record, StandardInput, "standards", record_standard, false);
registers!(grower_register, GrowerInput, "growers", register_grower);
registers!(mark_use_grant, MarkUseInput, "mark-uses", grant_mark_use, false);

async fn plot_register(State(app): State<App>, posted: Posted<PlotInput>) -> Result<Response, Refusal> {
    let lang = posted.lang;
    act(&app, posted, move |tx, desk, input| {
        made("plots", async move {
            let plot = register_plot(tx, &desk, &input).await?;
            Ok(MadeView::with(plot.row.id, &plot.warnings, lang))
        })
    })
    .await
}

/// A change of something of the register.
macro_rules! changes {
    ($handler:ident, $input:ty, $command:ident) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<$input>) -> Result<Response, Refusal> {
            act(&app, posted, move |tx, desk, input| {
                let id = id.clone();
                changed(async move { Ok(MadeView::plain($command(tx, &desk, &id, &input).await?.id)) })
            })
            .await
        }
    };
}
changes!(product_change, ProductInput, change_product);
changes!(grower_change, GrowerChange, change_grower);
changes!(plot_end, PlotEnd, end_plot);
changes!(mark_use_suspend, SuspendInput, suspend_mark_use);
changes!(mark_use_resume, ResumeInput, resume_mark_use);
changes!(mark_use_end, EndInput, end_mark_use);
changes!(mark_use_artwork, ArtworkInput, file_artwork);
