import { expect, test } from 'vitest'
import { editDistance, nearest } from '../../node/nearest.ts'
import { parseVerb, type Verb, verbUsage } from '../../node/verb.ts'

const verb: Verb = {
  name: 'go',
  summary: 'Go somewhere.',
  positionals: [{ name: 'file', description: 'a file', required: true }],
  options: {
    input: { type: 'text', description: 'input' },
    peer: { type: 'text', repeated: true, description: 'address' },
    mdns: { type: 'flag', description: 'discovery' },
    follow: { type: 'flag', short: 'f', description: 'follow' },
    secret: { type: 'flag', hidden: true, description: 'hidden' },
    wait: { type: 'text', description: 'duration' },
  },
  run: async () => 0,
}

test('options may stand before and after the positional, with = or a space', () => {
  const args = parseVerb(verb, ['--input=1', 'a.ts', '-f', '--peer', 'x', '--peer=y'])
  expect(args.required('file')).toBe('a.ts')
  expect(args.text('input')).toBe('1')
  expect(args.flag('follow')).toBe(true)
  expect(args.list('peer')).toEqual(['x', 'y'])
})

test('options that nobody asked for are known', () => {
  const args = parseVerb(verb, ['a.ts', '--input=1', '--peer=x', '--no-mdns', '--follow'])
  expect(args.unread()).toEqual(['input', 'mdns', 'follow', 'file', 'peer'])
  args.text('input')
  args.isOff('mdns')
  args.list('peer')
  args.flag('follow')
  args.required('file')
  expect(args.unread()).toEqual([])
})

test('values may look like options', () => {
  expect(parseVerb(verb, ['a.ts', '--input', '-']).text('input')).toBe('-')
  expect(parseVerb(verb, ['a.ts', '--input', '-5']).number('input')).toBe(-5)
  expect(parseVerb(verb, ['a.ts', '--input={"a":1}']).text('input')).toBe('{"a":1}')
})

test('the next option is no value', () => {
  expect(() => parseVerb(verb, ['a.ts', '--input', '--wait', '5s'])).toThrow('--input needs a value')
  expect(() => parseVerb(verb, ['a.ts', '--peer', '--wait=5s'])).toThrow('--peer needs a value')
  expect(parseVerb(verb, ['a.ts', '--input', '--other']).text('input')).toBe('--other')
})

test('--no-x turns a flag off; it is off by default only when nobody asks', () => {
  expect(parseVerb(verb, ['a.ts', '--no-mdns']).isOff('mdns')).toBe(true)
  expect(parseVerb(verb, ['a.ts']).isOff('mdns')).toBe(false)
})

test.each([
  ['1', 1000],
  ['500ms', 500],
  ['8s', 8000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
])('the duration %s is %i ms', (text, ms) => {
  expect(parseVerb(verb, ['a.ts', '--wait', text]).durationMs('wait')).toBe(ms)
})

test.each(['0', '-1s', '1w', 's', '1 s'])('%j is no duration', (text) => {
  expect(() => parseVerb(verb, ['a.ts', '--wait', text]).durationMs('wait')).toThrow(/no duration/)
})

test('hidden options work and are not shown', async () => {
  expect(parseVerb(verb, ['a.ts', '--secret']).flag('secret')).toBe(true)
  const usage = await verbUsage(verb)
  expect(usage).toContain('--follow')
  expect(usage).not.toContain('--secret')
})

test('the nearest word: swaps, gaps and beginnings, but nothing far away', () => {
  const words = ['run', 'result', 'remove', 'doctor', 'jobs']
  expect(nearest('jbos', words)).toBe('jobs')
  expect(nearest('doc', words)).toBe('doctor')
  expect(nearest('rnu', words)).toBe('run')
  expect(nearest('xyzzy', words)).toBeNull()
})

test('edit distance counts insertions, deletions, replacements and swaps', () => {
  expect(editDistance('', 'abc')).toBe(3)
  expect(editDistance('abcd', 'abdc')).toBe(1)
  expect(editDistance('kitten', 'sitting')).toBe(3)
})
