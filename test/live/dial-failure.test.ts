/** What the network library says at length is told in one line. */
import { expect, test } from 'vitest'
import { cannotListen, reasonOf } from '../../src/live/dial-failure.ts'

test('a port that is in use is one line with its code, whatever stack comes along', () => {
  const stack =
    'Error: listen EADDRINUSE: address already in use 0.0.0.0:4207\n      at Server.setupListenHandle (node:net:1:1)'
  const cause = new Error(`Some configured addresses failed to be listened on\n\n  /ip4/0.0.0.0/tcp/4207: ${stack}\n`)
  const error = cannotListen(4207, cause)
  expect(error.code).toBe('SHOAL_PORT_TAKEN')
  expect(error.message).toBe('cannot listen on port 4207: address already in use 0.0.0.0:4207')
  expect(error.next).not.toBe('')
})

test('of several addresses that were dialled in vain it is said what went wrong with each, once', () => {
  const errors = ['connect ECONNREFUSED 10.0.0.1:1', 'timed out', 'timed out'].map((text) => new Error(text))
  expect(reasonOf(new AggregateError(errors, 'all failed'))).toBe('connect ECONNREFUSED 10.0.0.1:1; timed out')
  expect(reasonOf('broken')).toBe('broken')
})
