// Awaits helper functions item by item.
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function fetchLike(id) {
  await wait(1);
  return { id, score: (id * 37) % 101 };
}

async function enrich(id) {
  const base = await fetchLike(id);
  const extra = await fetchLike(base.score);
  return { ...base, extra: extra.score };
}

export default async function ({ ids }) {
  const all = await Promise.all(ids.map((id) => enrich(id))); //: parallel core
  const oneByOne = [];
  for (const id of ids) { //: parallel core
    oneByOne.push(await enrich(id));
  }
  const best = all.filter((x) => x.extra > 20); //: parallel core
  return { best, same: oneByOne.length };
}

export function input(scale = 1) {
  return { ids: Array.from({ length: 6 * scale }, (_, i) => i * 3) };
}
