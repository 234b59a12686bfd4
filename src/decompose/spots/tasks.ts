/** Finds statements that can run side by side: calls of functions that share nothing, one after the other or gathered. */
import type { AnyNode } from 'acorn'
import { evaluate } from '../flow/expressions.ts'
import { Flow } from '../flow/flow.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { Variable } from '../syntax/parse.ts'
import { contains, type FunctionNode, isFunction, isLoop, lineOf, walk } from '../syntax/walk.ts'
import { gatheredArray } from './concurrency.ts'
import type { Host } from './hosts.ts'
import { type Needs, needsOf } from './needs.ts'
import { calledBy } from './origins.ts'
import type { Plan } from './plan.ts'
import type { Obstacle } from './reasons.ts'

/** One of the values that are computed side by side. */
export interface Task {
  /** The expression that is computed. */
  readonly value: AnyNode
  readonly line: number
  /** What sets variables to it; null for an element of a list. */
  readonly statement: AnyNode | null
  readonly targets: readonly Variable[]
  /** It runs in the root, beside the others, because loops in it are sharded by themselves. */
  readonly stays: boolean
}

/** Tasks that do not need each other: statements in a row, or the elements of `Promise.all([...])`. */
export interface TaskGroup {
  /** The list in `Promise.all([...])`; null for statements. */
  readonly list: AnyNode | null
  readonly tasks: readonly Task[]
  readonly line: number
  readonly needs: Needs
  readonly reached: ReadonlySet<FunctionNode>
  readonly isAsync: boolean
  readonly waits: boolean
  readonly viewsOnUnknown: boolean
  readonly asserted: ReadonlyMap<number, string>
  readonly host: FunctionNode
}

/** A call beside others that has to stay in order. */
export interface KeptTask {
  readonly line: number
  readonly obstacle: Obstacle
}

/** What is looked for, and where. */
interface Search {
  readonly map: ModuleMap
  readonly sharded: readonly Plan[]
  readonly groups: TaskGroup[]
  readonly kept: KeptTask[]
}

/** A task with what the analysis of its own code found. */
interface Judged {
  readonly task: Task
  readonly flow: Flow
  readonly needs: Needs
}

/** All groups in functions that may wait; loops and calls that are sharded by themselves come first. */
export function findTasks(
  map: ModuleMap,
  hosts: readonly Host[],
  sharded: readonly Plan[],
): { groups: readonly TaskGroup[]; kept: readonly KeptTask[] } {
  const search: Search = { map, sharded, groups: [], kept: [] }
  for (const { fn } of hosts) {
    const within = [...sharded, ...search.groups].some(({ reached }) => reached.has(fn))
    if (!within) walk(fn.body, (node) => (isFunction(node) ? false : lookAt(search, fn, node)))
  }
  return search
}

function lookAt(search: Search, host: FunctionNode, node: AnyNode): boolean {
  if (search.sharded.some(({ body }) => contains(body, node))) return false
  if (node.type === 'BlockStatement') {
    let row: Task[] = []
    for (const statement of [...node.body, null]) {
      const task = statement === null ? null : taskOf(search.map, statement)
      if (task !== null) row.push(task)
      else {
        if (row.length > 1) splitRow(search, host, row)
        row = []
      }
    }
  }
  const array = node.type === 'AwaitExpression' ? gatheredArray(search.map, node) : null
  if (array !== null) gatheredGroup(search, host, array)
  return true
}

/** `const a = f(x)` or `a = f(x)` with a function of the module that does some work. */
function taskOf(map: ModuleMap, statement: AnyNode): Task | null {
  const set = assignmentIn(statement)
  if (set === null) return null
  const call = set.value.type === 'AwaitExpression' ? set.value.argument : set.value
  if (!worksHard(map, call)) return null
  const targets: Variable[] = []
  for (const name of map.namesIn(set.target)) {
    const variable = map.variableOf(name)
    if (variable === null) return null
    targets.push(variable)
  }
  return { value: set.value, line: lineOf(statement), statement, targets, stays: false }
}

function assignmentIn(statement: AnyNode): { target: AnyNode; value: AnyNode } | null {
  if (statement.type === 'VariableDeclaration') {
    const [declarator] = statement.declarations
    if (statement.declarations.length !== 1 || statement.kind === 'var' || !declarator?.init) return null
    return { target: declarator.id, value: declarator.init }
  }
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression') return null
  const { operator, left, right } = statement.expression
  return operator === '=' && left.type === 'Identifier' ? { target: left, value: right } : null
}

/** A call of a function of the module that loops, or calls one that does. Lists it goes over itself are spots of their own. */
function worksHard(map: ModuleMap, node: AnyNode): boolean {
  const fn = node.type === 'CallExpression' && !node.optional ? calledBy(map, node) : null
  if (fn === null || fn.generator || node.type !== 'CallExpression') return false
  let plain = true
  for (const argument of node.arguments) {
    walk(argument, (at) => {
      if (isFunction(at) || at.type === 'AwaitExpression' || at.type === 'YieldExpression') plain = false
      return plain
    })
  }
  return plain && isLong(map, fn, new Set())
}

