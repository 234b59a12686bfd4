/** The back-test as a command: its JSON, its predictions file, and what it says of files that are none. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseJobRuns, parseTrace } from '../../src/forecast/trace-file.ts'
import { shoal } from './command-line.ts'

let folder: string
const path = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-forecast-'))
  const rows = Array.from({ length: 360 }, (_, row) => `${1000 + row},${(50 + 30 * Math.sin(row / 9)).toFixed(3)}`)
  await writeFile(path('wave.csv'), `timestamp,value\n${rows.join('\n')}\n`)
  await writeFile(path('jobs.csv'), 'start,end,job\n1000,1100,spin_1\n1103,1200,spin_2\n')
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('the report has all fields, and the predictions are those that were scored', async () => {
  const out = path('out.csv')
  const words = ['forecast', path('wave.csv'), '--no-nets', '--horizons', '1,6', '--predictions', out, '--json']
  const { code, stdout } = await shoal(words)
  const report = JSON.parse(stdout)
  expect(code).toBe(0)
  expect(report).toMatchObject({ schema: 1, rows: 360, trainMs: 0 })
  expect(Object.keys(report.horizons[0])).toEqual([
    'h',
    'scored',
    'mae',
    'maeLast',
    'maeAr16',
    'maeNws',
    'pinball90',
    'coverage90',
    'pinballLast90',
  ])
  const [head, ...lines] = (await readFile(out, 'utf8')).trim().split('\n')
  expect(head).toBe('row,h,mean,p90')
  expect(lines.slice(0, 2).map((line) => line.split(',').slice(0, 2))).toEqual([
    ['300', '1'],
    ['300', '6'],
  ])
  expect(lines).toHaveLength(60 * 2)
  const wave = (await readFile(path('wave.csv'), 'utf8')).trim().split('\n').slice(1)
  const errors = lines.flatMap((line) => {
    const [row = 0, h = 0, mean = 0] = line.split(',').map(Number)
    const actual = wave[row + h]?.split(',')[1]
    return h !== 6 || actual === undefined ? [] : [Math.abs(Number(actual) - mean)]
  })
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeCloseTo(report.horizons[1].mae, 4)
})

test('a job list may be given, and people get a table', async () => {
  const { code, stdout } = await shoal(['forecast', path('wave.csv'), '--jobs', path('jobs.csv'), '--no-nets'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/AHEAD +MAE +AGAINST NOW/)
})

test('what cannot be read is a usage error that names the file', async () => {
  const { code, stderr } = await shoal(['forecast', path('nothing.csv'), '--json'])
  expect(code).toBe(2)
  expect(JSON.parse(stderr)).toMatchObject({ code: 'SHOAL_USAGE', message: expect.stringContaining('nothing.csv') })
  expect((await shoal(['forecast', path('wave.csv'), '--horizons', '6,1'])).code).toBe(2)
})

test('lines are read with or without a header, dates as seconds, gaps as missing samples', () => {
  expect(parseTrace('1,2\r\n2,\r\n3,4\r\n', 'x')).toEqual([
    { timestamp: 1, value: 2 },
    { timestamp: 2, value: Number.NaN },
    { timestamp: 3, value: 4 },
  ])
  expect(parseTrace('timestamp,value\n2020-01-01T00:00:10Z,7\n', 'x')).toEqual([{ timestamp: 1577836810, value: 7 }])
  expect(parseJobRuns('start,end,job\n1,5,a_1\n', 'x')).toEqual([{ start: 1, end: 5, job: 'a_1' }])
  expect(parseTrace('# made\nvalue,unit,Timestamp\r7,pct,1\r', 'x')).toEqual([{ timestamp: 1, value: 7 }])
  expect(parseTrace('\uFEFF\n"time", "load"\n1, 7\n', 'x')).toEqual([{ timestamp: 1, value: 7 }])
  expect(() => parseTrace('1,2\n2,hello\n', 'x.csv')).toThrow(/x\.csv .*line 2/)
  expect(() => parseTrace('timestamp,value\n', 'x')).toThrow(/no rows/)
})

test('semicolons and tabs part cells too, and what recorders write for nothing is a gap', () => {
  for (const between of [';', '\t']) {
    const text = ['time,cpu', '1,2', '2,NA', '3,null', '4,5'].join('\n').replaceAll(',', between)
    expect(parseTrace(text, 'x').map(({ value }) => value)).toEqual([2, Number.NaN, Number.NaN, 5])
  }
})

test('a value too great to be squared is refused with its line, infinity too', () => {
  expect(() => parseTrace('1,2\n2,1e300\n', 'x.csv')).toThrow(/x\.csv .*line 2 has a value beyond 1e\+30/)
  expect(() => parseTrace('1,2\n2,-Infinity\n', 'x.csv')).toThrow(/line 2/)
})

test('a series too short to be scored says so beside its report', async () => {
  await writeFile(path('short.csv'), 'timestamp,value\n1,2\n2,3\n3,4\n')
  const { code, stdout, stderr } = await shoal(['forecast', path('short.csv'), '--no-nets', '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ rows: 3, horizons: [{ scored: 0 }, { scored: 0 }, { scored: 0 }] })
  expect(stderr).toMatch(/nothing to score.* 300 .* 3 rows/)
})

test('a horizon beyond the series has no figures, and the true reason', async () => {
  const { stdout } = await shoal(['forecast', path('wave.csv'), '--no-nets', '--horizons', '1,500', '--json'])
  const [near, far] = JSON.parse(stdout).horizons
  expect(near.mae).toBeGreaterThan(0)
  expect(far).toMatchObject({ h: 500, scored: 0, mae: null, coverage90: null })
  expect(far.unscored).toBe('the first one scored, made at row 300, is of row 800, and the series has 360 rows')
  const { stdout: shown } = await shoal(['forecast', path('wave.csv'), '--no-nets', '--horizons', '500'])
  expect(shown).toMatch(/500 +nothing to score/)
})

test('times that stand still or run backwards are refused with their line', () => {
  expect(() => parseTrace('timestamp,value\n5,1\n6,2\n6,3\n', 'x.csv')).toThrow(/x\.csv .*line 4/)
  expect(() => parseTrace('5,1\n4,2\n', 'x.csv')).toThrow(/line 2/)
})

test('the same seed gives the same predictions, nets included', async () => {
  const words = (out: string): string[] => ['forecast', path('wave.csv'), '--seed', '7', '--predictions', path(out)]
  for (const out of ['one.csv', 'two.csv']) expect((await shoal(words(out))).code).toBe(0)
  expect(await readFile(path('two.csv'), 'utf8')).toBe(await readFile(path('one.csv'), 'utf8'))
})
