//! A cell of a table as a number: the nearest `f64` to what is written.
//!
//! ```text
//! number   = [sign] (digits ["." [digits]] | "." digits) [("e" | "E") [sign] digits]
//! ```
//!
//! with blanks around it allowed. Most cells are short: digits with a point among them. Those are
//!
//! ```text
//! value = ± w / 10^k        w < 10¹⁹ the digits, k ≤ 19 of them behind the point
//! ```
//!
//! Where w ≤ 2⁵³, both are exact in `f64` and one division, correctly rounded, gives the correctly rounded result
//! (Clinger 1990); where k = 0 the conversion of w rounds correctly by itself. Else w is multiplied by an integer approximation of 10^−k, as Eisel and Lemire do (Lemire 2021),
//! and the result stands if every number within the error rounds to it. All other cells, and the one in a thousand
//! too close to call, go through the standard library, which rounds correctly too.

/// Why a cell is not a finite number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotANumber {
    /// Nothing is there, or one of the usual words for nothing: `NA`, `N/A`, `NaN`, `null`, `?`.
    Missing,
    /// `inf`, `-Infinity` …
    Infinite,
    /// Digits, but of a number that `f64` cannot hold, such as `1e400`.
    OutOfRange,
    /// Something else.
    Text,
}

/// The number a whole cell holds.
pub(crate) fn parse(cell: &str) -> Result<f64, NotANumber> {
    if let Some((value, length)) = leading_decimal(cell.as_bytes())
        && length == cell.len()
    {
        return Ok(value);
    }
    let trimmed = cell.trim_ascii();
    match trimmed.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ if is_missing(trimmed) => Err(NotANumber::Missing),
        Ok(_) if trimmed.contains(|c: char| c.is_ascii_digit()) => Err(NotANumber::OutOfRange),
        // `-nan` is neither infinite nor among the words for nothing, but nobody means a class by it.
        Ok(value) if value.is_nan() => Err(NotANumber::Missing),
        Ok(_) => Err(NotANumber::Infinite),
        Err(_) => Err(NotANumber::Text),
    }
}

/// Nothing, or one of the usual words for nothing, in any case.
fn is_missing(trimmed: &str) -> bool {
    trimmed.is_empty()
        || ["NA", "N/A", "NaN", "null", "?"].iter().any(|word| word.eq_ignore_ascii_case(trimmed))
}

/// The most digits whose number always fits in 64 bits.
const MOST_DIGITS: usize = 19;

/// The short decimal at the start of `bytes` and how many bytes it takes; `None` when there is none, or it is too
/// long. What follows is the caller's to judge: `1e5` gives 1 and a length of 1.
#[inline]
pub(crate) fn leading_decimal(bytes: &[u8]) -> Option<(f64, usize)> {
    let negative = bytes.first() == Some(&b'-');
    let start = usize::from(negative);
    let mut digits = 0_u64;
    let mut at = start;
    while let Some(digit) = digit_at(bytes, at) {
        digits = digits.wrapping_mul(10).wrapping_add(digit);
        at += 1;
    }
    let n_whole = at - start;
    if n_whole > MOST_DIGITS {
        return None;
    }
    let mut decimals = 0;
    if bytes.get(at) == Some(&b'.') {
        let point = at;
        at += 1;
        while let Some((eight, n_digits)) = up_to_eight_digits(bytes, at) {
            digits = digits.wrapping_mul(POWERS_OF_TEN[n_digits]).wrapping_add(eight);
            at += n_digits;
            if n_digits < 8 {
                break;
            }
        }
        while let Some(digit) = digit_at(bytes, at) {
            digits = digits.wrapping_mul(10).wrapping_add(digit);
            at += 1;
        }
        decimals = at - point - 1;
    }
    let n_digits = n_whole + decimals;
    if n_digits == 0 || decimals > MOST_DIGITS {
        return None;
    }
    // Zeros before the point, as in 0.25, take no room.
    if n_digits > MOST_DIGITS && bytes[start..start + n_whole].iter().any(|&digit| digit != b'0') {
        return None;
    }
    let magnitude = if digits <= 1 << 53 {
        // Signed integers become floats in one instruction, unsigned ones in many.
        digits.cast_signed() as f64 / EXACT_POWERS_OF_TEN[decimals]
    } else if decimals == 0 {
        digits as f64
    } else {
        divided_by_power_of_ten(digits, decimals)?
    };
    // Signs come as they like: no branch on them, here or above.
    Some((f64::from_bits(magnitude.to_bits() | u64::from(negative) << 63), at))
}

