//! B in panels: a tile's registers of columns side by side, step after step of p, so that a tile reads it front to back.
//!
//! ```text
//! panel[p] = B[p][j0 .. j0 + width]        0 beyond the last column
//! ```

use crate::Element;
use crate::buffer::{Buffer, zeros};
use crate::product::PACKED_ROWS;
use crate::tile::load;
use crate::transpose::SIDE;
use pulp::Simd;

/// Room for panels, kept from one product to the next so that none has to ask for memory.
#[derive(Clone, Debug)]
pub struct Packing<T> {
    /// The panels of B, one after the other.
    panels: Buffer<T>,
    /// Some rows of A, where they lie badly.
    rows: Buffer<T>,
    /// A tile of C that is wider than C.
    aside: Buffer<T>,
    /// A product that is turned before it is handed over.
    pub(crate) turned: Buffer<T>,
}

impl<T: Element> Default for Packing<T> {
    fn default() -> Packing<T> {
        Packing { panels: zeros(0), rows: zeros(0), aside: zeros(0), turned: zeros(0) }
    }
}

impl<T: Element> Packing<T> {
    /// Room for the panels, for rows of A and for a tile, of so many numbers.
    pub(crate) fn room(&mut self, panels: usize, packed: usize, aside: usize) -> Room<'_, T> {
        Room {
            panels: at_least(&mut self.panels, panels),
            packed: at_least(&mut self.rows, packed),
            aside: at_least(&mut self.aside, aside),
        }
    }
}

/// Room for what one product needs.
pub(crate) struct Room<'p, T> {
    pub(crate) panels: &'p mut [T],
    pub(crate) packed: &'p mut [T],
    pub(crate) aside: &'p mut [T],
}

/// The first `n` numbers of `room`, which grows where there are fewer.
pub(crate) fn at_least<T: Element>(room: &mut Buffer<T>, n: usize) -> &mut [T] {
    if room.len() < n {
        *room = zeros(n);
    }
    &mut room[..n]
}

/// Packs columns `j0 .. j0 + n_columns` of `b`, rows of which are `stride` apart.
#[inline(always)]
pub(crate) fn pack_rows<S: Simd, T: Element, const NR: usize>(
    simd: S,
    b: &[T],
    stride: usize,
    n_columns: usize,
    panel: &mut [T],
) {
    for (p, place) in T::vectors_mut::<S>(panel).0.as_chunks_mut().0.iter_mut().enumerate() {
        *place = load::<S, T, NR>(simd, &b[p * stride..][..n_columns]);
    }
}

/// Packs rows of `w` as columns: panel[p][j] = w[j][p], rows of `w` being `stride` apart.
#[inline(always)]
pub(crate) fn pack_columns<S: Simd, T: Element, const NR: usize>(
    w: &[T],
    stride: usize,
    n_columns: usize,
    panel: &mut [T],
) {
    let width = NR * T::lanes::<S>();
    let n_steps = panel.len() / width;
    if n_columns < width {
        panel.fill(T::default());
    }
    for j0 in (0..n_columns).step_by(SIDE) {
        let side = SIDE.min(n_columns - j0);
        let mut p0 = 0;
        if side == SIDE {
            while p0 + SIDE <= n_steps {
                let rows: [[T; SIDE]; SIDE] = std::array::from_fn(|j| {
                    *w[(j0 + j) * stride + p0..].first_chunk().expect("a row of the square")
                });
                for (q, column) in T::transpose(rows).into_iter().enumerate() {
                    *panel[(p0 + q) * width + j0..].first_chunk_mut().expect("a row of the panel") = column;
                }
                p0 += SIDE;
            }
        }
        for j in j0..j0 + side {
            for p in p0..n_steps {
                panel[p * width + j] = w[j * stride + p];
            }
        }
    }
}

/// Packs columns of A for a block of `height` rows of C: rows[p · height + i] = a[p · stride + i].
#[inline(always)]
pub(crate) fn pack_side_by_side<T: Element>(a: &[T], stride: usize, height: usize, rows: &mut [T]) {
    // The rows of most blocks, known when this is compiled: a copy is then a few moves.
    if height == PACKED_ROWS {
        for (p, place) in rows.as_chunks_mut::<PACKED_ROWS>().0.iter_mut().enumerate() {
            *place = *a[p * stride..].first_chunk().expect("rows of A");
        }
    } else {
        for (p, place) in rows.chunks_exact_mut(height).enumerate() {
            place.copy_from_slice(&a[p * stride..][..height]);
        }
    }
}
