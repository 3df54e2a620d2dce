//! C = A·B, tile by tile.
//!
//! ```text
//! for each 256 steps of p           a panel of B, 16 KiB of it, stays in the first cache
//!   for each panel of columns       packed once
//!     for each tile of rows         C in registers, A streaming by
//! ```

use crate::Element;
use crate::pack::{Packing, pack_columns, pack_rows, pack_side_by_side};
use crate::tile::{NR, RowByRow, Rows, SideBySide};
use pulp::{Arch, Simd, WithSimd};

/// Steps of p between two visits of C.
const STEPS: usize = 256;

/// Rows of A so many bytes apart, or a multiple of it, share few places of the first cache: read down its columns, A does not
/// stay there for the next tile once it is larger than half of it.
const CROWDED: usize = 512;
const HALF_A_CACHE: usize = 16 << 10;

/// Rows of A that are packed at a time: with 256 steps of f32, 192 KiB of the second cache.
const PACKED_ROWS: usize = 192;

/// A matrix in a slice, row after row, or its transpose.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    values: &'a [T],
    n_rows: usize,
    n_columns: usize,
    is_transposed: bool,
}

impl<'a, T> Matrix<'a, T> {
    /// `n_rows` × `n_columns`, row after row.
    ///
    /// # Panics
    /// When `values` are not so many.
    pub fn new(values: &'a [T], n_rows: usize, n_columns: usize) -> Matrix<'a, T> {
        assert_eq!(values.len(), n_rows * n_columns, "a matrix of {n_rows} × {n_columns}");
        Matrix { values, n_rows, n_columns, is_transposed: false }
    }

    /// Its rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Its columns.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// The same numbers as `n_columns` × `n_rows`.
    #[must_use]
    pub fn transposed(self) -> Matrix<'a, T> {
        let Matrix { values, n_rows, n_columns, is_transposed } = self;
        Matrix { values, n_rows: n_columns, n_columns: n_rows, is_transposed: !is_transposed }
    }
}

/// `c` = A·B, row after row.
///
/// # Panics
/// When A has not as many columns as B has rows, or `c` is not of m·n numbers.
pub fn product<T: Element>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T], packing: &mut Packing<T>) {
    assert_eq!(a.n_columns, b.n_rows, "the columns of A meet the rows of B");
    assert_eq!(c.len(), a.n_rows * b.n_columns, "room for the product");
    if c.is_empty() {
        return;
    }
    if a.n_columns == 0 {
        return c.fill(T::default());
    }
    Arch::new().dispatch(Product { a, b, c, packing });
}

struct Product<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    c: &'a mut [T],
    packing: &'a mut Packing<T>,
}

impl<T: Element> WithSimd for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Product { a, b, c, packing } = self;
        let (m, k, n) = (a.n_rows, a.n_columns, b.n_columns);
        let tallest = if S::REGISTER_COUNT >= 32 { 12 } else { 6 };
        let width = NR * T::lanes::<S>();
        let row_bytes = m * size_of::<T>();
        let packs_a =
            a.is_transposed && n > width && row_bytes.is_multiple_of(CROWDED) && k * row_bytes > HALF_A_CACHE;
        let (panel, rows) =
            packing.room(STEPS.min(k) * width, if packs_a { STEPS.min(k) * PACKED_ROWS } else { 0 });

        for p0 in (0..k).step_by(STEPS) {
            let n_steps = STEPS.min(k - p0);
            let panel = &mut panel[..n_steps * width];
            let (block, step) = if packs_a { (PACKED_ROWS, n_steps) } else { (m, 0) };
            for i_block in (0..m).step_by(block) {
                let i_end = m.min(i_block + block);
                if packs_a {
                    let mut room = &mut *rows;
                    for (i0, height) in heights(i_block, i_end, tallest) {
                        let (tile_rows, rest) = room.split_at_mut(height * step);
                        pack_side_by_side(&a.values[p0 * m + i0..], m, height, tile_rows);
                        room = rest;
                    }
                }
                for j0 in (0..n).step_by(width) {
                    let n_columns = width.min(n - j0);
                    if b.is_transposed {
                        pack_columns::<S, T>(&b.values[j0 * k + p0..], k, n_columns, n_steps, panel);
                    } else {
                        let (vectors, _) = T::vectors_mut::<S>(panel);
                        pack_rows(simd, &b.values[p0 * n + j0..], n, n_columns, vectors.as_chunks_mut().0);
                    }
                    let panel = T::vectors::<S>(panel).0.as_chunks().0;
                    let mut packed = &*rows;
                    for (i0, height) in heights(i_block, i_end, tallest) {
                        let c = &mut c[i0 * n + j0..];
                        let at = At { n, n_columns, is_first: p0 == 0 };
                        if packs_a {
                            let (values, rest) = packed.split_at(height * step);
                            packed = rest;
                            strip(simd, height, SideBySide { values, stride: height }, panel, c, at);
                        } else if a.is_transposed {
                            let values = &a.values[p0 * m + i0..];
                            strip(simd, height, SideBySide { values, stride: m }, panel, c, at);
                        } else {
                            let values = &a.values[i0 * k + p0..];
                            strip(simd, height, RowByRow { values, stride: k }, panel, c, at);
                        }
                    }
                }
            }
        }
    }
}

