/** Which modules a function reaches the machine by. */
import { expect, test } from 'vitest'
import { outsideModules, outsideText } from '../../node/outside-modules.ts'
import { decompose } from '../../src/decompose/decompose.ts'

test('modules that reach outside are named, however they are imported; others are not', () => {
  const source = `import fs from 'fs'
import { connect } from 'node:net'
import path from 'node:path'
export default async (x) => [fs, connect, path, await import('node:child_process'), x]`
  const modules = outsideModules(decompose(source, 'a.js'))
  expect(modules).toEqual(['node:child_process', 'node:fs', 'node:net'])
  expect(outsideText(modules)).toContain('node:fs')
})

test('of a function that computes there is nothing to say', () => {
  expect(outsideText(outsideModules(decompose('export default (xs) => xs.map((x) => x * 2)', 'a.js')))).toBe('')
})
