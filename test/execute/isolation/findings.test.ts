/** What the doctor says of the walls: the level, what it lacks, and for each lack one step. */
import { expect, test } from 'vitest'
import { isolationFindings } from '../../../src/execute/isolation/findings.ts'
import { jailLacks } from '../../../src/execute/isolation/jail.ts'

const whole = { leash: ['setpriv', 'unshare'], hasProc: true }

test('a whole jail lacks nothing', () => {
  expect(jailLacks(whole)).toEqual([])
  expect(isolationFindings({ level: 'L4', launchers: [], lacks: [] }, 'none')).toMatchObject([
    { check: 'isolation', ok: true, text: 'L4: code runs in an isolate inside a jail', next: null },
  ])
})

test.each([
  ['is not bound to its hub', { ...whole, leash: [] }, /may outlive it/, /util-linux|user namespaces|sysctl/],
  ['has no /proc of its own', { ...whole, hasProc: false }, /no \/proc/, /systempaths/],
])('a jail that %s is told with one step, and is no fault', (_, jail, what, step) => {
  const lacks = jailLacks(jail)
  expect(lacks).toHaveLength(1)
  const [finding] = isolationFindings({ level: 'L4', launchers: [], lacks }, 'none')
  expect(finding?.ok).toBe(true)
  expect(finding?.text).toMatch(what)
  expect(finding?.next).toMatch(step)
  expect(finding?.next).not.toMatch(/\n/)
})

test('every lack is told, and where nothing walls code off that is a fault', () => {
  const lacks = [
    { what: 'isolates cannot be made', next: 'npm install isolated-vm' },
    { what: 'bubblewrap is not installed', next: 'apt-get install bubblewrap' },
  ]
  expect(isolationFindings({ level: 'L0', launchers: [], lacks }, 'none')).toMatchObject(
    [
      {
        ok: false,
        text: /isolates cannot be made; bubblewrap/,
        next: 'npm install isolated-vm; apt-get install bubblewrap',
      },
    ].map((one) => ({ ...one, text: expect.stringMatching(one.text) })),
  )
})