#[inline]
fn digit_at(bytes: &[u8], at: usize) -> Option<u64> {
    let digit = bytes.get(at)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

/// The number that up to eight digits at `at` make, and how many they are, all at once: a byte a digit in one
/// 64-bit word, first digit lowest. `None` near the end of `bytes`.
#[inline]
fn up_to_eight_digits(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let word = u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().expect("eight bytes"));
    let values = word ^ 0x3030_3030_3030_3030;
    // The high bit of a byte is set where the value is above 9; bytes above the first such may be wrong.
    let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
    let n_digits = others.trailing_zeros() as usize / 8;
    if n_digits == 0 {
        return Some((0, 0));
    }
    // Zeros in front instead of what follows, then neighbours joined: pairs, fours, eight.
    let digits = values << (64 - 8 * n_digits);
    let pairs = (digits.wrapping_mul(10) + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100) + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let eight = (fours.wrapping_mul(10_000) + (fours >> 32)) & 0xffff_ffff;
    Some((eight, n_digits))
}

/// The `f64` nearest to `digits / 10^decimals`, unless it is too close to call. Both are above 0.
///
/// With n = digits · 2^z, z such that its highest bit is set, and r = ⌊2^s / 5^k⌋ of 64 bits, which is never exact:
///
/// ```text
/// n · r < n · 2^s / 5^k < n · r + 2⁶⁴
/// ```
///
/// So the true quotient, scaled by a power of two, lies between the 64 high bits of n · r and that number plus 2, both
/// excluded. If both ends round alike, that is the answer.
fn divided_by_power_of_ten(digits: u64, decimals: usize) -> Option<f64> {
    let Reciprocal { bits, shift } = RECIPROCALS_OF_FIVE[decimals];
    let zeros = digits.leading_zeros();
    let product = u128::from(digits << zeros) * u128::from(bits);
    let low = (product >> 64) as u64;
    // No overflow here or below: r is under 0.93 · 2⁶⁴ for every k of the table.
    let high = low + 2;
    // The bits of `low` below the 53 of the result. Rounding a half up is right for the quotient is above `low`, and
    // a quotient that is itself a half has its ends on either side.
    let drop = 64 - low.leading_zeros() - 53;
    let half = 1_u64 << (drop - 1);
    let (down, up) = ((low + half) >> drop, (high + half) >> drop);
    if down != up || low.leading_zeros() != high.leading_zeros() {
        return None;
    }
    // The quotient is product · 2^−(zeros + shift + k), and `down` is product · 2^−(64 + drop).
    // The exponent lies within ±64, so that the biased one is that of a normal number.
    let biased = 1023 + 64 + drop - zeros - shift - decimals as u32;
    let scale = f64::from_bits(u64::from(biased) << 52);
    Some(down.cast_signed() as f64 * scale)
}

/// `bits = ⌊2^shift / 5^k⌋`, from 2⁶³ to 2⁶⁴.
#[derive(Clone, Copy)]
struct Reciprocal {
    bits: u64,
    shift: u32,
}

const RECIPROCALS_OF_FIVE: [Reciprocal; MOST_DIGITS + 1] = {
    let mut table = [Reciprocal { bits: 1 << 63, shift: 63 }; MOST_DIGITS + 1];
    let mut power = 1_u128;
    let mut decimals = 1;
    while decimals <= MOST_DIGITS {
        power *= 5;
        // 2^n is the first power of two above 5^k, so that 2^(63 + n) / 5^k lies between 2⁶³ and 2⁶⁴.
        let shift = 63 + (128 - power.leading_zeros());
        table[decimals] = Reciprocal { bits: ((1_u128 << shift) / power) as u64, shift };
        decimals += 1;
    }
    table
};

