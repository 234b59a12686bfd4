// Markdown-ish renderer: block split, per-block render, table of contents with numbering, link check.
const ESCAPES = { "<": "&lt;", ">": "&gt;", "&": "&amp;" };
const escape = (s) => s.replace(/[<>&]/g, (c) => ESCAPES[c]);
function inline(s) {
  return escape(s).replace(/\*\*(.+?)\*\*/g, "<b>$1</b>").replace(/\[(.+?)\]\((.+?)\)/g, '<a href="$2">$1</a>');
}
function renderBlock(block) {
  const lines = block.split("\n");
  const heading = /^(#+) (.*)$/.exec(lines[0]);
  if (heading) return `<h${heading[1].length}>${inline(heading[2])}</h${heading[1].length}>`;
  if (lines.every((l) => l.startsWith("- "))) return "<ul>" + lines.map((l) => `<li>${inline(l.slice(2))}</li>`).join("") + "</ul>"; //: inner any
  return `<p>${inline(lines.join(" "))}</p>`;
}
export default async function render({ source }) {
  const blocks = source.split("\n\n");
  let html = "";
  for (const block of blocks) html += renderBlock(block) + "\n"; //: reduce,fission,parallel core
  const toc = [];
  const numbers = [0, 0, 0];
  for (const block of blocks) { //: sequential carried-dependency,mutated-capture must-not
    const m = /^(#+) (.*)$/.exec(block);
    if (!m) continue;
    const depth = m[1].length - 1;
    numbers[depth]++;
    for (let d = depth + 1; d < 3; d++) numbers[d] = 0; //: parallel,sequential any
    toc.push(numbers.slice(0, depth + 1).join(".") + " " + m[2]);
  }
  const links = [...source.matchAll(/\[(.+?)\]\((.+?)\)/g)].map((m) => m[2]); //: parallel core
  const broken = links.filter((l) => !l.startsWith("http")); //: parallel core
  let words = 0;
  for (const block of blocks) words += block.split(/\s+/).length; //: reduce,guarded stretch
  const longest = blocks.reduce((a, b) => (b.length > a.length ? b : a), ""); //: guarded,reduce stretch
  return { html, toc, broken, words, longest };
}
export function input(scale = 1) {
  return { source: Array.from({ length: 18 * scale }, (_, i) => (i % 5 === 0 ? "#".repeat(1 + (i % 3)) + " Part " + i : i % 5 === 2 ? "- a **x** " + i + "\n- b [l](http://e/" + i + ")" : "Some <text> & more **bold** [k](rel" + i + ")\nsecond line")).join("\n\n") };
}
