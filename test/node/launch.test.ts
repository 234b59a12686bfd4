import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const olderNode = findOlderNode()
let clone: string

/** A Node below our floor, if this machine has one outside the project. */
function findOlderNode(): string | null {
  const path = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'))
  const found = path.map((folder) => join(folder, 'node')).find((file) => existsSync(file))
  if (found === undefined) return null
  const major = Number(execFileSync(found, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }))
  return major < 24 ? found : null
}

/** A clone whose sources are one small command line, so that building it is quick. */
beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'shoal-launch-'))
  for (const file of ['package.json', 'tsconfig.json', 'tsconfig.build.json'])
    cpSync(join(root, file), join(clone, file))
  mkdirSync(join(clone, 'node'))
  mkdirSync(join(clone, 'src'))
  mkdirSync(join(clone, 'node_modules'))
  cpSync(join(root, 'node', 'launch.js'), join(clone, 'node', 'launch.js'))
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '.cache') symlinkSync(join(root, 'node_modules', name), join(clone, 'node_modules', name))
  }
  writeFileSync(join(clone, 'src', 'index.ts'), 'export const one = 1\n')
  writeCli('1')
})

afterAll(() => rmSync(clone, { recursive: true, force: true }))

function writeCli(text: string): void {
  const lines = [
    'export async function main(words: readonly string[]): Promise<void> {',
    `  console.log(JSON.stringify({ text: ${JSON.stringify(text)}, node: process.version, words }))`,
    "  if (words[0] === 'wait') setInterval(() => undefined, 1000)",
    '  process.exitCode = Number(words[1] ?? 0)',
    '}',
  ]
  writeFileSync(join(clone, 'node', 'cli.ts'), `${lines.join('\n')}\n`)
}

function launch(words: readonly string[], node = process.execPath) {
  const ended = spawnSync(node, [join(clone, 'node', 'launch.js'), ...words], { encoding: 'utf8' })
  return { status: ended.status, stderr: ended.stderr, stdout: ended.stdout }
}

test('a clone without a build builds itself, silently, and runs', () => {
  const { status, stderr, stdout } = launch(['go', '7'])
  expect({ status, stderr, said: JSON.parse(stdout) }).toEqual({
    status: 7,
    stderr: '',
    said: { text: '1', node: process.version, words: ['go', '7'] },
  })
  expect(existsSync(join(clone, 'dist', 'node', 'cli.js'))).toBe(true)
})

test('a changed source is built again, the old build stays for who runs it', () => {
  const before = readlinkSync(join(clone, 'dist'))
  writeCli('two')
  expect(JSON.parse(launch(['go']).stdout).text).toBe('two')
  expect(readlinkSync(join(clone, 'dist'))).not.toBe(before)
  expect(existsSync(join(clone, before, 'node', 'cli.js'))).toBe(true)
})

test('many that start at once build once and all see a whole build', async () => {
  writeCli('three')
  const starts = Array.from({ length: 6 }, async () => {
    const child = spawn(process.execPath, [join(clone, 'node', 'launch.js'), 'go'])
    let stdout = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    await new Promise((resolve) => child.on('close', resolve))
    return JSON.parse(stdout).text
  })
  expect(await Promise.all(starts)).toEqual(new Array(6).fill('three'))
  const left = readdirSync(join(clone, 'node_modules', '.cache', 'shoal'))
  expect(left.filter((name) => name.startsWith('building') || name === 'lock')).toEqual([])
})

test('--build-only tells type errors and fails', () => {
  writeFileSync(join(clone, 'src', 'index.ts'), 'export const one: string = 1\n')
  const { status, stdout } = launch(['--build-only'])
  expect(status).toBe(1)
  expect(stdout).toContain('TS2322')
  writeFileSync(join(clone, 'src', 'index.ts'), 'export const one = 2\n')
  expect(launch(['--build-only']).status).toBe(0)
})

test.skipIf(olderNode === null)('an older Node hands over to the one in node_modules', () => {
  const { status, stdout } = launch(['go', '3'], olderNode ?? '')
  const { node, words } = JSON.parse(stdout)
  expect(status).toBe(3)
  expect(Number(node.slice(1).split('.')[0])).toBeGreaterThanOrEqual(24)
  expect(words).toEqual(['go', '3'])
})

test.skipIf(olderNode === null)('a signal to the older Node reaches the command line', async () => {
  const child = spawn(olderNode ?? '', [join(clone, 'node', 'launch.js'), 'wait'])
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const ended = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)))
  child.kill('SIGTERM')
  expect(await ended).toBe('SIGTERM')
})

test.skipIf(olderNode === null)('without a newer Node there is one clear line and exit code 2', () => {
  const bare = mkdtempSync(join(tmpdir(), 'shoal-bare-'))
  try {
    mkdirSync(join(bare, 'node'))
    writeFileSync(join(bare, 'package.json'), '{"type":"module"}')
    cpSync(join(root, 'node', 'launch.js'), join(bare, 'node', 'launch.js'))
    const ended = spawnSync(olderNode ?? '', [join(bare, 'node', 'launch.js')], { encoding: 'utf8', cwd: bare })
    expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status: 2, stdout: '' })
    expect(ended.stderr).toMatch(/^SHOAL_NODE_TOO_OLD: shoal needs Node 24 or newer, this is v\d+.*\n {2}next: .*\n$/)
  } finally {
    rmSync(bare, { recursive: true, force: true })
  }
})
