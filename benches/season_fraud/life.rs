//! Who opens the address on a pack, from the packing line to the friend of a friend. Honest and copied packs live alike: what differs is
//! how many packs carry one label.

use super::people::{CRAWLER, Chance};
use super::plan::{Device, LAST, Plan, Scan};

/// A label.
#[derive(Debug, Clone, Copy)]
pub struct Tag {
    pub roll: usize,
    pub seq: u32,
}

/// Writes scans down.
pub struct Life<'a> {
    pub plan: &'a mut Plan,
    pub chance: &'a mut Chance,
}

/// The minute of a day, given as a number with a fraction that is not used.
fn on(day: f64, minute: u32) -> u32 {
    (day.max(0.0) as u32) * 1440 + minute
}

impl Life<'_> {
    fn open(&mut self, minute: u32, tag: Tag, place: u8, device: Device) {
        if minute < (LAST + 1) * 1440 {
            let roll = u32::try_from(tag.roll).unwrap_or(u32::MAX);
            self.plan.scans.push(Scan { minute, roll, seq: tag.seq, place, device });
        }
    }

    /// One person looks, mostly more than once: the page is closed and the camera held up again.
    pub fn look(&mut self, tag: Tag, minute: u32, city: usize, device: Device) {
        let place = self.chance.seems(city);
        let mut at = minute;
        for _ in 0..=self.chance.again(0.6, 9) {
            self.open(at, tag, place, device);
            at += self.chance.count(0, 4);
        }
        // The app with which the pack was scanned has its server look as well; chats send their machines.
        if self.chance.yes(0.006) {
            let (place, server) = self.chance.app();
            self.open(minute + 1, tag, place, server);
        }
        if self.chance.yes(0.01) {
            self.open(minute + 1, tag, place, Device { agent: CRAWLER, ..device });
        }
    }

    fn someone(&mut self, tag: Tag, day: f64, city: usize) {
        let (minute, device) = (self.chance.minute(), self.chance.device(city));
        self.look(tag, on(day, minute), city, device);
    }

    /// Somebody bought the pack on this day and lives in this city.
    pub fn buyer(&mut self, tag: Tag, day: f64, city: usize) {
        match self.chance.index(1000) {
            // Never looked at.
            0..380 => return,
            // Once.
            380..740 => self.someone(tag, day, city),
            // The family, one after the other.
            740..880 => {
                let minute = self.chance.minute();
                for _ in 0..self.chance.count(2, 5) {
                    let (later, device) = (self.chance.count(0, 90), self.chance.device(city));
                    self.look(tag, on(day, minute + later), city, device);
                }
            }
            // Given away; perhaps looked at before, and by those who got it, weeks later and far off.
            880..960 => {
                if self.chance.yes(0.6) {
                    self.someone(tag, day, city);
                }
                let (there, after) = (self.chance.city(), self.chance.real(2.0, 45.0));
                for _ in 0..self.chance.count(1, 3) {
                    let later = self.chance.real(0.0, 3.0);
                    self.someone(tag, day + after + later, there);
                }
            }
            // On the table of an office, a canteen, a wedding: one after another for some days, behind one address.
            960..976 => {
                let device = self.chance.device(city);
                for _ in 0..self.chance.count(5, 38) {
                    let (later, minute, agent) = (self.chance.real(0.0, 3.0), self.chance.minute(), self.chance.device(city).agent);
                    let own = if self.chance.yes(0.7) { Device { agent, ..device } } else { self.chance.device(city) };
                    self.look(tag, on(day + later, minute), city, own);
                }
            }
            // A photograph of the label goes through chats: people of several cities within two days.
            976..982 => {
                let cities: Vec<usize> = (0..self.chance.count(2, 8)).map(|_| self.chance.city()).collect();
                for _ in 0..self.chance.count(4, 26) {
                    let (which, later) = (self.chance.index(cities.len()), self.chance.wait(0.7));
                    self.someone(tag, day + later, cities[which]);
                }
            }
            // Kept for weeks; somebody travels with it.
            982..990 => {
                for _ in 0..self.chance.count(2, 4) {
                    let (later, there) = (self.chance.real(0.0, 30.0), self.chance.city());
                    self.someone(tag, day + later, there);
                }
            }
            // Looked at whenever a pear is taken out of the box.
            _ => {
                let device = self.chance.device(city);
                for _ in 0..self.chance.count(2, 7) {
                    let (later, minute) = (self.chance.real(0.0, 20.0), self.chance.minute());
                    self.look(tag, on(day + later, minute), city, device);
                }
            }
        }
        if self.chance.yes(0.08) {
            let later = self.chance.real(1.0, 20.0);
            self.someone(tag, day + later, city);
        }
    }

    /// A host holds a real pack before the camera: hundreds look within an hour, from everywhere.
    pub fn shown_on_air(&mut self, tag: Tag, day: f64) {
        for _ in 0..self.chance.count(120, 600) {
            let (city, later) = (self.chance.city(), self.chance.wait(25.0));
            let device = self.chance.device(city);
            self.look(tag, on(day, 20 * 60 + (later as u32).min(200)), city, device);
        }
    }

    /// Staff with one device go through packs, a few seconds each.
    pub fn staff(&mut self, roll: usize, seqs: impl Iterator<Item = u32>, day: f64, (city, device): (usize, Device), share: f64) {
        let begin = self.chance.count(8 * 60, 15 * 60);
        let place = u8::try_from(city).unwrap_or(0);
        for (n, seq) in seqs.enumerate() {
            if self.chance.yes(share) {
                self.open(on(day, begin) + u32::try_from(n / 6).unwrap_or(0), Tag { roll, seq }, place, device);
            }
        }
    }

    /// A poster, a slip or a shelf card: opened by whoever passes, most on some days.
    pub fn poster(&mut self, roll: usize, seq: u32, from: f64, days: f64, openings: u32) {
        let mut busy = from;
        for _ in 0..openings {
            if self.chance.yes(0.004) {
                busy = from + self.chance.real(0.0, days);
            }
            let day = if self.chance.yes(0.4) { busy } else { from + self.chance.real(0.0, days) };
            let (city, minute) = (self.chance.city(), self.chance.minute());
            let (place, device) = (self.chance.seems(city), self.chance.device(city));
            self.open(on(day, minute), Tag { roll, seq }, place, device);
        }
    }
}
