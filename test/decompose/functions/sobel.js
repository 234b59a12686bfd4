// Edge detection on a two-dimensional array of rows.
const KX = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]];
const KY = [[-1, -2, -1], [0, 0, 0], [1, 2, 1]];

export default function sobel({ image }) {
  const height = image.length;
  const width = image[0].length;
  const result = [];
  for (let y = 0; y < height; y++) { //: parallel core
    const row = [];
    for (let x = 0; x < width; x++) { //: inner,parallel any
      let gx = 0;
      let gy = 0;
      for (let j = -1; j <= 1; j++) { //: sequential,inner any
        for (let i = -1; i <= 1; i++) { //: sequential,inner any
          const v = image[Math.min(height - 1, Math.max(0, y + j))][Math.min(width - 1, Math.max(0, x + i))];
          gx += KX[j + 1][i + 1] * v;
          gy += KY[j + 1][i + 1] * v;
        }
      }
      row.push(Math.hypot(gx, gy));
    }
    result.push(row);
  }
  return result;
}

export function input(scale = 1) {
  return { image: Array.from({ length: 10 * scale }, (_, y) => Array.from({ length: 12 }, (_, x) => (x * y * 7) % 256)) };
}
