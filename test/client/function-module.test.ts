import { expect, test } from 'vitest'
import { functionModule } from '../../src/client/function-module.ts'

const outside = 5

test('an arrow function becomes the default export of a module', () => {
  expect(functionModule((n: number) => n + 1)).toBe('export default (n) => n + 1\n')
})

test('what the text gives back computes the same', async () => {
  const text = functionModule(async function area({ w, h }: { w: number; h: number }) {
    const round = (x: number) => Math.round(x)
    return [1, 2].map((k) => round(k * w * h))
  })
  const module = await import(`data:text/javascript,${encodeURIComponent(text)}`)
  expect(await module.default({ w: 2, h: 3 })).toEqual([6, 12])
})

test('a closure over outer variables is refused, naming them and the line', () => {
  const fn = (n: number) => {
    return n + outside
  }
  expect(() => functionModule(fn)).toThrow(
    expect.objectContaining({ code: 'SHOAL_CODE_CLOSURE', message: expect.stringMatching(/uses outside .*line 2/) }),
  )
})

test('own parameters, locals, labels and properties are no closure', () => {
  const fn = ({ list, deep: { k = 2 } }: { list: number[]; deep: { k?: number } }, ...rest: unknown[]) => {
    for (const item of list) {
      if (item > 1) break
    }
    const self = function named(n: number): number {
      return n === 0 ? 0 : named(n - 1)
    }
    return { list, k, rest: rest.length, self: self(3), outside: 1 }
  }
  expect(functionModule(fn)).toContain('named')
})

test('globals of the language are no closure, misspelt ones are', () => {
  expect(functionModule(() => [Math.PI, new Map(), structuredClone(1), console])).toContain('Math.PI')
  // @ts-expect-error: the name does not exist on purpose
  expect(() => functionModule(() => Maht.PI)).toThrow(/Maht/)
})

test.each([
  ['a built-in', Math.max],
  ['a bound function', (() => 1).bind(null)],
  ['a class', class Point {}],
  [
    'a method',
    {
      go: (n: number) => n,
      stay() {
        return this
      },
    }.stay,
  ],
])('%s has no text to send', (_, fn) => {
  expect(() => functionModule(fn as never)).toThrow(expect.objectContaining({ code: 'SHOAL_CODE_UNSUPPORTED' }))
})
