//! How far the elementary functions are from the true values, and that their bits are the same in every lane.
//!
//! f32 is held against the platform's f64 functions, whose errors are 2⁻²⁹ of an f32's last place. f64 is held against
//! `functions.tsv`: a function, x, and its value by mpmath (200 bits) as the nearest f64 and what that leaves, in bits. Its points are
//! where 300,000 random ones came out worst, both sides of where the formulas change, and random ones; between them the
//! platform's own functions, right to 1 ulp or little more, must be near.

use mlpsweep_real::{Real, vectorised};
use std::hint::black_box;

/// A function of ours, by the name the table has for it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Function {
    Exp,
    ExpM1,
    Ln,
    Ln1p,
    Tanh,
}
use Function::{Exp, ExpM1, Ln, Ln1p, Tanh};

const ALL: [Function; 5] = [Exp, ExpM1, Ln, Ln1p, Tanh];

impl Function {
    fn from_name(name: &str) -> Function {
        match name {
            "exp" => Exp,
            "exp_m1" => ExpM1,
            "ln" => Ln,
            "ln_1p" => Ln1p,
            "tanh" => Tanh,
            _ => panic!("no function {name}"),
        }
    }

    /// Largest error in ulp, as the table in the crate's documentation has it.
    fn bound(self) -> f64 {
        match self {
            Exp => 1.0,
            ExpM1 => 1.8,
            Ln => 0.9,
            Ln1p => 1.5,
            Tanh => 2.5,
        }
    }

    /// All of `values`, in the vector unit.
    fn map<T: Real>(self, values: &mut [T]) {
        match self {
            Exp => vectorised(exp, values),
            ExpM1 => vectorised(exp_m1, values),
            Ln => vectorised(ln, values),
            Ln1p => vectorised(ln_1p, values),
            Tanh => vectorised(tanh, values),
        }
    }

    /// One number, outside of any vector unit.
    fn at<T: Real>(self, x: T) -> T {
        let mut value = [x];
        match self {
            Exp => exp(&mut value),
            ExpM1 => exp_m1(&mut value),
            Ln => ln(&mut value),
            Ln1p => ln_1p(&mut value),
            Tanh => tanh(&mut value),
        }
        value[0]
    }

    fn of_platform(self, x: f64) -> f64 {
        match self {
            Exp => x.exp(),
            ExpM1 => x.exp_m1(),
            Ln => x.ln(),
            Ln1p => x.ln_1p(),
            Tanh => x.tanh(),
        }
    }
}

macro_rules! loops {
    ($($name:ident),+) => {
        $(
            #[inline(always)]
            fn $name<T: Real>(values: &mut [T]) {
                values.iter_mut().for_each(|x| *x = x.$name());
            }
        )+
    };
}
loops!(exp, exp_m1, ln, ln_1p, tanh);

/// The size of the last place of `x` in a format of so many `digits`, the lowest of which is worth 2^`lowest`.
fn ulp(x: f64, digits: i32, lowest: i32) -> f64 {
    let exponent = ((x.abs().to_bits() >> 52) as i32 - 1022).max(lowest + digits);
    // In two steps, since powi divides 1 by what may be infinite.
    2.0_f64.powi(-500) * 2.0_f64.powi(exponent - digits + 500)
}

/// The largest error of f32 over all numbers with those upper 16 bits; infinite where one is in kind another than it should be.
fn worst_f32(function: Function, uppers: impl Iterator<Item = u32>) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    for upper in uppers {
        let xs: Vec<f32> = (0..1 << 16).map(|lower| f32::from_bits((upper << 16) | lower)).collect();
        let mut ys = xs.clone();
        function.map(&mut ys);
        for (&x, &y) in xs.iter().zip(&ys) {
            let truth = function.of_platform(f64::from(x));
            let nearest = truth as f32;
            let error = if nearest.is_nan() || nearest.is_infinite() || nearest == 0.0 || !y.is_finite() {
                let same = nearest.to_bits() == y.to_bits() || (nearest.is_nan() && y.is_nan());
                if same { 0.0 } else { f64::INFINITY }
            } else {
                (f64::from(y) - truth).abs() / ulp(truth, 24, -149)
            };
            if error > worst.0 {
                worst = (error, x);
            }
        }
    }
    worst
}

#[track_caller]
fn check_f32(function: Function, uppers: impl Iterator<Item = u32>) {
    let (error, x) = worst_f32(function, uppers);
    assert!(error <= function.bound(), "{function:?}({x:e}) is off by {error} ulp");
}

