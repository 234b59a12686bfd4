/** Turns a user's module into a tree: types stripped with positions kept, parsed, names resolved. */
import { type Program as AcornProgram, type AnyNode, parse } from 'acorn'
import { transformSync } from 'amaro'
import { analyze } from 'eslint-scope'
import { ShoalError } from '../../errors.ts'
import { sizes } from '../../limits.ts'
import type { BundleMap } from '../../program/program.ts'
import { SourceMap } from './source-map.ts'

/** The parts of an eslint-scope variable that decomposition reads. */
export interface Variable {
  readonly name: string
  readonly scope: Scope
  readonly defs: readonly { readonly type: string; readonly node: AnyNode; readonly parent: AnyNode | null }[]
  readonly references: readonly Reference[]
  readonly identifiers: readonly AnyNode[]
}

export interface Scope {
  readonly type: string
  readonly block: AnyNode
  readonly variables: readonly Variable[]
  readonly references: readonly Reference[]
}

export interface Reference {
  readonly identifier: AnyNode
  readonly resolved: Variable | null
  readonly init?: boolean
  isWrite(): boolean
}

export interface ParsedModule {
  readonly file: string
  /** Of a bundle: where its text stood; null for a module of one file. */
  readonly places: SourceMap | null
  /** JavaScript with every position of the user's own text. */
  readonly text: string
  readonly tree: AcornProgram
  readonly scopes: readonly Scope[]
  /** `/* shoal: sequential *\/`, `@__PURE__` and the like: comments with their ranges. */
  readonly comments: readonly { readonly text: string; readonly start: number; readonly end: number }[]
}

/**
 * Parses a module.
 * @throws ShoalError SHOAL_CODE_SYNTAX with file:line:column, or SHOAL_CODE_UNSUPPORTED for TypeScript that is no erasable type.
 */
export function parseModule(source: string, file: string, map?: BundleMap): ParsedModule {
  if (source.length > sizes.programBytesMax) {
    throw new ShoalError('SHOAL_JOB_TOO_LARGE', `${file} has more than ${sizes.programBytesMax} characters`, {
      next: 'pass large data as input instead of writing it into the module',
    })
  }
  const text = isTypeScript(file) ? stripTypes(source, file) : source
  const comments: { text: string; start: number; end: number }[] = []
  let tree: AcornProgram
  try {
    tree = parse(text, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      locations: true,
      ranges: true,
      allowHashBang: true,
      onComment: (_block, comment, start, end) => comments.push({ text: comment, start, end }),
    })
  } catch (thrown) {
    throw syntaxError(thrown, file)
  }
  // eslint-scope speaks ESTree's types, acorn its own; the trees are the same.
  const { scopes } = analyze(tree as never, { ecmaVersion: 2022, sourceType: 'module' })
  const places = map === undefined ? null : new SourceMap(map)
  return { file, places, text, tree, scopes: scopes as never, comments }
}

function isTypeScript(file: string): boolean {
  return /\.[cm]?ts$/.test(file)
}

/** Takes erasable types out; what stays keeps line and column. @throws ShoalError SHOAL_CODE_SYNTAX, SHOAL_CODE_UNSUPPORTED */
export function stripTypes(source: string, file: string): string {
  try {
    return transformSync(source, { mode: 'strip-only', filename: file }).code
  } catch (thrown) {
    const { code, message, startLine, startColumn } = thrown as Record<string, unknown>
    const at = typeof startLine === 'number' ? `${file}:${startLine}:${Number(startColumn) + 1}` : file
    if (code === 'UnsupportedSyntax') {
      throw new ShoalError('SHOAL_CODE_UNSUPPORTED', `${at}: ${String(message)}`, {
        next: 'use types that can be erased: no enum, namespace with values, or parameter property',
        cause: thrown,
      })
    }
    throw new ShoalError('SHOAL_CODE_SYNTAX', `${at}: ${String(message ?? thrown)}`, {
      next: 'correct the syntax at the given place',
      cause: thrown,
    })
  }
}

function syntaxError(thrown: unknown, file: string): ShoalError {
  const { loc, message } = thrown as { loc?: { line: number; column: number }; message: string }
  const at = loc === undefined ? file : `${file}:${loc.line}:${loc.column + 1}`
  return new ShoalError('SHOAL_CODE_SYNTAX', `${at}: ${message.replace(/ \(\d+:\d+\)$/, '')}`, {
    next: 'correct the syntax at the given place',
    cause: thrown,
  })
}
