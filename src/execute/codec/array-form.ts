/** Chooses how an array is written, by its elements alone: the same elements give the same form. */
import { isOrdinaryArray, isPackedArray } from './hidden-class.ts'
import { type Objection, objectionToArray } from './properties.ts'
import { Tag } from './tags.ts'

/** The tag of an array's form, or what stands against carrying it. */
export function arrayForm(array: readonly unknown[]): number | Objection {
  if (isPackedArray(array)) return denseForm(array)
  if (isOrdinaryArray(array)) return hasHole(array) ? Tag.sparseArray : denseForm(array)
  const objection = objectionToArray(array)
  if (objection !== null) return objection
  // One name per element, and `length`.
  const dense = Object.getOwnPropertyNames(array).length === array.length + 1
  return dense ? denseForm(array) : Tag.sparseArray
}

function denseForm(array: readonly unknown[]): number {
  let fractions = false
  for (let index = 0; index < array.length; index++) {
    const value = array[index]
    if (typeof value !== 'number') return Tag.array
    if ((value | 0) !== value || (value === 0 && 1 / value < 0)) fractions = true
  }
  if (fractions) return array.length > 1 ? Tag.numberArray : Tag.array
  return array.length > 0 ? Tag.integerArray : Tag.array
}

function hasHole(array: readonly unknown[]): boolean {
  for (let index = 0; index < array.length; index++) {
    if (array[index] === undefined && !Object.hasOwn(array, index)) return true
  }
  return false
}
