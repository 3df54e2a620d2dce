//! f32 or f64 in the registers of a vector unit.

use crate::transpose::{SIDE, transpose_f32, transpose_plainly};
use crate::{Matrix, Packing};
use pulp::Simd;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A number that vector units compute with: `f32` or `f64`, nothing else.
pub trait Element: sealed::Sealed + Copy + Default + Send + Sync + 'static {
    /// A register full of them.
    #[doc(hidden)]
    type Vector<S: Simd>: Copy;

    /// How many a register holds.
    #[doc(hidden)]
    fn lanes<S: Simd>() -> usize;
    /// The same number in each lane.
    #[doc(hidden)]
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;
    /// a·b + c, rounded once where the unit can.
    #[doc(hidden)]
    fn mul_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// Whole registers of a slice, and the rest.
    #[doc(hidden)]
    fn vectors<S: Simd>(values: &[Self]) -> (&[Self::Vector<S>], &[Self]);
    /// The same to write to.
    #[doc(hidden)]
    fn vectors_mut<S: Simd>(values: &mut [Self]) -> (&mut [Self::Vector<S>], &mut [Self]);
    /// A register from at most as many numbers as it holds; 0 in the other lanes.
    #[doc(hidden)]
    fn load_part<S: Simd>(simd: S, values: &[Self]) -> Self::Vector<S>;
    /// A square of numbers and its transpose.
    #[doc(hidden)]
    fn transpose(rows: [[Self; SIDE]; SIDE]) -> [[Self; SIDE]; SIDE];
    /// The first lanes, as many as `values` takes.
    #[doc(hidden)]
    fn store_part<S: Simd>(simd: S, values: &mut [Self], vector: Self::Vector<S>);
    /// [`product_then`](crate::product_then), which has so many tiles that it is compiled here and not in every crate that multiplies.
    #[doc(hidden)]
    fn product_then(
        a: Matrix<'_, Self>,
        b: Matrix<'_, Self>,
        c: &mut [Self],
        packing: &mut Packing<Self>,
        done: &mut dyn FnMut(usize, &mut [Self]),
    );
}

macro_rules! element {
    ($type:ident, $vector:ident, $lanes:ident, $splat:ident, $mul_add:ident, $vectors:ident, $vectors_mut:ident, $load:ident, $store:ident, $transpose:path) => {
        impl Element for $type {
            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$lanes
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: $type) -> S::$vector {
                simd.$splat(value)
            }
            #[inline(always)]
            fn mul_add<S: Simd>(simd: S, a: S::$vector, b: S::$vector, c: S::$vector) -> S::$vector {
                simd.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn vectors<S: Simd>(values: &[$type]) -> (&[S::$vector], &[$type]) {
                S::$vectors(values)
            }
            #[inline(always)]
            fn vectors_mut<S: Simd>(values: &mut [$type]) -> (&mut [S::$vector], &mut [$type]) {
                S::$vectors_mut(values)
            }
            #[inline(always)]
            fn load_part<S: Simd>(simd: S, values: &[$type]) -> S::$vector {
                simd.$load(values)
            }
            #[inline(always)]
            fn transpose(rows: [[$type; SIDE]; SIDE]) -> [[$type; SIDE]; SIDE] {
                $transpose(rows)
            }
            #[inline(always)]
            fn store_part<S: Simd>(simd: S, values: &mut [$type], vector: S::$vector) {
                simd.$store(values, vector);
            }
            // Inlined elsewhere it would be compiled there again.
            #[inline(never)]
            fn product_then(
                a: Matrix<'_, $type>,
                b: Matrix<'_, $type>,
                c: &mut [$type],
                packing: &mut Packing<$type>,
                done: &mut dyn FnMut(usize, &mut [$type]),
            ) {
                crate::product::compute(a, b, c, packing, done);
            }
        }
    };
}

element!(
    f32,
    f32s,
    F32_LANES,
    splat_f32s,
    mul_add_e_f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    partial_load_f32s,
    partial_store_f32s,
    transpose_f32
);
element!(
    f64,
    f64s,
    F64_LANES,
    splat_f64s,
    mul_add_e_f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    partial_load_f64s,
    partial_store_f64s,
    transpose_plainly
);
