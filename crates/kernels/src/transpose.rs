//! A square of 8 × 8 numbers, turned.
//!
//! On x86-64 f32 are turned in registers, in three rounds that pair what is one, two and four places apart: a quarter of a
//! clock a number, where moving them one by one takes one and a half.

use crate::Element;
use pulp::{Simd, WithSimd};

/// Rows and columns of the square.
pub(crate) const SIDE: usize = 8;

/// Number by number.
#[inline(always)]
pub(crate) fn transpose_plainly<T: Copy>(rows: [[T; SIDE]; SIDE]) -> [[T; SIDE]; SIDE] {
    let mut columns = rows;
    for (i, row) in rows.iter().enumerate() {
        for (j, &value) in row.iter().enumerate() {
            columns[j][i] = value;
        }
    }
    columns
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use transpose_plainly as transpose_f32;

/// In registers where there is AVX2.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn transpose_f32(rows: [[f32; SIDE]; SIDE]) -> [[f32; SIDE]; SIDE] {
    use pulp::cast;
    use pulp::x86::V3;
    let Some(V3 { avx, .. }) = V3::try_new() else { return transpose_plainly(rows) };

    let [a, b, c, d, e, f, g, h] = rows.map(cast);
    let pair = |a, b| (avx._mm256_unpacklo_ps(a, b), avx._mm256_unpackhi_ps(a, b));
    let ((ab0, ab1), (cd0, cd1), (ef0, ef1), (gh0, gh1)) = (pair(a, b), pair(c, d), pair(e, f), pair(g, h));
    let four = |ab, cd| {
        (avx._mm256_shuffle_ps::<0b01_00_01_00>(ab, cd), avx._mm256_shuffle_ps::<0b11_10_11_10>(ab, cd))
    };
    let ((ad0, ad1), (ad2, ad3)) = (four(ab0, cd0), four(ab1, cd1));
    let ((eh0, eh1), (eh2, eh3)) = (four(ef0, gh0), four(ef1, gh1));
    let low = |ad, eh| cast(avx._mm256_permute2f128_ps::<0x20>(ad, eh));
    let high = |ad, eh| cast(avx._mm256_permute2f128_ps::<0x31>(ad, eh));
    [
        low(ad0, eh0),
        low(ad1, eh1),
        low(ad2, eh2),
        low(ad3, eh3),
        high(ad0, eh0),
        high(ad1, eh1),
        high(ad2, eh2),
        high(ad3, eh3),
    ]
}

/// A matrix of rows of `n_columns`, turned: out[j][i] = values[i][j].
pub(crate) struct Turn<'a, T> {
    pub(crate) values: &'a [T],
    pub(crate) n_columns: usize,
    pub(crate) out: &'a mut [T],
}

impl<T: Element> WithSimd for Turn<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Turn { values, n_columns, out } = self;
        turn(values, n_columns, out);
    }
}

/// The loop of `pack_columns`, whose width is known when it is compiled: through one function of both, packing took half as long again.
#[inline(always)]
fn turn<T: Element>(values: &[T], n_columns: usize, out: &mut [T]) {
    let n_rows = values.len() / n_columns;
    let (whole_rows, whole_columns) = (n_rows - n_rows % SIDE, n_columns - n_columns % SIDE);
    for i0 in (0..whole_rows).step_by(SIDE) {
        for j0 in (0..whole_columns).step_by(SIDE) {
            let rows: [[T; SIDE]; SIDE] = std::array::from_fn(|i| {
                *values[(i0 + i) * n_columns + j0..].first_chunk().expect("a row of the square")
            });
            for (j, column) in T::transpose(rows).into_iter().enumerate() {
                *out[(j0 + j) * n_rows + i0..].first_chunk_mut().expect("a row of the square") = column;
            }
        }
    }
    for (i, row) in values.chunks_exact(n_columns).enumerate() {
        let first = if i < whole_rows { whole_columns } else { 0 };
        for (j, &value) in row.iter().enumerate().skip(first) {
            out[j * n_rows + i] = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_turned_twice_is_itself() {
        for (n_rows, n_columns) in [(1, 1), (1, 9), (3, 5), (8, 8), (8, 128), (9, 17), (16, 7), (20, 24)] {
            let values: Vec<f32> = (0..n_rows * n_columns).map(|i| i as f32).collect();
            let (mut turned, mut again) = (vec![0.0; values.len()], vec![0.0; values.len()]);
            turn(&values, n_columns, &mut turned);
            for (at, &value) in turned.iter().enumerate() {
                assert_eq!(value, values[at % n_rows * n_columns + at / n_rows], "{n_rows} × {n_columns}");
            }
            turn(&turned, n_rows, &mut again);
            assert_eq!(again, values);
        }
    }

    #[test]
    fn columns_become_rows() {
        let square: [[f32; SIDE]; SIDE] =
            std::array::from_fn(|i| std::array::from_fn(|j| (SIDE * i + j) as f32));
        assert_eq!(transpose_f32(square), transpose_plainly(square));
        assert_eq!(transpose_f32(square)[3][5], square[5][3]);
    }
}
