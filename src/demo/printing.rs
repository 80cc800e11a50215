//! The demonstration's printing house, registered by its office.

use serde_json::json;

use super::goods::Workshop;
use crate::identity::role::Permission;
use crate::kernel::{Failure, Outcome};
use crate::registry::commands::register_printing_house;
use crate::registry::queries::printing_houses;

impl Workshop<'_> {
    /// Registers the printing house, if none is.
    pub(super) async fn printing_house(&self) -> Outcome<()> {
        if !printing_houses(self.db, self.clock.today()).await?.is_empty() {
            return Ok(());
        }
        let printer = self.actor("printer", Permission::PrintJobRead).await?.organisation_id.ok_or_else(Failure::not_found)?;
        let given = json!({ "organisation_id": printer, "contact": "演示联系人", "note": "演示：印刷经营许可证" });
        self.act("office", Permission::PrintingHouseRegister, given, |tx, desk, i| {
            Box::pin(async move { register_printing_house(tx, &desk, &i).await.map(|_| ()) })
        })
        .await
    }
}
