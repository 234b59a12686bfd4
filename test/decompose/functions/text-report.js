// Text statistics: three independent passes over one book, then a report.
function countWords(lines) {
  const counts = {};
  for (const line of lines) {
    for (const w of line.split(" ")) counts[w] = (counts[w] || 0) + 1;
  }
  return counts;
}
function longestRun(lines) {
  let best = 0, run = 0;
  for (const line of lines) {
    run = line.length > 20 ? run + 1 : 0;
    if (run > best) best = run;
  }
  return best;
}
function checksum(lines) {
  let h = 7;
  for (const line of lines) for (let i = 0; i < line.length; i++) h = (h * 31 + line.charCodeAt(i)) % 1000003;
  return h;
}
export default async function report({ lines }) {
  const counts = countWords(lines); //: tasks stretch
  const run = longestRun(lines); //: tasks stretch
  const sum = checksum(lines); //: tasks stretch
  return { counts, run, sum };
}
export function input(scale = 1) {
  return { lines: Array.from({ length: 30 * scale }, (_, i) => "the quick brown fox ".repeat(i % 3) + "w" + (i % 7)) };
}
