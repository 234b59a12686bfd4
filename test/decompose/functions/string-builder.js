// Builds a page of HTML: text is joined in order.
const escape = (s) => String(s).replace(/&/g, '&amp;').replace(/</g, '&lt;');

function renderRow(row) {
  let html = '<tr>';
  for (const cell of row) html += '<td>' + escape(cell) + '</td>'; //: inner,sequential,fission any
  return html + '</tr>';
}

export default function ({ rows, title }) {
  let page = '<h1>' + escape(title) + '</h1><table>';
  for (const row of rows) { //: fission core
    page += renderRow(row);
  }
  page += '</table>';
  const parts = rows.map((row) => row.map(escape).join(', ')); //: parallel core
  const lengths = parts.map((p) => p.length); //: parallel core
  return { page, parts, lengths };
}

export function input(scale = 1) {
  return { title: 'R&D <list>', rows: Array.from({ length: 15 * scale }, (_, i) => ['a' + i, i * 2, i % 3 ? '<b>' : '&']) };
}
