/** Tells whether what is added up may be integers: then sums are exact in any grouping, which a check at run time confirms. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import { childrenOf, isFunction } from '../syntax/walk.ts'

/** Definitions that are followed for one sum; what is farther away shows nothing. */
const STEPS_MAX = 40

/**
 * False when the text shows fractions: a division, a decimal, a square root, or a name that is given such a value
 * somewhere in the module. True is a guess that is checked when it runs.
 */
export function mayBeIntegers(map: ModuleMap, node: AnyNode): boolean {
  const found = findings.get(map) ?? { known: new Map<string, boolean>(), first: new Map<string, boolean>() }
  findings.set(map, found)
  const { known } = found
  const seen = { names: new Set<string>(), steps: 0, ...found }
  const shows = showsFractions(map, node, seen)
  // All that these names lead to was looked at, and nothing of it shows fractions.
  if (!shows && seen.steps < STEPS_MAX) for (const name of seen.names) known.set(name, false)
  return !shows
}

/** What is known of a module's names: its sums lead to the same ones again and again. */
interface Findings {
  /** Names of which it is certain whether they show fractions. */
  readonly known: Map<string, boolean>
  /** What was found of names that were followed first, with all steps left. */
  readonly first: Map<string, boolean>
}

const findings = new WeakMap<ModuleMap, Findings>()

interface Seen extends Findings {
  readonly names: Set<string>
  steps: number
}

function showsFractions(map: ModuleMap, node: AnyNode, seen: Seen): boolean {
  if (isRounded(map, node)) return false
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'number' && !Number.isSafeInteger(node.value)
    case 'BinaryExpression':
      if (node.operator === '/') return true
      break
    case 'MemberExpression':
      if (!node.computed && node.property.type === 'Identifier') {
        const { name } = node.property
        if (name === 'length' || name === 'size') return false
        if (isMath(map, node.object)) return true
        return nameShows(map, name, seen) || showsFractions(map, node.object, seen)
      }
      break
    case 'Identifier':
      if (map.variableOf(node) === null) return FRACTIONS.test(node.name)
      return nameShows(map, node.name, seen)
  }
  return childrenOf(node).some((child) => showsFractions(map, child, seen))
}

/** `Math.floor(...)`, `x | 0`, `parseInt(x)`: whatever is inside. */
function isRounded(map: ModuleMap, node: AnyNode): boolean {
  if (node.type === 'BinaryExpression') return /^([&|^]|<<|>>>?)$/.test(node.operator)
  if (node.type === 'UnaryExpression') return node.operator === '~' || node.operator === '!'
  if (node.type !== 'CallExpression') return false
  const { callee } = node
  if (callee.type === 'Identifier') return /^(parseInt|BigInt)$/.test(callee.name) && map.variableOf(callee) === null
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false
  return isMath(map, callee.object) && /^(floor|ceil|round|trunc|sign|clz32|imul)$/.test(callee.property.name)
}

function isMath(map: ModuleMap, node: AnyNode): boolean {
  return node.type === 'Identifier' && node.name === 'Math' && map.variableOf(node) === null
}

const FRACTIONS = /^(parseFloat|NaN|Infinity|Float32Array|Float64Array)$/

/** Some place of the module gives fractions to a variable, property or function of this name. */
function nameShows(map: ModuleMap, name: string, seen: Seen): boolean {
  const isFirst = seen.steps === 0
  const known = seen.known.get(name) ?? (isFirst ? seen.first.get(name) : undefined)
  if (known !== undefined) return known
  if (seen.names.has(name) || seen.steps >= STEPS_MAX) return false
  seen.names.add(name)
  seen.steps += 1
  const shows = map.valuesNamed(name).some((value) => showsFractions(map, isFunction(value) ? value.body : value, seen))
  if (shows) seen.known.set(name, true)
  if (isFirst) seen.first.set(name, shows)
  return shows
}
