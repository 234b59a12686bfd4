// Convolution layer, relu, max-pool; typed arrays and an interface.
interface Tensor { data: Float32Array; rows: number; cols: number }
function at(t: Tensor, y: number, x: number): number {
  return y < 0 || x < 0 || y >= t.rows || x >= t.cols ? 0 : t.data[y * t.cols + x]!;
}
function convolve(image: Tensor, kernel: number[][]): Tensor {
  const out: Tensor = { data: new Float32Array(image.rows * image.cols), rows: image.rows, cols: image.cols };
  for (let y = 0; y < image.rows; y++) { //: inner,parallel,guarded,sequential any
    for (let x = 0; x < image.cols; x++) { //: inner,parallel,guarded,sequential any
      let sum = 0;
      for (let j = 0; j < 3; j++) for (let i = 0; i < 3; i++) sum += kernel[j]![i]! * at(image, y + j - 1, x + i - 1); //: inner,sequential any
      out.data[y * image.cols + x] = Math.max(0, sum);
    }
  }
  return out;
}
export default async function layer({ image, kernels }: { image: Tensor; kernels: number[][][] }) {
  const maps = kernels.map((k) => convolve(image, k)); //: parallel core
  const pooled: Float32Array[] = [];
  for (const map of maps) { //: parallel core
    const rows = map.rows >> 1, cols = map.cols >> 1;
    const data = new Float32Array(rows * cols);
    for (let y = 0; y < rows; y++) { //: inner any
      for (let x = 0; x < cols; x++) { //: inner any
        let best = -Infinity;
        for (let j = 0; j < 2; j++) for (let i = 0; i < 2; i++) best = Math.max(best, at(map, 2 * y + j, 2 * x + i)); //: inner,reduce any
        data[y * cols + x] = best;
      }
    }
    pooled.push(data);
  }
  const flat = Float32Array.from(pooled.flatMap((p) => [...p])); //: parallel core
  let max = flat[0]!;
  let argmax = 0;
  for (let i = 1; i < flat.length; i++) { //: guarded,reduce stretch
    if (flat[i]! > max) {
      max = flat[i]!;
      argmax = i;
    }
  }
  const norm = Math.sqrt(flat.reduce((s, v) => s + v * v, 0)); //: sequential,fission fp-order must-not
  const scaled = flat.map((v) => v / norm); //: parallel core
  return { argmax, max, scaled };
}
export function input(scale = 1) {
  const rows = 8 * scale, cols = 8;
  return { image: { rows, cols, data: Float32Array.from({ length: rows * cols }, (_, i) => Math.sin(i * 0.7)) }, kernels: [[[0, 1, 0], [1, -4, 1], [0, 1, 0]], [[1, 0, -1], [2, 0, -2], [1, 0, -1]], [[1, 1, 1], [1, 1, 1], [1, 1, 1]]] };
}
