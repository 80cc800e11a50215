//! Applications and yearly reports as their readers see them: one's own, and what was handed in within a reviewer's reach.

mod annual_figures;
mod annual_report;
mod annual_year;
mod mark_use_application;

pub use annual_figures::{days_of, registered, window, years_asked};
pub use annual_report::{
    AnnualFigure, AnnualPoint, AnnualReportView, AnnualReportsAsked, AnnualStep, annual_report, annual_reports, questions_of,
    waiting_reports,
};
pub use annual_year::{
    AnnualDue, AnnualLine, AnnualYear, CountyFigureView, CountyFiguresAsked, annual_year, county_figures, reports_due, years_of_product,
};
pub use mark_use_application::{
    ApplicationPlot, ApplicationPoint, ApplicationStep, ApplicationView, ApplicationsAsked, application, applications, find_applications,
    land_of, waiting,
};
