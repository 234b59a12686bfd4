/** How far from the present a forecast may go. */
import { expect, test } from 'vitest'
import { Random } from '../../simulations/kernel/random.ts'
import { Departures } from '../../src/forecast/departure.ts'

/** Small departures in all directions, which gained a little. */
function quiet(): Departures {
  const departures = new Departures(6)
  const random = new Random(3, 'departures')
  for (let at = 0; at < 500; at++) {
    const departure = random.between(-1, 1)
    departures.limited(departure)
    departures.observe(departure, 0.1)
  }
  return departures
}

test('nobody holds on to an old level because it was right to smooth noise', () => {
  const departures = quiet()
  expect(departures.limited(0.7)).toBe(0.7)
  expect(departures.limited(-40)).toBeGreaterThan(-5)
  expect(departures.limited(-40)).toBeLessThan(-1)
})

test('large departures are believed once they were worth it, and given up when they are no more', () => {
  const departures = quiet()
  for (let at = 0; at < 4; at++) departures.observe(40, 30)
  expect(departures.limited(40)).toBe(40)
  expect(departures.limited(-40)).toBe(-40)
  for (let at = 0; at < 5; at++) departures.observe(40, -30)
  expect(departures.limited(40)).toBeLessThan(5)
})

test('the first departure of all is not judged by any other', () => {
  expect(new Departures(1).limited(7)).toBe(7)
  expect(new Departures(1).limited(Number.NaN)).toBeNaN()
})
