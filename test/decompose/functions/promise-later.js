// Promises kept in a variable and gathered afterwards.
async function score(doc) {
  let h = 0;
  for (let i = 0; i < doc.length; i++) h = (h * 31 + doc.charCodeAt(i)) % 100003; //: sequential carried-dependency any
  return h;
}

export default async function ({ docs }) {
  const tasks = docs.map(async (doc) => ({ doc, h: await score(doc) })); //: parallel core
  const scored = await Promise.all(tasks);
  const [low, high] = await Promise.all([score('lowest'), score('highest')]);
  return { scored, low, high };
}

export function input(scale = 1) {
  return { docs: Array.from({ length: 10 * scale }, (_, i) => 'document number ' + i) };
}
