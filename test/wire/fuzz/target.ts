/** What is fuzzed: how inputs are made, and what must hold whatever the input. */
import { ShoalError } from '../../../src/errors.ts'
import type { Choices } from './mutate.ts'

export interface Target {
  readonly name: string
  /** An input near an honest one. */
  readonly make: (choose: Choices) => Uint8Array
  /** Throws when something broke: a crash, or a change of state that nobody signed. */
  readonly check: (input: Uint8Array) => void
}

/** Runs what may refuse its input, which is fine; null then. Anything thrown but a ShoalError is a crash. */
export function unlessRefused<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof ShoalError) return null
    throw error
  }
}

export function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(`broken: ${what}`)
}

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

/** JSON of a tree that may hold what JSON cannot. */
export function json(tree: unknown): Uint8Array {
  const plain = JSON.stringify(tree, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
  return Buffer.from(plain ?? 'null')
}
