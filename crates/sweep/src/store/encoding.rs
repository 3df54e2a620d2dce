//! Numbers as bytes.

use crate::record::CurvePoint;

/// Little-endian f64s, one after the other.
pub(super) fn number_bytes(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

pub(super) fn numbers(bytes: &[u8]) -> Vec<f64> {
    let number = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    bytes.chunks_exact(8).map(number).collect()
}

/// The rate and the losses of an epoch; gradient norms come after them.
const FIXED_NUMBERS: usize = 4;

pub(super) fn curve_bytes(curve: &[CurvePoint]) -> Vec<u8> {
    let Some(first) = curve.first() else { return Vec::new() };
    let n_numbers = FIXED_NUMBERS + first.gradient_norms.len();
    let mut bytes = Vec::with_capacity(4 + 8 * n_numbers * curve.len());
    bytes.extend((n_numbers as u32).to_le_bytes());
    for point in curve {
        let [rate, watched] =
            [point.learning_rate, point.validation_loss].map(|number| number.unwrap_or(f64::NAN));
        for number in [rate, point.train_loss, point.penalty, watched] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(point.gradient_norms.iter().flat_map(|norm| norm.to_le_bytes()));
    }
    bytes
}

/// `None` for bytes that are no whole epochs.
pub(super) fn curve_points(bytes: &[u8]) -> Option<Vec<CurvePoint>> {
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    let (&count, bytes) = bytes.split_first_chunk()?;
    let n_numbers = u32::from_le_bytes(count) as usize;
    if n_numbers < FIXED_NUMBERS || !bytes.len().is_multiple_of(8 * n_numbers) {
        return None;
    }
    let number = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    let epochs = bytes.chunks_exact(8 * n_numbers).map(|epoch| CurvePoint {
        learning_rate: Some(number(&epoch[..8])).filter(|rate| !rate.is_nan()),
        train_loss: number(&epoch[8..16]),
        penalty: number(&epoch[16..24]),
        validation_loss: Some(number(&epoch[24..32])).filter(|loss| !loss.is_nan()),
        gradient_norms: epoch[32..].chunks_exact(8).map(number).collect(),
    });
    Some(epochs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_whole_epochs() {
        let bytes = |count: &[u8], n_zeros: usize| [count, &vec![0; n_zeros]].concat();
        // An epoch cut short, a count that does not divide, one too small for the losses, none at all, bytes left over.
        for wrong in [
            bytes(&[], 32),
            bytes(&[5, 0, 0, 0], 48),
            bytes(&[3, 0, 0, 0], 24),
            bytes(&[], 36),
            bytes(&[], 1),
        ] {
            assert_eq!(curve_points(&wrong), None, "{wrong:?}");
        }
        assert_eq!(curve_points(&bytes(&[4, 0, 0, 0], 64)).map(|curve| curve.len()), Some(2));
        assert_eq!(curve_points(&[]), Some(Vec::new()));
    }
}
