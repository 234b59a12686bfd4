/**
 * Writes what looks at a sequential loop while it runs. The loop goes on in stretches, with a look between two of them:
 * the engine makes the best code of a stretch when nothing is called in it, and nothing is captured by a closure. Where
 * a stretch cannot be told apart (iterators, bindings that closures see) the look stands in the loop itself.
 */
import type { AnyNode, ForStatement } from 'acorn'
import { exitsOf, isOwnBreak, labelsOf } from '../spots/exits.ts'
import type { KeptLoop } from '../spots/loops/kept-loops.ts'
import type { ModuleMap } from '../syntax/module-map.ts'
import { RUNTIME } from './module-text.ts'
import type { TextBuilder } from './text.ts'

const KEEPER = `${RUNTIME}.loops`

/** Text that closes what was opened, and where. */
interface Closing {
  readonly at: number
  readonly text: string
}

/** @returns writes what closes the loops; to be called once everything within them is written */
export function lookAtLoops(map: ModuleMap, text: TextBuilder, loops: readonly KeptLoop[]): () => void {
  const closings: Closing[][] = []
  for (const loop of loops) {
    const outermost = labelledFrom(map, loop.node)
    const name = `$${loop.id}`
    const list = loop.node.type === 'ForOfStatement' ? `,${name}o` : ''
    const count = `let ${name}n=${name}a${list}${loop.form === 'strip' ? `,${name}e` : ''};`
    text.put(outermost.start, `{const ${name}v=${KEEPER}.enter(${loop.id}),${name}a=${KEEPER}.at;${count}`)
    const closing = loop.form === 'within' ? lookWithin(text, loop) : lookBetween(map, text, loop, outermost)
    closings.push([closing, { at: outermost.end, text: '}' }])
  }
  // Where loops end in one place the inner one ends first.
  return () => {
    for (const { at, text: closing } of closings.reverse().flat()) text.put(at, closing)
  }
}

/** Tells the runtime the lines of the loops. */
export function linesText(loops: readonly KeptLoop[]): string {
  if (loops.length === 0) return ''
  return `${KEEPER}.lines(${JSON.stringify(Object.fromEntries(loops.map(({ id, line }) => [id, line])))});`
}

/** `for (...) { body }` becomes `for (...) {if(($7n=$7n-1|0)<0){...look...} body }`. */
function lookWithin(text: TextBuilder, loop: KeptLoop): Closing {
  const { node } = loop
  const name = `$${loop.id}`
  if (node.type === 'ForOfStatement') text.put(node.right.start, `${name}o=(`).put(node.right.end, ')')
  const head = `if((${name}n=${name}n-1|0)<0){${lookText(loop)}${name}n=${KEEPER}.at-1;}`
  const isBlock = node.body.type === 'BlockStatement'
  if (isBlock) text.put(node.body.start + 1, head)
  else text.put(node.body.start, `{${head}`)
  return { at: node.end, text: isBlock ? '' : '}' }
}

/**
 * `while (test) body` becomes
 * `$7x:for(;;){if($7n<0){...look...}while (($7n=$7n-1|0)>=0&&(test)) body if($7n>=0)break;}`; with `strip` a counted loop
 * runs to the next stop, which needs no count of its own.
 */
