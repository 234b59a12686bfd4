import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { errorCodes } from '../src/errors.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

interface SourceFile {
  readonly path: string
  readonly text: string
  /** The text without comments, and with the content of strings blanked. */
  readonly code: string
}

const files = ['src', 'node', 'simulations'].flatMap(readFolder)
const shipped = files.filter(({ path }) => !path.startsWith('simulations'))

function readFolder(folder: string): SourceFile[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = join(folder, name)
      const text = readFileSync(join(root, path), 'utf8')
      return { path, text, code: codeOf(text) }
    })
}

function codeOf(text: string): string {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
  return text.replace(token, (found) =>
    found.startsWith('/') ? '' : found.startsWith('`') ? templateCode(found) : "''",
  )
}

/** Of a template only what stands in `${}` is code. */
function templateCode(found: string): string {
  return [...found.matchAll(/\$\{([^}]*)\}/g)].map(([, code]) => code).join(' ')
}

/** Room: the folder below src, or the top folder, or the file name for the few files in src itself. */
function room(path: string): string {
  const [top = '', second = ''] = path.split('/')
  return top === 'src' ? second : top
}

interface Import {
  readonly from: string
  readonly to: string
  readonly typesOnly: boolean
}

function importsOf({ path, text }: SourceFile): Import[] {
  const pattern = /(import|export)(\s+type)?[^'"`;]*?from\s+'([^']+)'|import\(\s*'([^']+)'/g
  return [...text.matchAll(pattern)].map(([, , typesOnly, name, lazy]) => {
    const to = name ?? lazy ?? ''
    return {
      from: path,
      to: to.startsWith('.') ? normalize(join(dirname(path), to)) : to,
      typesOnly: typesOnly !== undefined,
    }
  })
}

function findings(check: (file: SourceFile) => readonly string[], among: readonly SourceFile[] = files): string[] {
  return among.flatMap((file) => check(file).map((finding) => `${file.path}: ${finding}`))
}

/** What each room may import besides itself; arrows point one way. Types of client/local-hub.ts are a border contract. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'limits.ts': ['limits'],
  limits: [],
  'package-folder.ts': [],
  program: [],
  cost: ['program'],
  wire: ['program', 'hub'],
  ledger: ['program', 'cost', 'wire'],
  hub: ['program', 'cost', 'ledger', 'execute'],
  history: ['program', 'wire', 'ledger', 'hub'],
  store: ['program', 'wire'],
  forecast: ['program', 'cost', 'hub'],
  execute: ['program', 'wire', 'decompose'],
  decompose: ['program', 'wire', 'execute'],
  client: ['program', 'wire', 'execute', 'decompose'],
  live: ['program', 'cost', 'wire', 'ledger', 'hub', 'store', 'forecast', 'execute', 'history'],
  'index.ts': ['client', 'program'],
}

test('arrows between rooms point one way', () => {
  const wrong = files.flatMap(importsOf).filter(({ from, to, typesOnly }) => {
    if (!to.startsWith('src/') && !to.startsWith('node/') && !to.startsWith('simulations/')) return false
    const [here, there] = [room(from), room(to)]
    if (here === there || here === 'node') return false
    if (here === 'simulations') return there === 'node' || there === 'live'
    if (there === 'errors.ts' || there === 'limits.ts' || there === 'package-folder.ts') return false
    if (typesOnly && to === 'src/client/local-hub.ts') return false
    return !(arrows[here]?.includes(there) ?? false)
  })
  expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
})

test('the command line speaks to a hub by its surface: only `up` starts one', () => {
  const users = shipped
    .flatMap(importsOf)
    .filter(({ from, to }) => from.startsWith('node/') && to.startsWith('src/live/'))
  expect(users.map(({ from, to }) => `${from} ${to}`)).toEqual(['node/commands/up.ts src/live/start-hub.ts'])
})

const pure = files.filter(({ path }) => /^src\/(hub|cost|program)\/|^src\/ledger\/join/.test(path))

test('the rules of the protocol know no clock, chance, process, network or disk', () => {
  const forbidden =
    /\bDate\b|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bperformance\b|\bprocess\b|\bcrypto\b|\bfetch\(/g
  expect(pure.length).toBeGreaterThan(10)
  expect(findings(({ code }) => [...code.matchAll(forbidden)].map(([word]) => word), pure)).toEqual([])
})

test('the rules of the protocol import nothing from outside the project', () => {
  const outside = pure.flatMap(importsOf).filter(({ to }) => !to.startsWith('src/'))
  expect(outside.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
})

const lines = (file: SourceFile) => file.text.split('\n').length - 1

test('no file has more than 400 lines', () => {
  expect(findings((file) => (lines(file) > 400 ? [`${lines(file)} lines`] : []))).toEqual([])
})

test('the median file has at most 120 lines', () => {
  const sizes = shipped.map(lines).sort((a, b) => a - b)
  expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(120)
})

/** Words with no meaning of their own, and words that mean something else here (DESIGN, section 3). */
const never = new Set(['master', 'slave', 'manager', 'util', 'utils', 'helper', 'helpers', 'service', 'services'])
/** Names that come from outside: a library's option, a protocol's term. */
const foreign = new Set([
  'src/live/gossip.ts manager',
  'src/live/gossip.ts service',
  'src/live/libp2p-network.ts services',
  'src/live/libp2p-options.ts manager',
  'src/live/libp2p-options.ts service',
  'src/live/libp2p-options.ts services',
  'src/live/mdns-packet.ts service',
])

function words(identifier: string): string[] {
  return identifier
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z]+/)
    .map((word) => word.toLowerCase())
}

