import { expect, test } from 'vitest'
import { Registry } from '../../../src/decompose/runtime/compile.ts'
import { compiledText } from '../../../src/decompose/runtime/texts.ts'
import { decomposeLimits } from '../../../src/limits.ts'

const counting = '(async function($shoal){let n=0;$shoal.exports(()=>++n,null);})'

async function made(code: string, file: string): Promise<() => unknown> {
  const registry = new Registry()
  await compiledText(code, file)(registry)
  return registry.main as () => unknown
}

test('a text is compiled once, and its module made anew each time', async () => {
  expect(compiledText(counting, 'a.js')).toBe(compiledText(counting, 'a.js'))
  const [first, second] = [await made(counting, 'a.js'), await made(counting, 'a.js')]
  expect([first(), first(), second()]).toEqual([1, 2, 1])
})

test('errors of a text name its own file', async () => {
  const throwing = '(async function($shoal){$shoal.exports(()=>{throw new Error("e")},null);})'
  for (const file of ['one.js', 'two.js', 'one.js']) {
    const fails = await made(throwing, file)
    expect(fails).toThrow(expect.objectContaining({ stack: expect.stringContaining(file) }))
  }
})

test('what has not been used for long goes', () => {
  const first = compiledText(counting, 'old.js')
  const filling = `/*${'x'.repeat(decomposeLimits.compiledCharsMax / 4)}*/`
  for (let i = 0; i < 5; i++) compiledText(`${filling}(async function(){/*${i}*/})`, 'filling.js')
  expect(compiledText(counting, 'old.js')).not.toBe(first)
})

test('a broken text is an error each time', () => {
  for (let i = 0; i < 2; i++) expect(() => compiledText('(async function(', 'broken.js')).toThrow(/broken\.js/)
})
