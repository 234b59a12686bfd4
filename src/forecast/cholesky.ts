/** Solves a small symmetric positive definite system. */

/**
 * Solves `matrix * x = right`, the matrix given row by row with at least its lower half; both are overwritten.
 * @returns null when the matrix is not positive definite.
 */
export function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array | null {
  const size = right.length
  const cell = (row: number, column: number): number => matrix[row * size + column] ?? 0
  for (let column = 0; column < size; column++) {
    let pivot = cell(column, column)
    for (let before = 0; before < column; before++) pivot -= cell(column, before) ** 2
    if (!(pivot > 0) || !Number.isFinite(pivot)) return null
    const root = Math.sqrt(pivot)
    matrix[column * size + column] = root
    for (let row = column + 1; row < size; row++) {
      let value = cell(row, column)
      for (let before = 0; before < column; before++) value -= cell(row, before) * cell(column, before)
      matrix[row * size + column] = value / root
    }
  }
  for (let row = 0; row < size; row++) {
    let value = right[row] ?? 0
    for (let column = 0; column < row; column++) value -= cell(row, column) * (right[column] ?? 0)
    right[row] = value / cell(row, row)
  }
  for (let row = size - 1; row >= 0; row--) {
    let value = right[row] ?? 0
    for (let below = row + 1; below < size; below++) value -= cell(below, row) * (right[below] ?? 0)
    right[row] = value / cell(row, row)
  }
  return right
}
