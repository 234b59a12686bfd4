/** The input of `shoal run`: JSON as given, from a file, or from standard input. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { ShoalError } from '../src/errors.ts'

/**
 * `@file` reads a file: JSON by its name, otherwise its text; `-` reads JSON from standard input; anything else is JSON.
 * @throws ShoalError SHOAL_USAGE.
 */
export async function readInput(given: string): Promise<unknown> {
  if (given === '-') return parseJson(await text(process.stdin), 'standard input')
  if (!given.startsWith('@')) return parseJson(given, '--input')
  const file = given.slice(1)
  const content = await readText(file)
  return isPlainText(file) ? content : parseJson(content, file)
}

function isPlainText(file: string): boolean {
  return /\.(txt|text|md|csv|tsv|log)$/i.test(file)
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ShoalError('SHOAL_USAGE', `run: the input cannot be read: ${why}`, {
      next: 'name a file that exists: --input @FILE',
      cause,
    })
  }
}

function parseJson(content: string, from: string): unknown {
  try {
    return JSON.parse(content)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ShoalError('SHOAL_USAGE', `run: ${from} is no JSON: ${why}`, {
      next: `quote it for the shell: --input '{"n":10}', or use --input @FILE`,
      cause,
    })
  }
}