function lookBetween(map: ModuleMap, text: TextBuilder, loop: KeptLoop, outermost: AnyNode): Closing {
  const { node } = loop
  const name = `$${loop.id}`
  const labels = labelsOf(map, node)
  for (const exit of exitsOf(node, labels)) {
    if (isOwnBreak(exit, labels)) text.replace(exit.start, exit.end, `break ${name}x;`)
  }
  // A label of the user's stands for a pass of a stretch.
  text.blank(outermost.start, node.start)
  const again = labels.map((label) => `${label}:`).join('')
  const look = `if(${name}n<0){${lookText(loop)}${name}n=${KEEPER}.at;}`
  const counts = `(${name}n=${name}n-1|0)>=0`
  if (node.type === 'ForStatement' && loop.form === 'strip') return stripText(map, text, loop, node, { look, again })
  if (node.type === 'ForStatement') {
    text.put(outermost.start, `${name}x:`)
    const at = node.test?.start ?? separatorAfter(map, node)
    text.put(at, `;){${look}${again}for(;${counts}${node.test ? '&&(' : ''}`)
    if (node.test) text.put(node.test.end, ')')
  } else if (node.type === 'WhileStatement' || node.type === 'DoWhileStatement') {
    text.put(outermost.start, `${name}x:for(;;){${look}${again}`)
    const [open, close] = node.type === 'WhileStatement' ? [`${counts}&&(`, ')'] : ['(', `)&&${counts}`]
    text.put(node.test.start, open).put(node.test.end, close)
  }
  return { at: node.end, text: `;if(${name}n>=0)break;}` }
}

/** `for (let i = 0; i < n; i++) body` becomes `for (let i = 0; i < n; ){...look...$7e=...;for(;i<$7e;i++) body $7n=-1;}`. */
function stripText(
  map: ModuleMap,
  text: TextBuilder,
  loop: KeptLoop,
  { test, update, end }: ForStatement,
  { look, again }: { readonly look: string; readonly again: string },
): Closing {
  const name = `$${loop.id}`
  if (test?.type !== 'BinaryExpression' || !update || loop.strip === null)
    throw new Error('assertion failed: a counted loop has a test and a step')
  const { counter, step, closed } = loop.strip
  const bound = map.module.text.slice(test.right.start, test.right.end)
  const span = closed ? `(${name}n-1)*${step}` : `${name}n*${step}`
  const first = `if(${name}n===0)${name}n=-1;`
  const stop = `${name}e=${KEEPER}.end(${counter.name},${span},${bound});`
  text.put(labelledFrom(map, loop.node).start, `${name}x:`)
  text.put(update.start, `){${first}${look}${stop}${again}for(;${counter.name}${test.operator}${name}e;`)
  return { at: end, text: `;${name}n=-1;}` }
}

/** Asks for a look; what comes back is bound anew. */
function lookText({ id, node, state }: KeptLoop): string {
  const name = `$${id}`
  const isIterated = node.type === 'ForOfStatement'
  const rebound = `[${state.rebound.map((variable) => variable.name).join(',')}]`
  const own = [...(isIterated ? [`${name}o`] : []), ...(state.usesThis ? ['this'] : [])]
  const fixed = [...own, ...state.fixed.map((variable) => variable.name)]
  const over = isIterated ? `,{list:${name}o}` : ''
  const skip = isIterated ? `if(${name}t===${KEEPER}.skip){${name}n=0;continue;}` : ''
  const bind = state.rebound.length === 0 ? '' : `${rebound}=${name}t;`
  const taken = `if(${name}t!==null){${skip}${bind}}`
  return `const ${name}t=${KEEPER}.look(${id},${name}v,${name}a,${rebound},[${fixed.join(',')}]${over});${taken}`
}

/** A statement with the labels in front of it. */
export function labelledFrom(map: ModuleMap, node: AnyNode): AnyNode {
  let outermost = node
  for (let at = map.parentOf(node); at?.type === 'LabeledStatement'; at = map.parentOf(at)) outermost = at
  return outermost
}

/** Behind the first semicolon of a `for` without a test there is nothing but the second. */
function separatorAfter(map: ModuleMap, { init, start }: ForStatement): number {
  const { text, comments } = map.module
  for (let at = init?.end ?? start; at < text.length; at++) {
    const comment = comments.find((found) => found.start <= at && at < found.end)
    if (comment !== undefined) at = comment.end - 1
    else if (text[at] === ';') return at + 1
  }
  throw new Error('assertion failed: a for has two semicolons')
}