/// One in 251 blocks of 65,536 neighbours, and the blocks at both ends of what is normal, near 1, infinite and NaN.
#[test]
fn f32_is_right_to_the_stated_ulp() {
    for function in ALL {
        let ends = [0x0000, 0x007f, 0x0080, 0x7f7f, 0x7f80, 0x8000, 0xbf7f, 0xbf80, 0xff7f, 0xff80];
        check_f32(function, (0..1 << 16).step_by(251).chain(ends));
    }
}

#[test]
#[ignore = "all 2³² numbers five times over take ten minutes"]
fn f32_is_right_to_the_stated_ulp_at_every_number() {
    for function in ALL {
        check_f32(function, 0..1 << 16);
    }
}

#[test]
fn f64_is_right_to_the_stated_ulp() {
    let mut n_points = [0; 5];
    for line in include_str!("functions.tsv").lines() {
        let mut fields = line.split('\t');
        let function = Function::from_name(fields.next().expect("a function"));
        let [x, truth, rest] = std::array::from_fn(|_| {
            let bits = u64::from_str_radix(fields.next().expect("three numbers"), 16);
            f64::from_bits(bits.expect("bits of a number"))
        });
        let mut y = [x];
        function.map(&mut y);
        let error = ((y[0] - truth) - rest).abs() / ulp(truth, 53, -1074);
        assert!(error <= function.bound(), "{function:?}({x:e}) is {:e}, off by {error} ulp", y[0]);
        n_points[function as usize] += 1;
    }
    assert!(n_points.iter().all(|&n| n >= 60), "{n_points:?}");
}

#[test]
fn f64_is_near_the_platform_s_between_those_points() {
    for function in ALL {
        let xs: Vec<f64> = (1..200_000_u32)
            .map(|i| {
                // Sizes from 2⁻³⁰ to 2¹⁰, evenly in their logarithm, with fractions that fill all digits.
                let size = (f64::from(i).mul_add(40.0 / 200_000.0, -30.0)).exp2();
                if i % 2 == 1 || function == Ln { size } else { -size }
            })
            .collect();
        let mut ys = xs.clone();
        function.map(&mut ys);
        for (&x, &y) in xs.iter().zip(&ys) {
            let other = function.of_platform(x);
            if other.is_finite() && other != 0.0 {
                let error = (y - other).abs() / ulp(other, 53, -1074);
                assert!(
                    error <= function.bound() + 1.5,
                    "{function:?}({x:e}): {y:e}, the platform's {other:e}"
                );
            } else {
                assert!(
                    y == other || (y.is_nan() && other.is_nan()),
                    "{function:?}({x:e}): {y:e}, not {other:e}"
                );
            }
        }
    }
}

#[track_caller]
fn check_ends<T: Real>(function: Function, cases: &[(f64, f64)]) {
    for &(x, expected) in cases {
        let (x, expected) = (T::from_f64(x), T::from_f64(expected));
        let found = function.at(black_box(x));
        let (found, expected) = (found.to_f64(), expected.to_f64());
        let same = found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan());
        assert!(same, "{function:?}({x}) is {found}, not {expected}");
    }
}

#[test]
fn the_ends_of_the_formats_are_what_ieee_754_says() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    for (function, cases) in [
        (Exp, &[(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (NAN, NAN), (1e30, INF), (-1e30, 0.0)][..]),
        (
            ExpM1,
            &[(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -1.0), (NAN, NAN), (1e30, INF), (-1e30, -1.0)],
        ),
        (Ln, &[(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (INF, INF), (-INF, NAN), (NAN, NAN), (-1.0, NAN)]),
        (Ln1p, &[(0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (INF, INF), (-INF, NAN), (NAN, NAN), (-2.0, NAN)]),
        (Tanh, &[(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (NAN, NAN), (1e30, 1.0)]),
    ] {
        check_ends::<f32>(function, cases);
        check_ends::<f64>(function, cases);
    }
}

/// A number's result does not depend on its place in the slice, nor on there being a vector unit at all.
fn check_bits<T: Real>(function: Function) {
    let numbers: Vec<T> = (0..67_u32).map(|i| T::from_f64(f64::from(i * i) * 0.037 - 11.0)).collect();
    for n in 0..numbers.len() {
        for first in 0..n.min(3) {
            let mut values = numbers[first..n].to_vec();
            function.map(&mut values);
            for (&x, &y) in numbers[first..n].iter().zip(&values) {
                assert_eq!(
                    y.to_f64().to_bits(),
                    function.at(x).to_f64().to_bits(),
                    "{function:?}({x}) in {first}..{n}"
                );
            }
        }
    }
}

#[test]
fn bits_are_the_same_in_every_lane() {
    for function in ALL {
        check_bits::<f32>(function);
        check_bits::<f64>(function);
    }
}
