//! Multiplies and decomposes matrices to the same bits on every machine.
//!
//! The product of `ndarray`, on which linfa's decompositions rest, picks its kernel by the processor, and kernels
//! that multiply and add in one step round otherwise. Here each element is a sum over the rows, from the first to
//! the last; wide units may do several elements at once, which changes none.

use ndarray::{Array2, Axis};

/// Rounds of rotations, at most; matrices of some dozens of rows need six to ten.
const MAX_SWEEPS: usize = 64;

/// Returns the product of the transposed matrix and itself.
#[must_use]
pub fn gram(matrix: &Array2<f64>) -> Array2<f64> {
    let mut sums = Array2::zeros((matrix.ncols(), matrix.ncols()));
    for row in matrix.rows() {
        for (value, mut sum) in row.iter().zip(sums.rows_mut()) {
            sum.scaled_add(*value, &row);
        }
    }
    sums
}

/// Returns the product of two matrices. The first has as many columns as the second has rows.
#[must_use]
pub fn product(left: &Array2<f64>, right: &Array2<f64>) -> Array2<f64> {
    let mut sums = Array2::zeros((left.nrows(), right.ncols()));
    for (row, mut sum) in left.rows().into_iter().zip(sums.rows_mut()) {
        for (value, other) in row.iter().zip(right.rows()) {
            sum.scaled_add(*value, &other);
        }
    }
    sums
}

/// Returns the eigenvectors of a symmetric matrix of finite numbers, a column each, of the largest eigenvalue first.
/// The largest number of each is above zero.
///
/// Rotates until nothing but the diagonal is left (cyclic Jacobi; Golub and Van Loan 2013, section 8.5).
#[must_use]
pub fn eigenvectors(symmetric: &Array2<f64>) -> Array2<f64> {
    let n = symmetric.nrows();
    let (mut left, mut vectors) = (symmetric.clone(), Array2::eye(n));
    let enough = f64::EPSILON * left.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    for _ in 0..MAX_SWEEPS {
        let mut is_done = true;
        for row in 0..n {
            for column in row + 1..n {
                if left[[row, column]].abs() > enough {
                    is_done = false;
                    rotate(&mut left, &mut vectors, row, column);
                }
            }
        }
        if is_done {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| left[[b, b]].total_cmp(&left[[a, a]]));
    let mut sorted = vectors.select(Axis(1), &order);
    for mut vector in sorted.columns_mut() {
        let largest = vector
            .iter()
            .copied()
            .fold(0.0, |most: f64, value| if value.abs() > most.abs() { value } else { most });
        if largest < 0.0 {
            vector.mapv_inplace(|value| -value);
        }
    }
    sorted
}

/// Turns two axes so that nothing is left between them.
fn rotate(left: &mut Array2<f64>, vectors: &mut Array2<f64>, p: usize, q: usize) {
    let theta = (left[[q, q]] - left[[p, p]]) / (2.0 * left[[p, q]]);
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    let turned = |a: f64, b: f64| (cosine * a - sine * b, sine * a + cosine * b);
    for k in 0..left.nrows() {
        (left[[k, p]], left[[k, q]]) = turned(left[[k, p]], left[[k, q]]);
    }
    for k in 0..left.nrows() {
        (left[[p, k]], left[[q, k]]) = turned(left[[p, k]], left[[q, k]]);
        (vectors[[k, p]], vectors[[k, q]]) = turned(vectors[[k, p]], vectors[[k, q]]);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn products_are_those_by_hand() {
        let (left, right) = (array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], array![[1.0, 0.5], [-1.0, 2.0]]);
        assert_eq!(product(&left, &right), array![[-1.0, 4.5], [-1.0, 9.5], [-1.0, 14.5]]);
        assert_eq!(gram(&left), array![[35.0, 44.0], [44.0, 56.0]]);
    }

    #[test]
    fn eigenvectors_stand_by_size_and_are_only_stretched_by_the_matrix() {
        // Eigenvalues 3 and 1 by hand.
        let half = 0.5_f64.sqrt();
        let found = eigenvectors(&array![[2.0, 1.0], [1.0, 2.0]]);
        assert!((found[[0, 0]] - half).abs() < 1e-15 && (found[[1, 0]] - half).abs() < 1e-15, "{found}");
        let rows = Array2::from_shape_fn((60, 25), |(row, column)| {
            ((row * 7 + column * column * 3) % 23) as f64 - 11.0
        });
        let matrix = gram(&rows);
        let vectors = eigenvectors(&matrix);
        let stretched = product(&matrix, &vectors);
        let mut before = f64::INFINITY;
        for (vector, image) in vectors.columns().into_iter().zip(stretched.columns()) {
            let value: f64 = vector.iter().zip(&image).map(|(a, b)| a * b).sum();
            assert!(value <= before + 1e-6, "{value} after {before}");
            before = value;
            let off = vector.iter().zip(&image).map(|(a, b)| (a * value - b).abs()).fold(0.0, f64::max);
            assert!(off < 1e-8 * matrix[[0, 0]].abs().max(1.0), "{off}");
        }
        let orthogonal = gram(&vectors);
        assert!(orthogonal.indexed_iter().all(|((a, b), v)| (v - f64::from(u8::from(a == b))).abs() < 1e-12));
        // What is already diagonal, and what is all zero.
        assert_eq!(eigenvectors(&array![[1.0, 0.0], [0.0, 4.0]]), array![[0.0, 1.0], [1.0, 0.0]]);
        assert_eq!(eigenvectors(&Array2::zeros((2, 2))), array![[1.0, 0.0], [0.0, 1.0]]);
    }
}
