// Changes its own records.
export default function ({ accounts, rate }) {
  for (const account of accounts) { //: sequential alias,mutated-capture,fp-order must-not
    account.balance += account.balance * rate;
  }
  accounts.forEach((a) => { //: sequential alias,mutated-capture must-not
    a.level = a.balance > 1000 ? 'gold' : 'plain';
  });
  const levels = accounts.map((a) => a.level); //: parallel core
  const squares = [1, 2, 3, 4, 5].map((x) => x * x); //: parallel trivial
  for (let i = 0; i < squares.length; i++) squares[i] = squares[i] + i; //: parallel core
  return { accounts, levels, squares };
}

export function input(scale = 1) {
  return { rate: 0.05, accounts: Array.from({ length: 12 * scale }, (_, i) => ({ id: i, balance: 150 * i })) };
}
