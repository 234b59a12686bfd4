/** Trains a net with brain.js: shuffled passes of plain gradient descent, going on from the weights so far. */
import brain from 'brain.js'
import type { TrainingSet } from './net-expert.ts'
import type { NetLayer, NetWeights } from './net-weights.ts'

const hiddenUnits = 8
const passes = 10
/** brain.js wants a threshold above 0 at which it stops early. */
const neverEnough = 1e-12

interface BrainRow {
  readonly input: number[]
  readonly output: number[]
}

/** @param random numbers of [0, 1): decides the order of rows. First weights come from `Math.random`. */
export function trainNet(set: TrainingSet, random: () => number): NetWeights {
  const net = new brain.NeuralNetwork({ hiddenLayers: [hiddenUnits], activation: 'tanh' })
  if (set.weights !== null) net.fromJSON(toBrain(set.weights))
  const rows = rowsOf(set)
  for (let pass = 0; pass < passes; pass++) {
    // Rows in order would teach it the newest ones only.
    shuffle(rows, random)
    net.train(rows, { iterations: 1, errorThresh: neverEnough, learningRate: set.learningRate, log: false })
  }
  return fromBrain(net.toJSON())
}

/** Plain arrays: brain.js takes typed arrays for keyed objects, sixteen times slower. */
function rowsOf({ inputs, outputs, inputSize, outputSize }: TrainingSet): BrainRow[] {
  return Array.from({ length: outputs.length / outputSize }, (_, row) => ({
    input: [...inputs.subarray(row * inputSize, (row + 1) * inputSize)],
    output: [...outputs.subarray(row * outputSize, (row + 1) * outputSize)],
  }))
}

function shuffle(rows: BrainRow[], random: () => number): void {
  for (let at = rows.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const row = rows[at]
    const swapped = rows[other]
    if (row === undefined || swapped === undefined) continue
    rows[at] = swapped
    rows[other] = row
  }
}

type BrainNet = ReturnType<InstanceType<typeof brain.NeuralNetwork>['toJSON']>

/** One layer in brain.js: unit by number, each with its weights by number. */
type BrainLayer = Record<string, { bias?: number; weights?: Record<string, number> }>

function fromBrain(json: BrainNet): NetWeights {
  const layers = json.layers.slice(1).map((layer): NetLayer => {
    const units = Object.values(layer as BrainLayer)
    return {
      biases: units.map(({ bias }) => bias ?? Number.NaN),
      weights: units.map(({ weights }) => Object.values(weights ?? {})),
    }
  })
  return { inputs: json.sizes[0] ?? 0, layers }
}

function toBrain({ inputs, layers }: NetWeights): BrainNet {
  const inputLayer = Object.fromEntries(Array.from({ length: inputs }, (_, unit) => [unit, {}]))
  const others = layers.map(({ biases, weights }) =>
    Object.fromEntries(biases.map((bias, unit) => [unit, { bias, weights: { ...weights[unit] } }])),
  )
  return {
    sizes: [inputs, ...layers.map(({ biases }) => biases.length)],
    layers: [inputLayer, ...others],
    inputLookup: false,
    outputLookup: false,
    activation: 'tanh',
    trainOpts: {},
  }
}
