//! C = A·B, tile by tile.
//!
//! ```text
//! B is packed in panels
//! for each block of rows               48 of C, which stay near until they are done with
//!   for each 256 steps of p            16 KiB of a panel stay in the first cache
//!     for each panel of columns
//!       for each tile of rows          C in registers, A streaming by
//!   done(block)                        whatever else is to become of these rows, while they are near
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

/// Rows of C that are finished together; a multiple of every tile's height.
const BLOCK: usize = 48;

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
    product_then(a, b, c, packing, &mut |_, _| {});
}

/// The same, and `done(first, rows)` is called with some whole rows at a time, from `first` on, as soon as they are there: what
/// comes next finds them in the cache.
///
/// # Panics
/// As [`product`].
pub fn product_then<T: Element>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    c: &mut [T],
    packing: &mut Packing<T>,
    done: &mut dyn FnMut(usize, &mut [T]),
) {
    assert_eq!(a.n_columns, b.n_rows, "the columns of A meet the rows of B");
    assert_eq!(c.len(), a.n_rows * b.n_columns, "room for the product");
    if c.is_empty() {
        return;
    }
    if a.n_columns == 0 {
        c.fill(T::default());
        return done(0, c);
    }
    Arch::new().dispatch(Product { a, b, c, packing, done });
}

struct Product<'a, 'd, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    c: &'a mut [T],
    packing: &'a mut Packing<T>,
    done: &'d mut dyn FnMut(usize, &mut [T]),
}

impl<T: Element> WithSimd for Product<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Product { a, b, c, packing, done } = self;
        let (m, k, n) = (a.n_rows, a.n_columns, b.n_columns);
        let tallest = if S::REGISTER_COUNT >= 32 { 12 } else { 6 };
        let width = NR * T::lanes::<S>();
        let row_bytes = m * size_of::<T>();
        let packs_a =
            a.is_transposed && n > width && row_bytes.is_multiple_of(CROWDED) && k * row_bytes > HALF_A_CACHE;
        let n_packed = if packs_a { STEPS.min(k) * BLOCK } else { 0 };
        let (panels, packed) = packing.room(n.div_ceil(width) * k * width, n_packed);

        for (panel, j0) in panels.chunks_exact_mut(k * width).zip((0..n).step_by(width)) {
            let n_columns = width.min(n - j0);
            if b.is_transposed {
                pack_columns::<S, T>(&b.values[j0 * k..], k, n_columns, k, panel);
            } else {
                let (vectors, _) = T::vectors_mut::<S>(panel);
                pack_rows(simd, &b.values[j0..], n, n_columns, vectors.as_chunks_mut().0);
            }
        }
        let panels = T::vectors::<S>(panels).0.as_chunks::<NR>().0;
        for (block, i_block) in c.chunks_mut(BLOCK * n).zip((0..m).step_by(BLOCK)) {
            let n_rows = block.len() / n;
            for p0 in (0..k).step_by(STEPS) {
                let n_steps = STEPS.min(k - p0);
                if packs_a {
                    for (i0, height) in heights(n_rows, tallest) {
                        let values = &a.values[p0 * m + i_block + i0..];
                        pack_side_by_side(values, m, height, &mut packed[i0 * n_steps..][..height * n_steps]);
                    }
                }
                for (panel, j0) in panels.chunks_exact(k).zip((0..n).step_by(width)) {
                    let panel = &panel[p0..p0 + n_steps];
                    let at = At { n, n_columns: width.min(n - j0), is_first: p0 == 0 };
                    for (i0, height) in heights(n_rows, tallest) {
                        let c = &mut block[i0 * n + j0..];
                        if packs_a {
                            let values = &packed[i0 * n_steps..][..height * n_steps];
                            strip(simd, height, SideBySide { values, stride: height }, panel, c, at);
                        } else if a.is_transposed {
                            let values = &a.values[p0 * m + i_block + i0..];
                            strip(simd, height, SideBySide { values, stride: m }, panel, c, at);
                        } else {
                            let values = &a.values[(i_block + i0) * k + p0..];
                            strip(simd, height, RowByRow { values, stride: k }, panel, c, at);
                        }
                    }
                }
            }
            done(i_block, block);
        }
    }
}

/// Rows cut into tiles: (first row, height). The last two are of like height, since a low tile is slow.
fn heights(n_rows: usize, tallest: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let left = n_rows - at;
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
