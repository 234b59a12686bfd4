/** Closed-form experts with one forecast for all horizons: the last value, means, medians. */
import type { Expert } from './expert.ts'
import type { History } from './history.ts'

/** Persistence: the future is the present value. Every other expert is measured against it. */
export function lastValue(): Expert {
  return level('last', 1, (history) => history.ago(0))
}

export function meanOf(samples: number): Expert {
  return level(`mean${samples}`, afterStart, (history) => history.mean(samples))
}

export function medianOf(samples: number): Expert {
  return level(`median${samples}`, afterStart, (history) => {
    const sorted = history.last(samples).sort()
    const middle = sorted.length >> 1
    const upper = sorted[middle] ?? Number.NaN
    return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
  })
}

/** Exponentially weighted mean; `weight` is the share of the newest sample. */
export function smoothed(weight: number): Expert {
  let mean = Number.NaN
  return {
    name: `ewma${weight}`,
    readyAfter: afterStart,
    observe(history) {
      const value = history.ago(0)
      mean = Number.isNaN(mean) ? value : mean + weight * (value - mean)
    },
    forecast(_history, _horizons, into) {
      into.fill(mean)
    },
  }
}

/** Trend that fades: level and slope smoothed, the slope multiplied by `damping` per step. */
export function dampedTrend(levelWeight = 0.3, slopeWeight = 0.1, damping = 0.8): Expert {
  let mean = Number.NaN
  let slope = 0
  return {
    name: 'trend',
    readyAfter: afterStart,
    observe(history) {
      const value = history.ago(0)
      const before = mean
      mean = Number.isNaN(mean) ? value : levelWeight * value + (1 - levelWeight) * (mean + damping * slope)
      if (!Number.isNaN(before)) slope = slopeWeight * (mean - before) + (1 - slopeWeight) * damping * slope
    },
    forecast(_history, horizons, into) {
      horizons.forEach((horizon, at) => {
        into[at] = mean + (slope * damping * (1 - damping ** horizon)) / (1 - damping)
      })
    },
  }
}

/** The plain mean of several experts, for whoever corrects it; NaN where one of them has no forecast. They observe by themselves. */
export function together(name: string, experts: readonly Expert[]): Expert {
  return {
    name,
    readyAfter: Math.max(...experts.map(({ readyAfter }) => readyAfter)),
    observe() {
      // Each of them is told by the mixture.
    },
    forecast(history, horizons, into) {
      const row = new Float64Array(into.length)
      into.fill(0)
      for (const expert of experts) {
        expert.forecast(history, horizons, row)
        for (let at = 0; at < row.length; at++) into[at] = (into[at] ?? 0) + (row[at] ?? Number.NaN) / experts.length
      }
    },
  }
}

/** Before this many samples only persistence speaks. */
export const afterStart = 17

function level(name: string, readyAfter: number, of: (history: History) => number): Expert {
  return {
    name,
    readyAfter,
    observe() {
      // The history is all there is to know.
    },
    forecast(history, _horizons, into) {
      into.fill(of(history))
    },
  }
}