/// Rows cut into tiles: (first row, height). The last two are of like height, since a low tile is slow.
fn heights(from: usize, to: usize, tallest: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut at = from;
    std::iter::from_fn(move || {
        let left = to - at;
        let height = match left {
            0 => return None,
            left if left <= tallest => left,
            left if left < tallest + 2 * tallest / 3 => left.div_ceil(2),
            _ => tallest,
        };
        at += height;
        Some((at - height, height))
    })
}

/// Where a tile stands in C.
#[derive(Clone, Copy)]
struct At {
    /// Columns of C.
    n: usize,
    /// Columns of the tile.
    n_columns: usize,
    /// Whether nothing is there yet.
    is_first: bool,
}

/// A tile of any height.
#[inline(always)]
fn strip<S: Simd, T: Element>(
    simd: S,
    height: usize,
    a: impl Rows<T>,
    panel: &[[T::Vector<S>; NR]],
    c: &mut [T],
    at: At,
) {
    match height {
        1 => whole::<S, T, 1>(simd, a, panel, c, at),
        2 => whole::<S, T, 2>(simd, a, panel, c, at),
        3 => whole::<S, T, 3>(simd, a, panel, c, at),
        4 => whole::<S, T, 4>(simd, a, panel, c, at),
        5 => whole::<S, T, 5>(simd, a, panel, c, at),
        6 => whole::<S, T, 6>(simd, a, panel, c, at),
        7 => whole::<S, T, 7>(simd, a, panel, c, at),
        8 => whole::<S, T, 8>(simd, a, panel, c, at),
        9 => whole::<S, T, 9>(simd, a, panel, c, at),
        10 => whole::<S, T, 10>(simd, a, panel, c, at),
        11 => whole::<S, T, 11>(simd, a, panel, c, at),
        _ => whole::<S, T, 12>(simd, a, panel, c, at),
    }
}

/// C of one tile: what is there, and the sum over the panel.
#[inline(always)]
fn whole<S: Simd, T: Element, const MR: usize>(
    simd: S,
    a: impl Rows<T>,
    panel: &[[T::Vector<S>; NR]],
    c: &mut [T],
    At { n, n_columns, is_first }: At,
) {
    let lanes = T::lanes::<S>();
    let zero = T::splat(simd, T::default());
    let mut sums = [[zero; NR]; MR];
    let is_whole = n_columns == NR * lanes;
    if !is_first {
        for (i, sums) in sums.iter_mut().enumerate() {
            let row = &c[i * n..][..n_columns];
            if is_whole {
                *sums = *T::vectors::<S>(row).0.first_chunk().expect("a row of the tile");
            } else {
                for (j, sum) in sums.iter_mut().enumerate() {
                    let from = (j * lanes).min(n_columns);
                    *sum = T::load_part(simd, &row[from..n_columns.min(from + lanes)]);
                }
            }
        }
    }
    let sums = a.add_to(simd, panel, sums);
    for (i, sums) in sums.iter().enumerate() {
        let row = &mut c[i * n..][..n_columns];
        if is_whole {
            *T::vectors_mut::<S>(row).0.first_chunk_mut().expect("a row of the tile") = *sums;
        } else {
            for (j, sum) in sums.iter().enumerate() {
                let from = (j * lanes).min(n_columns);
                T::store_part(simd, &mut row[from..n_columns.min(from + lanes)], *sum);
            }
        }
    }
}
