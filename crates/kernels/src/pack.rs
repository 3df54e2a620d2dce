//! B in panels: NR registers of columns side by side, step after step of p, so that a tile reads it front to back.
//!
//! ```text
//! panel[p] = B[p][j0 .. j0 + NR·lanes]        0 beyond the last column
//! ```

use crate::Element;
use crate::tile::NR;
use crate::transpose::SIDE;
use pulp::Simd;

/// Room for panels, kept from one product to the next so that none has to ask for memory.
#[derive(Clone, Debug, Default)]
pub struct Packing<T> {
    /// The panels of B, one after the other.
    panels: Vec<T>,
    /// Some rows of A, where they lie badly.
    rows: Vec<T>,
}

impl<T: Element> Packing<T> {
    /// Room for the panels and for rows of A, of so many numbers.
    pub(crate) fn room(&mut self, panels: usize, rows: usize) -> (&mut [T], &mut [T]) {
        (from_a_line(&mut self.panels, panels), from_a_line(&mut self.rows, rows))
    }
}

/// `n` numbers of `room` that begin with a line of the cache: registers loaded from there never take from two.
fn from_a_line<T: Element>(room: &mut Vec<T>, n: usize) -> &mut [T] {
    const LINE: usize = 64;
    let needed = n + LINE / size_of::<T>();
    if room.len() < needed {
        room.resize(needed, T::default());
    }
    let start = room.as_ptr().align_offset(LINE).min(LINE / size_of::<T>());
    &mut room[start..start + n]
}

/// Packs columns `j0 .. j0 + n_columns` of `b`, rows of which are `stride` apart.
#[inline(always)]
pub(crate) fn pack_rows<S: Simd, T: Element>(
    simd: S,
    b: &[T],
    stride: usize,
    n_columns: usize,
    panel: &mut [[T::Vector<S>; NR]],
) {
    let lanes = T::lanes::<S>();
    for (p, place) in panel.iter_mut().enumerate() {
        let row = &b[p * stride..][..n_columns];
        if n_columns == NR * lanes {
            let (vectors, _) = T::vectors::<S>(row);
            *place = *vectors.first_chunk().expect("a row of the panel");
        } else {
            for (j, vector) in place.iter_mut().enumerate() {
                let from = (j * lanes).min(n_columns);
                *vector = T::load_part(simd, &row[from..n_columns.min(from + lanes)]);
            }
        }
    }
}

/// Packs rows of `w` as columns: panel[p][j] = w[j][p], rows of `w` being `stride` apart.
#[inline(always)]
pub(crate) fn pack_columns<S: Simd, T: Element>(
    w: &[T],
    stride: usize,
    n_columns: usize,
    n_steps: usize,
    panel: &mut [T],
) {
    let width = NR * T::lanes::<S>();
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

/// Packs columns of A for a tile of `height`: rows[p · height + i] = a[p · stride + i].
#[inline(always)]
pub(crate) fn pack_side_by_side<T: Element>(a: &[T], stride: usize, height: usize, rows: &mut [T]) {
    match height {
        // The heights of most tiles, known when this is compiled: a copy is then a move or two.
        12 => pack_chunks::<T, 12>(a, stride, rows),
        6 => pack_chunks::<T, 6>(a, stride, rows),
        _ => {
            for (p, place) in rows.chunks_exact_mut(height).enumerate() {
                place.iter_mut().zip(&a[p * stride..]).for_each(|(place, &value)| *place = value);
            }
        }
    }
}

#[inline(always)]
fn pack_chunks<T: Element, const HEIGHT: usize>(a: &[T], stride: usize, rows: &mut [T]) {
    for (p, place) in rows.as_chunks_mut::<HEIGHT>().0.iter_mut().enumerate() {
        *place = *a[p * stride..].first_chunk().expect("rows of A");
    }
}
