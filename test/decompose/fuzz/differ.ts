/** Compares a program's sharded run with its plain run, and shrinks what differs. */
import { isDeepStrictEqual } from 'node:util'
import { decompose } from '../../../src/decompose/decompose.ts'
import { type Order, runProgram } from '../harness.ts'
import { runPlainCoded } from '../plain.ts'
import { type Generated, moduleOf } from './generate.ts'

export interface Comparison {
  /** What differs; null when nothing does. */
  readonly difference: string | null
  readonly spawns: number
  readonly fallbacks: number
}

const FILE = 'fuzz.mjs'

/** Runs a module in every way that `cuts` names and compares values, sharing and errors with the plain run. */
export async function compare(
  source: string,
  cuts: readonly { readonly chunks: number | null; readonly order: Order }[],
): Promise<Comparison> {
  const plain = await settled(() => runPlainCoded(source, FILE, 1))
  const program = decompose(source, FILE)
  let spawns = 0
  let fallbacks = 0
  const divided = { chunks: 2, order: 'shuffled' as const, divideAfterMs: 1e-6 }
  for (const { chunks, order, ...division } of [...cuts, divided]) {
    const run = await runProgram(program, { scale: 1 }, { chunks, order, ...division })
    spawns += run.spawns.length
    fallbacks += run.logs.length
    // A result that cannot travel is refused with its reason, sharded or not.
    if (run.thrown?.name === 'ValueError') continue
    const outcome = run.thrown === null ? { value: run.value } : { thrown: `${run.thrown.name}: ${run.thrown.message}` }
    const difference = differenceOf(plain, outcome)
    const how = 'divideAfterMs' in division ? 'divided' : `chunks ${chunks}, ${order}`
    if (difference !== null) return { difference: `${how}: ${difference}`, spawns, fallbacks }
  }
  return { difference: null, spawns, fallbacks }
}

type Outcome = { readonly value: unknown } | { readonly thrown: string }

async function settled(run: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await run() }
  } catch (error) {
    return { thrown: error instanceof Error ? `${error.name}: ${error.message}` : `Error: ${String(error)}` }
  }
}

function differenceOf(plain: Outcome, sharded: Outcome): string | null {
  if ('thrown' in plain || 'thrown' in sharded) {
    const [a, b] = [plain, sharded].map((outcome) => ('thrown' in outcome ? outcome.thrown : 'a value'))
    return a === b ? null : `${b} instead of ${a}`
  }
  if (!isDeepStrictEqual(plain.value, sharded.value)) {
    return `${shown(sharded.value)} instead of ${shown(plain.value)}`
  }
  return isDeepStrictEqual(sharing(plain.value), sharing(sharded.value)) ? null : 'objects are shared differently'
}

/** Numbers of the objects in the order in which they are met: equal for equal values with equal sharing. */
function sharing(root: unknown): number[] {
  const numbers = new Map<object, number>()
  const met: number[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const known = numbers.get(value)
    met.push(known ?? numbers.size)
    if (known !== undefined) return
    numbers.set(value, numbers.size)
    if (value instanceof Map) for (const [key, held] of value) [key, held].forEach(visit)
    else if (value instanceof Set) for (const held of value) visit(held)
    else if (!ArrayBuffer.isView(value)) for (const held of Object.values(value)) visit(held)
  }
  visit(root)
  return met
}

function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, held: unknown) =>
    typeof held === 'bigint'
      ? `${held}n`
      : held instanceof Map
        ? ['Map', ...held]
        : held instanceof Set
          ? ['Set', ...held]
          : held,
  )
  return text.length > 400 ? `${text.slice(0, 400)}...` : text
}

/** Leaves statements out as long as what is left still differs. */
export async function shrink(
  generated: Generated,
  cuts: readonly { readonly chunks: number | null; readonly order: Order }[],
): Promise<string> {
  let statements = [...generated.statements]
  for (let at = statements.length - 1; at >= 0; at--) {
    const fewer = statements.filter((_, index) => index !== at)
    if ((await compare(moduleOf(generated, fewer), cuts)).difference !== null) statements = fewer
  }
  return moduleOf(generated, statements)
}