test('no identifier or file name uses a word that says nothing', () => {
  const found = findings(({ path, code }) => {
    const identifiers = [basename(path, '.ts'), ...(code.match(/[A-Za-z_$][\w$]*/g) ?? [])]
    const hits = identifiers.flatMap(words).filter((word) => never.has(word) && !foreign.has(`${path} ${word}`))
    return [...new Set(hits)]
  })
  expect(found).toEqual([])
})

test('a worker is a thread: the word appears only beside worker_threads', () => {
  const found = findings(({ text, code }) => {
    if (text.includes('worker_threads')) return []
    return (code.match(/[A-Za-z_$][\w$]*/g) ?? []).filter((name) => words(name).some((word) => /^workers?$/.test(word)))
  })
  expect(found).toEqual([])
})

test('nothing thrown is swallowed by an empty catch', () => {
  const empty = /catch\s*(?:\([^)]*\))?\s*\{\s*\}|\.catch\(\s*\(\s*\)\s*=>\s*\{\s*\}\s*\)/g
  expect(findings(({ text }) => [...text.matchAll(empty)].map(([found]) => found))).toEqual([])
})

test('no unfinished business', () => {
  expect(findings(({ text }) => text.match(/\b(?:TODO|FIXME|XXX|HACK)\b/g) ?? [])).toEqual([])
})

test('every module opens with a sentence of purpose', () => {
  const found = findings(({ text }) =>
    /^(?:#!.*\n)?\/\*\*(?:\n \*)? [A-Z`"'][^\n]*(?:\*\/|$)/m.exec(text)?.index === 0 ? [] : ['none'],
  )
  expect(found).toEqual([])
})

test('no default exports, no any, no non-null assertions', () => {
  const forbidden = /\bexport default\b|:\s*any\b|\bas any\b|<any>|\w!\.|\w!\)/g
  expect(findings(({ code }) => [...code.matchAll(forbidden)].map(([found]) => found))).toEqual([])
})

/** Numbers that are facts of the world, not choices of ours. */
const facts: Readonly<Record<string, string>> = {
  'src/client/function-module.ts 2022': 'an edition of the language',
  'src/decompose/syntax/parse.ts 2022': 'an edition of the language',
  'src/live/mdns-sockets.ts 5353': 'the port of multicast DNS',
  'src/live/findings.ts 5353': 'the port of multicast DNS',
}

/** Powers of two and ten (and one less) are units and widths. */
function isUnit(value: number): boolean {
  return [value, value + 1].some((near) => Number.isInteger(Math.log2(near)) || /^10*$/.test(String(near)))
}

test('limits stand in limits.ts: no other number above 999 in src', () => {
  const found = findings(
    ({ path, code }) =>
      (code.match(/(?<![\w.$])\d[\d_]*(?![\w.])/g) ?? [])
        .map((literal) => Number(literal.replaceAll('_', '')))
        .filter((value) => value >= 1000 && !isUnit(value) && facts[`${path} ${value}`] === undefined)
        .map(String),
    files.filter(({ path }) => path.startsWith('src/') && !path.startsWith('src/limits')),
  )
  expect(found).toEqual([])
})

test('every error code is documented, and no other', () => {
  const page = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8')
  const documented = [...page.matchAll(/^\| `(SHOAL_[A-Z_]+)` \|/gm)].map(([, code]) => code)
  expect(documented.toSorted()).toEqual([...errorCodes].toSorted())
})

test('every Node installs the isolate addon, and none compiles it: its prebuilds are for the Node that shoal starts', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const { optional, engines, hasInstallScript, gypfile } = lock.packages['node_modules/isolated-vm']
  expect({ optional, engines, hasInstallScript, gypfile }).toEqual({ optional: true, gypfile: false })
})
