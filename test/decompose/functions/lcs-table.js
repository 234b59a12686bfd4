// Longest common subsequence: a table filled in order.
export default function ({ a, b }) {
  const table = Array.from({ length: a.length + 1 }, () => new Array(b.length + 1).fill(0)); //: parallel trivial
  for (let i = 1; i <= a.length; i++) { //: sequential carried-dependency must-not
    for (let j = 1; j <= b.length; j++) { //: sequential carried-dependency must-not
      table[i][j] = a[i - 1] === b[j - 1] ? table[i - 1][j - 1] + 1 : Math.max(table[i - 1][j], table[i][j - 1]);
    }
  }
  let text = '';
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) { //: sequential carried-dependency must-not
    if (a[i - 1] === b[j - 1]) {
      text = a[i - 1] + text;
      i--;
      j--;
    } else if (table[i - 1][j] >= table[i][j - 1]) i--;
    else j--;
  }
  return { length: table[a.length][b.length], text };
}

export function input(scale = 1) {
  return { a: 'AGGTABCDXYQ'.repeat(scale), b: 'GXTXAYBDQ'.repeat(scale) };
}
