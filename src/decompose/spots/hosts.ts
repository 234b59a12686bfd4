/** Finds the functions that may wait for shards: the default function, and functions that only it calls, now and then. */
import type { AnyNode, CallExpression } from 'acorn'
import type { Exports } from '../codegen/module-text.ts'
import { givesPromise } from '../flow/promises.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, type FunctionNode, isFunction, isLoop } from '../syntax/walk.ts'

/** A function that may wait, and the calls of it that have to wait then. */
export interface Host {
  readonly fn: FunctionNode
  readonly calls: readonly CallExpression[]
}

/** The default function first, then functions it calls directly or through others of them; empty when it cannot wait. */
export function hostsOf(map: ModuleMap, exported: Exports): readonly Host[] {
  const main = mainHost(map, exported)
  if (main === null) return []
  const hosts: Host[] = [{ fn: main, calls: [] }]
  // What is returned from a function that waits is awaited: a promise-like object would not come through.
  if (map.methods.has('then')) return hosts
  const variables = map.module.scopes.flatMap((scope) => scope.variables)
  for (let found = true; found; ) {
    found = false
    for (const variable of variables) {
      const fn = map.callableOf(variable)
      if (!isFunction(fn) || fn.generator || hosts.some((host) => host.fn === fn)) continue
      const calls = waitingCalls(map, variable, givesPromise(map, fn), hosts)
      if (calls === null) continue
      hosts.push({ fn, calls })
      found = true
    }
  }
  return hosts
}

/** The functions between the default function and `fn`, itself included: those that wait when `fn` does. */
export function chainOf(map: ModuleMap, hosts: readonly Host[], fn: FunctionNode): ReadonlySet<FunctionNode> {
  const chain = new Set<FunctionNode>()
  const queue: FunctionNode[] = [fn]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (chain.has(next)) continue
    chain.add(next)
    for (const call of hosts.find((host) => host.fn === next)?.calls ?? []) {
      const around = map.functionAround(call)
      if (isFunction(around)) queue.push(around)
    }
  }
  return chain
}

/** The default function, when it can wait for shards: only the runtime calls it. */
function mainHost(map: ModuleMap, { main, mainVariable }: Exports): FunctionNode | null {
  if (!isFunction(main) || main.generator) return null
  const used = (mainVariable?.references ?? []).filter((reference) => {
    const parent = map.parentOf(reference.identifier)
    return parent?.type !== 'ExportSpecifier' && parent?.type !== 'ExportDefaultDeclaration' && reference.init !== true
  })
  return used.length === 0 ? main : null
}

/** All uses of a function, when every one is a call in the body of a host and outside of loops over data. */
function waitingCalls(
  map: ModuleMap,
  variable: Variable,
  isAsync: boolean,
  hosts: readonly Host[],
): CallExpression[] | null {
  const calls: CallExpression[] = []
  for (const { identifier, init } of variable.references) {
    if (init === true) continue
    const call = map.parentOf(identifier)
    if (call?.type !== 'CallExpression' || call.callee !== identifier || call.optional) return null
    // Side by side with other code it must not wait at places where it did not.
    if (isAsync && map.parentOf(call)?.type !== 'AwaitExpression') return null
    const around = map.functionAround(call)
    if (!hosts.some(({ fn }) => fn === around && contains(fn.body, call)) || isOften(map, call)) return null
    calls.push(call)
  }
  return calls.length > 0 ? calls : null
}

/** In a loop over data, where even a moment's wait per call would add up. Rounds are no such loops. */
function isOften(map: ModuleMap, call: AnyNode): boolean {
  let rounds = 0
  let from = call
  for (let at = map.parentOf(call); at !== null && !isFunction(at); at = map.parentOf(at)) {
    const once = ('right' in at && at.right === from) || ('init' in at && at.init === from)
    from = at
    if (!isLoop(at) || once) continue
    rounds += 1
    if (rounds > 1 || at.type === 'ForOfStatement' || at.type === 'ForInStatement') return true
    if (at.type === 'ForStatement' && !isRounds(at.test ?? null)) return true
  }
  return false
}

/** `round < rounds`, not `i < xs.length`. */
function isRounds(test: AnyNode | null): boolean {
  return test?.type === 'BinaryExpression' && (test.right.type === 'Identifier' || test.right.type === 'Literal')
}
