/** Shows errors at the user's own lines and columns, without the frames of the runtime. */
import { type Columns, originalColumn } from '../codegen/text.ts'

/** The stack with columns of `file` as the user wrote them; frames outside the user's code are left out. */
export function userStack(stack: string, file: string, columns: Columns): string {
  const lines = stack.split('\n')
  const shown = lines.flatMap((line) => {
    if (!/^\s+at /.test(line)) return [line]
    const at = line.lastIndexOf(`${file}:`)
    if (at < 0) return /\(node:|\(?file:|^\s+at (async )?\/|\s\(\//.test(line) ? [] : [line]
    const [, place = '', row, column] = /^(.*?):(\d+):(\d+)/.exec(line.slice(at)) ?? []
    if (row === undefined || column === undefined) return [line]
    const corrected = `${place}:${row}:${originalColumn(columns, Number(row), Number(column))}`
    return [line.slice(0, at) + corrected + line.slice(at + `${place}:${row}:${column}`.length)]
  })
  return shown.join('\n')
}
