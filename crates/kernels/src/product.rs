//! C = A·B, tile by tile.
//!
//! ```text
//! B is packed in panels
//! for each block of rows               48 of C, or 24, which stay near until they are done with
//!   for each 256 steps of p            16 KiB of a panel stay in the first cache
//!     for each panel of columns
//!       for each tile of rows          C in registers, A streaming by
//!   done(block)                        whatever else is to become of these rows, while they are near
//! ```

use crate::Element;
use crate::buffer::zeros;
use crate::pack::{Packing, Room, at_least, pack_columns, pack_rows, pack_side_by_side};
use crate::tile::{InPlace, Panel, RowByRow, Rows, SideBySide, WIDE, load, store};
use crate::transpose::Turn;
use pulp::{Arch, Simd, WithSimd};
use std::marker::PhantomData;

/// Steps of p between two visits of C.
const STEPS: usize = 256;

/// Rows of A so many bytes apart, or a multiple of it, share few places of the first cache: read down its columns, A does not
/// stay there for the next tile once it is larger than half of it.
const CROWDED: usize = 512;
const HALF_A_CACHE: usize = 16 << 10;

/// Rows of C that are finished together; a multiple of the tallest tiles' heights.
const BLOCK: usize = 48;

/// The same where so many columns of A are packed at a time: 24 KiB, which stay near.
pub(crate) const PACKED_ROWS: usize = 24;

/// Rows of the tallest tile there is; of C up to so many, B is not packed.
const TALLEST: usize = 12;

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
    T::product_then(a, b, c, packing, done);
}

/// What [`product_then`] does, for [`Element`] to compile once for each type.
pub(crate) fn compute<T: Element>(
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
    if !is_better_turned(a, b) {
        upright(a, b, c, packing, done);
    } else if b.n_columns == 1 {
        // A column lies in memory as a row does.
        upright(b.transposed(), a.transposed(), c, packing, &mut |_, _| {});
        done(0, c);
    } else {
        let mut turned = std::mem::replace(&mut packing.turned, zeros(0));
        let values = at_least(&mut turned, c.len());
        upright(b.transposed(), a.transposed(), values, packing, &mut |_, _| {});
        Arch::new().dispatch(Turn { values, n_columns: a.n_rows, out: c });
        packing.turned = turned;
        done(0, c);
    }
}

/// Whether Cᵀ = Bᵀ·Aᵀ is the quicker one: where C has fewer columns than a register holds numbers, most of each would be empty.
fn is_better_turned<T: Element>(a: Matrix<'_, T>, b: Matrix<'_, T>) -> bool {
    let (m, n) = (a.n_rows, b.n_columns);
    // No register is wider.
    if n * size_of::<T>() >= 64 {
        return false;
    }
    let lanes = Arch::new().dispatch(Lanes(PhantomData::<T>));
    // Multiply-adds of whole registers a step of p. To pack Aᵀ number by number costs as much as half a register of them.
    let upright = m * n.div_ceil(lanes);
    let packing = if a.is_transposed { 0 } else { lanes / 2 };
    let turned = (n + packing) * m.div_ceil(lanes);
    3 * turned < 2 * upright
}

/// How many numbers a register holds.
struct Lanes<T>(PhantomData<T>);

impl<T: Element> WithSimd for Lanes<T> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> usize {
        T::lanes::<S>()
    }
}

/// C as it is to be, row by row.
fn upright<T: Element>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    c: &mut [T],
    packing: &mut Packing<T>,
    done: &mut dyn FnMut(usize, &mut [T]),
) {
    // A B that is passed over once is read where it lies.
    if a.n_rows <= TALLEST && !b.is_transposed {
        Arch::new().dispatch(Flat { a, b, c: &mut *c, packing });
        done(0, c);
    } else {
        Arch::new().dispatch(Product { a, b, c, packing, done });
    }
}

/// C of one strip of tiles.
struct Flat<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    c: &'a mut [T],
    packing: &'a mut Packing<T>,
}

