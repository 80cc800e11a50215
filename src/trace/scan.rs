//! A scan, from the code on the label to the facts behind the answer, and what is kept of it.
//!
//! A node holds every issued order in memory ([`Order`]: what never changes once codes are printed) and asks the database for
//! everything that can change: ranges, batches, stops, recalls and the code's own history are read by the scan's own statement, so a
//! stop shows on the very next scan of every node. Scans are recorded in groups: whatever arrived while the last commit ran goes into
//! the next transaction and is answered after it; nothing waits for a timer.
//!
//! ```text
//! code ── locate ──▶ order, seq ──▶ queue ──▶ [ read state · count sessions · decide · keep · append ] ──▶ answer
//!                    (memory)                  one transaction for all that waited
//! ```
//! One visitor within 30 minutes is one session. What can't be recorded is answered all the same, marked so, and is never a first
//! check. Whoever looks without scanning ([`ScanDesk::look`]) counts nowhere.

mod desk;
mod facts;
mod group;
mod history;
mod issued;
mod pins;
mod reading;

pub use desk::{ScanDesk, ScanSettings};
pub use facts::{BatchCertificate, BatchRight, BatchTest, BatchText, Content, Contents, ScanFacts, Scanned, Via};
pub use issued::{Located, Order};
pub use pins::{PinAnswer, PinReply, PinUse};
