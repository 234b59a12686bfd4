/** Asks the engine whether two objects share a hidden class, which settles keys, attributes and prototype in one step. */
import { setFlagsFromString } from 'node:v8'

/** An engine without the question leaves only the slow, property by property check, with the same outcome. */
export interface HiddenClasses {
  /** Same keys in the same order with the same attributes, same prototype, same extensibility, same internal slots. */
  same(one: object, other: object): boolean
  /** {@link same} as one of three. */
  sameAsAny(object: object, first: object, second: object, third: object): boolean
  /** False for objects kept as dictionaries, whose hidden class does not list the keys (or the nature of elements). */
  listed(object: object): boolean
}

export const hiddenClasses: HiddenClasses | null = askEngine()

function askEngine(): HiddenClasses | null {
  try {
    // The engine drops the compiled form of what was not called for a while; without the syntax it could not make it again.
    setFlagsFromString('--no-flush-bytecode')
    setFlagsFromString('--allow-natives-syntax')
    try {
      return compileQuestions()
    } finally {
      setFlagsFromString('--no-allow-natives-syntax')
    }
  } catch {
    // Code from text may be forbidden in a hardened slot: the slow check is always there.
    return null
  }
}

function compileQuestions(): HiddenClasses | null {
  const same = new Function('one', 'other', 'return %HaveSameMap(one, other)') as HiddenClasses['same']
  const anyText = 'return %HaveSameMap(o, a) || %HaveSameMap(o, b) || %HaveSameMap(o, c)'
  const sameAsAny = new Function('o', 'a', 'b', 'c', anyText) as HiddenClasses['sameAsAny']
  const listedText = 'return %HasFastProperties(object) && !%HasDictionaryElements(object)'
  const listed = new Function('object', listedText) as HiddenClasses['listed']
  const trusted = same({ a: 1, b: 2 }, { a: 3, b: 4 }) && !same({ a: 1 }, { b: 1 }) && listed({ a: 1 })
  return trusted ? { same, sameAsAny, listed } : null
}

/** Frequent ones first: arrays of objects or strings, of fractions, of small integers. */
const packedExamples = [['a'], [1.5], [1]] as const
const holeyExamples = [holey(['a']), holey([1.5]), holey([1])] as const

/** True for an array without holes, without other properties, not frozen: the fast answer; false means "look closer". */
export function isPackedArray(array: object): boolean {
  return hiddenClasses?.sameAsAny(array, ...packedExamples) ?? false
}

/** Like {@link isPackedArray}, but there may be holes. */
export function isOrdinaryArray(array: object): boolean {
  return hiddenClasses?.sameAsAny(array, ...holeyExamples) ?? false
}

function holey(values: unknown[]): unknown[] {
  values.length = 2
  return values
}
