// Shopping: class with getters, Set dedupe, discount rules as closures, validation with try/catch.
class Money {
  constructor(cents) { this.cents = cents; }
  get euros() { return this.cents / 100; }
  plus(other) { return new Money(this.cents + other.cents); }
}
const RULES = [(cart) => (cart.items.length > 3 ? 10 : 0), (cart) => (cart.code === "X" ? 5 : 0)];
function validate(item) {
  if (!Number.isInteger(item.cents)) throw new TypeError("cents of " + item.name);
  if (item.cents < 0) throw new RangeError("negative " + item.name);
}
export default async function checkout({ carts }) {
  const checked = [];
  const errors = [];
  for (const cart of carts) { //: parallel core
    try {
      for (const item of cart.items) validate(item); //: inner any
      checked.push(cart);
    } catch (error) {
      errors.push({ id: cart.id, message: error.message });
    }
  }
  const totals = checked.map((cart) => { //: parallel core
    let total = new Money(0);
    for (const item of cart.items) total = total.plus(new Money(item.cents)); //: inner any
    const off = RULES.reduce((s, rule) => s + rule(cart), 0); //: inner,sequential any
    return { id: cart.id, euros: total.euros, off };
  });
  const names = new Set();
  for (const cart of carts) for (const item of cart.items) names.add(item.name); //: parallel core
  let dearest = totals[0];
  for (const t of totals) if (t.euros > dearest.euros) dearest = t; //: guarded,reduce stretch
  const queue = [...carts];
  const handled = [];
  while (queue.length) { //: sequential carried-dependency,mutated-capture must-not
    const cart = queue.shift();
    handled.push(cart.id);
    if (cart.items.length > 4 && !cart.split) queue.push({ id: cart.id + "b", items: [], split: true });
  }
  return { errors, totals, names: [...names], dearest, handled };
}
export function input(scale = 1) {
  return { carts: Array.from({ length: 11 * scale }, (_, i) => ({ id: "c" + i, code: i % 4 ? "Y" : "X", items: Array.from({ length: i % 6 }, (_, k) => ({ name: "n" + ((i * k) % 5), cents: i === 7 && k === 1 ? -3 : i === 3 ? 1.5 : 100 * k + i })) })) };
}
