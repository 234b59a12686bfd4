/** Turns a function that a program holds in its hands into the text of a module that another machine can run. */
import { parse } from 'acorn'
import { analyze } from 'eslint-scope'
import { ShoalError } from '../errors.ts'

/** A function as `submit` takes it: one input in, one value out. */
export type JobFunction = (input: never, context: never) => unknown

interface FreeName {
  readonly name: string
  readonly line: number
}

/**
 * The function's own text as the default export of a module.
 * @throws ShoalError SHOAL_CODE_CLOSURE when it uses a variable from outside, which would not travel with it;
 * SHOAL_CODE_UNSUPPORTED for methods, classes, bound and built-in functions.
 */
export function functionModule(fn: JobFunction): string {
  const text = Function.prototype.toString.call(fn)
  const program = parseFunction(`(${text})`, fn.name)
  const outer = freeNames(program).filter(({ name }) => !(name in globalThis))
  const first = outer[0]
  if (first !== undefined) {
    const names = [...new Set(outer.map(({ name }) => name))].join(', ')
    throw new ShoalError(
      'SHOAL_CODE_CLOSURE',
      `the function uses ${names} from outside (line ${first.line} of its text), which does not travel with it`,
      { next: 'pass the value as input, move it into the function, or submit the file that exports the function' },
    )
  }
  return `export default ${text}\n`
}

function parseFunction(expression: string, name: string): ReturnType<typeof parse> {
  try {
    const program = parse(expression, { ecmaVersion: 'latest', sourceType: 'module', locations: true, ranges: true })
    const statement = program.body[0]
    const kind = statement?.type === 'ExpressionStatement' ? statement.expression.type : 'nothing'
    if (kind === 'FunctionExpression' || kind === 'ArrowFunctionExpression') return program
    throw new Error(`its text is a ${kind}`)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ShoalError('SHOAL_CODE_UNSUPPORTED', `the function ${name || '(unnamed)'} has no text to send: ${why}`, {
      next: 'pass a plain function or arrow function, or the path of a module',
      cause,
    })
  }
}

function freeNames(program: ReturnType<typeof parse>): FreeName[] {
  const scopes = analyze(program as Parameters<typeof analyze>[0], { ecmaVersion: 2022, sourceType: 'module' })
  const through = scopes.globalScope?.through ?? []
  return through.map(({ identifier }) => ({ name: identifier.name, line: identifier.loc?.start.line ?? 1 }))
}
