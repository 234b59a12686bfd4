/** A verb of the command line: what it takes, and what it does. */
import { type ArgsDef, type CommandDef, parseArgs, renderUsage } from 'citty'
import { ShoalError } from '../src/errors.ts'
import { Arguments } from './arguments.ts'
import { nearest } from './nearest.ts'

export interface Option {
  readonly type: 'text' | 'flag'
  readonly description: string
  /** How the value is called in the usage. */
  readonly value?: string
  readonly short?: string
  /** May be given several times. */
  readonly repeated?: boolean
  readonly hidden?: boolean
}

export interface Positional {
  readonly name: string
  readonly description: string
  readonly required: boolean
  /** Takes all further words too: the first by name, the others as a list of that name. */
  readonly rest?: boolean
}

export interface Verb {
  readonly name: string
  readonly summary: string
  readonly positionals: readonly Positional[]
  readonly options: Readonly<Record<string, Option>>
  /** The exit code; what it throws is reported by the caller. It throws before it has written any JSON. */
  readonly run: (args: Arguments) => Promise<number>
  /** The JSON that stands for what it threw; by default `{schema, error}`. */
  readonly refused?: (error: ShoalError) => unknown
}

/** Options that every verb has. */
export const jsonOption: Option = { type: 'flag', description: 'print exactly one JSON value on stdout' }
export const homeOption: Option = {
  type: 'text',
  value: 'dir',
  description: 'home of the hub (default: SHOAL_HOME, else the XDG data folder)',
}

/** @throws ShoalError SHOAL_USAGE, naming the option or argument that is wrong. */
export function parseVerb(verb: Verb, raw: readonly string[]): Arguments {
  const { kept, repeated } = takeRepeated(verb, raw)
  refuseUnknown(verb, kept)
  const parsed = parseArgs(kept, cittyArguments(verb))
  const [...positionals] = parsed._
  const last = verb.positionals.at(-1)
  if (last?.rest === true) repeated.set(last.name, positionals.splice(verb.positionals.length))
  if (positionals.length > verb.positionals.length) {
    throw usage(verb, `unexpected argument ${JSON.stringify(positionals[verb.positionals.length])}`)
  }
  verb.positionals.forEach(({ name, required }, index) => {
    const isEmpty = positionals[index]?.trim() === ''
    if (isEmpty || (required && positionals[index] === undefined)) throw usage(verb, `${name.toUpperCase()} is missing`)
  })
  const named = new Map<string, string | boolean>()
  for (const [name, option] of Object.entries(verb.options)) {
    const value = parsed[name]
    if (typeof value === 'boolean' || typeof value === 'string') named.set(name, value)
    if (option.type === 'text' && value === '') throw usage(verb, `--${name} needs a value`)
  }
  verb.positionals.forEach(({ name }, index) => {
    const value = positionals[index]
    if (value !== undefined) named.set(name, value)
  })
  return new Arguments(verb.name, named, repeated)
}

export async function verbUsage(verb: Verb): Promise<string> {
  const shown = Object.entries(verb.options).filter(([, option]) => option.hidden !== true)
  const command: CommandDef<ArgsDef> = {
    meta: { name: verb.name, description: verb.summary },
    args: cittyArguments({ ...verb, options: Object.fromEntries(shown) }, true),
  }
  return renderUsage(command, { meta: { name: 'shoal' } })
}

/** The parser keeps only the last of several; options that may be repeated are taken out before. */
function takeRepeated(verb: Verb, raw: readonly string[]): { kept: string[]; repeated: Map<string, string[]> } {
  const kept: string[] = []
  const repeated = new Map<string, string[]>()
  for (let index = 0; index < raw.length; index++) {
    const word = raw[index] ?? ''
    const [name = '', inline] = splitOption(word)
    if (verb.options[name]?.repeated !== true || !word.startsWith('--')) {
      kept.push(word)
      continue
    }
    const value = inline ?? raw[++index]
    if (value === '' || !isValue(verb, value)) throw usage(verb, `--${name} needs a value`)
    repeated.set(name, [...(repeated.get(name) ?? []), value])
  }
  return { kept, repeated }
}

function refuseUnknown(verb: Verb, words: readonly string[]): void {
  const shorts = Object.values(verb.options).flatMap(({ short }) => (short === undefined ? [] : [short]))
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (word === '--') return
    if (!word.startsWith('-') || word === '-') continue
    const [name = '', inline] = splitOption(word)
    const option = verb.options[name]
    if (name.startsWith('no-') && verb.options[name.slice(3)]?.type === 'flag') continue
    if (option === undefined && !(word.length === 2 && shorts.includes(name))) {
      const near = nearest(name, Object.keys(verb.options))
      throw usage(verb, `there is no option ${word}${near === null ? '' : `; did you mean --${near}?`}`)
    }
    if (option?.type === 'text' && inline === undefined) {
      if (!isValue(verb, words[++index])) throw usage(verb, `--${name} needs a value`)
    }
  }
}

/** Not the next option, where a value was left out. */
function isValue(verb: Verb, word: string | undefined): word is string {
  return word !== undefined && !(word.startsWith('--') && verb.options[splitOption(word)[0]] !== undefined)
}

function splitOption(word: string): [string, string | undefined] {
  const bare = word.replace(/^--?/, '')
  const at = bare.indexOf('=')
  return at < 0 ? [bare, undefined] : [bare.slice(0, at), bare.slice(at + 1)]
}

function cittyArguments(verb: Verb, withPositionals = false): ArgsDef {
  const args: ArgsDef = {}
  if (withPositionals) {
    for (const { name, description, required } of verb.positionals) {
      args[name] = { type: 'positional', description, required }
    }
  }
  for (const [name, option] of Object.entries(verb.options)) {
    args[name] = {
      type: option.type === 'flag' ? 'boolean' : 'string',
      description: option.description,
      ...(option.value === undefined ? {} : { valueHint: option.value }),
      ...(option.short === undefined ? {} : { alias: option.short }),
    }
  }
  return args
}

function usage(verb: Verb, message: string): ShoalError {
  return new ShoalError('SHOAL_USAGE', `${verb.name}: ${message}`, { next: `shoal ${verb.name} --help` })
}