impl<T: Element> WithSimd for Flat<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Flat { a, b, c, packing } = self;
        let (k, n) = (a.n_columns, b.n_columns);
        let (lanes, width) = (T::lanes::<S>(), WIDE * T::lanes::<S>());
        let aside = packing.room(0, 0, TALLEST * width).aside;
        let stride = if a.is_transposed { a.n_rows } else { k };
        let rows = Operand { values: a.values, stride, is_transposed: a.is_transposed };
        for j0 in (0..n).step_by(width) {
            let n_columns = width.min(n - j0);
            let panel =
                InPlace { values: &b.values[j0.min(b.values.len())..], stride: n, n_columns, n_steps: k };
            let at = At { n, n_columns, is_first: true };
            if n_columns > lanes {
                strips::<S, T, WIDE>(simd, rows, panel, &mut c[j0..], at, aside);
            } else {
                strips::<S, T, 1>(simd, rows, panel, &mut c[j0..], at, aside);
            }
        }
    }
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
        let (lanes, width) = (T::lanes::<S>(), WIDE * T::lanes::<S>());
        let row_bytes = m * size_of::<T>();
        let packs_a =
            a.is_transposed && n > width && row_bytes.is_multiple_of(CROWDED) && k * row_bytes > HALF_A_CACHE;
        let block_rows = if packs_a { PACKED_ROWS } else { BLOCK };
        let n_packed = if packs_a { STEPS.min(k) * PACKED_ROWS } else { 0 };
        let Room { panels, packed, aside } =
            packing.room(n.next_multiple_of(lanes) * k, n_packed, TALLEST * width);
        // An empty sum is 0, too.
        let n_visits = k.div_ceil(STEPS).max(1);

        pack(simd, b, panels);
        let panels = T::vectors::<S>(panels).0;
        for (block, i_block) in c.chunks_mut(block_rows * n).zip((0..m).step_by(block_rows)) {
            let n_rows = block.len() / n;
            for visit in 0..n_visits {
                let steps = visit * STEPS..k.min((visit + 1) * STEPS);
                let rows = if packs_a {
                    let packed = &mut packed[..n_rows * steps.len()];
                    pack_side_by_side(&a.values[steps.start * m + i_block..], m, n_rows, packed);
                    Operand { values: packed, stride: n_rows, is_transposed: true }
                } else if a.is_transposed {
                    let values = &a.values[(steps.start * m + i_block).min(a.values.len())..];
                    Operand { values, stride: m, is_transposed: true }
                } else {
                    let values = &a.values[i_block * k + steps.start..];
                    Operand { values, stride: k, is_transposed: false }
                };
                for j0 in (0..n).step_by(width) {
                    let n_columns = width.min(n - j0);
                    let at = At { n, n_columns, is_first: visit == 0 };
                    let c = &mut block[j0..];
                    let panel = &panels[j0 / lanes * k..][..n_columns.div_ceil(lanes) * k];
                    if n_columns > lanes {
                        strips(simd, rows, &panel.as_chunks::<WIDE>().0[steps.clone()], c, at, aside);
                    } else {
                        strips(simd, rows, &panel.as_chunks::<1>().0[steps.clone()], c, at, aside);
                    }
                }
            }
            done(i_block, block);
        }
    }
}

/// B in panels, the last of which may be narrow.
#[inline(always)]
fn pack<S: Simd, T: Element>(simd: S, b: Matrix<'_, T>, panels: &mut [T]) {
    let (k, n, lanes) = (b.n_rows, b.n_columns, T::lanes::<S>());
    if k == 0 {
        return;
    }
    let mut rest = panels;
    for j0 in (0..n).step_by(WIDE * lanes) {
        let n_columns = (WIDE * lanes).min(n - j0);
        let (panel, others) = rest.split_at_mut(n_columns.next_multiple_of(lanes) * k);
        rest = others;
        match (b.is_transposed, n_columns > lanes) {
            (true, true) => pack_columns::<S, T, WIDE>(&b.values[j0 * k..], k, n_columns, panel),
            (true, false) => pack_columns::<S, T, 1>(&b.values[j0 * k..], k, n_columns, panel),
            (false, true) => pack_rows::<S, T, WIDE>(simd, &b.values[j0..], n, n_columns, panel),
            (false, false) => pack_rows::<S, T, 1>(simd, &b.values[j0..], n, n_columns, panel),
        }
    }
}

/// Some rows and steps of A, from the first of both on.
#[derive(Clone, Copy)]
struct Operand<'a, T> {
    values: &'a [T],
    stride: usize,
    is_transposed: bool,
}

/// Where some rows of a panel stand in C.
#[derive(Clone, Copy)]
struct At {
    /// Columns of C.
    n: usize,
    /// Columns of the panel.
    n_columns: usize,
    /// Whether nothing is there yet.
    is_first: bool,
}

/// A block of rows of C, as far as a panel goes.
#[inline(always)]
fn strips<S: Simd, T: Element, const NR: usize>(
    simd: S,
    rows: Operand<'_, T>,
    panel: impl Panel<S, T, NR>,
    c: &mut [T],
    at: At,
    aside: &mut [T],
) {
    let Operand { values, stride, is_transposed } = rows;
    let tallest = tallest::<S>(NR);
    for (i0, height) in heights(c.len().div_ceil(at.n), tallest) {
        let c = &mut c[i0 * at.n..];
        if is_transposed {
            let values = &values[i0.min(values.len())..];
            strip(simd, height, SideBySide { values, stride }, panel, c, at, aside);
        } else {
            strip(simd, height, RowByRow { values: &values[i0 * stride..], stride }, panel, c, at, aside);
        }
    }
}

