// Monthly sales: parse, group, summarise.
function parseRow(line) {
  const [date, region, product, qty, price] = line.split(',');
  return { date: new Date(date + 'T00:00:00Z'), region, product, qty: parseInt(qty, 10), price: parseFloat(price) };
}

export default async function report({ csv }) {
  const rows = csv.trim().split('\n').slice(1).map(parseRow); //: parallel core
  const groups = {};
  for (const row of rows) { //: guarded,reduce stretch
    const key = row.region + '/' + row.date.getUTCMonth();
    if (!groups[key]) groups[key] = [];
    groups[key].push(row);
  }
  const summary = Object.entries(groups).map(([key, list]) => { //: parallel core
    let revenue = 0;
    let units = 0;
    for (const r of list) { //: inner any
      revenue += r.qty * r.price;
      units += r.qty;
    }
    return { key, revenue, units, average: revenue / units };
  });
  let total = 0;
  for (const s of summary) { //: sequential fp-order must-not
    total += s.revenue;
  }
  return { total, best: summary.sort((a, b) => b.revenue - a.revenue)[0], summary }; //: sequential sort must-not
}

export function input(scale = 1) {
  let csv = 'date,region,product,qty,price\n';
  for (let i = 0; i < 60 * scale; i++) csv += `2024-0${1 + (i % 9)}-1${i % 9},r${i % 4},p${i % 7},${1 + (i % 5)},${(i % 13) * 1.25}\n`;
  return { csv };
}
