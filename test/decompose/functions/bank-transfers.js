// Bank: account objects with balances, transfers in order, then statements.
class Account {
  #log = [];
  constructor(id, balance) { this.id = id; this.balance = balance; }
  apply(amount) { this.balance += amount; this.#log.push(amount); }
  get entries() { return this.#log.length; }
}
export default async function bank({ owners, transfers }) {
  const accounts = new Map();
  for (const o of owners) accounts.set(o.id, new Account(o.id, o.balance)); //: parallel,sequential any
  const failed = [];
  for (const t of transfers) { //: sequential carried-dependency,mutated-capture,alias,fp-order,accessor must-not
    const from = accounts.get(t.from);
    if (from.balance < t.amount) { failed.push(t); continue; }
    from.apply(-t.amount);
    accounts.get(t.to).apply(t.amount);
  }
  let total = 0;
  for (const a of accounts.values()) total += a.balance; //: guarded,sequential fp-order any
  const busiest = [...accounts.values()].reduce((a, b) => (b.entries > a.entries ? b : a)).id; //: guarded,sequential accessor any
  return { failed, total, busiest };
}
export function input(scale = 1) {
  return { owners: [1, 2, 3, 4].map((id) => ({ id, balance: 100 })), transfers: Array.from({ length: 20 * scale }, (_, i) => ({ from: 1 + (i % 4), to: 1 + ((i * 3 + 1) % 4), amount: (i * 17) % 60 })) };
}
