// Shortest paths from many sources.
function shortest(graph, source) {
  const dist = new Array(graph.length).fill(Infinity);
  const done = new Array(graph.length).fill(false);
  dist[source] = 0;
  for (let round = 0; round < graph.length; round++) { //: sequential carried-dependency,early-exit any
    let u = -1;
    for (let i = 0; i < graph.length; i++) { //: sequential carried-dependency any
      if (!done[i] && (u === -1 || dist[i] < dist[u])) u = i;
    }
    if (u === -1 || dist[u] === Infinity) break;
    done[u] = true;
    for (const { to, weight } of graph[u]) { //: sequential carried-dependency any
      if (dist[u] + weight < dist[to]) dist[to] = dist[u] + weight;
    }
  }
  return dist;
}

export default async function ({ graph, sources }) {
  const table = await Promise.all(sources.map(async (s) => shortest(graph, s))); //: parallel core
  const eccentricity = table.map((row) => Math.max(...row.filter((d) => d < Infinity))); //: parallel core
  const centre = sources[eccentricity.indexOf(Math.min(...eccentricity))];
  return { table, eccentricity, centre };
}

export function input(scale = 1) {
  const n = 14 * scale;
  const graph = Array.from({ length: n }, (_, i) => [1, 3, 5].map((s) => ({ to: (i * s + 1) % n, weight: 1 + ((i * s) % 7) })));
  return { graph, sources: [0, 2, 4, 6, 8, 10, 12] };
}
