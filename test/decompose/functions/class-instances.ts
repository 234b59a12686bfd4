// Shapes with methods and a subclass.
class Shape {
  name: string;
  constructor(name: string) {
    this.name = name;
  }
  area(): number {
    return 0;
  }
  describe(): string {
    return `${this.name}: ${this.area().toFixed(2)}`;
  }
}

class Polygon extends Shape {
  points: [number, number][];
  constructor(name: string, points: [number, number][]) {
    super(name);
    this.points = points;
  }
  override area(): number {
    let twice = 0;
    for (let i = 0; i < this.points.length; i++) { //: inner,sequential any
      const [x1, y1] = this.points[i]!;
      const [x2, y2] = this.points[(i + 1) % this.points.length]!;
      twice += x1 * y2 - x2 * y1;
    }
    return Math.abs(twice) / 2;
  }
}

export default async function measure({ polygons }: { polygons: { name: string; points: [number, number][] }[] }) {
  const shapes = polygons.map((p) => new Polygon(p.name, p.points)); //: parallel core
  const texts = shapes.map((s) => s.describe()); //: parallel core
  const largest = shapes.reduce((a, b) => (b.area() > a.area() ? b : a)); //: sequential carried-dependency,fp-order,guarded any
  return { texts, largest: largest.name };
}

export function input(scale = 1) {
  return { polygons: Array.from({ length: 9 * scale }, (_, i) => ({ name: 'p' + i, points: Array.from({ length: 3 + (i % 4) }, (_, j) => [Math.cos(j + i), Math.sin(j * 2)] as [number, number]) })) };
}
