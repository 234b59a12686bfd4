/** Sampling on a copy of /proc and of the control groups, so that every number is known. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LoadSample, LoadSampler, type OwnUsage } from '../../src/forecast/sample.ts'

let folder = ''
let nowMs = 0

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-sample-'))
  nowMs = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

const slot = (cpuSeconds: number, rssBytes: number): OwnUsage => new Map([[4711, { cpuSeconds, rssBytes }]])

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

function writeCpu(busy: number, idle: number): void {
  write('proc/stat', `cpu  ${busy} 0 0 ${idle} 0 0 0 0 50 0\ncpu0 1 2 3\n`)
}

function writeNetwork(received: number): void {
  const header = 'Inter-|   Receive  |  Transmit\n face |bytes    packets |bytes\n'
  const line = (name: string, bytes: number): string => `  ${name}: ${bytes} 1 0 0 0 0 0 0 ${bytes} 1 0 0 0 0 0 0\n`
  write(
    'proc/net/dev',
    `${header}${line('lo', 9e9 + received)}${line('eth0', received)}${line('veth12', 7 * received)}`,
  )
}

function sampler(): LoadSampler {
  write('proc/meminfo', 'MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 600 kB\n')
  const options = { procFolder: join(folder, 'proc'), cgroupFolder: join(folder, 'cgroup'), cores: 4 }
  return new LoadSampler({ ...options, nowMs: () => nowMs })
}

function secondSample(of: LoadSampler, own: OwnUsage, change: () => void): LoadSample | null {
  of.sample(slot(0, 0))
  change()
  nowMs += 1000
  return of.sample(own)
}

test('the first sample is only a start, and so is one too soon', () => {
  writeCpu(100, 100)
  const machine = sampler()
  expect(machine.sample(slot(0, 0))).toBeNull()
  nowMs += 10
  expect(machine.sample(slot(0, 0))).toBeNull()
})

test('cpu, memory and network of the machine, own share beside it', () => {
  writeCpu(1000, 1000)
  writeNetwork(5000)
  const sample = secondSample(sampler(), slot(1, 102_400), () => {
    writeCpu(1200, 1200)
    writeNetwork(6000)
  })
  expect(sample?.total).toEqual({ cpu: 50, memory: 40, network: 2000 })
  expect(sample?.own.cpu).toBeCloseTo(25)
  expect(sample?.own.memory).toBeCloseTo(10)
  expect(sample?.cores).toBe(4)
})

test('own load is never more than all load', () => {
  writeCpu(0, 0)
  const sample = secondSample(sampler(), slot(99, 1e12), () => writeCpu(10, 90))
  expect(sample?.own).toEqual({ cpu: 10, memory: 40, network: 0 })
})

test('under a quota, load is measured against what may be used', () => {
  writeCpu(0, 0)
  write('proc/self/cgroup', '0::/box\n')
  write('cgroup/box/cpu.max', '50000 100000\n')
  write('cgroup/box/memory.max', '204800\n')
  write('cgroup/box/memory.current', '153600\n')
  write('cgroup/box/memory.stat', 'anon 1\ninactive_file 51200\n')
  write('cgroup/box/cpu.stat', 'usage_usec 0\n')
  const sample = secondSample(sampler(), slot(0.1, 0), () => {
    writeCpu(20, 80)
    write('cgroup/box/cpu.stat', 'usage_usec 400000\n')
  })
  expect(sample?.cores).toBe(0.5)
  expect(sample?.total.cpu).toBeCloseTo(80)
  expect(sample?.total.memory).toBeCloseTo(50)
  expect(sample?.own.cpu).toBeCloseTo(20)
})

test('limits of the first version of control groups count as well', () => {
  writeCpu(0, 0)
  write('cgroup/cpu/cpu.cfs_quota_us', '200000\n')
  write('cgroup/cpu/cpu.cfs_period_us', '100000\n')
  write('cgroup/cpuacct/cpuacct.usage', '0\n')
  const sample = secondSample(sampler(), slot(0, 0), () => {
    write('cgroup/cpuacct/cpuacct.usage', '1000000000\n')
  })
  expect(sample?.cores).toBe(2)
  expect(sample?.total.cpu).toBeCloseTo(50)
})

test('a machine without /proc is measured by what the runtime tells', () => {
  const nowhere = { procFolder: join(folder, 'none'), cgroupFolder: join(folder, 'none'), nowMs: () => nowMs }
  const sample = secondSample(new LoadSampler(nowhere), slot(0, 0), () => undefined)
  expect(sample?.total.memory).toBeGreaterThan(0)
  expect(sample?.total.memory).toBeLessThanOrEqual(100)
})

test('a slot that ended takes nothing back, one that began counts, and one with an old id as well', () => {
  writeCpu(0, 0)
  const machine = sampler()
  const usage = (cpuSeconds: number) => ({ cpuSeconds, rssBytes: 0 })
  machine.sample(
    new Map([
      [1, usage(500)],
      [2, usage(3)],
      [4, usage(90)],
    ]),
  )
  writeCpu(300, 100)
  nowMs += 1000
  const sample = machine.sample(
    new Map([
      [2, usage(4)],
      [3, usage(0.5)],
      [4, usage(0.5)],
    ]),
  )
  expect(sample?.own.cpu).toBeCloseTo(50)
})

test('the first version of control groups is read where this process is', () => {
  writeCpu(0, 0)
  write('proc/self/cgroup', '5:memory:/box\n4:cpu,cpuacct:/box/inner\n')
  write('cgroup/cpu,cpuacct/box/cpu.cfs_quota_us', '100000\n')
  write('cgroup/cpu,cpuacct/box/cpu.cfs_period_us', '100000\n')
  write('cgroup/cpu,cpuacct/box/cpuacct.usage', '0\n')
  write('cgroup/cpu,cpuacct/box/inner/cpu.cfs_quota_us', '-1\n')
  write('cgroup/memory/box/memory.limit_in_bytes', '204800\n')
  write('cgroup/memory/box/memory.usage_in_bytes', '102400\n')
  const sample = secondSample(sampler(), slot(0, 0), () => {
    write('cgroup/cpu,cpuacct/box/cpuacct.usage', '250000000\n')
  })
  expect(sample?.cores).toBe(1)
  expect(sample?.total.cpu).toBeCloseTo(25)
  expect(sample?.total.memory).toBeCloseTo(50)
})
