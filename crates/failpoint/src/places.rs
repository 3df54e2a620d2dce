//! What the environment says of places.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Where it says so.
const VARIABLE: &str = "MLPSWEEP_FAILPOINTS";

/// One of the places, or all whose names begin so, and what happens there.
#[derive(Debug)]
struct Fault {
    place: String,
    action: Action,
    nth: u64,
    n_passed: AtomicU64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Eio,
    Enospc,
    Nan,
    Panic,
    Exit,
    Sleep,
}

/// Passes a place.
///
/// # Errors
/// When the environment says so.
///
/// # Panics
/// When the environment says so, or says what cannot be understood.
pub fn reached(place: &str) -> io::Result<()> {
    static FAULTS: OnceLock<Vec<Fault>> = OnceLock::new();
    let faults = FAULTS.get_or_init(|| parse(&std::env::var(VARIABLE).unwrap_or_default()).expect(VARIABLE));
    faults.iter().filter(|fault| fault.is_here(place)).try_for_each(|fault| fault.strike(place))
}

/// What a text says.
fn parse(text: &str) -> Result<Vec<Fault>, String> {
    let fault = |text: &str| -> Option<Fault> {
        let (place, action) = text.split_once('=')?;
        let (action, n) = action.strip_suffix(')')?.split_once('(')?;
        let action = match action {
            "eio" => Action::Eio,
            "enospc" => Action::Enospc,
            "nan" => Action::Nan,
            "panic" => Action::Panic,
            "exit" => Action::Exit,
            "sleep" => Action::Sleep,
            _ => return None,
        };
        let nth = n.parse().ok().filter(|&n| n > 0)?;
        Some(Fault { place: place.to_owned(), action, nth, n_passed: AtomicU64::new(0) })
    };
    let faults = text.split(';').map(str::trim).filter(|text| !text.is_empty());
    faults.map(|text| fault(text).ok_or_else(|| format!("`{text}` is not place=action(n)"))).collect()
}

impl Fault {
    fn is_here(&self, place: &str) -> bool {
        place.strip_prefix(&*self.place).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// The place is passed once more.
    fn strike(&self, place: &str) -> io::Result<()> {
        if self.n_passed.fetch_add(1, Ordering::SeqCst) + 1 != self.nth {
            return Ok(());
        }
        match self.action {
            Action::Eio => Err(io::Error::from_raw_os_error(5)),
            Action::Enospc => Err(io::Error::from(io::ErrorKind::StorageFull)),
            Action::Nan => Err(io::Error::other("not a number")),
            Action::Panic => panic!("the failpoint {place}"),
            Action::Exit => std::process::exit(99),
            Action::Sleep => {
                std::thread::sleep(Duration::from_hours(1));
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_passing_fails() {
        let faults = parse(" store=eio(2); store.commit=enospc(1) ;").expect("two faults");
        let pass = |place: &str| -> Vec<Option<io::ErrorKind>> {
            let here = faults.iter().filter(|fault| fault.is_here(place));
            here.map(|fault| fault.strike(place).err().map(|error| error.kind())).collect()
        };
        assert_eq!(pass("storehouse"), []);
        assert_eq!(pass("store.insert"), [None]);
        let second = faults[0].strike("store").expect_err("the second");
        assert_eq!(second.raw_os_error(), Some(5));
        assert_eq!(pass("store.commit"), [None, Some(io::ErrorKind::StorageFull)]);
        assert_eq!(pass("store.commit"), [None, None]);
    }

    #[test]
    fn what_cannot_be_understood() {
        for text in ["store", "store=eio", "store=eio(0)", "store=eio(x)", "store=fire(1)"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
