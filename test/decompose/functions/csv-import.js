// CSV import: parse quoted lines by state machine, convert types by schema, collect errors, summarise per column.
const SCHEMA = { id: Number, name: String, price: parseFloat, when: (s) => Date.parse(s) };
function parseLine(line) {
  const cells = [];
  let cell = "", quoted = false;
  for (let i = 0; i < line.length; i++) { //: inner,sequential any
    const ch = line[i];
    if (quoted) {
      if (ch === '"' && line[i + 1] === '"') { cell += '"'; i++; }
      else if (ch === '"') quoted = false;
      else cell += ch;
    } else if (ch === '"') quoted = true;
    else if (ch === ",") { cells.push(cell); cell = ""; }
    else cell += ch;
  }
  cells.push(cell);
  return cells;
}
export default async function importCsv({ text }) {
  const [head, ...lines] = text.split("\n");
  const columns = head.split(",");
  const records = [];
  const problems = [];
  lines.forEach((line, number) => { //: parallel core
    const cells = parseLine(line);
    if (cells.length !== columns.length) {
      problems.push({ number, why: "columns" });
      return;
    }
    const record = {};
    for (let c = 0; c < columns.length; c++) record[columns[c]] = SCHEMA[columns[c]](cells[c]); //: inner any
    if (Number.isNaN(record.price)) problems.push({ number, why: "price" });
    else records.push(record);
  });
  const summary = {};
  for (const column of columns) { //: parallel core
    const values = records.map((r) => r[column]); //: inner any
    summary[column] = { distinct: new Set(values).size, missing: values.filter((v) => v === "" || v !== v).length };
  }
  let checksum = 0;
  for (const r of records) checksum ^= Math.round(r.price * 100); //: sequential,reduce carried-dependency any
  let total = 0;
  for (const r of records) total += Math.round(r.price * 100); //: guarded,reduce stretch
  return { records: records.length, problems, summary, checksum, total };
}
export function input(scale = 1) {
  return { text: "id,name,price,when\n" + Array.from({ length: 25 * scale }, (_, i) => (i % 9 === 4 ? "bad" : `${i},"na""me, ${i % 3}",${i % 11 === 3 ? "x" : (i * 1.25).toFixed(2)},2024-01-0${(i % 9) + 1}`)).join("\n") };
}
