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
  return !showsFractions(map, node, { names: new Set(), steps: 0 })
}

interface Seen {
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
  if (seen.names.has(name) || seen.steps >= STEPS_MAX) return false
  seen.names.add(name)
  seen.steps += 1
  return map.valuesNamed(name).some((value) => showsFractions(map, isFunction(value) ? value.body : value, seen))
}
