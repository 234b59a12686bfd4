/** Shows errors at the user's own lines and columns, without the frames of the runtime. */
import type { Program } from '../../program/program.ts'
import { type Columns, originalColumn } from '../codegen/text.ts'
import { SourceMap } from '../syntax/source-map.ts'

/** What a program tells of the user's files. */
export type UserCode = Pick<Program, 'file' | 'map'>

/** The stack with files, lines and columns as the user wrote them; frames outside the user's code are left out. */
export function userStack(stack: string, { file, map }: UserCode, columns: Columns): string {
  const bundle = map === undefined ? null : new SourceMap(map)
  const lines = stack.split('\n')
  const shown = lines.flatMap((line) => {
    if (!/^\s+at /.test(line)) return [line]
    const at = line.lastIndexOf(`${file}:`)
    if (at < 0) return /\(node:|\(?file:|^\s+at (async )?\/|\s\(\//.test(line) ? [] : [line]
    const [, place = '', row, column] = /^(.*?):(\d+):(\d+)/.exec(line.slice(at)) ?? []
    if (row === undefined || column === undefined) return [line]
    const own = originalColumn(columns, Number(row), Number(column))
    const found = bundle?.find(Number(row), own) ?? { file: place, line: Number(row), column: own }
    const corrected = `${found.file}:${found.line}:${found.column}`
    return [line.slice(0, at) + corrected + line.slice(at + `${place}:${row}:${column}`.length)]
  })
  return shown.join('\n')
}