/// Rows of a tile: as many as leave registers for a step of B and an entry of A.
const fn tallest<S: Simd>(n_registers: usize) -> usize {
    match (n_registers, S::REGISTER_COUNT) {
        (1, _) => 8,
        (_, 0..32) => 6,
        _ => TALLEST,
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

/// A tile of any height.
#[inline(always)]
fn strip<S: Simd, T: Element, const NR: usize>(
    simd: S,
    height: usize,
    a: impl Rows<T>,
    panel: impl Panel<S, T, NR>,
    c: &mut [T],
    at: At,
    aside: &mut [T],
) {
    match height {
        1 => whole::<S, T, 1, NR>(simd, a, panel, c, at, aside),
        2 => whole::<S, T, 2, NR>(simd, a, panel, c, at, aside),
        3 => whole::<S, T, 3, NR>(simd, a, panel, c, at, aside),
        4 => whole::<S, T, 4, NR>(simd, a, panel, c, at, aside),
        5 => whole::<S, T, 5, NR>(simd, a, panel, c, at, aside),
        6 => whole::<S, T, 6, NR>(simd, a, panel, c, at, aside),
        7 if 7 <= tallest::<S>(NR) => whole::<S, T, 7, NR>(simd, a, panel, c, at, aside),
        8 if 8 <= tallest::<S>(NR) => whole::<S, T, 8, NR>(simd, a, panel, c, at, aside),
        9 if 9 <= tallest::<S>(NR) => whole::<S, T, 9, NR>(simd, a, panel, c, at, aside),
        10 if 10 <= tallest::<S>(NR) => whole::<S, T, 10, NR>(simd, a, panel, c, at, aside),
        11 if 11 <= tallest::<S>(NR) => whole::<S, T, 11, NR>(simd, a, panel, c, at, aside),
        12 if 12 <= tallest::<S>(NR) => whole::<S, T, 12, NR>(simd, a, panel, c, at, aside),
        _ => unreachable!("a tile of {height} rows"),
    }
}

/// C of one tile: what is there, and the sum over the panel. A tile that is wider than C is finished aside.
#[inline(always)]
fn whole<S: Simd, T: Element, const MR: usize, const NR: usize>(
    simd: S,
    a: impl Rows<T>,
    panel: impl Panel<S, T, NR>,
    c: &mut [T],
    at: At,
    aside: &mut [T],
) {
    let At { n, n_columns, is_first } = at;
    let width = NR * T::lanes::<S>();
    let is_aside = n_columns < width;
    if is_aside && !is_first {
        for (row, place) in c.chunks(n).zip(aside.chunks_exact_mut(width)).take(MR) {
            store::<S, T, NR>(simd, place, &load::<S, T, NR>(simd, &row[..n_columns]));
        }
    }
    let (place, stride) = if is_aside { (&mut *aside, width) } else { (&mut *c, n) };
    tile::<S, T, MR, NR>(simd, a, panel, place, stride, is_first);
    if !is_aside {
        return;
    }
    for (row, place) in c.chunks_mut(n).zip(aside.chunks_exact(width)).take(MR) {
        store::<S, T, NR>(simd, &mut row[..n_columns], &load::<S, T, NR>(simd, place));
    }
}

/// A tile of whole registers, rows of which are `stride` apart. Sums stay in registers from first to last: nothing here picks one of
/// them by a number that is not known when this is compiled.
#[expect(clippy::needless_range_loop, reason = "an iterator over the sums puts them into memory")]
#[inline(always)]
fn tile<S: Simd, T: Element, const MR: usize, const NR: usize>(
    simd: S,
    a: impl Rows<T>,
    panel: impl Panel<S, T, NR>,
    c: &mut [T],
    stride: usize,
    is_first: bool,
) {
    let width = NR * T::lanes::<S>();
    let mut sums = [[T::splat(simd, T::default()); NR]; MR];
    if !is_first {
        let mut rest = &*c;
        for i in 0..MR {
            let row = T::vectors::<S>(&rest[..width]).0;
            sums[i] = *row.first_chunk().expect("a row of the tile");
            rest = &rest[stride.min(rest.len())..];
        }
    }
    let sums = a.add_to(simd, panel, sums);
    // From row to row: multiples of the stride, were they asked for, would be worked out for all heights before any is chosen.
    let mut rest = c;
    for i in 0..MR {
        let row = T::vectors_mut::<S>(&mut rest[..width]).0;
        *row.first_chunk_mut().expect("a row of the tile") = sums[i];
        let next = stride.min(rest.len());
        rest = &mut rest[next..];
    }
}
