// Invoice export: formats with locale, reads the clock, logs; a pure part in between.
let counter = 0;
const nextNumber = () => `INV-${++counter}`;
function vat(amount, country) {
  switch (country) {
    case "DE": return Math.round(amount * 19) / 100;
    case "FR": return Math.round(amount * 20) / 100;
    default: return 0;
  }
}
export default async function invoices({ orders }) {
  const priced = orders.map((o) => { //: parallel core
    const net = o.items.reduce((s, item) => s + item.price * item.quantity, 0); //: inner any
    return { ...o, net, tax: vat(net, o.country) };
  });
  const numbered = priced.map((o) => ({ number: nextNumber(), ...o })); //: sequential mutated-capture must-not
  const lines = numbered.map((o) => `${o.number} ${o.net.toLocaleString()} ${o.tax.toFixed(2)}`); //: sequential locale must-not
  const stamped = numbered.map((o) => ({ at: new Date(), number: o.number })); //: sequential clock must-not
  for (const line of lines) if (line.length > 999) console.log(line); //: sequential side-effect must-not
  const byCountry = {};
  for (const o of numbered) { //: parallel,sequential mutated-capture,carried-dependency any
    (byCountry[o.country] ??= []).push(o.number);
  }
  const seen = new Set();
  const unique = orders.filter((o) => { //: sequential mutated-capture must-not
    if (seen.has(o.customer)) return false;
    seen.add(o.customer);
    return true;
  });
  const codes = [];
  for (const o of orders) { //: parallel core
    const bytes = new TextEncoder().encode(o.customer);
    let code = 0;
    for (const b of bytes) code = (code * 33) ^ b; //: inner,sequential any
    codes.push(code >>> 0);
  }
  return { n: numbered.length, stampedCount: stamped.length, byCountry, unique: unique.length, codes };
}
export function input(scale = 1) {
  return { orders: Array.from({ length: 12 * scale }, (_, i) => ({ customer: "c" + (i % 5), country: ["DE", "FR", "US"][i % 3], items: [{ price: 9.99, quantity: 1 + (i % 4) }, { price: 2.5, quantity: i % 2 }] })) };
}
