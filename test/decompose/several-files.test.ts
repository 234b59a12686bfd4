import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { explainFiles } from '../../node/explain-text.ts'
import { decompose } from '../../src/decompose/decompose.ts'
import { explain } from '../../src/decompose/explain.ts'
import { loadModule } from '../../src/decompose/load-module.ts'
import { decodeProgram, encodeProgram } from '../../src/decompose/program-bytes.ts'
import { runProgram } from './harness.ts'

let folder = ''
const path = (name: string): string => join(folder, name)

const files: Readonly<Record<string, string>> = {
  'main.ts': `import { check, type Item } from './lib/check.ts'
import { twice } from 'doubler'

interface Given { readonly items: readonly Item[]; readonly how: string }

export default async function ({ items, how }: Given): Promise<unknown> {
  const doubled = items.map((item) => twice(item.weight))
  const checked = items.map((item, index) => check(item, index))
  if (how === 'root') throw new Error(\`at the end of \${doubled.length}\`)
  return { doubled, checked }
}
`,
  'lib/check.ts': `// A comment, so that lines differ.

export interface Item { readonly weight: number }

export function check(item: Item, index: number): number {
  if (item.weight > 90) throw new RangeError(\`item \${index} is too heavy\`)
  let seen = 0
  for (const part of [1, 2, 3]) seen = seen * 2 + part
  return item.weight - seen
}
`,
  'node_modules/doubler/package.json': '{"name":"doubler","version":"1.0.0","type":"module","main":"index.js"}',
  'node_modules/doubler/index.js': `export function twice(n) {
  if (n < 0) throw new TypeError('negative: ' + n)
  let sum = 0
  for (const part of [n, n]) sum += part
  return sum
}
`,
  'imports-enum.ts': `import { Kind } from './lib/kind.ts'
export default () => Kind.A
`,
  'lib/kind.ts': `// nothing
export enum Kind { A }
`,
  'lib/names.js': `class Failure { said() { return this.constructor.name + ' of theirs' } }
export class Point { twice() { return new Point() } }
export function helper() { return helper.name }
export function failed() { return new Failure() }
`,
  'names.js': `import { failed, helper as theirs, Point as Theirs } from './lib/names.js'
class Failure { said() { return this.constructor.name + ' of mine' } }
class Point { twice() { return new Point() } }
function helper() { return helper.name }
const arrow = () => arrow.name
function shown(item) {
  const classes = [new Point().twice().constructor.name, new Theirs().twice().constructor.name]
  return [new Failure().said(), failed().said(), ...classes]
}
export default (items) => [...items.map((item) => shown(item)), shown(0), helper(), arrow(), theirs()]
`,
  'lib/setter.js': `export class Counter {
  set step(by) { this.count += by }
}
`,
  'setters.js': `import { Counter } from './lib/setter.js'
export default (items) => items.map((item) => { const counter = new Counter(); counter.step = item; return counter.count })
`,
  'broken.ts': `import { check } from './lib/check.ts'
export default (n: number) => check({ weight: n }, 0)
enum Kind { A }
`,
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-files-'))
  mkdirSync(path('lib'))
  mkdirSync(path('node_modules/doubler'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function thrownFor(input: unknown, chunks: number): Promise<{ message: string; stack: string } | null> {
  const { source, file, map } = await loadModule(path('main.ts'))
  // What a slot gets has been bytes.
  const program = decodeProgram(encodeProgram(decompose(source, file, map)))
  return (await runProgram(program, { value: input }, { chunks })).thrown
}

const items = (weights: readonly number[]) => weights.map((weight) => ({ weight }))

test('what is imported is analysed with the rest, packages too', async () => {
  const { source, file, map } = await loadModule(path('main.ts'))
  const program = decompose(source, file, map)
  const run = await runProgram(program, { value: { items: items([1, 2, 3, 4]), how: '' } }, { chunks: 2 })
  expect(run.value).toEqual({ doubled: [2, 4, 6, 8], checked: [-10, -9, -8, -7] })
  expect([run.logs, run.spawns.length]).toEqual([[], 2])
})

test('errors name the file, line and column that the user wrote, in shards as in the root', async () => {
  const imported = await thrownFor({ items: items([1, 99, 2, 98]), how: '' }, 2)
  expect(imported?.message).toBe('item 1 is too heavy')
  expect(imported?.stack).toMatch(/^\s+at check \(lib\/check\.ts:6:\d+\)$/m)
  expect(imported?.stack).toMatch(/main\.ts:8:\d+/)
  const column = Number(/check\.ts:6:(\d+)/.exec(imported?.stack ?? '')?.[1])
  expect((files['lib/check.ts'] ?? '').split('\n')[5]?.slice(column - 1)).toMatch(/^new RangeError/)
  const packaged = await thrownFor({ items: items([1, -1]), how: '' }, 2)
  expect(packaged?.stack).toMatch(/twice \(node_modules\/doubler\/index\.js:2:\d+\)/)
  const root = await thrownFor({ items: items([1]), how: 'root' }, 1)
  expect(root?.stack).toMatch(/main\.ts:9:\d+/)
})

test('functions and classes keep the names that their files give them, in shards as in the root', async () => {
  const { source, file, map } = await loadModule(path('names.js'))
  const program = decodeProgram(encodeProgram(decompose(source, file, map)))
  const plain = ['Failure of mine', 'Failure of theirs', 'Point', 'Point']
  const run = await runProgram(program, { value: [1, 2] }, { chunks: 2 })
  expect(run.value).toEqual([plain, plain, plain, 'helper', 'arrow', 'helper'])
  expect(run.spawns.length).toBe(1)
})

test("explain shows the user's files with their own lines, and leaves packages out", async () => {
  const loaded = await loadModule(path('main.ts'))
  const spots = explain(decompose(loaded.source, loaded.file, loaded.map))
  expect(spots.map(({ file, line, verdict }) => [file, line, verdict])).toEqual([
    [undefined, 7, 'parallel'],
    [undefined, 8, 'parallel'],
    ['lib/check.ts', 8, 'sequential'],
  ])
  expect(spots[2]?.text).toContain('(line 8)')
  expect(loaded.files.map(({ file }) => file)).toEqual(['main.ts', 'lib/check.ts'])
  const text = explainFiles(loaded.files, spots, false)
  expect(text).toMatch(/^main\.ts$/m)
  expect(text).toMatch(/^parallel\s+7 \| {3}const doubled = items\.map\(\(item\)/m)
  expect(text).toMatch(/^sequential\s+8 \| {3}for \(const part of/m)
})

test('what keeps a spot in order is named where it stands, in whatever file', async () => {
  const { source, file, map } = await loadModule(path('setters.js'))
  const [spot] = explain(decompose(source, file, map))
  expect([spot?.verdict, spot?.reason]).toEqual(['sequential', 'accessor'])
  expect(spot?.text).toContain('line 2 of lib/setter.js')
})

test('TypeScript that is no erasable type gets one clear line', async () => {
  await expect(loadModule(path('broken.ts'))).rejects.toMatchObject({
    code: 'SHOAL_CODE_UNSUPPORTED',
    message: expect.stringMatching(/^broken\.ts:3:\d+: /),
  })
  await expect(loadModule(path('imports-enum.ts'))).rejects.toMatchObject({
    code: 'SHOAL_CODE_UNSUPPORTED',
    message: expect.stringMatching(/^lib\/kind\.ts:2:\d+: /),
  })
})
