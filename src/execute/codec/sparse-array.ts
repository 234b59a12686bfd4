/** Makes long arrays of holes without memory for the holes. */

/** Below this the engine's own way is small enough. */
const denseHolesMax = 1024

/** Sets the length of an empty array. A long array of holes must cost nothing: one far element makes the engine keep it as a dictionary. */
export function setSparseLength(array: unknown[], length: number): void {
  if (length > denseHolesMax) {
    array[length - 1] = undefined
    delete array[length - 1]
  }
  array.length = length
}
