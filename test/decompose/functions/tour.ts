// Geo: haversine matrix, nearest neighbour tour (sequential), clustering by grid cell, bounding boxes.
type Point = { lat: number; lon: number; name: string };
const R = 6371;
const rad = (d: number) => (d * Math.PI) / 180;
function haversine(a: Point, b: Point): number {
  const dLat = rad(b.lat - a.lat), dLon = rad(b.lon - a.lon);
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(dLon / 2) ** 2;
  return 2 * R * Math.asin(Math.sqrt(h));
}
export default async function ({ points }: { points: Point[] }) {
  const n = points.length;
  const matrix: Float64Array[] = Array.from({ length: n }, () => new Float64Array(n)); //: parallel trivial
  for (let i = 0; i < n; i++) { //: guarded,parallel core
    for (let j = 0; j < n; j++) matrix[i]![j] = haversine(points[i]!, points[j]!); //: inner,guarded,parallel any
  }
  const visited = new Array<boolean>(n).fill(false);
  const tour = [0];
  visited[0] = true;
  while (tour.length < n) { //: sequential carried-dependency must-not
    const here = tour[tour.length - 1]!;
    let next = -1;
    for (let j = 0; j < n; j++) { //: guarded,sequential,reduce carried-dependency stretch
      if (!visited[j] && (next === -1 || matrix[here]![j]! < matrix[here]![next]!)) next = j;
    }
    visited[next] = true;
    tour.push(next);
  }
  let lengthKm = 0;
  for (let k = 1; k < tour.length; k++) lengthKm += matrix[tour[k - 1]!]![tour[k]!]!; //: sequential,fission fp-order must-not
  const cells = new Map<string, number>();
  for (const p of points) { //: reduce core
    const key = `${Math.floor(p.lat / 10)}:${Math.floor(p.lon / 10)}`;
    cells.set(key, (cells.get(key) || 0) + 1);
  }
  const box = points.reduce( //: sequential,guarded,reduce carried-dependency any
    (b, p) => ({ minLat: Math.min(b.minLat, p.lat), maxLat: Math.max(b.maxLat, p.lat) }),
    { minLat: 90, maxLat: -90 },
  );
  const isolated = points.filter((p, i) => matrix[i]!.every((d, j) => i === j || d > 500)).map((p) => p.name); //: parallel core
  return { tour, lengthKm, cells, box, isolated };
}
export function input(scale = 1) {
  return { points: Array.from({ length: 13 * scale }, (_, i) => ({ name: "c" + i, lat: ((i * 37) % 120) - 60, lon: ((i * 73) % 300) - 150 })) };
}
