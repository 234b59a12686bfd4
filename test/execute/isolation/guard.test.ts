import { expect, test } from 'vitest'
import { encodeProgram } from '../../../src/decompose/program-bytes.ts'
import { openGuard, type Trust } from '../../../src/execute/isolation/guard.ts'
import { needsNode } from '../../../src/execute/isolation/needs-node.ts'
import type { SlotLauncher } from '../../../src/execute/launcher.ts'
import type { IsolationLevel } from '../../../src/program/isolation-level.ts'

function launcherOf(isolation: IsolationLevel): SlotLauncher {
  const isolates = isolation === 'L2' || isolation === 'L4'
  const launch = () => {
    throw new Error('nothing is launched here')
  }
  return { isolation, isolates, isOneJob: !isolates, launch }
}

function levelFor(
  levels: IsolationLevel[],
  trust: Trust,
  job: { own?: boolean; node?: boolean; least?: IsolationLevel },
) {
  const guard = openGuard({ self: 'me', trust, launchers: levels.map(launcherOf), needsNode: () => job.node === true })
  const program = { key: 'program', bytes: new Uint8Array() }
  const submitter = job.own === true ? 'me' : 'other'
  const setting = { job: 'job', program, seed: 1, clockMs: 0, audit: false, submitter }
  return guard.launcherFor(job.least === undefined ? setting : { ...setting, isolation: job.least })?.isolation ?? null
}

const all: IsolationLevel[] = ['L0', 'L2', 'L3', 'L4']

test('by default all code gets the best wall, foreign or own', () => {
  expect(levelFor(all, 'none', {})).toBe('L4')
  expect(levelFor(all, 'none', { own: true })).toBe('L4')
  expect(levelFor(['L0', 'L2'], 'none', {})).toBe('L2')
})

test('code that calls Node gets the jail, and an isolate only where there is no jail', () => {
  expect(levelFor(all, 'none', { node: true })).toBe('L3')
  expect(levelFor(['L0', 'L2'], 'none', { node: true })).toBe('L2')
})

test('without walls foreign code is refused and own code runs', () => {
  expect(levelFor(['L0'], 'none', {})).toBe(null)
  expect(levelFor(['L0'], 'own', {})).toBe(null)
  expect(levelFor(['L0'], 'none', { own: true })).toBe('L0')
})

test('trust takes down walls for those it names', () => {
  expect(levelFor(all, 'own', { own: true })).toBe('L0')
  expect(levelFor(all, 'own', {})).toBe('L4')
  expect(levelFor(all, 'full', {})).toBe('L0')
  expect(levelFor(['L0'], 'full', {})).toBe('L0')
})

test('a demand is met or the job refused, whoever is trusted', () => {
  expect(levelFor(all, 'full', { least: 'L3' })).toBe('L4')
  expect(levelFor(all, 'none', { least: 'L4', node: true })).toBe('L4')
  expect(levelFor(['L0', 'L2'], 'full', { least: 'L3' })).toBe(null)
})

test('mentions of what only Node has are found, and no others', () => {
  const asks = (main: string) =>
    needsNode(encodeProgram({ format: 1, file: 'a.ts', main, source: '', spots: [], chunks: [] }))
  expect(['Buffer.from("x")', 'new URL(x)', 'await $shoal.import("node:fs")', 'process.env'].map(asks)).toEqual(
    Array(4).fill(true),
  )
  expect(['let s = "process"', 'a.URL', 'const processed = 1', 'structuredClone(x)'].map(asks)).toEqual(
    Array(4).fill(false),
  )
})
