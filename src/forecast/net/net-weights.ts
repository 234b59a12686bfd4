/** A small feed-forward net with one hidden layer as plain numbers, and its forward pass. */

/** One layer: a bias and a row of weights per unit. Every unit ends in tanh. */
export interface NetLayer {
  readonly biases: readonly number[]
  readonly weights: readonly (readonly number[])[]
}

export interface NetWeights {
  readonly inputs: number
  /** Hidden layer first, output layer last. */
  readonly layers: readonly NetLayer[]
}

/** The net's outputs, each in (-1, 1). */
export function runNet(net: NetWeights, inputs: readonly number[]): number[] {
  let values: readonly number[] = inputs
  for (const { biases, weights } of net.layers) {
    const before = values
    values = biases.map((bias, unit) => {
      const row = weights[unit] ?? []
      let sum = bias
      for (let at = 0; at < row.length; at++) sum += (row[at] ?? 0) * (before[at] ?? 0)
      return Math.tanh(sum)
    })
  }
  return [...values]
}

/** True when sizes agree and every number is finite: training may end in NaN without a word. */
export function isSound(net: NetWeights, inputs: number, outputs: number): boolean {
  let width = net.inputs
  for (const { biases, weights } of net.layers) {
    const rows = weights.length === biases.length && weights.every((row) => row.length === width)
    if (!rows || !biases.every(Number.isFinite) || !weights.every((row) => row.every(Number.isFinite))) return false
    width = biases.length
  }
  return net.inputs === inputs && width === outputs
}
