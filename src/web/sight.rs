//! What somebody signed in may see of the line of one batch beside the batches: each part by the permission it has of its own, as far as
//! that one reaches.

use super::app::App;
use crate::identity::queries::SignedIn;
use crate::identity::role::Permission as P;
use crate::trace::queries::batch::is_reached;
use crate::trace::queries::genealogy::Sight;

/// The sight of `who` on the batch.
pub(super) async fn sight(app: &App, who: &SignedIn, batch_id: &str) -> Sight {
    let sees = async |permission| match who.acting(permission) {
        Some(actor) => is_reached(&app.db, &actor, batch_id).await,
        None => false,
    };
    Sight {
        growers: sees(P::GrowerRead).await,
        plots: sees(P::PlotRead).await,
        reports: sees(P::TestRead).await,
        certificates: sees(P::CertificateRead).await,
        codes: sees(P::CodeOrderRead).await,
        shipments: sees(P::ShipmentRead).await,
    }
}
