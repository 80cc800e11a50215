//! Applications as their readers see them: the applicant its own, reviewers what was handed in within their reach.

mod mark_use_application;

pub use mark_use_application::{
    ApplicationPlot, ApplicationPoint, ApplicationStep, ApplicationView, ApplicationsAsked, application, applications, find_applications,
    land_of, waiting,
};