function isLong(map: ModuleMap, fn: FunctionNode, seen: Set<FunctionNode>): boolean {
  if (seen.has(fn)) return true
  seen.add(fn)
  let long = false
  walk(fn.body, (node) => {
    if (isLoop(node)) long = true
    if (node.type === 'CallExpression') {
      const called = calledBy(map, node)
      if (called !== null ? isLong(map, called, seen) : node.arguments.some((argument) => isFunction(argument)))
        long = true
    }
    return !long
  })
  seen.delete(fn)
  return long
}

/** Cuts a row of statements where one needs what an earlier one gives, or cannot leave its place. */
function splitRow(search: Search, host: FunctionNode, row: readonly Task[]): void {
  let group: Judged[] = []
  /** What the group gives, and what it needs. */
  const given = new Set<Variable>()
  const earlier = new Set<Variable>()
  const end = (): void => {
    if (group.length > 1) addGroup(search, host, group, null)
    group = []
    given.clear()
    earlier.clear()
  }
  for (const task of row) {
    const judged = judgeTask(search, task)
    if (judged === null) {
      end()
      continue
    }
    const used = variablesIn(judged.needs)
    if (used.some((variable) => given.has(variable)) || judged.task.targets.some((target) => given.has(target))) end()
    if (task.targets.some((target) => earlier.has(target))) end()
    group.push(judged)
    for (const target of judged.task.targets) given.add(target)
    for (const variable of used) earlier.add(variable)
  }
  end()
}

function gatheredGroup(search: Search, host: FunctionNode, list: Extract<AnyNode, { type: 'ArrayExpression' }>): void {
  const judged: Judged[] = []
  for (const value of list.elements) {
    if (value === null || !worksHard(search.map, value)) return
    const one = judgeTask(search, { value, line: lineOf(value), statement: null, targets: [], stays: false })
    if (one === null || one.task.stays) return
    judged.push(one)
  }
  if (judged.length > 1) addGroup(search, host, judged, list)
}

/** Null when the task has to stay where it is. */
function judgeTask({ map, sharded, kept }: Search, task: Task): Judged | null {
  const { value } = task
  const flow = new Flow(map, value, value)
  flow.solve(() => void evaluate(flow, value))
  const obstacle = effectOf(flow)
  if (obstacle !== null) {
    kept.push({ line: task.line, obstacle })
    return null
  }
  const needs = needsOf(map, value, [value], new Set())
  const stays = sharded.some(({ site }) => [...flow.reached].some((fn) => contains(fn, site.node)))
  return 'node' in needs ? null : { task: { ...task, stays }, flow, needs }
}

function variablesIn({ captures, localTexts, moduleState, moduleTexts }: Needs): Variable[] {
  return [...captures, ...localTexts, ...moduleState, ...moduleTexts]
}

function statementAround(map: ModuleMap, node: AnyNode): AnyNode {
  let at = node
  for (let up = map.parentOf(at); up !== null && up.type !== 'BlockStatement'; up = map.parentOf(up)) at = up
  return at
}

/** What the code changes, draws or calls that must not leave its place. */
function effectOf({ problems, assigned, writes }: Flow): Obstacle | null {
  const [problem] = problems
  for (const [variable, nodes] of assigned) {
    const [node] = nodes
    if (node !== undefined) return { reason: 'mutated-capture', name: variable.name, line: lineOf(node) }
  }
  const [write] = writes
  if (write !== undefined) return { reason: 'mutated-capture', name: write.thing.name, line: lineOf(write.node) }
  if (problem === undefined) return null
  const reason = problem.code === 'static' ? 'mutated-capture' : problem.code
  return { reason, name: problem.name, line: lineOf(problem.node) }
}

function addGroup({ map, groups }: Search, host: FunctionNode, judged: readonly Judged[], list: AnyNode | null): void {
  const tasks = judged.map(({ task }) => task)
  const [first] = tasks
  const leaving = judged.filter(({ task }) => !task.stays)
  const values = leaving.map(({ task }) => task.value)
  const needs = first === undefined || values.length === 0 ? null : needsOf(map, first.value, values, new Set())
  if (first === undefined || needs === null || 'node' in needs) return
  groups.push({
    list,
    tasks,
    line: lineOf(list === null ? first.value : statementAround(map, list)),
    needs,
    reached: new Set(leaving.flatMap(({ flow }) => [...flow.reached])),
    isAsync: list !== null || values.some((value) => value.type === 'AwaitExpression'),
    waits: leaving.some(({ flow }) => flow.waits),
    viewsOnUnknown: leaving.some(({ flow }) => flow.viewsOnUnknown),
    asserted: new Map(judged.flatMap(({ flow }) => [...flow.asserted])),
    host,
  })
}