const POWERS_OF_TEN: [u64; MOST_DIGITS + 1] = {
    let mut powers = [1; MOST_DIGITS + 1];
    let mut exponent = 1;
    while exponent <= MOST_DIGITS {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// The same in `f64`, which holds powers of ten exactly up to 10²².
const EXACT_POWERS_OF_TEN: [f64; MOST_DIGITS + 1] = {
    let mut powers = [1.0; MOST_DIGITS + 1];
    let mut exponent = 1;
    while exponent <= MOST_DIGITS {
        powers[exponent] = POWERS_OF_TEN[exponent] as f64;
        exponent += 1;
    }
    powers
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(cell: &str, expected: Result<f64, NotANumber>) {
        let found = parse(cell);
        assert_eq!(found.map(f64::to_bits), expected.map(f64::to_bits), "`{cell}` is {found:?}");
    }

    #[test]
    fn numbers() {
        check("0", Ok(0.0));
        check("-0", Ok(-0.0));
        check("12", Ok(12.0));
        check("+12", Ok(12.0));
        check("-1.50", Ok(-1.5));
        check(".5", Ok(0.5));
        check("5.", Ok(5.0));
        check(" 5.1\t", Ok(5.1));
        check("1e5", Ok(1e5));
        check("1E-5", Ok(1e-5));
        check("9007199254740993", Ok(9_007_199_254_740_992.0));
        check("0.1234567890123456789", Ok(0.123_456_789_012_345_68));
        check("00000000000000000000000000000001", Ok(1.0));
        check("1e-400", Ok(0.0));
    }

    #[test]
    fn what_is_not_a_number() {
        for cell in ["", " ", "NA", "n/a", "NaN", "nan", "NULL", "?", "-nan"] {
            check(cell, Err(NotANumber::Missing));
        }
        for cell in ["inf", "-inf", "Infinity", "+INF"] {
            check(cell, Err(NotANumber::Infinite));
        }
        for cell in ["1e400", "-1e999"] {
            check(cell, Err(NotANumber::OutOfRange));
        }
        for cell in ["abc", "-", ".", "1.2.3", "1,5", "1_000", "0x10", "12 34", "1e", "5%", "e5", "--1", "１"]
        {
            check(cell, Err(NotANumber::Text));
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(cell in "-?[0-9]{0,20}(\\.[0-9]{0,20})?(e-?[0-9]{1,2})?") {
            let expected = cell.parse::<f64>().ok().map(f64::to_bits);
            prop_assert_eq!(parse(&cell).ok().map(f64::to_bits), expected);
        }

        /// Bytes behind the number take part in the arithmetic on eight at a time, and must not in the result.
        #[test]
        fn what_follows_changes_nothing(cell in "-?[0-9]{1,3}(\\.[0-9]{0,17})?", rest in "[^0-9.]\\PC{0,12}") {
            let expected = cell.parse::<f64>().ok().map(|value| (value.to_bits(), cell.len()));
            let found = leading_decimal(format!("{cell}{rest}").as_bytes());
            prop_assert_eq!(found.map(|(value, length)| (value.to_bits(), length)), expected.filter(|_| found.is_some()));
        }

        #[test]
        fn division_rounds_correctly(digits in (1_u64 << 53)..10_000_000_000_000_000_000, decimals in 1..=MOST_DIGITS) {
            let expected: f64 = format!("{digits}e-{decimals}").parse().expect("a number");
            if let Some(quotient) = divided_by_power_of_ten(digits, decimals) {
                prop_assert_eq!(quotient.to_bits(), expected.to_bits());
            }
        }

        /// The hard ones: halfway between two neighbours, and one off.
        #[test]
        fn halves_round_correctly(value in 1e-3..1e15, off in -2_i64..=2) {
            let half = format!("{:.19}", f64::midpoint(value, value.next_up()));
            let digits: String = half.chars().filter(char::is_ascii_digit).take(MOST_DIGITS).collect();
            let digits = digits.parse::<u64>().expect("19 digits").saturating_add_signed(off);
            for decimals in 1..=MOST_DIGITS {
                let expected: f64 = format!("{digits}e-{decimals}").parse().expect("a number");
                let found = (digits > 0).then(|| divided_by_power_of_ten(digits, decimals)).flatten();
                prop_assert!(found.is_none_or(|found| found.to_bits() == expected.to_bits()), "{}e-{}", digits, decimals);
            }
        }

        #[test]
        fn reads_back_what_is_written(value: f64) {
            prop_assume!(value.is_finite());
            prop_assert_eq!(parse(&value.to_string()).map(f64::to_bits), Ok(value.to_bits()));
            prop_assert_eq!(parse(&format!("{value:e}")).map(f64::to_bits), Ok(value.to_bits()));
        }
    }
}
