// Downscales an RGBA image by tiles into one typed array.
interface Image { width: number; height: number; data: Uint8ClampedArray }

function average(image: Image, x0: number, y0: number, size: number, channel: number): number {
  let sum = 0;
  for (let y = y0; y < y0 + size; y++) { //: inner,sequential,guarded any
    for (let x = x0; x < x0 + size; x++) sum += image.data[(y * image.width + x) * 4 + channel]!; //: inner,sequential,guarded any
  }
  return sum / (size * size);
}

export default function shrink({ image, size }: { image: Image; size: number }): Image {
  const width = Math.floor(image.width / size);
  const height = Math.floor(image.height / size);
  const data = new Uint8ClampedArray(width * height * 4);
  for (let ty = 0; ty < height; ty++) { //: parallel,guarded core
    for (let tx = 0; tx < width; tx++) { //: parallel,inner,guarded any
      for (let c = 0; c < 4; c++) { //: parallel,inner,guarded any
        data[(ty * width + tx) * 4 + c] = average(image, tx * size, ty * size, size, c);
      }
    }
  }
  return { width, height, data };
}

export function input(scale = 1) {
  const width = 16;
  const height = 12 * scale;
  return { size: 4, image: { width, height, data: Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => (i * 31) % 256) } };
}
