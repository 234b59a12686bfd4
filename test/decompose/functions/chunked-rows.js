// Chunked processing with a step variable, and descending loops.
function digest(rows) {
  let h = 17;
  for (const r of rows) h = (h * 31 + r.id) | 0; //: inner,sequential any
  return h;
}
export default async function ({ rows, size }) {
  const digests = [];
  for (let i = 0; i < rows.length; i += size) { //: parallel core
    digests.push(digest(rows.slice(i, i + size)));
  }
  const reversed = [];
  for (let i = rows.length - 1; i >= 0; i--) reversed.push(rows[i].id * 2); //: parallel stretch
  const suffix = new Array(rows.length + 1).fill(0);
  for (let i = rows.length - 1; i >= 0; i--) suffix[i] = suffix[i + 1] + rows[i].id; //: sequential carried-dependency,fp-order must-not
  const index = {};
  rows.forEach((r) => { index[r.id] = r; }); //: parallel,guarded core
  const byTag = rows.reduce((acc, r) => { //: reduce,guarded,sequential any
    acc[r.tag] = (acc[r.tag] ?? 0) + 1;
    return acc;
  }, {});
  const groups = rows.reduce((m, r) => { //: parallel,sequential,reduce any
    if (!m.has(r.tag)) m.set(r.tag, []);
    m.get(r.tag).push(r.id);
    return m;
  }, new Map());
  const doubled = rows.reduce((acc, r) => [...acc, r.id * 2], []); //: sequential carried-dependency must-not
  return { digests, reversed, suffix, index: Object.keys(index).length, byTag, groups: [...groups], doubled };
}
export function input(scale = 1) {
  return { size: 4, rows: Array.from({ length: 22 * scale }, (_, i) => ({ id: (i * 7) % 31, tag: "t" + (i % 3) })) };
}
