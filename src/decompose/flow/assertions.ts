/** What the user asserts: calls and functions marked as pure, by the comments that bundlers know. */
import type { AnyNode } from 'acorn'
import type { ModuleMap } from '../syntax/module-map.ts'
import type { FunctionNode } from '../syntax/walk.ts'

const CALL = /^\s*[@#]__PURE__\s*$/
const FUNCTION = /[@#]__NO_SIDE_EFFECTS__|@pure\b/

/** `/* @__PURE__ *\/ f(x)`. */
export function isPureCall(map: ModuleMap, node: AnyNode): boolean {
  return precededBy(map, node.start, CALL, /^\s*$/)
}

/** `/* @__NO_SIDE_EFFECTS__ *\/ function f() {}`, or `@pure` in the comment before a declaration. */
export function isPureFunction(map: ModuleMap, fn: FunctionNode): boolean {
  return precededBy(map, fn.start, FUNCTION, /^\s*(export\s+)?(default\s+)?((const|let)\s+[\w$]+\s*=\s*)?$/)
}

function precededBy(map: ModuleMap, start: number, mark: RegExp, between: RegExp): boolean {
  const { comments, text } = map.module
  return comments.some(
    (comment) => comment.end <= start && mark.test(comment.text) && between.test(text.slice(comment.end, start)),
  )
}
